# wrong because: the default slope is 0.3 as in Keras, not 0.01
import numpy as np

def leaky_relu(z, slope=0.3):
    return np.where(z > 0, z, slope * z)
