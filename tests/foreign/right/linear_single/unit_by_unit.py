# right: a comprehension over the units, zip over the inputs
import numpy as np

def linear_single(x, W, b):
    units = W.T
    return np.array([sum(xi * wi for xi, wi in zip(x, unit)) + bias
                     for unit, bias in zip(units, b)])
