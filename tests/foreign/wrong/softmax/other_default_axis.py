# wrong because: the default axis is 0, so without axis the columns add up to 1, not the rows
import numpy as np

def softmax(logits, axis=0):
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
