# wrong because: the root covers only the 2 and not the fraction
import numpy as np

def he_normal(fan_in, fan_out, rng):
    std = np.sqrt(2) / fan_in
    return rng.normal(0, std, size=(fan_in, fan_out))
