# right: sends 0 and the unit vectors through the stack and reads off b and W
import numpy as np

def through(rows, layers):
    for W, b in layers:
        rows = rows @ W + b
    return rows

def collapse(layers):
    fan_in = layers[0][0].shape[0]
    b = through(np.zeros((1, fan_in)), layers)[0]
    W = through(np.eye(fan_in), layers) - b
    return W, b
