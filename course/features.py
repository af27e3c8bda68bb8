"""Observers: what of a result is compared.

An observer takes the raw results of a case's calls (see `observe.observe`) and gives named *features*. A feature
is ``{"value": tree}`` or, where there is nothing to compare, ``{"error": type}``, ``{"bad": text}``. References,
mistakes and learners go through the same observer, and are matched feature by feature.
"""

import numpy as np

from course.codec import Opaque, decode, encode


def observe_value(spec, case, raws):
    """Every component of every result. For a tuple the components' names come from the exercise."""
    features = {}
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


def _split(tree, names):
    items = tree.get("$tuple") if isinstance(tree, dict) else tree
    if isinstance(items, list) and len(items) == len(names):
        return {name: {"value": item} for name, item in zip(names, items, strict=True)}
    wanted = f"{len(names)} results ({', '.join(names)})"
    what = f"{len(items)} of them" if isinstance(items, list) else kind_of(decode(tree))
    return {name: {"bad": f"{wanted} are asked for; what came back is {what}"} for name in names}


def failure(raw):
    """The feature that stands for a call without a result."""
    if "error" in raw:
        return {"error": raw["error"]["type"], "mro": raw["error"]["mro"]}
    if "timeout" in raw:
        return {"bad": f"it did not end within {raw['timeout']:g} seconds"}
    if "missing" in raw:
        return {"bad": "it is not defined"}
    if "not_callable" in raw:
        return {"bad": f"it is not a function but {article(raw['not_callable'])}"}
    return {"bad": raw.get("lost", "the call gave no result")}


def article(name):
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def kind_of(value):
    """A short name of what a value is, for messages."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Opaque):
        return article(value.name)
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.generic):
        return article(type(value).__name__)
    if isinstance(value, (list, tuple)):
        return f"{article(type(value).__name__)} of {len(value)} item{'s' * (len(value) != 1)}"
    return article(type(value).__name__)


def behaviour(observer):
    """Make an observer of a function ``f(spec, case, values) -> {name: value}`` over decoded results.

    A call that failed, or results the function cannot read, become one failed feature under the names that
    the case expects (or "result" while these are not known).
    """
    def observe(spec, case, raws):
        names = list(case.get("expected", {})) or ["result"]
        for raw in raws:
            if "result" not in raw:
                return {name: failure(raw) for name in names}
        try:
            found = observer(spec, case, [decode(raw["result"]) for raw in raws])
            return {name: {"value": encode(value)} for name, value in found.items()}
        except Exception as error:      # whatever a learner returns, the checker goes on
            text = str(error) or type(error).__name__
            return {name: {"bad": text[:200]} for name in names}
    return observe


@behaviour
def observe_minibatches(spec, case, results):
    """Index batches of one or more epochs, whatever their order: sizes, coverage, and whether they are shuffled.

    The case's first argument is n, the second the batch size. Two calls: the same n with two seeds.
    """
    n = decode(case["calls"][0]["args"][0])
    epochs = [[_indices(batch) for batch in result] for result in results]
    flat = [np.concatenate(epoch) if epoch else np.zeros(0, int) for epoch in epochs]
    features = {
        "sizes of the batches": [[len(batch) for batch in epoch] for epoch in epochs],
        "every index once": [np.sort(indices) for indices in flat],
    }
    if n > 20:
        features["shuffled"] = [not np.array_equal(indices, np.sort(indices)) for indices in flat]
        features["another seed, another order"] = not np.array_equal(flat[0], flat[1])
        features["the same seed, the same order"] = np.array_equal(flat[0], flat[2])
    return features


def _indices(batch):
    batch = np.asarray(batch)
    if batch.ndim != 1 or batch.dtype.kind not in "iu" and batch.size:
        raise ValueError(f"a batch is a 1-D array of whole numbers; here is {kind_of(batch)} of {batch.dtype}")
    return batch.astype(int)


OBSERVERS = {
    "value": observe_value,
    "minibatches": observe_minibatches,
}
