# right: log of the sum of exp(logit - right logit), no softmax written out
import numpy as np

def cross_entropy(logits, labels):
    right = np.take_along_axis(logits, labels[:, None], axis=1)
    lead = logits - right                       # 0 at the right class
    surprise = np.logaddexp.reduce(lead, axis=1)
    return float(surprise.mean())
