# wrong because: the loop ends at layer 1, the first layer gets no pair
import numpy as np

def backward(dlogits, zs, activations, layers, activation_grad):
    grads = []
    dz = dlogits
    for l in range(len(layers) - 1, 0, -1):
        da, dW, db = linear_backward(dz, activations[l], layers[l][0])
        grads.insert(0, (dW, db))
        dz = da * activation_grad(zs[l - 1])
    return grads
