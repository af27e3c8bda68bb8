# two faults: no maximum is subtracted, so 1000 gives nan; the sum runs over the whole array, not along axis
import numpy as np

def softmax(logits, axis=-1):
    exps = np.exp(logits)
    return exps / np.sum(exps)
