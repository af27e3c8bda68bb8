# wrong because: b has shape (1, fan_out)
import numpy as np

def initialize(layer_sizes, scheme, rng):
    if scheme == "xavier_normal":
        draw = xavier_normal
    elif scheme == "xavier_uniform":
        draw = xavier_uniform
    elif scheme == "he_normal":
        draw = he_normal
    elif scheme == "he_uniform":
        draw = he_uniform
    else:
        raise ValueError(scheme)
    layers = []
    for i in range(len(layer_sizes) - 1):
        W = draw(layer_sizes[i], layer_sizes[i + 1], rng)
        b = np.zeros((1, layer_sizes[i + 1]))
        layers.append((W, b))
    return layers
