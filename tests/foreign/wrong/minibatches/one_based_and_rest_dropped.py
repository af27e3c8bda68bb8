# two faults: counts the rows from 1 to n; drops the incomplete last batch
import numpy as np

def minibatches(n, batch_size, rng):
    idx = np.arange(1, n + 1)
    rng.shuffle(idx)
    n_batches = n // batch_size
    out = []
    for k in range(n_batches):
        out.append(idx[k * batch_size:(k + 1) * batch_size])
    return out
