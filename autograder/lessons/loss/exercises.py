"""Cases of lesson 1, `loss`: small ones to redo by hand first, then edges, then random shapes."""

import numpy as np

from autograder.lessons.exercise import Exercise, call, case, rng_


def mse_cases(rng):
    yield case("one number", rng.near(np.array([5.0])), rng.near(np.array([2.0])))
    yield case("three numbers", rng.near(np.array([1.0, 4.0, -2.0])), rng.near(np.array([2.0, 1.0, 0.5])))
    yield case("a batch of 4 with 3 outputs", rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), weight=2)
    yield case("a column", 3 * rng.normal(size=(5, 1)), rng.normal(size=(5, 1)))
    yield case("shapes (3,) and (3, 1)", rng.normal(size=3), rng.normal(size=(3, 1)), raises=ValueError)


def binary_cases(rng):
    yield case("one undecided logit", np.array([0.0]), np.array([1.0]))
    yield case("right, unsure and wrong", rng.near(np.array([2.0, 0.5, -1.0])), np.array([1.0, 0.0, 1.0]))
    yield case("a random batch", 3 * rng.normal(size=7), rng.permutation([0.0, 0, 0, 1, 1, 1, 1]), weight=2)
    yield case("a batch of shape (4, 2)", rng.normal(size=(4, 2)),
               rng.permutation([0.0, 0, 0, 0, 1, 1, 1, 1]).reshape(4, 2))
    yield case("surely right at ±1000", rng.near(np.array([1000.0, -1000.0])), np.array([1.0, 0.0]), quiet=0.5)
    yield case("surely wrong at ±1000", rng.near(np.array([1000.0, -1000.0, 3.0])), np.array([0.0, 1.0, 1.0]),
               weight=2.5, quiet=0.5)


def log_softmax_cases(rng):
    yield case("one row", rng.near(np.array([[0.0, 1.0, 3.0]]), plus=0.2))
    yield case("a batch of 5 with 3 classes", 2 * rng.normal(size=(5, 3)), weight=2)
    yield case("3 rows, 3 classes", rng.normal(size=(3, 3)))
    yield case("logits of ±1000", rng.near(np.array([[1000.0, 0.0], [-1000.0, -1001.0], [3.0, 5.0]]), 0.0, plus=0.2),
               weight=2.5, quiet=0.5)
    yield case("rows far apart", rng.near(np.array([[1000.0, 1001.0, 1000.0], [-2.0, 0.0, 1.0]]), 0.0, plus=0.2),
               quiet=0.5)


def cross_entropy_cases(rng):
    yield case("one row", rng.near(np.array([[1.0, 2.0, 0.0]]), plus=0.2), np.array([1]))
    yield case("equal logits of 4 classes", np.full((2, 4), rng.near(0.0, plus=2.0)), np.array([0, 3]))
    yield case("a batch of 6 with 3 classes", 2 * rng.normal(size=(6, 3)), rng.permutation([0, 0, 1, 1, 2, 2]),
               weight=2)
    yield case("4 rows, 4 classes", 2 * rng.normal(size=(4, 4)), rng.permutation([0, 1, 1, 3]))
    yield case("logits of ±1000", rng.near(np.array([[1000.0, 0.0, -1000.0], [2.0, 1.0, 3.0]])), np.array([2, 0]),
               weight=2.5, quiet=0.5)


def minibatch_cases(rng):
    a, b = (int(s) for s in rng.integers(1, 10_000, 2))
    for n, size, weight in ((50, 8, 4), (45, 16, 3), (64, 16, 0.5), (30, 40, 0.5)):
        name = f"{n} examples, batches of {size}"
        yield case(name, calls=[call(n, size, rng_(seed)) for seed in (a, b + 10_000, a)], weight=weight)
    yield case("1 example", calls=[call(1, 4, rng_(a))], weight=0.25)
    yield case("12 examples, batches of 1", calls=[call(12, 1, rng_(a))], weight=0.25)


