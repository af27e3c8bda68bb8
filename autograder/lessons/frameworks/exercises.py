"""The exercises of the lesson `frameworks`, each to be written in one of two frameworks.

What a case asks of, and what it expects, are arrays: `course.checking.adapters` stands between them and the models.
"""

import itertools
import types

import numpy as np

from autograder.lessons.exercise import Exercise, call, case, rng_
from autograder.lessons.frameworks import solutions
from autograder.lessons.gradients.exercises import network
from autograder.lessons.gradients.solutions import adam_step
from autograder.lessons.initialization.exercises import SEED, seeds, start
from autograder.lessons.initialization.mistakes import train__clip_each, train__no_clip
from autograder.lessons.initialization.solutions import train
from course.checking.training import GLOBAL, LOSS_AFTER

VARIANTS = ("torch", "keras")


def batch(rng, n, fan_in, classes):
    """Rows, and labels of which no class has more than one above the others."""
    return rng.normal(size=(n, fan_in)), rng.permutation(np.arange(n) % classes)


def with_both_signs(rng, n, draw):
    """Layers and n rows whose logits are of both signs: a ReLU behind the last layer shows."""
    while True:
        layers = draw()
        X = rng.normal(size=(n, len(layers[0][0])))
        logits = solutions.make_model(layers, X)[0]
        if logits.min() < -0.1 and logits.max() > 0.1:
            return layers, X


def make_model_cases(rng):
    # Tenths, which 32 bits do not hold.
    W1, b1 = np.array([[1.1, -2.3]]), np.array([0.4, -1.2])
    W2, b2 = np.array([[3.0], [-0.7]]), np.array([-0.2])
    yield case("1-2-1, two rows", [(rng.near(W), rng.near(b)) for W, b in ((W1, b1), (W2, b2))],
               rng.near(np.array([[0.9], [-2.0]])))
    sizes = rng.whole(4, 5, 3) + [2]
    yield case("3 layers of different widths", *with_both_signs(rng, 6, lambda: network(rng, *sizes)), weight=3)
    width = rng.other(3, 4, 6)
    yield case("3 layers of equal widths", *with_both_signs(rng, 5, lambda: network(rng, *[width] * 4)), weight=2)
    fans = rng.whole(3, 4)
    yield case("one layer", *with_both_signs(rng, 4, lambda: network(rng, *fans)))


def model_loss_cases(rng):
    yield case("one row, 2 classes", [(rng.near(np.array([[1.0, -1.0]])), rng.near(np.array([0.5, 0.25])))],
               rng.near(np.array([[2.0]])), np.array([1]))
    sizes = rng.whole(4, 5) + [3]
    yield case("6 rows, 2 layers", network(rng, *sizes), *batch(rng, 6, sizes[0], 3), weight=3)
    width = rng.other(3, 4, 6)
    yield case("5 rows, 3 layers of equal widths", network(rng, *[width] * 4), *batch(rng, 5, width, width), weight=2)
    layers = network(rng, 3, 4, 4, scale=30)
    yield case("large logits", layers, *batch(rng, 8, 3, 4), weight=1.5)


def _norm(layers, X, labels):
    grads = solutions.model_loss(layers, X, labels)[1]
    return float(np.sqrt(sum(np.sum(g**2) for pair in grads for g in pair)))


def steep(rng, n, *sizes):
    """A network and a batch with a gradient of some length, of which each array holds a part."""
    while True:
        layers, (X, labels) = network(rng, *sizes, scale=1.2), batch(rng, n, sizes[0], sizes[-1])
        parts = [float(np.linalg.norm(g)) for pair in solutions.model_loss(layers, X, labels)[1] for g in pair]
        if min(parts) > 0.15:
            return layers, X, labels


