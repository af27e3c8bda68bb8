"""The exercises of the lesson `initialization`. Random draws are judged by moments, over sizes whose fans differ."""

import numpy as np

from autograder.lessons.exercise import Exercise, call, callable_, case, rng_, slips
from autograder.lessons.initialization import mistakes, solutions
from autograder.lessons.weights.exercises import network
from course import data, engine
from course.checking.training import GLOBAL, PARTS


def seeds(rng, count):
    """Seeds that differ from one another."""
    return [int(s) for s in rng.choice(10**6, size=count, replace=False)]


def distinct_units_cases(rng):
    shows = slips(mistakes, "distinct_units", solutions.distinct_units)

    def drawn(published, of):
        """For a class: another shape, a count that is no size of the matrix, and the same slips show.

        `of` makes the matrix from its inputs, its units and the kind of each unit.
        """
        def draw():
            fan_in, units = rng.integers(7, 11), rng.integers(8, 13)
            return (of(fan_in, units, rng.integers(0, 5, units)),)
        return rng.alike((published,), draw, lambda W: (
            shows(W), 2 <= solutions.distinct_units(W) <= 5,
            W is not published and solutions.distinct_units(W) in (np.argmin(W), np.argmax(W))))[0]

    def few_values(fan_in, units, kinds):
        return rng.integers(0, 5, (fan_in, units))[:, kinds] / 2

    def of_kinds(fan_in, units, kinds):
        return rng.normal(size=(fan_in, units))[:, kinds]

    def turned_round(fan_in, units, kinds):
        W = rng.normal(size=(fan_in, 3))
        return np.column_stack([W, W[::-1, :2]])[:, kinds]

    yield case("4 inputs, 3 units, two of them alike", drawn(rng.near(np.ones((4, 1))) * np.array([
        [1.0, 2.0, 1.0], [0.5, 0.5, 0.5], [0.0, 3.0, 0.0], [2.0, 0.0, 2.0]]), few_values))
    yield case("all alike", np.full((rng.other(3, 2, 6), rng.other(5, 3, 9)), rng.near(0.05)), weight=0.25)
    yield case("alike, with entries that differ", np.repeat(rng.normal(size=(rng.other(4, 3, 7), 1)),
                                                            rng.other(6, 4, 9), axis=1), weight=0.5)
    yield case("random, 5 inputs, 7 units", rng.normal(size=(rng.other(5, 4, 6), rng.other(7, 7, 10))), weight=0.5)
    pattern = rng if rng.public else np.random.default_rng(1)           # a class's own are drawn after it
    W = pattern.normal(size=(6, 4))
    yield case("9 units of 4 kinds", drawn(W[:, pattern.permutation([0, 0, 0, 1, 1, 2, 2, 3, 3])], of_kinds), weight=2)
    yield case("the same entries in another order", drawn(np.column_stack([W[:, 0], W[::-1, 0], W[:, 0], W[:, 1]]),
                                                          turned_round), weight=2)
    yield case("units that are multiples of one another", drawn(
        np.outer(pattern.normal(size=3), [1.0, 2.0, -1.0, 2.0, 4.0]),
        lambda fan_in, units, kinds: np.outer(rng.normal(size=fan_in), (rng.permutation(units) - 2.5)[kinds])),
               weight=2)
    yield case("units that differ by a millionth and less", nearly_alike(rng))
    yield case("0 and -0 are equal", np.array([[0.0, 0.5, -0.0], [0.5, 0.0, 0.5], [0.25, rng.near(1.0), 0.25]]),
               weight=0.25)
    units = rng.other(4, 6, 9)
    yield case("the first weights are equal", np.vstack([np.full(units, 0.3),
                                                         rng.normal(size=(rng.other(2, 3, 4), units))]), weight=0.75)


def nearly_alike(rng):
    """Twins, and beside them units that differ from them in one weight, by as little as a float64 can tell apart."""
    fan_in, twins = rng.other(5, 6, 8), rng.other(2, 3, 4)
    W = np.repeat(rng.uniform(0.5, 1, (fan_in, 1)), twins + 3, axis=1)
    for row, unit in enumerate([1, 3, min(5, twins + 2)]):              # no two twins side by side
        W[row, unit] += 1e-6 / 1000**row
    return W


