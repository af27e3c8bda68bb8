"""Name the known mistakes that a learner's results show, by what they do; and causes that lie outside the exercise."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from course.checking.codec import decode
from course.checking.compare import compare, same
from course.checking.observe import Raised, Raw
from course.checking.report import Check, Diagnosis
from course.checking.types import CaseSpec, Features, Spec

A_SIZE = "a-size"
VERSION = ".".join(np.__version__.split(".")[:2])
GONE = {        # from NumPy, and what does the same
    "in1d": "np.isin", "trapz": "np.trapezoid", "product": "np.prod", "cumproduct": "np.cumprod", "sometrue": "np.any",
    "alltrue": "np.all", "msort": "np.sort(x, axis=0)", "row_stack": "np.vstack", "bool8": "np.bool_", "int": "int",
    "float": "float", "bool": "bool", "object": "object", "str": "str", "complex": "complex", "long": "int",
    "round_": "np.round", "asscalar": "x.item()", "rank": "np.ndim", "safe_eval": "ast.literal_eval",
    "asfarray": "np.asarray(x, dtype=float)", "mat": "np.array", "float_": "np.float64", "Inf": "np.inf",
    "infty": "np.inf", "NaN": "np.nan", "NAN": "np.nan",
}
METHODS = {"ptp": "np.ptp(x)", "itemset": "x[…] = value", "tostring": "x.tobytes()",
           "newbyteorder": "x.view(x.dtype.newbyteorder())"}
ARGUMENTS = {"newshape": "shape", "interpolation": "method"}
LENGTH_ONE = re.compile(r"only (0-dimensional|length-1|size-1) arrays can be converted|"
                        r"setting an array element with a sequence\.$")
WRONG_SIZE = re.compile(r"broadcast|out of bounds|out of range|not aligned|mismatch in its core dimension|"
                        r"cannot reshape|shape mismatch|dimensions? .*must match|index .* is out|match exactly", re.I)


def diagnose(spec: Spec, seen: Sequence[Features]) -> list[Diagnosis]:
    """The known mistakes that a learner's features show.

    A mistake is recognised when, wherever it goes wrong, the learner goes wrong in the same way. Of those, the
    ones that explain the most failed features are named, and no more than are needed to explain them.
    """
    failed = {(i, name) for i, (case, features) in enumerate(zip(spec["cases"], seen, strict=True))
              for name, expected in _all_expected(case).items()
              if compare(spec, name, expected, features.get(name, {"bad": ""}))[1]}
    candidates = []
    for identity, mistake in spec["mistakes"].items():
        wrong = {(i, name): feature for i, case in enumerate(spec["cases"])
                 for name, feature in case["mistakes"].get(identity, {}).items()}
        if wrong and all((i, name) in failed and same(spec, name, feature, seen[i][name])
                         for (i, name), feature in wrong.items()):
            candidates.append((set(wrong), identity, mistake["message"]))
    named: list[Diagnosis] = []
    left = failed
    while candidates:
        candidates.sort(key=lambda c: -len(c[0] & left))
        cells, identity, message = candidates.pop(0)
        if not cells & left:
            break
        named.append({"id": identity, "message": message,
                      "cases": [spec["cases"][i]["name"] for i in sorted({i for i, _ in cells})]})
        left = left - cells
    return named


def _all_expected(case: CaseSpec) -> Features:
    """What every case expects beyond its own features: arguments left alone, and no warnings where that counts."""
    return case["expected"] | {"untouched": {"value": True}} | ({"quiet": {"value": True}} if case.get("quiet") else {})


# --- another version of NumPy ---------------------------------------------------------------------------------

def about_numpy(error_type: str, message: str) -> str:
    """A sentence on the version of NumPy, where an error comes from that; else ""."""
    here = f"NumPy {VERSION}, which runs it here,"
    for pattern in (r"module 'numpy' has no attribute '(\w+)'", r"^`np\.(\w+)` was removed",
                    r"cannot import name '(\w+)' from 'numpy'"):
        if found := re.search(pattern, message):
            instead = f": write `{GONE[found[1]]}`" if found[1] in GONE else ""
            return f"{here} has no `np.{found[1]}`{instead}."
    if (found := re.search(r"'numpy\.ndarray' object has no attribute '(\w+)'", message)) and found[1] in METHODS:
        return f"{here} has no `x.{found[1]}`: write `{METHODS[found[1]]}`."
    if (found := re.search(r"unexpected keyword argument '(\w+)'", message)) and found[1] in ARGUMENTS:
        return f"{here} calls `{found[1]}` `{ARGUMENTS[found[1]]}`."
    if error_type in ("TypeError", "ValueError") and LENGTH_ONE.search(message):
        return (f"{here} makes a number only of an array without axes. Where there is one entry, take it out with "
                "`x.item()`; more than one make no number.")
    if "Unable to avoid copy" in message:
        return f"{here} copies nothing with `copy=False`: write `np.asarray(x)`."
    if re.search(r"Python integer .* out of bounds for", message):
        return f"{here} refuses a number that the type cannot hold, where older ones cut it."
    return ""


# --- sizes --------------------------------------------------------------------------------------------------

def about_sizes(spec: Spec, raws: Sequence[Sequence[Raw]], checks: Sequence[Check]) -> list[Diagnosis]:
    """Whether a function fits one size alone: it gives one shape whatever comes in, is right for arguments of one
    shape only, or divides by the number of the example's rows.
    """
    rows = [(case, case_raws[0]) for case, case_raws in zip(spec["cases"], raws, strict=True)
            if case["calls"][0]["of"] == spec["name"] and not any("error" in f for f in case["expected"].values())]
    bad = {c.case for c in checks if not c.passed and c.feature != "quiet"}
    failed = [(case, raw) for case, raw in rows if case["name"] in bad]
    shapes = {case["name"]: _shapes(case) for case, _ in rows}
    if len(failed) < 2 or len(set(shapes.values())) < 2:
        return []
    unfit = sum(_unfit(case, raw) for case, raw in failed)
    kept = {shape for _, raw in rows if (shape := _shape(raw))}
    fits = {shapes[case["name"]] for case, _ in rows if case["name"] not in bad}
    others = {shapes[case["name"]] for case, _ in failed}
    text = ""
    if len(kept) == 1 and any(n > 1 for n in next(iter(kept))) and unfit >= max(2, 2 * len(failed) / 3):
        text = f"it gives the shape {kept.pop()}, or an error, whatever the shapes that come in"
    elif (len(fits) == 1 and unfit and not fits & others and not _hides(fits)
          and 2 * sum("error" in r or _unfit(c, r) for c, r in failed) >= len(failed)):
        text = f"it is right for arguments of the shape {' and '.join(map(str, fits.pop()))}, and fails for others"
    elif (number := _divisor(failed)) and (number > 2 or number in _sizes(rows)):
        text = f"it divides by {number}, however many numbers come in"
    if not text:
        return []
    message = (f"A size of the example seems to be written into `{spec['name']}`: {text}. Take every size from the "
               "arguments, such as `X.shape` or `len(x)`.")
    return [{"id": A_SIZE, "message": message, "cases": [case["name"] for case, _ in failed]}]


def _hides(shapes: set[tuple[tuple[int, ...], ...]]) -> bool:
    """Whether an argument has a side of one entry, which fits everything: what is right there says nothing of sizes."""
    return any(1 in shape for every in shapes for shape in every)


def _shapes(case: CaseSpec) -> tuple[tuple[int, ...], ...]:
    """The shapes of the arguments that are arrays."""
    return tuple(value.shape for arg in case["calls"][0]["args"] if isinstance(value := decode(arg), np.ndarray))


def _sizes(rows: Sequence[tuple[CaseSpec, Raw]]) -> set[int]:
    """The sizes that the cases have: a 2 that none of them has is another matter, such as a half too many."""
    shapes = [shape for case, _ in rows for shape in _shapes(case)]
    return {n for shape in shapes for n in (*shape, int(np.prod(shape)))}


def _shape(raw: Raw) -> tuple[int, ...] | None:
    value = decode(raw["result"]) if "result" in raw else None
    return value.shape if isinstance(value, np.ndarray) else None


def _wanted(case: CaseSpec) -> Any:
    """The one value that a case asks for, or None."""
    values = [decode(feature["value"]) for feature in case["expected"].values() if "value" in feature]
    return values[0] if len(values) == 1 else None


def _unfit(case: CaseSpec, raw: Raw) -> bool:
    """Whether a call failed for a size: an index or a shape that does not fit, or a result of another shape."""
    if "error" in raw:
        return raw["error"]["type"] in ("IndexError", "ValueError") and bool(WRONG_SIZE.search(raw["error"]["message"]))
    shape, wanted = _shape(raw), _wanted(case)
    return shape is not None and isinstance(wanted, np.ndarray) and wanted.shape != shape


def _divisor(failed: Sequence[tuple[CaseSpec, Raw]]) -> int:
    """The number by which all results are divided, where it should be each time the number of rows (or of entries)."""
    found: list[tuple[float, tuple[int, ...]]] = []
    for case, raw in failed:
        shapes, wanted = _shapes(case), _wanted(case)
        if "result" not in raw or not shapes or not isinstance(wanted, (float, np.ndarray, np.floating)):
            return 0
        came = decode(raw["result"])
        if not isinstance(came, (float, np.ndarray, np.floating)) or np.shape(came) != np.shape(wanted):
            return 0
        came, wanted = np.asarray(came, dtype=float), np.asarray(wanted, dtype=float)
        used = np.isfinite(came) & np.isfinite(wanted) & (wanted != 0)
        ratios = came[used] / wanted[used]
        if ratios.size:
            if not np.allclose(ratios, ratios.flat[0], rtol=1e-6):
                return 0
            found.append((float(ratios.flat[0]), shapes[0]))
    for size in (lambda shape: shape[0] if shape else 1, np.prod):
        counts = [size(shape) / ratio if ratio else 0.0 for ratio, shape in found]
        number = round(counts[0]) if counts else 0
        if number > 1 and len({size(shape) for _, shape in found}) > 1 and np.allclose(counts, number):
            return number
    return 0


def with_numpy(error: Raised) -> str:
    """The sentence on NumPy's version as the end of a message."""
    said = about_numpy(error["type"], error["message"])
    return f". {said}" if said else ""

