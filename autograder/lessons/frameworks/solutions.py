"""What right programs of the lesson `frameworks` come to, in NumPy: the references behind the adapters.

What learners write stands in solutions_torch.py and solutions_keras.py; `course.checking.adapters` turns it into
functions of arrays, and those are to give what these give. So specifications need no framework.
"""

import numpy as np

from autograder.lessons.activations.solutions import relu, relu_grad, softmax_cross_entropy_grad
from autograder.lessons.gradients.solutions import (
    backward,
    batchnorm_forward,
    clip_by_global_norm,
    sgd_momentum_step,
)
from autograder.lessons.initialization.solutions import initialize, train
from autograder.lessons.loss.solutions import cross_entropy
from autograder.lessons.weights.solutions import forward
from course.checking.adapters.arrays import FIRST_GPU, IN_64_BITS, NOTHING, PROCESSOR, UNCHANGED


def make_model(layers, X):
    """Logits, the number of weights that can be trained, in how many bits it is computed."""
    return forward(X, layers, relu)[0][-1], int(sum(W.size + b.size for W, b in layers)), IN_64_BITS


def _loss_and_gradients(layers, X, labels):
    zs, activations = forward(X, layers, relu)
    dlogits = softmax_cross_entropy_grad(zs[-1], labels)
    return float(cross_entropy(zs[-1], labels)), backward(dlogits, zs, activations, layers, relu_grad)


def model_loss(layers, X, labels):
    """Loss, its gradients at all weights, in how many bits it is computed."""
    return *_loss_and_gradients(layers, X, labels), IN_64_BITS


def model_step(layers, learning_rate, momentum, X, labels, max_norm, n_steps):
    """The loss before each of n_steps updates, and the layers after them."""
    losses, velocity = [], [np.zeros_like(p, dtype=float) for layer in layers for p in layer]
    for _ in range(n_steps):
        loss, pairs = _loss_and_gradients(layers, X, labels)
        grads, _ = clip_by_global_norm([g for pair in pairs for g in pair], max_norm)
        steps = [sgd_momentum_step(*each, learning_rate, momentum) for each in zip(
            (p for layer in layers for p in layer), grads, velocity, strict=True)]
        parameters, velocity = [p for p, _ in steps], [v for _, v in steps]
        layers = list(zip(parameters[::2], parameters[1::2], strict=True))
        losses.append(loss)
    return losses, layers


def train_model(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Logits of the trained network, the loss of each epoch."""
    trained, losses = train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    return forward(X, trained, relu)[0][-1], losses


def init_he(sizes, rng):
    """The layers of a network of these sizes that was started in He's way."""
    return initialize(sizes, "he_normal", rng)


def evaluate(layers, norms, dropout, X, labels, training):
    """Loss and accuracy in use, the mode that the model is left in, what became of it, what is recorded."""
    a = X
    for k, (W, b) in enumerate(layers):
        z = a @ W + b
        if k < len(layers) - 1:
            if norms:
                z = batchnorm_forward(z, *norms[k], False, eps=1e-5)[0]
            a = relu(z)             # dropout does nothing in use
    return (float(cross_entropy(z, labels)), float(np.mean(z.argmax(axis=1) == labels)),
            "training" if training else "evaluation", UNCHANGED, NOTHING)


def pick_device(n_gpus):
    """The device that is chosen on a machine with so many GPUs."""
    return FIRST_GPU if n_gpus else PROCESSOR
