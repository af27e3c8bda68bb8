"""The report's numbers beside those of SciPy and NumPy, and α beside another formula for it."""

import random

import numpy as np
import pytest

from autograder.reports import statistics as s

stats = pytest.importorskip("scipy.stats", reason="scipy is for tests only")


def classes():
    """Score tables of several classes: students in rows, items in columns."""
    draw = random.Random(7)
    for students, items in ((5, 3), (20, 8), (31, 21), (200, 12)):
        ability = [draw.gauss(0, 1) for _ in range(students)]
        yield [[float(draw.random() < 1 / (1 + 2.7 ** -(a + draw.gauss(0, 1)))) * (1 + k % 3) for k in range(items)]
               for a in ability]


CLASSES = list(classes())


@pytest.mark.parametrize("table", CLASSES, ids=lambda table: f"{len(table)}x{len(table[0])}")
def test_means_spreads_and_correlations_are_scipy_s(table):
    data = np.array(table)
    totals = data.sum(axis=1)
    assert s.median(list(totals)) == pytest.approx(np.median(totals))
    for column in data.T:
        assert s.mean(list(column)) == pytest.approx(column.mean())
        assert s.variance(list(column)) == pytest.approx(column.var(ddof=1))
        rest, found = totals - column, s.correlated(list(column), list(totals - column))
        if column.std() == 0:
            assert found is None
            continue
        theirs = stats.pearsonr(column, rest)
        interval = theirs.confidence_interval(0.95)
        assert (found.value, found.low, found.high) == pytest.approx((theirs.statistic, *interval), abs=1e-12)


@pytest.mark.parametrize("table", CLASSES, ids=lambda table: f"{len(table)}x{len(table[0])}")
def test_alpha_is_that_of_the_analysis_of_variance(table):
    """Hoyt's way to the same number, by mean squares of students and of what is left."""
    data = np.array(table)
    data = data[:, data.std(axis=0) > 0]
    n, k = data.shape
    grand = data.mean()
    between = k * ((data.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    left = ((data - data.mean(axis=1, keepdims=True) - data.mean(axis=0) + grand) ** 2).sum() / ((n - 1) * (k - 1))
    assert s.alpha([list(column) for column in np.array(table).T]) == pytest.approx(1 - left / between)


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (0, 30), (7, 26), (25, 26), (30, 30), (120, 500)])
def test_shares_are_wilson_s(part, whole):
    found, theirs = s.share(part, whole), stats.binomtest(part, whole).proportion_ci(0.95, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((part / whole, theirs.low, theirs.high), abs=1e-9)
    assert s.share(0, 0) is None


@pytest.mark.parametrize(("both", "first", "second", "whole"), [
    (3, 5, 6, 26), (5, 11, 5, 26), (1, 1, 1, 4), (9, 20, 12, 300)])
def test_an_overlap_is_as_likely_as_fisher_says(both, first, second, whole):
    table = [[both, first - both], [second - both, whole - first - second + both]]
    assert s.together(both, first, second, whole) == pytest.approx(stats.fisher_exact(table, "greater").pvalue)


def test_what_cannot_be_said_is_none():
    assert s.correlation([1, 1, 1], [1, 2, 3]) is None and s.correlated([1, 2, 3], [1, 2, 3]) is None
    assert s.correlated([1, 2, 3, 4], [2, 4, 6, 8]).value == pytest.approx(1)
    assert s.alpha([[1, 1, 1], [1, 2, 3]]) is None and s.alpha([]) is None
    assert s.mean([]) == 0 and s.median([]) == 0
