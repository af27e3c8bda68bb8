# wrong because: gives 0.5 at z = 0, where the convention here is 0
import numpy as np

def relu_grad(z):
    return np.heaviside(z, 0.5)
