"""The judge: what a handed-in notebook is worth, as a function of its bytes and the lesson.

`judge(data, lesson, sandbox)` reads, repairs, lets the child run the cells and the calls, compares the values that
come back, and returns data: a graded notebook and a result. It writes no file and no gradebook.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from autograder import answers, repair
from autograder.files import write_private
from autograder.isolation import Lost, Sandbox, TooLong
from autograder.reader import Unreadable, digest, read_cells
from course import cards
from course.assess import assess, cause
from course.codec import Unreadable as UnreadableValue
from course.codec import dumps, loads

FORMAT = 1                    # of results and records
CELL_SECONDS = 10
EXTRA_SECONDS = 15            # for all the cells of a learner's own together
CALL_GRACE = 1.0              # a busy machine is nobody's mistake
MOST_TIMEOUTS = 2             # of one exercise; then its other calls are not made
TOTAL_SECONDS = 180
MOST_ITEMS = 5_000            # of one answer; the longest right one has 500
CACHE_SIZE = 20_000
BY_HEART = ("The results are right for the inputs that the notebook's `check` uses, and wrong for others of the same "
            "kind. The function must compute its answer from whatever it is given.")


@dataclass
class Lesson:
    """All that judging a topic needs: what was handed out, the specifications, the bank. No child gets to see it."""

    topic: str
    template: repair.Template
    specs: dict
    bank: dict
    others: dict = field(default_factory=dict)          # topic -> ids of its graded cells
    version: str = ""
    calls: dict = field(default_factory=dict)           # exercise -> requests, one list a case
    public: dict = field(default_factory=dict)          # exercise -> specification with the inputs that learners have
    _seen: dict = field(default_factory=dict)           # reports of answers that were met before

    def __post_init__(self):
        for name, spec in self.specs.items():
            self.calls[name] = [[dumps({"do": "call", "call": call, "seconds": None}) for call in case["calls"]]
                                for case in spec["cases"]]
        if not self.version:
            text = dumps([FORMAT, self.topic, self.specs, {name: q.key for name, q in self.bank.items()}])
            self.version = hashlib.sha256(text).hexdigest()[:16]


def load_lesson(root: Path, topic: str, seed: str | None = None) -> Lesson:
    """The lesson with the public cases (`seed` None) or with a class's own."""
    from autograder.bank import load_bank

    template = repair.load_template(root, topic)
    public = json.loads((root / "course" / "data" / "exercises" / f"{topic}.json").read_text("utf-8"))
    specs = public if seed is None else secret_cases(root, topic, seed)
    bank = load_bank(topic)
    lost = [name for name in template.solutions if name not in specs]
    lost += [name for name in template.questions if name not in bank]
    if lost:
        raise LookupError(f"{topic}: the release notebook has {', '.join(lost)}, which the autograder does not know: "
                          f"run python -m autograder build {topic}")
    others = {}
    for path in sorted((root / "release").glob("*/*.ipynb")):
        if path.stem != topic and path.parent.name == path.stem:
            other = repair.load_template(root, path.stem)
            others[path.stem] = {*other.solutions, *other.questions}
    specs = {name: specs[name] for name in template.solutions}
    return Lesson(topic, template, specs, bank, others, public=public if seed is not None else {})


