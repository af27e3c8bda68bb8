"""Cases of lesson 1, `loss`: small ones to redo by hand first, then edges, then random shapes."""

import itertools

import numpy as np

from autograder.lessons.exercise import Exercise, call, case, rng_, slips
from autograder.lessons.loss import mistakes, solutions


def whole_numbers(rng, *shapes):
    """Arrays of whole numbers: what is copied into an array made like one of them loses its fractions."""
    return [rng.integers(-6, 7, shape) for shape in shapes]


def mse_cases(rng):
    yield case("one number", rng.near(np.array([5.0])), rng.near(np.array([2.0])))
    yield case("three numbers", rng.near(np.array([1.0, 4.0, -2.0])), rng.near(np.array([2.0, 1.0, 0.5])))
    yield case("a batch of 4 with 3 outputs", rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), weight=2)
    yield case("a column", 3 * rng.normal(size=(5, 1)), rng.normal(size=(5, 1)))
    yield case("whole numbers", *whole_numbers(rng, (5,), (5,)), weight=0.5)
    close = 1000 + 0.01 * rng.normal(size=(2, 4))       # rounding, or float32 on the way, loses all digits here
    yield case("large numbers, close together", *close, weight=0.5)
    yield case("shapes (3,) and (3, 1)", rng.normal(size=3), rng.normal(size=(3, 1)), raises=ValueError)
    yield case("shapes (4, 3) and (1, 3)", rng.normal(size=(4, 3)), rng.normal(size=(1, 3)), weight=0.5,
               raises=ValueError)


def binary_cases(rng):
    yield case("one undecided logit", np.array([0.0]), np.array([1.0]), weight=0.4)
    yield case("right, unsure and wrong", rng.near(np.array([2.0, 0.5, -1.0])), np.array([1.0, 0.0, 1.0]))
    yield case("a random batch", 3 * rng.normal(size=7), rng.permutation([0.0, 0, 0, 1, 1, 1, 1]), weight=2)
    yield case("a batch of shape (4, 2)", rng.normal(size=(4, 2)),
               rng.permutation([0.0, 0, 0, 0, 1, 1, 1, 1]).reshape(4, 2))
    yield case("targets between 0 and 1", 2 * rng.normal(size=4), rng.uniform(0.1, 0.9, 4).round(2), weight=0.75)
    odd = 2 * rng.integers(-4, 4, 5) + 1                # so that the loss of the other targets is another
    yield case("whole numbers", odd, rng.permutation([0, 0, 1, 1, 1]), weight=0.5)
    yield case("surely right at ±1000", rng.near(np.array([1000.0, -1000.0, 2.0])), np.array([1.0, 0.0, 1.0]),
               weight=0.5, quiet=0.3)
    yield case("surely wrong at ±1000", rng.near(np.array([1000.0, -1000.0, 3.0])), np.array([0.0, 1.0, 1.0]),
               weight=2.5, quiet=0.5)


# Neither a row's mean nor its first logit, its smallest or its largest size is a shift that keeps exp from overflowing.
FAR = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 0.0], [-1000.0, -1001.0], [3.0, 5.0]])


def log_softmax_cases(rng):
    yield case("one row", rng.near(np.array([[0.0, 1.0, 3.0]]), plus=0.2))
    yield case("a batch of 5 with 3 classes", 2 * rng.normal(size=(5, 3)), weight=2)
    yield case("3 rows, 3 classes", rng.normal(size=(3, 3)))
    yield case("logits of ±1000", rng.near(FAR, 0.0, plus=0.2), weight=2.5, quiet=0.5)
    yield case("rows far apart", rng.near(np.array([[1000.0, 1001.0, 1000.0], [-2.0, 0.0, 1.0]]), 0.0, plus=0.2),
               quiet=0.5)
    yield case("whole numbers", *whole_numbers(rng, (3, 4)), weight=0.5)


