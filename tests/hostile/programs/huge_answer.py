# What it tries: Return an array of 200 MB.
import numpy as np

def mse(y_pred, y_true):
    return np.zeros(25_000_000)
