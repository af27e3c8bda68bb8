# What it tries: Return a subclass of ndarray that is equal to everything.
import numpy as np

class Right(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs):
        return np.True_
    def __array_function__(self, *args, **kwargs):
        return True
    def __eq__(self, other):
        return np.True_

def mse(y_pred, y_true):
    return np.zeros(()).view(Right)

def mse_grad(y_pred, y_true):
    return np.zeros(np.shape(y_pred)).view(Right)
