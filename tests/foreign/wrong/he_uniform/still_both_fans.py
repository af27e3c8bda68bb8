# wrong because: copied from xavier_uniform, both fans are still below the 6
import numpy as np

def he_uniform(fan_in, fan_out, rng):
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))
