"""Turn exercises into data: inputs, expected features, and what every known mistake gives instead."""

import functools
import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.lessons import catalogue
from autograder.lessons.catalogue import LessonFault, Program
from autograder.lessons.exercise import PUBLIC_SEED, Case, Draws, Exercise
from autograder.problems import near
from course.checking.assess import observed
from course.checking.codec import Named, decode
from course.checking.compare import same
from course.checking.observe import Raw, observe
from course.checking.telling import trials
from course.checking.telling.differences.rows import arguments
from course.checking.telling.instruments import base_of, moved, probes
from course.checking.types import CaseSpec, Features, Probe, Spec

Seen = dict[str, list[list[Raw]]]       # what each mistake did: the observations of the calls of each case

PATIENCE = 30.0             # seconds for a call of an author's program: one that never ends is told, not waited for


def specification(topic: str, seed: int | str | None = None, mistakes: bool = True) -> dict[str, dict[str, Spec]]:
    """``{"exercises": {name: spec}}`` of a lesson. `seed` None: the public one, whose cases learners have.

    `mistakes`: with what each known mistake gives. Marks do not need it, and it is half of the work.
    """
    return _specification(topic, seed, mistakes, catalogue.home(topic))


@functools.cache
def _specification(topic: str, seed: int | str | None, mistakes: bool, home: Path) -> dict[str, dict[str, Spec]]:
    specs = {name: specify(topic, exercise, PUBLIC_SEED if seed is None else seed, mistakes)
             for name, exercise in catalogue.exercises(topic).items()}
    _known_names(topic, specs)
    return {"exercises": specs}


def specify(topic: str, exercise: Exercise, seed: int | str, mistakes: bool = True, seen: Seen | None = None) -> Spec:
    """The specification of one exercise as JSON-able data. See `course.checking.assess`.

    A class's cases may happen to have the published answers: then others are drawn. `seen` is filled with what each
    known mistake did, for who wants to judge it without calling it again.

    Raises LessonFault where the cases make no sense: the reference has to give a result on each, and an error only
    where the case says so.
    """
    seen = {} if seen is None else seen
    made = _specified(topic, exercise, Draws(seed, exercise.name), mistakes, seen)
    if seed == PUBLIC_SEED or exercise.features != "value":
        return made
    public = _specification(topic, None, False, catalogue.home(topic))["exercises"].get(exercise.name)
    published = [(_forms(case), case["expected"]) for case in public["cases"]] if public else []
    share, again = _answered(made, published), 0
    while share > exercise.table[0]:
        again += 1
        anew: Seen = {}
        other = _specified(topic, exercise, Draws(seed, exercise.name, again), mistakes, anew)
        less = _answered(other, published)
        if less >= share:               # it is not by chance
            break
        made, share = other, less
        seen.clear()
        seen.update(anew)
    return made


def _answered(spec: Spec, published: list[tuple[Any, Features]]) -> float:
    """The share of the weight that has the answers of a published case whose arguments look the same."""
    def known(case: CaseSpec) -> bool:
        return any(forms == _forms(case) and expected.keys() == case["expected"].keys()
                   and all(same(spec, k, expected[k], case["expected"][k]) for k in expected)
                   for forms, expected in published)
    return (sum(case["weight"] for case in spec["cases"] if known(case))
            / sum(case["weight"] for case in spec["cases"]))


def _forms(case: CaseSpec) -> list[Any]:
    return [[form(decode(value)) for value in (*call["args"], *call.get("kwargs", {}).values())]
            for call in case["calls"]]


def form(value: Any) -> Any:
    """An argument without its numbers: kinds, shapes, lengths and names."""
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value):
            return type(value).__name__, len(value)
        return type(value).__name__, tuple(map(form, value))
    if isinstance(value, np.ndarray):
        return value.shape
    return str(value) if isinstance(value, (str, bool, Named)) else "a number" * isinstance(value, (int, float))


