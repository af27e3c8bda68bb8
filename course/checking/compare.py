"""Compare a feature of a learner's result with the reference's: type, shape, dtype, finite, value, in this order."""

import re

import numpy as np
from numpy.typing import NDArray

from course.checking.codec import Opaque, Value, decode
from course.checking.features import kind_of
from course.checking.report import ERROR_ASKED, Stage
from course.checking.types import Accept, Feature, Spec
from course.checking.words import NOT_SO, SMALL_ARRAY, short
from course.quote import literal

A_ROW = re.compile(r"^row \[(\d+)\] is (\[.*\]), not (\[.*\]) \(the other (\d+) rows? (?:is|are) right\)$")


def compare(spec: Spec, name: str, expected: Feature, got: Feature) -> tuple[Stage, str]:
    """Stage reached and, where that is a failure, what is wrong ("" where all is well)."""
    if "error" in expected:
        wanted = expected["error"]
        if "error" in got:
            return ("runs", "") if wanted in got.get("mro", [got["error"]]) else (
                "runs", f"it raises {literal(got['error'])} where {wanted} is asked for")
        back = got["bad"] if "bad" in got else f"it returns {literal(short(decode(got['value'])))}"
        return "runs", f"{wanted} {ERROR_ASKED}: {back}"
    if "error" in got:
        return "runs", f"it raises {literal(got['error'])}"
    if "bad" in got:
        return "type", got["bad"]
    if expected["value"] == got["value"]:           # to the last digit, as most that is right
        return "value", ""
    rtol, atol = spec.get("tolerances", {}).get(name, (spec["rtol"], spec["atol"]))
    accept = spec.get("accept", {}).get(name)
    if expected["value"] is True and got["value"] is False:
        return "value", NOT_SO.get(name, "that is not so")
    if _all_true(expected["value"]) and isinstance(got["value"], list) and False in got["value"]:
        return "value", f"that is not so in run {got['value'].index(False) + 1} of {len(got['value'])}"
    return _compare(decode(expected["value"]), decode(got["value"]), rtol, atol, accept)


def _all_true(tree: object) -> bool:
    return isinstance(tree, list) and bool(tree) and all(item is True for item in tree)


def _compare(want: Value, got: Value, rtol: float, atol: float, accept: Accept | None = None,
             place: str = "") -> tuple[Stage, str]:
    at = f" at {place}" if place else ""
    if isinstance(want, (list, tuple)):
        if isinstance(got, np.ndarray) and accept == "sequence":
            got = list(got)
        if not isinstance(got, (list, tuple)):
            return "type", f"{kind_of(want)} is asked for{at}; {kind_of(got)} came back"
        if len(got) != len(want):
            items = f"{len(want)} item{'s are' if len(want) != 1 else ' is'}"
            return "shape", f"{items} asked for{at}; {len(got)} came back"
        for i, (w, g) in enumerate(zip(want, got, strict=True)):
            stage, fault = _compare(w, g, rtol, atol, accept, f"{place}[{i}]")
            if fault:
                return stage, fault
        return "value", ""
    if isinstance(want, dict):
        if not isinstance(got, dict) or got.keys() != want.keys():
            return "type", f"a dict with the keys {sorted(map(str, want))} is asked for{at}"
        for key in want:
            stage, fault = _compare(want[key], got[key], rtol, atol, accept, f"{place}[{key!r}]")
            if fault:
                return stage, fault
        return "value", ""
    if isinstance(want, (str, type(None))):
        same = type(got) is type(want) and got == want
        return "value", "" if same else f"{want!r} is asked for{at}; {literal(short(got))} came back"
    if isinstance(want, (bool, np.bool_)):
        same = _is_scalar(got) and got == want
        return "value", "" if same else f"{literal(short(got))} came back{at} where {bool(want)} is asked for"
    return _compare_numbers(want, got, rtol, atol, accept, at)


