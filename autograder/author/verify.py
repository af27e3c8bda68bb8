"""Prove, by running it, that a lesson's exercises do what they promise.

References get full marks, stubs and other empty programs nothing, every mistake is rejected and named, and other right
programs are accepted: on the public cases, and on cases drawn with other seeds, as the grader does. A table of the
published answers earns next to nothing on those.
"""

from dataclasses import dataclass, field

import nbformat

from autograder.author.cells import source_notebook
from autograder.author.execute import executed
from autograder.author.leaks import no_solution
from autograder.author.markdown import BuildError
from autograder.lessons import bank, catalogue
from autograder.lessons.specify import run, specification
from course import contents
from course.cards.result import report_text
from course.checking.assess import assess

SECRET_SEEDS = (11, 12)
WHOLE_BANK = 8
NAMED_SHARE = 0.95
EMPTY_SHARE = 0.26          # a program that does nothing may pass an edge case by accident, not more


def _raises(*args, **kwargs):
    raise ValueError


EMPTY = {       # programs with nothing of an answer in them
    "returns None": lambda *args, **kwargs: None,
    "returns 0.0": lambda *args, **kwargs: 0.0,
    "returns 1": lambda *args, **kwargs: 1,
    "returns its first argument": lambda *args, **kwargs: args[0],
    "always raises ValueError": _raises,
}


@dataclass
class Outcome:
    """What was found about one lesson."""

    topic: str
    counts: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def add(self, key, hit):
        done, total = self.counts.get(key, (0, 0))
        self.counts[key] = (done + bool(hit), total + 1)
        return hit

    def line(self):
        parts = [f"{key} {done}/{total}" for key, (done, total) in self.counts.items()]
        return f"{self.topic}: {'ok' if not self.faults else f'{len(self.faults)} FAULTS'} · {' · '.join(parts)}"


def verify_exercises(topic, seeds=(None, *SECRET_SEEDS)):
    """The Outcome of a lesson's exercises on the public cases (None) and on those of other seeds."""
    outcome = Outcome(topic)
    for seed in seeds:
        where = "public cases" if seed is None else f"seed {seed}"
        for name, spec in specification(topic, seed)["exercises"].items():
            _verify_exercise(outcome, topic, name, spec, where)
    return outcome


def result(spec, topic, function):
    """The Report of `function` in the place of a lesson's reference."""
    return assess(spec, run(spec, catalogue.library(topic) | {spec["name"]: function}))


def _verify_exercise(outcome, topic, name, spec, where):
    say = outcome.faults.append
    report = result(spec, topic, catalogue.references(topic)[name])
    if not outcome.add("references", report.passed):
        say(f"{name}, {where}: the reference does not pass\n{report_text(report)}")
    for label, function in EMPTY.items():
        report = result(spec, topic, function)
        if not outcome.add("empty programs", report.score <= EMPTY_SHARE and not report.passed):
            say(f"{name}, {where}: a program that {label} gets {report.score:.2f}")
    if where != "public cases":
        earned, most = _table_score(topic, name, spec), catalogue.exercises(topic)[name].table
        if not outcome.add("tables of the published answers refused", earned <= most):
            say(f"{name}, {where}: a table of the published answers gets {earned:.2f}, {most} is the most")
    wrong = catalogue.mistakes(topic).get(name, {})
    least = contents.lesson(topic)
    if len(wrong) < least.mistakes:
        say(f"{name}: {len(wrong)} mistakes, at least {least.mistakes} are asked for")
    for identity, function in wrong.items():
        _verify_mistake(outcome, result(spec, topic, function), f"{name}__{identity}", function, where)
    right = catalogue.alternatives(topic).get(name, {})
    if len(right) < least.alternatives:
        say(f"{name}: {len(right)} alternatives in {topic}/right.py, at least {least.alternatives} are asked for")
    for identity, function in right.items():
        report = result(spec, topic, function)
        if not outcome.add("alternatives accepted", report.passed):
            say(f"{name}__{identity}, {where}: a right program is not accepted\n{report_text(report)}")


def _table_score(topic, name, spec):
    """What a program earns that is right where an input is one of the published ones, and nowhere else."""
    known = [case["calls"] for case in specification(topic)["exercises"][name]["cases"]]
    raws = run(spec, catalogue.library(topic))
    return assess(spec, [seen if case["calls"] in known else [None] * len(seen)
                         for case, seen in zip(spec["cases"], raws, strict=True)]).score


def _verify_mistake(outcome, report, label, function, where):
    identity = label.partition("__")[2]
    if not outcome.add("mistakes rejected", not report.passed):
        outcome.faults.append(f"{label}, {where}: a wrong program passes")
    names = [d["id"] for d in report.diagnoses]
    if not outcome.add("named", names == [identity]):
        outcome.faults.append(f"{label}, {where}: named {names or 'nothing'}")
    if not catalogue.message(function):
        outcome.faults.append(f"{label}: no docstring, so nothing to tell the learner")
    worth = getattr(function, "worth", None)
    if worth is None or abs(worth - report.score) > 0.0051:
        outcome.faults.append(f"{label}, {where}: states {worth}, is worth {report.score:.3f}")


