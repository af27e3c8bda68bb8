# wrong because: (random - 0.5) times B reaches only from -B/2 to B/2
import numpy as np

def xavier_uniform(fan_in, fan_out, rng):
    B = np.sqrt(6 / (fan_in + fan_out))
    return (rng.random((fan_in, fan_out)) - 0.5) * B
