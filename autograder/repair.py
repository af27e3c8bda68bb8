"""Rebuild a handed-in notebook around the learner's answers.

Everything but the answers comes from the release notebook: locked cells, tags, points, flags and order. What was
lost is put back, what was copied is resolved, what was renamed is found again where only one cell can be meant.
Each of these is said in a note, and costs nothing by itself.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder.answers import quiz_call, read_answer
from autograder.reader import Cell

NOT_RUN = {"demo", "question", "check", "predict", "review", "progress"}
MOST_EXTRA_CELLS = 200
LONGEST_NOTE = 4000            # characters of a learner's own Markdown kept in the graded copy
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Template:
    """The lesson as it was handed out, indexed by what the grader looks for."""

    topic: str
    notebook: dict
    cells: dict                              # id -> cell
    solutions: tuple[str, ...]               # exercise names, in order
    questions: tuple[str, ...]
    points: dict                             # grade id -> points
    kinds: dict                              # id -> what kind of cell it is

    def of(self, cell_id: str) -> str:
        """"solution", "check", "question", "carry", "run" (plain code), "demo" or "text"."""
        return self.kinds[cell_id]


def _kind(cell: dict) -> str:
    if cell["cell_type"] != "code":
        return "text"
    meta = cell["metadata"].get("nbgrader", {})
    if meta.get("grade") and meta.get("solution"):
        return "question"
    if meta.get("grade"):
        return "check"
    if meta.get("solution"):
        return "solution"
    if "carry" in cell["metadata"].get("tags", ()):
        return "carry"
    return "demo" if NOT_RUN & set(cell["metadata"].get("tags", ())) else "run"


def source_of(cell: dict) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def make_template(topic: str, notebook: dict) -> Template:
    cells = {}
    for position, cell in enumerate(notebook["cells"]):
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        cells[grade_id or cell.get("id") or f"cell-{position}"] = cell
    metas = {name: cell["metadata"].get("nbgrader", {}) for name, cell in cells.items()}
    graded = {name: meta for name, meta in metas.items() if meta.get("grade")}
    return Template(
        topic, notebook, cells,
        solutions=tuple(name for name, meta in graded.items() if not meta.get("solution")),
        questions=tuple(name for name, meta in graded.items() if meta.get("solution")),
        points={name: float(meta["points"]) for name, meta in graded.items()},
        kinds={name: _kind(cell) for name, cell in cells.items()},
    )


def load_template(root: Path, topic: str) -> Template:
    return make_template(topic, json.loads((root / "release" / topic / f"{topic}.ipynb").read_text("utf-8")))


@dataclass
class Notes:
    """What the grader had to mend. `cells` has notes for one graded cell, `notebook` for the whole."""

    problem: str = ""                                   # nothing could be graded, and why
    notebook: list[str] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)    # cells put back, not to be run

    def add(self, name: str, text: str) -> None:
        notes = self.cells.setdefault(name, [])
        if text not in notes:
            notes.append(text)

    def to_dict(self) -> dict:
        return {"problem": self.problem, "notebook": self.notebook, "cells": self.cells, "missing": self.missing}


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _defines(source: str, name: str) -> bool:
    if name not in source:
        return False
    tree = _tree(source)
    if tree is None:
        return f"def {name}(" in source
    return any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name for node in tree.body)


def _same(source: str, other: str) -> bool:
    strip = [line.rstrip() for line in source.strip().split("\n")]
    return strip == [line.rstrip() for line in other.strip().split("\n")]


def _exercise(grade_id: str) -> str:
    """The graded name a note about this cell belongs to: `mse-solution` -> `mse`."""
    return grade_id.removesuffix("-solution")


def _match(submitted: list[Cell], template: Template, notes: Notes) -> dict[int, str]:
    """Position of a handed-in cell -> id of the lesson's cell that it is."""
    found: dict[int, str] = {}
    for position, cell in enumerate(submitted):
        for name in (cell.grade_id, cell.id):
            if name in template.cells:
                found[position] = name
                break
    _match_by_text(submitted, template, found)
    taken = set(found.values())
    free = [(position, cell.source) for position, cell in enumerate(submitted)
            if position not in found and cell.kind == "code"]
    for name in template.solutions:
        cell_id = f"{name}-solution"
        if cell_id in template.cells and cell_id not in taken:
            candidates = [position for position, source in free if position not in found and _defines(source, name)]
            if len(candidates) == 1:
                found[candidates[0]] = cell_id
                notes.add(name, "The cell had lost its id; it was found by the function it defines.")
    for name in template.questions:
        if name in taken:
            continue
        candidates = [position for position, source in free if position not in found and _asks(source, name)]
        for position in candidates:
            found[position] = name
        if candidates:
            notes.add(name, "The cell had lost its id; it was found by the question it asks.")
    return found


