# two faults: only nan is refused, inf is not; columns of negative outputs count as dead
import numpy as np

def dead_fraction(A):
    if np.isnan(A).any():
        raise ValueError("training has diverged")
    dead = np.all(A <= 0, axis=0)
    return float(dead.mean())
