# What it tries: Backpropagation from the engine's tape.
# Lesson: gradients
import numpy as np

from course.engine import Tensor


def backward(dlogits, zs, activations, layers, activation_grad):
    taped = [(Tensor(W), Tensor(b)) for W, b in layers]
    a = activations[0]
    for index, (W, b) in enumerate(taped):
        z = a @ W + b
        if index + 1 < len(taped):
            a = Tensor(activations[index + 1], (z, lambda g, z=zs[index]: g * activation_grad(z)))
    (z * dlogits).sum().backward()
    return [(W.grad, b.grad) for W, b in taped]


def batchnorm_backward(dout, X, gamma, eps=1e-5):
    X, gamma, beta = Tensor(X), Tensor(gamma), Tensor(np.zeros(np.shape(gamma)))
    centred = X - X.mean(axis=0)
    x_hat = centred * ((centred**2).mean(axis=0) + eps) ** -0.5
    ((gamma * x_hat + beta) * dout).sum().backward()
    return X.grad, gamma.grad, beta.grad
