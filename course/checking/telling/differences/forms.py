"""Results in another form than is asked for: turned on their side, an axis too many, a list too long, nothing "
  "finite."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.checking.telling.differences.rows import Array, Row, close, form, numbers

Rows = Sequence[Row]


def transposed(rows: Rows) -> str:
    shapes = [(np.shape(row.want), np.shape(row.got)) for row in rows if isinstance(row.want, np.ndarray)
              and isinstance(row.got, np.ndarray)]
    odd = [(want, got) for want, got in shapes if want != got]
    if not odd or len(shapes) < len(rows) or any(len(want) != 2 or got != want[::-1] for want, got in odd):
        return ""
    if all(close(row.got.T, row.want) for row in rows if row.got.shape == row.want.shape[::-1]):
        return "is the transpose of what is asked for: the numbers are right, rows and columns are exchanged"
    want, got = odd[0]
    return f"has its axes exchanged: the shape is {got} where {want} is asked for"


def other_form(rows: Rows) -> str:
    """Right numbers in another shape; an axis that should have been summed over, or averaged."""
    odd = [row for row in rows if form(row.want) != form(row.got)]
    whole = [(row, np.asarray(row.want, dtype=float), np.asarray(row.got, dtype=float)) for row in odd
             if _plain(row.want) and _plain(row.got)]
    if not odd or len(whole) < len(odd):
        return ""
    if all(want.size == got.size and close(got.ravel(), want.ravel()) for _, want, got in whole):
        return (f"has the right numbers in another shape: {whole[0][2].shape} where {_shape_words(whole[0][1])} is "
                "asked for")
    for words, reduce in (("added up", np.sum), ("averaged", np.mean)):
        for axis in (None, 0, 1, -1):
            if all(_reduces(got, want, reduce, axis) for _, want, got in whole):
                over = "all of them" if axis is None else "the rows" if axis == 0 else "the entries of each row"
                return (f"has the shape {whole[0][2].shape} where {_shape_words(whole[0][1])} is asked for. "
                        f"{words.capitalize()} over {over} it would be right")
    return ""


def _plain(value: Any) -> bool:
    return numbers(value) is not None and not isinstance(value, (list, tuple))


def _shape_words(want: Array) -> str:
    return f"the shape {want.shape}" if want.ndim else "a single number"


def _reduces(got: Array, want: Array, reduce: Callable[..., Any], axis: int | None) -> bool:
    if axis is not None and got.ndim <= abs(axis):
        return False
    made = np.asarray(reduce(got, axis=axis))
    return made.size < got.size and made.size == want.size and close(made.ravel(), want.ravel())


def other_length(rows: Rows) -> str:
    """A list with more or fewer items than are asked for."""
    odd = [row for row in rows if isinstance(row.want, (list, tuple)) and isinstance(row.got, (list, tuple))
           and len(row.want) != len(row.got)]
    if len(odd) < len(rows) or not odd:
        return ""
    gaps = {len(row.got) - len(row.want) for row in odd}
    if len(gaps) > 1:
        return f"has {len(odd[0].got)} items where {len(odd[0].want)} are asked for, in the case “{odd[0].case}”"
    gap = gaps.pop()
    items = f"{abs(gap)} item{'s' * (abs(gap) > 1)} too {'many' if gap > 0 else 'few'}"
    ends = slice(None, -1), slice(1, None)
    for end, word in zip(ends, ("last", "first"), strict=True):
        if gap == 1 and all(alike(row.got[end], row.want) for row in odd):
            return f"has {items}: without its {word} it would be right"
        if gap == -1 and all(alike(row.got, row.want[end]) for row in odd):
            return f"has {items}: the {word} is missing"
    return f"has {items}"


def alike(got: Any, want: Any) -> bool:
    """Whether two results are the same, in form and numbers."""
    a, b = numbers(got), numbers(want)
    return form(got) == form(want) and (a is None or b is None or close(a, b))


def not_finite(rows: Rows) -> str:
    """nan or inf everywhere."""
    flat = [numbers(row.got) for row in rows]
    if not rows or any(one is None or not one.size or np.isfinite(one).any() for one in flat):
        return ""
    seen = sorted({str(x) for one in flat if one is not None for x in one.tolist()})
    return f"is {' or '.join(seen)} in every entry"
