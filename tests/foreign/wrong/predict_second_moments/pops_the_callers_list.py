# wrong because: pop takes the sizes out of the caller's list
import numpy as np

def predict_second_moments(layer_sizes, weight_variances, q0=1.0):
    moments = []
    q = q0
    for variance in weight_variances:
        fan_in = layer_sizes.pop(0)
        q = 0.5 * fan_in * variance * q
        moments.append(q)
    return moments
