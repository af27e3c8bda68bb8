# wrong because: the last layer is treated as linear and keeps its half
import numpy as np

def predict_second_moments(layer_sizes, weight_variances, q0=1.0):
    L = len(weight_variances)
    q, moments = q0, []
    for l in range(L):
        q = layer_sizes[l] * weight_variances[l] * q
        if l < L - 1:
            q = q / 2
        moments.append(q)
    return moments
