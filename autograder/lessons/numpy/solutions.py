"""References of the page `numpy`: what of NumPy the lessons use, one line each."""

import numpy as np


def column_means(A):
    """The mean of each column.

    Parameters
    ----------
    A : ndarray, shape (n, k)

    Returns
    -------
    means : ndarray, shape (k,)
    """
    ### BEGIN SOLUTION
    return A.mean(axis=0)    # axis 0, the rows, goes
    ### END SOLUTION


def row_totals(A):
    """The sum of each row.

    Parameters
    ----------
    A : ndarray, shape (n, k)

    Returns
    -------
    totals : ndarray, shape (n,)
    """
    ### BEGIN SOLUTION
    return A.sum(axis=1)    # axis 1, the columns, goes
    ### END SOLUTION


def row_shares(A):
    """Each entry as a share of its row's sum.

    Parameters
    ----------
    A : ndarray, shape (n, k)
        No row sums to 0.

    Returns
    -------
    shares : ndarray, shape (n, k), each row sums to 1
    """
    ### BEGIN SOLUTION
    return A / A.sum(axis=1, keepdims=True)    # (n, k) / (n, 1)
    ### END SOLUTION


def centred(A):
    """The table less the mean of each column.

    Parameters
    ----------
    A : ndarray, shape (n, k)

    Returns
    -------
    centred : ndarray, shape (n, k), each column has mean 0
    """
    ### BEGIN SOLUTION
    return A - A.mean(axis=0)    # (n, k) - (k,)
    ### END SOLUTION


def all_differences(x, y):
    """Every entry of x less every entry of y.

    Parameters
    ----------
    x : ndarray, shape (n,)
    y : ndarray, shape (m,)

    Returns
    -------
    table : ndarray, shape (n, m)
        The row of x[i], the column of y[j]: x[i] - y[j].
    """
    ### BEGIN SOLUTION
    return x[:, None] - y    # (n, 1) - (m,)
    ### END SOLUTION


def bills(amounts, prices):
    """What each customer pays in each shop.

    Parameters
    ----------
    amounts : ndarray, shape (n, k)
        How much each of n customers buys of k things.
    prices : ndarray, shape (k, m)
        What these cost in each of m shops.

    Returns
    -------
    bills : ndarray, shape (n, m)
    """
    ### BEGIN SOLUTION
    return amounts @ prices    # (n, k) @ (k, m): the sum runs over the things
    ### END SOLUTION


def cap(x, limit):
    """The entries of x, those above the limit replaced by it, as a new array.

    Parameters
    ----------
    x : ndarray of any shape
    limit : float

    Returns
    -------
    capped : ndarray, shape of x
    """
    ### BEGIN SOLUTION
    return np.where(x > limit, limit, x)    # entry by entry, into a new array
    ### END SOLUTION


def reordered(A, order):
    """The rows of a table in another order.

    Parameters
    ----------
    A : ndarray, shape (n, k)
    order : ndarray of int, shape (m,)
        Which row comes first, second, …

    Returns
    -------
    rows : ndarray, shape (m, k)
    """
    ### BEGIN SOLUTION
    return A[order]    # an index alone names rows
    ### END SOLUTION


def one_of_each_row(A, columns):
    """From each row one entry.

    Parameters
    ----------
    A : ndarray, shape (n, k)
    columns : ndarray of int, shape (n,)
        The column to take in row 0, in row 1, …

    Returns
    -------
    entries : ndarray, shape (n,)
    """
    ### BEGIN SOLUTION
    return A[np.arange(len(A)), columns]    # row i and column columns[i], side by side
    ### END SOLUTION


def running_totals(numbers):
    """Give the sum so far after each number, one after the other.

    Parameters
    ----------
    numbers : sequence of float

    Yields
    ------
    total : float
    """
    ### BEGIN SOLUTION
    total = 0
    for number in numbers:
        total = total + number
        yield total    # after the number was added; then it waits
    ### END SOLUTION
