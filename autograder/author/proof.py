"""Try the programs of a lesson: the reference, empty programs, mistakes and other right programs, on all its cases."""

import inspect
from dataclasses import dataclass, field

from autograder.author.markdown import read_lesson
from autograder.author.statement import example_faults
from autograder.lessons import catalogue
from autograder.lessons.exercise import WITHOUT_KNOWLEDGE
from autograder.lessons.ignorance import GENERIC, NOTHING, Scores
from autograder.lessons.specify import PATIENCE, run, specification, specify
from course import contents
from course.checking import adapters
from course.checking.assess import assess
from course.checking.compare import same
from course.checking.types import of_variant

SECRET_SEEDS = tuple(range(11, 19))     # as many as a class has sets of cases
QUICK_SEEDS = SECRET_SEEDS[:2]
WORTH_SPREAD = 0.02         # between the share that a mistake states and what it is worth on any set of cases


@dataclass
class Outcome:
    """What was found about one lesson."""

    topic: str
    counts: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    notes: list = field(default_factory=list)           # what is told and is no fault
    said: set = field(default_factory=set)

    def add(self, key, hit):
        done, total = self.counts.get(key, (0, 0))
        self.counts[key] = (done + bool(hit), total + 1)
        return hit

    def fault(self, place, label, kind, text):
        """Note a fault with its place, once, however many seeds show it."""
        if (label, kind) not in self.said:
            self.said.add((label, kind))
            self.faults.append(f"{place}: {label}{text}")

    def line(self):
        parts = [f"{key} {done}/{total}" for key, (done, total) in self.counts.items()]
        found = f"{len(self.faults)} FAULT{'S' * (len(self.faults) > 1)}" if self.faults else "ok"
        return f"{self.topic}: {found} · {' · '.join(parts)}"


def verify_exercises(topic, seeds=(None, *QUICK_SEEDS)):
    """The Outcome of a lesson's exercises on the public cases (None) and on those of other seeds."""
    outcome = Outcome(topic)
    for seed in seeds:
        where = "public cases" if seed is None else f"seed {seed}"
        for name, spec, seen in _specifications(topic, seed):
            _verify_exercise(outcome, topic, name, spec, where, seen)
    return outcome


def _specifications(topic, seed):
    """(exercise, specification, what its mistakes did) of a lesson on the cases of a seed.

    A program in a framework takes long: on a class's cases its mistakes are called once, for their fingerprints, and
    judged by what was seen then. On the public ones, and elsewhere, they are called a second time to be judged.
    """
    if seed is None or not catalogue.variants(topic):
        yield from ((name, spec, {}) for name, spec in specification(topic, seed)["exercises"].items())
        return
    for name, exercise in catalogue.exercises(topic).items():
        seen = {}
        yield name, specify(topic, exercise, seed, seen=seen), seen


def result(spec, topic, function, raws=None):
    """The Report of `function` in the place of a lesson's reference; of one in a framework beside its own mistakes.

    `raws`: what it did on the cases, where that is known. A framework's first call takes long on a busy machine: there
    it is given time.
    """
    variant, name = catalogue.variant_of(function), spec["name"]
    spec = of_variant({**spec, "seconds": max(spec["seconds"], PATIENCE)}, variant) if variant else spec
    if raws is None:
        raws = run(spec, catalogue.library(topic) | {name: catalogue.of_arrays(name, function)})
    return assess(spec, raws)


def _verify_exercise(outcome, topic, name, spec, where, seen):
    entry, at = catalogue.place(topic, "exercises", name), f", {where}"
    reference = catalogue.references(topic)[name]
    report = result(spec, topic, reference)
    if not outcome.add("references", report.passed):
        outcome.fault(catalogue.place(topic, "solutions", name), name, "reference",
                      f"{at}: the reference does not pass: {_first_failure(report)}")
    _verify_ignorance(outcome, topic, name, spec, entry, at, where == "public cases")
    least = contents.lesson(topic)
    if not _verify_alternatives(outcome, topic, name, spec, where, least.alternatives):
        return                              # a reference that is wrong makes everything else look wrong
    if where == "public cases":
        for block in read_lesson(topic).blocks:
            if block.kind == "exercise" and block.words == [name]:
                outcome.faults += example_faults(topic, block)
    wrong = catalogue.mistakes(topic).get(name, {})
    if len(spec["mistakes"]) < least.mistakes:          # in all frameworks together, those that are not here too
        outcome.fault(_last(topic, "mistakes", name, wrong), name, "number of mistakes",
                      f": {len(spec['mistakes'])} mistakes, at least {least.mistakes} are asked for")
    for variant in catalogue.absent(topic) if where == "public cases" else ():
        untried = [identity for identity, one in spec["mistakes"].items() if one.get("variant") == variant]
        if variant in spec.get("variants", ()):
            outcome.notes.append(f"{name}: not tried in {variant}, which is not installed: {len(untried)} mistakes, "
                                 "the solution and other right programs")
    for identity, function in wrong.items():
        if _callable_as(outcome, topic, "mistakes", f"{name}__{identity}", function, spec):
            _verify_mistake(outcome, topic, spec, identity, function, where, seen.get(identity))


