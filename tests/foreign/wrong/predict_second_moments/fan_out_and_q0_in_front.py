# two faults: multiplies by the size of the layer itself (fan_out); q0 is the first entry of the result
import numpy as np

def predict_second_moments(layer_sizes, weight_variances, q0=1.0):
    qs = [q0]
    for n, var in zip(layer_sizes[1:], weight_variances):
        qs.append(0.5 * n * var * qs[-1])
    return qs
