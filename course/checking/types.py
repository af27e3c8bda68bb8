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
    variant: NotRequired[str]       # the framework that it is written in, where the exercise has variants


class Probe(TypedDict):
    """A call beside those of the check, made once that has failed: one argument of a case is changed."""

    argument: str                   # "": none, the same call a second time
    call: Call
    moves: list[str]                # the features that it changes in the reference
    how: NotRequired[str]           # of a trial (see `telling.trials`): in which way it is changed
    wants: NotRequired[dict[str, str]]                  # … and what the reference shows, by feature


class Spec(TypedDict):
    """An exercise as the checker knows it."""

    name: str                       # of the function, and of its check cell
    topic: str                      # the lesson it belongs to
    signature: str                  # "mse(y_pred, y_true)", for messages
    points: float
    seconds: float                  # time limit of one call
    components: list[str] | None    # names of the parts of a tuple result, which are compared one by one
    features: str                   # a name in `course.checking.observers.OBSERVERS`: who looks at the results
    rtol: float                     # how close numbers must be: |got - wanted| <= atol + rtol |wanted|
    atol: float
    tolerances: dict[str, list[float]]                  # feature -> [rtol, atol] in place of those two
    accept: dict[str, Accept]                           # component -> which types are right besides the reference's
    weights: dict[str, float]                           # component or feature -> its share where parts differ
    essential: NotRequired[dict[str, list[str]]]        # feature -> wrong values beside which nothing counts; []: any
    untouched: float                                    # weight of "leaves its arguments as they were"
    variants: NotRequired[list[str]]                    # frameworks that it may be written in; absent: none
    variant: NotRequired[str]                           # of those, the one that is looked at: see `of_variant`
    mistakes: dict[str, MistakeSpec]                    # by id: the known wrong programs
    cases: list[CaseSpec]
    probes: NotRequired[list[Probe]]                    # of the public specification alone


def of_variant(spec: Spec, variant: str) -> Spec:
    """The specification as it is for what is written in one framework: with the mistakes that belong to it alone."""
    own = {identity: mistake for identity, mistake in spec["mistakes"].items() if mistake.get("variant") == variant}
    cases: list[CaseSpec] = [
        {**case, "mistakes": {identity: gives for identity, gives in case["mistakes"].items() if identity in own}}
        if "mistakes" in case else case for case in spec["cases"]]
    return {**spec, "variant": variant, "mistakes": own, "cases": cases}


Observer = Callable[[Spec, CaseSpec, Sequence[Raw]], Features]
