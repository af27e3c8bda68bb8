# right: copy, then scale the entries that are not positive
import numpy as np

def leaky_relu(z, slope=0.01):
    a = np.array(z, dtype=float)        # np.array copies
    a[a <= 0] *= slope
    return a
