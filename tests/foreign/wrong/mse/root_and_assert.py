# two faults: takes the root (RMSE); unequal shapes raise an AssertionError, not a ValueError
import numpy as np

def mse(y_pred, y_true):
    assert y_pred.shape == y_true.shape, "shapes must be equal"
    squared = np.square(y_pred - y_true)
    return float(np.sqrt(squared.mean()))
