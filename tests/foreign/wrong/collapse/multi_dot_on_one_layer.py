# wrong because: np.linalg.multi_dot needs at least two matrices, so a stack of one layer raises
import numpy as np

def collapse(layers):
    matrices = [W for W, _ in layers]
    b = layers[0][1]
    for W_next, b_next in layers[1:]:
        b = b @ W_next + b_next
    return np.linalg.multi_dot(matrices), b
