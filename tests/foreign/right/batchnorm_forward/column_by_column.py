# right: a loop over the columns
import numpy as np

def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    n, d = X.shape
    out = np.empty((n, d))
    new_mean = running_mean.astype(float)       # astype copies
    new_var = running_var.astype(float)
    for j in range(d):
        column = X[:, j]
        if training:
            mu, var = column.mean(), column.var()
            new_mean[j] = momentum * running_mean[j] + (1 - momentum) * mu
            new_var[j] = momentum * running_var[j] + (1 - momentum) * var
        else:
            mu, var = running_mean[j], running_var[j]
        out[:, j] = gamma[j] * (column - mu) / np.sqrt(var + eps) + beta[j]
    return out, new_mean, new_var
