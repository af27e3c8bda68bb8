# right: exp(-log(1 + exp(-z)))
import numpy as np

def sigmoid(z):
    log_a = -np.logaddexp(0.0, -z)
    return np.exp(log_a)
