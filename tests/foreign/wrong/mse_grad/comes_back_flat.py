# wrong because: flattens the arrays and never restores the shape of y_pred
import numpy as np

def mse_grad(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("y_pred and y_true must have the same shape")
    p = y_pred.ravel()
    t = y_true.ravel()
    grad = np.zeros(len(p))
    for i in range(len(p)):
        grad[i] = 2.0 / len(p) * (p[i] - t[i])
    return grad
