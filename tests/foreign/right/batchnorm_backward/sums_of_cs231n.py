# right: the short form with sums, dX from dgamma and dbeta
import numpy as np

def batchnorm_backward(dout, X, gamma, eps=1e-5):
    N = len(X)
    inv_std = (X.var(axis=0) + eps) ** -0.5
    x_hat = (X - X.mean(axis=0)) * inv_std
    dbeta = np.einsum("nd->d", dout)
    dgamma = np.einsum("nd,nd->d", dout, x_hat)
    dX = gamma * inv_std / N * (N * dout - dbeta - x_hat * dgamma)
    return dX, dgamma, dbeta
