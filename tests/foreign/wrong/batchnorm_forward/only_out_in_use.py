# wrong because: outside training only out is returned, not three results
import numpy as np

def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    if not training:
        return gamma * (X - running_mean) / np.sqrt(running_var + eps) + beta
    mu = X.mean(axis=0)
    var = ((X - mu) ** 2).mean(axis=0)
    out = gamma * (X - mu) / np.sqrt(var + eps) + beta
    new_mean = momentum * running_mean + (1 - momentum) * mu
    new_var = momentum * running_var + (1 - momentum) * var
    return out, new_mean, new_var
