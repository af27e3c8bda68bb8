"""Cases of the page `numpy`: tables whose rows and columns differ in number, so that a mixed-up axis shows."""

import numpy as np

from autograder.lessons.exercise import Exercise, case


def table(rng, rows=(3, 6), columns=(2, 5)):
    """A table of numbers, never square: (n, k)."""
    n, k = rng.integers(*rows), rng.integers(*columns)
    return rng.normal(size=(n, k + (n == k))).round(2)


def table_cases(rng):
    yield case("3 rows, 2 columns", rng.near(np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 4.0]])))
    yield case("a table", table(rng))
    yield case("a high table", rng.normal(size=(5, 2)).round(2))
    yield case("a wide table", rng.normal(size=(2, 6)).round(2))


def share_cases(rng):
    yield case("3 rows, 2 columns", rng.near(np.array([[1.0, 3.0], [2.0, 2.0], [4.0, 1.0]])))
    yield case("a table", rng.uniform(0.5, 3, size=(4, 3)).round(2))
    yield case("a wide table", rng.uniform(0.5, 3, size=(2, 5)).round(2))


def difference_cases(rng):
    yield case("3 and 2 numbers", rng.near(np.array([1.0, 2.0, 5.0])), rng.near(np.array([1.0, 3.0])))
    yield case("2 and 4 numbers", rng.normal(size=2).round(2), rng.normal(size=4).round(2))
    yield case("3 and 3 numbers", rng.normal(size=3).round(2), rng.normal(size=3).round(2))


def bill_cases(rng):
    yield case("2 customers, 3 things, 2 shops", rng.near(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])),
               rng.near(np.array([[2.0, 1.0], [1.0, 2.0], [3.0, 2.0]])))
    yield case("4 customers, 2 things, 3 shops", rng.uniform(0, 5, (4, 2)).round(2), rng.uniform(1, 4, (2, 3)).round(2))
    yield case("one shop", rng.uniform(0, 5, (3, 4)).round(2), rng.uniform(1, 4, (4, 1)).round(2))


def cap_cases(rng):
    yield case("four numbers", rng.near(np.array([1.0, 7.0, -8.0, 4.5])), rng.near(4.0))
    table = 3 * rng.normal(size=(3, 4)).round(2)
    table[1, 2] = -2 - abs(table[1, 2])         # far below zero: it stays, whatever is cut on both sides
    yield case("a table", table, round(float(rng.uniform(0.5, 1.5)), 2))
    yield case("a limit below zero", 2 * rng.normal(size=6).round(2), -round(float(rng.uniform(0.5, 1)), 2))


def order_cases(rng):
    yield case("3 rows", rng.near(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])), np.array([2, 0, 1]))
    yield case("5 rows", rng.normal(size=(5, 3)).round(2), np.roll(rng.permutation(5), 1))
    yield case("two of four, one twice", rng.normal(size=(4, 5)).round(2), np.array([3, 1, 3]))


def entry_cases(rng):
    yield case("3 rows", rng.near(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])), np.array([1, 0, 1]))
    yield case("4 rows, 3 columns", rng.normal(size=(4, 3)).round(2), rng.permutation([0, 2, 1, 2]))
    yield case("2 rows, 5 columns", rng.normal(size=(2, 5)).round(2), rng.permutation(5)[:2])


def total_cases(rng):
    yield case("three numbers", np.array(rng.near([1.0, 2.0, 4.0])).tolist())
    yield case("six numbers", rng.normal(size=6).round(2).tolist())
    yield case("two numbers", rng.normal(size=2).round(2).tolist())


def exercise(name, cases, difficulty=1, **more):
    return Exercise(name, points=1, minutes=1, difficulty=difficulty, cases=cases, **more)


EXERCISES = [
    exercise("column_means", table_cases),
    exercise("row_totals", table_cases),
    exercise("row_shares", share_cases),
    exercise("centred", table_cases),
    exercise("all_differences", difference_cases, 2),
    exercise("bills", bill_cases),
    exercise("cap", cap_cases),
    exercise("reordered", order_cases),
    exercise("one_of_each_row", entry_cases, 2),
    exercise("running_totals", total_cases, 2, accept={"result": "sequence"}, untouched=0),
]
