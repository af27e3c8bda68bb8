# right: loop over the hidden layers, the last layer by itself
import numpy as np

def forward(X, layers, activation):
    *hidden, (W_out, b_out) = layers
    zs = []
    taken_in = [X]
    for weights, bias in hidden:
        pre = taken_in[-1].dot(weights) + bias
        zs.append(pre)
        taken_in.append(activation(pre))
    zs.append(taken_in[-1].dot(W_out) + b_out)
    return zs, taken_in
