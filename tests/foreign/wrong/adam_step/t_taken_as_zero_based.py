# wrong because: corrects with t + 1, as if the first update had t = 0
import numpy as np

def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad ** 2 - v)
    mhat = m / (1 - beta1 ** (t + 1))
    vhat = v / (1 - beta2 ** (t + 1))
    return w - learning_rate * mhat / (np.sqrt(vhat) + eps), m, v
