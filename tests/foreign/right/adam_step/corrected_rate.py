# right: correction moved into the rate, with eps scaled along so that it is the same formula
import numpy as np

def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m_new = beta1 * m + (1 - beta1) * grad
    v_new = beta2 * v + (1 - beta2) * np.square(grad)
    root = np.sqrt(1 - beta2 ** t)
    rate = learning_rate * root / (1 - beta1 ** t)
    return w - rate * m_new / (np.sqrt(v_new) + eps * root), m_new, v_new
