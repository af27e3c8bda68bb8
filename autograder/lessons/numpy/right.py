"""Other right programs for the page `numpy`: each must get full marks."""

import numpy as np


def column_means__function(A):
    return np.mean(A, axis=0)


def column_means__sum(A):
    return A.sum(axis=0) / len(A)


def row_totals__product(A):
    return A @ np.ones(A.shape[1])


def row_totals__last_axis(A):
    return np.sum(A, axis=-1)


def row_shares__none(A):
    return A / A.sum(axis=1)[:, None]


def row_shares__turned(A):
    return (A.T / A.sum(axis=1)).T


def centred__kept(A):
    return A - A.mean(axis=0, keepdims=True)


def centred__sum(A):
    return A - A.sum(axis=0) / A.shape[0]


def all_differences__outer(x, y):
    return np.subtract.outer(x, y)


def all_differences__reshape(x, y):
    return x.reshape(-1, 1) - y.reshape(1, -1)


def bills__function(amounts, prices):
    return np.matmul(amounts, prices)


def bills__sum(amounts, prices):
    return (amounts[:, :, None] * prices).sum(axis=1)


def cap__minimum(x, limit):
    return np.minimum(x, limit)


def cap__copy(x, limit):
    capped = x.copy()
    capped[capped > limit] = limit
    return capped


def reordered__take(A, order):
    return np.take(A, order, axis=0)


def reordered__list(A, order):
    return np.array([A[row] for row in order])


def one_of_each_row__loop(A, columns):
    return np.array([row[column] for row, column in zip(A, columns, strict=True)])


def one_of_each_row__range(A, columns):
    return A[range(len(columns)), columns]


def running_totals__list(numbers):
    return [sum(numbers[:k + 1]) for k in range(len(numbers))]


def running_totals__cumsum(numbers):
    return np.cumsum(numbers)
