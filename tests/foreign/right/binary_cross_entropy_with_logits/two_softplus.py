# right: softplus of -z for y and of z for 1 - y
import numpy as np

def softplus(t):
    return np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))

def binary_cross_entropy_with_logits(z, y_true):
    cost_if_one = softplus(-z)      # -log p
    cost_if_zero = softplus(z)      # -log(1 - p)
    total = np.sum(y_true * cost_if_one + (1 - y_true) * cost_if_zero)
    return float(total / np.size(z))
