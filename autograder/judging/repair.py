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
from course.checking.adapters import CHOICE
from course.checking.reader import (
    Cell,
    Notes,
    Reading,
    Template,
    cell_label,
    make_template,
    read,
    same_text,
    source_of,
)
from course.statements import (
    binds,
    choices,
    definitions,
    differing,
    is_stub,
    looked_up,
    meet,
    only_shows,
    parsed,
    readable,
    reads,
    shows,
    text_of,
    touched,
    touches,
    without,
)

MOST_EXTRA_CELLS = 1000
LONGEST_NOTE = 4000            # characters of a learner's own Markdown kept in the graded copy

Notebook = dict[str, Any]      # as Jupyter's JSON has it
NotebookCell = dict[str, Any]


def load_template(root: Path, topic: str) -> Template:
    """The lesson as it was handed out: the release notebook of a course folder, else of the checkout."""
    return make_template(topic, json.loads(catalogue.notebook_path(topic, "release", root).read_text("utf-8")))


@dataclass
class Extra:
    """Something of the learner's own that is kept, and where: right before a cell of the lesson, or somewhere after."""

    kind: str
    source: str
    position: int                       # of its cell in what was handed in
    before: str | None = None           # id of the lesson's cell
    after: str | None = None            # None and no `before`: at the top
    copy: bool = False                  # another written copy of the solution before which it stands
    nodes: list[ast.stmt] | None = None                 # of a cell of the lesson: what was added; kept where needed


def repair(submitted: list[Cell], template: Template) -> tuple[Notebook, Notes]:
    """The lesson's notebook with the learner's answers in it, and what had to be mended."""
    reading = read(submitted, template)
    extras = _extras(reading)
    if len(extras) > MOST_EXTRA_CELLS:
        first = cell_label(submitted, extras[MOST_EXTRA_CELLS].position)
        reading.notes.notebook.append(f"The notebook had {len(extras)} cells of its own; the first {MOST_EXTRA_CELLS} "
                                      f"were kept, and those from {first} on were left out.")
    return _assembled(reading, extras[:MOST_EXTRA_CELLS]), reading.notes


def _extras(reading: Reading) -> list[Extra]:
    """What is kept beside the cells that count, in the order in which it stands."""
    found: list[Extra] = []
    anchor = None
    counting = set(reading.counts.values())
    for position, cell in enumerate(reading.cells):
        name = reading.meant.get(position)
        if name is None:
            found.append(Extra(cell.kind, cell.source, position, after=anchor))
            continue
        if position in counting:
            anchor = name
        if position in reading.earlier:
            found.append(Extra(cell.kind, cell.source, position, before=name, copy=True))
        elif cell.kind == "code" and not same_text(cell.source, reading.template.source(name)):
            found += _changed(reading, position, name, anchor)
    _keep_needed(reading, found)
    return [extra for extra in found if extra.source.strip()]


def _changed(reading: Reading, position: int, name: str, anchor: str | None) -> list[Extra]:
    """What of a changed cell of the lesson is run beside the lesson's own."""
    kind, source = reading.template.of(name), reading.cells[position].source
    if kind == "text" or (kind in ("run", "carry") and position in reading.counts.values()):
        return [Extra("code", source, position, after=anchor)]
    if kind not in ("demo", "check", "question"):
        return []
    tree = readable(source)
    if kind == "question" and len(tree.body) <= 1:              # the question and its answer alone
        return []
    if parsed(source) is None and kind != "question":
        reading.notes.notebook.append(f"Not all of {cell_label(reading.cells, position)} can be read as Python: what "
                                      "was added to it may be left out.")
    added = differing(source, reading.template.source(name))
    if kind == "question":
        added = [node for node in added if not _answers(node)]
    if kind != "check":
        return [Extra("code", source, position, after=anchor, nodes=added)]
    # what stands above the call of `check` was there when it ran
    call = next((node.lineno for node in tree.body if node not in added), 0)
    above = [node for node in added if node.lineno < call]
    return [Extra("code", source, position, before=name, nodes=above),
            Extra("code", source, position, after=anchor, nodes=[node for node in added if node not in above])]


def _answers(node: ast.stmt) -> bool:
    """Whether a statement in a question's cell is the question, or a line `answer = "C"`."""
    called = [getattr(one.func, "id", getattr(one.func, "attr", "")) for one in ast.walk(node)
              if isinstance(one, ast.Call)]
    return "answer" in binds(node) or "quiz" in called


def _keep_needed(reading: Reading, extras: list[Extra]) -> None:
    """Of the statements that were added to cells of the lesson, keep those that make or change what others look up.

    Who plays with a demonstration changes numbers in it that nothing else needs: they are not run.
    """
    waiting = [node for extra in extras for node in extra.nodes or () if not shows(node)]
    kept: list[ast.stmt] = []
    if waiting:
        template = reading.template
        sources = [reading.source(name) or template.source(name) for name in template.cells
                   if template.of(name) in ("solution", "run", "carry")]
        given = set(template.solutions).union(*(binds(node) for source in sources for node in _imports(source)))
        sources += [extra.source for extra in extras if extra.nodes is None and extra.kind == "code"]
        needed = set(template.solutions).union(*map(reads, sources))
        more = True
        while more:
            found = [node for node in waiting if meet(binds(node) | (touches(node) - given), needed)]
            waiting = [node for node in waiting if node not in found]
            kept += found
            needed = needed.union(*(looked_up(ast.Module([node], [])) for node in found))
            more = bool(found)
    for extra in extras:
        if extra.nodes is not None:
            extra.source = text_of([node for node in extra.nodes if node in kept], extra.source)


