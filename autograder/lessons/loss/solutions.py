"""Reference functions of lesson 1, `loss`."""

import numpy as np


def mse(y_pred, y_true):
    """Mean squared error over all entries.

    L = mean((y_pred - y_true)²)

    Parameters
    ----------
    y_pred, y_true : ndarray, the same shape

    Returns
    -------
    loss : float, >= 0

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    ### BEGIN SOLUTION
    if y_pred.shape != y_true.shape:
        raise ValueError(f"shapes differ: {y_pred.shape} and {y_true.shape}")
    return float(np.mean((y_pred - y_true) ** 2))    # error, square, mean: one number, over all entries
    ### END SOLUTION


def mse_grad(y_pred, y_true):
    """Gradient of `mse` with respect to the predictions.

    ∂L/∂y_pred for L = mean((y_pred - y_true)²)

    Parameters
    ----------
    y_pred, y_true : ndarray, the same shape

    Returns
    -------
    grad : ndarray, shape of y_pred

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    ### BEGIN SOLUTION
    if y_pred.shape != y_true.shape:
        raise ValueError(f"shapes differ: {y_pred.shape} and {y_true.shape}")
    # each entry is one term of the mean: 2 from the square, 1/size from the mean
    return 2 * (y_pred - y_true) / y_pred.size
    ### END SOLUTION


def binary_cross_entropy_with_logits(z, y_true):
    """Mean binary cross-entropy of logits, without overflow.

    With p = 1 / (1 + exp(-z)):  L = mean(-y log p - (1 - y) log(1 - p))

    Parameters
    ----------
    z : ndarray
        Logits, any finite numbers.
    y_true : ndarray, shape of z
        Targets in [0, 1].

    Returns
    -------
    loss : float, >= 0, finite for every finite z
    """
    ### BEGIN SOLUTION
    # log(1 + e^z) = max(z, 0) + log(1 + e^-|z|): the exponent is never positive.
    return float(np.mean(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z)))))
    ### END SOLUTION


def log_softmax(logits):
    """Logarithm of the softmax of each row, without overflow.

    log p_ij = logits_ij - log(sum_k exp(logits_ik))

    Parameters
    ----------
    logits : ndarray, shape (n, C)
        One row per example, one column per class. Not modified.

    Returns
    -------
    log_p : ndarray, shape (n, C), entries <= 0
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)    # exp cannot overflow
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))    # what was subtracted cancels
    ### END SOLUTION


def cross_entropy(logits, labels):
    """Mean cross-entropy between logits and the right classes.

    L = mean over i of -log p[i, labels[i]], natural logarithm

    Parameters
    ----------
    logits : ndarray, shape (n, C)
        Before the softmax.
    labels : ndarray of int, shape (n,)
        The right class of each row, 0 … C-1.

    Returns
    -------
    loss : float, >= 0
    """
    ### BEGIN SOLUTION
    log_p = log_softmax(logits)                              # (n, C)
    return float(-np.mean(log_p[np.arange(len(labels)), labels]))    # of each row the entry of its own label
    ### END SOLUTION


def minibatches(n, batch_size, rng):
    """Cut the indices 0 … n-1, in random order, into batches: one epoch.

    Parameters
    ----------
    n : int, >= 1
        Number of examples.
    batch_size : int, >= 1
        The last batch may be smaller.
    rng : np.random.Generator
        Decides the order.

    Returns
    -------
    batches : iterable of ndarray of int
        Every index is in exactly one of them.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(n)    # shuffled once, so each example comes exactly once
    # the last batch may be smaller
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]
    ### END SOLUTION


def fit_line(x, y_true, learning_rate, n_epochs):
    """Fit y = w x + b by gradient descent on the mean squared error, on all examples.

    Starts from w = b = 0. In every epoch: predict, note the loss, then move both
    parameters against their gradients.

    Parameters
    ----------
    x, y_true : ndarray, shape (n,)
    learning_rate : float, > 0
    n_epochs : int, >= 0

    Returns
    -------
    w, b : float
    losses : list of float, length n_epochs
        The loss before each update.
    """
    ### BEGIN SOLUTION
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        y_pred = w * x + b                                   # (n,)
        losses.append(mse(y_pred, y_true))    # before anything moves
        dy = mse_grad(y_pred, y_true)                        # (n,), 1/n is in it
        # both slopes come from the same prediction, so both move at once
        w, b = w - learning_rate * float(np.sum(dy * x)), b - learning_rate * float(np.sum(dy))
    return w, b, losses
    ### END SOLUTION


def early_stopping_epoch(val_losses, patience):
    """Index of the best epoch at the moment when training would stop.

    Training stops after `patience` epochs in a row that are not lower than the best
    loss so far, or at the end of the run. A tie is no improvement.

    Parameters
    ----------
    val_losses : sequence of float, length >= 1
        Validation loss after each epoch.
    patience : int, >= 1

    Returns
    -------
    epoch : int
        0 for the first epoch.
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch    # equally good is not better: the earlier one stays
        elif epoch - best >= patience:    # so many epochs in a row without a better one
            break
    return best
    ### END SOLUTION
