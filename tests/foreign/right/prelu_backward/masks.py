# right: boolean masks and an inner product
import numpy as np

def prelu_backward(dout, z, slope):
    left = z <= 0
    dz = dout.astype(float)
    dz[left] *= slope
    dslope = float(np.dot(dout[left], z[left]))
    return dz, dslope