def fit_line_cases(rng):
    x, noise = rng.normal(size=8) + 1, 0.1 * rng.normal(size=8)
    yield case("two points, one epoch", rng.near(np.array([1.0, 3.0])), rng.near(np.array([2.0, 4.0])), 0.1, 1)
    yield case("two points, three epochs", rng.near(np.array([1.0, 3.0])), rng.near(np.array([2.0, 4.0])), 0.05, 3)
    yield case("8 noisy points, 20 epochs", x, 2 * x - 1 + noise, 0.1, 20, weight=2)
    yield case("no epoch at all", x[:3], noise[:3], 0.1, 0)
    yield case("a single point", rng.near(np.array([2.0])), rng.near(np.array([3.0])), 0.1, 4)


def early_stopping_cases(rng):
    def run(name, losses, patience, weight=1.0):
        """Losses on another scale with each secret seed: falls, rises and ties stay where they are."""
        scale, shift = rng.near(1.0, 0.4), rng.near(0.0, plus=0.05)
        return case(name, [round(scale * loss + shift, 4) for loss in losses], patience, weight=weight)

    yield run("falls, then rises", [1.0, 0.6, 0.5, 0.7, 0.8, 0.9], 2)
    yield run("falls to the end", [1.0, 0.8, 0.7, 0.4], 2)
    yield run("never better than the first", [0.5, 0.6, 0.7, 0.8, 0.9], 3)
    yield run("better again one epoch after the stop", [1.0, 0.8, 0.5, 0.9, 0.8, 0.2, 0.1], 2)
    yield run("better again long after the stop", [1.0, 0.6, 0.4, 0.7, 0.8, 0.9, 0.9, 0.1], 2)
    yield run("better again just in time", [1.0, 0.7, 0.5, 0.9, 0.4, 0.8, 0.7, 0.9], 2)
    yield run("better again and again", [1.0, 0.7, 0.8, 0.5, 0.6, 0.4, 0.5, 0.3, 0.4, 0.5], 2)
    yield run("better after a bad start", [0.5, 0.6, 0.4, 0.3, 0.7], 2)
    yield run("a tie", [1.0, 0.8, 0.6, 0.5, 0.5, 0.5, 0.3], 2)
    yield run("a tie inside the patience", [0.9, 0.7, 0.5, 0.5, 0.7, 0.8], 4)
    yield run("patience longer than the run", [0.9, 0.8, 0.4, 0.6], 10)
    yield run("patience 1", [0.9, 0.7, 0.5, 0.6, 0.2], 1)
    yield run("two rests, then a stop", [0.55, 0.8, 0.3, 0.7, 0.45, 0.25, 0.5, 0.35, 0.65, 0.15, 0.85, 0.4], 3,
               weight=2)
    yield run("a bad start, a rest, a stop", [0.55, 0.85, 0.8, 0.45, 0.7, 0.25, 0.35, 0.75, 0.5, 0.2, 0.65, 0.6], 3,
               weight=7)                        # every broken rule but that of ties shows here
    losses = np.round(np.abs(np.linspace(-1, 1, 12) - 0.2) + 0.1 + 0.02 * rng.random(12), 4)
    yield run("12 epochs", losses.tolist(), 3)


EXERCISES = [
    Exercise("mse", points=2, minutes=5, difficulty=1, cases=mse_cases),
    Exercise("mse_grad", points=2, minutes=5, difficulty=1, cases=mse_cases),
    Exercise("binary_cross_entropy_with_logits", points=3, minutes=8, difficulty=2, cases=binary_cases),
    Exercise("log_softmax", points=3, minutes=8, difficulty=2, cases=log_softmax_cases),
    Exercise("cross_entropy", points=2, minutes=6, difficulty=2, cases=cross_entropy_cases),
    Exercise("minibatches", points=2, minutes=6, difficulty=2, cases=minibatch_cases, features="minibatches",
             weights={"sizes of the batches": 5, "every index once": 2, "the order": 4}, untouched=0),
    Exercise("fit_line", points=4, minutes=10, difficulty=3, cases=fit_line_cases,
             components=("w", "b", "losses"), accept={"losses": "sequence"}),
    Exercise("early_stopping_epoch", points=2, minutes=8, difficulty=3, cases=early_stopping_cases),
]
