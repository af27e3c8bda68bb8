# two faults: the last hidden layer is cut off as if it were the logits; the variance is returned, not its root
import numpy as np

def activation_std(X, layers, activation):
    _, activations = forward(X, layers, activation)
    return [np.var(a) for a in activations[1:-1]]
