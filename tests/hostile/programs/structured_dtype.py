# What it tries: Return arrays of strange types: structured, datetime, longdouble, bytes.
import numpy as np

def mse(y_pred, y_true):
    return np.zeros((), dtype=[("a", "f8")])

def mse_grad(y_pred, y_true):
    return np.zeros(np.shape(y_pred), dtype="datetime64[s]")

def log_softmax(logits):
    return np.zeros(np.shape(logits), dtype=np.longdouble)

def cross_entropy(logits, labels):
    return b"4.0"
