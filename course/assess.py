"""Compare what a learner's function did with what the reference and the known mistakes do.

`assess(spec, raws)` is a pure function of data: the exercise's specification and the raw observations of its
cases. The notebook's `check` and the grader both call it; only their specifications differ (public or secret
inputs).
"""

from dataclasses import dataclass, field

import numpy as np

import course.draws  # enters its observers too
from course.codec import Opaque, Unreadable, decode, holds_marker
from course.features import OBSERVERS, article, failure, kind_of

ERROR_ASKED = "is asked for here"
SMALL_ARRAY = 12            # entries up to which an array is shown whole
STAGES = ("defined", "callable", "runs", "type", "shape", "dtype", "finite", "value",
          "inputs untouched", "no warnings")


@dataclass
class Check:
    """One line of a result: a feature of a case, the stage that it reached, and what to say of it."""

    case: str
    feature: str
    stage: str
    passed: bool
    weight: float
    message: str = ""
    got: str = ""
    expected: str = ""
    call: str = ""
    checked: bool = True        # False: "not checked until …"


@dataclass
class Report:
    """The outcome of an exercise: every check, the mistakes recognised, and a score in [0, 1]."""

    name: str
    max_points: float
    checks: list = field(default_factory=list)
    diagnoses: list = field(default_factory=list)       # [{"id", "message", "cases"}], the likeliest first
    problem: str = ""                                    # why nothing could be checked, if so
    unwritten: bool = False                              # the stub, as it was given out
    printed: str = ""
    causes: list = field(default_factory=list)           # the learner's functions it calls that fail themselves

    @property
    def score(self):
        total = sum(c.weight for c in self.checks)
        got = sum(c.weight for c in self.checks if c.passed)
        return got / total if total and not self.problem else 0.0

    @property
    def points(self):
        return round(self.score * self.max_points, 2)

    @property
    def passed(self):
        return bool(self.checks) and not self.problem and all(c.passed for c in self.checks)

    def first_failure(self):
        return next((c for c in self.checks if not c.passed and c.checked), None)

    def to_dict(self):
        return {"name": self.name, "score": round(self.score, 6), "points": self.points,
                "max_points": self.max_points, "passed": self.passed, "problem": self.problem,
                "unwritten": self.unwritten, "diagnoses": self.diagnoses,
                "checks": [vars(c) for c in self.checks]}

    def text(self):
        from course.cards import report_text
        return report_text(self)

    def html(self):
        from course.cards import report_html
        return report_html(self)


def assess(spec, raws, problem=""):
    """The Report of an exercise.

    Parameters
    ----------
    spec : dict
        As `autograder.specify` makes it and ``course/data/exercises`` holds it.
    raws : list over cases of list over calls of dict
        From `observe.observe`. A call that was not made is None.
    problem : str
        A reason why the exercise as a whole could not be checked; the score is then 0.
    """
    report = Report(spec["name"], spec["points"], problem=problem)
    raws = [[_sound(raw) for raw in case_raws] for case_raws in raws] if raws else []
    own = [raw for case, case_raws in zip(spec["cases"], raws, strict=bool(raws))
           for call, raw in zip(case["calls"], case_raws, strict=True) if call["of"] == spec["name"]]
    if not problem and own:
        report.problem, report.unwritten = _whole(spec["name"], own)
        report.printed = next((raw["printed"] for raw in own if raw.get("printed")), "")
    if report.problem or not own:
        report.checks = _unchecked(spec, report.problem)
        return report
    seen = [observed(spec, case, case_raws) for case, case_raws in zip(spec["cases"], raws, strict=True)]
    for case, case_raws, features in zip(spec["cases"], raws, seen, strict=True):
        report.checks += _case_checks(spec, case, case_raws, features)
    report.checks = _withhold_errors(spec, report.checks)
    report.checks += _untouched_check(spec, raws, report.checks)
    if not all(c.passed for c in report.checks):
        blamed = [c.message for c in report.checks if c.feature == course.draws.PARTS and c.message][:1]
        report.diagnoses = diagnose(spec, seen) or [{"id": "a-part", "message": message} for message in blamed]
    return report


def _sound(raw):
    """A raw observation that can be read, whatever was sent: the other side is not trusted."""
    nothing = {"mutated": [], "warnings": [], "printed": "", "global_rng": False}
    if not isinstance(raw, dict):
        return {"lost": "the call was not made"} | nothing
    try:
        sound = {"mutated": list(raw.get("mutated", [])), "warnings": [str(w) for w in raw.get("warnings", [])],
                 "printed": str(raw.get("printed", ""))[:2000], "global_rng": bool(raw.get("global_rng"))}
        if "result" in raw:
            decode(raw["result"])
            if holds_marker(raw["result"]):
                raise Unreadable("a marker where a value is asked for")
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
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):     # and Unreadable
        return {"lost": "the call's result could not be read"} | nothing


