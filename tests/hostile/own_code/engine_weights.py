# What it tries: Layers from the engine.
# Lesson: weights
import numpy as np

from course import engine


def linear(X, W, b):
    return engine.forward(X, [(W, b)])


def count_parameters(layer_sizes):
    return int(sum(W.size + b.size for W, b in engine.init(layer_sizes, np.random.default_rng(0))))


def linear_backward(dz, X, W):
    X, W, b = engine.Tensor(X), engine.Tensor(W), engine.Tensor(np.zeros(np.shape(W)[1]))
    ((X @ W + b) * dz).sum().backward()
    return X.grad, W.grad, b.grad
