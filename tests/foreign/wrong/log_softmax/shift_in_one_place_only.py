# wrong because: the maximum is taken off inside the sum only, and the result starts from the unshifted logits
import numpy as np

def log_softmax(logits):
    m = np.max(logits, axis=1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(logits - m), axis=1, keepdims=True))
    return logits - log_sum
