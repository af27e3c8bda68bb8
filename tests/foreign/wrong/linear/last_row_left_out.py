# wrong because: the loop over the rows ends one too early, the last row stays 0
import numpy as np

def linear(X, W, b):
    rows = len(X)
    out = np.zeros((rows, len(b)))
    i = 0
    while i < rows - 1:
        out[i] = X[i] @ W + b
        i += 1
    return out
