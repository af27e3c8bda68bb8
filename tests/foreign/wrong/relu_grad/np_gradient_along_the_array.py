# wrong because: np.gradient takes differences between neighbouring entries, not with respect to z
import numpy as np

def relu_grad(z):
    a = np.maximum(z, 0)
    return np.gradient(a)
