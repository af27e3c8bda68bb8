# two faults: beta2 is 0.99 by default; only m is corrected, v goes into the root as it is
import numpy as np

def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.99, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    m_hat = m / (1 - beta1 ** t)
    step = learning_rate * m_hat / (np.sqrt(v) + eps)
    return w - step, m, v
