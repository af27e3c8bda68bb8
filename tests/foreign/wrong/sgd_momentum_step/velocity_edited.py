# wrong because: *= and += change the caller's velocity
import numpy as np

def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    velocity *= momentum
    velocity += grad
    return w - learning_rate * velocity, velocity
