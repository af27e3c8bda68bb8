# right: a loop over rows, the one-hot row by comparing class numbers
import numpy as np

def softmax_cross_entropy_grad(logits, labels):
    n, C = logits.shape
    classes = np.arange(C)
    rows = []
    for z, label in zip(logits, labels):
        log_p = z - np.logaddexp.reduce(z)
        target = (classes == label).astype(float)
        rows.append((np.exp(log_p) - target) / n)
    return np.array(rows)