def _specified(topic: str, exercise: Exercise, rng: Draws, mistakes: bool, seen: Seen) -> Spec:
    name = exercise.name
    if name not in catalogue.references(topic):
        raise LessonFault(f"{catalogue.place(topic, 'exercises', name)}: no reference {name!r} in "
                          f"{topic}/solutions.py{near(name, catalogue.references(topic))}")
    reference = catalogue.references(topic)[name]
    wrong = catalogue.mistakes(topic).get(name, {}) if mistakes else {}
    spec: Spec = {
        "name": name,
        "topic": topic,
        "signature": f"{name}{inspect.signature(reference)}",
        "points": exercise.points,
        "seconds": exercise.seconds,
        "components": list(exercise.components) or None,
        "features": exercise.features,
        "rtol": exercise.rtol,
        "atol": exercise.atol,
        "tolerances": {k: list(v) for k, v in exercise.tolerances.items()},
        "accept": exercise.accept,
        "weights": exercise.weights,
        "essential": {name: list(values) for name, values in exercise.essential.items()},
        "untouched": exercise.untouched,
        "mistakes": {identity: {"message": told, "variant": variant} if variant else {"message": told}
                     for identity, (told, variant) in catalogue.mistake_messages(topic).get(name, {}).items()},
        "cases": [],
    }
    if exercise.variants:
        spec["variants"] = list(exercise.variants)
    library = catalogue.library(topic)
    names: set[str] = set()
    for c, line in _cases(topic, exercise, rng):
        where = f"{topic}/exercises.py:{line}: {name}, case {c.name!r}"
        if c.name in names:
            raise LessonFault(f"{where}: a second case of this name")
        names.add(c.name)
        case: CaseSpec = {"name": c.name, "calls": [{**call, "of": call["of"] or name} for call in c.calls],
                "weight": c.weight, "quiet": c.quiet}
        raws = [observe(library, call, PATIENCE) for call in case["calls"]]
        _expects(where, c, case, raws, library)
        case["expected"] = observed(spec, case, raws)
        case["mistakes"] = {}
        for identity, function in wrong.items():
            others = library | {name: catalogue.of_arrays(name, function)}
            raws = [observe(others, call, PATIENCE) for call in case["calls"]]
            seen.setdefault(identity, []).append(raws)
            features = observed(spec, case, raws)
            expected = case["expected"] | {"untouched": {"value": True}, "quiet": {"value": True}}
            differs = {k: f for k, f in features.items()
                       if k not in expected or not same(spec, k, f, expected[k])}
            if differs:
                case["mistakes"][identity] = differs
        for own, what in (("untouched", "changes its arguments"), ("quiet", "makes NumPy warn")):
            if not case["expected"].pop(own, {"value": True})["value"]:
                raise LessonFault(f"{where}: the reference {what}, which its own check does not allow")
        bad = next((f["bad"] for f in case["expected"].values() if "bad" in f), None)
        if bad:
            raise LessonFault(f"{where}: what the reference gives is not as the exercise says: {bad}")
        spec["cases"].append(case)
    if not spec["cases"]:
        raise LessonFault(f"{catalogue.place(topic, 'exercises', name)}: {name} has no cases")
    if rng.public:
        spec["probes"] = _probes(spec, library)
        if mistakes:
            _keep_absent(topic, spec)
    return spec


def _keep_absent(topic: str, spec: Spec) -> None:
    """Put in what the mistakes in a framework that is not installed here gave when the lesson was built with it."""
    absent = [variant for variant in spec.get("variants", ()) if variant in catalogue.absent(topic)]
    path = catalogue.data_folder(topic) / "exercises" / f"{topic}.json"
    if not absent or not path.exists():
        return
    before: list[CaseSpec] = json.loads(path.read_text("utf-8")).get(spec["name"], {}).get("cases", [])
    known = {case["name"]: case for case in before}
    for case in spec["cases"]:
        old = known.get(case["name"])
        if old is not None and json.loads(json.dumps(case["calls"])) == old["calls"]:
            gives = {**case["mistakes"], **{identity: features for identity, features in old["mistakes"].items()
                     if identity in spec["mistakes"] and spec["mistakes"][identity].get("variant") in absent}}
            case["mistakes"] = {identity: gives[identity] for identity in spec["mistakes"] if identity in gives}


