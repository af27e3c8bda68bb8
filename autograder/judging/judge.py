"""The judge: what a handed-in notebook is worth, as a function of its bytes and the assignment.

`judge(data, assignment, sandbox)` reads, repairs, lets the child run the cells and the calls, compares the values that
come back, and returns data: a graded notebook and a result. It writes no file and no gradebook.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import time
from dataclasses import replace

from autograder.files import shown
from autograder.judging import repair
from autograder.judging.assignment import Assignment, environment, variants_of
from autograder.judging.mark import reworded, unmarked
from autograder.judging.pages import write_outputs
from autograder.judging.repair import Notebook
from autograder.judging.resembles import published_topics, resembles
from autograder.judging.result import CellOutcome, ExerciseResult, QuestionResult, Result
from autograder.judging.variants import Countings
from autograder.reading.bounds import TooMuch, own_time
from autograder.reading.files import Unreadable, digest, read_notebook
from autograder.sandbox.sandbox import AnySandbox
from course.actions.borrowed import lends
from course.answers import Answer, read_answer
from course.checking.reader import Cell, Notes, Template, label, source_of
from course.checking.report import Report, cause, roots
from course.quote import literal
from course.statements import parsed

ELSEWHERE = ("The results are right for the inputs that the notebook's `check` uses, and wrong for others of the same "
            "kind. The function must compute its answer from whatever it is given.")
TOO_SLOW = "For some inputs the function did not end in time. What is asked for takes a small part of that time."
LENT = "This notebook has the course lend `{}`. A lent function earns nothing: only what you wrote yourself counts."


# --- reading and repairing -----------------------------------------------------------------------------------

def prepare(data: bytes | None, assignment: Assignment, problem: str = "") -> tuple[Notebook, Notes]:
    """The repaired notebook and the notes on it. `data` None, or a notebook that cannot be read: an empty lesson."""
    try:
        with own_time():
            return _prepared(data, assignment, problem)
    except TooMuch as reason:
        return _prepared(None, assignment, str(reason))


def _prepared(data: bytes | None, assignment: Assignment, problem: str) -> tuple[Notebook, Notes]:
    cells: list[Cell] = []
    said: list[str] = []
    if not problem:
        try:
            if data is None:
                raise Unreadable("No notebook was handed in.")
            cells, said = read_notebook(data)
        except Unreadable as reason:
            problem = str(reason)
    notebook, notes = repair.repair(cells, assignment.template)
    if problem:
        notes = Notes(problem=problem)
    elif notes.problem:
        names = {name for cell in cells for name in (cell.grade_id, cell.grade_id.rpartition("-")[0], cell.id)}
        close = [topic for topic, ids in assignment.others.items() if len(ids & names) > 2]
        notes.problem += f" It looks like the notebook of the lesson “{close[0]}”." if close else ""
        notes.cells, notes.missing = {}, []
    else:
        notes.notebook = [*said, *notes.notebook, *_other_version(cells, assignment)]
        _name_conflicts(notebook, notes, assignment.template)
    return notebook, notes


def _other_version(cells: list[Cell], assignment: Assignment) -> list[str]:
    """A note where graded cells are not this lesson's as it is graded: those of an older or a newer version of it."""
    known = {*assignment.template.cells, *set().union(*assignment.others.values())}
    odd = [cell.grade_id for cell in cells if cell.grade_id and cell.grade_id not in known
           and (cell.nbgrader.get("grade") is True or cell.nbgrader.get("solution") is True)]
    if not odd:
        return []
    more = f" and {len(odd) - 4} more" if len(odd) > 4 else ""
    return [f"This is another version of the lesson than the one that is graded, an older one perhaps: it has cells "
            f"that this one does not know ({', '.join(literal(shown(name, 40)) for name in odd[:4])}{more}). What is "
            "the same in both was graded."]


def _name_conflicts(notebook: Notebook, notes: Notes, template: Template) -> None:
    """A note on each answer in which two versions from Git are mixed."""
    for cell in notebook["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        source = source_of(cell)
        if meta.get("solution") and "<<<<<<< " in source:
            line = next((n for n, text in enumerate(source.split("\n"), 1) if text.startswith("<<<<<<< ")), 0)
            if line:
                notes.add(template.exercise_of(meta["grade_id"]), "The cell holds a conflict of Git that was not "
                          f"solved (line {line}): keep one of the two sides, and delete the lines of signs.")


# --- judging -------------------------------------------------------------------------------------------------

@functools.lru_cache(maxsize=4096)              # cells that are as they were handed out, or the same
def tree_hash(source: str) -> str | None:
    """A hash of what a cell computes, whatever its comments and docstrings. None where it does not parse."""
    tree = parsed.__wrapped__(source)          # one of its own: it is changed below
    if tree is None:
        return None
    try:
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "replace")).hexdigest()[:16]
    except (RecursionError, ValueError):                # very deep; an int of more digits than Python writes
        return None


def _words(exercises: dict[str, ExerciseResult], counting: Countings,
           assignment: Assignment) -> tuple[dict[str, Report], dict[str, CellOutcome]]:
    """Of each exercise that fails, the report on the cases that every learner has: what is told comes from there.

    A child that has seen no secret input runs the cells once more, and is asked. What it says of the cells counts.
    """
    doubtful = [name for name, result in exercises.items() if name in assignment.public and counting.results
                and not (result["passed"] or result["unwritten"] or result["unchecked"])]
    return counting.once_more(doubtful)


