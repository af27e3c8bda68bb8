# right: 1 minus the share of columns with any non-zero entry
import numpy as np

def dead_fraction(A):
    if np.isnan(A).any() or np.isinf(A).any():
        raise ValueError("diverged: A has nan or inf")
    alive = np.count_nonzero(A, axis=0) > 0
    units = A.shape[1]
    return float((units - alive.sum()) / units)
