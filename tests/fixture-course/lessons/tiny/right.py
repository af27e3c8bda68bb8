"""Other right programs for the tiny lesson."""

import numpy as np


def spread__peak_to_peak(x):
    return np.ptp(x)


def spread__sorted(x):
    entries = sorted(x.ravel().tolist())
    return entries[-1] - entries[0]


def centred__sum(x):
    return x - x.sum() / x.size


def centred__copy(x):
    moved = x.copy()
    moved -= moved.mean()
    return moved
