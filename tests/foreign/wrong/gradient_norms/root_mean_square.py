# wrong because: root of the mean of the squares, not of their sum
import numpy as np

def gradient_norms(grads):
    norms = []
    for dW, db in grads:
        norms.append(float(np.sqrt(np.mean(dW ** 2))))
    return norms
