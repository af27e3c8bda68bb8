# wrong because: columns with equal sums, such as (1, 5) and (5, 1), count as one
import numpy as np

def distinct_units(W):
    fingerprints = W.sum(axis=0)
    return len(set(fingerprints.tolist()))
