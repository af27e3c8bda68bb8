"""Other right programs for the exercises of lesson 2, `weights`."""

import numpy as np


def linear_single__row_times_matrix(x, W, b):
    return x @ W + b


def linear_single__einsum(x, W, b):
    return np.einsum("i,ij->j", x, W) + b


def linear_single__loops(x, W, b):
    z = b.astype(float)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            z[j] += x[i] * W[i, j]
    return z


def linear_single__list_of_units(x, W, b):
    return np.array([np.sum(x * W[:, j]) + b[j] for j in range(len(b))])


def linear__columns(X, W, b):
    return (W.T @ X.T + b[:, None]).T


def linear__row_by_row(X, W, b):
    return np.array([W.T @ x + b for x in X])


def linear__bias_as_a_weight(X, W, b):
    return np.column_stack([X, np.ones(len(X))]) @ np.vstack([W, b])


def linear__einsum(X, W, b):
    return np.einsum("ni,ij->nj", X, W) + b[None, :]


def dense__in_one_line(X, W, b, activation):
    return activation(X @ W + b)


def dense__in_place(X, W, b, activation):
    z = np.dot(X, W)
    z += b
    return activation(z)


def dense__row_by_row(X, W, b, activation):
    return np.vstack([activation(x @ W + b) for x in X])


def count_parameters__one_more_input(layer_sizes):
    total = 0
    for i in range(1, len(layer_sizes)):
        total += (layer_sizes[i - 1] + 1) * layer_sizes[i]
    return total


def count_parameters__dot_product(layer_sizes):
    sizes = np.array(layer_sizes)
    return int((sizes[:-1] + 1) @ sizes[1:])


def count_parameters__of_real_arrays(layer_sizes):
    arrays = []
    for fan_in, fan_out in zip(layer_sizes, layer_sizes[1:], strict=False):
        arrays += [np.zeros((fan_in, fan_out)), np.zeros(fan_out)]
    return sum(a.size for a in arrays)


def forward__two_lists(X, layers, activation):
    zs, activations = [], []
    a = X
    for W, b in layers:
        activations.append(a)
        z = a @ W + b
        zs.append(z)
        a = activation(z)
    return zs, activations


def forward__last_layer_apart(X, layers, activation):
    zs, activations = [], [X]
    for W, b in layers[:-1]:
        z = activations[-1] @ W + b
        zs += [z]
        activations += [activation(z)]
    W, b = layers[-1]
    return [*zs, activations[-1] @ W + b], activations


def forward__recursive(X, layers, activation):
    (W, b), later = layers[0], layers[1:]
    z = X @ W + b
    if not later:
        return [z], [X]
    zs, activations = forward__recursive(activation(z), later, activation)
    return [z, *zs], [X, *activations]


def forward__tuples(X, layers, activation):
    zs, activations = forward__two_lists(X, layers, activation)
    return tuple(zs), tuple(activations)


def collapse__from_the_right(layers):
    W, b = layers[-1]
    for W_before, b_before in reversed(layers[:-1]):
        b = b_before @ W + b
        W = W_before @ W
    return W, b


def collapse__by_asking(layers):
    def run(a):
        for W, b in layers:
            a = a @ W + b
        return a

    origin = run(np.zeros(len(layers[0][0])))
    return run(np.eye(len(layers[0][0]))) - origin, origin


def collapse__bordered(layers):
    whole = np.eye(len(layers[0][0]) + 1)
    for W, b in layers:
        step = np.zeros((W.shape[0] + 1, W.shape[1] + 1))
        step[:-1, :-1], step[-1, :-1], step[-1, -1] = W, b, 1.0
        whole = whole @ step
    return whole[:-1, :-1], whole[-1, :-1]


def collapse__a_list(layers):
    W = np.linalg.multi_dot([W for W, _ in layers]) if len(layers) > 1 else layers[0][0]
    b = layers[0][1]
    for W_next, b_next in layers[1:]:
        b = b @ W_next + b_next
    return [W, b]


def xor_network__two_differences():
    W1 = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return [(W1, np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]


def xor_network__integers():
    return [(np.array([[1, 1], [1, 1]]), np.array([0, -1])), (np.array([[1], [-2]]), np.array([0]))]


def xor_network__three_units():
    W1 = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    return [(W1, np.array([0.0, 0.0, -1.0])), (np.array([[1.0], [1.0], [-2.0]]), np.zeros(1))]


def xor_network__two_hidden_layers():
    first = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))
    second = (np.array([[1.0], [-2.0]]), np.zeros(1))
    return [first, second, (np.array([[2.0]]), np.array([0.0])), (np.array([[0.5]]), np.zeros(1))]


def xor_network__one_minus():
    return ((np.array([[-1.0, 1.0], [-1.0, 1.0]]), np.array([1.0, -1.0])),
            (np.array([[-1.0], [-1.0]]), np.array([1.0])))


def linear_backward__loops(dz, X, W):
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for x, d, row in zip(X, dz, dX, strict=True):
        row += W @ d
        dW += np.outer(x, d)
        db += d
    return dX, dW, db


def linear_backward__einsum(dz, X, W):
    return np.einsum("nj,ij->ni", dz, W), np.einsum("ni,nj->ij", X, dz), np.einsum("nj->j", dz)


def linear_backward__ones(dz, X, W):
    return [(W @ dz.T).T, (dz.T @ X).T, np.ones(len(dz)) @ dz]
