"""How a result differs from what is asked for: each relation is a function of rows that returns a predicate, or "".

A predicate follows a subject: "Your result" + " has the opposite sign of what is asked for". It is true of every row
it was made from. What it says is what the numbers show, never what the program's text may be.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checking.telling.differences.ratios import factors_of, told_factor
from course.checking.telling.differences.rows import Array, Row, close, differ, form, numbers, pair, plainly
from course.checking.words import short

Rows = Sequence[Row]
Pairs = list[tuple[Row, Array, Array]]
ENOUGH = 3                  # numbers that have to agree before a relation is believed
TIMES = ((1, "is what is asked for plus `{}`: it seems to be added once too often"),
         (-1, "is what is asked for minus `{}`: it seems to be left out"),
         (-2, "is what is asked for minus twice `{}`: it seems to enter with the wrong sign"))
TRANSFORMS: dict[str, Callable[[Array], Array]] = {
    "is the square of what is asked for": np.square,
    "is the square root of what is asked for": lambda x: np.sqrt(np.abs(x)),
    "is what is asked for with each minus sign lost": np.abs,
    "is 1 minus what is asked for": lambda x: 1 - x,
    "is 1 divided by what is asked for": lambda x: 1 / x,
    "is the exponential of what is asked for": np.exp,
    "is the exponential of minus what is asked for": lambda x: np.exp(-x),
    "is the logarithm of what is asked for": lambda x: np.log(np.abs(x)),
    "is minus the logarithm of what is asked for": lambda x: -np.log(np.abs(x)),
    "is what is asked for, minus 1": lambda x: x - 1,
}


def pairs_of(rows: Rows) -> Pairs:
    return [(row, *both) for row in rows if (both := pair(row)) is not None]


def enough(pairs: Pairs) -> bool:
    """Whether so many numbers differ that an agreement is no coincidence."""
    return sum(int(np.count_nonzero(want)) for _, want, _ in pairs) >= ENOUGH


def by_a_factor(rows: Rows) -> str:
    pairs = [one for one in pairs_of(rows) if np.any(one[1])]
    if not enough(pairs) or len(pairs) < len([row for row in rows if np.any(numbers(row.want))]):
        return ""
    factors = factors_of(pairs)
    return told_factor([row for row, _, _ in pairs], factors) if factors else ""


def by_a_step_a_case(rows: Rows) -> str:
    """The change from an argument of the same name, off by a factor that differs from case to case."""
    name = rows[0].part if rows else ""
    if any(name not in row.args or form(row.args[name]) != form(row.want) for row in rows):
        return ""
    moved = [replace(row, want=np.subtract(row.want, row.args[name]), got=np.subtract(row.got, row.args[name]))
             for row in rows if pair(row) is not None and not isinstance(row.want, (list, tuple))]
    said = by_a_factor_a_case(moved) if len(moved) == len(rows) else ""
    return said and said.replace("has the right proportions", f"moves away from `{name}` by a step with the right "
                                 "proportions")


def by_a_factor_a_case(rows: Rows) -> str:
    """A factor in each case that is no known quantity."""
    pairs = [one for one in pairs_of(rows) if np.any(one[1])]
    if not enough(pairs) or max((want.size for _, want, _ in pairs), default=0) < ENOUGH:
        return ""
    factors = factors_of(pairs)
    if not factors or len(pairs) < 2 or any(one < 0 for one in factors) or np.allclose(factors, 1):
        return ""
    shown = [f"{one:.3g} times in the case “{row.case}”"
             for one, (row, _, _) in zip(factors, pairs, strict=True) if not np.isclose(one, 1)]
    return (f"has the right proportions and the wrong size: all entries are off by one factor, {', '.join(shown[:2])}")


def by_an_amount(rows: Rows) -> str:
    """The same amount in all entries; or an argument too often, or not at all."""
    pairs = pairs_of(rows)
    if not enough(pairs):
        return ""
    gaps = [got - want for _, want, got in pairs]
    joined = np.concatenate(gaps)
    if len(pairs) > 1 and np.allclose(joined, joined[0], rtol=1e-6, atol=1e-9) and joined[0]:
        where = "in every entry" if any(want.size > 1 for _, want, _ in pairs) else "in each case that is wrong"
        return f"is {plainly(abs(float(joined[0])))} too {'large' if joined[0] > 0 else 'small'} {where}"
    for name in pairs[0][0].args:
        for times, words in TIMES:
            if all(_is_argument(row, gap, name, times) for (row, _, _), gap in zip(pairs, gaps, strict=True)):
                return words.format(name)
    return ""


def _is_argument(row: Row, gap: Array, name: str, times: float) -> bool:
    value = row.args.get(name)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf" or isinstance(row.want, (list, tuple)):
        return False
    try:
        spread = np.broadcast_to(value, np.shape(row.want)).ravel()
    except ValueError:
        return False
    return bool(np.any(spread)) and close(gap, times * spread)


def by_a_step(rows: Rows) -> str:
    """The change from an argument of the same name or shape, up to a factor."""
    pairs = pairs_of(rows)
    for name in ({pairs[0][0].part} & pairs[0][0].args.keys() if pairs else ()):
        if any(form(row.args.get(name)) != form(row.want) or numbers(row.args[name]) is None for row, _, _ in pairs):
            continue
        steps = [(row, want - start, got - start) for row, want, got in pairs
                 if (start := numbers(row.args[name])) is not None and np.any(start)]
        steps = [one for one in steps if np.any(np.abs(one[1]) > 1e-9)]
        if not steps or not enough(steps) or len(steps) < 2:
            continue
        if not any(np.any(got) for _, _, got in steps):
            return f"is `{name}` as it came in: nothing has changed"
        factors = factors_of(steps)
        said = told_factor([row for row, _, _ in steps], factors) if factors else ""
        if said:
            return f"moves away from `{name}` by a step that {said}"
    return ""


def transformed(rows: Rows) -> str:
    pairs = pairs_of(rows)
    if not enough(pairs):
        return ""
    with np.errstate(all="ignore"):
        return next((words for words, made in TRANSFORMS.items()
                     if all(close(got, made(want)) for _, want, got in pairs)), "")


def an_argument(rows: Rows) -> str:
    """The input handed back."""
    for name in (rows[0].args if rows else ()):
        if all(form(row.args.get(name)) == form(row.got) and (value := numbers(row.args[name])) is not None
               and (got := numbers(row.got)) is not None and value.size and np.array_equal(value, got) for row in rows):
            return f"is `{name}` as it came in"
    return ""


def all_alike(rows: Rows) -> str:
    flat = [one for row in rows if (one := numbers(row.got)) is not None and one.size]
    if len(flat) < len(rows) or not flat:
        return ""
    first = flat[0][0]
    if all(np.all(one == first) for one in flat) and sum(one.size for one in flat) >= ENOUGH:
        if max(one.size for one in flat) > 1:
            return f"is {plainly(float(first))} in every entry"
        wanted = {float(np.ravel(row.want)[0]) for row in rows}
        return f"is {plainly(float(first))} in each case that is wrong" if len(wanted) > 2 else ""
    if all(one.size > 1 and np.all(one == one[0]) for one in flat):
        return f"has the same number in every entry{_which(rows, [float(one[0]) for one in flat])}"
    return ""


def _which(rows: Rows, values: list[float]) -> str:
    """The argument that a number of each case is."""
    for name, value in rows[0].args.items():
        if type(value) in (int, float):
            for sign, words in ((1, ""), (-1, "−")):
                if all(row.args[name] * sign == value for row, value in zip(rows, values, strict=True)):
                    return f", {words}`{name}`"
    return ""


def reordered(rows: Rows) -> str:
    """The right numbers in another order."""
    pairs = [one for one in pairs_of(rows) if one[1].size > 1]
    if not pairs or len(pairs) < len(rows) or max(want.size for _, want, _ in pairs) < ENOUGH:
        return ""
    ways: list[tuple[str, Callable[[Any], Any]]] = [("in the reverse order", lambda x: list(reversed(x))),
                                                     ("sorted by size", lambda x: sorted(x))]
    for words, way in ways:
        try:
            if all(close(numbers(way(list(row.want))), got) for row, _, got in pairs):
                return f"has what is asked for {words}"
        except (TypeError, ValueError):
            pass
    if all(close(np.sort(got), np.sort(want)) for _, want, got in pairs):
        return "has the right numbers in other places"
    return ""


def one_step_off(rows: Rows) -> str:
    """A list that is the right one moved by a place."""
    lists = [(numbers(row.want), numbers(row.got)) for row in rows]
    if any(want is None or got is None for want, got in lists) or not lists:
        return ""
    known = [(want, got) for want, got in lists if want is not None and got is not None
             and min(len(want), len(got)) > 1]
    if sum(len(want) for want, _ in known) < ENOUGH + len(known) or any(not _flat(row.want) for row in rows):
        return ""
    if all(close(got[:len(want) - 1], want[1:][:len(got)]) for want, got in known):
        return "is one place ahead: its first entry is what is asked for as the second"
    if all(close(got[1:][:len(want)], want[:len(got) - 1]) for want, got in known):
        return "is one place late: its second entry is what is asked for as the first"
    return ""


def _flat(value: Any) -> bool:
    """Whether a value is a list of single numbers."""
    return isinstance(value, (list, tuple, np.ndarray)) and form(value) in ([()] * len(value), (len(value),))


def whole_numbers(rows: Rows) -> str:
    pairs = pairs_of(rows)
    if not enough(pairs) or all(np.all(want == np.round(want)) for _, want, _ in pairs):
        return ""
    for words, cut in (("cut off", np.trunc), ("rounded", np.round), ("rounded down", np.floor)):
        if all(np.array_equal(got, cut(want)) for _, want, got in pairs):
            return f"has whole numbers alone: what stands behind the point is {words}"
    return ""


def bounded(rows: Rows) -> str:
    """A limit that the right result passes."""
    pairs = pairs_of(rows)
    for words, side in (("never goes above", 1), ("never goes below", -1)):
        cut = [(side * want, side * got) for _, want, got in pairs]
        off = [differ(got, want) for want, got in cut]
        over = [want[o] for (want, _), o in zip(cut, off, strict=True)]
        if sum(map(np.size, over)) < 2:
            return ""
        limits = np.concatenate([got[o] for (_, got), o in zip(cut, off, strict=True)])
        limit = float(limits[0])
        if np.allclose(limits, limit, rtol=1e-9) and all(np.all(x > limit) for x in over) and all(
                np.all(got <= limit + 1e-12) for _, got in cut) and any(not o.all() for o in off):
            return f"{words} {short(side * limit)}, where what is asked for goes on to " \
                   f"{short(side * float(max(np.max(x) for x in over if x.size)))}"
    return ""
