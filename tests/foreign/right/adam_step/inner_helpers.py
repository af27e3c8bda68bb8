# right: one helper for both running means, one for the correction
import numpy as np

def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    def running(old, new, beta):
        return old + (1 - beta) * (new - old)

    def corrected(mean, beta):
        return mean / (1 - np.power(beta, t))

    m = running(m, grad, beta1)
    v = running(v, grad * grad, beta2)
    direction = corrected(m, beta1) / (corrected(v, beta2) ** 0.5 + eps)
    return w - learning_rate * direction, m, v
