# What it tries: Losses and their gradients from the engine.
# Lesson: loss
import numpy as np

from course import engine
from course.engine import Tensor


def mse(y_pred, y_true):
    return float(engine.mse(Tensor(y_pred), y_true).data)


def mse_grad(y_pred, y_true):
    t = Tensor(y_pred)
    engine.mse(t, y_true).backward()
    return t.grad


def binary_cross_entropy_with_logits(z, y_true):
    return float(engine.binary_cross_entropy(Tensor(z), y_true).data)


def log_softmax(logits):
    return Tensor(logits).log_softmax().data


def cross_entropy(logits, labels):
    return float(engine.cross_entropy(Tensor(logits), labels).data)


def fit_line(x, y, learning_rate, n_epochs):
    w, b, losses = Tensor(np.zeros(1)).data, np.zeros(1), []
    for _ in range(n_epochs):
        tw, tb = Tensor(w), Tensor(b)
        loss = engine.mse(tw * x + tb, y)
        loss.backward()
        losses.append(float(loss.data))
        w, b = w - learning_rate * tw.grad, b - learning_rate * tb.grad
    return float(w[0]), float(b[0]), losses
