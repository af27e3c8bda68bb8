# wrong because: the positive entries are written into an integer array, so 0.5 becomes 0
import numpy as np

def relu(z):
    result = np.full(z.shape, 0)
    positive = z > 0
    result[positive] = z[positive]
    return result
