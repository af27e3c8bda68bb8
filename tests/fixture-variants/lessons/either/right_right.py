"""Other right programs in the variant `right`."""

import fractions

import numpy as np


def spread__peak_to_peak_right(x):
    assert fractions.__name__
    return np.ptp(x)


def centred__sum_right(x):
    assert fractions.__name__
    return x - x.sum() / x.size
