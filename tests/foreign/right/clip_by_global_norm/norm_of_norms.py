# right: the norm of the arrays' norms is the global norm; divides by max(1, norm / max_norm)
import math
import numpy as np

def clip_by_global_norm(grads, max_norm):
    norm = math.hypot(*[np.linalg.norm(g) for g in grads])
    shrink = max(1.0, norm / max_norm)
    return [g / shrink for g in grads], norm
