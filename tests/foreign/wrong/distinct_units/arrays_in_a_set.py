# wrong because: arrays cannot go into a set, TypeError: unhashable
import numpy as np

def distinct_units(W):
    kinds = set()
    for column in W.T:
        kinds.add(column)
    return len(kinds)
