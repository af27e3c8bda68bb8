"""Cases of lesson 4, `gradients`: sizes and steps chosen so that each known slip shows."""

import numpy as np

from autograder.lessons.exercise import Exercise, call, callable_, case


def sum_of(name, *parameters):
    return callable_("sum_of", name, *parameters)


def numerical_gradient_cases(rng):
    # The step is given and large: what a central difference misses, and what a one-sided one misses, then shows.
    yield case("x², one number", sum_of("square"), rng.near(np.array([3.0])), eps=0.5)
    yield case("x³, step 0.1", sum_of("poly", 0, 0, 0, 1), rng.near(np.array([2.0, -1.0])), eps=0.1, weight=2)
    yield case("exp, a table of 3 x 2, step 0.2", sum_of("exp"), rng.uniform(0.2, 1, (3, 2)), eps=0.2, weight=2)
    yield case("1 + 2x - x³, a table of 2 x 4, step 0.05", sum_of("poly", 1, 2, 0, -1), 1 + rng.random((2, 4)),
               eps=0.05)
    yield case("tanh, three axes, the usual step", sum_of("tanh"), rng.uniform(0.3, 1.2, (2, 3, 2)))


def whole_numbers(rng, *shape):
    """Odd numbers, each once: what is copied into an array made like them loses its fractions."""
    size = int(np.prod(shape))
    return rng.permutation(2 * np.arange(size) - size + (size + 1) % 2).reshape(shape)


def both_signs(rng, size):
    return rng.permutation(np.arange(size) % 2 * 2 - 1)


ACTIVATIONS = {     # name: f, what crosses as f'
    "sin": (np.sin, callable_("cos")),
    "square": (np.square, callable_("poly", 0, 2)),
    "exp": (np.exp, callable_("exp")),
}


def network(rng, *sizes, scale=0.7):
    """Layers whose biases are not zero, so that a lost one shows."""
    return [(scale * rng.normal(size=(fan_in, fan_out)), rng.uniform(0.2, 0.9, fan_out))
            for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True)]


def passed(X, layers, f):
    zs, activations = [], [X]
    for W, b in layers:
        zs.append(activations[-1] @ W + b)
        activations.append(f(zs[-1]))
    return zs, activations[:-1]


def through(rng, n, layers, name):
    """The arguments of `backward` for a batch of n through `layers`."""
    f, slope = ACTIVATIONS[name]
    zs, activations = passed(rng.normal(size=(n, len(layers[0][0]))), layers, f)
    return rng.normal(size=zs[-1].shape), zs, activations, layers, slope


def backward_cases(rng):
    W1, b1 = np.array([[1.0, 2.0]]), np.array([0.5, -1.0])
    W2, b2 = np.array([[3.0], [-1.0]]), np.array([0.25])
    layers = [(rng.near(W), rng.near(b)) for W, b in ((W1, b1), (W2, b2))]
    zs, activations = passed(rng.near(np.array([[2.0]])), layers, np.square)
    yield case("1 example, 1-2-1, square", rng.near(np.array([[1.0]])), zs, activations, layers,
               ACTIVATIONS["square"][1])
    yield case("6 examples, 4-5-3-2, sin", *through(rng, 6, network(rng, 4, 5, 3, 2), "sin"), weight=3)
    yield case("5 examples, 3-4-2, square", *through(rng, 5, network(rng, 3, 4, 2), "square"), weight=2)
    yield case("4 examples, equal widths 3-3-3-3, sin", *through(rng, 4, network(rng, 3, 3, 3, 3), "sin"), weight=2)
    yield case("7 examples, one linear layer", *through(rng, 7, network(rng, 3, 2), "sin"))
    layers = [(whole_numbers(rng, *sizes), whole_numbers(rng, sizes[1])) for sizes in ((2, 3), (3, 2))]
    zs, activations = passed(whole_numbers(rng, 3, 2), layers, np.sin)
    yield case("whole numbers in X and layers", rng.normal(size=(3, 2)), zs, activations, layers, ACTIVATIONS["sin"][1],
               weight=0.5)
    # A network whose output is sum_j sin(w_j): its dW1 can be asked of the learner's numerical_gradient too.
    w = rng.uniform(0.3, 1.2, (1, 4))
    layers = [(w, np.zeros(4)), (np.ones((4, 1)), np.zeros(1))]
    yield case("sum of sin(w), against your own `numerical_gradient`", calls=[
        call(np.ones((1, 1)), *passed(np.ones((1, 1)), layers, np.sin), layers, callable_("cos")),
        call(sum_of("sin"), w, of="numerical_gradient")])


