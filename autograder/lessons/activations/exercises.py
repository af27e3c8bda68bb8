"""Cases of lesson 3, `activations`. Gradients are compared with the reference, and with differences of the
learner's own forward function."""

import numpy as np

from autograder.lessons.activations import mistakes, solutions
from autograder.lessons.exercise import Exercise, call, case, slips

STEP = 1e-4         # for differences: the error of a central difference is about STEP²
FAR = np.array([1000.0, -1000.0, 2.0])


def away_from_zero(rng, *shape):
    """Numbers of both signs, none near the kink at 0."""
    return rng.uniform(0.2, 2.5, shape) * rng.signs(np.where(np.arange(np.prod(shape)).reshape(shape) % 2, 1, -1))


def whole_numbers(rng, *shape):
    """Whole numbers of both signs: what is copied into an array made like them loses its fractions."""
    return rng.permutation(np.arange(np.prod(shape)) - np.prod(shape) // 2).reshape(shape)


def nudged(z, of, *others):
    """The learner's forward function `of` on both sides of z."""
    return [call(z + sign * STEP, *others, of=of) for sign in (1, -1)]


def sigmoid_cases(rng):
    yield case("three numbers", rng.near(np.array([0.0, 2.0, -1.0])))
    yield case("a batch of shape (4, 3)", 2 * rng.normal(size=(4, 3)), weight=2)
    yield case("one entry, shape (1, 1)", away_from_zero(rng, 1, 1))
    yield case("z = ±1000", rng.near(FAR), quiet=0.5)
    yield case("whole numbers", whole_numbers(rng, 5), weight=0.5)


def sigmoid_grad_cases(rng):
    yield case("three numbers", rng.near(np.array([0.0, 2.0, -1.0])))
    yield case("a batch of shape (4, 3)", 2 * rng.normal(size=(4, 3)), weight=2)
    yield case("z = ±1000", rng.near(FAR), quiet=0.5)
    yield case("whole numbers", whole_numbers(rng, 5), weight=0.5)
    z = rng.normal(size=(3, 2))
    yield case("against differences of your own `sigmoid`", calls=[call(z), *nudged(z, "sigmoid")], weight=2)


def tanh_grad_cases(rng):
    yield case("three numbers", rng.near(np.array([0.0, 0.5, -2.0])))
    yield case("a batch of shape (4, 3)", rng.normal(size=(4, 3)), weight=2)
    yield case("one row of 5", away_from_zero(rng, 1, 5))
    yield case("z = ±1000", rng.near(FAR), quiet=0.5)
    yield case("whole numbers", whole_numbers(rng, 2, 2), weight=0.5)


def relu_cases(rng):
    yield case("four numbers", rng.near(np.array([-2.0, 0.0, 0.5, 3.0])))
    yield case("a batch of shape (4, 3)", 2 * away_from_zero(rng, 4, 3), weight=2)
    yield case("all negative", -rng.uniform(0.1, 3, rng.other(5, 3, 9)), weight=0.5)
    yield case("large numbers", np.array([1e2, 1e4, 1e6]) * away_from_zero(rng, 2, 3))


def relu_grad_cases(rng):
    yield case("three numbers", rng.signs(rng.near(np.array([-2.0, 0.5, 3.0]))))
    yield case("a batch of shape (4, 3)", 2 * away_from_zero(rng, 4, 3), weight=2)
    others = rng.signs(rng.near(np.array([0.0, 1.5, -1.5, -0.5, 0.0])))
    yield case("zeros among others, and a billionth", np.append(others, rng.near(1e-9)).reshape(2, 3))
    z = away_from_zero(rng, 3, 2)
    yield case("against differences of your own `relu`", calls=[call(z), *nudged(z, "relu")], weight=2)


def leaky_relu_cases(rng):
    yield case("three numbers, the default slope", rng.near(np.array([-2.0, 0.5, 3.0])))
    yield case("a batch of shape (4, 3), slope 0.2", 2 * away_from_zero(rng, 4, 3), 0.2, weight=2)
    yield case("slope 0", away_from_zero(rng, 5), 0.0, weight=0.5)
    yield case("slope 3, by name", away_from_zero(rng, 2, 3), slope=3.0)
    yield case("a negative slope", away_from_zero(rng, 5), -0.25)
    yield case("whole numbers, slope 0.3", whole_numbers(rng, 5), 0.3, weight=0.5)


def prelu_backward_cases(rng):
    yield case("four numbers", rng.near(np.array([1.0, 2.0, 3.0, -1.0])), rng.near(np.array([-2.0, 4.0, -1.0, 0.5])),
               0.1)
    yield case("a batch of shape (4, 3)", rng.normal(size=(4, 3)), away_from_zero(rng, 4, 3), 0.25, weight=2)
    yield case("slope 0", rng.normal(size=(2, 3)), away_from_zero(rng, 2, 3), 0.0)
    yield case("whole numbers, a negative slope", 1 + rng.permutation(7), 2 * whole_numbers(rng, 7) + 1, -0.3)
    yield case("slope 3", rng.normal(size=4), away_from_zero(rng, 4), 3.0, weight=0.5)
    yield case("one entry, negative", rng.normal(size=1) + 2, -rng.uniform(0.5, 2, 1), 0.3)
    dout, z, slope = rng.normal(size=(3, 2)), away_from_zero(rng, 3, 2), 0.4
    yield case("against differences of your own `leaky_relu`",
               calls=[call(dout, z, slope), *nudged(z, "leaky_relu", slope),
                      *(call(z, slope + sign * STEP, of="leaky_relu") for sign in (1, -1))], weight=3)


# Neither a row's mean nor its first logit, its smallest or its largest size is a shift that keeps exp from overflowing.
FAR_ROWS = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 0.0], [-1000.0, -1001.0], [3.0, 5.0]])


