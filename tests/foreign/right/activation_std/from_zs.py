# right: applies the activation to the hidden zs once more
import numpy as np

def activation_std(X, layers, activation):
    zs, _ = forward(X, layers, activation)
    hidden = zs[:-1]                    # the last z are the logits
    return list(map(lambda z: float(np.std(activation(z))), hidden))
