# wrong because: 5 // 3 is 1
import math

def gain(name, slope=0.01):
    gains = {"linear": 1, "sigmoid": 1, "tanh": 5 // 3, "relu": math.sqrt(2),
             "leaky_relu": math.sqrt(2 / (1 + slope ** 2))}
    if name not in gains:
        raise ValueError(f"no such activation: {name}")
    return float(gains[name])