def _failing_parts(name: str, source: str, exercises: dict[str, ExerciseResult]) -> list[str]:
    """The lesson's other exercises that a failing function's cell calls by name and that fail themselves."""
    tree = None if exercises[name]["passed"] or exercises[name]["problem"] else parsed(source)
    if tree is None:
        return []
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [other for other in exercises if other != name and other in used
            and not (exercises[other]["passed"] or exercises[other]["unchecked"])]


def _judge_question(name: str, assignment: Assignment, source: str, problem: str) -> QuestionResult:
    question = assignment.bank[name]
    most = assignment.template.points[name]
    given = Answer(problem=problem) if problem else read_answer(source, name, question.form)
    right = given.value is not None and question.is_right(given.value)
    share = 0.0 if given.value is None else question.share(given.value)
    return {"points": round(most * share, 2), "max_points": most, "answer": given.value, "right": right,
            "problem": given.problem or "", "kind": question.kind,
            "misconception": "" if right or given.value is None else question.misconception_of(given.value)}


def judge_notebook(notebook: Notebook, notes: Notes, assignment: Assignment, sandbox: AnySandbox,
                   content: str = "") -> Result:
    """The result of a repaired notebook. Nothing in it is the learner's but text, capped, to be escaped when shown.

    `content` is the hash of the submitted file, for the record.
    """
    try:
        with own_time():
            return _judged(notebook, notes, assignment, sandbox, content)
    except TooMuch as reason:
        sandbox.close()                     # it may have been stopped in the middle of a word
        return _judged(notebook, Notes(problem=str(reason)), assignment, sandbox, content)


def _judged(notebook: Notebook, notes: Notes, assignment: Assignment, sandbox: AnySandbox, content: str) -> Result:
    began = time.monotonic()
    problem = notes.problem
    counting = Countings(notebook, notes.missing, assignment, sandbox, _labels(notebook), bool(problem))
    if not problem and assignment.calls:
        counting.count()
        counting.tell(notes)
    written = {name: counting.written(name) for name in assignment.template.solutions}
    exercises: dict[str, ExerciseResult] = {
        name: unmarked(assignment, name, problem) if problem else
        {**counting.results[name], "cell": cell, "tree": tree_hash(source)} for name, (cell, source) in written.items()}
    sources = {cell["metadata"]["nbgrader"]["grade_id"]: source_of(cell) for cell in notebook["cells"]
               if cell["metadata"].get("nbgrader", {}).get("grade_id")}
    topics = published_topics()
    for name, (cell, source) in written.items():
        handed_out = [assignment.template.source(own) for own in assignment.template.cells_of(name)]
        own = source if source not in handed_out else ""
        others = [text for other, text in counting.steps(name) if other != cell and text]
        exercises[name]["resembles"] = resembles(name, own, others, topics)
    words, cells = _words(exercises, counting, assignment)
    parts_of = {name: _failing_parts(name, source, exercises) for name, (_, source) in written.items()}
    causes = {name: roots(name, parts_of.__getitem__) for name in exercises}
    for name, report in words.items():
        slow = name in counting.slow
        exercises[name] = reworded(exercises[name], replace(report, causes=causes[name]), slow)
        if report.passed:
            notes.add(name, TOO_SLOW if slow else ELSEWHERE)
    for name in exercises:
        said = cause(name, causes[name])
        if said:
            notes.add(name, said)
    asked = lends(source_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "code")
    for name in filter(asked.__contains__, exercises):
        if not exercises[name]["passed"] and not problem:
            exercises[name] = {**exercises[name], "lent": True}
            notes.add(name, LENT.format(name))
    questions = {name: _judge_question(name, assignment, sources.get(name, ""), problem)
                 for name in assignment.template.questions}
    parts = [*exercises.values(), *questions.values()]
    return {
        "topic": assignment.topic, "content": content, "marks_version": assignment.marks_version,
        "words_version": assignment.words_version, "draw": assignment.draw,
        "environment": environment(variants_of(assignment.template)),
        "points": round(sum(part["points"] for part in parts), 2),
        "max_points": round(sum(part["max_points"] for part in parts), 2),
        "problem": problem, "notes": notes.notebook, "cell_notes": notes.cells,
        "exercises": exercises, "questions": questions, "cells": _failed(cells),
        "isolation": sandbox.how, "children": counting.children, "memory_kb": counting.memory,
        "seconds": round(time.monotonic() - began, 3), "cpu": round(counting.cpu, 3),
    }


def _labels(notebook: Notebook) -> dict[str, str]:
    """How a note names the cells of the learner's own: by their number in what was handed in, and their first line."""
    return {cell["id"]: label(cell["metadata"]["position"], source_of(cell)) for cell in notebook["cells"]
            if type(cell["metadata"].get("position")) is int}


def _failed(cells: dict[str, CellOutcome]) -> dict[str, CellOutcome]:
    return {name: outcome for name, outcome in cells.items() if not outcome["ok"]}


def judge(data: bytes | None, assignment: Assignment, sandbox: AnySandbox,
          problem: str = "") -> tuple[Notebook, Result]:
    """(graded notebook, result) of a handed-in file's bytes."""
    notebook, notes = prepare(data, assignment, problem)
    result = judge_notebook(notebook, notes, assignment, sandbox, digest(data or b""))
    write_outputs(notebook, result, assignment)
    return notebook, result
