# wrong because: this is ReLU6, everything above 6 is cut to 6
import numpy as np

def relu(z):
    return np.clip(z, 0, 6)