def softmax_cases(rng):
    yield case("one row", rng.near(np.array([[0.0, 1.0, 2.0]]), plus=0.2), weight=0.5)
    yield case("a vector", rng.normal(size=4), weight=0.5)
    yield case("a batch of shape (5, 3)", 2 * rng.normal(size=(5, 3)), weight=2)
    yield case("shape (3, 3)", 2 * rng.normal(size=(3, 3)))
    yield case("shape (4, 3), axis 0", 2 * rng.normal(size=(4, 3)), axis=0)
    yield case("shape (2, 3, 4), axis 1", rng.normal(size=(2, 3, 4)), axis=1, weight=0.5)
    yield case("whole numbers", whole_numbers(rng, 3, 4), weight=0.5)
    yield case("logits of ±1000", rng.near(FAR_ROWS, 0.0, plus=0.2), quiet=0.5)
    yield case("rows far apart", rng.near(np.array([[1000.0, 1001.0, 1000.0], [-2.0, 0.0, 1.0]]), 0.0, plus=0.2),
               quiet=0.5)


def labelled(rng, n, C):
    return 2 * rng.normal(size=(n, C)), rng.permutation(np.arange(n) % C)


def softmax_cross_entropy_grad_cases(rng):
    yield case("one row", rng.near(np.array([[0.0, 1.0, 2.0]]), plus=0.2), np.array([1]))
    yield case("a batch of 5 with 3 classes", *labelled(rng, 5, 3), weight=2)
    yield case("a batch of 2 with 4 classes", *labelled(rng, 2, 4))
    yield case("3 rows, 3 classes", 2 * rng.normal(size=(3, 3)), np.array([2, 0, 0]))
    yield case("whole numbers", whole_numbers(rng, 5, 3), rng.permutation([0, 0, 1, 2, 2]), weight=0.5)
    yield case("logits of ±1000", rng.near(np.array([[1000.0, 0.0, -1000.0], [2.0, 1.0, 3.0]])), np.array([2, 0]),
               quiet=0.5)
    logits, labels = labelled(rng, 4, 3)
    moves = STEP * np.repeat(np.eye(3), 4, axis=0)                  # (C n, C): class by class, all rows
    around = np.concatenate([np.tile(logits, (3, 1)) + moves, np.tile(logits, (3, 1)) - moves])
    yield case("against differences of the loss of your own `softmax`",
               calls=[call(logits, labels), call(around, of="softmax")], weight=2)


