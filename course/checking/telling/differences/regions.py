"""Where a result is wrong: for which entries of an argument, in which rows, in which cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checking.telling.differences.expressions import expression
from course.checking.telling.differences.patterns import quoted
from course.checking.telling.differences.relations import all_alike, bounded
from course.checking.telling.differences.rows import Array, Row, close, differ, form, numbers, pair, plainly
from course.checking.words import short

Rows = Sequence[Row]
SIGNS: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
    ("is 0", "is not 0", lambda x: x == 0), ("is below 0", "is 0 or above", lambda x: x < 0),
    ("is above 0", "is 0 or below", lambda x: x > 0), ("is 0 or below", "is above 0", lambda x: x <= 0),
    ("is 0 or above", "is below 0", lambda x: x >= 0))
MOSTLY = 0.7                # of a region that must be wrong before the region is named


def by_entries(rows: Rows) -> str:
    """Where an argument of the same shape is negative, 0, large …: a predicate, or ""."""
    for name in (rows[0].args if rows else ()):
        table = _entries(rows, name)
        if table is None:
            continue
        x, want, got, off = table
        if off.all() or off.sum() < 2 or (~off).sum() < 2 or not _mixed(rows):
            continue
        for words, others, test in SIGNS:
            there = test(x)
            if off[~there].any() or off[there].mean() < MOSTLY or there.all():
                continue
            return f"is right where `{name}` {others}, and wrong where it {words}" + (
                _inside(want[off], got[off], x[off]) or _expressed(rows, name, words))
        size = float(np.abs(x[off]).min())
        if size > np.abs(x[~off]).max() and size > 1:
            return f"is right for small entries of `{name}`, and wrong for those of size {short(size)} and more"
    return ""


def _entries(rows: Rows, name: str) -> tuple[Array, Array, Array, Array] | None:
    """(argument, wanted, got, wrong) over all entries of the cases in which the argument has the result's shape."""
    parts = []
    for row in rows:
        value, want, got = row.args.get(name), numbers(row.want), numbers(row.got)
        if want is None or got is None or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            return None
        if not form(value) == form(row.want) == form(row.got) or not np.isfinite(want).all():
            return None
        parts.append((value.ravel().astype(float), want, got, differ(got, want) | ~np.isfinite(got)))
    x, want, got, off = (np.concatenate(part) for part in zip(*parts, strict=True))
    return x, want, got, off


def _mixed(rows: Rows) -> bool:
    """Whether some case has right entries beside wrong ones: else it is the case that matters."""
    offs = [differ(both[1], both[0]) for row in rows if (both := pair(row)) is not None]
    return any(off.any() and not off.all() for off in offs)


def _inside(want: Array, got: Array, x: Array) -> str:
    """What the wrong entries of a region are."""
    if np.all(got == got[0]):
        return f": there it gives {plainly(float(got[0]))}"
    if close(got, x):
        return ": there it gives the entry itself"
    if close(got, -want):
        return ": there it has the opposite sign"
    return ""


def _expressed(rows: Rows, name: str, words: str) -> str:
    """What the entries on one side of 0 are, as an expression in the arguments."""
    side = {"is below 0": "below", "is above 0": "above"}.get(words, "")
    parts = [_part(row, name, side) for row in rows if not row.right and pair(row) is not None] if side else []
    said = expression([part for part in parts if np.size(part.got)])
    return f": there it {said}" if said else ""


def both_sides(rows: Rows) -> str:
    """A function of each entry by itself, wrong on both sides of 0: what it gives there."""
    for name in (rows[0].args if rows else ()):
        table = _entries(rows, name)
        if table is None:
            continue
        x = table[0]
        said = []
        for words, test in (("below", x < 0), ("above", x > 0)):
            parts = [_part(row, name, words) for row in rows]
            if test.sum() < 2 or not (what := all_alike(parts) or expression(parts)):
                return ""
            said.append(f"{what.removesuffix(' in every entry')} where `{name}` is {words} 0")
        return " and ".join(said)
    return ""


