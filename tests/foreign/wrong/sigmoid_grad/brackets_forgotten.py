# wrong because: a * 1 - a is 0 everywhere, the brackets around 1 - a are missing
import numpy as np

def sigmoid_grad(z):
    e = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    return a * 1 - a
