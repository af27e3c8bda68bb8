"""Which cell of a notebook counts for what: for which exercise, for which question; and what is ignored, and why.

One pure function, `read`: the cells that were handed in, and the lesson as it was handed out, give a `Reading`. The
grader uses it, and a learner's `check("all")` can, so that a learner sees before handing in what will be graded.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from course.contents import LETTERS
from course.quote import literal

LONGEST_SOURCE = 100_000
NOT_RUN = frozenset({"demo", "question", "check", "predict", "review", "progress"})      # tags of cells that only show


# --- what is read -------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Cell:
    """What counts of a handed-in cell. Outputs, attachments and widget state are left behind."""

    kind: str                                           # "code" | "markdown" | "raw"
    source: str
    id: str = ""
    grade_id: str = ""
    tags: tuple[str, ...] = ()
    nbgrader: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """The lesson as it was handed out, indexed by what the reader looks for."""

    topic: str
    notebook: dict[str, Any]
    cells: dict[str, dict[str, Any]]                    # id -> cell
    solutions: tuple[str, ...]                          # exercise names, in order
    questions: tuple[str, ...]
    points: dict[str, float]                            # grade id -> points
    kinds: dict[str, str]                               # id -> what kind of cell it is

    def of(self, cell_id: str) -> str:
        """"solution", "check", "question", "carry", "run" (plain code), "demo" or "text"."""
        return self.kinds[cell_id]

    def source(self, cell_id: str) -> str:
        """The text of a cell as it was handed out."""
        return source_of(self.cells[cell_id])


def source_of(cell: Mapping[str, Any]) -> str:
    """The text of a notebook's cell, which a file may hold as one string or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _kind(cell: Mapping[str, Any]) -> str:
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


def make_template(topic: str, notebook: dict[str, Any]) -> Template:
    """The template of a release notebook."""
    cells: dict[str, dict[str, Any]] = {}
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


# --- what comes of it ---------------------------------------------------------------------------------------

@dataclass
class Notes:
    """What had to be mended. `cells` has notes for one graded cell, `notebook` for the whole."""

    problem: str = ""                                           # nothing could be graded, and why
    notebook: list[str] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)            # cells put back, not to be run

    def add(self, name: str, text: str) -> None:
        notes = self.cells.setdefault(name, [])
        if text not in notes:
            notes.append(text)


@dataclass(frozen=True)
class Reading:
    """Which cell counts for what."""

    cells: list[Cell]                       # as handed in
    template: Template
    meant: dict[int, str]                   # position of a cell -> id of the lesson's cell that it is
    counts: dict[str, int]                  # id of the lesson's cell -> position of the one that counts for it
    earlier: frozenset[int]                 # other written copies of a solution: they run before the one that counts
    notes: Notes

    def source(self, cell_id: str) -> str | None:
        """What a learner wrote into a cell of the lesson, None where it is not there."""
        position = self.counts.get(cell_id)
        return None if position is None else self.cells[position].source


@dataclass(frozen=True)
class Answer:
    """What a learner answered: `value` is the answer in the form that is asked for, or None; then `problem` says in
    words why there is none.
    """

    value: str | None = None
    problem: str | None = None


def read(submitted: list[Cell], template: Template) -> Reading:
    """Which cell counts for which exercise, which for which question, and what had to be mended."""
    notes = Notes()
    meant = _match(submitted, template, notes)
    holders: dict[str, list[int]] = {}
    for position, name in sorted(meant.items()):
        holders.setdefault(name, []).append(position)
    graded = [name for name in template.cells if template.of(name) in ("solution", "check", "question")]
    if graded and not any(name in holders for name in graded):
        notes.problem = f"None of the graded cells of the lesson “{template.topic}” is in this notebook."

    counts: dict[str, int] = {}
    earlier: set[int] = set()
    for name, positions in holders.items():
        changed = [position for position in positions if not _unchanged(name, submitted[position].source, template)]
        counts[name] = (changed or positions)[-1]
        if template.of(name) not in ("solution", "question", "check"):
            continue
        if len(positions) > 1:
            rule = "the last one that was changed counts" if changed else "none of them was changed"
            notes.add(exercise_of(name), f"The cell was there {len(positions)} times; {rule}.")
        if template.of(name) == "solution":
            earlier |= {position for position in changed if position != counts[name]}
        _note_edits(name, submitted[counts[name]], template, notes)
    for name in graded:
        if name not in holders and not notes.problem:
            notes.add(exercise_of(name), PUT_BACK[template.of(name)])
    notes.missing = [name for name in graded if name not in holders and template.of(name) == "solution"]
    order = [counts[name] for name in graded if name in counts]
    if order != sorted(order):
        notes.notebook.append("Cells had been moved; they were graded in the order of the lesson.")
    return Reading(submitted, template, meant, counts, frozenset(earlier), notes)


PUT_BACK = {"solution": "The solution cell was missing; it has been put back empty.",
            "check": "The check cell was missing; it has been put back.",
            "question": "The question was missing; it has been put back without an answer."}


# --- which cell is which ------------------------------------------------------------------------------------

def exercise_of(grade_id: str) -> str:
    """The graded name that a note about this cell belongs to: `mse-solution` -> `mse`."""
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
            candidates = [position for position, source in free if position not in found and defines(source, name)]
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
    taken = set(found.values())
    texts: dict[tuple[str, str], list[str]] = {}
    for name, cell in template.cells.items():
        if name not in taken and template.of(name) not in ("solution", "question"):
            texts.setdefault((cell["cell_type"], source_of(cell).strip()), []).append(name)
    for position, submitted_cell in enumerate(submitted):
        key = (submitted_cell.kind, submitted_cell.source.strip())
        names = texts.get(key) if position not in found else None
        if names:
            found[position] = names.pop(0)


