"""The judge: what a handed-in notebook is worth, as a function of its bytes and the assignment.

`judge(data, assignment, sandbox)` reads, repairs, lets the child run the cells and the calls, compares the values that
come back, and returns data: a graded notebook and a result. It writes no file and no gradebook.
"""

from __future__ import annotations

import ast
import hashlib
import math
import time

from autograder.judging import repair
from autograder.judging.assignment import Assignment, environment
from autograder.judging.files import Unreadable, digest, read_cells
from autograder.judging.pages import write_outputs
from autograder.judging.repair import Notebook
from autograder.judging.result import CellOutcome, ExerciseResult, QuestionResult, Result, Told
from autograder.judging.run import Run, cell_problem, decoded
from autograder.sandbox.sandbox import AnySandbox
from course.cards.result import report_html, report_text
from course.checking.assess import assess
from course.checking.reader import Answer, Cell, Notes, parsed, read_answer, source_of
from course.checking.report import Report, cause

CACHE_SIZE = 20_000
BY_HEART = ("The results are right for the inputs that the notebook's `check` uses, and wrong for others of the same "
            "kind. The function must compute its answer from whatever it is given.")


# --- reading and repairing -----------------------------------------------------------------------------------

def prepare(data: bytes | None, assignment: Assignment, problem: str = "") -> tuple[Notebook, Notes]:
    """The repaired notebook and the notes on it. `data` None, or a notebook that cannot be read: an empty lesson."""
    cells: list[Cell] = []
    if not problem:
        try:
            if data is None:
                raise Unreadable("No notebook was handed in.")
            cells = read_cells(data)
        except Unreadable as reason:
            problem = str(reason)
    notebook, notes = repair.repair(cells, assignment.template)
    if problem:
        notes = Notes(problem=problem)
    elif notes.problem:
        names = {name for cell in cells for name in (cell.grade_id.removesuffix("-solution"), cell.id)}
        close = [topic for topic, ids in assignment.others.items() if len(ids & names) > 2]
        notes.problem += f" It looks like the notebook of the lesson “{close[0]}”." if close else ""
        notes.cells, notes.missing = {}, []
    return notebook, notes


# --- judging -------------------------------------------------------------------------------------------------

def _judge_exercise(name: str, assignment: Assignment, run: Run, source: str, problem: str) -> ExerciseResult:
    spec = assignment.specs[name]
    if problem:
        return _exercise(assess(spec, [], problem=problem), assignment, name)
    raws, outcome = run.answers(name), run.cells.get(f"{name}-solution")
    stopped = cell_problem(name, outcome) if outcome is not None and not outcome["ok"] else ""
    given = b"\0".join(raw for case in raws for raw in case)
    key = hashlib.sha256(repr((name, stopped)).encode("utf-8", "replace") + given).digest()
    if key not in assignment.seen:
        if len(assignment.seen) > CACHE_SIZE:
            assignment.seen.clear()
        trees = [[decoded(raw) for raw in case] for case in raws]
        missing = isinstance(trees[0][0], dict) and trees[0][0].get("missing")
        report = assess(spec, [], problem=stopped) if missing and stopped else assess(spec, trees)
        assignment.seen[key] = _exercise(report, assignment, name)
    return {**assignment.seen[key], "cell": f"{name}-solution", "tree": tree_hash(source)}


def _exercise(report: Report, assignment: Assignment, name: str) -> ExerciseResult:
    """A report as data, the score kept within [0, points] whatever happened."""
    most = assignment.template.points[name]
    points = float(report.score) * most
    points = min(max(round(points, 2), 0.0), most) if math.isfinite(points) else 0.0
    return {
        "points": points, "max_points": most, "score": round(points / most, 6) if most else 0.0,
        "passed": bool(report.passed), "unwritten": bool(report.unwritten), "problem": report.problem,
        "by_heart": False, "mistakes": [diagnosis["id"] for diagnosis in report.diagnoses], "told": _told(report),
        "checks": [{"case": c.case, "feature": c.feature, "stage": c.stage, "passed": bool(c.passed),
                    "checked": bool(c.checked), "weight": round(c.weight, 6), "message": c.message}
                   for c in report.checks],
        "cell": None, "tree": None, "html": str(report_html(report, alone=False)), "text": report_text(report),
    }


def _told(report: Report) -> Told:
    """The headline of a result, as data. The call that shows it is not looked for yet."""
    named = report.diagnoses
    return {"kind": "named" if named else "none", "text": " ".join(d["message"] for d in named),
            "ids": [d["id"] for d in named], "cases": list(dict.fromkeys(c for d in named for c in d.get("cases", ()))),
            "call": None, "returned": None, "expected": None}


