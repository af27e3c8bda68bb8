# right: upper tail or lower tail, counted
import numpy as np

def saturated_fraction(a, threshold=0.97):
    a = np.asarray(a)
    upper = a > threshold
    lower = a < -threshold
    return np.count_nonzero(upper | lower) / a.size
