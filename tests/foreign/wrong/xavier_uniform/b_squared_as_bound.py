# wrong because: B squared is used as the bound, the root is missing
import numpy as np

def xavier_uniform(fan_in, fan_out, rng):
    variance = 2 / (fan_in + fan_out)
    B = 3 * variance
    return rng.uniform(-B, B, size=(fan_in, fan_out))
