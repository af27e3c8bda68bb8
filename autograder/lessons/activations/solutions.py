"""Reference functions of lesson 3, `activations`."""

import numpy as np


def sigmoid(z):
    """The logistic function of every entry, without overflow.

    σ(z) = 1 / (1 + e^-z)

    Parameters
    ----------
    z : ndarray, any shape
        Any finite numbers. Not modified.

    Returns
    -------
    a : ndarray, shape of z, entries in [0, 1]
    """
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(z))                          # the exponent is never positive: e lies in [0, 1]
    # two forms of one formula, each where it does not overflow
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    ### END SOLUTION


def sigmoid_grad(z):
    """Derivative of `sigmoid` at every entry of z.

    σ'(z) = σ(z) (1 - σ(z))

    Parameters
    ----------
    z : ndarray, any shape
        What goes *into* the sigmoid.

    Returns
    -------
    slope : ndarray, shape of z, entries in [0, 1/4]
    """
    ### BEGIN SOLUTION
    a = sigmoid(z)
    return a * (1 - a)    # largest at z = 0, where it is 1/4
    ### END SOLUTION


def tanh_grad(z):
    """Derivative of tanh at every entry of z.

    tanh'(z) = 1 - tanh²(z)

    Parameters
    ----------
    z : ndarray, any shape
        What goes *into* tanh.

    Returns
    -------
    slope : ndarray, shape of z, entries in [0, 1]
    """
    ### BEGIN SOLUTION
    return 1 - np.tanh(z) ** 2    # 1 at z = 0, and near 0 where tanh is flat
    ### END SOLUTION


def saturated_fraction(a, threshold=0.97):
    """Share of tanh outputs that lie on the flat ends of the curve.

    Parameters
    ----------
    a : ndarray, any shape
        Outputs of tanh, in [-1, 1].
    threshold : float
        An output counts when its absolute value is greater than this.

    Returns
    -------
    fraction : float in [0, 1]
    """
    ### BEGIN SOLUTION
    return float(np.mean(np.abs(a) > threshold))    # the mean of True and False is a fraction
    ### END SOLUTION


def relu(z):
    """The positive part of every entry.

    relu(z) = max(z, 0)

    Parameters
    ----------
    z : ndarray, any shape
        Not modified.

    Returns
    -------
    a : ndarray, shape of z, entries >= 0
    """
    ### BEGIN SOLUTION
    return np.maximum(z, 0)    # entry by entry
    ### END SOLUTION


def relu_grad(z):
    """Derivative of `relu` at every entry of z.

    1 where z > 0, else 0. At z = 0 there is no derivative; by convention it is 0 here.

    Parameters
    ----------
    z : ndarray, any shape

    Returns
    -------
    slope : ndarray, shape of z, entries 0 or 1
    """
    ### BEGIN SOLUTION
    return (z > 0).astype(float)    # 0 at the kink itself, as is agreed
    ### END SOLUTION


def dead_fraction(A):
    """Share of a layer's units that are exactly zero on every row.

    Parameters
    ----------
    A : ndarray, shape (n, units)
        Outputs of a layer, one example a row.

    Returns
    -------
    fraction : float in [0, 1]

    Raises
    ------
    ValueError
        If an entry is not finite: then the run has diverged, and "dead" means nothing.
    """
    ### BEGIN SOLUTION
    if not np.all(np.isfinite(A)):
        raise ValueError("activations are not finite: the run has diverged")
    return float(np.mean(np.all(A == 0, axis=0)))   # (n, units) -> (units,) -> one number
    ### END SOLUTION


def leaky_relu(z, slope=0.01):
    """ReLU with a slope on the negative side.

    z where z > 0, else slope · z

    Parameters
    ----------
    z : ndarray, any shape
        Not modified.
    slope : float
        Any number; 0 gives ReLU, 1 the identity. It may exceed 1.

    Returns
    -------
    a : ndarray, shape of z
    """
    ### BEGIN SOLUTION
    return np.where(z > 0, z, slope * z)    # a small slope in place of none
    ### END SOLUTION


def prelu_backward(dout, z, slope):
    """Gradients of the loss at a PReLU's input and slope, from the one at its output.

    PReLU is `leaky_relu` with one slope, shared by all units, that is learned.

    Parameters
    ----------
    dout : ndarray, shape of z
        dL/da for a = leaky_relu(z, slope).
    z : ndarray, any shape
    slope : float

    Returns
    -------
    dz : ndarray, shape of z
    dslope : float
        dL/dslope: one number, since every entry uses the same slope.
    """
    ### BEGIN SOLUTION
    dz = dout * np.where(z > 0, 1.0, slope)    # the chain rule: what comes back, times the slope here
    dslope = float(np.sum(dout * np.minimum(z, 0)))     # da/dslope is z on the negative side, else 0
    return dz, dslope
    ### END SOLUTION


def softmax(logits, axis=-1):
    """Turn logits into probabilities along one axis, without overflow.

    p_k = exp(logits_k) / sum over j of exp(logits_j)

    Parameters
    ----------
    logits : ndarray, any shape
        Any finite numbers. Not modified.
    axis : int
        Along this axis the results add up to 1.

    Returns
    -------
    p : ndarray, shape of logits, entries in [0, 1]
    """
    ### BEGIN SOLUTION
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))   # the largest exponent is 0
    return e / e.sum(axis=axis, keepdims=True)    # the shift cancels in the quotient
    ### END SOLUTION


def softmax_cross_entropy_grad(logits, labels):
    """Gradient of the mean cross-entropy with respect to the logits.

    ∂L/∂logits = (p - onehot) / n,  p = softmax(logits)

    Parameters
    ----------
    logits : ndarray, shape (n, C)
        Not modified.
    labels : ndarray of int, shape (n,)
        The right class of each row, 0 … C-1.

    Returns
    -------
    dlogits : ndarray, shape (n, C)
    """
    ### BEGIN SOLUTION
    n, C = logits.shape
    onehot = np.eye(C)[labels]                      # (n, C), a single 1 in each row
    return (softmax(logits) - onehot) / n    # what was predicted, less what was true; 1/n from the mean
    ### END SOLUTION
