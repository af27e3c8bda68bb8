# wrong because: this is Nesterov's step, the gradient is added once more to the damped new velocity
import numpy as np

def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + grad
    w = w - learning_rate * (grad + momentum * velocity)
    return w, velocity
