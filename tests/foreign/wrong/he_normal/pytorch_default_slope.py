# wrong because: takes over a = sqrt(5) of PyTorch's layers, so the variance is 1 / (3 fan_in)
import numpy as np

def he_normal(fan_in, fan_out, rng, a=np.sqrt(5)):
    std = np.sqrt(2 / ((1 + a ** 2) * fan_in))
    return rng.normal(0.0, std, size=(fan_in, fan_out))