def _whole(name, every):
    """A problem that stops every check, and whether the function is still the stub."""
    raw = every[0]
    if "missing" in raw:
        return (f"There is no function `{name}` yet. Run the cell that defines it (and check its name), "
                f"then run this cell again."), False
    if "not_callable" in raw:
        return (f"`{name}` is not a function but {article(raw['not_callable'])}: "
                f"something was assigned to that name."), False
    if all(r.get("error", {}).get("type") == "NotImplementedError" for r in every):
        where = every[0]["error"]["where"]
        if where and where != name and where.isidentifier():
            return f"`{name}` calls `{where}`, which is not written yet. Write that first.", False
        return f"`{name}` is not written yet. Replace the line that raises NotImplementedError.", True
    return "", False


def _unchecked(spec, problem):
    until = f"not checked until `{spec['name']}` can be called"
    checks = []
    for case in spec["cases"]:
        checks += [Check(case["name"], feature, "defined", False, weight, until, checked=False)
                   for feature, weight in _weights(spec, case)]
    if spec["untouched"]:
        checks.append(Check("inputs", "untouched", "defined", False, spec["untouched"], until, checked=False))
    return checks


def _weights(spec, case):
    """The features of a case with their weights: its weight in (equal) parts, and that of its warnings check."""
    parts = {name: spec.get("weights", {}).get(name, 1.0) for name in case["expected"]}
    whole = sum(parts.values())
    return [(name, case["weight"] * part / whole) for name, part in parts.items()] + (
        [("quiet", case["quiet"])] if case.get("quiet") else [])


def observed(spec, case, raws):
    """All features of a case, the ones that every exercise has included."""
    features = OBSERVERS[spec.get("features", "value")](spec, case, raws)
    if case.get("quiet"):
        features["quiet"] = {"value": not any(raw.get("warnings") for raw in raws)}
    features["untouched"] = {"value": not any(raw.get("mutated") for raw in raws)}
    return features


def _case_checks(spec, case, raws, features):
    call = _call_text(case)
    raw = next((r for r in raws if "result" not in r), raws[0])
    checks = []
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


def _where(error):
    text = f": {error['message']}" if error["message"] else ""
    return text + (f" (line {error['line']}: `{error['source']}`)" if error.get("line") and error["source"] else "")


def _quiet_check(case, raws, weight, call, others):
    if not all(c.passed for c in others):
        return Check(case["name"], "quiet", "no warnings", False, weight, "not checked until the value is right",
                     call=call, checked=False)
    said = sorted({w for raw in raws for w in raw["warnings"]})
    fault = f"the value is right, but NumPy warns: {'; '.join(said)}" if said else ""
    return Check(case["name"], "quiet", "no warnings", not said, weight, fault, call=call)


def _withhold_errors(spec, checks):
    """An error that is asked for counts only beside a value that is right: a function that always raises gets 0."""
    raising = {case["name"] for case in spec["cases"] if any("error" in f for f in case["expected"].values())}
    if len(raising) == len(spec["cases"]) or any(c.passed for c in checks if c.case not in raising):
        return checks
    for check in checks:
        if check.passed:
            check.passed, check.checked = False, False
            check.message = "not counted until a call without an error gives the right value"
    return checks


def _untouched_check(spec, raws, checks):
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
                         call=_call_text(first)))
    elif rest > 1e-12:
        out.append(Check("inputs", "untouched", "inputs untouched", False, rest,
                         "not checked until the values are right", checked=False))
    return out


def _which(spec, where):
    names = [p.split("=")[0].strip() for p in spec["signature"].split("(", 1)[1].rstrip(")").split(",")]
    named = [names[w] if isinstance(w, int) and 0 <= w < len(names) else str(w) for w in where]
    return "s" * (len(named) > 1) + " " + ", ".join(f"`{n}`" for n in named) if named else ""


# --- comparison ---------------------------------------------------------------------------------------------

def compare(spec, name, expected, got):
    """Stage reached and, where that is a failure, what is wrong ("" where all is well)."""
    if "error" in expected:
        wanted = expected["error"]
        if "error" in got:
            return ("runs", "") if wanted in got.get("mro", [got["error"]]) else (
                "runs", f"it raises {got['error']} where {wanted} is asked for")
        back = got["bad"] if "bad" in got else f"it returns {short(decode(got['value']))}"
        return "runs", f"{wanted} {ERROR_ASKED}: {back}"
    if "error" in got:
        return "runs", f"it raises {got['error']}"
    if "bad" in got:
        return "type", got["bad"]
    rtol, atol = spec.get("tolerances", {}).get(name, (spec["rtol"], spec["atol"]))
    accept = spec.get("accept", {}).get(name)
    return _compare(decode(expected["value"]), decode(got["value"]), rtol, atol, accept)


def _compare(want, got, rtol, atol, accept=None, place=""):
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
        return "value", "" if same else f"{want!r} is asked for{at}; {short(got)} came back"
    if isinstance(want, (bool, np.bool_)):
        same = _is_scalar(got) and got == want
        return "value", "" if same else f"this {'does not hold' if want else 'should not be so'}{at}"
    return _compare_numbers(want, got, rtol, atol, accept, at)


