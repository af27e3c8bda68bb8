"""Reference functions of the lesson `weights`."""

import numpy as np


def linear_single(x, W, b):
    """What one layer of units receives from one input vector, before any activation.

    z_j = sum over i of x_i W_ij, plus b_j.

    Parameters
    ----------
    x : ndarray, shape (fan_in,)
    W : ndarray, shape (fan_in, fan_out)
        Column j holds the weights of unit j.
    b : ndarray, shape (fan_out,)

    Returns
    -------
    z : ndarray, shape (fan_out,)
    """
    ### BEGIN SOLUTION
    return W.T @ x + b      # (fan_out, fan_in) @ (fan_in,) -> (fan_out,)
    ### END SOLUTION


def linear(X, W, b):
    """The linear map of a layer for a whole batch.

    Z = X W + b, the same b for every row.

    Parameters
    ----------
    X : ndarray, shape (n, fan_in)
        One example a row.
    W : ndarray, shape (fan_in, fan_out)
    b : ndarray, shape (fan_out,)

    Returns
    -------
    Z : ndarray, shape (n, fan_out)
    """
    ### BEGIN SOLUTION
    return X @ W + b        # b is broadcast over the n rows
    ### END SOLUTION


def dense(X, W, b, activation):
    """A whole layer: the linear map, then the activation on every entry.

    A = f(X W + b).

    Parameters
    ----------
    X : ndarray, shape (n, fan_in)
    W : ndarray, shape (fan_in, fan_out)
    b : ndarray, shape (fan_out,)
    activation : callable
        Takes an array and returns an array of the same shape, e.g. `np.tanh`.

    Returns
    -------
    A : ndarray, shape (n, fan_out)
    """
    ### BEGIN SOLUTION
    return activation(linear(X, W, b))    # the bend comes after the sum
    ### END SOLUTION


def count_parameters(layer_sizes):
    """How many numbers a fully connected network learns: all its weights and biases.

    Parameters
    ----------
    layer_sizes : sequence of int
        The input's size first: [64, 32, 10] is 64 pixels, 32 hidden units, 10 outputs.

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    pairs = zip(layer_sizes[:-1], layer_sizes[1:], strict=True)
    # the weights, and one bias for each unit
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairs)
    ### END SOLUTION


def forward(X, layers, activation):
    """Send a batch through a network and keep all that it computes on the way.

    layers[l] takes in activations[l] and gives zs[l], with l from 0. The first layer
    takes in X, each later one takes in f(zs[l - 1]). The last layer has no activation:
    zs[-1] are the logits.

    Parameters
    ----------
    X : ndarray, shape (n, fan_in)
    layers : list of (W, b)
        L pairs, first layer first.
    activation : callable
        f of the hidden layers.

    Returns
    -------
    zs : list of L arrays
        What each layer gives, before the activation.
    activations : list of L arrays
        What each layer takes in: X first. No activation of the logits.
    """
    ### BEGIN SOLUTION
    zs, activations = [], [X]
    for W, b in layers:
        zs.append(linear(activations[-1], W, b))    # each layer takes in what the one before gave
        activations.append(activation(zs[-1]))
    return zs, activations[:-1]     # nothing takes in the last one
    ### END SOLUTION


def linear_backward(dz, X, W):
    """Gradients at a linear layer's input, weights and bias, from that at its output.

    Parameters
    ----------
    dz : ndarray, shape (n, fan_out)
        dL/dz of the mean loss L: its 1/n is already in dz.
    X : ndarray, shape (n, fan_in)
        What the layer took in.
    W : ndarray, shape (fan_in, fan_out)

    Returns
    -------
    dX : ndarray, shape (n, fan_in)
    dW : ndarray, shape (fan_in, fan_out)
    db : ndarray, shape (fan_out,)
    """
    ### BEGIN SOLUTION
    dX = dz @ W.T           # each input receives from every unit it feeds
    dW = X.T @ dz           # the sum over the batch is inside the product
    db = dz.sum(axis=0)     # every row used the same b
    return dX, dW, db
    ### END SOLUTION


def collapse(layers):
    """The one linear layer that a stack of linear layers amounts to.

    Parameters
    ----------
    layers : list of (W, b)
        At least one, first layer first.

    Returns
    -------
    W : ndarray, shape (fan_in of the first layer, fan_out of the last)
    b : ndarray, shape (fan_out of the last,)
    """
    ### BEGIN SOLUTION
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next    # (X W + b) W' + b' = X (W W') + (b W' + b')
    return W, b
    ### END SOLUTION


def xor_network():
    """A ReLU network, weights set by hand, that computes XOR.

    Returns
    -------
    layers : list of (W, b)
        2 inputs, one or more hidden layers with ReLU, 1 output without activation.
        The output is 0 for (0, 0) and (1, 1), and 1 for (0, 1) and (1, 0).
    """
    ### BEGIN SOLUTION
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])     # both units see the sum of the inputs
    b1 = np.array([0.0, -1.0])                  # the second wakes up only above a sum of 1
    W2 = np.array([[1.0], [-2.0]])              # and then takes back twice as much
    return [(W1, b1), (W2, np.zeros(1))]
    ### END SOLUTION
