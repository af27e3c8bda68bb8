# wrong because: the bound is three times the std, the 3 belongs below the root
import numpy as np

def he_uniform(fan_in, fan_out, rng):
    std = np.sqrt(2 / fan_in)
    return rng.uniform(-3 * std, 3 * std, size=(fan_in, fan_out))