def _imports(source: str) -> list[ast.stmt]:
    return [node for node in readable(source).body if isinstance(node, (ast.Import, ast.ImportFrom))]


def _assembled(reading: Reading, extras: list[Extra]) -> Notebook:
    """The lesson's cells with the answers in them, and the extras where they belong."""
    template = reading.template
    made = [(extra, _extra_cell(f"{'copy' if extra.copy else 'extra'}-{number}", extra))
            for number, extra in enumerate(extras, 1)]
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
    common = {"id": cell_id, "metadata": {"tags": ["extra"], "position": extra.position + 1}}
    if extra.kind == "code":
        return {"cell_type": "code", **common, "source": extra.source, "outputs": [], "execution_count": None}
    source = extra.source[:LONGEST_NOTE]
    fence = "`" * 3
    while fence in source:
        fence += "`"
    return {"cell_type": "markdown", **common, "source": f"{fence}text\n{source}\n{fence}"}


def steps(notebook: Notebook, missing: list[str], template: Template,
          variant: str | None = None) -> list[tuple[str, str]]:
    """What to run before anything is graded: (cell id, source), in order, and (exercise, "") where its check stands.

    Demonstrations, plots and quizzes are left out; so are the `missing` ones, stubs that were put back for lost cells,
    stubs of functions that are written elsewhere, and cells of the learner's own that only show something.

    `variant`: as it is for what is written in one framework: without the solution cells of the others, and FRAMEWORK
    is this one, whatever the notebook says.
    """
    run = []
    for position, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        name = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", f"cell-{position}")
        source = source_of(cell)
        if name in template.cells:
            if template.of(name) == "check":
                run.append((name, ""))
            elif template.of(name) in ("run", "carry", "solution") and name not in missing and source.strip():
                run.append((name, source))
        elif source.strip() and not only_shows(source, template.solutions):
            run.append((name, source))
    if variant is not None:
        run = _chosen([(name, source) for name, source in run if _is_of(name, source, template, variant)], variant)
    return _without_stubs(run, template.solutions, variant)


def _is_of(name: str, source: str, template: Template, variant: str) -> bool:
    """Whether a cell is run for a variant: any but a solution cell of another, unless it stands under its condition."""
    exercise = template.owners.get(name)
    if exercise not in template.variants or name == template.cell(exercise, variant):
        return True
    others = [other for other in template.variants[exercise] if other != variant]
    return bool(definitions(source, exercise, variant)) and not any(
        definitions(source, exercise, other) for other in others)


def _chosen(run: list[tuple[str, str]], variant: str) -> list[tuple[str, str]]:
    """The same with FRAMEWORK set: before anything is run, in each cell that gives it a value, and after that cell."""
    cell = next((name for name, source in run if choices(source)), CHOICE)
    line = f"{CHOICE} = {variant!r}"
    made = [(cell, line)]
    for name, source in run:
        made.append((name, _with_choice(source, variant)))
        if source and meet(touched(source), {CHOICE}):
            made.append((cell, line))
    return made


def _with_choice(source: str, variant: str) -> str:
    """A cell in which each `FRAMEWORK = …` gives this value: what stands below it in the same cell goes by it."""
    lines = source.encode("utf-8", "replace").split(b"\n")
    for value, _ in reversed(choices(source)):
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        end = lines[last][value.end_col_offset:]
        begin = lines[first][:value.col_offset]
        lines[first:last + 1] = [begin + repr(variant).encode() + end, *[b""] * (last - first)]
    changed = b"\n".join(lines).decode("utf-8", "replace")
    return changed if parsed(changed) is not None or parsed(source) is None else source


def _without_stubs(run: list[tuple[str, str]], functions: tuple[str, ...],
                   variant: str | None = None) -> list[tuple[str, str]]:
    """The same without the stubs of functions that one of the cells defines."""
    gone: dict[int, list[ast.stmt]] = {}
    for name in functions:
        made = [(number, node) for number, (_, source) in enumerate(run)
                for node in definitions(source, name, variant)]
        if any(not is_stub(node) for _, node in made):
            for number, node in made:
                if is_stub(node):
                    gone.setdefault(number, []).append(node)
    return [(cell, without(_whole(gone[number], source), source) if number in gone else source)
            for number, (cell, source) in enumerate(run)]


def _whole(nodes: list[ast.stmt], source: str) -> list[ast.stmt]:
    """Statements to be taken out; in place of those that are all of an `if` the `if` itself."""
    empty = [node for node in readable(source).body if isinstance(node, ast.If) and not node.orelse
             and all(inner in nodes for inner in node.body)]
    return [*empty, *(node for node in nodes if not any(node in one.body for one in empty))]


def written_in(run: list[tuple[str, str]], name: str, own: str = "") -> tuple[str, str]:
    """(cell id, source) of the step that defines an exercise's function: its `own` cell, else the last that does."""
    own = own or f"{name}-solution"
    step = next(((cell, source) for cell, source in run if cell == own), (own, ""))
    return step if definitions(step[1], name) else next(
        ((cell, source) for cell, source in reversed(run) if definitions(source, name)), step)