def verify_questions(topic):
    """The Outcome of a lesson's question bank: what the loader does not already refuse."""
    outcome = Outcome(topic)
    questions = bank.load_bank(topic)
    least = contents.lesson(topic).questions
    if len(questions) < least:
        outcome.faults.append(f"{len(questions)} questions, at least {least} are asked for")
    whole = len(questions) >= WHOLE_BANK             # what is asked of a bank as a whole means little for one or two
    keys = [q.key for q in questions.values()]
    for letter in bank.LETTERS:
        share = keys.count(letter)
        if whole and not len(keys) // 4 - 1 <= share <= -(-len(keys) // 4) + 1:
            outcome.faults.append(f"{letter} is the key of {share} of {len(keys)} questions")
    thinking = sum(q.kind != "recall" for q in questions.values())
    if whole and 3 * thinking < len(questions):
        outcome.faults.append(f"{thinking} of {len(questions)} questions ask for more than recall")
    if whole and not any(q.kind == "bug" for q in questions.values()):
        outcome.faults.append("no question asks to find an error")
    longest = sum(len(q.options[q.key].text) == max(len(o.text) for o in q.options.values())
                  for q in questions.values())
    if whole and 2 * longest > len(questions) + 1:
        outcome.faults.append(f"the key is the longest option in {longest} of {len(questions)} questions")
    for q in questions.values():
        outcome.add("questions", True)
        lengths = [len(o.text) for o in q.options.values()]
        if max(lengths) > 3 * min(lengths) + 20:
            outcome.faults.append(f"{q.id}: options of very unequal length, {min(lengths)} to {max(lengths)} letters")
    return outcome


def permanent_ids(topic):
    """{id: "exercise", "mistake" or "question"} of a lesson, in its order; a mistake's begins with its exercise's."""
    kinds = {}
    for name in catalogue.exercises(topic):
        kinds[name] = "exercise"
        kinds |= {f"{name}__{identity}": "mistake" for identity in catalogue.mistakes(topic).get(name, {})}
    return kinds | dict.fromkeys(bank.load_bank(topic), "question")


def verify_ids(topic):
    """The Outcome of the lesson's ids: none was given up before. A course of somebody's own has no such list."""
    outcome = Outcome(topic)
    for identity, kind in permanent_ids(topic).items() if topic in contents.TOPICS else ():
        if identity in catalogue.RETIRED:
            outcome.faults.append(f"{identity}: the id of this {kind} is retired (RETIRED in "
                                  "autograder/lessons/catalogue.py), and old records hold it: choose another")
    return outcome


def verify_builds(topic):
    """The Outcome of building the lesson: text, cells and leaks. The notebook itself is not run."""
    outcome = Outcome(topic)
    try:
        source_notebook(topic)
    except (BuildError, bank.BankError) as error:
        outcome.faults.append(str(error))
    outcome.add("builds", not outcome.faults)
    return outcome


def verify_release(topic):
    """The Outcome of the committed release notebook: no output, no solution, no key."""
    outcome = Outcome(topic)
    path = catalogue.notebook_path(topic, "release")
    if not path.exists():
        outcome.faults.append(f"{path.relative_to(catalogue.ROOT)} is missing: python -m autograder build")
        return outcome
    nb = nbformat.read(path, 4)
    try:
        no_solution(topic, nb)
    except BuildError as error:
        outcome.faults.append(str(error))
    if any(cell.get("outputs") for cell in nb.cells):
        outcome.faults.append("the release notebook holds outputs")
    outcome.add("no leak", not outcome.faults)
    return outcome


def verify_notebook(topic, timeout=300):
    """The Outcome of executing the instructor's notebook from start to end."""
    outcome = Outcome(topic)
    run_ = executed(topic, "source", timeout=timeout)
    if not outcome.add("notebook runs", not run_.errors):
        outcome.faults += [f"cell {cell}: {text}" for cell, text in run_.errors]
    outcome.counts[f"in {run_.seconds:.0f} s; cells"] = (run_.cells, run_.cells)
    return outcome


def verify(topic, notebook=True):
    """The Outcome of everything about one lesson."""
    parts = [verify_builds(topic), verify_release(topic)]
    if catalogue.exercises(topic):
        parts += [verify_exercises(topic), verify_questions(topic), verify_ids(topic)]
    if notebook:
        parts.append(verify_notebook(topic))
    whole = Outcome(topic)
    for part in parts:
        whole.counts |= part.counts
        whole.faults += part.faults
    done, total = whole.counts.get("named", (1, 1))
    # Naming is promised for 95 in 100; rejecting for all.
    whole.faults = [f for f in whole.faults if ": named " not in f or done < NAMED_SHARE * total]
    return whole


def run_verify(topics, root=catalogue.ROOT, quick=False, show=print):
    """Verify lessons and show what was found, one line a lesson and one a fault. Returns the exit status."""
    faulty = False
    for topic in catalogue.chosen(topics, root):
        outcome = verify(topic, notebook=not quick)
        show(outcome.line())
        for fault in outcome.faults:
            show(f"  {fault}")
        faulty = faulty or bool(outcome.faults)
    return 1 if faulty else 0
