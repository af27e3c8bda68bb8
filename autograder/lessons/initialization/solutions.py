"""Reference functions of the lesson `initialization`."""

import numpy as np

from autograder.lessons.activations.solutions import relu, relu_grad, softmax_cross_entropy_grad
from autograder.lessons.gradients.solutions import adam_step, backward, clip_by_global_norm
from autograder.lessons.loss.solutions import cross_entropy, minibatches
from autograder.lessons.weights.solutions import forward


def distinct_units(W):
    """Count the units of a layer that differ from one another.

    Two units are the same if all their incoming weights are equal, entry by entry.

    Parameters
    ----------
    W : ndarray, shape (fan_in, fan_out)
        Column j holds the incoming weights of unit j.

    Returns
    -------
    count : int, 1 … fan_out
    """
    ### BEGIN SOLUTION
    return len({tuple(column) for column in W.T})       # a set keeps one of each
    ### END SOLUTION


def activation_std(X, layers, activation):
    """Standard deviation of the activations of every hidden layer.

    Parameters
    ----------
    X : ndarray, shape (n, fan_in)
    layers : list of (W, b)
        L pairs; the last layer is linear and gives the logits.
    activation : callable
        Of the hidden layers.

    Returns
    -------
    stds : list of L - 1 floats
        Each over all rows and all units of one hidden layer together; divided by their
        number, not by one less.
    """
    ### BEGIN SOLUTION
    _, activations = forward(X, layers, activation)
    return [float(a.std()) for a in activations[1:]]    # the first one is X
    ### END SOLUTION


def xavier_normal(fan_in, fan_out, rng):
    """Draw weights that keep the scale level in both directions, forward and backward.

    W_ij ~ N(0, 2 / (fan_in + fan_out)); the second number is the variance.

    Parameters
    ----------
    fan_in, fan_out : int, >= 1
    rng : np.random.Generator

    Returns
    -------
    W : ndarray, shape (fan_in, fan_out), float64

    Source: Glorot and Bengio (2010), section 4.2.
    """
    ### BEGIN SOLUTION
    # normal takes the spread, which is the root of the variance
    return rng.normal(0.0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))
    ### END SOLUTION


def xavier_uniform(fan_in, fan_out, rng):
    """Draw weights of Xavier's variance from a uniform distribution.

    W_ij ~ U(-B, B), of variance 2 / (fan_in + fan_out).

    Parameters
    ----------
    fan_in, fan_out : int, >= 1
    rng : np.random.Generator

    Returns
    -------
    W : ndarray, shape (fan_in, fan_out), float64

    Source: Glorot and Bengio (2010), equation 16.
    """
    ### BEGIN SOLUTION
    bound = np.sqrt(6 / (fan_in + fan_out))     # the variance of U(-B, B) is B²/3
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    ### END SOLUTION


def predict_second_moments(layer_sizes, weight_variances, q0=1.0):
    """Mean square of the activations after each ReLU layer, without running it.

    Weights are independent, of mean 0; biases are 0.

    Parameters
    ----------
    layer_sizes : sequence of int
        [n_0, n_1, …, n_L], the input's size first. All L layers are ReLU layers.
    weight_variances : sequence of L floats
        Variance of the weights of each layer.
    q0 : float
        Mean square of the inputs, E[x²].

    Returns
    -------
    q : list of L floats
        E[a²] after each layer; q0 is not among them.
    """
    ### BEGIN SOLUTION
    q, moments = q0, []
    for fan_in, variance in zip(layer_sizes[:-1], weight_variances, strict=True):
        q = fan_in * variance * q / 2           # E[z²] = fan_in Var(w) q, and ReLU keeps half of it
        moments.append(q)    # after this layer's ReLU
    return moments
    ### END SOLUTION


