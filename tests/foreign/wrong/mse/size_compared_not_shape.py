# wrong because: compares the number of entries instead of the shapes, so a row and a column of the same length pass
import numpy as np

def mse(y_pred, y_true):
    if y_pred.size != y_true.size:
        raise ValueError("y_pred and y_true do not match")
    diff = y_pred - y_true
    return float(np.mean(diff ** 2))
