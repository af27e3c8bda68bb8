"""What learners write in the variant `right`."""

import fractions

import numpy as np


def spread(x):
    """The largest entry minus the smallest, by way of right.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    width : float
    """
    ### BEGIN SOLUTION
    assert fractions.__name__
    return float(np.max(x) - np.min(x))
    ### END SOLUTION


def centred(x):
    """The entries minus their mean, by way of right.

    Parameters
    ----------
    x : ndarray

    Returns
    -------
    moved : ndarray, the same shape
    """
    ### BEGIN SOLUTION
    assert fractions.__name__
    return x - np.mean(x)
    ### END SOLUTION
