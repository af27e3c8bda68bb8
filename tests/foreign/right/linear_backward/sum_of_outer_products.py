# right: adds up the outer products of the examples
import numpy as np

def linear_backward(dz, X, W):
    dX = np.stack([W @ d for d in dz])
    dW = sum(np.outer(x, d) for x, d in zip(X, dz))
    db = np.ones(len(dz)) @ dz
    return dX, dW, db
