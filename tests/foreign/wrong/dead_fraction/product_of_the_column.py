# wrong because: the product of a column is 0 as soon as one row is, so a single 0 makes a unit dead
import numpy as np

def dead_fraction(A):
    if not np.isfinite(A).all():
        raise ValueError("A is not finite")
    product = np.prod(A, axis=0)
    return float(np.mean(product == 0))