def _probes(spec: Spec, library: Mapping[str, Program]) -> list[Probe]:
    """The calls that show what a failed function depends on: those that change what the reference gives."""
    case = base_of(spec)
    if case is None:
        return []
    base, kept = observed(spec, case, [observe(library, case["calls"][0], PATIENCE)]), []
    for probe in probes(spec):
        raw = observe(library, probe["call"], PATIENCE)
        if "how" in probe:
            wants = (trials.wanted(probe["how"], probe["argument"], arguments(spec, case), base,
                                   observed(spec, case, [raw]), list(case["expected"])) if "result" in raw else {})
            kept += [Probe(**{**probe, "wants": wants})] if wants else []
            continue
        moves = moved(base, observed(spec, case, [raw]), list(case["expected"])) if "result" in raw else []
        if moves or not probe["argument"]:
            kept.append(Probe(argument=probe["argument"], call=probe["call"], moves=moves))
    return kept


def _cases(topic: str, exercise: Exercise, rng: Draws) -> Iterator[tuple[Case, int | str]]:
    """The cases of an exercise, each with the line that yields it. Raises LessonFault for what is none."""
    where = catalogue.place(topic, "exercises", exercise.name)
    try:
        made = iter(exercise.cases(rng))
        for c in made:
            frame = getattr(made, "gi_frame", None)
            line = frame.f_lineno if frame else where.rpartition(":")[2]
            if not isinstance(c, Case):
                raise LessonFault(f"{topic}/exercises.py:{line}: {exercise.name}: cases are made with case(…); "
                                  f"here is {type(c).__name__}")
            yield c, line
    except LessonFault:
        raise
    except Exception as error:      # an author's own code
        fault = catalogue.fault_of(error, topic, "exercises")
        place, _, text = str(fault).partition(": ")
        place = place if not place.endswith(":1") else where        # nothing of the file ran: the entry is meant
        raise LessonFault(f"{place}: the cases of {exercise.name}: {text}") from error


def _expects(where: str, c: Case, case: CaseSpec, raws: list[Raw], library: Mapping[str, Program]) -> None:
    """Refuse a case on which the reference has no result, or raises what was not announced."""
    for call, raw in zip(case["calls"], raws, strict=True):
        if "missing" in raw:
            raise LessonFault(f"{where}: it calls {call['of']!r}, which no lesson up to here has"
                              f"{near(call['of'], library)}")
        if "timeout" in raw:
            raise LessonFault(f"{where}: the reference does not end: it was stopped after {PATIENCE:g} seconds")
        error = raw.get("error")
        if error and (c.raises is None or c.raises.__name__ not in error["mro"]):
            rest = (f", and the case says raises={c.raises.__name__}" if c.raises else
                    f"; if learners are to raise it, write case(…, raises={error['type']})")
            raise LessonFault(f"{where}: the reference raises {error['type']}: {error['message']}{rest}")
        if raw.get("result", 0) is None:
            raise LessonFault(f"{where}: the reference returns None; is a return missing?")
    if c.raises and not any("error" in raw for raw in raws):
        raise LessonFault(f"{where}: it says raises={c.raises.__name__}, and the reference raises nothing")


def _known_names(topic: str, specs: Mapping[str, Spec]) -> None:
    """Refuse weights, tolerances, accept and essential of a name that no result bears.

    One table of weights may serve several exercises whose behaviour is looked at: a name of any of them will do there.
    """
    results = {name: dict.fromkeys(key for case in spec["cases"] for key in case["expected"])
               for name, spec in specs.items()}
    for name, spec in specs.items():
        shared = {key for other in specs if "value" not in (specs[other]["features"], spec["features"])
                  for key in results[other]} | results[name].keys()
        for field in ("weights", "tolerances", "accept", "essential"):
            for key in spec[field]:
                if key not in shared:
                    raise LessonFault(f"{catalogue.place(topic, 'exercises', name)}: {name}: {field} names {key!r}"
                                      f"{near(key, results[name])} (its results are called {', '.join(results[name])})")


def run(spec: Spec, library: Mapping[str, Program]) -> list[list[Raw]]:
    """The raw observations of a library of functions ({name: function}) on all the cases of `spec`."""
    return [[observe(library, call, spec["seconds"]) for call in case["calls"]] for case in spec["cases"]]
