"""All relations in the order in which they are tried: the most telling first."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from course.checking.telling.differences.expressions import expression
from course.checking.telling.differences.forms import not_finite, other_form, other_length, transposed
from course.checking.telling.differences.patterns import lines, lost_property, lost_sum, nearly, one_way
from course.checking.telling.differences.relations import (
    all_alike,
    an_argument,
    bounded,
    by_a_factor,
    by_a_factor_a_case,
    by_a_step,
    by_a_step_a_case,
    by_an_amount,
    one_step_off,
    reordered,
    transformed,
    whole_numbers,
)
from course.checking.telling.differences.rows import Row

Rows = Sequence[Row]
STRONG: tuple[Callable[[Rows], str], ...] = (
    transposed, other_form, other_length, not_finite, all_alike, an_argument, by_a_factor, by_an_amount, by_a_step,
    transformed, expression, one_step_off, reordered, whole_numbers, bounded)
WEAK: tuple[Callable[[Rows], str], ...] = (
    by_a_factor_a_case, by_a_step_a_case, lines, lost_property, lost_sum, nearly, one_way)


def found(rows: Rows, relations: Sequence[Callable[[Rows], str]] = STRONG + WEAK) -> Iterator[str]:
    """The predicates that hold of all the rows, the most telling first."""
    with np.errstate(all="ignore"):
        for relation in relations:
            if rows and (said := relation(rows)):
                yield said
