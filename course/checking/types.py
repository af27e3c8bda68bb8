"""What crosses between rooms as data: an exercise's specification, and the features that are compared.

All of it is JSON, kept in files. A call and what is seen of it are described where it is made, in `observe`.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NotRequired, TypedDict

from course.checking.codec import Tree
from course.checking.observe import Call, Raw

Accept = Literal["sequence"]        # "sequence": a list, a tuple and an array are all right


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
