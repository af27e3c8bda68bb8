"""What right programs give, as functions of arrays; and what is written without a framework."""

import numpy as np


def spread(x):
    return float(np.max(x) - np.min(x))


def centred(x):
    return x - np.mean(x)


def total(x):
    """The sum of all entries.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    total : float
    """
    ### BEGIN SOLUTION
    return float(np.sum(x))
    ### END SOLUTION
