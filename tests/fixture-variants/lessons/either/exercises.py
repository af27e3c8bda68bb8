"""Cases of the lesson `either`: the functions take arrays themselves, so that its variants need no adapter."""

import numpy as np

from autograder.lessons.exercise import Exercise, case


def spread_cases(rng):
    yield case("three numbers", rng.near(np.array([5.0, 1.0, 6.0])))
    yield case("below zero", rng.near(np.array([-4.0, -1.5, -9.0])))
    yield case("a matrix at random", rng.normal(size=(3, 4)), weight=2)


def centred_cases(rng):
    yield case("three numbers", rng.near(np.array([5.0, 1.0, 6.0])))
    yield case("a matrix at random", rng.normal(1.0, 2.0, size=(3, 4)), weight=2)


def total_cases(rng):
    yield case("three numbers", rng.near(np.array([5.0, 1.0, 6.0])))
    yield case("a matrix at random", rng.normal(1.0, 2.0, size=(3, 4)), weight=2)


EXERCISES = [
    Exercise("spread", points=2, minutes=2, difficulty=1, cases=spread_cases, variants=("left", "right")),
    Exercise("centred", points=2, minutes=2, difficulty=1, cases=centred_cases, variants=("left", "right")),
    Exercise("total", points=1, minutes=1, difficulty=1, cases=total_cases),
]
