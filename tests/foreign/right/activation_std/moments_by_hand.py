# right: mean and root written out with sums, over the hidden entries of forward's list
import numpy as np

def activation_std(X, layers, activation):
    hidden = forward(X, layers, activation)[1][1:]
    result = []
    for a in hidden:
        mean = np.sum(a) / a.size
        result.append(float(np.sqrt(np.sum((a - mean) ** 2) / a.size)))
    return result
