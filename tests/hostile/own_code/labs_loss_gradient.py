# What it tries: The slope of the loss that a lab of a later lesson calculates with.
# Lesson: activations
from course import labs


def softmax_cross_entropy_grad(logits, labels):
    return labs.gradients.loss_and_slope(logits, labels)[1]
