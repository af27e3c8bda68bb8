# wrong because: the rows of a batch are always neighbours; only the order of the batches is random
import numpy as np

def minibatches(n, batch_size, rng):
    indices = np.arange(n)
    batches = [indices[i:i + batch_size] for i in range(0, n, batch_size)]
    for k in rng.permutation(len(batches)):
        yield batches[k]
