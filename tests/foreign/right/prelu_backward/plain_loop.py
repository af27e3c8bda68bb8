# right: a slow loop over all entries
import numpy as np

def prelu_backward(dout, z, slope):
    dz = np.zeros(z.shape)
    dslope = 0.0
    for where in np.ndindex(z.shape):
        if z[where] > 0:
            dz[where] = dout[where]
        else:
            dz[where] = slope * dout[where]
            dslope += float(dout[where] * z[where])
    return dz, dslope