def pairs(rng, *sizes):
    return [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]


def gradient_norms_cases(rng):
    yield case("one layer", [(rng.near(np.array([[3.0, 0.0], [0.0, -4.0]])), rng.near(np.array([2.0, 1.0])))])
    yield case("3 layers", pairs(rng, 5, 4, 3, 2), weight=2)
    yield case("vanishing: layer 1 gets a millionth", [(1e-6 * dW, db) if k == 0 else (dW, db)
                                                       for k, (dW, db) in enumerate(pairs(rng, 3, 6, 2))])
    yield case("square matrices", pairs(rng, 3, 3, 3), weight=2)


def clip_by_value_cases(rng):
    limit = rng.near(1.5)
    yield case("one beyond the limit, one at it", [np.array([rng.near(10.0), limit])], limit)
    yield case("both signs", [rng.near(np.array([-3.0, 0.5, 2.0, -0.2]))], 1.5, weight=2)
    yield case("a matrix and a bias", [4 * rng.normal(size=(3, 4)), np.array([-6.0, 0.3, 5.0, -0.1])], 2.0, weight=2)
    yield case("whole numbers", [whole_numbers(rng, 5), whole_numbers(rng, 2, 2)], rng.near(1.6, 0.1), weight=0.5)
    yield case("nothing to cut", [rng.near(np.array([0.2, -0.5])), np.array([[0.1], [0.7]])], 3.0,
               weight=0.75)


def clip_by_global_norm_cases(rng):
    yield case("one array, too long", [rng.near(np.array([3.0, 4.0]))], 1.0)
    yield case("two arrays of one number", [rng.near(np.array([6.0])), rng.near(np.array([8.0]))], 5.0, weight=2)
    yield case("a matrix and a bias", [2 + rng.random((3, 4)), -3 * rng.random(4) - 1], 2.0, weight=2)
    yield case("short already", [rng.near(np.array([0.3, -0.4])), rng.near(np.array([[0.5]]))], 2.0, weight=1.25)
    yield case("all zero", [np.zeros((2, 2)), np.zeros(2)], 1.0, weight=0.35)
    yield case("tiny, and a tinier limit", [rng.near(np.array([3e-5, -4e-5]))], 1e-5)
    yield case("whole numbers", [whole_numbers(rng, 4), whole_numbers(rng, 2, 2)], 1.5, weight=0.5)
    yield case("three arrays, one of them zero", [5 * rng.random((2, 5)) + 1, np.zeros(5), np.array([-4.0])], 3.0)


def momentum_cases(rng):
    yield case("one number", *map(rng.near, (np.array([5.0]), np.array([2.0]), np.array([1.0]))), 0.1, 0.9)
    yield case("from rest", rng.normal(size=3), 1 + rng.random(3), np.zeros(3), 0.05, 0.8)
    yield case("a matrix under way", *(both_signs(rng, 24).reshape(3, 4, 2) * (1 + rng.random((3, 4, 2)))), 0.2, 0.7,
               weight=3)
    yield case("whole numbers", *(whole_numbers(rng, 3) for _ in range(3)), 0.05, 0.9, weight=0.5)
    yield case("no momentum", *(1 + rng.random((3, 5))), 0.3, 0.0)


def adam_cases(rng):
    def state(*shape):
        return rng.normal(size=shape), rng.normal(size=shape), 0.3 * rng.normal(size=shape), 0.1 + rng.random(shape)

    zero = np.zeros(3)
    yield case("first update", *map(rng.near, (np.array([1.0, -2.0, 0.5]), np.array([0.2, -30.0, 4.0]))), zero, zero, 1,
               weight=2)
    yield case("third update, a matrix", *state(4, 3), 3, learning_rate=0.1, weight=2)
    yield case("second update, other decays", *state(5), 2, learning_rate=0.5, beta1=0.5, beta2=0.8, weight=2)
    yield case("update 1000", *state(2, 2), 1000, learning_rate=0.1)
    yield case("a large eps", *state(4), 4, learning_rate=0.3, eps=0.1, weight=2)
    yield case("a gradient about as small as eps", rng.normal(size=3), 1e-7 * rng.uniform(0.5, 2, 3), zero, zero, 1,
               learning_rate=0.1)
    none = np.zeros(3, dtype=int)
    yield case("whole numbers", whole_numbers(rng, 3), whole_numbers(rng, 3), none, none, 1, learning_rate=0.1,
               weight=0.5)
    yield case("no gradient at all", rng.near(np.array([1.0, -1.0, 2.0])), zero, zero, zero, 1, quiet=0.5)


