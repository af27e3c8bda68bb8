"""Other right programs for lesson 3: each must get full marks."""

import numpy as np


def sigmoid__through_tanh(z):
    return (1 + np.tanh(z / 2)) / 2


def sigmoid__logaddexp(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid__two_branches(z):
    a = np.empty_like(z, dtype=float)
    high = z >= 0
    a[high] = 1 / (1 + np.exp(-z[high]))
    e = np.exp(z[~high])
    a[~high] = e / (1 + e)
    return a


def sigmoid_grad__through_tanh(z):
    return (1 - np.tanh(z / 2) ** 2) / 4


def sigmoid_grad__one_exponential(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def tanh_grad__difference_of_squares(z):
    t = np.tanh(z)
    return (1 - t) * (1 + t)


def tanh_grad__one_exponential(z):
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


def tanh_grad__entry_by_entry(z):
    out = np.zeros(z.shape)
    for i in np.ndindex(z.shape):
        out[i] = 1 - np.tanh(z[i]) ** 2
    return out


def saturated_fraction__count(a, threshold=0.97):
    return np.count_nonzero((a > threshold) | (a < -threshold)) / a.size


def saturated_fraction__loop(a, threshold=0.97):
    hits = [1 if abs(x) > threshold else 0 for x in np.ravel(a)]
    return sum(hits) / len(hits)


def relu__where(z):
    return np.where(z > 0, z, 0)


def relu__times_step(z):
    return z * (z > 0)


def relu__half_sum(z):
    return (z + np.abs(z)) / 2


def relu_grad__booleans(z):
    return z > 0


def relu_grad__integers(z):
    return np.where(z > 0, 1, 0)


def relu_grad__heaviside(z):
    return np.heaviside(z, 0.0)


def dead_fraction__any(A):
    if np.isnan(A).any() or np.isinf(A).any():
        raise ValueError
    return 1 - np.any(A != 0, axis=0).mean()


def dead_fraction__columns(A):
    if not np.isfinite(A).all():
        raise ValueError("not finite")
    dead = 0
    for unit in A.T:
        dead += not unit.any()
    return dead / A.shape[1]


def dead_fraction__largest(A):
    if not np.isfinite(A.sum()):
        raise ValueError("not finite")
    return np.mean(np.abs(A).max(axis=0) == 0)


def leaky_relu__two_parts(z, slope=0.01):
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


def leaky_relu__factor(z, slope=0.01):
    return z * np.where(z > 0, 1, slope)


def leaky_relu__copy(z, slope=0.01):
    a = z.astype(float)
    a[z < 0] *= slope
    return a


def prelu_backward__masks(dout, z, slope):
    negative = z < 0
    dz = np.where(negative, slope * dout, dout)
    return dz, (dout[negative] * z[negative]).sum()


def prelu_backward__loop(dout, z, slope):
    dz, dslope = np.zeros(z.shape), 0.0
    for i in np.ndindex(z.shape):
        if z[i] > 0:
            dz[i] = dout[i]
        else:
            dz[i] = slope * dout[i]
            dslope += dout[i] * z[i]
    return [dz, dslope]


def softmax__logaddexp(logits, axis=-1):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True))


def softmax__slices(logits, axis=-1):
    def one(v):
        e = np.exp(v - v.max())
        return e / e.sum()
    return np.apply_along_axis(one, axis, logits)


def softmax_cross_entropy_grad__subtract_at_labels(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


def softmax_cross_entropy_grad__rows(logits, labels):
    grad = np.zeros(logits.shape)
    for i, (row, label) in enumerate(zip(logits, labels, strict=True)):
        e = np.exp(row - row.max())
        for k in range(len(row)):
            grad[i, k] = (e[k] / e.sum() - (k == label)) / len(logits)
    return grad
