# right: subtracts 1 at the right entries of its own copy
import numpy as np

def softmax_cross_entropy_grad(logits, labels):
    rows = np.arange(len(labels))
    g = np.exp(logits - logits.max(axis=1, keepdims=True))
    g /= g.sum(axis=1, keepdims=True)
    g[rows, labels] -= 1.0
    g /= len(labels)
    return g
