"""Programs without knowledge of an exercise: one-liners that fit anything, and tables of the published answers.

What they earn is a fault of the cases, not of the learner who tries them. A one-liner that passes is a right program:
`np.maximum(z, 0)` is all that there is to `relu`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.lessons import catalogue
from autograder.lessons.specify import form, specification
from course.checking.assess import assess
from course.checking.codec import Rng, decode
from course.checking.observe import Call, Raw, observe
from course.checking.types import Spec

Program = Callable[..., Any]


# --- one-liners ---------------------------------------------------------------------------------------------

def _raises(*args: Any, **kwargs: Any) -> Any:
    raise ValueError


def _like(value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with each number and array in it changed, its lists and tuples kept."""
    if isinstance(value, (list, tuple)):
        return type(value)(_like(item, change) for item in value)
    if isinstance(value, np.ndarray):
        return change(value)
    return change(np.asarray(value, dtype=float))[()].item()


def _zeros(value: Any) -> Any:
    return _like(value, lambda x: np.zeros(np.shape(x)))


def _each(change: Callable[[Any], Any], of: int = 0) -> Program:
    """Change one argument entry by entry; lists and tuples of arrays keep their form."""
    return lambda *args, **kwargs: _like(args[of], change)


def _number(summary: Callable[[Any], Any], of: int = 0) -> Program:
    return lambda *args, **kwargs: summary(np.asarray(args[of], dtype=float)).item()


def _slices(order: Any, size: int) -> list[Any]:
    return [order[start:start + size] for start in range(0, len(order), size)]


def _pairs(sizes: Sequence[int], draw: Callable[[tuple[int, int]], Any]) -> list[Any]:
    return [(draw((m, n)), np.zeros(n)) for m, n in zip(sizes[:-1], sizes[1:], strict=True)]


