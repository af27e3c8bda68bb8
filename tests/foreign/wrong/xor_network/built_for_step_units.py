# wrong because: weights for threshold (step) units, OR and AND with biases -0.5 and -1.5, not for ReLU
import numpy as np

def xor_network():
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])
    b1 = np.array([-0.5, -1.5])      # OR, AND
    W2 = np.array([[1.0], [-1.0]])
    b2 = np.array([-0.5])
    return [(W1, b1), (W2, b2)]
