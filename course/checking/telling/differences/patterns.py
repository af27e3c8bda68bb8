"""What holds within a result: rows off by a factor, a sum that is lost, a few digits that agree, one direction."""

from collections.abc import Callable, Sequence

import numpy as np

from course.checking.telling.differences.ratios import factor
from course.checking.telling.differences.relations import ENOUGH, enough, pairs_of
from course.checking.telling.differences.rows import Array, Row, pair

Rows = Sequence[Row]


def lines(rows: Rows) -> str:
    """Each row, or each column, right up to a factor or an amount of its own."""
    tables = [(row, row.want, row.got) for row in rows if isinstance(row.want, np.ndarray)
              and row.want.ndim == 2 and pair(row) is not None]
    tables = [one for one in tables if min(one[1].shape) > 1]
    for words, axis in (("row", 0), ("column", 1)):
        for said, alike in LINES:
            fit = [row.case for row, want, got in tables if all(
                alike(np.asarray(w, dtype=float), np.asarray(g, dtype=float))
                for w, g in zip(np.moveaxis(want, axis, 0), np.moveaxis(got, axis, 0), strict=True) if np.any(w))]
            if len(fit) >= max(1, 0.6 * len(tables)) and max(len(row.want) for row, _, _ in tables) > 2:
                where = "" if len(fit) == len(rows) else f" (in {quoted(fit)})"
                return said.format(words) + where
    return ""


LINES: tuple[tuple[str, Callable[[Array, Array], object]], ...] = (
    ("has the right proportions within each {0} and the wrong size: each {0} is off by a factor of its own. Look at "
     "what belongs to a whole {0}, such as a sum over it", factor),
    ("is off by one amount within each {0}, each {0} by its own. Look at what belongs to a whole {0}, such as its "
     "largest entry or a sum over it", lambda w, g: np.allclose(g - w, (g - w)[0], rtol=1e-6, atol=1e-9)),
)


def quoted(cases: Sequence[str]) -> str:
    names = [f"“{case}”" for case in cases[:3]]
    more = " and others" if len(cases) > 3 else ""
    return f"the case{'s' * (len(cases) > 1)} {', '.join(names)}{more}"


def lost_property(rows: Rows) -> str:
    """What holds of every right result and of none of these: rows that add up to 1, a sign, a bound."""
    tables = [(np.asarray(row.want, dtype=float), np.asarray(row.got, dtype=float)) for row in rows
              if pair(row) is not None and isinstance(row.want, np.ndarray)]
    if len(tables) < len(rows) or not tables or sum(want.size for want, _ in tables) < ENOUGH:
        return ""
    for words, holds in PROPERTIES:
        if all(holds(want) for want, _ in tables) and not any(holds(got) for _, got in tables):
            return words
    return ""


def _sums(axis: int, to: float) -> Callable[[Array], bool]:
    return lambda x: x.ndim == 2 and bool(np.allclose(x.sum(axis=axis), to, atol=1e-6))


def lost_sum(rows: Rows) -> str:
    """Right results that add up to 1 (or 0) along some axis, in each case its own."""
    tables = [(np.asarray(row.want, dtype=float), np.asarray(row.got, dtype=float)) for row in rows
              if pair(row) is not None and isinstance(row.want, np.ndarray) and row.want.ndim]
    if len(tables) < len(rows) or not tables or sum(want.size for want, _ in tables) < ENOUGH:
        return ""
    for words, made, to in (("does not add up to 1", np.asarray, 1.0), ("does not add up to 0", np.asarray, 0.0),
                            ("has exponentials that do not add up to 1", np.exp, 1.0)):
        axes = [[k for k in range(want.ndim) if np.allclose(made(want).sum(axis=k), to, atol=1e-6)]
                for want, _ in tables]
        if all(axes) and not any(np.allclose(made(got).sum(axis=k), to, atol=1e-6)
                                 for ks, (_, got) in zip(axes, tables, strict=True) for k in ks):
            return f"{words} along the axis along which what is asked for does"
    return ""


PROPERTIES: tuple[tuple[str, Callable[[Array], bool]], ...] = (
    ("has rows that do not add up to 1, as those of the right result do", _sums(1, 1.0)),
    ("has columns that do not add up to 1, as those of the right result do", _sums(0, 1.0)),
    ("has rows that do not add up to 0, as those of the right result do", _sums(1, 0.0)),
    ("has columns that do not add up to 0, as those of the right result do", _sums(0, 0.0)),
    ("has entries below 0, where what is asked for has none", lambda x: bool(np.all(x >= 0))),
    ("has entries above 0, where what is asked for has none", lambda x: bool(np.all(x <= 0))),
    ("has entries above 1, where what is asked for stays between 0 and 1", lambda x: bool(np.all((x >= 0) & (x <= 1)))),
)


def nearly(rows: Rows) -> str:
    pairs = pairs_of(rows)
    if not pairs or len(pairs) < len(rows) or not enough(pairs):
        return ""
    worst = max(float(np.max(np.abs(got - want)) / max(float(np.max(np.abs(want))), 1e-12)) for _, want, got in pairs)
    if worst > 1e-3:
        return ""
    digits = max(int(-np.log10(worst)), 1)
    return (f"agrees with what is asked for to about {digits} digit{'s' * (digits != 1)} and not further: something "
            "small is added, left out or rounded")


def one_way(rows: Rows) -> str:
    """All entries too large, or too small."""
    pairs = pairs_of(rows)
    gaps = np.concatenate([got - want for _, want, got in pairs]) if pairs else np.zeros(0)
    gaps = gaps[np.abs(gaps) > 1e-9]
    if len(pairs) < max(len(rows), 2) or gaps.size < ENOUGH:
        return ""
    if np.all(gaps > 0) or np.all(gaps < 0):
        return f"is too {'large' if gaps[0] > 0 else 'small'} wherever it is wrong"
    return ""