def model_step_cases(rng):
    far = 100.0

    def rate():
        """A learning rate that 32 bits hold too: Keras' optimizers keep theirs in them."""
        return rng.other(8, 5, 12) / 64

    sizes = rng.whole(4, 5) + [3]
    yield case("one step, nothing to clip", steep(rng, 6, *sizes)[0], 0.5, 0.0, *batch(rng, 6, sizes[0], 3), far, 1)
    layers, X, labels = steep(rng, 5, *sizes)
    yield case("one step, clipped", layers, 0.5, 0.0, X, labels, round(_norm(layers, X, labels) / 3, 3), 1, weight=4)
    layers, X, labels = steep(rng, 7, *sizes)
    yield case("three steps, nothing to clip", layers, rate(), 0.0, X, labels, far, 3, weight=2)
    layers, X, labels = steep(rng, 4, 3, 4, 4, 2)
    yield case("three steps, clipped, 3 layers", layers, rate(), 0.0, X, labels,
               round(_norm(layers, X, labels) / 4, 3), 3, weight=4)
    layers, X, labels = steep(rng, 6, *sizes)
    yield case("three steps, the optimizer has momentum", layers, rate(), 0.5, X, labels, far, 3, weight=2)


def train_otherwise(*run, **parts):
    """Lesson 5's `train` as it stands, made of other parts: step=… for `adam_step`, batches=… for `minibatches`."""
    names = {"step": "adam_step", "batches": "minibatches"}
    others = {names[part]: function for part, function in parts.items()}
    return types.FunctionType(train.__code__, train.__globals__ | others)(*run)


def adam_of_keras(w, grad, m, v, t, learning_rate):
    """As `adam_step`, with Keras' ε: 1e-7, beside the root that is not corrected."""
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return w - learning_rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7), m, v


def apart(losses, others):
    return np.max(np.abs(np.divide(others, losses) - 1))


def losses_of(program, layers, X, labels, *how, seed=0, **otherwise):
    """The losses of the epochs, and the one after training."""
    trained, losses = program(layers, X, labels, *how, np.random.default_rng(seed), **otherwise)
    return losses, [solutions.model_loss(trained, X, labels)[0]]


def is_steady(*run, seed=0, **otherwise):
    """Whether Keras' ε changes no loss by a ten thousandth: where hardly any gradient is left, it matters."""
    paper, keras = (losses_of(train_otherwise, *run, seed=seed, **otherwise, **step)
                    for step in ({}, {"step": adam_of_keras}))
    return min(*paper[0], *paper[1]) > 0.1 and max(map(apart, paper, keras)) < 1e-4


def anew_each_epoch(layers, X, labels, n_epochs, *how):
    """`train`, by an optimizer that is made anew in each epoch."""
    losses = []
    for _ in range(n_epochs):
        layers, (loss,) = train(layers, X, labels, 1, *how)
        losses.append(loss)
    return layers, losses


def anew_each_batch(*run):
    """By one that is made anew for each batch."""
    return train_otherwise(*run, step=lambda w, grad, m, v, t, learning_rate: adam_step(
        w, grad, np.zeros_like(m), np.zeros_like(v), 1, learning_rate))


def tells(*run, seed=0):
    """Whether what is forgotten easily changes a loss of an epoch, and that after training, by half a per cent."""
    right = losses_of(train, *run, seed=seed)
    return all(min(map(apart, right, losses_of(slip, *run, seed=seed))) > 0.005
               for slip in (train__no_clip, anew_each_epoch, anew_each_batch, train__clip_each))


def one_batch(rng, *how):
    """Examples and a start: the gradient is longer than 1 at first, and later shorter."""
    while True:
        layers, X, labels = start(rng, 5, rng.other(9, 8, 11), 4, scale=1.5), rng.normal(size=(12, 5)), (
            rng.integers(0, 4, 12))
        if is_steady(layers, X, labels, *how) and tells(layers, X, labels, *how):
            return layers, X, labels


def all_alike(rng, n, *how):
    """A row n times, and a start that is wrong on it: its loss falls from step to step, and how often an optimizer is
    made anew shows.
    """
    while True:
        row, layers = rng.normal(size=(1, 5)), start(rng, 5, rng.other(7, 6, 9), 4, scale=1.5)
        X = np.repeat(row, n, axis=0)
        labels = np.argmin(solutions.make_model(layers, X)[0], axis=1)
        run = layers, X, labels, *how
        losses, _ = losses_of(train, *run)
        if losses[0] > 1.5 * losses[-1] and is_steady(*run) and tells(*run) and max(map(
                apart, losses_of(anew_each_epoch, *run), losses_of(anew_each_batch, *run))) > 0.005:
            return layers, X, labels


