"""Rebuild a handed-in notebook around the learner's answers.

Everything but the answers comes from the release notebook: locked cells, tags, points, flags and order. What counts
for what is `course.checking.reader`'s business; here the notebook is put together from it.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.lessons import catalogue
from course.checking.reader import Cell, Notes, Reading, Template, make_template, parsed, read, same_text, source_of

MOST_EXTRA_CELLS = 200
LONGEST_NOTE = 4000            # characters of a learner's own Markdown kept in the graded copy
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)

Notebook = dict[str, Any]      # as Jupyter's JSON has it
NotebookCell = dict[str, Any]


def load_template(root: Path, topic: str) -> Template:
    """The lesson as it was handed out: the release notebook of a course folder, else of the checkout."""
    return make_template(topic, json.loads(catalogue.notebook_path(topic, "release", root).read_text("utf-8")))


@dataclass(frozen=True)
class Extra:
    """Something of the learner's own that is kept, and where: right before a cell of the lesson, or somewhere after."""

    kind: str
    source: str
    before: str | None = None           # id of the lesson's cell
    after: str | None = None            # None and no `before`: at the top


def repair(submitted: list[Cell], template: Template) -> tuple[Notebook, Notes]:
    """The lesson's notebook with the learner's answers in it, and what had to be mended."""
    reading = read(submitted, template)
    extras = _extras(reading)
    if len(extras) > MOST_EXTRA_CELLS:
        reading.notes.notebook.append(f"The notebook had {len(extras)} cells of its own; the first {MOST_EXTRA_CELLS} "
                                      "were kept.")
    return _assembled(reading, extras[:MOST_EXTRA_CELLS]), reading.notes


def _extras(reading: Reading) -> list[Extra]:
    """What is kept beside the cells that count, in the order in which it stands."""
    found: list[Extra] = []
    anchor = None
    counting = set(reading.counts.values())
    for position, cell in enumerate(reading.cells):
        name = reading.meant.get(position)
        if name is None:
            extra = Extra(cell.kind, cell.source, after=anchor)
        elif position in counting:
            anchor = name
            extra = Extra(cell.kind, _added(reading, name, cell), after=anchor)
        elif position in reading.earlier:
            extra = Extra(cell.kind, cell.source, before=name)
        else:
            continue
        if extra.source.strip():
            found.append(extra)
    return found


def _added(reading: Reading, name: str, cell: Cell) -> str:
    """What of a changed cell of the lesson is run beside the lesson's own; "" where there is nothing."""
    kind, original = reading.template.of(name), reading.template.source(name)
    if same_text(cell.source, original):
        return ""
    if kind in ("run", "carry"):
        return cell.source if cell.kind == "code" else ""
    return own_definitions(cell.source, original) if kind == "demo" else ""


def own_definitions(source: str, original: str) -> str:
    """What a learner added to a demonstration cell: functions, classes and imports, nothing that runs."""
    tree, before = parsed(source), parsed(original)
    if tree is None or before is None:
        return ""
    known = {ast.dump(node) for node in before.body}
    try:
        added = [node for node in tree.body if _is_definition(node) and ast.dump(node) not in known]
        return "\n".join(map(ast.unparse, added))
    except RecursionError:                                       # a very deep expression
        return ""


def _is_definition(node: ast.stmt) -> bool:
    """A function, a class, an import, or a name for a constant or a lambda."""
    if isinstance(node, ast.Assign):
        if isinstance(node.value, ast.Lambda):
            return True
        try:
            ast.literal_eval(node.value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return False
        return True
    return isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


def _assembled(reading: Reading, extras: list[Extra]) -> Notebook:
    """The lesson's cells with the answers in them, and the extras where they belong."""
    template = reading.template
    made = [(extra, _extra_cell(f"extra-{number}", extra)) for number, extra in enumerate(extras, 1)]
    cells = [cell for extra, cell in made if extra.before is None and extra.after is None]
    for name, original in template.cells.items():
        cells += [cell for extra, cell in made if extra.before == name]
        answer = reading.source(name) if template.of(name) in ("solution", "question") else None
        cells.append(_bare(original, answer))
        cells += [cell for extra, cell in made if extra.before is None and extra.after == name]
    return {**template.notebook, "metadata": dict(template.notebook["metadata"]), "cells": cells}


def _bare(cell: NotebookCell, source: str | None) -> NotebookCell:
    """A cell of the lesson without outputs, with a learner's answer in it where there is one."""
    cell = {**cell, "metadata": dict(cell["metadata"]), "source": source_of(cell) if source is None else source}
    if cell["cell_type"] == "code":
        cell["outputs"] = []
        cell["execution_count"] = None
    return cell


def _extra_cell(cell_id: str, extra: Extra) -> NotebookCell:
    """A cell of the learner's own. Text is shown as text, not as Markdown: it reaches the instructor's browser."""
    common = {"id": cell_id, "metadata": {"tags": ["extra"]}}
    if extra.kind == "code":
        return {"cell_type": "code", **common, "source": extra.source, "outputs": [], "execution_count": None}
    source = extra.source[:LONGEST_NOTE]
    fence = "`" * 3
    while fence in source:
        fence += "`"
    return {"cell_type": "markdown", **common, "source": f"{fence}text\n{source}\n{fence}"}


def steps(notebook: Notebook, missing: list[str], template: Template) -> list[tuple[str, str]]:
    """The cells to run before anything is graded: (cell id, source), in order.

    Demonstrations, plots, quizzes and checks are left out; so are the `missing` ones, stubs that were put back for lost
    cells, and cells of the learner's own that define nothing.
    """
    run = []
    for position, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        name = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", f"cell-{position}")
        source = source_of(cell)
        if not source.strip():
            continue
        if name in template.cells:
            if template.of(name) in ("run", "carry", "solution") and name not in missing:
                run.append((name, source))
        elif _worth_running(source):
            run.append((name, source))
    return run


def _worth_running(source: str) -> bool:
    tree = parsed(source)
    if tree is None:
        return True
    inner = [deep for node in tree.body if isinstance(node, (ast.Try, ast.If, ast.With)) for deep in ast.walk(node)]
    return any(isinstance(node, DEFINITIONS) for node in [*tree.body, *inner])
