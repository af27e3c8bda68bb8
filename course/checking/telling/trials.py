"""Trials with one argument: one entry of it changed, all raised by 1, doubled, set to 0. Each tells a property of the
right function that numbers side by side do not show, such as rows that have nothing to do with one another.

`candidates` says which calls to make, `wanted` what the reference shows in them (a build keeps those in which it shows
something), `shown` what of that a learner's function does not show.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from course.checking.codec import decode
from course.checking.telling.differences.rows import Array, close, numbers
from course.checking.types import Feature, Features

ONE, RAISED, DOUBLED, ZERO = "one", "raised", "doubled", "zero"
ENTRY, ROW = "entry", "row"
ONE_ALONE = {
    ENTRY: "changes in other entries too when one entry of `{}` is changed: each should depend on its own entry alone",
    ROW: "changes in other rows too when one row of `{}` is changed: each should depend on its own row alone"}
Tried = tuple[str, Any, dict[str, str]]         # how, the argument's value, what it shows of each part


def _one(x: Array) -> Array:
    """The first entry with the other sign, and another size."""
    other = x.copy()
    other.flat[0] = -1.5 * x.flat[0] - 0.25
    return other


MADE: dict[str, Callable[[Array], Array]] = {ONE: _one, RAISED: lambda x: x + 1, DOUBLED: lambda x: 2 * x,
                                             ZERO: np.zeros_like}


def candidates(value: Any) -> Iterator[tuple[str, Array]]:
    """(how, the argument's value in that trial)."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 1:
        yield from ((how, made(value)) for how, made in MADE.items())


def wanted(how: str, argument: str, args: dict[str, Any], base: Features, other: Features,
           parts: Sequence[str]) -> dict[str, str]:
    """What the right function shows in a trial, part by part: a word that `shown` understands."""
    found = {}
    for part in parts:
        both = _pair(base.get(part), other.get(part))
        if both is not None and (word := _word(how, args[argument], args, *both)) is not None:
            found[part] = word
    return found


def _word(how: str, value: Array, args: dict[str, Any], before: Array, after: Array) -> str | None:
    if how == ONE:
        return _alone(value, before, after)
    if how == RAISED:
        return "" if close(after, before) else None
    if how == DOUBLED:
        return None if close(after, before) else ""
    if not np.any(after):
        return "0"
    return next((name for name, arg in args.items() if isinstance(arg, np.ndarray) and arg.ndim and _fills(arg, after)),
                None)


def _alone(value: Array, before: Array, after: Array) -> str | None:
    off = before != after
    if not off.any() or not off.ndim or len(off) < 2 or len(off) != len(value):
        return None
    if off.shape == value.shape and not off.ravel()[1:].any():
        return ENTRY
    return ROW if off.ndim > 1 and not off[1:].any() else None


def _fills(arg: Array, result: Array) -> bool:
    """Whether an argument fills a result, by itself or in each row."""
    return result.shape[-arg.ndim:] == arg.shape and close(np.broadcast_to(arg, result.shape), result)


def shown(how: str, argument: str, wants: dict[str, str], args: dict[str, Any], base: Features,
          other: Features) -> dict[str, str]:
    """{part: predicate} of what a learner's function shows in a trial, and the right one does not."""
    said = {}
    for part, word in wants.items():
        both = _pair(base.get(part), other.get(part))
        if both is not None and (text := _said(how, argument, word, args, *both)):
            said[part] = text
    return said


def _said(how: str, argument: str, word: str, args: dict[str, Any], before: Array, after: Array) -> str:
    off = ~np.isclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True)
    if how == ONE:
        outside = off.ravel()[1:] if word == ENTRY else off[1:] if off.ndim else off
        return ONE_ALONE[word].format(argument) if outside.any() else ""
    if how == RAISED:
        return f"changes when 1 is added to every entry of `{argument}`, and should not" if off.any() else ""
    if how == DOUBLED:
        return f"stays the same when every entry of `{argument}` is doubled, and should not" if not off.any() else ""
    return _at_zero(argument, word, args, after)


def _at_zero(argument: str, word: str, args: dict[str, Any], after: Array) -> str:
    where = f"where every entry of `{argument}` is 0"
    if word == "0":
        return f"has to be 0 {where}, and is not" if np.any(after) else ""
    if _fills(args[word], after):
        return ""
    what = f"`{word}`" if args[word].ndim == after.ndim else f"`{word}` in each row"
    came = next((f"is {words} there" for words, made in _rows(args) if _fills(made, after)), "is not")
    return f"has to be {what} {where}, and {came}"


def _rows(args: dict[str, Any]) -> Iterator[tuple[str, Array]]:
    for name, value in args.items():
        if isinstance(value, np.ndarray) and value.ndim == 1:
            yield f"`{name}`", value
        elif isinstance(value, np.ndarray) and value.ndim == 2:
            yield f"the first row of `{name}`", value[0]
            yield f"the last row of `{name}`", value[-1]


def _pair(one: Feature | None, other: Feature | None) -> tuple[Array, Array] | None:
    """The two values as arrays, where both are finite numbers in one array of the same shape."""
    if one is None or other is None or "value" not in one or "value" not in other:
        return None
    values = decode(one["value"]), decode(other["value"])
    if any(isinstance(value, (list, tuple)) or numbers(value) is None for value in values):
        return None
    a, b = (np.asarray(value, dtype=float) for value in values)
    return (a, b) if a.shape == b.shape and np.isfinite(a).all() and np.isfinite(b).all() else None
