# wrong because: count // size is always 0 (or 1 if all are saturated)
import numpy as np

def saturated_fraction(a, threshold=0.97):
    saturated = np.count_nonzero(np.abs(a) > threshold)
    return float(saturated // a.size)
