# two faults: db is kept as a row of shape (1, k); the logits are sent back through an activation they never had
import numpy as np

def backward(dlogits, zs, activations, layers, activation_grad):
    grads = []
    da = dlogits
    for l in range(len(layers) - 1, -1, -1):
        dz = da * activation_grad(zs[l])
        dW = np.dot(activations[l].T, dz)
        db = np.sum(dz, axis=0, keepdims=True)
        grads = [(dW, db)] + grads
        da = np.dot(dz, layers[l][0].T)
    return grads
