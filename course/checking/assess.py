"""Compare what a learner's function did with what the reference and the known mistakes do.

`assess(spec, raws)` is a pure function of data: the exercise's specification and the raw observations of its
cases. The notebook's `check` and the grader both call it; only their specifications differ (public or secret
inputs).
"""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

import numpy as np

from course.checking.codec import Undecodable, decode, holds_marker
from course.checking.compare import A_ROW, compare
from course.checking.diagnose import about_sizes, diagnose, with_numpy
from course.checking.features import article
from course.checking.observe import MESSAGE_CAP, PRINT_CAP, Raised, Raw
from course.checking.observers import OBSERVERS
from course.checking.report import Check, Report
from course.checking.telling.differences.rows import arguments
from course.checking.telling.headline import tell
from course.checking.telling.instruments import readings
from course.checking.training import PARTS
from course.checking.types import CaseSpec, Features, Spec
from course.checking.words import brief, call_text, is_whole, short
from course.contents import exercise_topics
from course.quote import cleaned, code_span, literal

NAME_CAP = 80               # characters of a class's or a function's name
SOURCE_CAP = 200            # of a line of a learner's cell
MOST_NAMES = 20             # classes that an exception comes from; arguments that were changed
MOST_WARNINGS = 8
LAST_LINE = 1_000_000       # of a cell


def assess(spec: Spec, raws: Sequence[Sequence[object]], problem: str = "", words: bool = True,
           ask: Callable[[], Sequence[object]] | None = None) -> Report:
    """The Report of an exercise.

    Parameters
    ----------
    spec : Spec
        One of ``course/data/exercises``, or one like it with other inputs.
    raws : list over cases of list over calls of dict
        From `observe.observe`. A call that was not made is None.
    problem : str
        A reason why the exercise as a whole could not be checked; the score is then 0.
    words : bool
        Whether diagnoses, headline and the calls in words are wanted too. They quote inputs: on a class's own cases
        nothing of them is ever shown.
    ask : function or None
        Makes the calls of the specification's probes and returns the raw observations; only called after a failure.
    """
    report = Report(spec["name"], spec["points"], problem=problem)
    sound = [[_sound(raw) for raw in case_raws] for case_raws in raws] if raws else []
    own = [raw for case, case_raws in zip(spec["cases"], sound, strict=bool(sound))
           for call, raw in zip(case["calls"], case_raws, strict=True) if call["of"] == spec["name"]]
    if not problem and own:
        report.problem, report.unwritten = _whole(spec["name"], own)
        report.printed = next((raw["printed"] for raw in own if raw.get("printed")), "")
    if report.problem or not own:
        report.checks = _unchecked(spec, report.problem)
        return report
    seen = [observed(spec, case, case_raws) for case, case_raws in zip(spec["cases"], sound, strict=True)]
    for case, case_raws, features in zip(spec["cases"], sound, seen, strict=True):
        report.checks += _case_checks(spec, case, case_raws, features, words)
    report.checks = _withhold_rest(spec, seen, _withhold_errors(spec, report.checks))
    report.checks += _untouched_check(spec, sound, report.checks)
    if words and not all(c.passed for c in report.checks):
        blamed = [c.message for c in report.checks if c.feature == PARTS and c.message][:1]
        report.diagnoses = (diagnose(spec, seen) or [{"id": "a-part", "message": message} for message in blamed]
                            or about_sizes(spec, sound, report.checks))
        with contextlib.suppress(Exception):            # whatever a learner returns, the check goes on
            asked = [_sound(raw) for raw in ask()] if ask is not None else []
            reading = readings(spec, sound, asked, partial(observed, spec))
            report.told = tell(spec, seen, sound, report.checks, report.diagnoses, reading)
    return report


def _sound(raw: object) -> Raw:
    """A raw observation that can be read, whatever was sent: the other side is not trusted."""
    nothing: Raw = {"mutated": [], "warnings": [], "printed": "", "global_rng": False}
    if not isinstance(raw, dict):
        return {"lost": "the call was not made"} | nothing
    try:
        sound: Raw = {"mutated": [_place(place) for place in islice(raw.get("mutated", ()), MOST_NAMES)],
                       "warnings": [cleaned(w, MESSAGE_CAP) for w in islice(raw.get("warnings", ()), MOST_WARNINGS)],
                       "printed": cleaned(raw.get("printed", ""), PRINT_CAP), "global_rng": bool(raw.get("global_rng")),
                       "origins": [[str(place)[:SOURCE_CAP], str(line)[:SOURCE_CAP]]
                                   for place, line in islice(raw.get("origins", ()), MOST_WARNINGS)]}
        if "result" in raw:
            decode(raw["result"])
            if holds_marker(raw["result"]):
                raise Undecodable("a marker where a value is asked for")
            sound["result"] = raw["result"]
        elif "error" in raw:
            error = raw["error"]
            sound["error"] = {"type": cleaned(error["type"], NAME_CAP),
                              "message": cleaned(error["message"], MESSAGE_CAP),
                              "mro": [cleaned(c, NAME_CAP) for c in islice(error["mro"], MOST_NAMES)],
                              "line": line_number(error.get("line")),
                              "source": cleaned(error.get("source", ""), SOURCE_CAP),
                              "where": cleaned(error.get("where", ""), NAME_CAP)}
        elif "timeout" in raw:
            sound["timeout"] = float(raw["timeout"])
        elif "missing" in raw:
            sound["missing"] = True
        elif "not_callable" in raw:
            sound["not_callable"] = cleaned(raw["not_callable"], NAME_CAP)
        else:
            sound["lost"] = cleaned(raw.get("lost", "the call gave no result"), SOURCE_CAP)
        return sound
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):     # and Undecodable
        return {"lost": "the call's result could not be read"} | nothing


