# right: minimum of maximum
import numpy as np

def clip_by_value(grads, limit):
    result = []
    for g in grads:
        not_too_low = np.maximum(g, -limit)
        result.append(np.minimum(not_too_low, limit))
    return result
