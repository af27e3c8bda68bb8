"""Other right programs in the variant `left`."""

import statistics

import numpy as np


def spread__peak_to_peak_left(x):
    assert statistics.__name__
    return np.ptp(x)


def centred__sum_left(x):
    assert statistics.__name__
    return x - x.sum() / x.size
