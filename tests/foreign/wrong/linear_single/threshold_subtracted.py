# wrong because: subtracts b like the threshold of a perceptron instead of adding it
import numpy as np

def linear_single(x, W, b):
    return W.T @ x - b
