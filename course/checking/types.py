"""What crosses between rooms as data: a call, what was seen of it, its features, an exercise's specification.

All of it is JSON: it is kept in files and sent to other processes.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NotRequired, TypedDict

from course.checking.codec import Tree

Accept = Literal["sequence"]        # "sequence": a list, a tuple and an array are all right


class Call(TypedDict):
    """One call of one of the learner's functions."""

    of: str                         # its name
    args: list[Tree]
    kwargs: NotRequired[dict[str, Tree]]


class Raised(TypedDict):
    """What a call raised."""

    type: str
    mro: list[str]                  # names of the exception's class and of those it comes from
    message: str
    line: int | None                # of the learner's cell, from 1
    source: str                     # that line
    where: str                      # the function that raised it


class Raw(TypedDict, total=False):
    """What was seen of one call: one of the first six, and with it the last four."""

    result: Tree
    error: Raised
    timeout: float                  # seconds
    missing: bool
    not_callable: str               # the type of what has the function's name
    lost: str                       # why nothing is known
    mutated: list[int | str]        # arguments that the call changed: positions and names
    warnings: list[str]             # texts of RuntimeWarnings
    printed: str
    global_rng: bool                # whether NumPy's global random state was used


class Feature(TypedDict, total=False):
    """One thing that is compared: a value, or an error with its classes, or what is bad about it, in words."""

    value: Tree
    error: str
    mro: list[str]
    bad: str


Features = dict[str, Feature]


class CaseSpec(TypedDict):
    """Calls that are looked at together, what the reference gives, and where each known mistake differs."""

    name: str
    calls: list[Call]
    weight: float                   # >= 0; the weights of a specification are shares of their sum
    quiet: float                    # weight of "no warnings"
    expected: NotRequired[Features]                     # there once the reference has been run
    mistakes: NotRequired[dict[str, Features]]


class MistakeSpec(TypedDict):
    """What a learner is told whose results show a known mistake."""

    message: str


class Spec(TypedDict):
    """An exercise as the checker knows it. `autograder.lessons.exercise.Exercise` says what the fields mean."""

    name: str
    topic: str
    signature: str
    points: float
    seconds: float                  # for one call
    components: list[str] | None
    features: str                   # a name in `course.checking.observers.OBSERVERS`
    rtol: float
    atol: float
    tolerances: dict[str, list[float]]                  # feature -> [rtol, atol]
    accept: dict[str, Accept]
    weights: dict[str, float]
    untouched: float
    mistakes: dict[str, MistakeSpec]
    cases: list[CaseSpec]


Observer = Callable[[Spec, CaseSpec, Sequence[Raw]], Features]