def _verify_ignorance(outcome, topic, name, spec, entry, at, public):
    """Whether programs without knowledge earn no more than the exercise allows: one-liners, and tables.

    On the published cases, only a program that does nothing at all: a table of them is right there.
    """
    scores, most = Scores(topic, spec), catalogue.exercises(topic)[name].table[0]
    earned, label = scores.best_generic(NOTHING if public else GENERIC)
    if not outcome.add("one-liners refused", earned <= max(most, WITHOUT_KNOWLEDGE)):
        outcome.fault(entry, name, "one-liner", f"{at}: a program that {label} gets {earned:.2f}, {most} is the most; "
                      "give more weight to the cases on which it is wrong")
    if not public:
        earned, kind = scores.best_table()
        if not outcome.add("tables of the published answers refused", earned <= most):
            outcome.fault(entry, name, "table", f"{at}: a table of the published answers gets {earned:.2f} by {kind}, "
                          f"{most} is the most; draw numbers, shapes and signs from rng "
                          "(rng.near(…), rng.normal(…), rng.other(…), rng.signs(…))")


def _verify_alternatives(outcome, topic, name, spec, where, least):
    """Whether the reference stands: not where all the other right programs, two or more, say otherwise.

    Of an exercise with variants what is published in each framework is a right program too, beside another there.
    """
    right = dict(catalogue.alternatives(topic).get(name, {}))
    there = [variant for variant in spec.get("variants", ()) if variant not in catalogue.absent(topic)]
    for variant in there or ([""] if "variants" not in spec else []):
        own = {identity: f for identity, f in right.items() if catalogue.variant_of(f) == variant}
        wanted, file = min(1, least) if variant else least, f"right_{variant}" if variant else "right"
        if len(own) < wanted:
            outcome.fault(_last(topic, file, name, own), name, f"number of alternatives {variant}",
                          f": {len(own)} alternatives in {topic}/{file}.py, at least {wanted} are asked for")
    for variant in there:
        if topic in contents.TOPICS and not adapters.has(variant, name):
            outcome.fault(catalogue.place(topic, "exercises", name), name, f"adapter {variant}",
                          f": course/checking/adapters/{variant}.py has no function {name}")
        if (written := catalogue.variant_functions(topic, "solutions", variant).get(name)) is not None:
            right[f"published in {variant}"] = written
    reports = {identity: result(spec, topic, function) for identity, function in right.items()
               if _callable_as(outcome, topic, "right", f"{name}__{identity}", function, spec)}
    refused = [identity for identity, report in reports.items() if not report.passed]
    for report in reports.values():
        outcome.add("alternatives accepted", report.passed)
    if len(refused) == len(reports) > 1:
        outcome.fault(catalogue.place(topic, "solutions", name), name, "disagree",
                      f", {where}: the reference disagrees with all {len(reports)} alternatives; "
                      f"{name}__{refused[0]}: {_first_failure(reports[refused[0]])}")
        return False
    for identity in refused:
        outcome.fault(_place(topic, "right", right[identity]), f"{name}__{identity}", "refused",
                      f", {where}: a right program is not accepted: {_first_failure(reports[identity])}")
    return True


def _place(topic, part, function):
    """The place of a mistake or of another right program; of a published one in a framework, that of its own file."""
    kind = part if "__" in function.__name__ else "solutions"
    return catalogue.place(topic, catalogue.part_of(kind, function), function.__name__)


