# wrong because: the arrays' lengths are added up instead of their squares
import numpy as np

def clip_by_global_norm(grads, max_norm):
    norm = float(sum(np.linalg.norm(g) for g in grads))
    if norm > max_norm:
        return [g * max_norm / norm for g in grads], norm
    return list(grads), norm
