# wrong because: the column of ones is put in front of X but the bias row under W, so everything is shifted by one
import numpy as np

def linear(X, W, b):
    # bias trick
    X1 = np.hstack([np.ones((len(X), 1)), X])
    W1 = np.vstack([W, b])
    return X1 @ W1
