# two faults: returns the activations before the zs; the activation is applied to the logits too
import numpy as np

def forward(X, layers, activation):
    zs, inputs = [], []
    a = X
    for W, b in layers:
        inputs.append(a)
        z = a @ W + b
        a = activation(z)
        zs.append(z)
    zs[-1] = a
    return inputs, zs
