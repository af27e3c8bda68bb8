# wrong because: uses tanh(z) where the identity needs tanh(z / 2), so the curve is twice as steep
import numpy as np

def sigmoid(z):
    # sigmoid and tanh are the same curve, shifted and scaled
    return 0.5 * (1.0 + np.tanh(z))
