# wrong because: divides with //, so every entry is rounded down to a whole number
import numpy as np

def mse_grad(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return 2 * (y_pred - y_true) // y_pred.size