def outputs(rng, *shape, near=()):
    """Outputs of tanh units of both signs: many far out, as after a bad start, some close to one of `near`."""
    far = np.tanh(rng.uniform(0.1, 3.5, shape))
    close = rng.choice([0.0, *near], shape)
    return np.round(np.where(close > 0, close + rng.uniform(-0.05, 0.02, shape), far).clip(0, 0.999)
                    * rng.choice([-1, 1], shape), 3)


def saturated_fraction_cases(rng):
    shows = slips(mistakes, "saturated_fraction", solutions.saturated_fraction)

    def drawn(published, *threshold):
        """For a class: another shape, another share, and the same slips show."""
        def draw():
            shape = [rng.other(size, max(size - 2, 2), size + 4) for size in published.shape]
            return (outputs(rng, *shape, near=[0.5, *(threshold or [0.97])]), *threshold)

        def seen(a, *threshold):
            by_chance = [share, np.mean(np.abs(a) > 0.5), np.mean(a > 0)] if a is not published else []
            return shows(a, *threshold), solutions.saturated_fraction(a, *threshold) in by_chance

        share = solutions.saturated_fraction(published, *threshold)
        return rng.alike((published, *threshold), draw, seen)

    yield case("five outputs", *drawn(np.array([0.99, -0.99, 0.5, 0.0, -0.98])))
    batch = away_from_zero(rng, 6, 4) if rng.public else np.linspace(-2.5, 2.5, 24).reshape(6, 4)
    yield case("a batch of shape (6, 4)", *drawn(np.tanh(2.2 * batch)), weight=2)
    lower = 0.5 if rng.public else round(rng.uniform(0.51, 0.535), 3)     # so that 0.5 in its place shows
    yield case("a lower threshold", *drawn(np.array([[0.9, -0.4, -0.7], [0.2, 0.6, -0.99]]), lower))
    edge = rng.near(0.75, 0.05)
    others = rng.permutation([0.8, 0.1, -0.9, 0.2, 0.3, *rng.uniform(-0.6, 0.6, rng.other(0, 1, 5)).round(2)])
    others = others if not rng.public else np.array([0.8, 0.1, -0.9, 0.2, 0.3])
    yield case("exactly at the threshold", np.array([edge, -edge, *others]), threshold=edge)
    yield case("none of them", rng.near(np.array([0.1, -0.2, 0.3])), weight=0.5)


def silent(rng, n, units, dead):
    """Outputs of a ReLU layer of which `dead` units, spread about, are zero on every row; others on some."""
    A = rng.uniform(0.1, 2, (n, units)) * (np.arange(n * units).reshape(n, units) % 3 > 0)
    A[:, rng.permutation(units)[:dead]] = 0
    return A


