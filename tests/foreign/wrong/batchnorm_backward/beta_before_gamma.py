# wrong because: returns dX, dbeta, dgamma
import numpy as np

def batchnorm_backward(dout, X, gamma, eps=1e-5):
    mu = np.mean(X, axis=0)
    sigma = np.sqrt(np.var(X, axis=0) + eps)
    x_hat = (X - mu) / sigma
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    g = gamma * dout
    dX = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / sigma
    return dX, dbeta, dgamma
