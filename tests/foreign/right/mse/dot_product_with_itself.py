# right: inner product of the flattened errors
import numpy as np

def mse(y_pred, y_true):
    same = np.shape(y_pred) == np.shape(y_true)
    if not same:
        raise ValueError("shapes must agree")
    e = np.subtract(y_pred, y_true).ravel()
    return float(np.dot(e, e) / e.size)
