# two faults: whole rows of a matrix are nudged at once; the difference is divided by eps and not by 2 eps
import numpy as np

def numerical_gradient(f, x, eps=1e-6):
    grad = np.zeros_like(x)
    for i in range(len(x)):
        plus = x.copy()
        minus = x.copy()
        plus[i] += eps
        minus[i] -= eps
        grad[i] = (f(plus) - f(minus)) / eps
    return grad
