# wrong because: outputs below 0.001 count as zero, but only exactly 0 is dead
import numpy as np

def dead_fraction(A):
    if np.any(~np.isfinite(A)):
        raise ValueError("not finite")
    biggest = np.abs(A).max(axis=0)
    return float((biggest < 1e-3).sum() / A.shape[1])
