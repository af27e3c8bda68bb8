# wrong because: both means run over the whole matrix, not down the columns
import numpy as np

def batchnorm_backward(dout, X, gamma, eps=1e-5):
    std = np.sqrt(X.var(axis=0) + eps)
    x_hat = (X - X.mean(axis=0)) / std
    g = dout * gamma
    dX = (g - np.mean(g) - x_hat * np.mean(g * x_hat)) / std
    return dX, np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
