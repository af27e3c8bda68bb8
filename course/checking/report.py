"""The outcome of an exercise as data: checks, diagnoses, a score. How it looks is in `course.cards.result`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

ERROR_ASKED = "is asked for here"
Stage = Literal["defined", "callable", "runs", "type", "shape", "dtype", "finite", "value",
                "inputs untouched", "no warnings"]


@dataclass
class Check:
    """One line of a result: a feature of a case, the stage that it reached, and what to say of it."""

    case: str
    feature: str
    stage: Stage
    passed: bool
    weight: float
    message: str = ""
    got: str = ""
    expected: str = ""
    call: str = ""
    line: str = ""              # the call to paste, where `call` shows an argument by what it is
    checked: bool = True        # False: "not checked until …"


class Diagnosis(TypedDict):
    """A known mistake, or another cause, that explains what failed."""

    id: str
    message: str
    cases: NotRequired[list[str]]       # names of the cases where it shows


class Told(TypedDict):
    """What a learner is told of a wrong program: the headline, and the call that shows it."""

    kind: Literal["named", "described", "explained", "none"]
    text: str
    ids: list[str]              # of the known mistakes
    cases: list[str]            # where it shows
    call: str | None            # the smallest call that shows it, what it gave, and what was asked for
    returned: str | None
    expected: str | None


def nothing_told() -> Told:
    return {"kind": "none", "text": "", "ids": [], "cases": [], "call": None, "returned": None, "expected": None}


@dataclass
class Report:
    """The outcome of an exercise: every check, the mistakes recognised, and a score in [0, 1]."""

    name: str
    max_points: float
    checks: list[Check] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)        # the likeliest first
    problem: str = ""                                    # why nothing could be checked, if so
    unwritten: bool = False                              # the stub, as it was given out
    printed: str = ""
    earned: float | None = None         # the score, where other cases than those shown decide it
    told: Told = field(default_factory=nothing_told)
    causes: list[str] = field(default_factory=list)      # the learner's functions it calls that fail themselves

    @property
    def score(self) -> float:
        if self.earned is not None:
            return self.earned
        total = sum(c.weight for c in self.checks)
        got = sum(c.weight for c in self.checks if c.passed)
        return got / total if total and not self.problem else 0.0

    @property
    def points(self) -> float:
        return round(self.score * self.max_points, 2)

    @property
    def passed(self) -> bool:
        return bool(self.checks) and not self.problem and all(c.passed for c in self.checks)

    def first_failure(self) -> Check | None:
        return next((c for c in self.checks if not c.passed and c.checked), None)

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "score": round(self.score, 6), "points": self.points,
                "max_points": self.max_points, "passed": self.passed, "problem": self.problem,
                "unwritten": self.unwritten, "diagnoses": self.diagnoses,
                "checks": [vars(c) for c in self.checks]}


STILL = "If this still fails then"         # what leads a cause's sentence on to what was told of the function itself
LOOK = "Look at your `"


def cause_among(notes: Sequence[str]) -> str:
    """The note that says which other function to mend first; "" where there is none."""
    return next((note for note in notes if note.startswith(LOOK)), "")


def roots(name: str, failing: Callable[[str], Sequence[str]]) -> list[str]:
    """The functions to mend first where `name` fails: of those that fail and that it depends on, the ones that depend
    on no other such one. `failing` gives the failing functions that a function uses itself.
    """
    known: dict[str, list[str]] = {}
    above: list[str] = []               # those that led here: in a circle nobody is first

    def walk(one: str) -> list[str]:
        if one not in known:
            above.append(one)
            known[one] = list(dict.fromkeys(root for other in failing(one) if other not in above
                                            for root in walk(other) or [other]))
            above.pop()
        return known[one]

    return walk(name)


def cause(name: str, others: Sequence[str]) -> str:
    """What to say where a function depends on others that fail their own check; "" where there are none."""
    if not others:
        return ""
    which = " and ".join(f"`{other}`" for other in others)
    fails = "it, and it does not pass its" if len(others) == 1 else "them, and they do not pass their"
    return f"Look at your {which} first: `{name}` depends on {fails} own check."
