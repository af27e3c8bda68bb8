# right: one comprehension, checked at the top
import numpy as np

def initialize(layer_sizes, scheme, rng):
    draw = {f.__name__: f for f in (xavier_normal, xavier_uniform, he_normal, he_uniform)}.get(scheme)
    if draw is None:
        raise ValueError(f"unknown scheme: {scheme}")
    return [(draw(a, b, rng), np.zeros(b)) for a, b in zip(layer_sizes, layer_sizes[1:])]
