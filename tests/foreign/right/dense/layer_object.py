# right: a small class with __call__
import numpy as np

class Layer:
    def __init__(self, W, b, f):
        self.weights, self.bias, self.f = W, b, f

    def __call__(self, batch):
        return self.f(np.matmul(batch, self.weights) + self.bias)

def dense(X, W, b, activation):
    layer = Layer(W, b, activation)
    return layer(X)
