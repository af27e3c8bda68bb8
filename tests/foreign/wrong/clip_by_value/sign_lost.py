# wrong because: large negative entries become +limit
import numpy as np

def clip_by_value(grads, limit):
    clipped = []
    for g in grads:
        clipped.append(np.where(np.abs(g) > limit, limit, g))
    return clipped
