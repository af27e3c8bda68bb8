# two faults: the caller's arrays are scaled in place; the norm returned is the one after clipping
import numpy as np

def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g ** 2) for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
        norm = np.sqrt(sum(np.sum(g ** 2) for g in grads))
    return grads, float(norm)