def cross_entropy_cases(rng):
    yield case("one row", rng.near(np.array([[1.0, 2.0, 0.0]]), plus=0.2), np.array([1]))
    yield case("equal logits of 4 classes", np.full((2, 4), rng.near(0.0, plus=2.0)), np.array([0, 3]))
    yield case("a batch of 6 with 3 classes", 2 * rng.normal(size=(6, 3)), rng.permutation([0, 0, 1, 1, 2, 2]),
               weight=2)
    yield case("4 rows, 4 classes", 2 * rng.normal(size=(4, 4)), rng.permutation([0, 1, 1, 3]))
    yield case("logits of ±1000", rng.near(np.array([[1000.0, 0.0, -1000.0], [2.0, 1.0, 3.0]])), np.array([2, 0]),
               weight=2.5, quiet=0.5)
    yield case("whole numbers", *whole_numbers(rng, (5, 3)), rng.permutation([0, 0, 1, 2, 2]), weight=0.5)


NO_ORDER = ("as counted, not shuffled", "shuffled inside the batches only: each holds neighbours",
            "an index comes twice, so that there is no order to speak of",
            "hardly shuffled: most examples still stand beside their neighbours")


def minibatch_cases(rng):
    a, b = (int(s) for s in rng.integers(1, 10_000, 2))
    for of, size, rest, weight in ((6, 8, 2, 4), (2, 16, 13, 3), (4, 16, 0, 0.3), (0, 40, 30, 0.3)):
        name, of = f"{of * size + rest} examples, batches of {size}", of and rng.other(of, of, of + 2)
        size = rng.other(size, size - 2, size + 4)
        rest = rest and (rng.other(rest, 1, 3) if rest < 4 else rest - rng.other(0, 1, 5))
        yield case(name, calls=[call(of * size + rest, size, rng_(seed)) for seed in (a, b + 10_000, a)], weight=weight)
    yield case("1 example", calls=[call(1, rng.other(4, 2, 9), rng_(a))], weight=0.25)
    yield case("12 examples, batches of 1", calls=[call(rng.other(12, 8, 16), 1, rng_(a))], weight=0.25)


def fit_line_cases(rng):
    x, noise = rng.normal(size=8) + 1, 0.1 * rng.normal(size=8)
    yield case("two points, one epoch", rng.near(np.array([1.0, 3.0])), rng.near(np.array([2.0, 4.0])), 0.1, 1)
    yield case("two points, three epochs", rng.near(np.array([1.0, 3.0])), rng.near(np.array([2.0, 4.0])), 0.05, 3)
    yield case("8 noisy points, 20 epochs", x, 2 * x - 1 + noise, 0.1, 20, weight=2)
    yield case("a falling line, whole numbers", np.array(rng.whole(0, 3, 5)), np.array(rng.whole(9, 4, 3)), 0.02, 5)
    yield case("too large a rate: the loss rises", rng.near(np.array([1.0, 3.0])), rng.near(np.array([2.0, -4.0])), 0.4,
               5, weight=0.5)
    yield case("a line that fits in the end", rng.near(np.array([-1.0, 1.5])), rng.near(np.array([-2.0, 1.0])), 0.3,
               14, weight=0.5)
    yield case("no epoch at all", x[:3], noise[:3], 0.1, 0, weight=0.15)
    yield case("a single point", rng.near(np.array([2.0])), rng.near(np.array([3.0])), 0.05, 4)


def other_run(rng, losses, patience, shows, rounds=25):
    """A run of another length, order and patience, on which the same mistakes show as on the published one.

    A walk: a loss is changed, put in or taken out, or two change places, wherever the mistakes that show stay the same.
    """
    wanted, now = shows(losses, patience), (losses, patience)
    for turn in itertools.count():
        if turn >= rounds and len(now[0]) != len(losses):
            return now
        new, k = list(now[0]), int(rng.integers(len(now[0])))
        step, loss = rng.integers(4), round(float(rng.choice([rng.uniform(0.1, 1), rng.choice(new)], p=[0.8, 0.2])), 2)
        if step == 0:
            new[k] = loss
        elif step == 1:
            new.insert(k, loss)
        elif step == 2:
            del new[k]
        else:
            j = int(rng.integers(len(new)))
            new[j], new[k] = new[k], new[j]
        wait = max(now[1] + int(rng.integers(-1, 2)), 1)
        if 3 <= len(new) <= len(losses) + 4 and shows(new, wait) == wanted:
            now = new, wait


