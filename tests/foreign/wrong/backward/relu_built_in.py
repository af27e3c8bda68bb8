# wrong because: uses ReLU's slope whatever activation_grad is
import numpy as np

def backward(dlogits, zs, activations, layers, activation_grad):
    grads = []
    delta = dlogits.copy()
    for l in reversed(range(len(layers))):
        W, b = layers[l]
        dW = activations[l].T @ delta
        db = np.sum(delta, axis=0)
        grads.append((dW, db))
        if l > 0:
            delta = delta @ W.T
            delta[zs[l - 1] <= 0] = 0
    return grads[::-1]
