# wrong because: the rank counts independent columns, not different ones
import numpy as np

def distinct_units(W):
    return int(np.linalg.matrix_rank(W))
