# wrong because: divides by len(a), the number of rows, so a table of outputs gives more than 1
import numpy as np

def saturated_fraction(a, threshold=0.97):
    hits = np.sum(np.abs(a) > threshold)
    return float(hits / len(a))