def as_they_stand(n, batch_size, rng):
    return np.split(np.arange(n), range(batch_size, n, batch_size))


def four_examples(rng, *how, seeds):
    """Four examples, for two at a time: an epoch has one of six orders, and a learner's may be any."""
    while True:
        layers, X, labels = start(rng, 5, rng.other(7, 6, 9), 3, scale=1.5), rng.normal(size=(4, 5)), np.arange(4) % 3
        if all(tells(layers, X, labels, *how, seed=seed) for seed in seeds) and is_steady(
                layers, X, labels, *how, batches=as_they_stand) and all(
                is_steady(layers, X, labels, *how, seed=seed) for seed in (*seeds, *range(40))):
            return layers, X, labels


def train_model_cases(rng):
    # As for lesson 5's `train`: many orders are right, so what is compared is what they share. Few steps: Keras takes
    # 10 ms for each.
    a, b, *rest = seeds(rng, 4)
    how = (6, 12, 0.05)
    layers, X, labels = one_batch(rng, *how)
    yield case("12 examples in one batch, 6 epochs", layers, X, labels, *how, rng_(a), weight=5)
    yield case("12 examples, batches of 4: two seeds", weight=2,
               calls=[call(layers, X, labels, 1, 4, 0.01, rng_(seed)) for seed in (a, b, a)])
    # Rows that are all alike: many batches, and still the order cannot matter.
    how = (3, 4, 0.02)
    yield case("10 examples, all alike, in batches of 4: the last is smaller", *all_alike(rng, 10, *how), *how, rng_(a),
               weight=4)
    # All of this case hangs on the losses, and on an order that comes from the `rng`: from elsewhere, it is half of the
    # points. By chance three seeds have one order, or each has the same order in all epochs, less than once in a
    # million.
    how = (4, 2, 0.05)
    c, d, e = *rest, sum(rest)
    layers, X, labels = four_examples(rng, *how, seeds=(c, d, e))
    yield case("4 examples, two at a time, 4 epochs: three seeds", weight=11,
               calls=[call(layers, X, labels, *how, rng_(seed)) for seed in (c, d, c, e)])


def init_he_cases(rng):
    a, b, *rest = seeds(rng, 4)
    # others for a class, not smaller ones: moments are sure to 3 % from 20,000 entries on
    shares = np.ones(5) if rng.public else rng.uniform(1, 1.1, 5)
    sizes = [round(size * share) for size, share in zip([250, 160, 160, 160, 320], shares[[0, 1, 1, 1, 2]],
                                                        strict=True)]
    yield case("4 layers", sizes, rng_(rest[0]), weight=3)
    sizes = [round(size * share) for size, share in zip([160, 400, 60], shares[2:], strict=True)]
    yield case("2 layers", sizes, rng_(rest[1]), weight=2)
    for sizes in ([5, 4, 3, 2], [4, 3]):
        sizes = rng.whole(*sizes)
        yield case(f"{len(sizes) - 1} small layer{'s' * (len(sizes) > 2)}, two seeds", weight=2,
                   calls=[call(sizes, rng_(s)) for s in (a, b, a)])


def in_use(rng, n, norms, dropout, training, *sizes):
    """Arguments of `evaluate`: running statistics that are not the batch's, and labels of which some are met."""
    for tried in itertools.count():
        if tried % 100 == 0:                 # some networks give every row the same class, whatever it is
            layers = network(rng, *sizes)
            values = [(rng.uniform(0.5, 2, d), rng.normal(0, 0.5, d), rng.uniform(-1, 1, d), rng.uniform(2, 6, d))
                      for d in sizes[1:-1]] if norms else []
        X, labels = batch(rng, n, sizes[0], sizes[-1])
        accuracy = solutions.evaluate(layers, values, dropout, X, labels, training)[1]
        if accuracy == 1 if n == 1 else 0.2 < accuracy < 0.8:
            return layers, values, dropout, X, labels, training


