"""Known wrong programs in the variant `right`."""

import numpy as np

from autograder.lessons.exercise import worth


@worth(0)
def spread__standard_deviation(x):
    """This is the standard deviation, which looks at all entries. Only the outermost two are asked for."""
    return float(np.std(x))


@worth(0)
def spread__half_right(x):
    """Half of what is asked for, in the variant `right`."""
    return float(np.max(x) - np.min(x)) / 2


@worth(0)
def centred__scaled(x):
    """The entries are divided by their standard deviation too. Only the mean is to be taken away."""
    return (x - np.mean(x)) / np.std(x)


@worth(0.75)
def centred__in_place(x):
    """The array that was given is changed."""
    x -= np.mean(x)
    return x
