"""What a function gave beside what is asked for, case by case, in the form that relations look at."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.checking.adapters.calls import is_own
from course.checking.codec import decode
from course.checking.compare import compare
from course.checking.types import CaseSpec, Features, Spec
from course.checking.words import quoted_default

Array = NDArray[Any]
EXTREME = 100.0             # from here on an argument tries an overflow, or another limit
SEVERAL = ("layers after training", "biases", "losses", "layers", "logits", "gradients")     # more than one thing
CLOSE = 1e-6                # relative: two numbers that a relation takes for the same


@dataclass(frozen=True)
class Row:
    """One feature of one case: `want` and `got` are decoded values, None where there is none."""

    case: str
    part: str                   # the component's or feature's name
    args: dict[str, Any]        # the first call's arguments by name, defaults included
    want: Any
    got: Any
    right: bool
    ordinary: bool              # no error is asked for, and no argument is extreme


def rows_of(spec: Spec, seen: Sequence[Features]) -> list[Row]:
    """All features of the cases that are a value of the exercise's own function."""
    rows = []
    for case, features in zip(spec["cases"], seen, strict=True):
        if case["calls"][0]["of"] != spec["name"] or len({call["of"] for call in case["calls"]}) > 1:
            continue
        args = {name: value for name, value in arguments(spec, case).items() if is_own(spec["name"], name)}
        ordinary = is_ordinary(case)
        for name, expected in case["expected"].items():
            if "value" not in expected:
                continue
            got = features.get(name, {"bad": ""})
            rows.append(Row(case["name"], name, args, decode(expected["value"]),
                            decode(got["value"]) if "value" in got else None,
                            not compare(spec, name, expected, got)[1], ordinary))
    return rows


def arguments(spec: Spec, case: CaseSpec) -> dict[str, Any]:
    """The arguments of a case's first call by their names in the exercise's signature, with defaults."""
    names, defaults = signature(spec)
    call = case["calls"][0]
    given = dict(zip(names, map(decode, call["args"]), strict=False))
    return defaults | given | {name: decode(value) for name, value in call.get("kwargs", {}).items()}


def signature(spec: Spec) -> tuple[list[str], dict[str, Any]]:
    """(names, {name: default}) of the exercise's function."""
    function = ast.parse(f"def {spec['signature']}: pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    names = [arg.arg for arg in function.args.args]
    last = names[len(names) - len(function.args.defaults):]
    return names, {name: quoted_default(node) for name, node in zip(last, function.args.defaults, strict=True)}


def is_ordinary(case: CaseSpec) -> bool:
    """Whether a case asks for a value at arguments of an ordinary size."""
    if any("error" in feature for feature in case["expected"].values()):
        return False
    return all(_moderate(decode(arg)) for call in case["calls"] for arg in call["args"])


def _moderate(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_moderate, value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return bool(np.all(np.abs(value) < EXTREME))         # nan is not
    return True


def numbers(value: Any) -> Array | None:
    """A value's numbers in one row, those of a list one after the other; None where it is not made of numbers."""
    if isinstance(value, (list, tuple)):
        parts = [numbers(item) for item in value]
        if not parts or any(part is None for part in parts):
            return None
        return np.concatenate([part for part in parts if part is not None])
    if isinstance(value, (bool, np.bool_, str)) or value is None:
        return None
    if isinstance(value, (int, float, np.number, np.ndarray)):
        array = np.asarray(value)
        return array.astype(float).ravel() if array.dtype.kind in "iuf" else None
    return None


def form(value: Any) -> Any:
    """The shapes that a value is made of."""
    if isinstance(value, (list, tuple)):
        return [form(item) for item in value]
    return np.shape(value)


def pair(row: Row) -> tuple[Array, Array] | None:
    """(wanted, got) as rows of numbers, where both are finite numbers in the same form."""
    want, got = numbers(row.want), numbers(row.got)
    if want is None or got is None or want.shape != got.shape or form(row.want) != form(row.got):
        return None
    return (want, got) if np.isfinite(want).all() and np.isfinite(got).all() else None


def close(a: Any, b: Any, rtol: float = CLOSE) -> bool:
    """Whether two values of one shape are the same to about six digits, measured by their largest entry."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or not a.size or not np.isfinite(b).all():
        return False
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(a - b) <= rtol * max(float(np.max(np.abs(b))), 1e-9)))


def differ(got: Array, want: Array) -> Array:
    """Which entries are not the same to about six digits."""
    off: Array = np.abs(got - want) > 1e-9 + CLOSE * np.abs(want)
    return off


def listed(names: Iterable[str], word: str = "and") -> str:
    """Names in back-ticks as a list in a sentence."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def plainly(number: float) -> str:
    """A number in few digits; a whole one without a point."""
    return str(int(number)) if abs(number) < 1e6 and number == int(number) else f"{number:.5g}"


def subject(part: str) -> str:
    """How a sentence begins that is about a result."""
    named = part.isidentifier() and part not in SEVERAL
    return "Your result" if part == "result" else f"Your `{part}`" if named else f"Your {part}"
