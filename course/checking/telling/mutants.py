"""Wrong programs one edit away from a right one: known again by a number for each result that is wrong.

The data are made by a lesson's build, for the public cases: {"cells": [[case, feature]], "mutants": [[id, clauses,
marks]]}. A mark is `RIGHT`, a number that stands for a value, or the name of an error. None of it is a program.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np

from course.checking.codec import decode
from course.checking.compare import compare
from course.checking.telling.differences.ratios import Formulas
from course.checking.telling.differences.rows import Row, form, numbers
from course.checking.types import Feature, Features, Spec
from course.contents import read_data

RIGHT = None
Mark = float | str | None
ODD = {"nan": 1234.5, "inf": 2345.6, "-inf": -2345.6}
FEW = 3                     # results of little information that must agree before a program is known by them
DIGITS = 9


@cache
def _table(name: str) -> dict[str, Any]:
    return read_data(f"mutants/{name}.json")


def cells_of(spec: Spec) -> list[tuple[str, str]]:
    return [(case["name"], feature) for case in spec["cases"] for feature in case["expected"]]


def mark_of(feature: Feature) -> Mark:
    """A number that stands for a value: its entries, each with a weight of its own, and its form."""
    return mark(decode(feature["value"])) if "value" in feature else feature.get("error", "bad")


def mark(value: Any) -> Mark:
    flat = numbers(value)
    if flat is None:
        return f"={str(value)[:40]}"
    flat = np.array([ODD.get(str(x), x) if not np.isfinite(x) else x for x in flat])
    weights = 1.5 + np.cos(1.7 * np.arange(flat.size) + crc32(str(form(value)).encode()) % 97)
    return float(f"{float(weights @ flat):.{DIGITS}g}") if flat.size else 0.0


def is_told(marks: Sequence[Mark]) -> bool:
    """Whether so much is wrong that another program hardly gives the same: errors alone, or one count, do not tell."""
    wrong = [mark for mark in marks if mark is not RIGHT]
    values = [mark for mark in wrong if isinstance(mark, float)]
    return any(mark != round(mark, 3) for mark in values) or len(values) >= FEW


def known_again(spec: Spec, seen: Sequence[Features]) -> tuple[str, list[str]] | None:
    """(id, clauses) of the wrong program that gives the same in each cell, right ones included; None: there is none."""
    table, cells = _table(spec["name"]), cells_of(spec)
    if not table or [tuple(cell) for cell in table["cells"]] != cells:
        return None
    marks: list[Mark] = []
    for case, features in zip(spec["cases"], seen, strict=True):
        for feature, expected in case["expected"].items():
            got = features.get(feature, {"bad": ""})
            marks.append(mark_of(got) if compare(spec, feature, expected, got)[1] else RIGHT)
    if not is_told(marks):
        return None
    return next(((row[0], row[1]) for row in table["mutants"] if same(row[2], marks)), None)


def through_a_factor(spec: Spec, rows: Sequence[Row]) -> tuple[str, list[str], str] | None:
    """(id, clauses, predicate) of a wrong program that gives one part's results but for a factor: two faults at once.

    Marks are sums of entries, so that a factor of the entries is one of the marks.
    """
    table = _table(spec["name"])
    place = {tuple(cell): k for k, cell in enumerate(table.get("cells", ()))}
    own = [row for row in rows if row.ordinary]
    came = [mark(row.got) for row in own]
    if len(own) < FEW or any((row.case, row.part) not in place or not isinstance(one, float) or not one
                             for row, one in zip(own, came, strict=True)):
        return None
    right, formulas = [mark(row.want) for row in own], Formulas(own)
    if not any(isinstance(one, float) and one != round(one, 3) for one in right):
        return None                         # whole numbers are in some proportion by chance
    for identity, clauses, marks in table["mutants"]:
        gives = [marks[place[row.case, row.part]] for row in own]
        if sum(one is not RIGHT for one in gives) < 2:
            continue
        whole = [wanted if one is RIGHT else one for one, wanted in zip(gives, right, strict=True)]
        factors = [got / one for got, one in zip(came, whole, strict=True)
                   if isinstance(got, float) and isinstance(one, float) and one]
        if len(factors) == len(own):
            said = formulas.told(factors)
            if said and "in all these cases" not in said:
                return identity, clauses, said.replace("what is asked for", "what it would be with that alone")
    return None


def same(one: Sequence[Any], other: Sequence[Mark]) -> bool:
    """Whether two programs give the same in each cell."""
    for a, b in zip(one, other, strict=True):
        if isinstance(a, float) and isinstance(b, float):
            if abs(a - b) > 1e-6 * max(abs(a), abs(b), 1e-3):
                return False
        elif a != b:
            return False
    return True