def evaluate_cases(rng):
    sizes = rng.whole(4, 6) + [3]
    yield case("neither dropout nor batch normalisation", *in_use(rng, 9, False, 0.0, False, *sizes))
    yield case("dropout, found in training", *in_use(rng, 8, False, 0.5, True, *sizes), weight=2)
    yield case("batch normalisation, found in training", *in_use(rng, 10, True, 0.0, True, *sizes), weight=2)
    yield case("both, found in evaluation", *in_use(rng, 7, True, 0.4, False, 4, 5, 6, 3), weight=4)
    yield case("both, found in training", *in_use(rng, 12, True, 0.4, True, 4, 5, 6, 3), weight=2)
    yield case("one row, batch normalisation, found in training", *in_use(rng, 1, True, 0.0, True, *sizes))


def pick_device_cases(rng):
    yield case("no GPU", 0, weight=2)
    yield case("one GPU", 1, weight=2)
    yield case("several GPUs", rng.other(2, 3, 8))


BITS = "computed in"

EXERCISES = [
    Exercise("make_model", points=3, minutes=8, difficulty=2, cases=make_model_cases, variants=VARIANTS,
             components=("logits", "weights that can be trained", BITS), seconds=10.0,
             weights={"logits": 5, "weights that can be trained": 3, BITS: 2}, essential={"logits": ()}, rtol=1e-5,
             atol=1e-6),
    Exercise("model_loss", points=3, minutes=5, difficulty=2, cases=model_loss_cases, variants=VARIANTS,
             components=("loss", "gradients", BITS), seconds=10.0,
             weights={"loss": 3, "gradients": 4, BITS: 1.5}, essential={"loss": ()}, rtol=1e-5, atol=1e-6),
    Exercise("model_step", points=4, minutes=8, difficulty=3, cases=model_step_cases, variants=VARIANTS,
             components=("losses", "layers"), seconds=10.0, weights={"losses": 2, "layers": 4}, untouched=0.5,
             rtol=1e-6, atol=1e-6),
    Exercise("train_model", points=5, minutes=8, difficulty=3, cases=train_model_cases, variants=VARIANTS,
             features="train_model", seconds=20.0, untouched=1.5,
             weights={"what the losses tell": 2, "another seed, another order": 2, LOSS_AFTER: 6, "losses": 5,
                      GLOBAL: 0.25},
             tolerances={"losses": (1e-3, 1e-4), LOSS_AFTER: (1e-3, 1e-3)}),
    Exercise("init_he", points=2, minutes=6, difficulty=2, cases=init_he_cases, variants=VARIANTS,
             features="initialize", seconds=10.0, untouched=0,
             essential={"std of each layer": ()},
             weights={"std of each layer": 8, "biases": 6, "each layer drawn anew": 3,
                      "mean of each layer (in units of std)": 12,
                      "kurtosis of each layer (normal 3, uniform 1.8)": 10} | SEED | {
                          "the same seed, the same weights": 8, "type of the numbers": 3},
             tolerances={"std of each layer": (0.04, 0), "mean of each layer (in units of std)": (0, 0.05),
                         "kurtosis of each layer (normal 3, uniform 1.8)": (0, 0.5)}),
    Exercise("evaluate", points=3, minutes=6, difficulty=2, cases=evaluate_cases, variants=VARIANTS,
             components=("loss", "accuracy", "mode afterwards", "weights and statistics of the model",
                         "recorded for gradients"), seconds=10.0,
             essential={"loss": ()}, rtol=1e-6, atol=1e-7,
             weights={"loss": 3, "accuracy": 4, "mode afterwards": 6, "recorded for gradients": 4}, untouched=0.5),
    Exercise("pick_device", points=1, minutes=3, difficulty=1, cases=pick_device_cases, variants=VARIANTS, seconds=5.0,
             untouched=0, table=(1.0, "there are two answers, and both stand in the statement")),
]
