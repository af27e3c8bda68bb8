# wrong because: divides by the largest absolute logit instead of subtracting the largest logit
import numpy as np

def softmax(logits, axis=-1):
    biggest = np.maximum(np.abs(logits).max(axis=axis, keepdims=True), 1e-12)
    scaled = logits / biggest
    e = np.exp(scaled)
    return e / e.sum(axis=axis, keepdims=True)
