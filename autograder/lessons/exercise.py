"""How an exercise is written down: cases, weights, and the wrong programs that are known.

The vocabulary of ``autograder/exercises/<topic>.py`` and ``autograder/mistakes/<topic>.py``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from course.checking.codec import Named, Rng, Tree, encode
from course.checking.types import Accept

PUBLIC_SEED = 2024


class Draws(np.random.Generator):
    """Random numbers for cases. Worked examples keep their round numbers where learners see them, and there only.

    With the public seed `near` and `whole` give back what they are given, and draw nothing. With a class's secret
    seed they give others of the same kind, so that a table of the published answers earns nothing.
    """

    def __init__(self, seed: int | str, name: str) -> None:
        super().__init__(np.random.PCG64([seed if isinstance(seed, int) else int(seed, 16), *name.encode()]))
        self.public = seed == PUBLIC_SEED

    def near(self, values: ArrayLike, share: float = 0.2, plus: float = 0.0) -> Any:
        """Each of `values` times 1 ± `share`, ± `plus`: signs stay, and so do zeros where `plus` is 0.

        Two decimals, or three digits where that is more: feedback shows the numbers to redo by hand.
        """
        if self.public:
            return values
        values = np.asarray(values, float)
        moved = values * self.uniform(1 - share, 1 + share, values.shape) + self.uniform(-plus, plus, values.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            digits = np.maximum(2, np.nan_to_num(2 - np.floor(np.log10(np.abs(moved))), posinf=2, neginf=2)).astype(int)
        short = np.array([round(float(x), int(n)) for x, n in zip(moved.flat, digits.flat, strict=True)])
        return short.reshape(moved.shape) if moved.ndim else float(short[0])

    def whole(self, *values: int, spread: float = 0.4) -> list[int]:
        """Other whole numbers, within ± `spread` of `values`, two equal only where they were; 1 and 2 stay."""
        if self.public:
            return list(values)
        drawn: dict[int, int] = {}
        for value in values:
            low, high = int(np.ceil(value * (1 - spread))), int(value * (1 + spread)) + 1
            drawn[value] = value
            while value > 2 and (drawn[value] == value or list(drawn.values()).count(drawn[value]) > 1):
                drawn[value] = int(self.integers(max(low, 3), high + 1))
        return [drawn[value] for value in values]


class Asked(TypedDict):
    """A call as a case asks for it; `of` None is the exercise's own function."""

    of: str | None
    args: list[Tree]
    kwargs: dict[str, Tree]


@dataclass(frozen=True)
class Case:
    """One input, or a few calls that are looked at together."""

    name: str
    calls: tuple[Asked, ...]
    weight: float = 1.0
    quiet: float = 0.0


@dataclass(frozen=True)
class Exercise:
    """A function to write.

    Parameters
    ----------
    name : str
        Function name, reference, nbgrader id of the check cell: the same everywhere.
    points : int
    minutes : int
        What a newcomer takes, reading included.
    difficulty : int in 1 … 3
    cases : callable
        ``cases(rng)`` yields the cases; `rng` is a `Draws` of a public or a secret seed.
    components : tuple of str
        Names of the parts of a tuple result: they are compared, scored and diagnosed one by one.
    features : str
        Which observer of `course.features` looks at the results.
    rtol, atol : float
        How close numbers must be; `tolerances` overrides both for a feature: ``{"std": (0.03, 0)}``.
    weights : dict
        ``{component or feature: weight}`` where the parts of a case do not count the same.
    untouched : float
        Weight of "leaves its arguments as they were".
    accept : dict
        ``{component: "sequence"}``: list, tuple and array are all right.
    seconds : float
        Time limit of one call.
    table : float
        The share of the points that a table of the published answers may earn on secret cases, at most. More than a
        little only where the answer itself is one table for all.
    """

    name: str
    points: int
    minutes: int
    difficulty: int
    cases: Callable[[Draws], Iterable[Case]]
    components: tuple[str, ...] = ()
    features: str = "value"
    rtol: float = 1e-7
    atol: float = 1e-9
    tolerances: dict[str, tuple[float, float]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    untouched: float = 1.0
    accept: dict[str, Accept] = field(default_factory=dict)
    seconds: float = 2.0
    table: float = 0.15


def call(*args: Any, of: str | None = None, **kwargs: Any) -> Asked:
    """One call as data; `of` names another of the learner's functions than the exercise's."""
    return {"of": of, "args": [encode(a) for a in args], "kwargs": {k: encode(v) for k, v in kwargs.items()}}


def case(name: str, *args: Any, calls: Iterable[Asked] | None = None, weight: float = 1.0, quiet: float = 0.0,
         **kwargs: Any) -> Case:
    """A case of one call with these arguments, or of several `calls`.

    `quiet` is the weight of an extra check: that NumPy gives no RuntimeWarning (overflow, invalid value).
    """
    return Case(name, tuple(calls) if calls is not None else (call(*args, **kwargs),), weight, quiet)


def rng_(seed: int | np.integer[Any]) -> Rng:
    """An argument ``np.random.default_rng(seed)``, built afresh for each call."""
    return Rng(int(seed))


def callable_(name: str, *parameters: Any) -> Named:
    """A function argument: a NumPy ufunc by name, ``("sum_of", "tanh")``, or ``("poly", 1, 0, 2)`` = 1 + 2x²."""
    return Named(name, tuple(parameters))


def worth(score: float) -> Callable[[Any], Any]:
    """State which share of an exercise's points a wrong program gets. `verify` checks it, with several seeds."""
    def mark(function: Any) -> Any:
        function.worth = score
        return function
    return mark