NOTHING: dict[str, Program] = {
    "returns None": lambda *args, **kwargs: None,
    "returns 0.0": lambda *args, **kwargs: 0.0,
    "returns 1": lambda *args, **kwargs: 1,
    "returns 0.5": lambda *args, **kwargs: 0.5,
    "returns True": lambda *args, **kwargs: True,
    "returns []": lambda *args, **kwargs: [],
    "always raises ValueError": _raises,
    "returns its first argument": lambda *args, **kwargs: args[0],
}
GENERIC: dict[str, Program] = NOTHING | {
    # what was given
    "returns its second argument": lambda *args, **kwargs: args[1],
    "returns its last argument": lambda *args, **kwargs: args[-1],
    "returns all its arguments": lambda *args, **kwargs: args,
    "returns its first two arguments": lambda *args, **kwargs: args[:2],
    "returns its first three arguments": lambda *args, **kwargs: args[:3],
    "returns its second and third argument": lambda *args, **kwargs: args[1:3],
    "returns its first argument and 0": lambda *args, **kwargs: (args[0], 0.0),
    "returns the length of its first argument": lambda *args, **kwargs: len(args[0]),
    "returns the first entry": lambda *args, **kwargs: args[0][0],
    "returns the first argument plus the second": lambda *args, **kwargs: args[0] + args[1],
    # the right shape
    "returns zeros like the first argument": lambda *args, **kwargs: _zeros(args[0]),
    "returns zeros like the second argument": lambda *args, **kwargs: _zeros(args[1]),
    "returns ones like the first argument": _each(lambda x: np.ones(np.shape(x))),
    "returns zeros like all its arguments": lambda *args, **kwargs: tuple(_zeros(arg) for arg in args),
    "returns zeros like its first three arguments": lambda *args, **kwargs: tuple(_zeros(arg) for arg in args[:3]),
    "returns random numbers like the first argument": _each(
        lambda x: np.random.default_rng(0).normal(size=np.shape(x))),
    # a function of one argument
    "returns minus the first argument": _each(np.negative),
    "returns its size": _each(np.abs),
    "returns its square": _each(np.square),
    "returns its positive part": _each(lambda x: np.maximum(x, 0)),
    "returns where it is positive": _each(lambda x: (x > 0).astype(float)),
    "returns its sign": _each(np.sign),
    "returns its tanh": _each(np.tanh),
    "returns its argument, cut at 1": _each(lambda x: np.clip(x, -1, 1)),
    "returns its argument, divided by its length": _each(lambda x: x / np.linalg.norm(x)),
    "returns its argument, divided by its sum": _each(lambda x: x / np.sum(x)),
    "returns its argument, less its mean": _each(lambda x: x - np.mean(x)),
    "returns its exponentials, which add up to 1": _each(lambda x: np.exp(x) / np.exp(x).sum()),
    "returns transposed": _each(np.transpose),
    # one number
    "returns its mean": _number(np.mean),
    "returns its sum": _number(np.sum),
    "returns its standard deviation": _number(np.std),
    "returns its norm": _number(lambda x: np.sqrt(np.sum(x**2))),
    "returns its minimum": _number(np.min),
    "returns its maximum": _number(np.max),
    "returns where its minimum is": _number(np.argmin),
    "returns where its maximum is": _number(np.argmax),
    "returns where its minimum is, and the minimum": lambda *args, **kwargs: (
        int(np.argmin(args[0])), float(np.min(args[0]))),
    "returns the first place at which it rises": lambda *args, **kwargs: int(np.argmax(np.diff(args[0]) >= 0)),
    "returns how many of its entries differ": lambda *args, **kwargs: len(np.unique(args[0])),
    "returns how many rows it has": lambda *args, **kwargs: np.shape(args[0])[-1],
    "returns the share of zeros": _number(lambda x: np.mean(x == 0)),
    "returns the share of positive entries": _number(lambda x: np.mean(x > 0)),
    "returns the share beyond 0.5": _number(lambda x: np.mean(np.abs(x) > 0.5)),
    "returns the product of its neighbours, added up": lambda *args, **kwargs: sum(
        m * n for m, n in zip(args[0][:-1], args[0][1:], strict=True)),
    # two arguments
    "returns their difference": lambda *args, **kwargs: args[0] - args[1],
    "returns their product": lambda *args, **kwargs: args[0] * args[1],
    "returns the mean size of their difference": lambda *args, **kwargs: float(np.mean(np.abs(args[0] - args[1]))),
    "returns their matrix product": lambda *args, **kwargs: args[0] @ args[1],
    "returns their matrix product plus the third": lambda *args, **kwargs: args[0] @ args[1] + args[2],
    "returns the first, cut at the second": lambda *args, **kwargs: _like(
        args[0], lambda x: np.clip(x, -args[1], args[1])),
    "returns the first, scaled to the length of the second": lambda *args, **kwargs: (
        _like(args[0], lambda x: x * args[1] / np.linalg.norm(x)), args[1]),
    "returns a step against the second": lambda *args, **kwargs: (args[0] - 0.1 * args[1], args[1]),
    # random numbers, and an order
    "returns rng.normal": lambda *args, **kwargs: args[-1].normal(size=args[:2]),
    "returns rng.normal, a tenth": lambda *args, **kwargs: 0.1 * args[-1].normal(size=args[:2]),
    "returns rng.uniform": lambda *args, **kwargs: args[-1].uniform(-1, 1, size=args[:2]),
    "returns rng.random": lambda *args, **kwargs: args[-1].random(args[:2]),
    "returns rng.normal by the root of the first": lambda *args, **kwargs: args[-1].normal(
        size=args[:2]) / np.sqrt(args[0]),
    "returns pairs of rng.normal and zeros": lambda *args, **kwargs: _pairs(
        args[0], lambda size: args[-1].normal(size=size)),
    "returns pairs of a tenth of rng.normal and zeros": lambda *args, **kwargs: _pairs(
        args[0], lambda size: 0.1 * args[-1].normal(size=size)),
    "returns pairs of zeros": lambda *args, **kwargs: _pairs(args[0], np.zeros),
    "returns as counted, in slices": lambda *args, **kwargs: _slices(np.arange(args[0]), args[1]),
    "returns shuffled, in equal parts": lambda *args, **kwargs: np.array_split(
        args[-1].permutation(args[0]), -(-args[0] // args[1])),
    "returns drawn with repetition, in slices": lambda *args, **kwargs: _slices(
        args[-1].integers(0, args[0], args[0]), args[1]),
    "returns one shuffled slice": lambda *args, **kwargs: [args[-1].permutation(args[0])[:args[1]]],
}


class Scores:
    """What programs without knowledge earn on the cases of a specification.

    All other functions are the references, called once; programs whose calls give the same are judged once.
    """

    def __init__(self, topic: str, spec: Spec) -> None:
        self.topic, self.spec = topic, spec
        self._seen: dict[str, float | None] = {}
        library = catalogue.library(topic)
        self.raising = any("error" in f for case in spec["cases"] for f in case["expected"].values())
        self.others = [[None if call["of"] == spec["name"] else observe(library, call) for call in case["calls"]]
                       for case in spec["cases"]]

    def of(self, answer: Callable[[Call], Raw | None]) -> float | None:
        """The score where `answer` gives what comes back for each call; None where it passes: a right program."""
        raws = [[raw or answer(call) for call, raw in zip(case["calls"], others, strict=True)]
                for case, others in zip(self.spec["cases"], self.others, strict=True)]
        key = repr([_came(raw, self.raising) for case, others in zip(raws, self.others, strict=True)
                    for raw, other in zip(case, others, strict=True) if other is None])
        if key not in self._seen:
            report = assess(self.spec, raws)
            self._seen[key] = None if report.passed else report.score
        return self._seen[key]

    def best_generic(self, programs: Mapping[str, Program] = GENERIC) -> tuple[float, str]:
        """The most that a one-liner earns, and which."""
        scores = {label: self.of(functools.partial(observe, {self.spec["name"]: program}))
                  for label, program in programs.items()}
        return max((score, label) for label, score in scores.items() if score is not None)

    def best_table(self) -> tuple[float, str]:
        """The most that a table of the published answers earns, and what it goes by."""
        rows = _published(self.topic, self.spec["name"])
        scores = []
        for kind in KEYS:
            keyed = [(_key(kind, arguments), arguments, raw) for arguments, raw in rows]
            scores += [(self.of(functools.partial(_looked_up, keyed, kind, nearest)), kind)
                       for nearest in (True, False)]
        return max(((1.0 if score is None else score, kind) for score, kind in scores), key=lambda row: row[0])


def _came(raw: Raw | None, raising: bool) -> object:
    """What came back, errors told apart only where one is asked for."""
    if raw is not None and "result" in raw:
        return raw["result"]
    return raw["error"]["type"] if raising and raw is not None and "error" in raw else None


# --- tables -------------------------------------------------------------------------------------------------

def _numbers(value: Any) -> Iterator[Any]:
    """The arrays and numbers of an argument, those of its lists and tuples too."""
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value):
            yield np.asarray(value, dtype=float)
        else:
            for item in value:
                yield from _numbers(item)
    elif isinstance(value, np.ndarray) or isinstance(value, (int, float)):
        yield np.asarray(value, dtype=float)
    elif isinstance(value, Rng):
        yield np.asarray(value.seed, dtype=float)


def _ranks(x: Any) -> Any:
    """Place of each number in their order, equal ones alike."""
    return np.unique(x, return_inverse=True)[1].reshape(np.shape(x))


def _kinds(x: Any) -> Any:
    """The place at which each number stands for the first time."""
    _, first, kind = np.unique(x, return_index=True, return_inverse=True)
    return first[kind].reshape(np.shape(x))


KEYS: dict[str, Callable[[list[Any]], list[Any]]] = {       # what two inputs share that such a table takes for the same
    "exact": lambda numbers: numbers,
    "shape": lambda numbers: [],
    "signs": lambda numbers: [np.sign(x) for x in numbers],
    "order": lambda numbers: [_ranks(x) for x in numbers],
    "order of sizes": lambda numbers: [_ranks(np.abs(x)) for x in numbers],
    "equal entries": lambda numbers: [_kinds(x) for x in numbers],
    "zeros": lambda numbers: [x == 0 for x in numbers],
}


def _key(kind: str, arguments: list[Any]) -> tuple[Any, ...]:
    parts = KEYS[kind](list(_numbers(arguments)))
    return form(arguments), tuple(np.asarray(part, dtype=float).tobytes() for part in parts)


def _arguments(call: Call) -> list[Any]:
    return [decode(arg) for arg in call["args"]] + [v for k in sorted(call.get("kwargs", {}))
                                                      for v in (k, decode(call["kwargs"][k]))]


def _apart(a: list[Any], b: list[Any]) -> float:
    with np.errstate(all="ignore"):
        return float(sum(np.nansum(np.abs(x - y) / (np.abs(x) + np.abs(y) + 1e-9))
                         for x, y in zip(_numbers(a), _numbers(b), strict=True)))


def _published(topic: str, name: str) -> list[tuple[list[Any], Raw]]:
    """Published inputs of an exercise, each with what the reference gives."""
    library = catalogue.library(topic)
    return [(_arguments(call), observe(library, call)) for case in specification(topic)["exercises"][name]["cases"]
            for call in case["calls"] if call["of"] == name]


def _looked_up(rows: Sequence[tuple[Any, list[Any], Raw]], kind: str, nearest: bool, call: Call) -> Raw | None:
    """The published answer to the nearest, or first, input that such a table takes for this one. None: no such."""
    mine = _arguments(call)
    key = _key(kind, mine)
    there = [row for row in rows if row[0] == key]
    if not there:
        return None
    return min(there, key=lambda row: _apart(row[1], mine))[2] if nearest else there[0][2]
