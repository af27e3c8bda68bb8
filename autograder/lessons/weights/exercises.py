"""The exercises of the lesson `weights`: sizes chosen so that a mixed-up axis shows."""

import numpy as np

from autograder.lessons.exercise import Exercise, call, callable_, case


def layer(rng, fan_in, fan_out):
    """W and b of a layer; no bias is near zero, so that a lost one shows."""
    return rng.normal(size=(fan_in, fan_out)), rng.uniform(0.5, 1.5, fan_out) * rng.choice([-1, 1], fan_out)


def network(rng, *sizes):
    return [layer(rng, fan_in, fan_out) for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True)]


def whole_numbers(rng, *shape):
    """Odd numbers, each once: what is copied into an array made like them loses its fractions."""
    size = int(np.prod(shape))
    return rng.permutation(2 * np.arange(size) - size + (size + 1) % 2).reshape(shape)


X_SMALL = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]])
W_SMALL, B_SMALL = np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]]), np.array([0.5, -1.0])


def near_layers(rng, *layers):
    return [(rng.near(W), rng.near(b)) for W, b in layers]


def linear_single_cases(rng):
    yield case("3 inputs, 2 units", *map(rng.near, (np.array([1.0, 2.0, -1.0]), W_SMALL, B_SMALL)))
    yield case("5 inputs, 3 units", rng.normal(size=5), *layer(rng, 5, 3), weight=2)
    yield case("2 inputs, 6 units", rng.normal(size=2), *layer(rng, 2, 6))
    yield case("4 inputs, 4 units", rng.normal(size=4), *layer(rng, 4, 4), weight=2)
    yield case("4 inputs, 1 unit", rng.normal(size=4), *layer(rng, 4, 1))
    yield case("whole numbers in x and b", whole_numbers(rng, 3), rng.normal(size=(3, 2)), whole_numbers(rng, 2),
               weight=0.5)


def linear_cases(rng):
    yield case("2 examples, 3 inputs, 2 units", *map(rng.near, (X_SMALL, W_SMALL, B_SMALL)))
    yield case("1 example", rng.normal(size=(1, 4)), *layer(rng, 4, 3))
    yield case("7 examples, 5 inputs, 3 units", rng.normal(size=(7, 5)), *layer(rng, 5, 3), weight=2)
    yield case("3 examples, 3 inputs, 3 units", rng.normal(size=(3, 3)), *layer(rng, 3, 3), weight=2)
    yield case("6 examples, 2 inputs, 1 unit", rng.normal(size=(6, 2)), *layer(rng, 2, 1))
    yield case("whole numbers in X and b", whole_numbers(rng, 4, 3), rng.normal(size=(3, 2)), whole_numbers(rng, 2),
               weight=0.5)


def dense_cases(rng):
    yield case("square, 2 examples", *map(rng.near, (X_SMALL, W_SMALL, B_SMALL)), callable_("square"))
    yield case("tanh, 6 examples, 4 inputs, 3 units", rng.normal(size=(6, 4)), *layer(rng, 4, 3),
               callable_("tanh"), weight=2)
    yield case("absolute value, 1 example", rng.normal(size=(1, 3)), *layer(rng, 3, 5), callable_("absolute"))
    yield case("tanh, 5 examples, 2 inputs, 2 units", rng.normal(size=(5, 2)), *layer(rng, 2, 2),
               callable_("tanh"))
    yield case("whole numbers in X and b, square", whole_numbers(rng, 3, 2), rng.normal(size=(2, 3)),
               whole_numbers(rng, 3), callable_("square"), weight=0.5)


def count_parameters_cases(rng):
    yield case("one layer", rng.whole(3, 2, spread=3))
    yield case("one hidden layer", rng.whole(4, 5, 2, spread=3))
    yield case("four layers, three of equal width", rng.whole(64, 128, 128, 128, 10))
    yield case("wide layers", rng.whole(700, 500, 10), weight=0.5)
    yield case("one output", rng.whole(2, 3, 1, spread=1.5))         # never as many as the hidden layer's 37
    yield case("random sizes", [int(size) for size in 3 + rng.permutation(37)[:5]], weight=2)


