"""Observers of lesson 5: random weights by their moments and support, training by what it does.

Two correct programs draw different weights from one seed and meet the examples in a different order. So what is
compared is what all correct ones share.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from course import data, engine
from course.checking.codec import Opaque, decode
from course.checking.features import Array, Unfit, behaviour, failure, given, kind_of
from course.checking.observe import Call, Raw, build
from course.checking.types import CaseSpec, Features, Observer, Spec
from course.quote import literal
from course.standin import STAND_INS

ENOUGH = 20_000             # entries from which moments say something at a tolerance of 3 %
EXPLODED = 1e6              # a loss beyond it says that training exploded; its size depends on how a processor rounds
HELD_OUT_ACCURACY = 0.78    # of the 450 test digits, after training on 300 others: stated in the exercise
GLOBAL = "np.random's own state left alone"
PARTS = "the parts it is made of"
LOSS_AFTER = "loss after training"
ONCE = "each example once an epoch"
DEALT = f"{ONCE}, dealt anew by the rng"

Layers = list[tuple[Array, Array]]          # (W, b) of each layer
Trained = tuple[Layers, Array]              # with the loss of each epoch
Order = tuple[int, ...]                     # the examples of an epoch, one after the other


def _with_global(observer: Observer) -> Observer:
    """Add to what `observer` sees whether NumPy's global random state was used."""
    def observe(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
        features = observer(spec, case, raws)
        if "result" in raws[0] and "result" not in case.get("expected", {}):
            features[GLOBAL] = {"value": not any(raw.get("global_rng") for raw in raws)}
        return features
    return observe


def _moments(W: Array) -> tuple[float, float, float]:
    """Standard deviation, mean in units of it, kurtosis (3 for a normal, 1.8 for a uniform distribution)."""
    W = np.asarray(W, dtype=float)
    with np.errstate(all="ignore"):
        std = float(W.std())
        unit = (W - W.mean()) / std
        return std, float(W.mean() / std), float(np.mean(unit**4))


def _weights(W: Any, shape: tuple[int, ...]) -> Array:
    if not isinstance(W, np.ndarray):
        raise Unfit(f"an array of shape {shape} is asked for; {kind_of(W)} came back")
    if W.shape != shape or W.dtype.kind not in "iuf":
        raise Unfit(f"numbers in the shape (fan_in, fan_out) = {shape} are asked for; {kind_of(W)} came back")
    return W


@_with_global
@behaviour
def observe_draw(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    """One layer's weights. Large: moments and support. Three calls (seed a, b, a): whether the seed decides."""
    shape = tuple(given(a) for a in case["calls"][0]["args"][:2])
    draws = [_weights(W, shape) for W in results]
    features: dict[str, Any] = {"type of the numbers": draws[0].dtype.name}
    if len(draws) == 3:
        features["the same seed, the same weights"] = np.array_equal(draws[0], draws[2])
        features["another seed, other weights"] = not np.array_equal(draws[0], draws[1])
    if draws[0].size >= ENOUGH:
        std, mean, kurtosis = _moments(draws[0])
        features |= {"std": std, "mean (in units of std)": mean, "kurtosis (normal 3, uniform 1.8)": kurtosis}
        if spec["name"].endswith("uniform"):
            features["largest size of an entry"] = float(np.abs(draws[0]).max())
    return features


def _layers(value: Any, sizes: Sequence[int], what: str = "a list of pairs (W, b)") -> Layers:
    """[(W, b)] of the given sizes, or a ValueError that says what is wrong."""
    if not isinstance(value, (list, tuple)) or len(value) != len(sizes) - 1:
        count = f" of {len(value)}" if isinstance(value, (list, tuple)) else ""
        came = kind_of(value) if isinstance(value, Opaque) else kind_of(value).split(" of ")[0]
        raise Unfit(f"{what} is asked for, {len(sizes) - 1} of them; {came}{count} came back")
    for k, (layer, fan_in, fan_out) in enumerate(zip(value, sizes[:-1], sizes[1:], strict=True)):
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            raise Unfit(f"each layer is a pair (W, b); item {k} is {kind_of(layer)}")
        for part, name, shape in zip(layer, "Wb", [(fan_in, fan_out), (fan_out,)], strict=True):
            if not isinstance(part, np.ndarray) or part.shape != shape or part.dtype.kind not in "iuf":
                raise Unfit(f"{name} of layer {k + 1} has the shape {shape}; {kind_of(part)} came back")
    return [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in value]


@_with_global
@behaviour
def observe_initialize(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    """A network's start: biases, and of each layer's weights the moments; whether the seed decides."""
    if "result" in case.get("expected", {}):        # an error is asked for
        return {"result": f"{kind_of(results[0])}, as if there were such a scheme"}
    sizes = list(given(case["calls"][0]["args"][0]))
    starts = [_layers(value, sizes) for value in results]
    weights = [W for W, _ in starts[0]]
    types = {W.dtype.name for W, _ in results[0]}
    features: dict[str, Any] = {"biases": [b for _, b in starts[0]], "type of the numbers": " and ".join(sorted(types))}
    if len(starts) == 3:
        features["the same seed, the same weights"] = all(
            np.array_equal(a, b) for (a, _), (b, _) in zip(starts[0], starts[2], strict=True))
        features["another seed, other weights"] = not any(
            np.array_equal(a, b) for (a, _), (b, _) in zip(starts[0], starts[1], strict=True))
    if len({W.shape for W in weights}) < len(weights):
        features["each layer drawn anew"] = not any(
            np.array_equal(weights[i], weights[k]) for i in range(len(weights)) for k in range(i))
    if min(W.size for W in weights) >= ENOUGH:
        moments = np.array([_moments(W) for W in weights])
        features["std of each layer"] = moments[:, 0]
        features["mean of each layer (in units of std)"] = moments[:, 1]
        features["kurtosis of each layer (normal 3, uniform 1.8)"] = moments[:, 2]
    return features


# --- training -----------------------------------------------------------------------------------------------

def observe_train(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """What training did. Calls of other functions than `train` are its parts: they are looked at if it fails.

    Where the order of the examples cannot matter (one batch, or all rows alike) the outcome is exact. Else it
    is seen in its losses, and in the accuracy on digits that were not among the examples. Few examples in several
    batches: whether the order comes from the rng. Two examples, one at a time: in each epoch there are two orders,
    and the losses say which it was.
    """
    own = [raw for call, raw in zip(case["calls"], raws, strict=True) if call["of"] == spec["name"]]
    features = _trained(spec, case, own)
    if len(own) < len(raws):
        blame = "" if _as_it_should(case["calls"][0], own[0]) else _blame(case["calls"], raws)
        if blame:
            return dict.fromkeys([PARTS, *features], {"bad": blame})
        made: Features = {PARTS: {"value": True}}
        features = made | features
    return features


@_with_global
@behaviour
def _trained(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    layers, X, labels, n_epochs, batch_size = (given(a) for a in case["calls"][0]["args"][:5])
    sizes = [len(W) for W, _ in layers] + [len(layers[-1][1])]
    runs = [_run(value, sizes) for value in results]
    if any(len(losses) != n_epochs for _, losses in runs):
        raise Unfit(f"one loss for each of the {n_epochs} epochs is asked for; {len(runs[0][1])} came back")
    if batch_size >= len(X) or not np.ptp(X, axis=0).any():
        return {"layers after training": runs[0][0], "losses": runs[0][1]}
    if len(X) == 2:
        return _two_examples(case["calls"][0], runs)
    if len(X) < 100:                                # one start: seeds a, b, a
        return {"the same seed, the same losses": np.allclose(runs[0][1], runs[2][1], rtol=1e-9),
                "another seed, another order": not np.allclose(runs[0][1], runs[1][1], rtol=1e-9)}
    X_held, y_held = _held_out(X, labels)
    return {
        "losses, mean of three runs": np.minimum(np.mean([losses for _, losses in runs], axis=0), EXPLODED),
        f"accuracy on other digits at least {HELD_OUT_ACCURACY}":
            [engine.accuracy(trained, X_held, y_held) >= HELD_OUT_ACCURACY for trained, _ in runs],
    }


@_with_global
@behaviour
def observe_train_model(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    """Training in a framework: as `train` is looked at, by the losses and what the trained model gives.

    Where Adam puts its ε differs between the frameworks, and moves weights of hardly any gradient by much. The losses
    feel little of it.
    """
    X, labels, n_epochs, batch_size = (given(a) for a in case["calls"][0]["args"][1:5])
    runs = [(np.asarray(logits, dtype=float), np.asarray(losses, dtype=float)) for logits, losses in results]
    if any(len(losses) != n_epochs for _, losses in runs):
        raise Unfit(f"one loss for each of the {n_epochs} epochs is asked for; {len(runs[0][1])} came back")
    if batch_size >= len(X) or not np.ptp(X, axis=0).any():
        return {"losses": runs[0][1], LOSS_AFTER: float(engine.cross_entropy(engine.Tensor(runs[0][0]), labels).data)}
    if len(X) == 2 * batch_size:
        every, call = [losses for _, losses in runs], case["calls"][0]
        same = [np.array(losses) for _, losses in _same_order(call)]
        told = _told_by_losses(call, every, 3e-4, "the examples")
        if told == ONCE:        # else there is no order to speak of
            told = ("the same order in each epoch" if all(any(
                np.allclose(losses, fixed, rtol=1e-3) for fixed in same) for losses in every) else
                "another order for the same seed" if not np.allclose(every[0], every[2], rtol=1e-7) else
                "the same order for every seed" if all(np.allclose(every[0], losses, rtol=1e-7) for losses in every)
                else DEALT)
        return {"what the losses tell": told}
    return {"the same seed, the same losses": np.allclose(runs[0][1], runs[2][1], rtol=1e-7),
            "another seed, another order": not np.allclose(runs[0][1], runs[1][1], rtol=1e-7)}


class _Dealt:
    """Stands for a Generator where the order of each epoch is given."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self.orders = iter(orders)

    def permutation(self, n: int) -> Array:
        return np.array(next(self.orders))


def _two_examples(call: Call, runs: Sequence[Trained]) -> dict[str, Any]:
    """Whether some order of two examples, one a batch, explains each run's losses; whether that order changes."""
    same = _same_order(call)
    return {"what the losses tell": _told_by_losses(call, [losses for _, losses in runs], 1e-6, "the two examples"),
            "the order is dealt anew in each epoch":
                not all(any(_close(trained, fixed) for fixed, _ in same) for trained, _ in runs)}


def _orders(call: Call) -> tuple[list[Order], list[Order]]:
    """The orders of an epoch of two batches: those with each example once, and those with one twice."""
    _, X, _, _, batch_size = (given(a) for a in call["args"][:5])
    halves = list(combinations(range(len(X)), batch_size))
    every = [first + second for first in halves for second in halves]
    return [o for o in every if len(set(o)) == len(X)], [o for o in every if len(set(o)) < len(X)]


def _dealt(call: Call) -> Callable[[tuple[Order, ...]], tuple[Layers, list[float]]]:
    """What training gives if the examples come in given orders, one an epoch."""
    layers, X, labels, _, batch_size, learning_rate, _ = (given(a) for a in call["args"])

    @cache
    def dealt(orders: tuple[Order, ...]) -> tuple[Layers, list[float]]:
        trained, history = engine.fit(layers, X, labels, n_epochs=len(orders), batch_size=batch_size, optimizer="adam",
                                      learning_rate=learning_rate, clip=1.0, rng=_Dealt(orders))
        return trained, history["loss"]
    return dealt


def _same_order(call: Call) -> list[tuple[Layers, list[float]]]:
    """What training gives if each epoch has the same order."""
    dealt = _dealt(call)
    return [dealt((order,) * given(call["args"][3])) for order in _orders(call)[0]]


def _told_by_losses(call: Call, runs: Sequence[Array], rtol: float, examples: str) -> str:
    """What the losses of several runs say of the orders in them, in words; of the worst run."""
    dealt, (once, twice) = _dealt(call), _orders(call)

    def explained(losses: Array, orders: Sequence[Order]) -> bool:
        """Whether some of these orders, one an epoch, give the losses."""
        found: list[tuple[Order, ...]] = [()]
        for loss in losses:
            found = [(*before, order) for before in found for order in orders
                     if np.isclose(dealt((*before, order))[1][-1], loss, rtol=rtol, atol=1e-9)][:20]
        return bool(found)

    def told(losses: Array) -> str:
        if explained(losses, once):
            return ONCE
        return ("one example twice in an epoch" if explained(losses, once + twice) else
                f"those of no order of {examples}")

    return max(map(told, runs))        # the worst comes last


def _run(value: Any, sizes: Sequence[int]) -> Trained:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Unfit(f"two results (layers, losses) are asked for; what came back is {kind_of(value)}")
    losses = np.asarray(value[1], dtype=float)
    if losses.ndim != 1:
        raise Unfit(f"losses are a list of numbers; {kind_of(value[1])} came back")
    return _layers(value[0], sizes, "as `layers` a list of pairs (W, b)"), losses


def _held_out(X: Array, labels: Array) -> tuple[Array, Array]:
    """The test digits. A case may rename the classes: then the test labels are renamed alike."""
    X_train, y_train, X_test, y_test = data.digits()
    place = {row.tobytes(): i for i, row in enumerate(X_train)}
    names = np.zeros(10, dtype=int)
    names[y_train[[place[row.tobytes()] for row in np.ascontiguousarray(X)]]] = labels
    return X_test, names[y_test]


def _as_it_should(call: Call, raw: Raw) -> bool:
    """Whether a training run whose order cannot matter ended where the course's engine ends."""
    layers, X, labels, n_epochs, batch_size, learning_rate, rng = (build(decode(a)) for a in call["args"])
    wanted, _ = engine.fit(layers, X, labels, n_epochs=n_epochs, batch_size=batch_size, learning_rate=learning_rate,
                           rng=rng, optimizer="adam", clip=1.0)
    try:
        trained, _ = _run(decode(raw["result"]), [len(W) for W, _ in layers] + [len(layers[-1][1])])
    except (KeyError, ValueError, TypeError):
        return False
    return _close(trained, wanted)


def _blame(calls: Sequence[Call], raws: Sequence[Raw]) -> str:
    """The part of `train` that does not do what its own lesson asks for, in words; "" where all do."""
    for call, raw in zip(calls[1:], raws[1:], strict=True):
        name = call["of"]
        fault = _fault(call, raw)
        if fault:
            return (f"{fault[0].upper()}{fault[1:]}, and `train` is made of it. Run the check of `{name}` in its "
                    f"own lesson: it says whether `{name}` is to be mended or a function that it calls. Save that "
                    "notebook, bring the mended function here with the carry cell, and run this check once more.")
    return ""


def _fault(call: Call, raw: Raw) -> str:
    name = call["of"]
    if "missing" in raw:
        return f"there is no `{name}` in this notebook (was the carry cell run?)"
    if "result" not in raw:
        lost = failure(raw)
        return f"your `{name}` " + (lost.get("bad") or f"raises {literal(lost['error'])}")
    got: Any = decode(raw["result"])
    if _is_stand_in(got):
        return ""
    args = [build(decode(a)) for a in call["args"]]
    try:
        if name == "minibatches":
            right = np.array_equal(np.sort(np.concatenate(got)), np.arange(args[0])) and (
                [len(batch) for batch in got][:-1] == [args[1]] * (len(got) - 1))
        else:
            right = name not in STAND_INS or _close(got, STAND_INS[name](*args))      # a class may not have them all
    except (TypeError, ValueError):
        right = False
    return "" if right else f"your `{name}` gives other values than its exercise asks for"


def _is_stand_in(value: Any) -> bool:
    """Whether a result is one of the course's own stand-ins, which do not cross as values."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, Opaque) and value.name == "StandIn"


def _close(got: Any, want: Any) -> bool:
    if isinstance(want, (list, tuple)):
        return (isinstance(got, (list, tuple)) and len(got) == len(want)
                and all(_close(g, w) for g, w in zip(got, want, strict=True)))
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    return got.shape == want.shape and bool(np.allclose(got, want, rtol=1e-6, atol=1e-9))

