# two faults: -= changes the caller's logits; the sum runs over the whole batch instead of each row
import numpy as np

def log_softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    total = np.exp(logits).sum()
    return logits - np.log(total)
