"""Results that are right up to a factor: a constant, or a quantity of the call such as the number of rows."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from course.checking.telling.differences.rows import CLOSE, Array, Row, close

KNOWN = {-1.0: "has the opposite sign of what is asked for", 2.0: "is twice what is asked for",
         0.5: "is half of what is asked for", -2.0: "is twice what is asked for, with the opposite sign",
         -0.5: "is half of what is asked for, with the opposite sign",
         4.0: "is four times what is asked for", 0.25: "is a quarter of what is asked for",
         math.sqrt(2): "is √2 times what is asked for", math.sqrt(0.5): "is what is asked for divided by √2",
         1 / math.log(2): "is what is asked for divided by ln 2, as if a logarithm had the base 2",
         1 / math.log(10): "is what is asked for divided by ln 10, as if a logarithm had the base 10",
         math.log(2): "is what is asked for times ln 2"}
POWERS = {1.0: "times {}", -1.0: "divided by {}", 0.5: "times the root of {}", -0.5: "divided by the root of {}",
          2.0: "times the square of {}", -2.0: "divided by the square of {}"}
FRONT = {1.0: "is what is asked for {}", -1.0: "is what is asked for {}, with the opposite sign",
         2.0: "is twice what is asked for, {}", 0.5: "is half of what is asked for, {}"}


def factor(want: Array, got: Array) -> float | None:
    """The one number that `got` is times `want`; None where there is none, or where nothing tells it."""
    size = float(np.max(np.abs(want), initial=0.0))
    if size == 0.0 or not np.isfinite(got).all():
        return None
    k = int(np.argmax(np.abs(want)))
    ratio = float(got[k] / want[k])
    return ratio if ratio and close(got, ratio * want) else None


def quantities(args: dict[str, Any]) -> dict[str, float]:
    """The numbers of a call that a result may be off by, under the names that a sentence calls them."""
    found: dict[str, float] = {}
    for name, value in args.items():
        if isinstance(value, np.ndarray) and value.ndim:
            found[f"the number of rows of `{name}`"] = value.shape[0]
            found[f"the number of columns of `{name}`"] = value.shape[1] if value.ndim > 1 else 1
            found[f"the number of entries of `{name}`"] = value.size
        elif isinstance(value, (list, tuple)):
            found[f"the length of `{name}`"] = len(value)
        elif isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)):
            found[f"`{name}`"] = float(value)
            if 0 < value < 1:
                found[f"1 − `{name}`"] = 1 - float(value)
    return {name: float(value) for name, value in found.items() if value > 0 and math.isfinite(value)}


def told_factor(rows: Sequence[Row], factors: Sequence[float]) -> str:
    """What to say of the factors of several cases (1 where a case is right): "is … what is asked for"; else ""."""
    return Formulas(rows).told(factors)


class Formulas:
    """The factors that known quantities of some calls would give, ready to be compared with many lists of factors."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        tables = [quantities(row.args) for row in rows]
        shared = [name for name in tables[0] if all(name in table for table in tables)]
        vectors = {name: np.array([table[name] for table in tables]) for name in shared}
        made = list(_formulas({name: v for name, v in vectors.items() if np.ptp(v) > 0}))
        self.texts = [text for text, _ in made]
        self.values = np.array([values for _, values in made]) if made else np.zeros((0, len(rows)))

    def told(self, factors: Sequence[float]) -> str:
        if all(math.isclose(one, factors[0], rel_tol=CLOSE) for one in factors):
            return _constant(factors[0], self.rows)
        off = np.max(np.abs(self.values - np.array(factors)), axis=1)
        fits = np.flatnonzero(off <= CLOSE * min(map(abs, factors)))
        return self.texts[int(fits[0])] if fits.size else ""


def _constant(ratio: float, rows: Sequence[Row]) -> str:
    if math.isclose(ratio, 1.0, rel_tol=CLOSE):
        return ""
    for known, text in KNOWN.items():
        if math.isclose(ratio, known, rel_tol=CLOSE):
            return text
    return (f"is {ratio:.5g} times what is asked for"
            f"{', in all these cases' if len(rows) > 1 else f', in the case “{rows[0].case}”'}")


def _formulas(vectors: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    for power, words in POWERS.items():
        for front, sentence in FRONT.items():
            for name, values in vectors.items():
                yield sentence.format(words.format(name)), front * values ** power
    for one, above in vectors.items():
        for other, below in vectors.items():
            if one != other:
                yield (f"is what is asked for times {one} and divided by {other}", above / below)


def factors_of(rows: Sequence[tuple[Row, Array, Array]]) -> list[float] | None:
    """The factor of each case that tells one; None where one of them has none."""
    found = [factor(want, got) for _, want, got in rows if np.any(want)]
    return None if not found or any(one is None for one in found) else [one for one in found if one is not None]
