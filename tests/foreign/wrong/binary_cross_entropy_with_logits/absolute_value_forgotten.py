# wrong because: the stable formula has exp(-|z|), here it is exp(-z), so negative logits are off and overflow
import numpy as np

def binary_cross_entropy_with_logits(z, y_true):
    # max(z, 0) - z*y + log(1 + exp(-|z|))
    loss = np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-z))
    return float(loss.mean())
