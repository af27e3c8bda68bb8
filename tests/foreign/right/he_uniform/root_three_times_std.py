# right: sqrt(3) times the standard deviation is the bound
import math

def he_uniform(fan_in, fan_out, rng):
    std = math.sqrt(2 / fan_in)
    bound = math.sqrt(3) * std
    return rng.uniform(low=-bound, high=bound, size=fan_in * fan_out).reshape(fan_in, fan_out)
