"""Values and calls in few characters, as a learner would type them."""

import ast
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.checking.adapters import calls
from course.checking.codec import Named, Opaque, Rng, Value, decode
from course.checking.features import kind_of
from course.checking.types import CaseSpec, Feature
from course.quote import visible

SMALL_ARRAY = 12            # entries up to which an array is shown whole
EXACT = 17                  # digits that hold a number as it is
# What is wrong where a feature asks for yes and the answer is no
NOT_SO = {
    "the same seed, the same weights": "the same seed should give the same weights, and gave others the second time",
    "another seed, other weights": "another seed should give other weights, and gave the same",
    "each layer drawn anew": "each layer should have numbers of its own, and two layers have the same",
    "np.random's own state left alone": "numbers were drawn from `np.random`, and all should come from the `rng` given",
    "the same seed, the same losses": "the same seed should give the same losses, and gave others the second time",
    "another seed, another order": "another seed should give another order of the examples, and gave the same",
    "the order is dealt anew in each epoch": "the order of the examples should change from epoch to epoch, and stays",
}
SMALL_ARGUMENT = 24         # entries up to which an argument is written out: with fewer, a call cannot be pasted
LONGEST_CALL = 330          # characters of a call that is written out; in a longer one …
LONGEST_ARGUMENT = 120      # … an argument of more than these is shown by what it is


def short(value: Value, digits: int = 5) -> str:
    """A value in few characters."""
    if isinstance(value, np.ndarray):
        if value.ndim and value.size > SMALL_ARRAY:
            return f"an array of shape {value.shape}"
        return _listed(value.tolist(), digits)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        if value == round(value, 1) and -1e6 < value < 1e6:
            return f"{value:.1f}"
        return repr(float(value)) if digits >= EXACT else f"{value:.{digits}g}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(short(v, digits) for v in value[:6]) + (", …" if len(value) > 6 else "")
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, str):
        return visible(repr(value[:60]))
    return str(value) if not isinstance(value, Opaque) else kind_of(value)


def _listed(value: Value, digits: int) -> str:
    """An array as a learner would type it."""
    if isinstance(value, list):
        return "[" + ", ".join(_listed(v, digits) for v in value) + "]"
    return short(value, digits)


def brief(feature: Feature) -> str:
    if "error" in feature:
        return feature["error"]
    return feature["bad"] if "bad" in feature else short(decode(feature["value"]))


def call_text(case: CaseSpec) -> str:
    """The calls of a case as a learner would type them. A long argument is shown by what it is: see `whole_call`."""
    text = _calls(case, partial(argument_text, most=SMALL_ARGUMENT, longest=LONGEST_CALL))
    return text if len(text) <= LONGEST_CALL and is_whole(text) else _calls(case, argument_text)


def whole_call(case: CaseSpec) -> str:
    """The calls of a case as Python that gives the same when it is pasted, however long."""
    return _calls(case, partial(_argument, most=None), to_paste=True)


def is_whole(text: str) -> bool:
    """Whether the text of a call can be pasted."""
    return not (is_described(text) or "an array of shape" in text
                or re.search(r"\ba (list|tuple) of \d+ items?\b", text))


def is_described(text: str) -> bool:
    """Whether the text of a call says in words what a learner's function was called with, such as a model."""
    return " where " in text


def _calls(case: CaseSpec, written: Callable[[Value], str], to_paste: bool = False) -> str:
    """Two calls at most, with a comma: Python shows both results."""
    parts, joint = [], ", "
    for call in case["calls"][:2]:
        args = [written(decode(a)) for a in call["args"]]
        adapted = calls.written(call["of"], args, to_paste)
        if adapted:
            joint = "\n" if to_paste else "; then "
        args += [f"{k}={written(decode(v))}" for k, v in call.get("kwargs", {}).items()]
        parts.append(adapted or f"{call['of']}({', '.join(args)})")
    return joint.join(parts)


def argument_text(value: Value, most: int = SMALL_ARRAY, longest: int = LONGEST_ARGUMENT) -> str:
    """An argument as a learner would type it, or what it is where that is long."""
    text = _argument(value, most)
    if len(text) <= longest:
        return text
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else kind_of(value)


def _argument(value: Value, most: int | None) -> str:
    """`most`: entries up to which an array is written out; None: all of them, with all their digits."""
    if isinstance(value, Rng):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, Named):
        return _callable_text(value.name, value.parameters)
    if isinstance(value, np.ndarray):
        if most is not None and value.ndim and value.size > most:
            return f"an array of shape {value.shape}"
        inner = _listed(value.tolist(), EXACT if most is None else _enough(value))
        return f"np.array({inner})".replace("nan", "np.nan").replace("inf", "np.inf")
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_argument(v, most) for v in value) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return short(value, EXACT if most is None else 5)


def _enough(value: NDArray[Any]) -> int:
    """The digits that keep an array's numbers apart: five, or all."""
    apart = set(value.ravel().tolist())
    return 5 if len({short(v) for v in apart}) == len(apart) else EXACT


def _callable_text(name: str, parameters: tuple[Any, ...]) -> str:
    """A function argument as a learner would type it."""
    if name == "poly":
        return f"np.polynomial.Polynomial({list(parameters)})"
    if name == "sum_of":
        return f"lambda x: np.sum({_callable_text(parameters[0], parameters[1:])}(x))"
    return f"np.{name}"


def quoted_default(node: ast.expr) -> Any:
    """The value of a default in a signature; None where it is not a literal."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
