# right: nudges x itself and puts the old value back each time
import numpy as np

def numerical_gradient(f, x, eps=1e-6):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        oldval = x[ix]
        x[ix] = oldval + eps
        fxph = f(x)
        x[ix] = oldval - eps
        fxmh = f(x)
        x[ix] = oldval              # restore
        grad[ix] = (fxph - fxmh) / (2 * eps)
        it.iternext()
    return grad
