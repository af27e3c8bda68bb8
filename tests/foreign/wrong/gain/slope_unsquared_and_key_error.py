# two faults: the slope of leaky ReLU is not squared; an unknown name ends in a KeyError
import numpy as np

def gain(name, slope=0.01):
    table = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5.0 / 3.0,
        "relu": np.sqrt(2.0),
        "leaky_relu": np.sqrt(2.0 / (1.0 + slope)),
    }
    return table[name]