def _is_scalar(value):
    return isinstance(value, (bool, int, float, np.number, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0)


def _compare_numbers(want, got, rtol, atol, accept, at):
    scalar = not isinstance(want, np.ndarray)
    if accept == "sequence" and isinstance(got, (list, tuple)) and all(map(_is_scalar, got)):
        got = np.array(got)
    if scalar and not _is_scalar(got):
        return "type", f"a single number is asked for{at}; {kind_of(got)} came back"
    if not scalar and not isinstance(got, np.ndarray) and not (want.ndim == 0 and _is_scalar(got)):
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
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    spot = "".join(f"[{i}]" for i in index)
    came, asked = _told_apart(got[index], want[index])
    return "value", (f"entry {at.removeprefix(' at ')}{spot} is {came}, not {asked} "
                     f"({int((~close).sum())} of {want.size} entries differ)")


def _told_apart(got, want):
    """Both values with as many digits as it takes to see that they differ."""
    for digits in (5, 9, 17):
        came, asked = short(got, digits), short(want, digits)
        if came != asked:
            break
    return came, asked


# --- diagnosis ----------------------------------------------------------------------------------------------

def same(spec, name, a, b):
    """Whether two features are the same outcome: for matching a learner's with a mistake's."""
    if "error" in a or "error" in b:
        return a.get("error") == b.get("error")
    if "bad" in a or "bad" in b:
        return a.get("bad") == b.get("bad")
    rtol, atol = spec.get("tolerances", {}).get(name, (spec["rtol"], spec["atol"]))
    return _alike(decode(a["value"]), decode(b["value"]), rtol, atol)


def _alike(a, b, rtol, atol):
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


def diagnose(spec, seen):
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
    named, left = [], failed
    while candidates:
        candidates.sort(key=lambda c: -len(c[0] & left))
        cells, identity, message = candidates.pop(0)
        if not cells & left:
            break
        named.append({"id": identity, "message": message,
                      "cases": [spec["cases"][i]["name"] for i in sorted({i for i, _ in cells})]})
        left = left - cells
    return named


def _all_expected(case):
    """What every case expects beyond its own features: arguments left alone, and no warnings where that counts."""
    return case["expected"] | {"untouched": {"value": True}} | ({"quiet": {"value": True}} if case.get("quiet") else {})


def cause(name, others):
    """What to say where a function depends on others that fail their own check; "" where there are none."""
    if not others:
        return ""
    which = " and ".join(f"`{other}`" for other in others)
    fails = "it, and it does not pass its" if len(others) == 1 else "them, and they do not pass their"
    return f"Look at your {which} first: `{name}` depends on {fails} own check."


# --- words --------------------------------------------------------------------------------------------------

def short(value, digits=5):
    """A value in few characters."""
    if isinstance(value, np.ndarray):
        if value.ndim and value.size > SMALL_ARRAY:
            return f"an array of shape {value.shape}"
        return _listed(value.tolist(), digits)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        if value == round(value, 1) and abs(value) < 1e6:
            return f"{value:.1f}"
        return f"{value:.{digits}g}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(short(v, digits) for v in value[:6]) + (", …" if len(value) > 6 else "")
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, str):
        return repr(value[:60])
    return str(value) if not isinstance(value, Opaque) else kind_of(value)


def _listed(value, digits):
    """An array as a learner would type it."""
    if isinstance(value, list):
        return "[" + ", ".join(_listed(v, digits) for v in value) + "]"
    return short(value, digits)


def brief(feature):
    if "error" in feature:
        return feature["error"]
    return feature["bad"] if "bad" in feature else short(decode(feature["value"]))


def _call_text(case):
    parts = []
    for call in case["calls"][:2]:
        args = [_argument(decode(a)) for a in call["args"]]
        args += [f"{k}={_argument(decode(v))}" for k, v in call.get("kwargs", {}).items()]
        parts.append(f"{call['of']}({', '.join(args)})")
    return ", then ".join(parts)


def _argument(value):
    if type(value).__name__ == "Rng":
        return f"np.random.default_rng({value.seed})"
    if type(value).__name__ == "Named":
        return _callable_text(value.name, value.parameters)
    if isinstance(value, np.ndarray) and not (value.ndim and value.size > SMALL_ARRAY):
        return f"np.array({short(value)})"
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, tuple, list)) for v in value):
        inner = ", ".join(map(_argument, value)) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return short(value)


def _callable_text(name, parameters):
    """A function argument as a learner would type it."""
    if name == "poly":
        return f"np.polynomial.Polynomial({list(parameters)})"
    if name == "sum_of":
        return f"lambda x: np.sum({_callable_text(parameters[0], parameters[1:])}(x))"
    return f"np.{name}"


def failed_call(raw):
    """What went wrong with a call that has no result, in words."""
    feature = failure(raw)
    return feature.get("bad") or feature["error"]
