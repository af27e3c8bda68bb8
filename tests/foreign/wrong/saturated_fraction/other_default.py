# wrong because: the default threshold is 0.9 instead of 0.97
import numpy as np

def saturated_fraction(a, threshold=0.9):
    return float(np.mean(np.abs(a) > threshold))
