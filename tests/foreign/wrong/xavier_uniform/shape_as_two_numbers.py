# wrong because: rng.uniform takes the shape as one tuple, two numbers raise a TypeError
import numpy as np

def xavier_uniform(fan_in, fan_out, rng):
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, fan_in, fan_out)
