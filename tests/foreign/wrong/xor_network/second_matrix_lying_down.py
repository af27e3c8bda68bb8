# wrong because: W2 has shape (1, 2) as in PyTorch, not (2, 1)
import numpy as np

def xor_network():
    W1 = np.array([[1., 1.], [1., 1.]])
    b1 = np.array([0., -1.])
    W2 = np.array([[1., -2.]])
    b2 = np.array([0.])
    return [(W1, b1), (W2, b2)]