def _part(row: Row, name: str, side: str) -> Row:
    """The entries of a case on one side of 0."""
    x = row.args[name]
    there = x < 0 if side == "below" else x > 0
    args = {key: value[there] if isinstance(value, np.ndarray) and value.shape == x.shape else value
            for key, value in row.args.items()}
    return replace(row, want=row.want[there], got=row.got[there], args=args)


def by_labels(rows: Rows) -> str:
    """In the column of each row's label, or in all the others."""
    names = [name for name, value in rows[0].args.items() if isinstance(value, np.ndarray) and value.ndim == 1
             and value.dtype.kind in "iu"] if rows else []
    for name in names:
        inside, outside = [], []
        for row in rows:
            both, label = pair(row), row.args[name]
            table: Array = row.want if isinstance(row.want, np.ndarray) else np.zeros(0)
            if both is None or table.ndim != 2 or len(label) != len(table) or table.shape[1] < 2:
                break
            off = differ(both[1], both[0]).reshape(row.want.shape)
            own = np.zeros(off.shape, dtype=bool)
            own[np.arange(len(label)), label] = True
            inside.append(off[own])
            outside.append(off[~own])
        else:
            own_off, others_off = np.concatenate(inside), np.concatenate(outside)
            if own_off.mean() > MOSTLY and not others_off.any():
                return f"is wrong in the column of each row's own label (`{name}`), and right in all others"
            if others_off.mean() > MOSTLY and not own_off.any():
                return f"is right in the column of each row's own label (`{name}`), and wrong in the others"
    return ""


def by_place(rows: Rows) -> str:
    """Only the first, or only the last, or all but these: of a list's items, or of a table's rows."""
    wrong = [row for row in rows if not row.right]
    masks = []
    for row in wrong:
        if not isinstance(row.want, (list, tuple, np.ndarray)) or not isinstance(row.got, (list, tuple, np.ndarray)):
            return ""
        if any(isinstance(value, np.ndarray) and value.ndim == 0 for value in (row.want, row.got)):
            return ""
        if len(row.want) != len(row.got):
            return ""
        if len(row.want) < 2:
            continue
        masks.append([not _same(w, g) for w, g in zip(row.want, row.got, strict=True)])
    if len(masks) < 2:
        return ""
    one = "row" if isinstance(wrong[0].want, np.ndarray) and wrong[0].want.ndim > 1 else "entry"
    long = max(map(len, masks)) > 2
    if long and all(mask[0] and not any(mask[1:]) for mask in masks):
        return f"is right but for its first {one}"
    if long and all(mask[-1] and not any(mask[:-1]) for mask in masks):
        return f"is right but for its last {one}"
    if all(not mask[0] and all(mask[1:]) for mask in masks):
        return f"has its first {one} right, and is wrong from the second on"
    if all(not mask[-1] and all(mask[:-1]) for mask in masks):
        return f"has its last {one} right, and those before it wrong"
    return ""


def _same(want: Any, got: Any) -> bool:
    a, b = numbers(want), numbers(got)
    return a is not None and b is not None and a.shape == b.shape and bool(
        np.allclose(b, a, rtol=1e-6, atol=1e-9, equal_nan=True))


# --- cases ---------------------------------------------------------------------------------------------------

def by_cases(rows: Rows) -> str:
    """What the cases that are right have in common, and none of those that are wrong: "is right where …", or ""."""
    right, wrong = [row for row in rows if row.right], [row for row in rows if not row.right]
    if not right or not wrong:
        return ""
    fits: dict[str, str] = {}                           # kind of condition -> words; of one kind the first
    for table, number in _counted(rows[0].args):
        try:
            even = [[len(row.args[table]) % row.args[number] == 0 for row in some] for some in (right, wrong)]
        except (TypeError, ZeroDivisionError):          # a case of another kind
            continue
        if all(even[0]) and not any(even[1]):
            fits[f"{table} {number}"] = _told_apart(right, wrong, "right", "wrong", f"where the number of rows of "
                                                    f"`{table}` is a multiple of `{number}`", "where it is not")
    for name, (kind, words, others, holds) in _conditions(rows[0].args):
        try:
            held = [holds(row.args[name]) for row in right], [holds(row.args[name]) for row in wrong]
        except (TypeError, ValueError, LookupError, AttributeError):
            continue
        where = words.format(f"`{name}`")
        if all(held[0]) and not any(held[1]):
            fits.setdefault(kind or name, _told_apart(right, wrong, "right", "wrong", where, others))
        elif len(wrong) > 1 and all(held[1]) and not any(held[0]):
            fits.setdefault(kind or name, _told_apart(wrong, right, "wrong", "right", where, others))
    return next(iter(fits.values())) if len(fits) == 1 else ""


