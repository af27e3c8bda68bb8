# wrong because: gives 1, 0, 0, 1, that is XNOR
import numpy as np

def xor_network():
    hidden = (np.array([[1.0, -1.0],
                        [-1.0, 1.0]]), np.zeros(2))
    out = (np.array([[-1.0], [-1.0]]), np.array([1.0]))
    return [hidden, out]
