# two faults: the loss is noted after the update; returns b before w
import numpy as np

def fit_line(x, y_true, learning_rate, n_epochs):
    w, b = 0.0, 0.0
    losses = []
    for _ in range(n_epochs):
        g = 2 * (w * x + b - y_true) / y_true.size
        w, b = w - learning_rate * (g @ x), b - learning_rate * g.sum()
        y_pred = w * x + b
        losses.append(float(np.mean((y_pred - y_true) ** 2)))
    return b, w, losses
