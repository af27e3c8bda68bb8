# right: the long vector's dot product with itself
import numpy as np

def gradient_norms(grads):
    out = []
    for pair in grads:
        long_vector = pair[0].ravel()
        out.append(float(np.dot(long_vector, long_vector)) ** 0.5)
    return out
