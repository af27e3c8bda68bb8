"""What a notebook's exercises are worth where they may be written in one framework or another: the better counts.

The notebook is run once for each framework in which any exercise is written, in a process that has loaded that one,
with FRAMEWORK set to it. What is written only in a framework that is not on the grader is `unchecked`, which is no 0.
A lesson without such exercises is run once.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.judging import repair
from autograder.judging.assignment import Assignment
from autograder.judging.counting import Counting, Steps
from autograder.judging.mark import result_of
from autograder.judging.repair import Notebook
from autograder.judging.result import CellOutcome, ExerciseResult
from autograder.sandbox.sandbox import AnySandbox
from course.checking import adapters
from course.checking.assess import assess
from course.checking.reader import Notes, Template
from course.checking.report import Report
from course.checking.types import Spec
from course.statements import choices, definitions, is_stub

STUB = {"error": {"type": "NotImplementedError", "mro": ["NotImplementedError"], "message": "", "line": None,
                  "source": "", "where": ""}}


class Countings:
    """The runs of one submission: for most lessons one, else one for each framework that is written in."""

    def __init__(self, notebook: Notebook, missing: list[str], assignment: Assignment, sandbox: AnySandbox,
                 labels: dict[str, str], problem: bool = False) -> None:
        self.assignment, template = assignment, assignment.template
        self.results: dict[str, ExerciseResult] = {}
        self.of: dict[str, Counting] = {}                   # exercise -> the run that counts for it
        self.plain: Steps = []                              # what is run where no framework is chosen
        self.runs: list[Counting] = []
        self.absent: dict[str, list[str]] = {}              # exercise -> frameworks in which it is written, not here
        if not problem:
            self.plain = repair.steps(notebook, missing, template, "" if template.variants else None)
        if not template.variants:
            self.runs = [Counting(self.plain, assignment, sandbox, labels)]
            return
        if assignment.of_variant("").calls and not problem:
            self.runs.append(Counting(self.plain, assignment.of_variant(""), sandbox, labels))
        choice = _choice(notebook, template)
        for variant in () if problem else _every(template):
            own = assignment.of_variant(variant)
            steps = repair.steps(notebook, missing, template, variant)
            names = [name for name in own.calls if _is_written(name, variant, steps, template, choice)]
            if not names:
                continue
            if adapters.installed(variant):
                self.runs.append(Counting(steps, own, sandbox, labels, names))
            else:
                for name in names:
                    self.absent.setdefault(name, []).append(variant)

    def count(self) -> None:
        """Run and call all that is needed; fills `results`."""
        for run in self.runs:
            run.names = [name for name in run.names if name not in self.results or not self.results[name]["passed"]]
            if run.names:
                run.count()
            for name, result in run.results.items():
                if name not in self.results or result["points"] > self.results[name]["points"]:
                    self.results[name], self.of[name] = result, run
        for name in self.assignment.template.variants:
            if name in self.absent and name not in self.results:
                self.results[name] = _unchecked(self.assignment, name, self.absent[name])
            elif name not in self.results:
                self.results[name] = _unwritten(self.assignment, name)

    def tell(self, notes: Notes) -> None:
        for run in self.runs:
            run.tell(notes, [name for name in run.results if self.of[name] is run])
        notes.notebook = list(dict.fromkeys(notes.notebook))
        for variant in dict.fromkeys(variant for each in self.absent.values() for variant in each):
            names = [f"`{name}`" for name, each in self.absent.items() if variant in each
                     and self.results[name]["unchecked"]]
            if names:
                notes.notebook.append(f"{adapters.title(variant)} is not installed where this was graded. What is "
                                      f"written in it is not marked yet: {', '.join(names)}.")

    def written(self, name: str) -> tuple[str, str]:
        """(id, source) of the cell that defines the exercise's function."""
        run, template = self.of.get(name), self.assignment.template
        if run is not None:
            return run.written(name)
        return repair.written_in(self.plain, name, template.cell(name, next(iter(
            [*self.absent.get(name, ()), *template.variants.get(name, ("",))]))))

    def steps(self, name: str) -> Steps:
        return self.of[name].steps if name in self.of else self.plain

    @property
    def slow(self) -> set[str]:
        return {name for name, run in self.of.items() if name in run.slow}

    def once_more(self, names: Iterable[str]) -> tuple[dict[str, Report], dict[str, CellOutcome]]:
        """The reports on the cases that learners have, where the checks stand alone, and what became of the cells."""
        reports: dict[str, Report] = {}
        cells: dict[str, CellOutcome] = {}
        wanted = set(names)
        for run in self.runs:
            own = [name for name in run.results if name in wanted and self.of[name] is run]
            more, seen = run.once_more(run.assignment.at_home, own) if own else ({}, run.run.cells)
            reports |= more
            cells |= seen
        return reports, cells

    @property
    def children(self) -> int:
        return sum(run.run.children for run in self.runs)

    @property
    def memory(self) -> int:
        return max((run.run.memory for run in self.runs), default=0)

    @property
    def cpu(self) -> float:
        return sum(run.run.budget.used for run in self.runs)


def _every(template: Template) -> list[str]:
    return list(dict.fromkeys(variant for each in template.variants.values() for variant in each))


def _choice(notebook: Notebook, template: Template) -> object:
    """What the notebook itself says of FRAMEWORK, as far as that can be read."""
    said = [value for cell, source in repair.steps(notebook, [], template) for _, value in choices(source)]
    return said[-1] if said else None


def _is_written(name: str, variant: str, steps: Steps, template: Template, choice: object) -> bool:
    """Whether an exercise is written in a framework, rightly or not.

    What stands in a cell of the learner's own is written in the framework of its condition, or else in the one that the
    notebook chooses.
    """
    own, others = template.cell(name, variant), [one for one in template.variants[name] if one != variant]
    for cell, source in steps:
        if any(not is_stub(node) for node in definitions(source, name, variant)):
            if cell == own or choice not in others or any(not definitions(source, name, one) for one in others):
                return True
        if cell == own and source.strip() and source != template.source(own) and not definitions(source, name):
            return True                                     # its text is no Python, or makes the function otherwise
    return False


def _unwritten(assignment: Assignment, name: str) -> ExerciseResult:
    spec: Spec = assignment.specs[name]
    raws = [[STUB for _ in case["calls"]] for case in spec["cases"]]
    return result_of(assess(spec, raws), assignment, name)


def _unchecked(assignment: Assignment, name: str, absent: list[str]) -> ExerciseResult:
    problem = (f"`{name}` is written in {adapters.titles(absent)}, which is not installed where this was graded. It is "
               "not marked yet, and that is no 0.")
    made = result_of(assess(assignment.specs[name], [], problem=problem), assignment, name)
    return {**made, "unchecked": True, "variant": absent[0]}
