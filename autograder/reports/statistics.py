"""The numbers of a report, as pure functions of lists. Each is compared with an independent library's in the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, comb, sqrt, tanh

FEWEST = 20             # students: below, a correlation of a class says next to nothing
NORMAL = 1.959963984540054          # 95 % of a normal distribution lie within so many deviations

Numbers = Sequence[float]


@dataclass(frozen=True)
class Interval:
    """A number, and what 95 of 100 such classes would give around the truth."""

    value: float
    low: float
    high: float


def mean(values: Numbers) -> float:
    return sum(values) / len(values) if values else 0.0


def median(values: Numbers) -> float:
    ranked = sorted(values)
    half = len(ranked) // 2
    return 0.0 if not ranked else ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def variance(values: Numbers) -> float:
    """Of a sample: divided by n − 1."""
    centre = mean(values)
    return sum((value - centre) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0.0


def correlation(first: Numbers, second: Numbers) -> float | None:
    """Pearson's r; None where one of the two does not vary."""
    a, b = mean(first), mean(second)
    both = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    spread = sqrt(sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second))
    return max(-1.0, min(1.0, both / spread)) if spread > 1e-12 else None


def correlated(first: Numbers, second: Numbers) -> Interval | None:
    """Pearson's r with Fisher's interval; None where one does not vary, or for fewer than four."""
    r = correlation(first, second)
    if r is None or len(first) < 4:
        return None
    if abs(r) > 1 - 1e-12:
        return Interval(r, r, r)
    half = NORMAL / sqrt(len(first) - 3)
    return Interval(r, tanh(atanh(r) - half), tanh(atanh(r) + half))


def share(part: int, whole: int) -> Interval | None:
    """part / whole with Wilson's interval; None where there is nothing."""
    if not whole:
        return None
    p, z2 = part / whole, NORMAL ** 2
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = NORMAL * sqrt(p * (1 - p) / whole + z2 / (4 * whole ** 2)) / (1 + z2 / whole)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def alpha(items: Sequence[Numbers]) -> float | None:
    """Cronbach's α of items (one list of scores each, the students in one order); None where it cannot be said."""
    items = [scores for scores in items if variance(scores) > 1e-12]
    if len(items) < 2:
        return None
    total = variance([sum(scores) for scores in zip(*items, strict=True)])
    if total <= 1e-12:
        return None
    return len(items) / (len(items) - 1) * (1 - sum(variance(scores) for scores in items) / total)


def together(both: int, first: int, second: int, whole: int) -> float:
    """How likely so large an overlap is by chance: Fisher's exact test, one-sided.

    Of `whole` students `first` have one thing and `second` another, `both` have both.
    """
    ways = comb(whole, second)
    return sum(comb(first, k) * comb(whole - first, second - k) for k in range(both, min(first, second) + 1)) / ways