def secret_cases(root: Path, topic: str, seed: str) -> dict:
    """A class's own cases of a lesson. Drawing them runs every reference and mistake, so they are kept in private/."""
    from autograder.gradebook import secret_seed
    from autograder.specify import specification

    if not (root / "private" / "seed").exists() or secret_seed(root) != seed:
        return specification(topic, seed)["exercises"]
    path = root / "private" / "cases" / f"{topic}.json"
    key = _source_key(topic, seed)
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["key"] == key:
            return kept["exercises"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    exercises = specification(topic, seed)["exercises"]
    write_private(path, json.dumps({"key": key, "exercises": exercises}))
    return exercises


def _source_key(topic: str, seed: str) -> str:
    """A hash of all that the cases depend on: the seed, the programs, the comparison, NumPy."""
    import numpy as np

    from autograder.lesson import ROOT

    code = [ROOT / "autograder" / name for name in ("exercise.py", "specify.py", "lesson.py")]
    code += [*sorted((ROOT / "autograder" / "solutions").glob("*.py")), *sorted((ROOT / "course").glob("*.py"))]
    code += [ROOT / "autograder" / kind / f"{topic}.py" for kind in ("exercises", "mistakes")]
    parts = [topic, seed, np.__version__, *(path.read_text("utf-8") for path in code if path.exists())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


# --- reading and repairing -----------------------------------------------------------------------------------

def prepare(data: bytes | None, lesson: Lesson, problem: str = "") -> tuple[dict, dict]:
    """The repaired notebook and the notes on it. `data` None, or a notebook that cannot be read: an empty lesson."""
    cells = []
    if not problem:
        try:
            if data is None:
                raise Unreadable("No notebook was handed in.")
            cells = read_cells(data)
        except Unreadable as reason:
            problem = str(reason)
    notebook, notes = repair.repair(cells, lesson.template)
    if problem:
        notes = repair.Notes(problem=problem)
    elif notes.problem:
        names = {name for cell in cells for name in (cell.grade_id.removesuffix("-solution"), cell.id)}
        close = [topic for topic, ids in lesson.others.items() if len(ids & names) > 2]
        notes.problem += f" It looks like the notebook of the lesson “{close[0]}”." if close else ""
        notes.cells, notes.missing = {}, []
    return notebook, notes.to_dict()


# --- running -------------------------------------------------------------------------------------------------

class _Run:
    """One submission against the child: cells, then calls, with a new child after each that had to be killed."""

    def __init__(self, steps, lesson: Lesson, sandbox: Sandbox):
        self.steps, self.lesson, self.sandbox = steps, lesson, sandbox
        self.cells: dict[str, dict] = {}
        self.skipped: set[str] = set()
        self.raws = {name: [[None] * len(case) for case in cases] for name, cases in lesson.calls.items()}
        self.timeouts = dict.fromkeys(lesson.calls, 0)
        self.end = time.monotonic() + TOTAL_SECONDS
        self.children = 0
        self.memory = 0

    def run(self) -> None:
        while not self.finished() and time.monotonic() < self.end:
            child = self.sandbox.open(self.lesson.topic)
            self.children += 1
            try:
                if self.run_cells(child):
                    self.run_calls(child)
            finally:
                self.memory = max(self.memory, child.close().get("memory", 0))
        late = b'{"lost":"the notebook as a whole had used up its time"}'
        for cases in self.raws.values():
            for case in cases:
                case[:] = [late if raw is None else raw for raw in case]

    def finished(self) -> bool:
        return all(raw is not None for cases in self.raws.values() for case in cases for raw in case)

    def left(self, seconds: float) -> float:
        return max(min(seconds, self.end - time.monotonic()), 0.05)

    def run_cells(self, child) -> bool:
        """Run the cells in order. False when one of them ended the child: it is left out the next time."""
        own = EXTRA_SECONDS
        for name, source in self.steps:
            extra = name not in self.lesson.template.cells
            seconds = min(CELL_SECONDS, own) if extra else CELL_SECONDS
            if name in self.skipped or seconds <= 0:
                continue
            began = time.monotonic()
            try:
                reply = child.ask(json.dumps({"do": "cell", "source": source}).encode(), self.left(seconds))
                self.cells[name] = _cell_outcome(reply)
            except Lost as reason:
                self.skipped.add(name)
                self.cells[name] = {"ok": False, "type": "", "message": _ended(reason, seconds), "line": None}
                return False
            own -= extra * (time.monotonic() - began)
        return True

    def run_calls(self, child) -> None:
        for name, cases in self.lesson.calls.items():
            seconds = float(self.lesson.specs[name].get("seconds") or 2.0)
            for i, case in enumerate(cases):
                for j, request in enumerate(case):
                    if self.raws[name][i][j] is not None:
                        continue
                    if self.timeouts[name] >= MOST_TIMEOUTS:
                        self.raws[name][i][j] = b'{"lost":"not called: two calls before this one did not end"}'
                        continue
                    try:
                        self.raws[name][i][j] = child.ask(request, self.left(seconds + CALL_GRACE))
                    except TooLong:
                        self.timeouts[name] += 1
                        self.raws[name][i][j] = dumps({"timeout": seconds})
                        return
                    except Lost as reason:
                        self.timeouts[name] += 1
                        self.raws[name][i][j] = dumps({"lost": str(reason)})
                        return


def _ended(reason: Lost, seconds: float) -> str:
    return f"it did not end within {seconds:g} seconds" if isinstance(reason, TooLong) else str(reason)


def _cell_outcome(reply: bytes) -> dict:
    """What the child says of a cell: only ever shown, never believed."""
    try:
        said = loads(reply)
        error = said.get("error") or {}
        line = error.get("line")
        return {"ok": said.get("ok") is True, "type": str(error.get("type", ""))[:80],
                "message": str(error.get("message", ""))[:400], "line": line if type(line) is int else None}
    except (UnreadableValue, AttributeError, TypeError):
        return {"ok": False, "type": "", "message": "what it sent back could not be read", "line": None}


def _raw(data: bytes):
    if data.count(b",") > MOST_ITEMS:                # larger arrays come in one piece
        return {"lost": f"the result has more than {MOST_ITEMS} parts"}
    try:
        return loads(data)
    except UnreadableValue:
        return {"lost": "the result could not be read"}


def _cell_problem(name: str, outcome: dict) -> str:
    kind = f"{outcome['type']}: " if outcome["type"] else ""
    line = f" in line {outcome['line']}" if outcome["line"] else ""
    return f"The cell that defines `{name}` stops{line}: {kind}{outcome['message']}"


# --- judging -------------------------------------------------------------------------------------------------

def _judge_exercise(name: str, lesson: Lesson, raws: list | None, outcome: dict | None, problem: str) -> dict:
    spec = lesson.specs[name]
    if problem:
        report = assess(spec, [], problem=problem)
        return _exercise(report, lesson, name)
    failed = outcome is not None and not outcome["ok"]
    key = (name, b"\0".join(raw for case in raws for raw in case), _cell_problem(name, outcome) if failed else "")
    key = hashlib.sha256(repr(key[0::2]).encode() + key[1]).digest()
    if key not in lesson._seen:
        if len(lesson._seen) > CACHE_SIZE:
            lesson._seen.clear()
        trees = [[_raw(raw) for raw in case] for case in raws]
        missing = isinstance(trees[0][0], dict) and trees[0][0].get("missing")
        if missing and failed:
            report = assess(spec, [], problem=_cell_problem(name, outcome))
        else:
            report = assess(spec, trees)
        lesson._seen[key] = _exercise(report, lesson, name)
    return lesson._seen[key]


def _exercise(report, lesson: Lesson, name: str) -> dict:
    """A report as data, the score kept within [0, points] whatever happened."""
    most = lesson.template.points[name]
    points = float(report.score) * most
    points = min(max(round(points, 2), 0.0), most) if math.isfinite(points) else 0.0
    return {"points": points, "max_points": most, "score": round(points / most, 6) if most else 0.0,
            "by_heart": False,
            "passed": bool(report.passed), "unwritten": bool(report.unwritten), "problem": report.problem,
            "mistakes": [diagnosis["id"] for diagnosis in report.diagnoses],
            "checks": [{"case": c.case, "feature": c.feature, "stage": c.stage, "passed": bool(c.passed),
                        "checked": bool(c.checked), "weight": round(c.weight, 6), "message": c.message}
                       for c in report.checks],
            "html": report.html(), "text": report.text()}


def _by_heart(exercises: dict, run: _Run, lesson: Lesson) -> list[str]:
    """The exercises that fail on the class's inputs and are right on those that every learner has.

    Asked only of those that fail for no known reason: it takes the cells to be run once more.
    """
    doubtful = [name for name, e in exercises.items() if e["score"] < 0.5 and name in lesson.public
                and not (e["passed"] or e["unwritten"] or e["problem"] or e["mistakes"])]
    if not doubtful:
        return []
    specs = {name: lesson.public[name] for name in doubtful}
    again = _Run(run.steps, Lesson(lesson.topic, lesson.template, specs, {}, version="public"), run.sandbox)
    again.end = run.end
    again.run()
    run.children += again.children
    run.memory = max(run.memory, again.memory)
    scores = {name: assess(spec, [[_raw(raw) for raw in case] for case in again.raws[name]]).score
              for name, spec in specs.items()}
    return [name for name, score in scores.items() if score >= 0.9]


def _failing_parts(name: str, source: str, exercises: dict) -> list[str]:
    """The lesson's other exercises that a failing function's cell calls by name and that fail themselves."""
    if exercises[name]["passed"] or exercises[name]["problem"]:
        return []
    try:
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [other for other in exercises if other != name and other in used and not exercises[other]["passed"]]


def _judge_question(name: str, lesson: Lesson, source: str | None, problem: str) -> dict:
    question = lesson.bank[name]
    most = lesson.template.points[name]
    given = answers.Answer(problem=problem) if problem else answers.read_answer(source, name)
    right = given.letter == question.key
    option = question.options.get(given.letter)
    return {"points": most if right else 0.0, "max_points": most, "answer": given.letter, "right": right,
            "problem": given.problem or "", "kind": question.kind,
            "misconception": (option.misconception or "") if option and not right else ""}


def judge_notebook(notebook: dict, notes: dict, lesson: Lesson, sandbox) -> dict:
    """The result of a repaired notebook. Nothing in it is the learner's but text, capped, to be escaped when shown."""
    began = time.monotonic()
    problem = notes["problem"]
    steps = [] if problem else repair.steps(notebook, notes, lesson.template)
    run = _Run(steps, lesson, sandbox)
    if not problem and lesson.calls:
        run.run()
    sources = {cell["metadata"]["nbgrader"]["grade_id"]: repair.source_of(cell) for cell in notebook["cells"]
               if cell["metadata"].get("nbgrader", {}).get("grade_id")}
    exercises = {name: _judge_exercise(name, lesson, run.raws[name], run.cells.get(f"{name}-solution"), problem)
                 for name in lesson.template.solutions}
    for name in _by_heart(exercises, run, lesson):
        exercises[name] = exercises[name] | {"by_heart": True}
        notes["cells"].setdefault(name, []).append(BY_HEART)
    for name in exercises:
        said = cause(name, _failing_parts(name, sources.get(f"{name}-solution") or "", exercises))
        if said:
            notes["cells"].setdefault(name, []).append(said)
    questions = {name: _judge_question(name, lesson, sources.get(name), problem) for name in lesson.template.questions}
    parts = [*exercises.values(), *questions.values()]
    return {
        "format": FORMAT, "topic": lesson.topic, "lesson_version": lesson.version,
        "points": round(sum(part["points"] for part in parts), 2),
        "max_points": round(sum(part["max_points"] for part in parts), 2),
        "problem": problem, "notes": notes["notebook"], "cell_notes": notes["cells"],
        "exercises": exercises, "questions": questions,
        "cells": {name: outcome for name, outcome in run.cells.items() if not outcome["ok"]},
        "isolation": sandbox.how, "children": run.children, "memory_kb": run.memory,
        "seconds": round(time.monotonic() - began, 3),
    }


def judge(data: bytes | None, lesson: Lesson, sandbox, problem: str = "") -> tuple[dict, dict]:
    """(graded notebook, result) of a handed-in file's bytes."""
    notebook, notes = prepare(data, lesson, problem)
    result = judge_notebook(notebook, notes, lesson, sandbox)
    result["content"] = digest(data or b"")
    write_outputs(notebook, result, lesson)
    return notebook, result


# --- what the learner and the instructor read ----------------------------------------------------------------

def _card(state: str, head: str, lines: list[str]) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f'{cards.STYLE}<div class="hnl-card {state}"><p class="head">{head}</p>{body}</div>'


def _inline(text: str) -> str:
    """Escaped text with `code` marked; formulas between dollar signs stay: a feedback page shows them."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts)).replace("\n\n", "<br>")


def _notes_card(notes: list[str]) -> str:
    return _card("", "Notes of the grader", [_inline(note) for note in notes]) if notes else ""


def question_text(name: str, lesson: Lesson, outcome: dict) -> tuple[str, str, str]:
    """(state, head, explanation): the rationale of the chosen option, never the key."""
    most = cards.number(outcome["max_points"])
    if outcome["answer"] is None:
        return "calm", f"No answer counted: 0 of {most}", outcome["problem"]
    why = lesson.bank[name].options[outcome["answer"]].why
    if outcome["right"]:
        return "ok", f"{outcome['answer']} is right: {most} of {most}", why
    return "bad", f"{outcome['answer']} is not right: 0 of {most}", why


def _display(html: str, text: str) -> dict:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": text}}


def score_output(points: float) -> dict:
    """The execute_result that nbgrader's own SaveAutoGrades reads as the score of a cell."""
    return {"output_type": "execute_result", "metadata": {}, "execution_count": None,
            "data": {"text/plain": repr(float(points))}}


def zero_scores(notebook: dict) -> None:
    """An explicit 0 in every grade cell: whatever fails after this, nobody gets points by accident."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["outputs"] = [score_output(0.0)]


def write_outputs(notebook: dict, result: dict, lesson: Lesson) -> None:
    """Put the cards and the scores into the cells of the graded notebook."""
    zero_scores(notebook)
    general = [f"This notebook could not be graded. {result['problem']}"] if result["problem"] else []
    general = general + result["notes"]
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        notes = result["cell_notes"].get(name, [])
        if name in result["exercises"]:
            outcome = result["exercises"][name]
            html, text = _notes_card(general + notes) + outcome["html"], "\n".join([*general, *notes, outcome["text"]])
            cell["outputs"] = [_display(html, text), score_output(outcome["points"])]
        elif name in result["questions"]:
            outcome = result["questions"][name]
            state, head, why = question_text(name, lesson, outcome)
            lines = [_inline(line) for line in [why, *notes] if line]
            cell["outputs"] = [_display(_card(state, escape(head), lines), "\n".join([head, why, *notes]))]
        if name in result["exercises"] or name in result["questions"]:
            general = []                                 # said once, at the first graded cell


def summary(result: dict) -> dict:
    """The result without what is only for showing: what a record keeps."""
    slim = {name: {key: value for key, value in outcome.items() if key not in ("html", "text")}
            for name, outcome in result["exercises"].items()}
    return {**result, "exercises": slim}