def early_stopping_cases(rng):
    known = slips(mistakes, "early_stopping_epoch", solutions.early_stopping_epoch)

    def shows(losses, patience):
        return known(losses, patience), solutions.early_stopping_epoch(losses, patience) < 2

    def run(name, losses, patience, weight=1.0):
        if not rng.public:
            losses, patience = other_run(rng, losses, patience, shows)
        return case(name, losses, patience, weight=weight)

    # Where the best epoch of all or the first rest is right, a line without knowledge is: little weight.
    yield run("falls, then rises", [1.0, 0.6, 0.5, 0.7, 0.8, 0.9], 2, 0.15)
    yield run("falls to the end", [1.0, 0.8, 0.7, 0.4], 2, 0.15)
    yield run("never better than the first", [0.5, 0.6, 0.7, 0.8, 0.9], 3, 0.15)
    yield run("better again one epoch after the stop", [1.0, 0.8, 0.5, 0.9, 0.8, 0.2, 0.1], 2, 0.4)
    yield run("better again long after the stop", [1.0, 0.6, 0.4, 0.7, 0.8, 0.9, 0.9, 0.1], 2, 0.2)
    yield run("better again just in time", [1.0, 0.7, 0.5, 0.9, 0.4, 0.8, 0.7, 0.9], 2, 0.15)
    yield run("better again and again", [1.0, 0.7, 0.8, 0.5, 0.6, 0.4, 0.5, 0.3, 0.4, 0.5], 2, 0.15)
    yield run("better after a bad start", [0.5, 0.6, 0.4, 0.3, 0.7], 2, 0.15)
    yield run("a tie", [1.0, 0.8, 0.6, 0.5, 0.5, 0.5, 0.3], 2, 0.4)
    yield run("a tie inside the patience", [0.9, 0.7, 0.5, 0.5, 0.7, 0.8], 4, 0.15)
    yield run("patience longer than the run", [0.9, 0.8, 0.4, 0.6], 10, 0.15)
    yield run("patience 1", [0.9, 0.7, 0.5, 0.6, 0.2], 1, 0.2)
    yield run("two rests, then a stop", [0.55, 0.8, 0.3, 0.7, 0.45, 0.25, 0.5, 0.35, 0.65, 0.15, 0.85, 0.4], 3,
               weight=4.5)
    yield run("a bad start, a rest, a stop", [0.55, 0.85, 0.8, 0.45, 0.7, 0.25, 0.35, 0.75, 0.5, 0.2, 0.65, 0.6], 3,
               weight=7)                        # every broken rule but that of ties shows here, and in the one before
    small = 0.4 * 10.0 ** -np.arange(2, 7, 2)                           # .004, .00004, .0000004
    first = np.linspace(2.1, 1.4, rng.other(2, 2, 6)).round(2)
    falling = first[-1] - np.concatenate([[0.0], np.cumsum(small)])
    yield case("improvements of .004 and less, losses above 1", [2.3, 2.4, *first[:-1].tolist(), *falling.tolist(),
                                                                 1.6, 1.5, 1.2], 2)
    losses = np.round(np.abs(np.linspace(-1, 1, 12) - 0.2) + 0.1 + 0.02 * rng.random(12), 4)
    yield run("12 epochs", losses.tolist(), 3, 0.15)


EXERCISES = [
    Exercise("mse", points=2, minutes=4, difficulty=1, cases=mse_cases),
    Exercise("mse_grad", points=2, minutes=4, difficulty=1, cases=mse_cases),
    Exercise("binary_cross_entropy_with_logits", points=3, minutes=7, difficulty=2, cases=binary_cases),
    Exercise("log_softmax", points=3, minutes=7, difficulty=2, cases=log_softmax_cases),
    Exercise("cross_entropy", points=2, minutes=5, difficulty=2, cases=cross_entropy_cases),
    Exercise("minibatches", points=2, minutes=5, difficulty=2, cases=minibatch_cases, features="minibatches",
             weights={"sizes of the batches": 5, "every index once": 2, "the order": 4}, untouched=0,
             essential={"sizes of the batches": (), "the order": NO_ORDER}),
    Exercise("fit_line", points=4, minutes=9, difficulty=3, cases=fit_line_cases,
             components=("w", "b", "losses"), accept={"losses": "sequence"}),
    Exercise("early_stopping_epoch", points=2, minutes=8, difficulty=3, cases=early_stopping_cases),
]
