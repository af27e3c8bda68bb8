# wrong because: flatten() makes a copy, so f always sees the same x and every slope is 0
import numpy as np

def numerical_gradient(f, x, eps=1e-6):
    grad = np.zeros_like(x)
    flat_x = x.flatten()
    flat_g = grad.ravel()
    for i in range(flat_x.size):
        old = flat_x[i]
        flat_x[i] = old + eps
        up = f(x)
        flat_x[i] = old - eps
        down = f(x)
        flat_x[i] = old
        flat_g[i] = (up - down) / (2 * eps)
    return grad
