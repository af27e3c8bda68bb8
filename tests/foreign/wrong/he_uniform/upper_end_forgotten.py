# wrong because: without the second argument the upper end is 1, not the bound
import numpy as np

def he_uniform(fan_in, fan_out, rng):
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(-bound, size=(fan_in, fan_out))
