"""Other correct programs for the exercises of `initialization`: each must get full marks."""

import numpy as np

from autograder.lessons.activations.solutions import relu, relu_grad, softmax_cross_entropy_grad
from autograder.lessons.gradients.solutions import adam_step, backward, clip_by_global_norm
from autograder.lessons.initialization.solutions import he_normal, he_uniform, xavier_normal, xavier_uniform
from autograder.lessons.loss.solutions import cross_entropy, minibatches
from autograder.lessons.weights.solutions import forward


def distinct_units__unique_columns(W):
    return np.unique(W, axis=1).shape[1]


def distinct_units__by_hand(W):
    kinds = []
    for j in range(W.shape[1]):
        if not any(np.array_equal(W[:, j], kind) for kind in kinds):
            kinds.append(W[:, j])
    return len(kinds)


def activation_std__own_loop(X, layers, activation):
    stds, a = [], X
    for W, b in layers[:-1]:
        a = activation(a @ W + b)
        stds.append(np.std(a))
    return np.array(stds)


def activation_std__from_moments(X, layers, activation):
    _, activations = forward(X, layers, activation)
    return tuple(np.sqrt(np.mean((a - a.mean()) ** 2)) for a in activations[1:])


def xavier_normal__standard_normal(fan_in, fan_out, rng):
    return np.sqrt(2 / (fan_in + fan_out)) * rng.standard_normal((fan_in, fan_out))


def xavier_normal__row_by_row(fan_in, fan_out, rng):
    fan_mean = (fan_in + fan_out) / 2
    return np.array([rng.normal(0, fan_mean**-0.5, fan_out) for _ in range(fan_in)])


def xavier_uniform__from_unit_interval(fan_in, fan_out, rng):
    bound = (6 / (fan_in + fan_out)) ** 0.5
    return bound * (2 * rng.random((fan_in, fan_out)) - 1)


def xavier_uniform__drawn_transposed(fan_in, fan_out, rng):
    bound = np.sqrt(3) * np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_out, fan_in)).T


def he_normal__standard_normal(fan_in, fan_out, rng):
    return rng.standard_normal(size=(fan_in, fan_out)) * (2 / fan_in) ** 0.5


def he_normal__by_gain(fan_in, fan_out, rng):
    W = rng.normal(size=fan_in * fan_out)
    return W.reshape(fan_in, fan_out) * np.sqrt(2) / np.sqrt(fan_in)


def he_uniform__from_unit_interval(fan_in, fan_out, rng):
    return np.sqrt(6 / fan_in) * (1 - 2 * rng.random((fan_in, fan_out)))


def he_uniform__root_three(fan_in, fan_out, rng):
    std = np.sqrt(2 / fan_in)
    return std * rng.uniform(-np.sqrt(3), np.sqrt(3), (fan_in, fan_out))


def predict_second_moments__cumulative_product(layer_sizes, weight_variances, q0=1.0):
    return q0 * np.cumprod(np.array(layer_sizes[:-1]) * np.array(weight_variances) / 2)


def predict_second_moments__by_index(layer_sizes, weight_variances, q0=1.0):
    q = [q0]
    for k in range(len(weight_variances)):
        q.append(0.5 * layer_sizes[k] * weight_variances[k] * q[k])
    return np.array(q[1:])


def gain__if_chain(name, slope=0.01):
    if name in ("linear", "sigmoid"):
        return 1
    if name == "tanh":
        return 5.0 / 3.0
    if name == "relu":
        return np.sqrt(2.0)
    if name == "leaky_relu":
        return np.sqrt(2.0 / (1.0 + slope * slope))
    raise ValueError("unknown activation")


def gain__relu_is_leaky_with_slope_zero(name, slope=0.01):
    match name:
        case "linear" | "sigmoid":
            return 1.0
        case "tanh":
            return 5 / 3
        case "relu":
            return gain__relu_is_leaky_with_slope_zero("leaky_relu", 0.0)
        case "leaky_relu":
            return (2 / (1 + slope**2)) ** 0.5
    raise ValueError


def initialize__loop(layer_sizes, scheme, rng):
    if scheme == "xavier_normal":
        draw = xavier_normal
    elif scheme == "xavier_uniform":
        draw = xavier_uniform
    elif scheme == "he_normal":
        draw = he_normal
    elif scheme == "he_uniform":
        draw = he_uniform
    else:
        raise ValueError("unknown scheme")
    layers = []
    for k in range(len(layer_sizes) - 1):
        layers.append([draw(layer_sizes[k], layer_sizes[k + 1], rng), np.zeros(layer_sizes[k + 1])])
    return layers


def initialize__own_formulas(layer_sizes, scheme, rng):
    name, _, kind = scheme.partition("_")
    if name not in ("xavier", "he") or kind not in ("normal", "uniform"):
        raise ValueError(scheme)
    layers = []
    for fan_in, fan_out in zip(layer_sizes, layer_sizes[1:], strict=False):
        std = np.sqrt(2 / (fan_in + fan_out * (name == "xavier")))
        shape = (fan_in, fan_out)
        unit = rng.normal(size=shape) if kind == "normal" else rng.uniform(-1, 1, shape) * 3**0.5
        layers.append((std * unit, np.zeros_like(unit[0])))
    return tuple(layers)


