# right: builds the n x n Jacobian of every column
import numpy as np

def batchnorm_backward(dout, X, gamma, eps=1e-5):
    n, d = X.shape
    dX = np.zeros((n, d))
    dgamma = np.zeros(d)
    for j in range(d):
        x = X[:, j]
        s = np.sqrt(x.var() + eps)
        xh = (x - x.mean()) / s
        J = (np.eye(n) - 1 / n - np.outer(xh, xh) / n) / s
        dX[:, j] = J @ (gamma[j] * dout[:, j])
        dgamma[j] = dout[:, j] @ xh
    return dX, dgamma, dout.sum(axis=0)
