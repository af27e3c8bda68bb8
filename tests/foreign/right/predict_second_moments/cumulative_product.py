# right: the product of all factors so far
import numpy as np

def predict_second_moments(layer_sizes, weight_variances, q0=1.0):
    fan_ins = np.array(layer_sizes[:-1], dtype=float)
    factors = fan_ins * np.array(weight_variances, dtype=float) / 2
    return (q0 * np.cumprod(factors)).tolist()
