# wrong because: leaves the loop once the loss hardly changes, so losses has fewer entries than n_epochs
import numpy as np

def fit_line(x, y_true, learning_rate, n_epochs):
    w = 0.0
    b = 0.0
    losses = []
    n = len(x)
    for epoch in range(n_epochs):
        y_pred = w * x + b
        error = y_pred - y_true
        losses.append(float((error ** 2).mean()))
        # converged?
        if epoch > 0 and abs(losses[-2] - losses[-1]) < 1e-2:
            break
        w = w - learning_rate * 2 / n * (error * x).sum()
        b = b - learning_rate * 2 / n * error.sum()
    return w, b, losses
