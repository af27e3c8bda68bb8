# right: a standard normal row for each input, stretched
import numpy as np

def xavier_normal(fan_in, fan_out, rng):
    mean_fan = (fan_in + fan_out) / 2
    rows = [rng.standard_normal(fan_out) / np.sqrt(mean_fan) for _ in range(fan_in)]
    return np.array(rows)
