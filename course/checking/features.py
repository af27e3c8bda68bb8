"""Observers: what of a result is compared.

An observer takes the raw results of a case's calls (see `observe.observe`) and gives named *features*. A feature
is ``{"value": tree}`` or, where there is nothing to compare, ``{"error": type}``, ``{"bad": text}``. References,
mistakes and learners go through the same observer, and are matched feature by feature.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.checking.codec import Opaque, Tree, Value, decode, encode
from course.checking.observe import Call, Raw
from course.checking.types import CaseSpec, Feature, Features, Observer, Spec
from course.quote import cleaned, literal

Array = NDArray[Any]


def given(tree: Tree) -> Any:
    """An argument of a case, whose type the case's author knows. What a learner returned is a `Value`: any of them."""
    return decode(tree)


def observe_value(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """Every component of every result. For a tuple the components' names come from the exercise."""
    features: Features = {}
    for k, raw in enumerate(raws):
        prefix = f"call {k + 1} " if len(raws) > 1 else ""
        names = spec.get("components") or ["result"]
        if "result" not in raw:
            features.update({prefix + name: failure(raw) for name in names})
        elif len(names) == 1:
            features[prefix + names[0]] = {"value": raw["result"]}
        else:
            features.update({prefix + name: part for name, part in _split(raw["result"], names).items()})
    return features


def _split(tree: Tree, names: Sequence[str]) -> Features:
    items = tree.get("$tuple") if isinstance(tree, dict) else tree
    if isinstance(items, list) and len(items) == len(names):
        return {name: {"value": item} for name, item in zip(names, items, strict=True)}
    wanted = f"{len(names)} results ({', '.join(names)})"
    what = f"{len(items)} of them" if isinstance(items, list) else kind_of(decode(tree))
    return {name: {"bad": f"{wanted} are asked for; what came back is {what}"} for name in names}


def failure(raw: Raw) -> Feature:
    """The feature that stands for a call without a result."""
    if "error" in raw:
        if raw["error"]["type"] == "NotAsked":          # of an adapter, see course.checking.adapters.arrays
            return {"bad": literal(raw["error"]["message"])}
        return {"error": raw["error"]["type"], "mro": raw["error"]["mro"]}
    if "timeout" in raw:
        return {"bad": f"it did not end within {raw['timeout']:g} seconds"}
    if "missing" in raw:
        return {"bad": "it is not defined"}
    if "not_callable" in raw:
        return {"bad": f"it is not a function but {literal(article(raw['not_callable']))}"}
    return {"bad": literal(raw.get("lost", "the call gave no result"))}


def article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def kind_of(value: object) -> str:
    """A short name of what a value is, for messages."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Opaque):
        return literal(article(cleaned(value.name, 80)))
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.generic):
        return article(type(value).__name__)
    if isinstance(value, (list, tuple)):
        return f"{article(type(value).__name__)} of {len(value)} item{'s' * (len(value) != 1)}"
    return article(type(value).__name__)


class Unfit(ValueError):
    """A result that an observer cannot read; what it says is a sentence of ours."""


def behaviour(observer: Callable[[Spec, CaseSpec, list[Any]], dict[str, Any]]) -> Observer:
    """Make an observer of a function ``f(spec, case, values) -> {name: value}`` over decoded results.

    A call that failed, or results the function cannot read, become one failed feature under the names that
    the case expects (or "result" while these are not known).
    """
    def observe(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
        names = list(case.get("expected", {})) or ["result"]
        for raw in raws:
            if "result" not in raw:
                return {name: failure(raw) for name in names}
        try:
            found = observer(spec, case, [decode(raw["result"]) for raw in raws])
            return {name: {"value": encode(value)} for name, value in found.items()}
        except Unfit as error:
            return {name: {"bad": str(error)} for name in names}
        except Exception as error:      # whatever a learner returns, the checker goes on
            text = literal((str(error) or type(error).__name__)[:200])
            return {name: {"bad": text} for name in names}
    return observe


@behaviour
def observe_minibatches(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    """Index batches of one or more epochs, whatever their order: sizes, coverage, and where the order comes from.

    The case's first argument is n, the second the batch size. Three calls: two seeds, and the first once more.
    What is said of an epoch does not depend on the draw, so that a mistake is known again by its kind.
    """
    n = given(case["calls"][0]["args"][0])
    epochs = [[_indices(batch) for batch in result] for result in results]
    flat = [np.concatenate(epoch) if epoch else np.zeros(0, int) for epoch in epochs]
    features: dict[str, Any] = {
        "sizes of the batches": [[len(batch) for batch in epoch] for epoch in epochs],
        "every index once": [_coverage(indices, n) for indices in flat],
    }
    if n > 20:
        features["the order"] = _source_of_order(epochs, flat, features["every index once"])
    return features


def _coverage(indices: Array, n: int) -> str:
    """Which of 0 … n-1 an epoch deals out, in words."""
    if indices.size and not 0 <= indices.min() <= indices.max() < n:
        return "some are not among 0 … n-1"
    times = np.bincount(indices, minlength=n)
    often, never = bool((times > 1).any()), bool((times == 0).any())
    return {(False, False): "each once", (True, False): "some more than once", (False, True): "some never",
            (True, True): "some more than once, some never"}[often, never]


def _source_of_order(epochs: Sequence[Sequence[Array]], flat: Sequence[Array], coverage: Iterable[str]) -> str:
    """Where the order of three epochs comes from: two seeds, and the first seed again."""
    if not set(coverage) <= {"each once", "some never"}:
        return "an index comes twice, so that there is no order to speak of"
    if any(np.array_equal(indices, np.sort(indices)) for indices in flat):
        return "as counted, not shuffled"
    if any(len(indices) >= 20 and np.mean(np.abs(np.diff(indices)) == 1) > 0.5 for indices in flat):
        return "hardly shuffled: most examples still stand beside their neighbours"
    if any(_holds_neighbours([batch for batch in epoch if len(batch) > 1]) for epoch in epochs):
        return "shuffled inside the batches only: each holds neighbours"
    if np.array_equal(flat[0], flat[1]):
        return "shuffled, the same for every rng"
    if not np.array_equal(flat[0], flat[2]):
        return "shuffled, but not by the rng: the same seed gives another order"
    return "shuffled by the rng"


def _holds_neighbours(batches: Sequence[Array]) -> bool:
    """Whether each of several batches holds neighbours only, in whatever order."""
    return len(batches) > 1 and all(np.ptp(batch) < len(batch) for batch in batches)


def _indices(batch: object) -> Array:
    batch = np.asarray(batch)
    if batch.ndim != 1 or batch.dtype.kind not in "iu" and batch.size:
        raise Unfit(f"a batch is a 1-D array of whole numbers; here is {kind_of(batch)} of {batch.dtype}")
    return batch.astype(int)


def observe_backward(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """A backward function's gradients; with more calls than one, its slopes beside those of the learner's forward.

    These calls are pairs, a pair for each component: the forward function at x + h and at x - h. Along the step
    2h, the sum of dz · forward (dz: the first argument) must change as the gradient says.
    """
    if len(raws) == 1:
        return observe_value(spec, case, raws)
    own, components = case["calls"][1]["of"], spec["components"] or ["result"]
    names = [f"{name}: its slope minus that of your own `{own}`" for name in components]
    lost = next((raw for raw in raws[1:] if "result" not in raw), None)
    if lost is not None:
        end = failure(lost)
        why = end.get("bad") or f"it raises {literal(end['error'])}"
        return dict.fromkeys(names, {"bad": f"your `{own}`, which this is compared with, gave no result: {why}"})
    if "result" not in raws[0]:
        return dict.fromkeys(names, failure(raws[0]))
    parts = _split(raws[0]["result"], components)
    dz = given(case["calls"][0]["args"][0])
    return {name: _slopes(part, dz, case["calls"][1 + 2 * k:3 + 2 * k], raws[1 + 2 * k:3 + 2 * k])
            for k, (name, part) in enumerate(zip(names, parts.values(), strict=True))}


def _slopes(part: Feature, dz: Array, calls: Sequence[Call], raws: Sequence[Raw]) -> Feature:
    """One component's slope along the step between two calls, minus the slope that their results show."""
    if "bad" in part:
        return part
    gradient = decode(part["value"])
    step = sum(np.asarray(a, dtype=float) - b for a, b in _moved(*calls))
    if not isinstance(gradient, np.ndarray) or gradient.shape != step.shape or gradient.dtype.kind not in "iuf":
        return {"bad": f"an array of shape {step.shape} is asked for; {kind_of(gradient)} came back"}
    ends: list[Any] = [decode(raw["result"]) for raw in raws]
    if any(not isinstance(end, np.ndarray) or end.shape != dz.shape or end.dtype.kind not in "iuf" for end in ends):
        return {"bad": f"your `{calls[0]['of']}`, which this is compared with, gave no array of the shape of dz"}
    difference = float(np.sum(gradient * step) - np.sum(dz * (ends[0] - ends[1])))
    return {"value": 0.0 if abs(difference) < 1e-9 else difference}


def _moved(one: Call, other: Call) -> list[tuple[Any, Any]]:
    """The pair of decoded arguments in which two calls differ."""
    return [(given(a), given(b)) for a, b in zip(one["args"], other["args"], strict=True) if a != b]


@behaviour
def observe_xor_network(spec: Spec, case: CaseSpec, results: list[Any]) -> dict[str, Any]:
    """What a ReLU network without arguments says at the four corners of the unit square."""
    layers = results[0]
    if not isinstance(layers, (list, tuple)) or not layers:
        raise Unfit(f"a list of pairs (W, b) is asked for; {kind_of(layers)} came back")
    a = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for k, layer in enumerate(layers):
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            raise Unfit(f"each layer is a pair (W, b); item {k} of your list is {kind_of(layer)}")
        W, b = (np.asarray(part, dtype=float) for part in layer)
        if W.ndim != 2 or len(W) != a.shape[1] or b.shape != (W.shape[1],):
            raise Unfit(f"layer {k + 1} takes in {a.shape[1]} numbers: W must be ({a.shape[1]}, fan_out) and b "
                             f"(fan_out,); they are {W.shape} and {b.shape}")
        a = (np.maximum(a, 0) if k else a) @ W + b
    if a.shape[1] != 1:
        raise Unfit(f"one output is asked for; the last layer has {a.shape[1]}")
    return {"outputs at (0,0), (0,1), (1,0), (1,1)": a[:, 0]}


def observe_layer_gradients(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """Pairs (dW, db), one a layer: the last layer's apart from those before it, weights apart from biases.

    With a second call, of the learner's `numerical_gradient`: the first layer's dW minus what that gives.
    """
    n_layers = len(given(case["calls"][0]["args"][3]))
    own = case["calls"][1]["of"] if len(raws) > 1 else None
    names = [f"dW of layer 1 minus your own `{own}` (to be 0)"] if own else ["dW", "db"] if n_layers == 1 else [
        "dW of the last layer", "db of the last layer", "dW of the layers before it", "db of the layers before it"]
    if own and "result" not in raws[1]:
        end = failure(raws[1])
        why = end.get("bad") or f"it raises {literal(end['error'])}"
        return {names[0]: {"bad": f"your `{own}`, which this is compared with, gave no result: {why}"}}
    if "result" not in raws[0]:
        return dict.fromkeys(names, failure(raws[0]))
    grads: Any = decode(raws[0]["result"])
    if not isinstance(grads, (list, tuple)) or len(grads) != n_layers:
        what = f"a list of {n_layers} pairs (dW, db) is asked for, one a layer; {kind_of(grads)} came back"
        return dict.fromkeys(names, {"bad": what})
    odd = [pair for pair in grads if not isinstance(pair, (list, tuple)) or len(pair) != 2]
    if odd:
        return dict.fromkeys(names, {"bad": f"each item is a pair (dW, db); here is {kind_of(odd[0])}"})
    if own:
        dW, slopes = (np.asarray(part) for part in (grads[0][0], decode(raws[1]["result"])))
        if dW.shape != slopes.shape or dW.dtype.kind not in "iuf" or slopes.dtype.kind not in "iuf":
            return {names[0]: {"bad": f"dW of layer 1 has shape {dW.shape}, your `{own}` gives shape {slopes.shape}"}}
        return {names[0]: {"value": encode(np.round(dW - slopes, 8) + 0.0)}}     # + 0.0: no -0.0
    if n_layers == 1:
        return {"dW": {"value": encode(grads[0][0])}, "db": {"value": encode(grads[0][1])}}
    values = [grads[-1][0], grads[-1][1], [dW for dW, _ in grads[:-1]], [db for _, db in grads[:-1]]]
    return {name: {"value": encode(value)} for name, value in zip(names, values, strict=True)}


def observe_slope(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """The slope of an activation; with more calls than one, minus that of the learner's own forward function.

    These calls are pairs, a pair for each component: the forward function on both sides of its argument. Where
    there are components, the first argument, dout, is what arrives at the output.
    """
    if len(raws) == 1:
        return observe_value(spec, case, raws)
    own, parts = case["calls"][1]["of"], spec.get("components") or ["result"]
    names = ([f"{part}: minus the slope of your own `{own}`" for part in parts] if spec.get("components")
             else [f"your slope minus that of your own `{own}`"])
    if "result" not in raws[0]:
        return dict.fromkeys(names, failure(raws[0]))
    if (fault := _no_forward(own, raws[1:])) is not None:
        return dict.fromkeys(names, fault)
    tree = raws[0]["result"]
    features: Features = _split(tree, parts) if spec.get("components") else {"": {"value": tree}}
    found = list(features.values())
    dout = given(case["calls"][0]["args"][0]) if spec.get("components") else 1.0
    return {name: _minus_slope(found[k], dout, case["calls"][1 + 2 * k:3 + 2 * k], raws[1 + 2 * k:3 + 2 * k])
            for k, name in enumerate(names)}


def _no_forward(own: str, raws: Sequence[Raw]) -> Feature | None:
    """The feature of a gradient whose forward function gave nothing, or None where it did."""
    lost = next((failure(raw) for raw in raws if "result" not in raw), None)
    if lost is None:
        return None
    why = lost.get("bad") or ("it is not written yet" if lost["error"] == "NotImplementedError"
                              else f"it raises {literal(lost['error'])}")
    return {"bad": f"your `{own}`, with which this is compared, gave no result: {why}"}


def _minus_slope(part: Feature, dout: Any, calls: Sequence[Call], raws: Sequence[Raw]) -> Feature:
    """A gradient minus (f(x + h) - f(x - h)) / 2h: entry by entry, or summed where x is one number for all."""
    if "bad" in part:
        return part
    (high, low), = _moved(*calls)
    try:
        ends = [_forward_values(raw, calls[0]["of"], np.shape(given(calls[0]["args"][0]))) for raw in raws]
    except ValueError as error:
        return {"bad": str(error)}
    slope = dout * (ends[0] - ends[1]) / (np.asarray(high) - low)
    return _difference(decode(part["value"]), slope if np.ndim(high) else slope.sum())


def _forward_values(raw: Raw, own: str, shape: tuple[int, ...]) -> Array:
    """The array that the learner's forward function gave, or a ValueError that says what came instead."""
    value = decode(raw["result"])
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf" or value.shape != shape:
        what = kind_of(value) if not isinstance(value, np.ndarray) else f"an array of {value.shape}, {value.dtype}"
        raise Unfit(f"your `{own}`, with which this is compared, gave {what}, not an array of the shape {shape}")
    if not np.isfinite(value).all():
        raise Unfit(f"your `{own}`, with which this is compared, gave nan or inf")
    return value.astype(float)


def _difference(gradient: Value, slope: Any) -> Feature:
    """gradient - slope to seven places, of which central differences are sure."""
    if not isinstance(gradient, (float, int, np.generic, np.ndarray)) or np.shape(gradient) != np.shape(slope):
        wanted = f"an array of shape {slope.shape}" if np.ndim(slope) else "a single number"
        return {"bad": f"{wanted} is asked for; {kind_of(gradient)} came back"}
    if np.asarray(gradient).dtype.kind not in "biuf":
        return {"bad": f"numbers are asked for; {kind_of(gradient)} came back"}
    with np.errstate(all="ignore"):
        return {"value": encode(np.round(np.asarray(gradient, dtype=float) - slope, 7)[()] + 0.0)}


def observe_softmax_slope(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """The gradient of cross-entropy; with two calls, minus the slope of -log p[label] of the learner's softmax.

    The second call has a batch of 2 C n rows: the n rows with each logit raised, class by class, then lowered.
    """
    if len(raws) == 1:
        return observe_value(spec, case, raws)
    own = case["calls"][1]["of"]
    name = f"your gradient minus the slope of the loss of your own `{own}`"
    if "result" not in raws[0]:
        return {name: failure(raws[0])}
    if (fault := _no_forward(own, raws[1:])) is not None:
        return {name: fault}
    logits, labels = (given(a) for a in case["calls"][0]["args"])
    around = given(case["calls"][1]["args"][0])
    n, C = logits.shape
    try:
        p = _forward_values(raws[1], own, around.shape).reshape(2, C, n, C)
    except ValueError as error:
        return {name: {"bad": str(error)}}
    with np.errstate(all="ignore"):
        losses = -np.log(p[:, :, np.arange(n), labels]) / n                     # (2, C, n)
    step = around[0, 0] - around[C * n, 0]
    return {name: _difference(decode(raws[0]["result"]), (losses[0] - losses[1]).T / step)}
