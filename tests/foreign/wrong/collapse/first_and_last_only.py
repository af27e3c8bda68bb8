# wrong because: joins the first and the last layer only, those between are ignored, and a stack of one is joined to itself
import numpy as np

def collapse(layers):
    W1, b1 = layers[0]
    W2, b2 = layers[-1]
    W = W1 @ W2
    b = b1 @ W2 + b2
    return W, b
