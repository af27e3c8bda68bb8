# right: does not call the four functions, draws from the formulas
import numpy as np

def initialize(layer_sizes, scheme, rng):
    if scheme not in ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform"):
        raise ValueError("scheme must be one of the four, not " + str(scheme))
    rule, shape = scheme.split("_")
    layers = []
    for i in range(1, len(layer_sizes)):
        fan_in, fan_out = layer_sizes[i - 1], layer_sizes[i]
        variance = 2 / fan_in if rule == "he" else 2 / (fan_in + fan_out)
        if shape == "normal":
            W = rng.normal(0, np.sqrt(variance), (fan_in, fan_out))
        else:
            W = rng.uniform(-np.sqrt(3 * variance), np.sqrt(3 * variance), (fan_in, fan_out))
        layers.append((W, np.zeros((fan_out,))))
    return layers
