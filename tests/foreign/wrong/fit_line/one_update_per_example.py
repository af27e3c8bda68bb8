# wrong because: moves w and b after every single example (stochastic), not once per epoch on all of them
import numpy as np

def fit_line(x, y_true, learning_rate, n_epochs):
    w, b = 0.0, 0.0
    losses = []
    for epoch in range(n_epochs):
        losses.append(float(np.mean((w * x + b - y_true) ** 2)))
        for xi, yi in zip(x, y_true):
            g = 2 * (w * xi + b - yi) / len(x)
            w = w - learning_rate * g * xi
            b = b - learning_rate * g
    return w, b, losses