def _match_by_text(submitted: list[Cell], template: Template, found: dict[int, str]) -> None:
    """Cells that lost their ids and are otherwise as they were handed out (not those with answers in them)."""
    taken, texts = set(found.values()), {}
    for name, cell in template.cells.items():
        if name not in taken and template.of(name) not in ("solution", "question"):
            texts.setdefault((cell["cell_type"], source_of(cell).strip()), []).append(name)
    for position, cell in enumerate(submitted):
        names = texts.get((cell.kind, cell.source.strip())) if position not in found else None
        if names:
            found[position] = names.pop(0)


def _asks(source: str, question_id: str) -> bool:
    try:
        return question_id in source and quiz_call(source, question_id) is not None
    except SyntaxError:
        return False


def _unchanged(name: str, source: str, template: Template) -> bool:
    if _same(source, source_of(template.cells[name])):
        return True
    return template.of(name) == "question" and read_answer(source, name).problem == "no answer yet"


def _edits(name: str, cell: Cell, template: Template, notes: Notes) -> None:
    """Notes about a graded cell that is not as it was handed out."""
    original = template.cells[name]
    meta = original["metadata"]["nbgrader"]
    kind = template.of(name)
    if kind == "check" and not _same(cell.source, source_of(original)):
        notes.add(name, "The locked check cell was edited; the original was used.")
    if cell.kind != original["cell_type"]:
        notes.add(_exercise(name), f"The cell had been turned into {cell.kind}; it was read as code.")
    changed = [key for key in ("points", "grade", "solution", "locked", "grade_id")
               if key in cell.nbgrader and cell.nbgrader[key] != meta.get(key)]
    if changed:
        what = ", ".join(changed)
        notes.add(_exercise(name), f"Settings of the cell were changed ({what}); the originals were used.")
    if kind in ("check", "question", "solution") and "skip-execution" in cell.tags:
        notes.add(_exercise(name), "The cell carried the tag skip-execution; it was ignored.")
    if kind == "question":
        _edited_question(name, cell.source, source_of(original), notes)


def _edited_question(name: str, source: str, original: str, notes: Notes) -> None:
    kept = [[line for line in text.split("\n") if not line.startswith("    answer=")] for text in (source, original)]
    if kept[0] == kept[1]:
        return
    try:
        calls = [quiz_call(text, name) for text in (source, original)]
    except SyntaxError:
        return
    if None in calls:
        return
    shown = [[ast.dump(part) for part in (*call.args, *call.keywords)
              if not (isinstance(part, ast.keyword) and part.arg == "answer")] for call in calls]
    if shown[0] != shown[1]:
        notes.add(name, "The text of the question was changed; the letter counts for the question as handed out.")


def _bare(cell: dict, source: str | None = None) -> dict:
    cell = {**cell, "metadata": dict(cell["metadata"]), "source": source_of(cell) if source is None else source}
    if cell["cell_type"] == "code":
        cell["outputs"] = []
        cell["execution_count"] = None
    return cell


def _extra_code(cell_id: str, source: str) -> dict:
    return {"cell_type": "code", "id": cell_id, "metadata": {"tags": ["extra"]}, "source": source,
            "outputs": [], "execution_count": None}


def _extra_text(cell_id: str, source: str) -> dict:
    """A learner's own Markdown, shown as text: it reaches the instructor's browser."""
    source = source[:LONGEST_NOTE]
    fence = "`" * 3
    while fence in source:
        fence += "`"
    return {"cell_type": "markdown", "id": cell_id, "metadata": {"tags": ["extra"]},
            "source": f"{fence}text\n{source}\n{fence}"}


def _own_definitions(source: str, original: str) -> str:
    """What a learner added to a demonstration cell: functions, classes and imports, nothing that runs."""
    tree, before = _tree(source), _tree(original)
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


