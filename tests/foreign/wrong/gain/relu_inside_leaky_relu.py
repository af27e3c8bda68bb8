# wrong because: "relu" is found inside "leaky_relu" as well, so its slope is never used
import numpy as np

def gain(name, slope=0.01):
    if name in ("linear", "sigmoid"):
        return 1.0
    elif name == "tanh":
        return 5 / 3
    elif "relu" in name:
        return np.sqrt(2)
    elif name == "leaky_relu":
        return np.sqrt(2 / (1 + slope ** 2))
    raise ValueError("unknown activation " + name)
