# two faults: the old running value gets 1 - momentum and the batch gets momentum; beta is added before gamma multiplies
import numpy as np

def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    if training:
        mean = np.mean(X, axis=0)
        var = np.var(X, axis=0)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var
    else:
        mean, var = running_mean, running_var
    x_hat = (X - mean) / np.sqrt(var + eps)
    out = gamma * (x_hat + beta)
    return out, running_mean, running_var