def repair(submitted: list[Cell], template: Template) -> tuple[dict, Notes]:
    """The lesson's notebook with the learner's answers in it, and what had to be mended."""
    notes = Notes()
    found = _match(submitted, template, notes)
    holders: dict[str, list[int]] = {}
    for position, name in sorted(found.items()):
        holders.setdefault(name, []).append(position)
    graded = [name for name in template.cells if template.of(name) in ("solution", "check", "question")]
    if graded and not any(name in holders for name in graded):
        notes.problem = f"None of the graded cells of the lesson “{template.topic}” is in this notebook."

    chosen: dict[str, int] = {}
    earlier: list[int] = []
    for name, positions in holders.items():
        changed = [position for position in positions if not _unchanged(name, submitted[position].source, template)]
        chosen[name] = (changed or positions)[-1]
        if template.of(name) not in ("solution", "question", "check"):
            continue
        if len(positions) > 1:
            rule = "the last one that was changed counts" if changed else "none of them was changed"
            notes.add(_exercise(name), f"The cell was there {len(positions)} times; {rule}.")
        if template.of(name) == "solution":
            earlier += [position for position in changed if position != chosen[name]]
        _edits(name, submitted[chosen[name]], template, notes)
    for name in graded:
        if name not in holders and not notes.problem:
            what = {"solution": "The solution cell was missing; it has been put back empty.",
                    "check": "The check cell was missing; it has been put back.",
                    "question": "The question was missing; it has been put back without an answer."}[template.of(name)]
            notes.add(_exercise(name), what)
    notes.missing = [name for name in graded if name not in holders and template.of(name) == "solution"]
    order = [chosen[name] for name in graded if name in chosen]
    if order != sorted(order):
        notes.notebook.append("Cells had been moved; they were graded in the order of the lesson.")

    return _assemble(submitted, template, found, chosen, earlier, notes), notes


def _assemble(submitted, template, found, chosen, earlier, notes) -> dict:
    after: dict[str | None, list[dict]] = {}
    anchor, extras = None, 0
    kept = set(chosen.values())
    for position, cell in enumerate(submitted):
        name = found.get(position)
        source, before = cell.source, ""
        if name is not None:
            original = source_of(template.cells[name])
            kind = template.of(name)
            if position in kept:
                anchor = name
                if kind in ("run", "carry") and not _same(source, original) and cell.kind == "code":
                    pass                                     # the learner's version runs after the lesson's own
                elif kind == "demo" and not _same(source, original):
                    source = _own_definitions(source, original)
                else:
                    continue
            elif position in earlier:
                before = name                                # an earlier copy runs before the one that counts
            else:
                continue
        if not source.strip():
            continue
        extras += 1
        if extras > MOST_EXTRA_CELLS:
            continue
        if cell.kind == "code":
            new = _extra_code(f"extra-{extras}", source)
        else:
            new = _extra_text(f"extra-{extras}", source)
        if before:
            after.setdefault(("before", before), []).append(new)
        else:
            after.setdefault(anchor, []).append(new)
    if extras > MOST_EXTRA_CELLS:
        notes.notebook.append(f"The notebook had {extras} cells of its own; the first {MOST_EXTRA_CELLS} were kept.")

    cells = list(after.get(None, []))
    for name, original in template.cells.items():
        cells += after.get(("before", name), [])
        answer = None
        if name in chosen and template.of(name) in ("solution", "question"):
            answer = submitted[chosen[name]].source
        cells.append(_bare(original, answer))
        cells += after.get(name, [])
    return {**template.notebook, "metadata": dict(template.notebook["metadata"]), "cells": cells}


def steps(notebook: dict, notes: dict, template: Template) -> list[tuple[str, str]]:
    """The cells to run before anything is graded: (cell id, source), in order.

    Demonstrations, plots, quizzes and checks are left out; so are stubs that were put back for lost cells,
    and cells of the learner's own that define nothing.
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
            if template.of(name) in ("run", "carry", "solution") and name not in notes["missing"]:
                run.append((name, source))
        elif _worth_running(source):
            run.append((name, source))
    return run


def _worth_running(source: str) -> bool:
    tree = _tree(source)
    if tree is None:
        return True
    inner = [deep for node in tree.body if isinstance(node, (ast.Try, ast.If, ast.With)) for deep in ast.walk(node)]
    return any(isinstance(node, DEFINITIONS) for node in [*tree.body, *inner])
