# two faults: dz is the local slope without dout; dslope is multiplied by slope
import numpy as np

def prelu_backward(dout, z, slope):
    dz = np.where(z > 0, 1.0, slope)
    below = np.where(z > 0, 0.0, slope * z)
    dslope = float((dout * below).sum())
    return dz, dslope