def _asks(source: str, question_id: str) -> bool:
    try:
        return question_id in source and quiz_call(source, question_id) is not None
    except SyntaxError:
        return False


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, None where it has none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defines(source: str, name: str) -> bool:
    """Whether a cell defines this function at its top level."""
    if name not in source:
        return False
    tree = parsed(source)
    if tree is None:
        return f"def {name}(" in source
    return any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name for node in tree.body)


def same_text(source: str, other: str) -> bool:
    """Whether two cells say the same, white space at the ends of lines left out."""
    strip = [line.rstrip() for line in source.strip().split("\n")]
    return strip == [line.rstrip() for line in other.strip().split("\n")]


def _unchanged(name: str, source: str, template: Template) -> bool:
    if same_text(source, template.source(name)):
        return True
    return template.of(name) == "question" and read_answer(source, name).problem == NO_ANSWER


# --- what was edited ----------------------------------------------------------------------------------------

def _note_edits(name: str, cell: Cell, template: Template, notes: Notes) -> None:
    """Notes about a graded cell that is not as it was handed out."""
    original = template.cells[name]
    meta = original["metadata"]["nbgrader"]
    kind = template.of(name)
    if kind == "check" and not same_text(cell.source, source_of(original)):
        notes.add(name, "The locked check cell was edited; the original was used.")
    if cell.kind != original["cell_type"]:
        notes.add(exercise_of(name), f"The cell had been turned into {cell.kind}; it was read as code.")
    changed = [key for key in ("points", "grade", "solution", "locked", "grade_id")
               if key in cell.nbgrader and cell.nbgrader[key] != meta.get(key)]
    if changed:
        what = ", ".join(changed)
        notes.add(exercise_of(name), f"Settings of the cell were changed ({what}); the originals were used.")
    if "skip-execution" in cell.tags:
        notes.add(exercise_of(name), "The cell carried the tag skip-execution; it was ignored.")
    if kind == "question":
        _note_edited_question(name, cell.source, source_of(original), notes)


def _note_edited_question(name: str, source: str, original: str, notes: Notes) -> None:
    kept = [[line for line in text.split("\n") if not line.startswith("    answer=")] for text in (source, original)]
    if kept[0] == kept[1]:
        return
    try:
        calls = [quiz_call(text, name) for text in (source, original)]
    except SyntaxError:
        return
    shown = [[ast.dump(part) for part in (*call.args, *call.keywords)
              if not (isinstance(part, ast.keyword) and part.arg == "answer")] for call in calls if call is not None]
    if len(shown) == 2 and shown[0] != shown[1]:
        notes.add(name, "The text of the question was changed; the letter counts for the question as handed out.")


# --- the answer to a question -------------------------------------------------------------------------------

NO_ANSWER = "no answer yet"


@functools.lru_cache(maxsize=4096)
def quiz_call(source: str, question_id: str | None = None) -> ast.Call | None:
    """The call `quiz("question_id", …)` in a cell's source: the last one, or None.

    SyntaxError goes to the caller.
    """
    if len(source) > LONGEST_SOURCE:
        raise SyntaxError("the cell is far too long")
    try:
        tree = ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as problem:     # null bytes, very deep nesting
        raise SyntaxError(str(problem)) from None
    found = None
    # a question's cell is one call; only where it is something else is all of it searched
    first = tree.body[0] if len(tree.body) == 1 else None
    whole = first.value if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call) else None
    for node in [whole] if whole is not None else ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "quiz"):
            continue
        argument = node.args[0] if node.args else None
        name = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(name, str) and (question_id is None or name == question_id):
            found = node
    return found


def read_answer(source: str, question_id: str, form: str = "letter") -> Answer:
    """What a learner answered in the cell of question `question_id`. Nothing is executed: the record of an answer is
    the literal in the source, `answer="C"`, so a cell that cannot run, or would print a forged answer, changes nothing.

    Parameters
    ----------
    form : "letter"
        What an answer to this question looks like.
    """
    if form not in FORMS:
        raise ValueError(f"no form of answers of the name {form!r}: {', '.join(FORMS)}")
    try:
        call = quiz_call(source, question_id)
    except SyntaxError as problem:
        line = f" in line {problem.lineno}" if problem.lineno else ""
        return Answer(problem=f"the cell has a syntax error{line}: {literal(problem.msg)}")
    if call is None:
        return Answer(problem=f'the cell no longer holds quiz("{question_id}", …)')
    given = [keyword.value for keyword in call.keywords if keyword.arg == "answer"]
    if not given:
        return Answer(problem="no answer yet: the cell has no answer=…")
    return FORMS[form](given[-1])


def _letter(value: ast.expr) -> Answer:
    if isinstance(value, ast.Name) and value.id.strip().upper() in LETTERS:
        return Answer(problem=f'put quotes around the letter: answer="{value.id.upper()}"')
    if isinstance(value, ast.Constant) and value.value is None:
        return Answer(problem=NO_ANSWER)
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return Answer(problem=f"{_shown(value)} is not a letter")
    letter = value.value.strip().upper()
    if not letter:
        return Answer(problem=NO_ANSWER)
    if letter in LETTERS:
        return Answer(letter)
    return Answer(problem=f"{_shown(value)} is no option: choose {', '.join(LETTERS[:-1])} or {LETTERS[-1]}")


FORMS = {"letter": _letter}


def _shown(node: ast.expr) -> str:
    try:
        text = ast.unparse(node)
    except RecursionError:
        return "a very deep expression"
    return literal(text if len(text) <= 40 else text[:37] + "…")