def he_normal(fan_in, fan_out, rng):
    """Draw weights that keep the mean square of ReLU activations level.

    W_ij ~ N(0, 2 / fan_in); the second number is the variance.

    Parameters
    ----------
    fan_in, fan_out : int, >= 1
    rng : np.random.Generator

    Returns
    -------
    W : ndarray, shape (fan_in, fan_out), float64

    Source: He et al. (2015), section 2.2.
    """
    ### BEGIN SOLUTION
    # twice the variance: ReLU takes half away
    return rng.normal(0.0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    ### END SOLUTION


def he_uniform(fan_in, fan_out, rng):
    """Draw weights of He's variance from a uniform distribution.

    W_ij ~ U(-B, B), of variance 2 / fan_in.

    Parameters
    ----------
    fan_in, fan_out : int, >= 1
    rng : np.random.Generator

    Returns
    -------
    W : ndarray, shape (fan_in, fan_out), float64
    """
    ### BEGIN SOLUTION
    bound = np.sqrt(6 / fan_in)    # the variance of U(-B, B) is B²/3
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    ### END SOLUTION


def gain(name, slope=0.01):
    """By how much the std of the weights exceeds 1/√fan_in, so that the scale is kept.

    Parameters
    ----------
    name : str
        "linear", "sigmoid", "tanh", "relu" or "leaky_relu".
    slope : float
        Of leaky ReLU, for negative inputs. The others do not use it.

    Returns
    -------
    gain : float

    Raises
    ------
    ValueError
        For any other name.
    """
    ### BEGIN SOLUTION
    gains = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": np.sqrt(2),    # ReLU keeps half of the second moment
        "leaky_relu": np.sqrt(2 / (1 + slope**2)),
    }
    if name not in gains:
        raise ValueError(f"no gain is known for {name!r}")
    return float(gains[name])
    ### END SOLUTION


def initialize(layer_sizes, scheme, rng):
    """Draw the start of a whole network.

    Parameters
    ----------
    layer_sizes : sequence of int
        The input's size first: [64, 32, 10] gives two layers.
    scheme : str
        "xavier_normal", "xavier_uniform", "he_normal" or "he_uniform".
    rng : np.random.Generator
        All layers draw from it, one after the other.

    Returns
    -------
    layers : list of (W, b)
        W of shape (fan_in, fan_out) by the scheme, b of shape (fan_out,), all zeros.

    Raises
    ------
    ValueError
        If the scheme is none of the four.
    """
    ### BEGIN SOLUTION
    schemes = {"xavier_normal": xavier_normal, "xavier_uniform": xavier_uniform,
               "he_normal": he_normal, "he_uniform": he_uniform}
    if scheme not in schemes:
        raise ValueError(f"no scheme {scheme!r}")
    draw = schemes[scheme]    # a name becomes a function
    return [(draw(fan_in, fan_out, rng), np.zeros(fan_out))
            for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:], strict=True)]
    ### END SOLUTION


def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Train a ReLU network as a classifier.

    Cross-entropy, mini-batches, Adam, gradients clipped to a norm of 1.

    Parameters
    ----------
    layers : list of (W, b)
        Where training starts. Stays as it is.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)
    n_epochs, batch_size : int
        The last batch of an epoch may be smaller.
    learning_rate : float
        Adam's; its other settings keep their defaults.
    rng : np.random.Generator
        Decides the order of the examples, anew in each epoch.

    Returns
    -------
    layers : list of (W, b)
        Where training ended.
    losses : list of n_epochs floats
        Mean loss of each epoch: over its examples, each batch measured before its own
        update.
    """
    ### BEGIN SOLUTION
    parameters = [p for layer in layers for p in layer]                 # W1, b1, W2, b2, …
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    losses, t = [], 0
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):    # shuffled anew in every epoch
            layers = list(zip(parameters[::2], parameters[1::2], strict=True))
            zs, activations = forward(X[rows], layers, relu)
            total += len(rows) * cross_entropy(zs[-1], labels[rows])    # a smaller last batch weighs less
            dlogits = softmax_cross_entropy_grad(zs[-1], labels[rows])
            pairs = backward(dlogits, zs, activations, layers, relu_grad)
            grads, _ = clip_by_global_norm([g for pair in pairs for g in pair], 1.0)
            t += 1                                                      # Adam counts updates, not epochs
            # each parameter with its own two memories
            steps = [adam_step(*each, t, learning_rate) for each in zip(parameters, grads, m, v, strict=True)]
            parameters, m, v = (list(part) for part in zip(*steps, strict=True))
        losses.append(total / len(X))
    return list(zip(parameters[::2], parameters[1::2], strict=True)), losses
    ### END SOLUTION
