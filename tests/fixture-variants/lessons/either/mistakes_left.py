"""Known wrong programs in the variant `left`."""

import numpy as np

from autograder.lessons.exercise import worth


@worth(0)
def spread__largest_alone(x):
    """This is the largest entry alone. The smallest has to be taken from it."""
    return float(np.max(x))


@worth(0)
def spread__turned_round(x):
    """The smallest minus the largest: the sign is the wrong way round."""
    return float(np.min(x) - np.max(x))


@worth(0)
def spread__half(x):
    """This is half of the distance between the largest and the smallest entry."""
    return float(np.max(x) - np.min(x)) / 2


@worth(0)
def centred__added(x):
    """The mean is added here. Take it away."""
    return x + np.mean(x)


@worth(0)
def centred__median(x):
    """This takes the median away, the entry in the middle. The mean is asked for."""
    return x - np.median(x)


@worth(0.33)
def centred__by_column(x):
    """This takes each column's own mean away. One mean, of all entries, is asked for."""
    return x - np.mean(x, axis=0)
