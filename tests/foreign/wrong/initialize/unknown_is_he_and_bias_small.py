# two faults: any unknown scheme is taken for he_normal; biases start at 0.01
import numpy as np

def initialize(layer_sizes, scheme, rng):
    schemes = {"xavier_normal": xavier_normal, "xavier_uniform": xavier_uniform,
               "he_uniform": he_uniform}
    draw = schemes.get(scheme, he_normal)
    return [(draw(n, k, rng), np.full(k, 0.01))       # a little bias, so that no ReLU is dead
            for n, k in zip(layer_sizes, layer_sizes[1:])]
