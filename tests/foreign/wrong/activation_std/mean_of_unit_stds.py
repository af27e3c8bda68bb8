# wrong because: the std of each unit, averaged, instead of one over rows and units together
import numpy as np

def activation_std(X, layers, activation):
    zs, activations = forward(X, layers, activation)
    stds = []
    for a in activations[1:]:
        stds.append(float(a.std(axis=0).mean()))
    return stds
