# right: zip(*rows) gives the columns as tuples, dict keys are unique
import numpy as np

def distinct_units(W):
    return len(dict.fromkeys(zip(*W.tolist())))
