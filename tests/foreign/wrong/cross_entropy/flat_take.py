# wrong because: take without an axis counts in the flattened table, so most entries come from row 0
import numpy as np

def cross_entropy(logits, labels):
    s = logits - logits.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    right = np.take(log_p, labels)
    return float(-right.mean())
