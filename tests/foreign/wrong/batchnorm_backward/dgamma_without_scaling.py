# wrong because: dgamma takes X - mean, not divided by the standard deviation
import numpy as np

def batchnorm_backward(dout, X, gamma, eps=1e-5):
    centred = X - X.mean(axis=0)
    std = np.sqrt((centred ** 2).mean(axis=0) + eps)
    g = dout * gamma
    dX = (g - g.mean(axis=0) - centred / std * (g * centred / std).mean(axis=0)) / std
    dgamma = (dout * centred).sum(axis=0)
    dbeta = dout.sum(axis=0)
    return dX, dgamma, dbeta