def activation_std_cases(rng):
    def case_of(name, n, sizes, activation, **kwargs):
        X, layers = 0.5 + rng.normal(size=(n, sizes[0])), network(rng, *sizes)
        return case(name, X, layers, callable_(activation), **kwargs)
    yield case("1 hidden layer, square", rng.near(np.array([[1.0], [2.0]])),
               [(rng.near(np.array([[1.0, -1.0]])), np.array([0.0, 1.0])), (np.array([[1.0], [1.0]]), np.array([0.5]))],
               callable_("square"))
    yield case_of("3 hidden layers, tanh", 6, (4, 5, 3, 4, 2), "tanh", weight=2)
    yield case_of("2 hidden layers, absolute value", 5, (3, 4, 6, 2), "absolute", weight=2)
    yield case_of("1 hidden layer, sine", 4, (2, 3, 3), "sin")
    yield case_of("no hidden layer", 4, (3, 2), "tanh", weight=0.5)


def draw_cases(rng):
    a, b, *rest = seeds(rng, 6)
    # Large and small in turn: a program that seeds np.random itself leaves it as the case before did after as many
    # draws, and would seem not to have touched it.
    for large, small, seed in zip([(400, 100), (80, 520), (150, 300)], [(5, 3), (2, 7), (1, 4)], rest, strict=False):
        # others for a class, not much smaller ones: moments are sure to 3 % from 20,000 entries on
        fan_in, fan_out = large if rng.public else (round(size * rng.uniform(1.05, 1.2)) for size in large)
        yield case(f"{large[0]} inputs, {large[1]} units", fan_in, fan_out, rng_(seed), weight=4)
        fan_in, fan_out = rng.whole(*small)
        yield case(f"{small[0]} input{'s' * (small[0] > 1)}, {small[1]} units, two seeds", weight=3,
                   calls=[call(fan_in, fan_out, rng_(s)) for s in (a, b, a)])


def second_moments_cases(rng):
    yield case("2 layers", [4, 3, 2], [0.5, 1.0 if rng.public else round(rng.uniform(1.05, 1.3), 2)])
    sizes = rng.whole(64, 100, 50, 30)
    yield case("He's variances", sizes, [2 / fan_in for fan_in in sizes[:-1]])
    yield case("Xavier's variances", sizes, [2 / (a + b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)])
    sizes = [int(s) for s in rng.choice(np.arange(5, 60), size=6, replace=False)]
    yield case("5 random layers", sizes, rng.uniform(0.01, 0.2, 5).tolist(), weight=2)
    yield case("inputs of mean square 3", sizes[:4], rng.uniform(0.01, 0.2, 3).tolist(), 3.0, weight=2)
    yield case("1 layer, q0 by name", [7, 3], [rng.near(0.3)], q0=0.25)


def gain_cases(rng):
    yield case("linear", "linear", weight=0.5)
    yield case("sigmoid", "sigmoid", weight=0.5)
    yield case("tanh", "tanh", weight=1.5)
    yield case("relu", "relu", weight=1.5)
    yield case("leaky_relu", "leaky_relu", weight=0.5)
    yield case("leaky_relu, another slope", "leaky_relu", rng.near(0.25), weight=4)
    yield case("leaky_relu, slope by name", "leaky_relu", slope=float(np.round(rng.uniform(0.4, 0.9), 3)), weight=4)
    yield case("relu, with a slope that is not its own", "relu", rng.near(0.5))
    yield case("a name that is not known", "swish", raises=ValueError)
    unknown = [("relu6", "elu"), ("leaky_relu_2", "leaky"), ("tanhshrink", "tan"), ("sigmoids", "line")]
    longer, shorter = unknown[0] if rng.public else rng.choice(unknown).tolist()
    yield case("a name that begins like a known one", longer, weight=0.25, raises=ValueError)
    yield case("a part of a known name", shorter, weight=0.25, raises=ValueError)


def initialize_cases(rng):
    a, b, *rest = seeds(rng, 8)
    for scheme, seed in zip(["he_normal", "xavier_normal", "he_uniform", "xavier_uniform"], rest, strict=False):
        sizes = [250, 160, 160, 160, 320] if rng.public else [
            round(size * share) for size, share in zip([250, 160, 160, 160, 320], rng.uniform(1, 1.1, 5)[
                [0, 1, 1, 1, 2]], strict=True)]
        yield case(f"{scheme}, 4 layers", sizes, scheme, rng_(seed), weight=2)
    for sizes in ([5, 4, 3, 2], [4, 3]):
        sizes = rng.whole(*sizes)
        yield case(f"{len(sizes) - 1} small layer{'s' * (len(sizes) > 2)}, two seeds", weight=2,
                   calls=[call(sizes, "he_normal", rng_(s)) for s in (a, b, a)])
    yield case("a scheme that is not known", [4, 3], "zeros", rng_(rest[4]), raises=ValueError)
    unknown = [("he_orthogonal", "xavier"), ("xavier_orthogonal", "he"), ("he_normals", "normal")]
    longer, shorter = unknown[0] if rng.public else rng.choice(unknown).tolist()
    yield case("a scheme that begins like a known one", [4, 3], longer, rng_(rest[4]), weight=0.25, raises=ValueError)
    yield case("a part of a known scheme", [4, 3], shorter, rng_(rest[4]), weight=0.25, raises=ValueError)


