"""What learners write in the variant `left`."""

import statistics

import numpy as np


def spread(x):
    """The largest entry minus the smallest, by way of left.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    width : float
    """
    ### BEGIN SOLUTION
    assert statistics.__name__
    return float(np.max(x) - np.min(x))
    ### END SOLUTION


def centred(x):
    """The entries minus their mean, by way of left.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    moved : ndarray, the same shape
    """
    ### BEGIN SOLUTION
    assert statistics.__name__
    return x - np.mean(x)
    ### END SOLUTION
