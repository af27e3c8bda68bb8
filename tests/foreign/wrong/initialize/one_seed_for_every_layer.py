# wrong because: every layer gets a new generator from the same seed, so layers of one shape are equal
import numpy as np

def initialize(layer_sizes, scheme, rng):
    schemes = {"xavier_normal": xavier_normal, "xavier_uniform": xavier_uniform,
               "he_normal": he_normal, "he_uniform": he_uniform}
    if scheme not in schemes:
        raise ValueError("unknown scheme")
    seed = int(rng.integers(1000000))
    layers = []
    for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        W = schemes[scheme](fan_in, fan_out, np.random.default_rng(seed))
        layers.append((W, np.zeros(fan_out)))
    return layers
