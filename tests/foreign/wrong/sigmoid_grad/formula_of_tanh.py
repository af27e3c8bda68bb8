# wrong because: 1 - a**2 is the slope of tanh
import numpy as np

def sigmoid_grad(z):
    e = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1.0, e) / (1 + e)
    return 1 - a ** 2
