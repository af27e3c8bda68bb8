# wrong because: the side of the bend is chosen by the sign of dout instead of z
import numpy as np

def prelu_backward(dout, z, slope):
    positive = dout > 0
    dz = np.where(positive, dout, slope * dout)
    dslope = float(np.sum(dout * np.where(positive, 0.0, z)))
    return dz, dslope
