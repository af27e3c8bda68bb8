# wrong because: divides negative entries by slope, as in papers that write x / a
import numpy as np

def leaky_relu(z, slope=0.01):
    out = np.array(z, dtype=float)
    negative = out < 0
    out[negative] = out[negative] / slope
    return out