def tree_hash(source: str) -> str | None:
    """A hash of what a cell computes, whatever its comments and docstrings. None where it does not parse."""
    tree = parsed(source)
    if tree is None:
        return None
    try:
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "replace")).hexdigest()[:16]
    except RecursionError:
        return None


def _by_heart(exercises: dict[str, ExerciseResult], run: Run, assignment: Assignment) -> list[str]:
    """The exercises that fail on the class's inputs and are right on those that every learner has.

    Asked only of those that fail for no known reason: it takes the cells to be run once more.
    """
    doubtful = [name for name, e in exercises.items() if e["score"] < 0.5 and name in assignment.public
                and not (e["passed"] or e["unwritten"] or e["problem"] or e["mistakes"])]
    if not doubtful:
        return []
    specs = {name: assignment.public[name] for name in doubtful}
    again = Run(run.steps, Assignment(assignment.topic, assignment.template, specs, {}), run.sandbox)
    again.end = run.end
    again.run()
    run.children += again.children
    run.memory = max(run.memory, again.memory)
    scores = {name: assess(spec, [[decoded(raw) for raw in case] for case in again.answers(name)]).score
              for name, spec in specs.items()}
    return [name for name, score in scores.items() if score >= 0.9]


def _failing_parts(name: str, source: str, exercises: dict[str, ExerciseResult]) -> list[str]:
    """The lesson's other exercises that a failing function's cell calls by name and that fail themselves."""
    tree = parsed(source)
    if exercises[name]["passed"] or exercises[name]["problem"] or tree is None:
        return []
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [other for other in exercises if other != name and other in used and not exercises[other]["passed"]]


def _judge_question(name: str, assignment: Assignment, source: str, problem: str) -> QuestionResult:
    question = assignment.bank[name]
    most = assignment.template.points[name]
    given = Answer(problem=problem) if problem else read_answer(source, name)
    right = given.value == question.key
    option = question.options.get(given.value or "")
    return {"points": most if right else 0.0, "max_points": most, "answer": given.value, "right": right,
            "problem": given.problem or "", "kind": question.kind,
            "misconception": (option.misconception or "") if option and not right else ""}


def judge_notebook(notebook: Notebook, notes: Notes, assignment: Assignment, sandbox: AnySandbox,
                   content: str = "") -> Result:
    """The result of a repaired notebook. Nothing in it is the learner's but text, capped, to be escaped when shown.

    `content` is the hash of the submitted file, for the record.
    """
    began = time.monotonic()
    problem = notes.problem
    run = Run([] if problem else repair.steps(notebook, notes.missing, assignment.template), assignment, sandbox)
    if not problem and assignment.calls:
        run.run()
    sources = {cell["metadata"]["nbgrader"]["grade_id"]: source_of(cell) for cell in notebook["cells"]
               if cell["metadata"].get("nbgrader", {}).get("grade_id")}
    exercises = {name: _judge_exercise(name, assignment, run, sources.get(f"{name}-solution", ""), problem)
                 for name in assignment.template.solutions}
    for name in _by_heart(exercises, run, assignment):
        exercises[name] = {**exercises[name], "by_heart": True}
        notes.add(name, BY_HEART)
    for name in exercises:
        said = cause(name, _failing_parts(name, sources.get(f"{name}-solution", ""), exercises))
        if said:
            notes.add(name, said)
    questions = {name: _judge_question(name, assignment, sources.get(name, ""), problem)
                 for name in assignment.template.questions}
    parts = [*exercises.values(), *questions.values()]
    return {
        "topic": assignment.topic, "content": content, "marks_version": assignment.marks_version,
        "words_version": assignment.words_version, "environment": environment(),
        "points": round(sum(part["points"] for part in parts), 2),
        "max_points": round(sum(part["max_points"] for part in parts), 2),
        "problem": problem, "notes": notes.notebook, "cell_notes": notes.cells,
        "exercises": exercises, "questions": questions, "cells": _failed(run.cells),
        "isolation": sandbox.how, "children": run.children, "memory_kb": run.memory,
        "seconds": round(time.monotonic() - began, 3),
    }


def _failed(cells: dict[str, CellOutcome]) -> dict[str, CellOutcome]:
    return {name: outcome for name, outcome in cells.items() if not outcome["ok"]}


def judge(data: bytes | None, assignment: Assignment, sandbox: AnySandbox,
          problem: str = "") -> tuple[Notebook, Result]:
    """(graded notebook, result) of a handed-in file's bytes."""
    notebook, notes = prepare(data, assignment, problem)
    result = judge_notebook(notebook, notes, assignment, sandbox, digest(data or b""))
    write_outputs(notebook, result, assignment)
    return notebook, result
