"""The exercise of the first page, `start`. It is there to be tried, and counts nothing."""

from autograder.lessons.exercise import Exercise, case


def halfway_cases(rng):
    yield case("1 and 6", rng.near(1.0), rng.near(6.0))
    yield case("the other way round", rng.near(6.0), rng.near(1.0))
    same = float(rng.whole(3.0)[0])
    yield case("a number and itself", same, same, weight=0.6)
    yield case("below zero", rng.near(-4.0), rng.near(1.0))
    a, b = rng.uniform(-9, 9, size=2).round(2)
    yield case("two numbers at random", float(a), float(b))


EXERCISES = [
    Exercise("halfway", points=1, minutes=1, difficulty=1, cases=halfway_cases, untouched=0.0),
]
