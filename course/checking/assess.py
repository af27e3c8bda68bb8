"""Compare what a learner's function did with what the reference and the known mistakes do.

`assess(spec, raws)` is a pure function of data: the exercise's specification and the raw observations of its
cases. The notebook's `check` and the grader both call it; only their specifications differ (public or secret
inputs).
"""

from collections.abc import Sequence

from course.checking.codec import Undecodable, decode, holds_marker
from course.checking.compare import compare
from course.checking.diagnose import diagnose
from course.checking.features import article
from course.checking.observe import Raised, Raw
from course.checking.observers import OBSERVERS
from course.checking.report import Check, Report
from course.checking.training import PARTS
from course.checking.types import CaseSpec, Features, Spec
from course.checking.words import brief, call_text
from course.quote import code_span, literal


def assess(spec: Spec, raws: Sequence[Sequence[object]], problem: str = "") -> Report:
    """The Report of an exercise.

    Parameters
    ----------
    spec : Spec
        As `autograder.lessons.specify` makes it and ``course/data/exercises`` holds it.
    raws : list over cases of list over calls of dict
        From `observe.observe`. A call that was not made is None.
    problem : str
        A reason why the exercise as a whole could not be checked; the score is then 0.
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
        report.checks += _case_checks(spec, case, case_raws, features)
    report.checks = _withhold_errors(spec, report.checks)
    report.checks += _untouched_check(spec, sound, report.checks)
    if not all(c.passed for c in report.checks):
        blamed = [c.message for c in report.checks if c.feature == PARTS and c.message][:1]
        report.diagnoses = diagnose(spec, seen) or [{"id": "a-part", "message": message} for message in blamed]
    return report


def _sound(raw: object) -> Raw:
    """A raw observation that can be read, whatever was sent: the other side is not trusted."""
    nothing: Raw = {"mutated": [], "warnings": [], "printed": "", "global_rng": False}
    if not isinstance(raw, dict):
        return {"lost": "the call was not made"} | nothing
    try:
        sound: Raw = {"mutated": list(raw.get("mutated", [])), "warnings": [str(w) for w in raw.get("warnings", [])],
                      "printed": str(raw.get("printed", ""))[:2000], "global_rng": bool(raw.get("global_rng"))}
        if "result" in raw:
            decode(raw["result"])
            if holds_marker(raw["result"]):
                raise Undecodable("a marker where a value is asked for")
            sound["result"] = raw["result"]
        elif "error" in raw:
            error = raw["error"]
            sound["error"] = {"type": str(error["type"])[:80], "message": str(error["message"])[:400],
                              "mro": [str(c) for c in error["mro"]][:20], "line": error.get("line"),
                              "source": str(error.get("source", ""))[:200],
                              "where": str(error.get("where", ""))[:80]}
        elif "timeout" in raw:
            sound["timeout"] = float(raw["timeout"])
        elif "missing" in raw:
            sound["missing"] = True
        elif "not_callable" in raw:
            sound["not_callable"] = str(raw["not_callable"])[:80]
        else:
            sound["lost"] = str(raw.get("lost", "the call gave no result"))[:200]
        return sound
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):     # and Undecodable
        return {"lost": "the call's result could not be read"} | nothing


def _whole(name: str, every: Sequence[Raw]) -> tuple[str, bool]:
    """A problem that stops every check, and whether the function is still the stub."""
    raw = every[0]
    if "missing" in raw:
        return (f"There is no function `{name}` yet. Run the cell that defines it (and check its name), "
                f"then run this cell again."), False
    if "not_callable" in raw:
        return (f"`{name}` is not a function but {literal(article(raw['not_callable']))}: "
                f"something was assigned to that name."), False
    if all(r.get("error", {}).get("type") == "NotImplementedError" for r in every):
        where = every[0]["error"]["where"]
        if where and where != name and where.isidentifier():
            return f"`{name}` calls `{where}`, which is not written yet. Write that first.", False
        return f"`{name}` is not written yet. Replace the line that raises NotImplementedError.", True
    return "", False


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
        features["quiet"] = {"value": not any(raw.get("warnings") for raw in raws)}
    features["untouched"] = {"value": not any(raw.get("mutated") for raw in raws)}
    return features


def _case_checks(spec: Spec, case: CaseSpec, raws: Sequence[Raw], features: Features) -> list[Check]:
    call = call_text(case)
    raw = next((r for r in raws if "result" not in r), raws[0])
    checks: list[Check] = []
    for name, weight in _weights(spec, case):
        if name == "quiet":
            checks.append(_quiet_check(case, raws, weight, call, checks))
            continue
        expected, got = case["expected"][name], features.get(name, {"bad": "it is missing from the result"})
        stage, fault = compare(spec, name, expected, got)
        if stage == "runs" and fault and "error" in raw:
            fault += _where(raw["error"])
        checks.append(Check(case["name"], name, stage, not fault, weight, fault, brief(got), brief(expected), call))
    return checks


def _where(error: Raised) -> str:
    text = f": {literal(error['message'])}" if error["message"] else ""
    if not error.get("line") or not error["source"]:
        return text
    return f"{text} (line {literal(str(error['line']))}: {code_span(error['source'])})"


def _quiet_check(case: CaseSpec, raws: Sequence[Raw], weight: float, call: str, others: Sequence[Check]) -> Check:
    if not all(c.passed for c in others):
        return Check(case["name"], "quiet", "no warnings", False, weight, "not checked until the value is right",
                     call=call, checked=False)
    said = sorted({w for raw in raws for w in raw["warnings"]})
    fault = f"the value is right, but NumPy warns: {'; '.join(map(literal, said))}" if said else ""
    return Check(case["name"], "quiet", "no warnings", not said, weight, fault, call=call)


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
    named = [names[w] if isinstance(w, int) and 0 <= w < len(names) else str(w) for w in where]
    return "s" * (len(named) > 1) + " " + ", ".join(f"`{n}`" for n in named) if named else ""