def line_number(line: object) -> int | None:
    """The number of a line in a cell, None where what was sent cannot be one."""
    return line if type(line) is int and 0 < line < LAST_LINE else None


def _place(place: object) -> int | str:
    """Where a changed argument stood, by position or by name; what cannot be either is only known to be one."""
    return place if type(place) is int and 0 <= place < MOST_NAMES else cleaned(place, NAME_CAP)


def _whole(name: str, every: Sequence[Raw]) -> tuple[str, bool]:
    """A problem that stops every check, and whether the function is still the stub."""
    raw = every[0]
    if "missing" in raw:
        return (f"There is no function `{name}` yet. Run the cell that defines it (and check its name), "
                f"then run this cell again."), False
    if "not_callable" in raw:
        return (f"`{name}` is not a function but {literal(article(raw['not_callable']))}: "
                f"something was assigned to that name."), False
    if all("error" in r and _unwritten(r["error"]) for r in every):
        where = every[0]["error"]["where"]
        if where and where != name and where.isidentifier():
            return f"`{name}` calls `{where}`, which is not written yet. Write that first.", False
        return f"`{name}` is not written yet. Replace the line that raises NotImplementedError.", True
    return "", False


def _unwritten(error: Raised) -> bool:
    """Whether the line of a stub raised this. A framework raises NotImplementedError too, from inside of itself."""
    if error["type"] != "NotImplementedError" or "not implemented for" in error["message"]:
        return False
    return not error["source"] or "NotImplementedError" in error["source"]


def _unchecked(spec: Spec, problem: str) -> list[Check]:
    until = f"not checked until `{spec['name']}` can be called"
    checks: list[Check] = []
    for case in spec["cases"]:
        checks += [Check(case["name"], feature, "defined", False, weight, until, checked=False)
                   for feature, weight in _weights(spec, case)]
    if spec["untouched"]:
        checks.append(Check("inputs", "untouched", "defined", False, spec["untouched"], until, checked=False))
    return checks


def _weights(spec: Spec, case: CaseSpec) -> list[tuple[str, float]]:
    """The features of a case with their weights: its weight in (equal) parts, and that of its warnings check."""
    parts = {name: spec.get("weights", {}).get(name, 1.0) for name in case["expected"]}
    whole = sum(parts.values())
    return [(name, case["weight"] * part / whole) for name, part in parts.items()] + (
        [("quiet", case["quiet"])] if case.get("quiet") else [])


def observed(spec: Spec, case: CaseSpec, raws: Sequence[Raw]) -> Features:
    """All features of a case, the ones that every exercise has included."""
    features = OBSERVERS[spec.get("features", "value")](spec, case, raws)
    if case.get("quiet"):
        features["quiet"] = {"value": not any(warned(spec["name"], raw) for raw in raws)}
    features["untouched"] = {"value": not any(raw.get("mutated") for raw in raws)}
    return features


def _case_checks(spec: Spec, case: CaseSpec, raws: Sequence[Raw], features: Features, words: bool) -> list[Check]:
    call = call_text(case) if words else ""
    raw = next((r for r in raws if "result" not in r), raws[0])
    checks: list[Check] = []
    for name, weight in _weights(spec, case):
        if name == "quiet":
            checks.append(_quiet_check(case, raws, weight, call, checks))
            continue
        expected, got = case["expected"][name], features.get(name, {"bad": "it is missing from the result"})
        stage, fault = compare(spec, name, expected, got)
        if stage == "runs" and fault and "error" in raw:
            fault += _where(raw["error"]) + with_numpy(raw["error"])
        came, asked = (brief(got), brief(expected)) if words else ("", "")
        if words and (row := A_ROW.match(fault)):
            came, asked = f"row [{row[1]}] is {row[2]}", row[3]
            fault += _row_given(spec, case, int(row[1]), int(row[4]) + 1) if not is_whole(call) else ""
        checks.append(Check(case["name"], name, stage, not fault, weight, fault, came, asked, call))
    return checks


def _where(error: Raised) -> str:
    text = f": {literal(error['message'])}" if error["message"] else ""
    if not error.get("line") or not error["source"]:
        return text
    return f"{text} (line {error['line']}: {code_span(error['source'])})"


