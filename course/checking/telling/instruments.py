"""What a function depends on: measured by calls beside those of the check, made only once a check has failed.

`probes` says which calls to make; a lesson's build keeps of them what changes the reference's result. `readings` says
what of that a learner's function does not show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.checking.adapters.calls import is_own
from course.checking.codec import Named, Tree, decode, encode
from course.checking.observe import Call, Raw
from course.checking.telling import trials
from course.checking.telling.differences.rows import arguments, is_ordinary, numbers, signature
from course.checking.types import CaseSpec, Feature, Features, Probe, Spec

AGAIN = ""                  # the argument of the probe that changes nothing: the same call a second time
OTHER = {"tanh": "sin", "sin": "tanh", "square": "tanh", "absolute": "square", "abs": "square"}
Observe = Callable[[CaseSpec, Sequence[Raw]], Features]


@dataclass(frozen=True)
class Reading:
    """What the calls of the probes show of a function that failed."""

    changes: bool = False                               # the same call gives another result the second time
    ignored: dict[str, list[str]] = field(default_factory=dict)     # part -> arguments that change nothing
    shown: dict[str, str] = field(default_factory=dict)             # part -> what a trial shows, a predicate


def probes(spec: Spec) -> list[Probe]:
    """The call of the exercise's first ordinary case once more, and with one argument changed after the other."""
    case = base_of(spec)
    if case is None:
        return []
    names, _ = signature(spec)
    found: list[Probe] = [{"argument": AGAIN, "call": case["calls"][0], "moves": []}]
    for name, value in arguments(spec, case).items():
        other = _other(value)
        if other is not None and name in names:
            found.append({"argument": name, "call": _with(case["calls"][0], names, name, encode(other)), "moves": []})
    for name, value in arguments(spec, case).items():
        found += [{"argument": name, "call": _with(case["calls"][0], names, name, encode(other)), "moves": [],
                   "how": how, "wants": {}} for how, other in trials.candidates(value) if name in names]
    return found


def base_of(spec: Spec) -> CaseSpec | None:
    """The case that probes start from: ordinary, of one call, with more numbers than one where there is one such."""
    if spec["features"] not in ("value", "slope", "backward", "softmax_slope"):
        return None
    cases = [case for case in spec["cases"] if len(case["calls"]) == 1 and is_ordinary(case)]
    return max(cases[:3], key=lambda case: (sum(_size(feature.get("value")) for feature in case["expected"].values()),
                                            sum(map(_size, case["calls"][0]["args"]))), default=None)


def _size(tree: Tree) -> int:
    flat = numbers(decode(tree))
    return 0 if flat is None else flat.size


def _with(call: Call, names: Sequence[str], name: str, tree: Tree) -> Call:
    """The call with another value of one argument."""
    place = names.index(name)
    if place < len(call["args"]):
        return {**call, "args": [tree if k == place else arg for k, arg in enumerate(call["args"])]}
    return {**call, "kwargs": {**call.get("kwargs", {}), name: tree}}


def _other(value: Any) -> Any:
    """Another value of the same kind and form; None where none is known to make sense."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Named):
        return Named(OTHER[value.name]) if value.name in OTHER and not value.parameters else None
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            return value * 1.5 + 0.25 * np.where(np.arange(value.size) % 2, -1, 1).reshape(value.shape)
        if value.size == 0 or value.min() == value.max():
            return None
        other = np.roll(value, 1)                   # and one number changed: who adds up does not see an order
        other.flat[0] = value.max() if other.flat[0] == value.min() else value.min()
        return None if np.array_equal(other, value) else other
    if isinstance(value, float):
        return value + (1 - value) / 2 if 0 < value < 1 else value * 1.5
    if isinstance(value, int):
        return value + 1 if value > 0 else None
    if isinstance(value, (list, tuple)) and not isinstance(value, str):
        items = [item if (new := _other(item)) is None else new for item in value]
        return type(value)(items)
    return None


def readings(spec: Spec, case_raws: Sequence[Sequence[Raw]], asked: Sequence[Raw], observe: Observe) -> Reading:
    """What came back for each of the specification's probes, read. Nothing is read where a call gave no result."""
    case = base_of(spec)
    if case is None or len(asked) != len(spec.get("probes", [])):
        return Reading()
    first = case_raws[spec["cases"].index(case)]
    if any("result" not in raw for raw in first):
        return Reading()
    base, args, changes = observe(case, first), arguments(spec, case), False
    ignored, shown = dict[str, list[str]](), dict[str, str]()
    for probe, raw in zip(spec.get("probes", []), asked, strict=True):
        if "result" not in raw:
            continue
        other = observe(case, [raw])
        if "how" in probe:
            said = trials.shown(probe["how"], probe["argument"], probe["wants"], args, base, other)
            shown = said | shown                        # of two trials the first
        elif probe["argument"] == AGAIN:
            changes = any(_same(base[part], other.get(part)) is False for part in case["expected"] if part in base)
        elif is_own(spec["name"], probe["argument"]):
            for part in probe["moves"]:
                if part in base and _same(base[part], other.get(part)):
                    ignored.setdefault(part, []).append(probe["argument"])
    return Reading(changes, ignored, shown)


def _same(one: Feature, other: Feature | None) -> bool | None:
    """Whether two features have the same numbers; None where there are none."""
    if other is None or "value" not in one or "value" not in other:
        return None
    a, b = numbers(decode(one["value"])), numbers(decode(other["value"]))
    if a is None or b is None:
        return None
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-12, atol=1e-12, equal_nan=True))


def moved(one: Features, other: Features, parts: Sequence[str]) -> list[str]:
    """The parts of a result that a probe changes."""
    return [part for part in parts if part in one and part in other and _same(one[part], other[part]) is False]
