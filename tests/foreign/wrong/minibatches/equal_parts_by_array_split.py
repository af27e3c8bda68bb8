# wrong because: array_split makes n // batch_size nearly equal parts, not parts of batch_size with a short last one
import numpy as np

def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    parts = max(1, n // batch_size)
    return np.array_split(order, parts)
