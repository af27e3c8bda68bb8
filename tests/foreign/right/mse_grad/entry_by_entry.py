# right: a loop over all index tuples
import numpy as np

def mse_grad(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("y_pred %s, y_true %s" % (y_pred.shape, y_true.shape))
    N = 1
    for side in y_pred.shape:
        N *= side
    slopes = np.empty(y_pred.shape, dtype=float)
    for pos in np.ndindex(*y_pred.shape):
        slopes[pos] = (y_pred[pos] - y_true[pos]) / N * 2
    return slopes
