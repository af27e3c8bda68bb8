# wrong because: the first argument of rng.normal is the mean, the std stays at 1
import numpy as np

def xavier_normal(fan_in, fan_out, rng):
    std = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(std, size=(fan_in, fan_out))
