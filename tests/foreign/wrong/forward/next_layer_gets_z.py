# wrong because: the bent values are noted but the unbent z goes on into the next layer
import numpy as np

def forward(X, layers, activation):
    zs, activations = [], [X]
    current = X
    for W, b in layers:
        current = current @ W + b
        zs.append(current)
        activations.append(activation(current))
    return zs, activations[:-1]
