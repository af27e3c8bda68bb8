# right: linear and ReLU are leaky ReLUs of slope 1 and 0
import math

def gain(name, slope=0.01):
    slopes = {"linear": 1, "sigmoid": 1, "relu": 0, "leaky_relu": slope}
    if name == "tanh":
        return 5 / 3
    if name in slopes:
        return math.sqrt(2 / (1 + slopes[name] ** 2))
    raise ValueError("unknown activation: " + repr(name))
