# wrong because: Keras's form, the velocity holds minus the learning rate times the gradient
import numpy as np

def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * grad
    w = w + velocity
    return w, velocity
