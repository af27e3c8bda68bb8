"""Other right programs for lesson 1: each must get full marks."""

import numpy as np


def mse__dot_product(y_pred, y_true):
    if np.shape(y_pred) != np.shape(y_true):
        raise ValueError("unequal shapes")
    e = (y_pred - y_true).ravel()
    return e @ e / e.size


def mse__loop(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError
    total = 0.0
    for p, t in zip(y_pred.ravel().tolist(), y_true.ravel().tolist(), strict=True):
        total += (p - t) ** 2
    return total / y_pred.size


def mse__zero_dimensional(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("unequal shapes")
    return np.asarray(np.square(y_pred - y_true).mean())


def mse_grad__numpy_functions(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("unequal shapes")
    return np.multiply(2.0 / np.prod(y_pred.shape), np.subtract(y_pred, y_true))


def mse_grad__own_error_class(y_pred, y_true):
    class ShapeError(ValueError):
        pass

    if y_pred.shape != y_true.shape:
        raise ShapeError("unequal shapes")
    out = np.empty(y_pred.shape)
    for i in np.ndindex(y_pred.shape):
        out[i] = (2 * y_pred[i] - 2 * y_true[i]) / y_pred.size
    return out


def binary_cross_entropy_with_logits__logaddexp(z, y_true):
    return np.mean(np.logaddexp(0, z) - z * y_true)


def binary_cross_entropy_with_logits__two_sides(z, y_true):
    softplus = np.where(z > 0, z, 0) + np.log1p(np.exp(np.where(z > 0, -z, z)))
    return (softplus - y_true * z).sum() / z.size


def log_softmax__logaddexp(logits):
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def log_softmax__row_by_row(logits):
    rows = []
    for row in logits:
        top = max(row)
        rows.append([x - top - np.log(sum(np.exp(y - top) for y in row)) for x in row])
    return np.array(rows)


def cross_entropy__one_hot(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -(np.eye(logits.shape[1])[labels] * log_p).sum(axis=1).mean()


def cross_entropy__take_along_axis(logits, labels):
    right = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    top = logits.max(axis=1)
    return np.mean(np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - right)


def minibatches__generator(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    for start in range(0, n, batch_size):
        yield order[start:start + batch_size]


def minibatches__array_split(n, batch_size, rng):
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


def minibatches__lists(n, batch_size, rng):
    left = list(rng.choice(n, n, replace=False))
    batches = []
    while left:
        batches.append([int(i) for i in left[:batch_size]])
        left = left[batch_size:]
    return batches


def fit_line__means(x, y_true, learning_rate, n_epochs):
    w = b = 0.0
    losses = []
    for _ in range(n_epochs):
        e = w * x + b - y_true
        losses.append(np.mean(e * e))
        dw, db = 2 * np.mean(e * x), 2 * np.mean(e)
        w -= learning_rate * dw
        b -= learning_rate * db
    return w, b, losses


def fit_line__matrix(x, y_true, learning_rate, n_epochs):
    X = np.stack([x, np.ones_like(x)], axis=1)
    theta = np.zeros(2)
    losses = np.zeros(n_epochs)
    for i in range(n_epochs):
        r = X @ theta - y_true
        losses[i] = r @ r / len(x)
        theta = theta - learning_rate * 2 / len(x) * X.T @ r
    return theta[0], theta[1], losses


def early_stopping_epoch__counter(val_losses, patience):
    best_loss, best_epoch, wait = float("inf"), 0, 0
    for i in range(len(val_losses)):
        if val_losses[i] < best_loss:
            best_loss, best_epoch, wait = val_losses[i], i, 0
        else:
            wait += 1
        if wait == patience:
            return best_epoch
    return best_epoch


def early_stopping_epoch__with_numpy(val_losses, patience):
    losses = np.asarray(val_losses)
    for stop in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:stop]))
        if stop - 1 - best >= patience:
            return np.int64(best)
    return int(np.argmin(losses))
