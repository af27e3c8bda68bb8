# right: keeps a list of columns already seen and compares entry by entry
import numpy as np

def distinct_units(W):
    seen = []
    for j in range(W.shape[1]):
        column = W[:, j]
        if not any((column == other).all() for other in seen):
            seen.append(column)
    return len(seen)
