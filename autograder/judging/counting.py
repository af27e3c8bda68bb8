"""What counts of a function: it is called where its check stands, before later cells run; if it does not pass there,
once more after all cells. The better counts, and a note names the cell that makes the difference.

What passes nowhere is tried again without the learner's own cells that give another value to what it uses, and with
other copies of its cell.
"""

from __future__ import annotations

import builtins
import functools
import re
from collections.abc import Callable, Iterable

from autograder.judging.assignment import Assignment
from autograder.judging.mark import charged_lines, mark, report_once
from autograder.judging.repair import written_in
from autograder.judging.result import CellOutcome, ExerciseResult
from autograder.judging.run import Calls, Run, cell_problem
from autograder.sandbox.link import Child
from autograder.sandbox.sandbox import AnySandbox
from course.checking.reader import Notes, Template
from course.checking.report import Report
from course.statements import (
    ANYTHING,
    bound,
    meet,
    overwrites,
    readable,
    reads,
    touched,
    touches,
    without,
    writes,
)

MOST_COPIES = 3
MOST_WAYS = 4               # of each kind that are tried: each runs the cells once more
BUILT_IN = frozenset(dir(builtins))
Steps = list[tuple[str, str]]               # (cell id, source), and (exercise, "") where its check stands


class Counting:
    """One submission: its cells, its functions' results, and what to tell about how they came about."""

    def __init__(self, steps: Steps, assignment: Assignment, sandbox: AnySandbox,
                 labels: dict[str, str] | None = None, names: Iterable[str] | None = None) -> None:
        self.steps, self.assignment, self.labels = steps, assignment, labels or {}
        self.names = list(assignment.calls if names is None else names)     # the exercises that are looked at
        self.run = Run(assignment, sandbox)
        self.results: dict[str, ExerciseResult] = {}
        self.said: dict[str, str] = {}                      # exercise -> why it was not its check's place that counts
        self._changing: dict[str, list[str]] = {}
        self._marked: dict[int, tuple[Calls, ExerciseResult]] = {}          # of calls that are all made
        self._charged: dict[str, str] = {}                  # line whose warnings cost something -> exercise that paid
        self.slow: set[str] = set()                         # exercises of which a call was ended, or not made

    # playing

    def count(self) -> None:
        """Run and call all that is needed; fills `results`."""
        first, again = self._play(self.steps, self.names, last=True)
        self.results = {name: self._mark(calls) for name, calls in first.items()}
        self.slow = {name for name, calls in first.items() if calls.out_of_time}
        for name, calls in again.items():
            self._keep(name, calls, self._said_of_the_end(name))
        for steps, wanted, say in self._other_ways():
            left = [name for name in wanted if not self.results[name]["passed"]]
            for name, calls in (self._play(steps, left)[0] if left else {}).items():
                self._keep(name, calls, say(name))

    def once_more(self, assignment: Assignment,
                  names: Iterable[str]) -> tuple[dict[str, Report], dict[str, CellOutcome]]:
        """The reports with other cases, where the checks stand alone, and what became of the cells."""
        again = Counting(self.steps, assignment, self.run.sandbox)
        again.run = self.run.once_more(assignment)
        calls, _ = again._play(self.steps, names)
        self.run.children += again.run.children
        self.run.memory = max(self.run.memory, again.run.memory)
        reports = {name: report_once(assignment, name, calls[name].answers(), again._stopped(name)) for name in calls}
        return reports, again.run.cells

    def _play(self, steps: Steps, names: Iterable[str],
              last: bool = False) -> tuple[dict[str, Calls], dict[str, Calls]]:
        """Run the cells, and call each function where its check stands, in one child after the other as they end.

        With `last`, the second of what is returned are calls after all cells, of the functions that did not pass where
        that may help.
        """
        wanted = {name: Calls.of(name, self.assignment) for name in names}
        again: dict[str, Calls] | None = None
        while not self.run.over:
            child = self.run.open()
            try:
                if not self._cells(child, steps, wanted, last):
                    continue
                if again is None:
                    again = {name: Calls.of(name, self.assignment) for name, calls in wanted.items()
                             if last and not self._settled(calls)}
                if all(self.run.run_calls(child, calls) for calls in again.values()):
                    break
            finally:
                self.run.close(child)
        return wanted, again or {}

    def _cells(self, child: Child, steps: Steps, wanted: dict[str, Calls], last: bool) -> bool:
        """Run the cells and the calls between them, until nothing more can change a result. False: the child ended."""
        waiting = set(wanted)
        for name, source in steps:
            if name in wanted:
                if not self.run.run_calls(child, wanted[name]):
                    return False
                waiting.discard(name)
                if not waiting and (not last or all(map(self._settled, wanted.values()))):
                    return True
            elif source and not self.run.run_cell(child, name, source):
                return False
        return True

    def _settled(self, calls: Calls) -> bool:
        """Whether a function passes, or no cell below its check can change what it does."""
        return self._mark(calls)["passed"] or not self._changing_below(calls.name)

    def _mark(self, calls: Calls) -> ExerciseResult:
        if id(calls) not in self._marked:
            paid = frozenset(line for line, name in self._charged.items() if name != calls.name)
            result = mark(self.assignment, calls.name, calls.answers(), self._stopped(calls.name), paid)
            if not calls.finished:
                return result
            for line in charged_lines(result, calls.answers()):
                self._charged.setdefault(line, calls.name)
            self._marked[id(calls)] = calls, result
        return self._marked[id(calls)][1]

    def own_cell(self, name: str) -> str:
        """The id of the exercise's solution cell; of one with variants, of the one that is looked at."""
        return self.assignment.template.cell(name, self.assignment.variant)

    def written(self, name: str) -> tuple[str, str]:
        """(id, source) of the cell that defines the exercise's function."""
        return written_in(self.steps, name, self.own_cell(name))

    def _stopped(self, name: str) -> str:
        """Why the exercise's cell stopped; "" where it did not."""
        outcome = self.run.cells.get(self.written(name)[0])
        return cell_problem(name, outcome) if outcome is not None and not outcome["ok"] else ""

    def _keep(self, name: str, calls: Calls, said: str) -> None:
        result = self._mark(calls)
        if result["points"] > self.results[name]["points"]:
            self.results[name], self.said[name] = result, said
            self.slow = self.slow | {name} if calls.out_of_time else self.slow - {name}

    # which cells matter

    def _above(self, name: str) -> Steps:
        """What runs before the exercise's check."""
        return self.steps[:self.steps.index((name, ""))] if (name, "") in self.steps else self.steps

    def _uses(self, name: str) -> set[str]:
        """Names that the function may use: those that the cells above its check look up, and those that are called."""
        called = {call["of"] for case in self.assignment.specs[name]["cases"] for call in case["calls"]}
        return called.union({name}, *(reads(source) for _, source in self._above(name)))

    def _changing_below(self, name: str) -> list[str]:
        """The cells below the exercise's check that may change what the function does."""
        if name not in self._changing:
            below = [(cell, source) for cell, source in self.steps[len(self._above(name)):] if source]
            uses = self._uses(name) if below else set()
            self._changing[name] = [cell for cell, source in below if meet(touched(source), uses)]
        return self._changing[name]

    def _own(self, cell: str) -> bool:
        return cell not in self.assignment.template.cells

    def _in_the_way(self, name: str) -> Steps:
        """The steps without the statements above the check that give another value to what the function uses.

        Those are, in cells of the learner's own, what overwrites a name of the lesson's cells or of Python; in other
        cells, what overwrites a name that a cell above it or another exercise's cell gives.
        """
        owner: dict[str, str] = {}
        for cell, source in self.steps:
            if not self._own(cell):
                exercise = self.assignment.template.exercise_of(cell)
                for one in bound(source):
                    if one == exercise or (one not in self.assignment.calls and one not in owner):
                        owner[one] = cell
        uses, above = self._uses(name), len(self._above(name))
        steps = list(self.steps)
        for place, (cell, source) in enumerate(self.steps[:above]):
            foreign = {one for one in uses if owner.get(one, cell) != cell or (one in BUILT_IN and self._own(cell))}
            foreign |= {"builtins"} if self._own(cell) else set()
            if not source or cell.startswith("copy") or cell == self.own_cell(name):
                continue
            gone = [node for node in readable(source).body if overwrites(node) & foreign
                    or (self._own(cell) and ANYTHING in touches(node))]
            if gone:
                steps[place] = cell, without(gone, source)
        return steps

    def _other_ways(self) -> Iterable[tuple[Steps, list[str], Callable[[str], str]]]:
        """(steps, exercises, what to say if that was better) of what is tried for those that do not pass."""
        failing = [name for name, result in self.results.items() if not (result["passed"] or result["unwritten"])]
        ways: list[tuple[Steps, list[str]]] = []
        for name in failing:
            steps = self._in_the_way(name)
            if steps != self.steps:
                same = next((names for other, names in ways if other == steps), None)
                if same is None:
                    ways.append((steps, [name]))
                else:
                    same.append(name)
        if len(ways) > MOST_WAYS:                       # too many to try each: all at once
            every = [steps for steps, _ in ways]
            ways.append(([self._least(place, every) for place in range(len(self.steps))], failing))
        for steps, names in ways[:MOST_WAYS - 1] + ways[-1:]:
            yield steps, names, functools.partial(self._said_of_overwriting, steps)
        copies = [(name, cell, source) for name in failing for cell, source in self._others(name)[:MOST_COPIES]]
        for name, cell, source in copies[:MOST_WAYS]:
            steps = [(one, source if one == self.own_cell(name) else text) for one, text in self.steps]
            yield steps, failing, functools.partial(self._said_of_another, name, cell)

    def _least(self, place: int, ways: list[Steps]) -> tuple[str, str]:
        """A step with all that is left out of it in one way or another."""
        cell, source = self.steps[place]
        lines = source.split("\n")
        for steps in ways:
            for number, line in enumerate(steps[place][1].split("\n")):
                lines[number] = lines[number] if line == lines[number] else ""      # `without` keeps each line's place
        return cell, "\n".join(lines)

    def _others(self, name: str) -> Steps:
        """The cells beside the exercise's own that define its function, the last first."""
        return [(cell, source) for cell, source in self.steps[::-1] if self._own(cell) and writes(source, name)]

    def _said_of_overwriting(self, steps: Steps, name: str) -> str:
        cells = [cell for (cell, source), (_, other) in zip(self.steps, steps, strict=True) if source != other]
        return (f"{self._list(cells)} gives another value to something that `{name}` uses. It was called without that, "
                "and that counts.")

    def _said_of_another(self, of: str, cell: str, name: str) -> str:
        return (f"`{of}` is defined more than once. With what {self._list([cell], False)} says, `{name}` does better, "
                "and that counts.")

    # what to tell

    def _list(self, cells: Iterable[str], begins: bool = True) -> str:
        """The names of cells for a sentence, which begins with them or does not."""
        named = [self.labels.get(cell, f"the cell `{cell}`") for cell in self._in_order(cells)]
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        text = ", ".join(named[:3]) + more
        return text[:1].upper() + text[1:] if begins else text

    def _in_order(self, cells: Iterable[str]) -> list[str]:
        wanted = set(cells)
        return list(dict.fromkeys(cell for cell, _ in self.steps if cell in wanted))

    def _said_of_the_end(self, name: str) -> str:
        cells = self._list(self._changing_below(name), False)
        return (f"Where its check stands, `{name}` did not pass. It did better after all cells had run, and that "
                f"counts: below the check there is {cells}.")

    def tell(self, notes: Notes, names: Iterable[str]) -> None:
        """Notes on what counts instead of what else there was, of these exercises, and on what the grader lacks."""
        names = list(names)
        for name in filter(self.said.__contains__, names):
            notes.add(name, self.said[name])
        for name in names:
            below = [cell for cell, source in self.steps[len(self._above(name)):]
                     if self._own(cell) and name in source and name in bound(source)]
            if below and self.results[name]["passed"] and name not in self.said:
                notes.add(name, f"{self._list(below)} further down gives `{name}` another value. What stood at its "
                                "check counts.")
        self._tell_late(notes)
        _tell_missing(self._outcomes(), notes, self.assignment.template)

    def _tell_late(self, notes: Notes) -> None:
        """A note on each cell that took too long, and what counts of it."""
        own = []
        for cell in self._in_order(self.run.late):
            seconds = self.run.late[cell]
            if (exercise := self.assignment.template.exercise_of(cell)) in self.results:
                notes.add(exercise, f"The cell did not end within {seconds:g} seconds of "
                          "computing time and was stopped. What it defines above the slow line counts.")
            elif self._own(cell):
                own.append(cell)
            else:
                notes.notebook.append(f"{self._list([cell])} did not end within {seconds:g} seconds of computing time "
                                      "and was stopped.")
        if own:
            notes.notebook.append(f"{self._list(own)} took too long and {'were' if len(own) > 1 else 'was'} stopped, "
                                  "or only what is defined there was run. What is defined above a slow line counts.")

    def _outcomes(self) -> list[tuple[str, CellOutcome]]:
        """What became of the cells. Of what a cell says of itself only names that stand in its text are believed: a
        program that has seen secret inputs could write them into others.
        """
        return [(cell, {**self.run.cells[cell], "modules": _in_text(self.run.cells[cell]["modules"], source)})
                for cell, source in self.steps if source and cell in self.run.cells]


