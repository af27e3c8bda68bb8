"""Reference functions of lesson 4, `gradients`."""

import numpy as np

from autograder.lessons.weights.solutions import linear_backward


def numerical_gradient(f, x, eps=1e-6):
    """Slope of f along every entry of x, by central differences.

    ∂f/∂x_i ≈ (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a float.
    x : ndarray of float, any shape
        After the call it holds the values that it held before.
    eps : float, > 0
        Size of the nudge.

    Returns
    -------
    grad : ndarray, shape of x
    """
    ### BEGIN SOLUTION
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()    # copies: the argument stays as it was
        up[index] += eps
        down[index] -= eps
        grad[index] = (f(up) - f(down)) / (2 * eps)    # a central difference: its error falls with eps squared
    return grad
    ### END SOLUTION


def backward(dlogits, zs, activations, layers, activation_grad):
    """Gradients of the loss at all weights and biases: the chain rule, layer by layer.

    Hidden layers compute a = f(z), the last layer is linear.

    Parameters
    ----------
    dlogits : ndarray, shape of zs[-1]
        ∂L/∂logits. The 1/n of a mean loss is already in it.
    zs, activations : lists of ndarray
        What `forward` returned: layer l took activations[l] and gave zs[l].
    layers : list of (W, b)
    activation_grad : callable
        The derivative f' of the hidden layers' activation, as a function of z.

    Returns
    -------
    grads : list of (dW, db)
        One pair a layer, in the order of `layers`, with their shapes.
    """
    ### BEGIN SOLUTION
    grads, dz = [], dlogits
    for index in reversed(range(len(layers))):
        # what this layer took in, and its W
        da, dW, db = linear_backward(dz, activations[index], layers[index][0])
        # it goes from the last layer to the first; the list is in the layers' order
        grads.insert(0, (dW, db))
        if index > 0:                                   # the input X has no activation behind it
            dz = da * activation_grad(zs[index - 1])    # through the bend of the layer before
    return grads
    ### END SOLUTION


def gradient_norms(grads):
    """How much gradient arrives in each layer: the Euclidean norm of its dW.

    ‖dW‖ = sqrt(sum of the squares of all entries)

    Parameters
    ----------
    grads : list of (dW, db)

    Returns
    -------
    norms : list of float, one a layer, in the order of `grads`
    """
    ### BEGIN SOLUTION
    # one length for each layer, over all its entries
    return [float(np.sqrt(np.sum(dW**2))) for dW, _ in grads]
    ### END SOLUTION


def clip_by_value(grads, limit):
    """Cut every single entry to the interval [-limit, limit].

    Parameters
    ----------
    grads : list of ndarray
    limit : float, > 0

    Returns
    -------
    clipped : list of ndarray, the same shapes
    """
    ### BEGIN SOLUTION
    return [np.clip(g, -limit, limit) for g in grads]    # entry by entry, so the direction can turn
    ### END SOLUTION


def clip_by_global_norm(grads, max_norm):
    """Shorten all gradients together, if they are longer than max_norm.

    The direction is kept.

    norm = sqrt(sum of the squares of all entries of all arrays)

    Parameters
    ----------
    grads : list of ndarray
    max_norm : float, > 0

    Returns
    -------
    clipped : list of ndarray
        grads · max_norm / norm where norm > max_norm, and grads as they are elsewhere.
    norm : float
        Before clipping.
    """
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))    # one length for all arrays together
    scale = max_norm / norm if norm > max_norm else 1.0     # never lengthens, never divides by 0
    return [g * scale for g in grads], norm
    ### END SOLUTION


def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    """One update by gradient descent with momentum.

    velocity ← momentum · velocity + grad
    w ← w - learning_rate · velocity

    Parameters
    ----------
    w, grad, velocity : ndarray, the same shape
        None of them is edited.
    learning_rate : float, > 0
    momentum : float in [0, 1)
        0 gives plain gradient descent.

    Returns
    -------
    w, velocity : ndarray
        The new ones.
    """
    ### BEGIN SOLUTION
    velocity = momentum * velocity + grad    # a new array: what was given stays
    return w - learning_rate * velocity, velocity
    ### END SOLUTION


def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """One update by Adam.

    m ← beta1 m + (1 - beta1) grad          running mean of the gradient
    v ← beta2 v + (1 - beta2) grad²         running mean of its square
    m̂ = m / (1 - beta1^t),  v̂ = v / (1 - beta2^t)
    w ← w - learning_rate · m̂ / (√v̂ + eps)

    Parameters
    ----------
    w, grad, m, v : ndarray, the same shape
        None of them is edited. m and v are 0 before the first update.
    t : int, >= 1
        Number of this update; the first is 1.

    Returns
    -------
    w, m, v : ndarray
        The new ones; m and v without the correction, as the next update needs them.

    Source: Kingma and Ba (2015), algorithm 1.
    """
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * grad    # the running mean of the gradient
    v = beta2 * v + (1 - beta2) * grad**2    # and of its square
    m_hat = m / (1 - beta1**t)      # both memories start at 0 and lag behind
    v_hat = v / (1 - beta2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


def batchnorm_forward(X, gamma, beta, running_mean, running_var, training,
                      momentum=0.9, eps=1e-5):
    """Batch normalisation: centre and scale every column, then scale and shift it.

    x̂ = (x - mean) / √(var + eps),  out = gamma · x̂ + beta

    Training: mean and (biased) variance of the batch, and
    running ← momentum · running + (1 - momentum) · batch.
    Otherwise: the running mean and variance, which stay as they are.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    gamma, beta, running_mean, running_var : ndarray, shape (d,)
        None of them is edited.
    training : bool

    Returns
    -------
    out : ndarray, shape (n, d)
    running_mean, running_var : ndarray, shape (d,)

    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    ### BEGIN SOLUTION
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)    # of this batch, one for each feature
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    # eps keeps a feature that never changes from a division by 0
    return gamma * (X - mean) / np.sqrt(var + eps) + beta, running_mean, running_var
    ### END SOLUTION


def batchnorm_backward(dout, X, gamma, eps=1e-5):
    """Gradients through batch normalisation in training.

    The mean and the variance depend on X too.

    With dx̂ = dout · gamma, and means over the batch:
    dX = (dx̂ - mean(dx̂) - x̂ · mean(dx̂ · x̂)) / √(var + eps)

    Parameters
    ----------
    dout : ndarray, shape (n, d)
        ∂L/∂out.
    X : ndarray, shape (n, d)
    gamma : ndarray, shape (d,)

    Returns
    -------
    dX : ndarray, shape (n, d)
    dgamma, dbeta : ndarray, shape (d,)
    """
    ### BEGIN SOLUTION
    std = np.sqrt(X.var(axis=0) + eps)              # (d,)
    x_hat = (X - X.mean(axis=0)) / std              # (n, d)
    dx_hat = dout * gamma
    # mean and spread depend on X too: two parts are taken out again
    dX = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dX, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION
