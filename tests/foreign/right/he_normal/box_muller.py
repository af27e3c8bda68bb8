# right: normal numbers from two uniform ones (Box and Muller)
import numpy as np

def he_normal(fan_in, fan_out, rng):
    u1 = 1 - rng.random((fan_in, fan_out))      # in (0, 1], so the log is finite
    u2 = rng.random((fan_in, fan_out))
    z = np.sqrt(-2 * np.log(u1)) * np.cos(2 * np.pi * u2)
    return z * np.sqrt(2 / fan_in)
