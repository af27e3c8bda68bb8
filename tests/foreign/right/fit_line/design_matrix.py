# right: both parameters in one vector, with a column of ones
import numpy as np

def fit_line(x, y_true, learning_rate, n_epochs):
    X = np.column_stack([x, np.ones(len(x))])
    theta = np.zeros(2)
    history = []
    while len(history) < n_epochs:
        residual = X @ theta - y_true
        history.append(float(residual @ residual / len(x)))
        theta = theta - learning_rate * (2 / len(x)) * (X.T @ residual)
    slope, intercept = theta
    return float(slope), float(intercept), history