# --- the capstone -------------------------------------------------------------------------------------------

def part_calls(rng):
    """One call of each function that `train` is made of."""
    X, layers = rng.normal(size=(5, 4)), network(rng, 4, 3, 6)
    W1, b1 = layers[0]
    zs = [X @ W1 + b1]
    a1 = np.maximum(zs[0], 0)
    zs.append(a1 @ layers[1][0] + layers[1][1])
    labels = rng.integers(0, 6, 5)
    grads = [rng.normal(size=(3, 2)), rng.normal(size=2)]
    w, grad, m, v = rng.normal(size=(4, 3, 2))
    return [
        call(10, 4, rng_(*seeds(rng, 1)), of="minibatches"),
        call(X, of="relu"),
        call(X, of="relu_grad"),
        call(X, layers, callable_("tanh"), of="forward"),
        call(zs[1], labels, of="cross_entropy"),
        call(zs[1], labels, of="softmax_cross_entropy_grad"),
        call(zs[1] / 10, zs, [X, a1], layers, callable_("cos"), of="backward"),
        call(grads, 1.0, of="clip_by_global_norm"),
        call([g / 100 for g in grads], 1.0, of="clip_by_global_norm"),
        call(w, grad, m, v**2, 3, 0.01, of="adam_step"),
        call(w, 1e-6 * grad, 1e-6 * m, 1e-12 * v**2, 3, 0.01, of="adam_step"),      # where ε is no longer small
    ]


def start(rng, *sizes, scale=1.0):
    """Layers of He's spread, times `scale`, with biases that are not zero."""
    return [(rng.normal(0, scale * np.sqrt(2 / fan_in), (fan_in, fan_out)), rng.normal(0, 0.1, fan_out))
            for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True)]


def norms_of(layers, X, labels, **how):
    """Norm of all gradients together, before training and after each epoch."""
    norms = []

    def watch(epoch, trained):
        _, grads = engine.loss_and_gradients(trained, X, labels)
        norms.append(np.sqrt(sum(np.sum(g**2) for pair in grads for g in pair)))
        return {}
    watch(0, layers)
    engine.fit(layers, X, labels, rng=np.random.default_rng(0), optimizer="adam", clip=1.0, watch=watch, **how)
    return np.array(norms)


def always_clipped(rng, n, **how):
    """Examples and a start that is wrong on each of them; the gradient's norm stays above 15, the largest batch + 3.

    n = 1: one example, to be repeated.
    """
    width = rng.other(9, 8, 11)
    while True:
        X, layers = rng.normal(size=(n, 5)), start(rng, 5, width, 8, 4, scale=3)
        labels = np.argmin(engine.forward(X, layers), axis=1)
        if norms_of(layers, X, labels, **how).min() > 15:
            return layers, X, labels


def clipped_at_first(rng, **how):
    """A start whose gradient has a norm of 1.5 to 5 at first, and of less than 0.7 in the end."""
    width = rng.other(9, 8, 11)
    while True:
        X, layers, labels = rng.normal(size=(12, 5)), start(rng, 5, width, 8, 4), rng.integers(0, 4, 12)
        norms = norms_of(layers, X, labels, **how)
        if 1.5 < norms[:2].min() and norms[:2].max() < 5 and norms[6:].max() < 0.7:
            return layers, X, labels


def two_examples(rng):
    """Two examples, each with a gradient of norm 1.5 to 5 at the start."""
    labels, width = np.array([0, 2]), rng.other(6, 5, 8)
    while True:
        X, layers = rng.normal(size=(2, 5)), start(rng, 5, width, 3)
        norms = [norms_of(layers, X[k:k + 1], labels[k:k + 1], n_epochs=0, batch_size=1, learning_rate=0.0)[0]
                 for k in range(2)]
        if 1.5 < min(norms) and max(norms) < 5:
            return layers, X, labels