def batch(rng, n, d, training, **kwargs):
    """A batch whose columns differ in centre and scale, and running statistics that are not the batch's."""
    X = 3 * rng.normal(size=(n, d)) + rng.uniform(2, 5, d)
    gamma = rng.uniform(0.5, 2, d) * both_signs(rng, d)
    return (X, gamma, rng.uniform(1, 2, d), rng.uniform(-2, -1, d), rng.uniform(15, 25, d), training), kwargs


def batchnorm_cases(rng):
    column = np.array([[1.0], [3.0]])
    one, zero = np.ones(1), np.zeros(1)
    yield case("a column of two, training", column + rng.near(0.0, plus=0.5), one, zero, zero, one, True)
    yield case("a column of two, not training", rng.near(column), 2 * one, one, one, rng.near(4 * one), False, weight=2)
    for name, weight, (args, kwargs) in (
            ("training, batch of 6, 4 columns", 2, batch(rng, 6, 4, True)),
            ("not training, batch of 5, 3 columns", 3, batch(rng, 5, 3, False)),
            ("training, momentum 0.6, eps 0.5", 2, batch(rng, 4, 3, True, momentum=0.6, eps=0.5)),
            ("not training, eps 0.5", 2, batch(rng, 4, 2, False, eps=0.5)),
            ("training, a square batch", 1, batch(rng, 3, 3, True))):
        yield case(name, *args, weight=weight, **kwargs)
    (_, *rest), _ = batch(rng, 4, 2, True)
    yield case("training, whole numbers in X", whole_numbers(rng, 4, 2), *rest, weight=0.5)
    args, _ = batch(rng, 4, 2, True)
    yield case("training, one column constant", args[0] * [1, 0] + [0, 2], *args[1:], weight=0.5, quiet=0.5)


def batchnorm_backward_cases(rng):
    def args(n, d):
        return rng.normal(size=(n, d)) + 0.5, 2 * rng.normal(size=(n, d)) + rng.uniform(2, 4, d), (
            rng.uniform(1.5, 3, d) * both_signs(rng, d))

    yield case("a column of three, one gradient", rng.near(np.array([[1.0], [0.0], [0.0]])),
               rng.near(np.array([[0.0], [1.0], [5.0]])), np.array([2.0]))
    yield case("batch of 6, 4 columns", *args(6, 4), weight=2)
    yield case("batch of 5, 3 columns, eps 0.5", *args(5, 3), eps=0.5, weight=2)
    yield case("a square batch", *args(3, 3))
    dout, _, gamma = args(4, 2)
    yield case("whole numbers in X", dout, whole_numbers(rng, 4, 2), gamma, weight=0.5)
    yield case("one column constant", args(4, 2)[0], np.array([[1.0, 3.0], [2.0, 3.0], [4.0, 3.0], [9.0, 3.0]]),
               np.array([2.0, 0.5]), weight=0.5)


OWN = "dW of layer 1 minus your own `numerical_gradient` (to be 0)"

EXERCISES = [
    Exercise("numerical_gradient", points=2, minutes=6, difficulty=2, cases=numerical_gradient_cases,
             rtol=1e-5, atol=1e-5, untouched=1.5),
    Exercise("backward", points=5, minutes=11, difficulty=3, cases=backward_cases, features="layer_gradients",
             tolerances={OWN: (0, 1e-5)}),
    Exercise("gradient_norms", points=1, minutes=2, difficulty=1, cases=gradient_norms_cases,
             accept={"result": "sequence"}, atol=1e-12),
    Exercise("clip_by_value", points=1, minutes=1, difficulty=1, cases=clip_by_value_cases),
    Exercise("clip_by_global_norm", points=2, minutes=6, difficulty=2, cases=clip_by_global_norm_cases,
             components=("clipped", "norm"), weights={"clipped": 2}, rtol=1e-6, atol=1e-14),
    Exercise("sgd_momentum_step", points=2, minutes=3, difficulty=1, cases=momentum_cases,
             components=("w", "velocity")),
    Exercise("adam_step", points=3, minutes=7, difficulty=2, cases=adam_cases, components=("w", "m", "v"),
             weights={"w": 3}, rtol=1e-6, atol=1e-10),
    Exercise("batchnorm_forward", points=3, minutes=8, difficulty=2, cases=batchnorm_cases,
             components=("out", "running_mean", "running_var"), weights={"out": 3}),
    Exercise("batchnorm_backward", points=4, minutes=10, difficulty=3, cases=batchnorm_backward_cases,
             components=("dX", "dgamma", "dbeta"), weights={"dX": 2}),
]