def dead_fraction_cases(rng):
    shows = slips(mistakes, "dead_fraction", solutions.dead_fraction)

    def drawn(published, change=None):
        """For a class: other rows and units, another share of them dead, and the same slips show."""
        def share(A):
            return (A == 0).all(axis=0).mean()

        def draw():
            rows, units = (rng.other(size, max(size - 2, 2), size + 4) for size in published.shape)
            rows = 1 if len(published) == 1 else rows
            A = rng.uniform(0.1, 2, (rows, units)).round(2) * (rng.random((rows, units)) < rng.uniform(0.3, 0.9))
            A[:, rng.random(units) < rng.uniform(0.1, 0.6)] = 0
            return (change(A) if change else A,)

        def seen(A):
            by_chance = [share(published), 0.5, np.mean(np.abs(A) > 0.5), np.mean(A > 0)] if A is not published else []
            return shows(A), share(A) in by_chance

        return rng.alike((published,), draw, seen)[0]

    def no_example(A):
        return np.vstack([A, np.zeros((1, A.shape[1]))])

    def put(value):
        def change(A):
            A[rng.integers(len(A)), rng.integers(A.shape[1])] = value
            return A
        return change

    pattern = rng if rng.public else np.random.default_rng(1)           # a class's own are drawn after it
    yield case("3 examples, 4 units", drawn(
        np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 3.0, 0.0, 0.5]])))
    yield case("7 examples, 10 units", drawn(silent(pattern, 7, 10, 3)), weight=2)
    yield case("5 examples, 8 units, a dead example", drawn(no_example(silent(pattern, 4, 8, 2)), no_example), weight=2)
    # Rows and units are coprime, so that a share of rows is never one of units; each wrong test counts another number.
    signs = np.array([[-0.5, 0.0, 1.0, -0.5, 0.0, 0.0, 0.0],
                      [0.0, 0.0, -1.0, -0.5, 0.0, -0.5, 0.0],
                      [-0.25, 0.0, 0.0, -0.5, 1.0, -0.25, 0.0]])
    parted = slips(mistakes, "dead_fraction", solutions.dead_fraction, apart=True)
    scale = np.round(64 * rng.near(1.0)) / 64           # sums that are 0 stay so exactly

    def units_again():
        """The same units, some of them twice, in another order."""
        units = rng.permutation(np.repeat(np.arange(7), rng.integers(1, 4, 7)))
        return (scale * signs[:, units],)

    # Rows and units are coprime, so that a share of rows is never one of units; each wrong test counts another number.
    yield case("negative outputs are alive", rng.alike((signs,), units_again, lambda A: (
        parted(A), A is not signs and A.shape[1] in (7, 9, 12, 15, 18, 21)))[0])
    yield case("1 example", drawn(np.array([[0.0, 0.7, 0.0, 1.2, 0.3]])))
    yield case("outputs of a billionth are alive", drawn(1e-9 * silent(pattern, 4, 6, 2), lambda A: 1e-9 * A),
               weight=0.5)
    yield case("the run has diverged: nan", drawn(np.array([[0.0, np.nan], [0.0, 1.0]]), put(np.nan)),
               raises=ValueError)
    yield case("the run has diverged: inf", drawn(np.array([[0.0, np.inf, 1.0], [0.0, 1.0, 0.0]]), put(np.inf)),
               raises=ValueError)
    yield case("the run has diverged: -inf", drawn(np.array([[0.0, 2.0, 0.0], [0.0, -np.inf, 1.0]]), put(-np.inf)),
               weight=0.5, raises=ValueError)


def exact(*names):
    """Differences are compared with 0, to what a central difference can give."""
    return {name: (0.0, 1e-6) for name in names}


EXERCISES = [
    Exercise("sigmoid", points=2, minutes=7, difficulty=2, cases=sigmoid_cases),
    Exercise("sigmoid_grad", points=2, minutes=4, difficulty=1, cases=sigmoid_grad_cases, features="slope",
             tolerances=exact("your slope minus that of your own `sigmoid`")),
    Exercise("tanh_grad", points=1, minutes=1, difficulty=1, cases=tanh_grad_cases),
    Exercise("saturated_fraction", points=1, minutes=3, difficulty=1, cases=saturated_fraction_cases),
    Exercise("relu", points=1, minutes=1, difficulty=1, cases=relu_cases),
    Exercise("relu_grad", points=1, minutes=3, difficulty=1, cases=relu_grad_cases, features="slope",
             tolerances=exact("your slope minus that of your own `relu`")),
    Exercise("dead_fraction", points=2, minutes=6, difficulty=2, cases=dead_fraction_cases),
    Exercise("leaky_relu", points=1, minutes=2, difficulty=1, cases=leaky_relu_cases),
    Exercise("prelu_backward", points=3, minutes=9, difficulty=3, cases=prelu_backward_cases,
             components=("dz", "dslope"), features="slope",
             tolerances=exact(*(f"{name}: minus the slope of your own `leaky_relu`" for name in ("dz", "dslope")))),
    Exercise("softmax", points=3, minutes=7, difficulty=2, cases=softmax_cases),
    Exercise("softmax_cross_entropy_grad", points=3, minutes=8, difficulty=3,
             cases=softmax_cross_entropy_grad_cases, features="softmax_slope",
             tolerances=exact("your gradient minus the slope of the loss of your own `softmax`")),
]
