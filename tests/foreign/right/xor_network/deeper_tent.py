# right: three layers: the two parts of the tent, then the tent, then 1 - what is left
import numpy as np

def xor_network():
    # first: s = x1 + x2 and relu(s - 1)
    first = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))
    # second: relu(1 - s + 2 relu(s - 1)) = 1, 0, 0, 1
    second = (np.array([[-1.0], [2.0]]), np.array([1.0]))
    # out: 1 minus that
    third = (np.array([[-1.0]]), np.array([1.0]))
    return [first, second, third]