def _callable_as(outcome, topic, part, label, function, spec):
    """Whether a program takes the arguments that the reference takes; a fault where it does not.

    One in a framework is called by an adapter, with the arguments of what a learner is to write.
    """
    variant = catalogue.variant_of(function)
    part = catalogue.part_of(part, function)
    if variant:
        asked = inspect.signature(catalogue.variant_functions(topic, "solutions", variant).get(spec["name"], function))
        given = inspect.signature(function)
        if list(given.parameters) != list(asked.parameters):
            outcome.fault(catalogue.place(topic, part, label), label, "arguments",
                          f"{given} does not take the arguments of {spec['name']}{asked}")
            return False
        return True
    for case in spec["cases"]:
        for call in case["calls"]:
            if call["of"] == spec["name"]:
                try:
                    inspect.signature(function).bind(*call["args"], **call["kwargs"])
                except TypeError as error:
                    outcome.fault(catalogue.place(topic, part, label), label, "arguments",
                                  f"{inspect.signature(function)} cannot be called as {spec['signature']} is on case "
                                  f"{case['name']!r}: {error}")
                    return False
    return True


def _first_failure(report):
    """The first check that fails, in one line."""
    if report.problem:
        return report.problem
    failed = [check for check in report.checks if not check.passed]
    first = next((check for check in failed if check.checked), failed[0])
    return f"case {first.case!r}, {first.feature}: {first.message}".rstrip()


def _last(topic, part, name, there):
    """The place of the last program of an exercise in a part of a lesson."""
    return catalogue.place(topic, part, f"{name}__{list(there)[-1]}" if there else name)


def _verify_mistake(outcome, topic, spec, identity, function, where, raws=None):
    label = f"{spec['name']}__{identity}"
    place, report = _place(topic, "mistakes", function), result(spec, topic, function, raws)
    passes = not outcome.add("mistakes rejected", not report.passed)
    if passes:
        outcome.fault(place, label, "passes", f", {where}: a wrong program passes")
    names = [d["id"] for d in report.diagnoses]
    named = outcome.add("named", names == [identity])
    twin = _twin(spec, identity)
    if twin:
        outcome.fault(place, label, "twin", f", {where}: named {names or 'nothing'}, since it cannot be told apart "
                                            f"from {spec['name']}__{twin}: both give the same on every case")
    elif not named and not passes:
        outcome.fault(place, label, "named", f", {where}: named {names or 'nothing'}")
    broken = _broken(topic, spec, function) if raws is None else ""
    if broken:
        outcome.fault(place, label, "broken", f": it stops with {broken} on every case, so it shows no mistake of a "
                                              "learner's; a slip in its name?")
    if not catalogue.message(function):
        outcome.fault(place, label, "docstring", ": no docstring, so nothing to tell the learner")
    worth = getattr(function, "worth", None)
    if worth is None:
        outcome.fault(place, label, "worth", f": no @worth(…), the share of the points that it earns; in the {where} "
                                             f"it is worth {report.score:.2f}")
    elif abs(worth - report.score) > WORTH_SPREAD and not passes:
        outcome.fault(place, label, "worth", f", {where}: states {worth}, is worth {report.score:.3f}")


def _broken(topic, spec, function):
    """The error of a name or a module that is not there, with which every call ends, or ""."""
    library, errors = catalogue.library(topic) | {spec["name"]: catalogue.of_arrays(spec["name"], function)}, set()
    for case in spec["cases"]:
        for raw in run({**spec, "cases": [case]}, library)[0]:
            errors.add(f"{raw['error']['type']}: {raw['error']['message']}" if "error" in raw else "")
        if len(errors) > 1 or not next(iter(errors)).startswith(("NameError", "ImportError", "ModuleNotFoundError")):
            return ""
    return errors.pop()


def _twin(spec, identity):
    """A mistake before this one in the list, of the same variant, that gives the same everywhere, or None."""
    def gives(id_):
        return [case["mistakes"].get(id_, {}) for case in spec["cases"]]

    variant = spec["mistakes"][identity].get("variant")
    mine, known = gives(identity), [id_ for id_, one in spec["mistakes"].items() if one.get("variant") == variant]
    for other in known[:known.index(identity)]:
        if any(mine) and all(a.keys() == b.keys() and all(same(spec, k, a[k], b[k]) for k in a)
                             for a, b in zip(mine, gives(other), strict=True)):
            return other
    return None
