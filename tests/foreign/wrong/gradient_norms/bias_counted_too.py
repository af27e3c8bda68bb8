# wrong because: the bias gradient is part of the length
import numpy as np

def gradient_norms(grads):
    return [float(np.sqrt(sum(np.sum(part ** 2) for part in pair))) for pair in grads]
