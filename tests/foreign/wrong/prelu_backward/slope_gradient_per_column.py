# wrong because: dslope is summed over the examples only, so a batch gives one number for each unit
import numpy as np

def prelu_backward(dout, z, slope):
    dz = dout * np.where(z > 0, 1.0, slope)
    dslope = (dout * np.minimum(z, 0)).sum(axis=0)
    return dz, dslope
