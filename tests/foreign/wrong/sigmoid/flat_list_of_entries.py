# wrong because: loops over the flattened entries and gives back a flat array whatever the shape of z
import math
import numpy as np

def sigmoid_one(v):
    if v >= 0:
        return 1 / (1 + math.exp(-v))
    e = math.exp(v)
    return e / (1 + e)

def sigmoid(z):
    return np.array([sigmoid_one(v) for v in z.flatten()])
