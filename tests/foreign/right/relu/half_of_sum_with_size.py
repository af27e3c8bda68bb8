# right: (z + |z|) / 2
import numpy as np

def relu(z):
    return (z + np.abs(z)) / 2
