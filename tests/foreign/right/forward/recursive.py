# right: each layer calls forward on the rest of the network
import numpy as np

def forward(X, layers, activation):
    (W, b), rest = layers[0], layers[1:]
    z = X @ W + b
    if not rest:
        return [z], [X]
    later_zs, later_as = forward(activation(z), rest, activation)
    return [z] + later_zs, [X] + later_as