def _told_apart(these: Rows, rest: Rows, so: str, else_: str, where: str, others: str) -> str:
    """One case alone may have other reasons: then it is named, and what is special about it."""
    if len(these) > 1 and len(rest) > 1 or "True" in where:
        return f"is {so} {where}, and {else_} {others}"
    if len(these) == 1:
        named = quoted([rest[0].case]) if len(rest) == 1 else "the others"      # some cases are not looked at here
        return f"is {so} in {quoted([these[0].case])}, {where.replace('where', 'in which')}, and {else_} in {named}"
    return f"is {else_} in {quoted([rest[0].case])} alone"


def by_names(rows: Rows) -> str:
    """The names of the cases that are right, or wrong, where they are few."""
    right, wrong = [row for row in rows if row.right], [row for row in rows if not row.right]
    if not right or not wrong or len(right) + len(wrong) < 3:
        return ""
    few, word, other = (right, "right", "wrong") if len(right) <= len(wrong) else (wrong, "wrong", "right")
    return f"is {word} in {quoted([row.case for row in few])}, and {other} in the others" if len(few) <= 2 else ""


def _counted(args: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(array, whole number from 1 on): rows may be taken in portions of that size."""
    for name, value in args.items():
        if isinstance(value, np.ndarray) and value.ndim == 2:
            yield from ((name, other) for other, number in args.items() if type(number) is int and number > 0
                        and "size" in other)


Condition = tuple[str, str, str, Callable[[Any], bool]]
ARRAYS: tuple[Condition, ...] = (
    ("rows", "where {} has one row", "where it has more", lambda x: x.ndim == 2 and len(x) == 1),
    ("entries", "where {} has one entry", "where it has more", lambda x: x.size == 1),
    ("axes", "where {} has one axis", "where it has more", lambda x: x.ndim == 1),
    ("square", "where {} is square", "where it is not", lambda x: x.ndim == 2 and x.shape[0] == x.shape[1]))
LISTS: tuple[Condition, ...] = (
    ("items", "where {} has one item", "where it has more", lambda x: len(x) == 1),
    ("two items", "where {} has up to two items", "where it has more", lambda x: len(x) <= 2))
NUMBERS: tuple[Condition, ...] = (
    ("", "where {} is 0", "where it is not", lambda x: bool(x == 0)),
    ("", "where {} is 1", "where it is not", lambda x: bool(x == 1)))
FLAGS: tuple[Condition, ...] = (("", "where {} is True", "where it is False", bool),)


def _conditions(args: dict[str, Any]) -> Iterator[tuple[str, Condition]]:
    """(argument, condition on it) for all that a case may be told apart by."""
    for name, value in args.items():
        table = (FLAGS if isinstance(value, (bool, np.bool_)) else ARRAYS if isinstance(value, np.ndarray) else
                 LISTS if isinstance(value, (list, tuple)) else NUMBERS if isinstance(value, (int, float)) else ())
        yield from ((name, condition) for condition in table)


def by_size(rows: Rows) -> str:
    """Right for numbers of an ordinary size, wrong beyond."""
    wrong = [row for row in rows if not row.right]
    if not wrong or any(row.ordinary for row in wrong) or not any(row.ordinary for row in rows):
        return ""
    said = "is right for numbers of ordinary size, and wrong for very large ones, such as ±1000"
    flat = [got for row in wrong if (got := numbers(row.got)) is not None]
    odd = sorted({str(x) for got in flat for x in got[~np.isfinite(got)].tolist()})
    if odd:
        return f"{said}: there it gives {' and '.join(odd)}"
    limit = bounded(rows)
    return f"{said}. It {limit}" if limit else said
