"""The columns of the lessons' tables that no cell computes: the same runs, longer or at other learning rates.

    OMP_NUM_THREADS=1 python benchmarks/longer_runs.py [run …]     without a name: all of them, half an hour
    OMP_NUM_THREADS=1 python benchmarks/longer_runs.py --list      what there is

Each run takes the lesson's own cells, from `source/`, with the reference solutions in place of a learner's, and three
seeds. A table in a lesson that says "measured beforehand" holds what one of these prints.
"""

import argparse
import re
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from autograder.lessons import catalogue  # noqa: E402
from course import data, engine  # noqa: E402

RUNS = {}
CELL = re.compile(r"^```python (\S+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(function):
    """Enter a run by its name."""
    RUNS[function.__name__.replace("_", "-")] = function
    return function


@cache
def cells(topic):
    """{id: code} of a lesson's cells."""
    return dict(CELL.findall((ROOT / "source" / f"{topic}.md").read_text(encoding="utf-8")))


def lesson(topic, *ids):
    """The names that these cells of a lesson make, from the reference solutions."""
    X_train, y_train, X_test, y_test = data.digits()
    names = {"np": np, "engine": engine, "X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}
    for earlier in catalogue.graded_topics():
        names.update(catalogue.references(earlier))
    for id_ in ids:
        exec(compile(cells(topic)[id_], id_, "exec"), names)  # the lesson's own code, from this checkout
    return names


def _watch(at, activation):
    """For `engine.fit`: the share of test digits that is right, after each epoch."""
    return lambda epoch, layers: {"right": engine.accuracy(layers, at["X_test"], at["y_test"], activation)}


def say(name, scores, digits=2):
    print(f"{name:44s}", "  ".join(f"{score:.{digits}f}" for score in scores), flush=True)


# ── Activations ─────────────────────────────────────────────────────────────────────────────────────────────

@run
def numb_for_longer():
    """The tanh networks with weights times 1, 2, 4, 8, after more epochs than three."""
    at = lesson("activations", "saturated-start-network")
    for scale in [1, 2, 4, 8]:
        for rate in [0.1]:
            curves = []
            for seed in range(3):
                layers = at["tanh_start"](scale, seed)[0]
                watch = _watch(at, "tanh")
                _, history = engine.fit(layers, at["X_train"], at["y_train"], n_epochs=40, batch_size=64, watch=watch,
                                        learning_rate=rate, rng=np.random.default_rng(seed), activation="tanh")
                curves.append(history["right"])
            for epochs in [3, 10, 40]:
                say(f"weights × {scale}, rate {rate}, {epochs} epochs", [curve[epochs - 1] for curve in curves], 3)


@run
def treated_for_longer():
    """The worst patients of the census, treated for 10 and 40 epochs, at two rates."""
    at = lesson("activations", "census-training", "your-own-gradients", "your-own-training", "your-own-network")
    patients = [at["census_run"](rate, seed) for rate in (1.2, 1.5) for seed in range(6)]
    patients = sorted((p for p in patients if p and 0.5 < p["dead"] < 1), key=lambda p: p["accuracy"])
    print("before", [f"{p['accuracy']:.2f} ({p['dead']:.0%})" for p in patients])
    for name, slope, learned in [("ReLU", 0.0, False), ("leaky 0.01", 0.01, False), ("leaky 0.25", 0.25, False),
                                 ("PReLU", 0.25, True)]:
        for rate in [0.05, 0.2]:
            for epochs in [10, 40]:
                how = {"n_epochs": epochs, "cap": 0.1}
                after = [[_examined(at, p["layers"], slope, learned, seed, rate, **how) for p in patients[:2]]
                         for seed in range(3)]
                for k in range(2):
                    say(f"{name}, rate {rate}, {epochs} epochs, patient {k + 1}",
                        [value for seed in after for value in seed[k]])


def _examined(at, layers, slope, learned, seed, rate, **how):
    """Accuracy and share of silent units, or two nan where the training has diverged."""
    with np.errstate(all="ignore"):
        try:
            return at["examine"](*at["train_with_leak"](layers, slope, learned, seed, rate, **how))
        except ValueError:
            return np.nan, np.nan


@run
def slopes_for_longer():
    """PReLU from the start against plain ReLU, ten and forty epochs."""
    at = lesson("activations", "your-own-gradients", "your-own-training", "your-own-network")
    for epochs in [10, 40]:
        for seed in range(5):
            start = engine.init([64, 128, 128, 10], np.random.default_rng(seed))
            learned = at["train_with_leak"](start, 0.25, True, seed, 0.1, n_epochs=epochs)
            relu = at["train_with_leak"](start, 0.0, False, seed, 0.1, n_epochs=epochs)
            say(f"{epochs} epochs, seed {seed}: slopes, PReLU, ReLU",
                [*learned[1], at["examine"](*learned)[0], at["examine"](*relu)[0]], 3)


# ── Gradients ───────────────────────────────────────────────────────────────────────────────────────────────

def gradients_lesson(*ids):
    return lesson("gradients", "training-loop-fit", "training-loop-accuracy", "training-loop", *ids)


def bends(at):
    return {"sigmoid": (at["sigmoid"], at["sigmoid_grad"]), "tanh": (np.tanh, at["tanh_grad"]),
            "relu": (at["relu"], at["relu_grad"])}


@run
def depth_for_longer():
    """Sigmoid networks with one, three and six hidden layers, at two rates and for more epochs."""
    at = gradients_lesson()
    bend = bends(at)["sigmoid"]
    for n_hidden in [1, 3, 6]:
        for rate in [0.1, 2.0]:
            rows = {epochs: [] for epochs in [8, 40, 80, 120]}
            for seed in range(3):
                rng, done = np.random.default_rng(seed), 0
                params = at["flat"](engine.init([64] + n_hidden * [64] + [10], rng, 0.125))
                for epochs, scores in rows.items():
                    params, _ = at["fit"](params, at["plain"](*bend), at["sgd"](rate), epochs - done, rng)
                    done = epochs
                    scores.append(at["accuracy"](params, bend[0]))
            for epochs, scores in rows.items():
                say(f"sigmoid, {n_hidden} hidden, rate {rate}, {epochs} epochs", scores)


@run
def patients_for_longer():
    """The three patients under each cure, for 8 to 40 epochs; Adam at two rates."""
    at = _patients()
    for name, patient in at["PATIENTS"].items():
        for cure in ["Adam 0.003", "Adam 0.01", "batch norm", "He", "clipping", "nothing"]:
            rows = {epochs: [] for epochs in [8, 16, 24, 40]}
            for seed in range(3):
                for epochs, score in zip(rows, _course_of(at, patient, cure, seed, list(rows)), strict=True):
                    rows[epochs].append(score)
            for epochs, scores in rows.items():
                say(f"{name}, {cure}, {epochs} epochs", scores)


def _patients():
    at = gradients_lesson("adam-rates-adam", "batch-norm-forward", "batch-norm-accuracy", "batch-norm-network")
    clip = at["clip_by_global_norm"]
    at["clipped"] = lambda update: lambda params, grads: update(params, clip(grads, 1.0)[0])
    at["PATIENTS"] = {"1": ("sigmoid", 4, 0.125), "2": ("relu", 8, 0.03), "3": ("relu", 6, 0.5)}
    return at


def _course_of(at, patient, cure, seed, looks):
    """Accuracy after each of `looks` epochs."""
    activation, n_hidden, std = patient
    bend, rng = bends(at)[activation], np.random.default_rng(seed)
    layers = engine.init([64] + n_hidden * [64], rng, None if cure == "He" else std) + engine.init([64, 10], rng)
    normed = cure == "batch norm"
    params = at["with_batch_norm"](layers) if normed else at["flat"](layers)
    gradients = at["normed" if normed else "plain"](*bend)
    score = at["accuracy_normed" if normed else "accuracy"]
    update = at["sgd"](0.1)
    if cure == "clipping":
        update = at["clipped"](update)
    if cure.startswith("Adam"):
        update = at["adam"](float(cure.split()[1]))
    done = 0
    for epochs in looks:
        params, _ = at["fit"](params, gradients, update, epochs - done, rng)
        done = epochs
        with np.errstate(all="ignore"):
            yield score(params, bend[0])


@run
def valley_tuned():
    """The three ways down the valley, each at the learning rate that leaves the least loss after 60 steps."""
    at = lesson("gradients", "valley-walk")
    rates = {"plain": np.arange(0.005, 0.0405, 0.0005), "momentum": np.arange(0.005, 0.0705, 0.0005),
             "Adam": np.r_[0.05:4.01:0.05]}
    for kind, tried in rates.items():
        with np.errstate(all="ignore"):
            ends = [at["walk_down"](kind, rate)[-1] for rate in tried]
        losses = np.array([end @ at["valley_gradient"](end) / 2 for end in ends])
        best = np.nanargmin(losses)
        print(f"{kind:9s} best rate {tried[best]:.4f}: loss {losses[best]:.2g}", flush=True)
        for rate, loss in zip(tried, losses, strict=True):
            if min(abs(rate - r) for r in (0.3, 1.0, 1.5, 2.0, 0.035, 0.039)) < 1e-9:
                print(f"          rate {rate:.4f}: loss {loss:.2g}", flush=True)


@run
def scales_for_longer():
    """Six spreads of the first weights, plain and with batch norm, 5 and 40 epochs, at two rates."""
    at = gradients_lesson("batch-norm-forward", "batch-norm-accuracy", "batch-norm-network")
    relu = bends(at)["relu"]
    for std in [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]:
        for normed in [False, True]:
            for rate in [0.001, 0.1]:
                rows = {5: [], 40: []}
                for seed in range(3):
                    rng, done = np.random.default_rng(seed), 0
                    layers = engine.init([64, 64, 64, 64], rng, std) + engine.init([64, 10], rng)
                    params = at["with_batch_norm"](layers) if normed else at["flat"](layers)
                    gradients = at["normed" if normed else "plain"](*relu)
                    for epochs, scores in rows.items():
                        params, _ = at["fit"](params, gradients, at["sgd"](rate), epochs - done, rng)
                        done = epochs
                        with np.errstate(all="ignore"):
                            scores.append(at["accuracy_normed" if normed else "accuracy"](params, relu[0]))
                for epochs, scores in rows.items():
                    say(f"std {std:g}, {'batch norm' if normed else 'plain'}, rate {rate}, {epochs} epochs", scores)


# ── Initialization ──────────────────────────────────────────────────────────────────────────────────────────

@run
def starts_for_longer():
    """The starts, after 6 and 30 epochs, at the lesson's learning rate and at a tenth of it: the loss."""
    X, labels, _, _ = data.digits()
    for rate in [0.05, 0.005]:
        for std in [0.05, 0.1, 0.14, 0.18, 0.22, 0.3, 0.5, 1]:
            runs = []
            for seed in range(3):
                start = engine.init([64] + 6 * [64] + [10], np.random.default_rng(seed), std)
                runs.append(engine.fit(start, X, labels, n_epochs=30, batch_size=64, learning_rate=rate,
                                       rng=np.random.default_rng(seed))[1]["loss"])
            for epochs in [6, 30]:
                say(f"std {std}, rate {rate}, {epochs} epochs: loss", [r[epochs - 1] for r in runs], 3)


@run
def twins_for_longer():
    """All weights at 0.05, with 32 and with 33 hidden units: how many kinds of units, and the accuracy."""
    at = lesson("initialization")
    for width in [32, 33]:
        for activation in ["tanh", "relu"]:
            rows = {20: [], 100: [], 300: []}
            for seed in range(3):
                start = [(np.full((64, width), 0.05), np.zeros(width)), (np.full((width, 10), 0.05), np.zeros(10))]

                def watch(epoch, layers, activation=activation, rows=rows):
                    if epoch in rows:
                        right = engine.accuracy(layers, at["X_test"], at["y_test"], activation)
                        rows[epoch] += [at["distinct_units"](layers[0][0]), right]
                    return {}

                engine.fit(start, at["X_train"], at["y_train"], n_epochs=300, batch_size=64, learning_rate=0.1,
                           rng=np.random.default_rng(seed), activation=activation, watch=watch)
            for epoch, found in rows.items():
                say(f"{width} units, {activation}, {epoch} epochs: kinds, right", found)


@run
def thirty_layers_for_longer():
    """22 and 30 ReLU layers from Xavier's and He's start, plain, for 10 to 40 epochs."""
    at = lesson("initialization", "he-2015-training")
    X, labels = at["X_train"], at["y_train"]
    for n_layers in [22, 30]:
        for rate in [0.1]:
            for scheme in ["xavier_normal", "he_normal"]:
                runs = []
                for seed in range(3):
                    rng = np.random.default_rng(seed)
                    start = at["initialize"]([64] + (n_layers - 1) * [64] + [10], scheme, rng)
                    runs.append(engine.fit(start, X, labels, n_epochs=40, batch_size=128, rng=rng, clip=1.0,
                                           learning_rate=rate)[1]["loss"])
                for epochs in [10, 20, 40]:
                    say(f"{n_layers} layers, {scheme}, rate {rate}, {epochs} epochs: loss",
                        [r[epochs - 1] for r in runs], 3)


@run
def adam_for_longer():
    """30 layers with Adam from both starts: accuracy after 12, 40 and 80 epochs."""
    at = lesson("initialization", "he-2015-training")
    watch = _watch(at, "relu")
    for scheme in ["xavier_normal", "he_normal"]:
        runs = [at["thirty_layers"](scheme, seed, 80, learning_rate=0.001, optimizer="adam", watch=watch)[2]
                for seed in range(3)]
        for epochs in [6, 12, 40, 80]:
            say(f"{scheme}, Adam, {epochs} epochs: accuracy", [r["right"][epochs - 1] for r in runs])
            say(f"{scheme}, Adam, {epochs} epochs: loss", [r["loss"][epochs - 1] for r in runs])


@run
def sixteen_layers_for_longer():
    """The capstone's sixteen layers from a spread of 0.05: Adam's eps as it is, and as 1e-20."""
    at = lesson("initialization")
    for eps in [1e-8, 1e-20]:
        for seed in range(3):
            losses = _train_with_eps(at, eps, seed, 30)
            say(f"eps {eps:g}, seed {seed}: loss after 6, 12, 20, 30 epochs",
                [losses[k] for k in (5, 11, 19, 29)], 3)


def _train_with_eps(at, eps, seed, n_epochs):
    """`train`, with another eps."""
    step = at["adam_step"]
    train = at["train"]
    names = dict(train.__globals__)
    names["adam_step"] = lambda w, g, m, v, t, rate=1e-3: step(w, g, m, v, t, rate, eps=eps)
    rng = np.random.default_rng(seed)
    start = engine.init([64] + 16 * [64] + [10], rng, 0.05)
    other = type(train)(train.__code__, names, train.__name__, train.__defaults__)
    return other(start, at["X_train"], at["y_train"], n_epochs, 32, 0.001, rng)[1]


@run
def sigmoid_stripes():
    """The lab's fourth task: how much a sigmoid unit moves over the digits, layer by layer, under each scheme."""
    at = lesson("initialization")
    X = at["X_train"][:400]
    draws = {"xavier": None, "he": None, "std 0.01": 0.01, "std 1": 1.0}
    for name, std in draws.items():
        rng, a, moves, ends = np.random.default_rng(0), X, [], []
        for _ in range(10):
            fan_in = a.shape[1]
            spread = std or np.sqrt((1 if name == "xavier" else 2) / fan_in)
            a = at["sigmoid"](a @ rng.normal(0, spread, (fan_in, 100)))
            moves.append(a.std(axis=0).mean())
            ends.append(np.mean((a < 0.03) | (a > 0.97)))
        say(f"{name}: std over the digits, layers 1, 2, 5, 10", [moves[k] for k in (0, 1, 4, 9)], 4)
        say(f"{name}: share at 0 or 1, layers 1, 2, 5, 10", [ends[k] for k in (0, 1, 4, 9)], 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="run")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    if args.list:
        for name, function in RUNS.items():
            print(f"{name:28s} {function.__doc__}")
        return
    unknown = [name for name in args.runs if name not in RUNS]
    if unknown:
        parser.error(f"no run is called {', '.join(unknown)}; --list names them")
    for name in args.runs or RUNS:
        start = time.process_time()
        print(f"── {name}: {RUNS[name].__doc__}", flush=True)
        RUNS[name]()
        print(f"   {time.process_time() - start:.0f} s of CPU time", flush=True)


if __name__ == "__main__":
    main()
