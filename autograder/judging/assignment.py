"""The assignment: a lesson as it is judged, with the public cases or with a class's own."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from autograder.judging import repair
from autograder.judging.resembles import published, published_topics
from autograder.judging.result import ExerciseResult
from autograder.lessons import catalogue
from autograder.lessons.bank import Question, file_of, load_bank
from autograder.lessons.private import secret_cases
from autograder.problems import Problem
from course.answers import form_of, quiz_call
from course.checking import adapters
from course.checking.codec import dumps
from course.checking.observe import Call
from course.checking.reader import Template
from course.checking.report import Report
from course.checking.types import Spec, of_variant
from course.contents import LETTERS


@dataclass
class Assignment:
    """All that judging a lesson needs: what was handed out, the specifications, the bank. No child gets to see it."""

    topic: str
    template: Template
    specs: dict[str, Spec]
    bank: dict[str, Question]
    others: dict[str, set[str]] = field(default_factory=dict)           # topic -> ids of its graded cells
    public: dict[str, Spec] = field(default_factory=dict)    # exercise -> specification with the inputs learners have
    draw: int | None = None                                             # number of the class's set of cases
    variant: str = ""                   # the framework in which its exercises are written: see `of_variant`
    seen: dict[bytes, ExerciseResult] = field(default_factory=dict)     # results of answers that were met before
    told: dict[bytes, Report] = field(default_factory=dict)             # and what was told of them
    calls: dict[str, list[list[bytes]]] = field(init=False)             # exercise -> requests, one list a case
    marks_version: str = field(init=False)      # changes with whatever changes a mark
    words_version: str = field(init=False)      # changes with what is said beside it

    def __post_init__(self) -> None:
        self.calls = {name: [[_request(call, self.variant) for call in case["calls"]] for case in spec["cases"]]
                      for name, spec in self.specs.items()}
        if not self.public:         # what is told comes from these calls: the last list asks what a function depends on
            for name, spec in self.specs.items():
                self.calls[name].append([_request(probe["call"], self.variant) for probe in spec.get("probes", ())])
        marks = {name: _without_words(spec) for name, spec in self.specs.items()}
        keys = {name: question.key if question.form == "letter" else [question.form, question.key, question.tolerance]
                for name, question in self.bank.items()}
        self.marks_version = _version([self.topic, marks, keys, self.template.points])
        words = {name: spec["mistakes"] for name, spec in self.specs.items()}
        whys = {name: list(q.whys().values()) for name, q in self.bank.items()}
        self.words_version = _version([words, whys])

    @functools.cached_property
    def at_home(self) -> Assignment:
        """The lesson with the cases that learners have: what is told comes from there."""
        return Assignment(self.topic, self.template, self.public, {})

    def of_variant(self, variant: str) -> Assignment:
        """The lesson as it is for what is written in one framework; "": its exercises that need none."""
        if variant not in self._variants:
            made = Assignment(self.topic, self.template, _in(self.specs, variant), {}, public=_in(self.public, variant),
                              draw=self.draw, variant=variant)
            if self.public:
                made.at_home = self.at_home.of_variant(variant)         # of all sets of cases the same
            self._variants[variant] = made
        return self._variants[variant]

    @functools.cached_property
    def _variants(self) -> dict[str, Assignment]:
        return {}


def _in(specs: dict[str, Spec], variant: str) -> dict[str, Spec]:
    """The specifications of the exercises that may be written in a framework; "": of those that need none."""
    if not variant:
        return {name: spec for name, spec in specs.items() if not spec.get("variants")}
    return {name: of_variant(spec, variant) for name, spec in specs.items() if variant in spec.get("variants", ())}


def _request(call: Call, variant: str) -> bytes:
    return dumps({"do": "call", "call": call, "seconds": None} | ({"variant": variant} if variant else {}))


def _without_words(spec: Spec) -> dict[str, object]:
    """What of a specification decides a mark: inputs, expected values, weights, tolerances."""
    cases = [{key: value for key, value in case.items() if key != "mistakes"} for case in spec["cases"]]
    return {key: value for key, value in spec.items() if key not in ("mistakes", "probes")} | {"cases": cases}


def _version(data: object) -> str:
    return hashlib.sha256(dumps(data)).hexdigest()[:16]


def variants_of(template: Template) -> tuple[str, ...]:
    """The frameworks in which a lesson's exercises may be written."""
    return tuple(dict.fromkeys(variant for each in template.variants.values() for variant in each))


def environment(variants: Iterable[str]) -> str:
    """What besides the lesson may decide a mark: Python, NumPy, the lesson's frameworks and the kind of processor."""
    return ", ".join([f"python {platform.python_version()}", f"numpy {np.__version__}",
                      *map(adapters.version, variants), platform.machine()])


def _same_questions(template: Template, bank: dict[str, Question], root: Path) -> None:
    """Refuse a bank whose options are not those that were given out: a letter would be marked by another's key."""
    for identity in template.questions:
        call = quiz_call(template.source(identity), identity)
        given = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg in LETTERS} if call else {}
        asked = {letter: option.text for letter, option in bank[identity].options.items()}
        form = form_of(template.source(identity), identity)
        if form != bank[identity].form:
            raise Problem(f"{file_of(bank[identity])}: {identity} has the form {bank[identity].form}, and {form} in "
                          "the notebook that was given out. Build the lesson with this bank, or put back the bank that "
                          "it was built with.")
        if given != asked:
            letter = next((letter for letter in LETTERS if given.get(letter) != asked.get(letter)), "A")
            place = f" --root {root}" if root != catalogue.ROOT else ""
            raise Problem(f"{file_of(bank[identity])}: option {letter} of {identity} is not as the notebook that was "
                          "given out has it, so answers would be marked by another question's key. Put back the bank "
                          "that it was built with, give the new question an id of its own, or build the lesson anew: "
                          f"python -m autograder build {template.topic}{place}")


def load_assignment(root: Path, topic: str, seed: str | None = None, fresh: bool = False,
                    draw: int = 0) -> Assignment:
    """A lesson with the public cases (`seed` None) or with a set of a class's own. `fresh`: see `secret_cases`."""
    catalogue.enter(root)
    template = repair.load_template(root, topic)
    public = json.loads((catalogue.data_folder(topic) / "exercises" / f"{topic}.json").read_text("utf-8"))
    specs = public if seed is None else secret_cases(root, topic, seed, draw, fresh)
    bank = load_bank(topic, root)
    lost = [name for name in template.solutions if name not in specs]
    lost += [name for name in template.questions if name not in bank]
    if lost:
        raise Problem(f"{topic}: the release notebook has {', '.join(lost)}, which the autograder does not know: "
                      f"run {catalogue.command('build', topic)}")
    _same_questions(template, bank, Path(root))
    others = {}
    for other in catalogue.topics(root):
        if other != topic and catalogue.notebook_path(other, "release", root).exists():
            other_template = repair.load_template(root, other)
            others[other] = {*other_template.solutions, *other_template.questions}
    specs = {name: specs[name] for name in template.solutions}
    published(published_topics())      # here once, and not in each worker
    return Assignment(topic, template, specs, bank, others, public=public if seed is not None else {},
                      draw=None if seed is None else draw)
