# right: one scale and one shift per column, statistics from sums
import numpy as np

def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        n = X.shape[0]
        mean = X.sum(axis=0) / n
        var = ((X - mean) ** 2).sum(axis=0) / n
        running_mean = running_mean + (1 - momentum) * (mean - running_mean)
        running_var = running_var + (1 - momentum) * (var - running_var)
    scale = gamma / np.sqrt(var + eps)
    shift = beta - mean * scale
    return X * scale + shift, running_mean, running_var
