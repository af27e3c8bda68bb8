# right: peels off the last layer and calls itself for the rest
import numpy as np

def backward(dlogits, zs, activations, layers, activation_grad):
    if not layers:
        return []
    W, b = layers[-1]
    dX, dW, db = linear_backward(dlogits, activations[-1], W)
    if len(layers) == 1:
        return [(dW, db)]
    before = dX * activation_grad(zs[-2])
    return backward(before, zs[:-1], activations[:-1], layers[:-1], activation_grad) + [(dW, db)]
