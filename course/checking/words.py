"""Values and calls in few characters, as a learner would type them."""

from typing import Any

import numpy as np

from course.checking.codec import Named, Opaque, Rng, Value, decode
from course.checking.features import kind_of
from course.checking.types import CaseSpec, Feature

SMALL_ARRAY = 12            # entries up to which an array is shown whole



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
        return f"{value:.{digits}g}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(short(v, digits) for v in value[:6]) + (", …" if len(value) > 6 else "")
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, str):
        return repr(value[:60])
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
    parts = []
    for call in case["calls"][:2]:
        args = [_argument(decode(a)) for a in call["args"]]
        args += [f"{k}={_argument(decode(v))}" for k, v in call.get("kwargs", {}).items()]
        parts.append(f"{call['of']}({', '.join(args)})")
    return ", then ".join(parts)


def _argument(value: Value) -> str:
    if isinstance(value, Rng):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, Named):
        return _callable_text(value.name, value.parameters)
    if isinstance(value, np.ndarray) and not (value.ndim and value.size > SMALL_ARRAY):
        return f"np.array({short(value)})"
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, tuple, list)) for v in value):
        inner = ", ".join(map(_argument, value)) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return short(value)


def _callable_text(name: str, parameters: tuple[Any, ...]) -> str:
    """A function argument as a learner would type it."""
    if name == "poly":
        return f"np.polynomial.Polynomial({list(parameters)})"
    if name == "sum_of":
        return f"lambda x: np.sum({_callable_text(parameters[0], parameters[1:])}(x))"
    return f"np.{name}"
