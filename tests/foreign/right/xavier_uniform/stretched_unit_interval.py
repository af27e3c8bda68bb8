# right: numbers between 0 and 1, stretched and moved
import numpy as np

def xavier_uniform(fan_in, fan_out, rng):
    B = (6 / (fan_in + fan_out)) ** 0.5
    u = rng.random(size=(fan_in, fan_out))
    return 2 * B * u - B
