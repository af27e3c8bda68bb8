# wrong because: ^ is no power in Python, float ^ int raises a TypeError
import numpy as np

def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad ** 2
    m_hat = m / (1 - beta1 ^ t)
    v_hat = v / (1 - beta2 ^ t)
    w = w - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v
