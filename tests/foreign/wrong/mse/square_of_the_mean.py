# wrong because: averages the errors first and squares the mean, so too high and too low cancel
import numpy as np

def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError(f"shapes differ: {y_pred.shape} vs {y_true.shape}")
    error = y_pred - y_true
    mean_error = error.mean()
    return float(mean_error ** 2)