# --- what the grader lacks -----------------------------------------------------------------------------------

# Packages by name; any other module may as well be a file of the learner's own.
PACKAGES = frozenset("""IPython PIL altair autograd black bokeh catboost cupy cv2 dask datasets google graphviz h5py
    imageio ipympl ipywidgets jax jaxlib keras lightgbm lightning line_profiler memory_profiler nb_black networkx nltk
    numba numexpr openpyxl optax pandas plotly polars psutil pytest requests rich scipy seaborn skimage sklearn spacy
    statsmodels sympy tensorflow termcolor theano torch torchaudio torchvision tqdm transformers wandb xgboost
    tkinter _tkinter""".split())


def _in_text(modules: list[str], source: str) -> list[str]:
    """Names of modules as far as they stand in a cell's text: the whole name, or its first part."""
    words = set(re.findall(r"[\w.]+", source)) | set(re.findall(r"\w+", source))
    shorter = [name if name in words else name.partition(".")[0] for name in modules]
    return [name for name in shorter if name in words]


def _tell_missing(outcomes: list[tuple[str, CellOutcome]], notes: Notes, template: Template) -> None:
    """Name each missing module and file once, at the exercise whose cell asks for it, else for the whole notebook."""
    told: set[str] = set()
    for cell, outcome in outcomes:
        sentences = {module.partition(".")[0]: missing_module(module) for module in outcome["modules"]}
        if outcome["type"] == "FileNotFoundError":
            sentences["a file"] = MISSING_FILE
        for what, sentence in sentences.items():
            if what not in told:
                told.add(what)
                if cell in template.owners:
                    notes.add(template.owners[cell], sentence)
                else:
                    notes.notebook.append(sentence)


MISSING_FILE = ("A file that the notebook opens is not there: only the notebook is handed in. What does not need the "
                "file was run.")


def missing_module(module: str) -> str:
    """What to tell of a module that could not be imported."""
    if module.partition(".")[0] in PACKAGES:
        return f"The package `{module}` is not on the grader. What does not need it was run: leave it out."
    return (f"There is no module `{module}` on the grader. Only the notebook is handed in: what stands in a file "
            "beside it belongs into a cell.")
