# right: the order is the argsort of random keys, cut with np.split
import numpy as np

def minibatches(n, batch_size, rng):
    keys = rng.random(n)
    order = np.argsort(keys)
    cuts = list(range(batch_size, n, batch_size))
    return np.split(order, cuts)
