"""Turn exercises into data: inputs, expected features, and what every known mistake gives instead."""

import functools
import inspect
from collections.abc import Mapping
from pathlib import Path

from autograder.lessons import catalogue
from autograder.lessons.catalogue import Program
from autograder.lessons.exercise import PUBLIC_SEED, Draws, Exercise
from course.checking.assess import observed
from course.checking.compare import same
from course.checking.observe import Raw, observe
from course.checking.types import CaseSpec, Features, Spec


def specification(topic: str, seed: int | str | None = None) -> dict[str, dict[str, Spec]]:
    """``{"exercises": {name: spec}}`` of a lesson. `seed` None: the public one, whose cases learners have."""
    return _specification(topic, seed, catalogue.home(topic))


@functools.cache
def _specification(topic: str, seed: int | str | None, home: Path) -> dict[str, dict[str, Spec]]:
    return {"exercises": {name: specify(topic, exercise, PUBLIC_SEED if seed is None else seed)
                          for name, exercise in catalogue.exercises(topic).items()}}


def specify(topic: str, exercise: Exercise, seed: int | str) -> Spec:
    """The specification of one exercise as JSON-able data. See `course.assess.assess`."""
    name = exercise.name
    reference = catalogue.references(topic)[name]
    rng = Draws(seed, name)
    wrong = catalogue.mistakes(topic).get(name, {})
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
        "untouched": exercise.untouched,
        "mistakes": {identity: {"message": catalogue.message(f)} for identity, f in wrong.items()},
        "cases": [],
    }
    library = catalogue.library(topic)
    for c in exercise.cases(rng):
        case: CaseSpec = {"name": c.name, "calls": [{**call, "of": call["of"] or name} for call in c.calls],
                "weight": c.weight, "quiet": c.quiet}
        case["expected"] = _features(spec, case, library)
        case["mistakes"] = {}
        for identity, function in wrong.items():
            features = _features(spec, case, library | {name: function})
            expected = case["expected"] | {"untouched": {"value": True}, "quiet": {"value": True}}
            differs = {k: f for k, f in features.items()
                       if k not in expected or not same(spec, k, f, expected[k])}
            if differs:
                case["mistakes"][identity] = differs
        for own in ("untouched", "quiet"):
            if not case["expected"].pop(own, {"value": True})["value"]:
                raise ValueError(f"{topic}: the reference {name} does not pass its own check {own!r} on {c.name!r}")
        spec["cases"].append(case)
    repeated = {c["name"] for c in spec["cases"] if [d["name"] for d in spec["cases"]].count(c["name"]) > 1}
    if repeated or not spec["cases"]:
        raise ValueError(f"{topic}: the cases of {name} need names of their own: {sorted(repeated)}")
    return spec


def _features(spec: Spec, case: CaseSpec, library: Mapping[str, Program]) -> Features:
    raws = [observe(library, call) for call in case["calls"]]
    return observed(spec, case, raws)


def run(spec: Spec, library: Mapping[str, Program]) -> list[list[Raw]]:
    """The raw observations of a library of functions ({name: function}) on all the cases of `spec`."""
    return [[observe(library, call, spec["seconds"]) for call in case["calls"]] for case in spec["cases"]]
