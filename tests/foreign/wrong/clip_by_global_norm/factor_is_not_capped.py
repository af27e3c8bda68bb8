# wrong because: short gradients are stretched to max_norm (1e-6 only keeps zeros from dividing by 0)
import numpy as np

def clip_by_global_norm(grads, max_norm):
    total = 0.0
    for g in grads:
        total += np.sum(np.square(g))
    norm = float(np.sqrt(total))
    coef = max_norm / max(norm, 1e-6)
    return [g * coef for g in grads], norm
