# wrong because: np.array of differently shaped gradients raises (and alike ones come back as one array, not a list)
import numpy as np

def clip_by_value(grads, limit):
    all_grads = np.array(grads)
    return np.clip(all_grads, -limit, limit)