def train_cases(rng):
    # One batch an epoch: the order cannot matter, so every number is decided. Adam does not feel a constant factor on
    # all gradients; it feels clipping that changes from step to step, or ends half-way.
    layers, X, labels = always_clipped(rng, 12, n_epochs=6, batch_size=12, learning_rate=0.01)
    yield case("12 examples in one batch, 6 epochs", weight=3,
               calls=[call(layers, X, labels, 6, 12, 0.01, rng_(3)), *part_calls(rng)])
    a, b, *rest = seeds(rng, 5)
    yield case("12 examples, batches of 3: two seeds", weight=3,
               calls=[call(layers, X, labels, 2, 3, 0.01, rng_(seed)) for seed in (a, b, a)])
    layers, X, labels = clipped_at_first(rng, n_epochs=10, batch_size=12, learning_rate=0.05)
    yield case("12 examples in one batch, 10 epochs: gradients clipped at first, small in the end", weight=6,
               calls=[call(layers, X, labels, 10, 12, 0.05, rng_(3)), *part_calls(rng)])
    # Rows that are all alike: many batches, and still the order cannot matter.
    layers, row, label = always_clipped(rng, 1, n_epochs=16, batch_size=1, learning_rate=0.005)
    for name, n, size, weight in [("4 batches an epoch", 12, 3, 3), ("a smaller last batch", 10, 4, 4)]:
        yield case(f"{name}, all rows alike", layers, np.repeat(row, n, axis=0), np.repeat(label, n), 4, size, 0.005,
                   rng_(a), weight=weight)
    # Two examples, one at a time: each epoch has one of two orders. Always the same one: 1 in 2 million by chance.
    layers, X, labels = two_examples(rng)
    yield case("2 examples, one at a time, 8 epochs: three seeds", weight=5,
               calls=[call(layers, X, labels, 8, 1, 0.02, rng_(seed)) for seed in rest])
    # Digits whose classes are renamed: only what is in X and labels can be learned.
    X_train, y_train, _, _ = data.digits()
    rows, renamed = rng.permutation(len(X_train))[:300], rng.permutation(10)
    X, labels, width = X_train[rows], renamed[y_train[rows]], rng.other(32, 30, 34)
    yield case("300 digits, 4 layers, 12 epochs: three starts", weight=3,
               calls=[call(start(rng, 64, width, 32, 32, 10, scale=0.7), X, labels, 12, 20, 0.002, rng_(seed))
                      for seed in rest])


SEED = {"the same seed, the same weights": 4, "another seed, other weights": 6, "type of the numbers": 0.5,
        GLOBAL: 0.5}
DRAW = {"features": "draw", "untouched": 0, "essential": {"std": ()},
        "weights": {"std": 20, "kurtosis (normal 3, uniform 1.8)": 6} | SEED,
        "tolerances": {"std": (0.03, 0), "mean (in units of std)": (0, 0.05), "largest size of an entry": (0.02, 0),
                       "kurtosis (normal 3, uniform 1.8)": (0, 0.4)}}

EXERCISES = [
    Exercise("distinct_units", points=1, minutes=4, difficulty=1, cases=distinct_units_cases),
    Exercise("activation_std", points=2, minutes=4, difficulty=1, cases=activation_std_cases,
             accept={"result": "sequence"}),
    Exercise("xavier_normal", points=2, minutes=4, difficulty=1, cases=draw_cases, **DRAW),
    Exercise("xavier_uniform", points=2, minutes=4, difficulty=2, cases=draw_cases, **DRAW),
    Exercise("predict_second_moments", points=3, minutes=6, difficulty=2, cases=second_moments_cases,
             accept={"result": "sequence"}),
    Exercise("he_normal", points=1, minutes=1, difficulty=1, cases=draw_cases, **DRAW),
    Exercise("he_uniform", points=1, minutes=2, difficulty=1, cases=draw_cases, **DRAW),
    Exercise("gain", points=2, minutes=4, difficulty=2, cases=gain_cases,
             table=(0.48, "the gains of the activations without a slope are one table for everybody")),
    Exercise("initialize", points=3, minutes=6, difficulty=2, cases=initialize_cases, features="initialize",
             essential={"std of each layer": ()},
             weights={"std of each layer": 8, "biases": 3, "each layer drawn anew": 3,
                      "mean of each layer (in units of std)": 3,
                      "kurtosis of each layer (normal 3, uniform 1.8)": 3} | SEED,
             tolerances={"std of each layer": (0.04, 0), "mean of each layer (in units of std)": (0, 0.05),
                         "kurtosis of each layer (normal 3, uniform 1.8)": (0, 0.5)}),
    Exercise("train", points=10, minutes=24, difficulty=3, cases=train_cases, features="train", seconds=5.0,
             untouched=3,
             weights={PARTS: 0, GLOBAL: 0.25, "another seed, another order": 4,
                      "the order is dealt anew in each epoch": 3, "what the losses tell": 2},
             tolerances={"losses, mean of three runs": (0.9, 0.09), "losses": (1e-6, 1e-8),
                         "layers after training": (1e-6, 1e-8)}),
]
