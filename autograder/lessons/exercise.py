"""How an exercise is written down: cases, weights, and the wrong programs that are known.

The vocabulary of ``autograder/lessons/<topic>/exercises.py`` and ``mistakes.py``. What makes no sense is refused here,
as the file is read; `catalogue` adds file and line.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self, TypedDict, TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from autograder.problems import near
from course.checking import adapters
from course.checking.codec import Named, Rng, Tree, encode
from course.checking.observers import OBSERVERS
from course.checking.types import Accept

PUBLIC_SEED = 2024
MOST_DRAWS = 20_000
WITHOUT_KNOWLEDGE = 0.15             # share of the points that is left to tables and one-liners
ACCEPTED = ("sequence",)            # what `Exercise.accept` knows


class Draws(np.random.Generator):
    """Random numbers for cases. Worked examples keep their round numbers where learners see them, and there only.

    With the public seed `near` and `whole` give back what they are given, and draw nothing. With a class's secret
    seed they give others of the same kind, so that a table of the published answers earns nothing.
    """

    def __init__(self, seed: int | str, name: str, again: int = 0) -> None:
        entropy = [seed if isinstance(seed, int) else int(seed, 16), *name.encode()]
        super().__init__(np.random.PCG64([*entropy, again] if again else entropy))
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
        drawn = {value: value for value in values if value <= 2}
        for value in values:
            if value in drawn:
                continue
            low, high = max(3, int(np.ceil(value * (1 - spread)))), int(value * (1 + spread)) + 1
            free = [number for number in range(low, high + 1) if number != value and number not in drawn.values()]
            while not free:                # 3, 4 and 5 take one another's places: then a larger one
                high += 1
                free = [high] if high != value and high not in drawn.values() else []
            drawn[value] = int(self.choice(free))
        return [drawn[value] for value in values]


    def signs(self, values: ArrayLike) -> Any:
        """`values` with their signs and zeros in other places: both signs, where two numbers or more are not zero.

        A table of the published signs is then of no use.
        """
        values = np.asarray(values, float)
        drawn = values
        both = np.count_nonzero(values) > 1
        while not self.public and values.size > 1 and np.any(values) and (
                np.array_equal(np.sign(drawn), np.sign(values)) or both and not np.min(drawn) < 0 < np.max(drawn)):
            drawn = self.permutation(np.abs(values).ravel()).reshape(values.shape) * self.choice([-1, 1], values.shape)
        return drawn

    def other(self, public: int, low: int, high: int) -> int:
        """`public` for learners, another whole number from `low` to `high` for a class."""
        return public if self.public else int(self.choice([k for k in range(low, high + 1) if k != public]))


    def alike(self, published: Any, draw: Callable[[], Any], shows: Callable[..., object]) -> Any:
        """`published`, arguments, for learners; for a class the first that `draw` gives of which `shows` says the same.

        So a case may have any shape, signs and order, and still shows the mistakes that the published one shows.
        """
        if self.public:
            return published
        wanted = shows(*published)
        for _ in range(MOST_DRAWS):
            drawn = draw()
            if shows(*drawn) == wanted:
                return drawn
        raise ValueError(f"none of {MOST_DRAWS} draws shows what the published case shows: {published}")


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
    raises: type[Exception] | None = None


@dataclass(frozen=True)
class Exercise:
    """A function to write.

    Parameters
    ----------
    name : str
        Function name, reference, nbgrader id of the check cell: the same everywhere.
    points : int
    minutes : int
        What a newcomer takes to write it; `author/pace.py` counts the reading of the statement apart.
    difficulty : int in 1 … 3
    cases : callable
        ``cases(rng)`` yields the cases; `rng` is a `Draws` of a public or a secret seed.
    components : tuple of str
        Names of the parts of a tuple result: they are compared, scored and diagnosed one by one.
    features : str
        Which observer of `course.checking.observers` looks at the results.
    rtol, atol : float
        How close numbers must be; `tolerances` overrides both for a feature: ``{"std": (0.03, 0)}``.
    weights : dict
        ``{component or feature: weight}`` where the parts of a case do not count the same.
    untouched : float
        Weight of "leaves its arguments as they were".
    accept : dict
        ``{component: "sequence"}``: list, tuple and array are all right.
    essential : dict
        ``{feature: values}``: what the exercise is about. Where a result has one of these wrong values, nothing else of
        its case counts; where it has them on each case, nothing of the exercise. No values: any wrong one.
    seconds : float
        Time limit of one call.
    table : tuple of float and str
        The share of the points that a program without knowledge may earn on secret cases, at most: a table of the
        published answers, or a line that fits any exercise. And why, where that is more than `WITHOUT_KNOWLEDGE`.
    variants : tuple of str
        The frameworks that it may be written in, ``("torch", "keras")``: one check cell, a solution cell for each, and
        the better of them counts. solutions.py then has the function of arrays that an adapter makes of a right one.
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
    essential: dict[str, tuple[str, ...]] = field(default_factory=dict)
    table: tuple[float, str] = (WITHOUT_KNOWLEDGE, "")
    variants: tuple[str, ...] = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        for name in kwargs:
            if name not in cls.__dataclass_fields__:
                raise TypeError(f"Exercise has no field {name!r}{near(name, cls.__dataclass_fields__)} "
                                f"(it has {', '.join(cls.__dataclass_fields__)})")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        def ask(field_: str, holds: bool, wanted: str) -> None:
            if not holds:
                raise ValueError(f"Exercise {self.name!r}: {field_} is {wanted}, not {getattr(self, field_)!r}")

        ask("name", isinstance(self.name, str) and self.name.isidentifier(), "the name of a function")
        ask("points", _is_number(self.points) and self.points == int(self.points) > 0, "a whole number from 1")
        ask("minutes", _is_number(self.minutes) and self.minutes > 0, "a number above 0")
        ask("difficulty", self.difficulty in (1, 2, 3), "1, 2 or 3")
        ask("cases", callable(self.cases), "a function of rng that yields cases, without brackets behind it")
        ask("components", isinstance(self.components, (tuple, list)) and all(
            isinstance(c, str) for c in self.components), 'a tuple of names, ("w", "b")')
        if self.features not in OBSERVERS:
            raise ValueError(f"Exercise {self.name!r}: there are no features {self.features!r}"
                             f"{near(self.features, OBSERVERS)} (there are {', '.join(OBSERVERS)})")
        for name in ("rtol", "atol", "untouched"):
            ask(name, _is_number(getattr(self, name)) and getattr(self, name) >= 0, "a number from 0")
        ask("seconds", _is_number(self.seconds) and self.seconds > 0, "a number above 0")
        ask("weights", isinstance(self.weights, dict) and all(
            _is_number(w) and w >= 0 for w in self.weights.values()), "a dict {name: number from 0}")
        ask("tolerances", isinstance(self.tolerances, dict) and all(
            isinstance(t, (tuple, list)) and len(t) == 2 and all(map(_is_number, t)) for t in self.tolerances.values()),
            "a dict {name: (rtol, atol)}")
        ask("essential", isinstance(self.essential, dict) and all(
            isinstance(v, (tuple, list)) and all(isinstance(x, str) for x in v) for v in self.essential.values()),
            "a dict {name: tuple of wrong values}, empty for any")
        ask("table", isinstance(self.table, (tuple, list)) and len(self.table) == 2 and _is_number(self.table[0])
            and 0 <= self.table[0] <= 1 and isinstance(self.table[1], str)
            and bool(self.table[1].strip() or self.table[0] <= WITHOUT_KNOWLEDGE),
            f'a pair of the share and the reason why it is more than {WITHOUT_KNOWLEDGE}, (0.4, "…")')
        ask("variants", isinstance(self.variants, (tuple, list)) and all(v in adapters.MODULES for v in self.variants)
            and len(set(self.variants)) == len(self.variants), f"a tuple of names of {', '.join(adapters.MODULES)}")
        ask("accept", isinstance(self.accept, dict) and all(how in ACCEPTED for how in self.accept.values()),
            f"a dict {{name: {' or '.join(map(repr, ACCEPTED))}}}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def call(*args: Any, of: str | None = None, **kwargs: Any) -> Asked:
    """One call as data; `of` names another of the learner's functions than the exercise's."""
    return {"of": of, "args": [encode(a) for a in args], "kwargs": {k: encode(v) for k, v in kwargs.items()}}


def case(name: str, *args: Any, calls: Iterable[Asked] | None = None, weight: float = 1.0, quiet: float = 0.0,
         raises: type[Exception] | None = None, **kwargs: Any) -> Case:
    """A case of one call with these arguments, or of several `calls`.

    `quiet` is the weight of an extra check: that NumPy gives no RuntimeWarning (overflow, invalid value). `raises` is
    the class of the error that is asked for. Where the reference raises and nothing is said, `verify` takes the case
    for a slip, such as an argument that was forgotten.
    """
    if not isinstance(name, str):
        raise TypeError(f"a case begins with its name, a text: case(\"…\", …), not {type(name).__name__}")
    for word, value in (("weight", weight), ("quiet", quiet)):
        if not _is_number(value) or value < 0:
            raise ValueError(f"case {name!r}: {word} is a number from 0, not {value!r}")
    if raises is not None and not (isinstance(raises, type) and issubclass(raises, Exception)):
        raise TypeError(f"case {name!r}: raises is a class of errors, such as ValueError, not {raises!r}")
    return Case(name, tuple(calls) if calls is not None else (call(*args, **kwargs),), weight, quiet, raises)


def rng_(seed: int | np.integer[Any]) -> Rng:
    """An argument ``np.random.default_rng(seed)``, built afresh for each call."""
    return Rng(int(seed))


def callable_(name: str, *parameters: Any) -> Named:
    """A function argument: a NumPy ufunc by name, ``("sum_of", "tanh")``, or ``("poly", 1, 0, 2)`` = 1 + 2x²."""
    return Named(name, tuple(parameters))


def slips(lesson: Any, name: str, reference: Callable[..., Any], apart: bool = False) -> Callable[..., "Shown"]:
    """A function of arguments: which mistakes of an exercise show there. For `Draws.alike`.

    It gives 0 for each mistake that gives what the reference gives, and 1 for others; with `apart` other numbers, the
    same for those that give the same. `lesson` is the module with the mistakes.
    """
    programs = [reference, *(function for label, function in vars(lesson).items() if label.startswith(f"{name}__"))]
    return lambda *arguments: Shown(programs, arguments, apart)


class Shown:
    """Which of some programs show on arguments. Each is asked when two are compared and those before it were equal:
    of most draws the first few say that they will not do.
    """

    def __init__(self, programs: list[Callable[..., Any]], arguments: tuple[Any, ...], apart: bool) -> None:
        self.programs, self.arguments, self.apart = programs, arguments, apart
        self.outcomes: list[object] = []

    def __getitem__(self, k: int) -> int:
        while len(self.outcomes) <= k:
            self.outcomes.append(_outcome(self.programs[len(self.outcomes)], self.arguments))
        return self.outcomes.index(self.outcomes[k]) if self.apart else int(self.outcomes[k] != self.outcomes[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shown) and all(self[k] == other[k] for k in range(len(self.programs)))

    __hash__ = None  # type: ignore[assignment]


def _outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> object:
    """What a program gives, as something to compare: a number to nine places, or the class of its error."""
    try:
        with np.errstate(all="ignore"):
            return round(float(function(*arguments)), 9)
    except Exception as error:      # a wrong program may raise anything
        return type(error)


def worth(score: float) -> Callable[[Any], Any]:
    """State which share of an exercise's points a wrong program gets. `verify` checks it, with several seeds."""
    if not _is_number(score) or not 0 <= score <= 1:
        raise ValueError(f"worth is a share from 0 to 1, as in @worth(0.33), not {getattr(score, '__name__', score)!r}")

    def mark(function: Any) -> Any:
        function.worth = score
        return function
    return mark
