"""References of the tiny lesson."""

import numpy as np


def spread(x):
    """The largest entry minus the smallest.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    width : float
    """
    ### BEGIN SOLUTION
    return float(np.max(x) - np.min(x))
    ### END SOLUTION


def centred(x):
    """The entries minus their mean.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    moved : ndarray, the same shape
    """
    ### BEGIN SOLUTION
    return x - np.mean(x)
    ### END SOLUTION
