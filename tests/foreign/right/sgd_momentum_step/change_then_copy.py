# right: works on a copy of the velocity, plain Python names
import numpy as np

def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    new_velocity = np.array(velocity, dtype=float)
    new_velocity *= momentum
    new_velocity += grad
    change = -learning_rate * new_velocity
    return w + change, new_velocity
