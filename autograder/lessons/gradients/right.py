"""Other right programs for lesson 4: each must get full marks."""

import math

import numpy as np


def numerical_gradient__in_place_and_restored(f, x, eps=1e-6):
    grad = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        kept = x[index]
        x[index] = kept + eps
        up = f(x)
        x[index] = kept - eps
        down = f(x)
        x[index] = kept
        grad[index] = (up - down) / eps / 2
    return grad


def numerical_gradient__unit_vectors(f, x, eps=1e-6):
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)
    slopes = [(f(x + step) - f(x - step)) / (2 * eps) for step in steps]
    return np.reshape(slopes, x.shape)


def numerical_gradient__nditer(f, x, eps=1e-6):
    grad = np.zeros(x.shape)
    walk = np.nditer(x, flags=["multi_index"])
    while not walk.finished:
        bump = np.zeros(x.shape)
        bump[walk.multi_index] = eps
        grad[walk.multi_index] = (f(x + bump) - f(x - bump)) / (2 * eps)
        walk.iternext()
    return grad


def backward__written_out(dlogits, zs, activations, layers, activation_grad):
    grads = [None] * len(layers)
    dz = dlogits
    for k in range(len(layers) - 1, -1, -1):
        grads[k] = (activations[k].T @ dz, dz.sum(axis=0))
        if k:
            dz = (dz @ layers[k][0].T) * activation_grad(zs[k - 1])
    return grads


def backward__einsum(dlogits, zs, activations, layers, activation_grad):
    out, delta = [], dlogits
    slopes = [activation_grad(z) for z in zs[:-1]]
    for (W, _), a in zip(layers[::-1], activations[::-1], strict=True):
        out.append([np.einsum("ni,nj->ij", a, delta), np.einsum("nj->j", delta)])
        if len(out) < len(layers):
            delta = np.einsum("nj,ij->ni", delta, W) * slopes.pop()
    return tuple(out[::-1])


def backward__recursive(dlogits, zs, activations, layers, activation_grad):
    grads = [(activations[-1].T @ dlogits, np.sum(dlogits, 0))]
    if len(layers) == 1:
        return grads
    dz = dlogits @ layers[-1][0].T * activation_grad(zs[-2])
    return backward__recursive(dz, zs[:-1], activations[:-1], layers[:-1], activation_grad) + grads


def gradient_norms__linalg(grads):
    return np.array([np.linalg.norm(dW) for dW, db in grads])


def gradient_norms__tuple(grads):
    return tuple(math.sqrt(np.vdot(pair[0], pair[0])) for pair in grads)


def clip_by_value__min_max(grads, limit):
    return tuple(np.minimum(np.maximum(g, -limit), limit) for g in grads)


def clip_by_value__where(grads, limit):
    out = []
    for g in grads:
        g = np.where(g > limit, limit, g)
        out.append(np.where(g < -limit, -limit, g))
    return out


def clip_by_global_norm__concatenated(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    if norm <= max_norm:
        return grads, norm
    return [g / norm * max_norm for g in grads], norm


def clip_by_global_norm__norm_of_norms(grads, max_norm):
    norm = math.hypot(*(float(np.linalg.norm(g)) for g in grads))
    return tuple(max_norm * g / max(norm, max_norm) for g in grads), norm


def sgd_momentum_step__list_result(w, grad, velocity, learning_rate, momentum):
    new = grad + velocity * momentum
    return [w + -learning_rate * new, new]


def sgd_momentum_step__copies(w, grad, velocity, learning_rate, momentum):
    w, velocity = w.astype(float), velocity.astype(float)
    velocity *= momentum
    velocity += grad
    w -= velocity * learning_rate
    return w, velocity


def adam_step__running_differences(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - learning_rate * step, m, v


def adam_step__correction_outside_the_root(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = (1 - beta1) * grad + beta1 * m, (1 - beta2) * np.square(grad) + beta2 * v
    one, two = 1 - math.pow(beta1, t), 1 - math.pow(beta2, t)
    return w - (learning_rate / one) * m / (np.sqrt(v) / math.sqrt(two) + eps), m, v


def batchnorm_forward__by_hand(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    if not training:
        return (X - running_mean) * (gamma * (running_var + eps) ** -0.5) + beta, running_mean, running_var
    n = len(X)
    mean = X.sum(axis=0) / n
    var = ((X - mean) ** 2).sum(axis=0) / n
    out = np.empty(X.shape)
    for i in range(n):
        out[i] = (X[i] - mean) / np.sqrt(var + eps) * gamma + beta
    return out, running_mean * momentum + mean * (1 - momentum), running_var * momentum + var * (1 - momentum)


def batchnorm_forward__keepdims(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    if training:
        mean, var = np.mean(X, 0, keepdims=True), np.var(X, 0, keepdims=True)
        new_mean = running_mean + (1 - momentum) * (mean[0] - running_mean)
        new_var = running_var + (1 - momentum) * (var[0] - running_var)
    else:
        mean, var, new_mean, new_var = running_mean, running_var, running_mean.copy(), running_var.copy()
    return (X - mean) / (var + eps) ** 0.5 * gamma + beta, new_mean, new_var


def batchnorm_backward__step_by_step(dout, X, gamma, eps=1e-5):
    n = X.shape[0]
    mean = X.mean(axis=0)
    centred = X - mean
    var = (centred**2).mean(axis=0)
    inverse = 1 / np.sqrt(var + eps)
    dx_hat = dout * gamma
    dvar = (dx_hat * centred).sum(axis=0) * -0.5 * inverse**3
    dmean = (-dx_hat * inverse).sum(axis=0) + dvar * (-2 * centred).mean(axis=0)
    dX = dx_hat * inverse + dvar * 2 * centred / n + dmean / n
    return dX, (dout * centred * inverse).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward__one_formula(dout, X, gamma, eps=1e-5):
    n = len(X)
    std = np.sqrt(np.var(X, axis=0) + eps)
    h = (X - np.mean(X, axis=0)) / std
    dbeta, dgamma = np.sum(dout, axis=0), np.sum(dout * h, axis=0)
    return gamma / (n * std) * (n * dout - dbeta - h * dgamma), dgamma, dbeta


def batchnorm_backward__matrix(dout, X, gamma, eps=1e-5):
    n, d = X.shape
    dX, dgamma = np.empty(X.shape), np.empty(d)
    for j in range(d):
        std = math.sqrt(X[:, j].var() + eps)
        h = (X[:, j] - X[:, j].mean()) / std
        jacobian = (np.eye(n) - 1 / n - np.outer(h, h) / n) / std * gamma[j]
        dX[:, j] = jacobian @ dout[:, j]
        dgamma[j] = h @ dout[:, j]
    return dX, dgamma, np.ones(n) @ dout