def forward_cases(rng):
    yield case("2 layers, square", rng.near(X_SMALL),
               near_layers(rng, (W_SMALL, B_SMALL), (np.array([[1.0], [-2.0]]), np.array([0.5]))), callable_("square"))
    yield case("3 layers, tanh", rng.normal(size=(6, 5)), network(rng, 5, 4, 3, 2), callable_("tanh"), weight=2)
    yield case("5 layers, whole numbers in X", whole_numbers(rng, 3, 2), network(rng, 2, 3, 4, 3, 2, 3),
               callable_("tanh"))
    yield case("1 layer", rng.normal(size=(4, 3)), network(rng, 3, 2), callable_("tanh"))
    yield case("1 example", rng.normal(size=(1, 2)), network(rng, 2, 4, 3), callable_("tanh"))
    yield case("equal widths", rng.normal(size=(5, 3)), network(rng, 3, 3, 3, 3), callable_("tanh"))


def by_differences(rng, n, fan_in, fan_out):
    """linear_backward, and the learner's own `linear` at both ends of a step in X, in W and in b."""
    X, (W, b), dz = rng.normal(size=(n, fan_in)), layer(rng, fan_in, fan_out), rng.normal(size=(n, fan_out))
    calls = [call(dz, X, W)]
    for moved in range(3):
        step = rng.normal(size=(X, W, b)[moved].shape)
        for sign in (1, -1):
            at = [X, W, b]
            at[moved] = at[moved] + sign * 0.5 * step
            calls.append(call(*at, of="linear"))
    return calls


def linear_backward_cases(rng):
    yield case("2 examples, 3 inputs, 2 units", *map(rng.near, (np.array([[1.0, 0.0], [0.5, -1.0]]), X_SMALL, W_SMALL)))
    yield case("6 examples, 4 inputs, 3 units", rng.normal(size=(6, 3)), rng.normal(size=(6, 4)),
               rng.normal(size=(4, 3)), weight=3)
    yield case("1 example", rng.normal(size=(1, 2)), rng.normal(size=(1, 3)), rng.normal(size=(3, 2)))
    yield case("4 examples, 3 inputs, 3 units", rng.normal(size=(4, 3)), rng.normal(size=(4, 3)),
               rng.normal(size=(3, 3)), weight=2)
    yield case("whole numbers in X and W", rng.normal(size=(3, 2)), whole_numbers(rng, 3, 4), whole_numbers(rng, 4, 2),
               weight=0.5)
    yield case("against differences of your own `linear`", calls=by_differences(rng, 5, 4, 3), weight=2)


def collapse_cases(rng):
    yield case("2 layers, 2 to 1 to 2", near_layers(rng, (np.array([[1.0], [2.0]]), np.array([3.0])),
                                                    (np.array([[1.0, -1.0]]), np.array([0.5, 0.25]))))
    yield case("2 layers, 4 to 3 to 2", network(rng, 4, 3, 2), weight=2)
    yield case("4 layers", network(rng, 3, 5, 4, 6, 2), weight=2)
    yield case("1 layer", network(rng, 3, 2))
    yield case("3 layers, the first of whole numbers", [(whole_numbers(rng, 2, 3), whole_numbers(rng, 3)),
                                                        *network(rng, 3, 2, 4)], weight=0.5)
    yield case("3 layers of equal width", network(rng, 3, 3, 3, 3), weight=2)


def xor_network_cases(rng):
    yield case("the four corners")


EXERCISES = [
    Exercise("linear_single", points=1, minutes=4, difficulty=1, cases=linear_single_cases),
    Exercise("linear", points=1, minutes=3, difficulty=1, cases=linear_cases),
    Exercise("dense", points=1, minutes=3, difficulty=1, cases=dense_cases),
    Exercise("count_parameters", points=1, minutes=4, difficulty=1, cases=count_parameters_cases),
    Exercise("forward", points=3, minutes=9, difficulty=2, cases=forward_cases, components=("zs", "activations")),
    Exercise("collapse", points=2, minutes=7, difficulty=2, cases=collapse_cases, components=("W", "b"),
             rtol=1e-9, atol=1e-10),
    Exercise("xor_network", points=2, minutes=9, difficulty=3, cases=xor_network_cases, features="xor_network",
             untouched=0.0, rtol=1e-6, atol=1e-6,
             table=(1.0, "it takes no argument: one network is the whole answer, for everybody")),
    Exercise("linear_backward", points=3, minutes=11, difficulty=3, cases=linear_backward_cases,
             components=("dX", "dW", "db"), features="backward", rtol=1e-7, atol=1e-8),
]
