# wrong because: a Generator has no randn, AttributeError
import numpy as np

def xavier_normal(fan_in, fan_out, rng):
    return rng.randn(fan_in, fan_out) * np.sqrt(2.0 / (fan_in + fan_out))
