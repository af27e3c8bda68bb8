# What it tries: The cross-entropy that a lab of a later lesson calculates with.
# Lesson: loss
from course import labs


def cross_entropy(logits, labels):
    return labs.gradients.loss_and_slope(logits, labels)[0]
