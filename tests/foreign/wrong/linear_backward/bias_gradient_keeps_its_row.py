# wrong because: keepdims makes db (1, fan_out) instead of (fan_out,)
import numpy as np

def linear_backward(dz, X, W):
    dW = np.dot(X.T, dz)
    db = np.sum(dz, axis=0, keepdims=True)
    dX = np.dot(dz, W.T)
    return dX, dW, db
