# wrong because: the running variance takes in the batch's standard deviation
import numpy as np

def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        std = np.sqrt(var + eps)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * std
    else:
        mean = running_mean
        std = np.sqrt(running_var + eps)
    out = gamma * (X - mean) / std + beta
    return out, running_mean, running_var