def _row_given(spec: Spec, case: CaseSpec, row: int, n: int) -> str:
    """That row of the arguments that have as many rows as the result, of a call that is too long to be shown."""
    given = [f"`{name}` has {short(value[row])} there" for name, value in arguments(spec, case).items()
             if isinstance(value, np.ndarray) and value.ndim in (1, 2) and len(value) == n]
    return f"; {', '.join(given)}" if given else ""


def _quiet_check(case: CaseSpec, raws: Sequence[Raw], weight: float, call: str, others: Sequence[Check]) -> Check:
    if not all(c.passed for c in others):
        return Check(case["name"], "quiet", "no warnings", False, weight, "not checked until the value is right",
                     call=call, checked=False)
    said = sorted({w for raw in raws for w in warned(case["calls"][0]["of"], raw)})
    fault = f"the value is right, but NumPy warns: {'; '.join(map(literal, said))}" if said else ""
    return Check(case["name"], "quiet", "no warnings", not said, weight, fault, call=call)


def warned(name: str, raw: Raw) -> list[str]:
    """The warnings of a call that count here. What another exercise's function warns of is charged to that one."""
    texts, origins = raw.get("warnings", []), raw.get("origins", [])
    if not texts or len(origins) != len(texts) or all(origin[0] in ("", name) for origin in origins):
        return texts
    others = exercise_topics().keys() - {name}
    return [text for text, origin in zip(texts, origins, strict=True) if origin[0] not in others]


def _withhold_errors(spec: Spec, checks: list[Check]) -> list[Check]:
    """An error that is asked for counts only beside a value that is right: a function that always raises gets 0."""
    raising = {case["name"] for case in spec["cases"] if any("error" in f for f in case["expected"].values())}
    if len(raising) == len(spec["cases"]) or any(c.passed for c in checks if c.case not in raising):
        return checks
    for check in checks:
        if check.passed:
            check.passed, check.checked = False, False
            check.message = "not counted until a call without an error gives the right value"
    return checks


def _withhold_rest(spec: Spec, seen: Sequence[Features], checks: list[Check]) -> list[Check]:
    """Where an essential feature is wrong, nothing of its case counts; where it never is right, of no other case.

    Weights drawn without their scale have a mean of 0 too, and differ with the seed: that alone earns nothing.
    """
    for name, forfeits in spec.get("essential", {}).items():
        lost = {case["name"]: _forfeited(name, forfeits, features, checks, case["name"])
                for case, features in zip(spec["cases"], seen, strict=True) if name in case["expected"]}
        withheld = {case for case, gone in lost.items() if gone}
        if lost and all(lost.values()):
            withheld = {case["name"] for case in spec["cases"]}
        for check in checks:
            if check.passed and check.case in withheld:
                check.passed, check.checked = False, False
                check.message = f"not counted until this is right: {name}"
    return checks


def _forfeited(name: str, forfeits: Sequence[str], features: Features, checks: Sequence[Check], case: str) -> bool:
    right = any(c.passed for c in checks if c.case == case and c.feature == name)
    return not right and (not forfeits or features[name].get("value", forfeits[0]) in forfeits)


def _untouched_check(spec: Spec, raws: Sequence[Sequence[Raw]], checks: Sequence[Check]) -> list[Check]:
    """One check over all cases: the arguments are as they were. Counted where the value is right."""
    if not spec["untouched"]:
        return []
    right = [all(c.passed for c in checks if c.case == case["name"] and c.feature != "quiet")
             for case in spec["cases"]]
    touched = [any(raw["mutated"] for raw in case_raws) for case_raws in raws]
    total = sum(case["weight"] for case in spec["cases"])
    kept = sum(case["weight"] for case, r, t in zip(spec["cases"], right, touched, strict=True) if r and not t)
    share = spec["untouched"] * kept / total
    out = []
    if share:
        out.append(Check("inputs", "untouched", "inputs untouched", True, share))
    rest = spec["untouched"] - share
    if any(touched):
        first = spec["cases"][touched.index(True)]
        where = next(raw["mutated"] for raw in raws[touched.index(True)] if raw["mutated"])
        out.append(Check("inputs", "untouched", "inputs untouched", False, rest,
                         f"the call changed its own argument{_which(spec, where)}: whoever called it still needs "
                         f"the old values. Make a new array instead of writing into the given one.",
                         call=call_text(first)))
    elif rest > 1e-12:
        out.append(Check("inputs", "untouched", "inputs untouched", False, rest,
                         "not checked until the values are right", checked=False))
    return out


def _which(spec: Spec, where: Sequence[int | str]) -> str:
    names = [p.split("=")[0].strip() for p in spec["signature"].split("(", 1)[1].rstrip(")").split(",")]
    meant = [names[w] if isinstance(w, int) and w < len(names) else w for w in where]
    named = [name for name in dict.fromkeys(meant) if name in names]       # a name of ours, not what was sent
    return "s" * (len(named) > 1) + " " + ", ".join(f"`{n}`" for n in named) if named else ""