def _is_scalar(value: object) -> bool:
    return isinstance(value, (bool, int, float, np.number, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0)


def _compare_numbers(want: Value, got: Value, rtol: float, atol: float, accept: Accept | None,
                     at: str) -> tuple[Stage, str]:
    if accept == "sequence" and isinstance(got, (list, tuple)) and all(map(_is_scalar, got)):
        got = np.array(got)
    if not isinstance(want, np.ndarray):
        if not _is_scalar(got):
            return "type", f"a single number is asked for{at}; {kind_of(got)} came back"
    elif not isinstance(got, np.ndarray) and not (want.ndim == 0 and _is_scalar(got)):
        return "type", f"a NumPy array is asked for{at}; {kind_of(got)} came back"
    got, want = np.asarray(got), np.asarray(want)
    if got.dtype.kind not in "biufc":
        return "type", f"numbers are asked for{at}; {kind_of(got)} came back"
    if got.shape != want.shape:
        return "shape", f"the shape {want.shape} is asked for{at}; {got.shape} came back"
    if got.dtype.kind == "c" or got.dtype.name in ("float16", "float32") and want.dtype.name == "float64":
        return "dtype", f"float64 is asked for{at}; {got.dtype} came back"
    finite = np.isfinite(want)
    if not np.all(np.isfinite(got)[finite]):
        bad = got[finite & ~np.isfinite(got)].flat[0]
        return "finite", f"{bad} came back{at} where {short(want)} is asked for"
    with np.errstate(all="ignore"):
        close = np.isclose(got.astype(want.dtype if want.dtype.kind == "f" else float), want, rtol, atol, True)
    if np.all(close):
        return "value", ""
    if want.ndim == 0 or want.size <= 6:
        came, asked = _told_apart(got[()], want[()])
        return "value", f"{came} came back{at} where {asked} is asked for"
    if (row := _only_row(close)) is not None:
        came, asked = _told_apart(got[row], want[row])
        return "value", (f"row {at.removeprefix(' at ')}[{row}] is {came}, not {asked} "
                         f"(the other {len(want) - 1} row{'s are' if len(want) > 2 else ' is'} right)")
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    spot = "".join(f"[{i}]" for i in index)
    came, asked = _told_apart(got[index], want[index])
    return "value", (f"entry {at.removeprefix(' at ')}{spot} is {came}, not {asked} "
                     f"({int((~close).sum())} of {want.size} entries differ)")


def _only_row(close: NDArray[np.bool_]) -> int | None:
    """The one row of a table in which entries differ, where there are others, and it is short."""
    if close.ndim != 2 or len(close) < 2 or close.shape[1] > SMALL_ARRAY:
        return None
    rows = np.flatnonzero(~close.all(axis=1))
    return int(rows[0]) if len(rows) == 1 else None


def _told_apart(got: Value, want: Value) -> tuple[str, str]:
    """Both values with as many digits as it takes to see that they differ."""
    for digits in (5, 9, 17):
        came, asked = short(got, digits), short(want, digits)
        if came.replace(".0", "") != asked.replace(".0", ""):        # 3 and 3.0 look alike
            break
    return came, asked


# --- diagnosis ----------------------------------------------------------------------------------------------

def same(spec: Spec, name: str, a: Feature, b: Feature) -> bool:
    """Whether two features are the same outcome: for matching a learner's with a mistake's."""
    if "error" in a or "error" in b:
        return a.get("error") == b.get("error")
    if "bad" in a or "bad" in b:
        return a.get("bad") == b.get("bad")
    rtol, atol = spec.get("tolerances", {}).get(name, (spec["rtol"], spec["atol"]))
    return _alike(decode(a["value"]), decode(b["value"]), rtol, atol)


def _alike(a: Value, b: Value, rtol: float, atol: float) -> bool:
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return (isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b)
                and all(_alike(x, y, rtol, atol) for x, y in zip(a, b, strict=True)))
    if isinstance(a, dict) or isinstance(b, dict):
        return (isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys()
                and all(_alike(a[k], b[k], rtol, atol) for k in a))
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return isinstance(a, Opaque) and isinstance(b, Opaque) and a.name == b.name
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return type(a) is type(b) and a == b
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape or x.dtype.kind == "c" or y.dtype.kind == "c":
        return False
    if {x.dtype.name, y.dtype.name} & {"float16", "float32"} and x.dtype != y.dtype:
        return False
    with np.errstate(all="ignore"):
        return bool(np.all(np.isclose(x.astype(float), y.astype(float), rtol, atol, equal_nan=True)))