def train__pair_by_pair(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    layers = [(W.copy(), b.copy()) for W, b in layers]
    m = [(0.0 * W, 0.0 * b) for W, b in layers]
    v = [(0.0 * W, 0.0 * b) for W, b in layers]
    t, losses = 0, []
    for _ in range(n_epochs):
        of_batches, sizes = [], []
        for rows in minibatches(X.shape[0], batch_size, rng):
            t = t + 1
            zs, activations = forward(X[rows], layers, relu)
            of_batches.append(cross_entropy(zs[-1], labels[rows]))
            sizes.append(len(rows))
            grads = backward(softmax_cross_entropy_grad(zs[-1], labels[rows]), zs, activations, layers, relu_grad)
            flat, _ = clip_by_global_norm([g for dW, db in grads for g in (dW, db)], 1.0)
            for k in range(len(layers)):
                W, mW, vW = adam_step(layers[k][0], flat[2 * k], m[k][0], v[k][0], t, learning_rate)
                b, mb, vb = adam_step(layers[k][1], flat[2 * k + 1], m[k][1], v[k][1], t, learning_rate)
                layers[k], m[k], v[k] = (W, b), (mW, mb), (vW, vb)
        losses.append(np.average(of_batches, weights=sizes))
    return layers, losses


def train__own_shuffle_and_own_adam(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Another shuffle, Adam and clipping written out, losses noted example by example."""
    parameters = [p for layer in layers for p in layer]
    moments = [(np.zeros(p.shape), np.zeros(p.shape)) for p in parameters]
    t, losses = 0, []
    for _ in range(n_epochs):
        order, noted = rng.random(len(X)).argsort(), []
        for start in range(0, len(X), batch_size):
            x, y = X[order[start:start + batch_size]], labels[order[start:start + batch_size]]
            pairs = list(zip(parameters[0::2], parameters[1::2], strict=True))
            zs, activations = forward(x, pairs, lambda z: np.maximum(z, 0))
            noted += [cross_entropy(zs[-1][i:i + 1], y[i:i + 1]) for i in range(len(y))]
            grads = backward(softmax_cross_entropy_grad(zs[-1], y), zs, activations, pairs, lambda z: z > 0)
            norm = np.sqrt(sum(np.sum(g**2) for pair in grads for g in pair))
            scale = min(1.0, 1.0 / max(norm, 1e-300))
            t += 1
            for k, g in enumerate(g for pair in grads for g in pair):
                m, v = moments[k]
                m, v = 0.9 * m + 0.1 * scale * g, 0.999 * v + 0.001 * (scale * g) ** 2
                moments[k] = m, v
                step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
                parameters[k] = parameters[k] - learning_rate * step
        losses.append(float(np.mean(noted)))
    return list(zip(parameters[0::2], parameters[1::2], strict=True)), np.array(losses)


def train__orders_dealt_in_advance(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """All epochs' orders drawn before the first; the weighted mean kept as a running sum."""
    theta = [np.array(p, dtype=float) for pair in layers for p in pair]
    first, second = [p * 0 for p in theta], [p * 0 for p in theta]
    orders = rng.permuted(np.tile(np.arange(len(X)), (n_epochs, 1)), axis=1)
    losses, updates = np.zeros(n_epochs), 0
    for epoch, order in enumerate(orders):
        for rows in np.split(order, range(batch_size, len(X), batch_size)):
            updates += 1
            pairs = [(theta[k], theta[k + 1]) for k in range(0, len(theta), 2)]
            zs, activations = forward(X[rows], pairs, relu)
            losses[epoch] += cross_entropy(zs[-1], labels[rows]) * len(rows) / len(X)
            grads = []
            for dW, db in backward(softmax_cross_entropy_grad(zs[-1], labels[rows]), zs, activations, pairs, relu_grad):
                grads += [dW, db]
            grads, _ = clip_by_global_norm(grads, 1.0)
            for k, g in enumerate(grads):
                theta[k], first[k], second[k] = adam_step(theta[k], g, first[k], second[k], updates, learning_rate)
    return [(theta[k], theta[k + 1]) for k in range(0, len(theta), 2)], losses.tolist()


def train__order_shuffled_further(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """One array of row numbers, shuffled in place again and again: each epoch's order is still a new one."""
    layers, order = [(W + 0, b + 0) for W, b in layers], np.arange(len(X))
    memory = [[(np.zeros_like(p), np.zeros_like(p)) for p in pair] for pair in layers]
    losses, t = (), 1
    for _ in range(n_epochs):
        rng.shuffle(order)
        total = []
        for i in range(0, len(X), batch_size):
            rows = order[i:i + batch_size]
            zs, activations = forward(X[rows], layers, relu)
            total.extend([cross_entropy(zs[-1], labels[rows])] * len(rows))
            grads = backward(softmax_cross_entropy_grad(zs[-1], labels[rows]), zs, activations, layers, relu_grad)
            norm = np.sqrt(sum((part**2).sum() for pair in grads for part in pair))
            for k, pair in enumerate(grads):
                new = [adam_step(w, g if norm <= 1 else g / norm, *mv, t, learning_rate)
                       for w, g, mv in zip(layers[k], pair, memory[k], strict=True)]
                layers[k], memory[k] = tuple(w for w, _, _ in new), [(m, v) for _, m, v in new]
            t += 1
        losses += (sum(total) / len(total),)
    return tuple(layers), losses
