"""Known wrong programs without a framework."""

import numpy as np

from autograder.lessons.exercise import worth


@worth(0)
def total__mean(x):
    """This is the mean. The sum is asked for."""
    return float(np.mean(x))


@worth(0)
def total__largest(x):
    """This is the largest entry."""
    return float(np.max(x))


@worth(0)
def total__squares(x):
    """This adds up the squares."""
    return float(np.sum(x ** 2))


@worth(0)
def total__half(x):
    """This is half of the sum."""
    return float(np.sum(x)) / 2


@worth(0)
def total__first(x):
    """This is the first entry."""
    return float(np.ravel(x)[0])
