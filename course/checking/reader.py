"""Which cell of a notebook counts for what: for which exercise, for which question; and what is ignored, and why.

One pure function, `read`: the cells that were handed in, and the lesson as it was handed out, give a `Reading`. The
grader uses it, and a learner's `check("all")` can, so that a learner sees before handing in what will be graded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from course.answers import NO_ANSWER, Answer, assigned, form_of, quiz_call, read_answer
from course.quote import code_span
from course.statements import definitions, parsed, writes

__all__ = ["LONGEST_CELL", "MOST_CODE", "NOT_RUN", "Answer", "Cell", "Notes", "Reading", "Template", "cell_label",
           "cut_cells", "make_template", "read", "read_answer", "same_text", "source_of",
           "too_much_code"]
NOT_RUN = frozenset({"demo", "question", "check", "predict", "review", "progress"})      # tags of cells that only show
LONGEST_CELL = 300_000      # characters of source: longer ones take the parser many seconds
MOST_CODE = 500_000         # characters of a notebook's code cells together; a lesson has 30,000


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


def too_much_code(cells: list[Cell]) -> str:
    """What to say of a notebook with more code than is graded; "" of any other."""
    code = sum(len(cell.source) for cell in cells if cell.kind == "code")
    return (f"The code cells have {code:,} characters together, more than the {MOST_CODE:,} that are graded."
            if code > MOST_CODE else "")


def cut_cells(sources: list[str]) -> list[str]:
    """A note on the cells of which only the beginning is read."""
    long = [number for number, source in enumerate(sources, 1) if len(source) > LONGEST_CELL]
    if not long:
        return []
    which = f"cell {long[0]}" if len(long) == 1 else f"cells {', '.join(map(str, long[:5]))}"
    return [f"Only the first {LONGEST_CELL:,} characters of {which} were read: what stands below them does not count. "
            "Put data into a file of its own, or make them in a loop."]


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
    forms: dict[str, str] = field(default_factory=dict)     # question -> what an answer to it looks like
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict)      # exercise -> frameworks, where it has any
    owners: dict[str, str] = field(default_factory=dict)    # id of a solution cell -> exercise

    def cell(self, name: str, variant: str = "") -> str:
        """The id of an exercise's solution cell; of one with variants, that of one framework."""
        return f"{name}-{variant if name in self.variants else 'solution'}"

    def cells_of(self, name: str) -> list[str]:
        """The ids of all of an exercise's solution cells: one, but for an exercise with variants."""
        return [self.cell(name, variant) for variant in self.variants.get(name, ("",))]

    def exercise_of(self, grade_id: str) -> str:
        """The graded name that a note about this cell belongs to: `mse-solution` -> `mse`."""
        return self.owners.get(grade_id, grade_id)

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
    solutions = tuple(name for name, meta in graded.items() if not meta.get("solution"))
    owners = {name: name.rpartition("-")[0] for name, meta in metas.items()
              if meta.get("solution") and not meta.get("grade") and name.rpartition("-")[0] in solutions}
    variants: dict[str, tuple[str, ...]] = {}
    for name, owner in owners.items():
        if name != f"{owner}-solution":
            variants[owner] = (*variants.get(owner, ()), name.rpartition("-")[2])
    return Template(
        topic, notebook, cells, solutions=solutions, variants=variants, owners=owners,
        questions=tuple(name for name, meta in graded.items() if meta.get("solution")),
        points={name: float(meta["points"]) for name, meta in graded.items()},
        kinds={name: _kind(cell) for name, cell in cells.items()},
        forms={name: form_of(source_of(cells[name]), name) for name, meta in graded.items() if meta.get("solution")},
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
    found: dict[str, int]                   # exercise, question -> position where it stands, if not in its own cell
    texts: dict[str, str]                   # question -> its text, where that is not the whole of a cell
    notes: Notes

    def source(self, cell_id: str) -> str | None:
        """What a learner wrote into a cell of the lesson, None where it is not there."""
        if cell_id in self.texts:
            return self.texts[cell_id]
        position = self.counts.get(cell_id)
        return None if position is None else self.cells[position].source


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
        counts[name], before = _counting(name, submitted, positions, template, notes)
        earlier |= before
        if template.of(name) in ("solution", "question", "check"):
            _note_edits(name, submitted[counts[name]], template, notes)
    found = dict(_found_functions(submitted, template, meant, counts))
    texts = {name: (position, text) for name, position, text in _found_answers(submitted, template, meant, counts)}
    found |= {name: position for name, (position, _) in texts.items()}
    for name in graded:
        exercise, kind = template.exercise_of(name), template.of(name)
        elsewhere = cell_label(submitted, found[exercise]) if exercise in found and kind != "check" else ""
        if name not in holders and kind == "solution" and any(own in holders for own in template.cells_of(exercise)):
            continue                                        # who writes in one framework needs no cell of the other
        if name not in holders and not notes.problem:
            notes.add(exercise, FOUND[kind].format(elsewhere) if elsewhere else PUT_BACK[kind])
        elif elsewhere:
            notes.add(exercise, ELSEWHERE[kind].format(elsewhere))
    notes.missing = [name for name in graded if name not in holders and template.of(name) == "solution"]
    order = [counts[name] for name in graded if name in counts]
    if order != sorted(order):
        notes.notebook.append("Cells had been moved; they were graded in the order of the lesson.")
    return Reading(submitted, template, meant, counts, frozenset(earlier), found,
                   {name: text for name, (_, text) in texts.items()}, notes)


PUT_BACK = {"solution": "The solution cell was missing; it has been put back empty.",
            "check": "The check cell was missing; it has been put back.",
            "question": "The question was missing; it has been put back without an answer."}
FOUND = {"solution": "The solution cell was missing; the function was found in {}.",
         "question": "The question's own cell was missing; it was found in {}."}
ELSEWHERE = {"solution": "The solution cell does not define the function; what {} defines counts.",
             "question": "The answer was found in {}."}


def _counting(name: str, submitted: list[Cell], positions: list[int], template: Template,
              notes: Notes) -> tuple[int, set[int]]:
    """The position that counts for a cell of the lesson, and those of other written copies of a solution."""
    kind = template.of(name)
    if len(positions) == 1:
        return positions[0], set()
    changed = [position for position in positions if not _unchanged(name, submitted[position].source, template)]
    written = [position for position in changed
               if kind == "solution" and writes(submitted[position].source, template.exercise_of(name))]
    counts = (written or changed or positions)[-1]
    if kind in ("solution", "question", "check"):
        rule = ("none of them was changed" if not changed else "the last one that was changed counts"
                if counts == changed[-1] else "the last one that is written counts")
        notes.add(template.exercise_of(name), f"The cell was there {len(positions)} times; {rule}.")
    return counts, {position for position in changed if position != counts and kind == "solution"}


def cell_label(cells: list[Cell], position: int) -> str:
    """A cell's place and beginning, for a note: "cell 14 (`def mse(a, b):`)"."""
    return label(position + 1, cells[position].source)


def label(number: int, source: str) -> str:
    """The same of a cell's number in the notebook, from 1, and its text."""
    line = next(filter(None, map(str.strip, source.split("\n"))), "")
    begins = code_span(line if len(line) <= 40 else line[:39] + "…")
    return f"cell {number} ({begins})" if begins else f"cell {number}"


# --- what stands in another cell ----------------------------------------------------------------------------

def _found_functions(submitted: list[Cell], template: Template, meant: dict[int, str],
                     counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """(exercise, position) of the functions that are not written in their own cell and are in another."""
    for name in template.solutions:
        cells = template.cells_of(name)
        own = {other for other, cell_id in meant.items() if cell_id in cells}
        if any(cell in counts and writes(submitted[counts[cell]].source, name) for cell in cells):
            continue
        others = [other for other, cell in enumerate(submitted) if other not in own and cell.kind == "code"
                  and writes(cell.source, name)
                  and not (other in meant and same_text(cell.source, template.source(meant[other])))]
        if others:
            yield name, others[-1]


def _found_answers(submitted: list[Cell], template: Template, meant: dict[int, str],
                   counts: dict[str, int]) -> Iterator[tuple[str, int, str]]:
    """(question, position, text) of the answers that are not in the question's own cell and are in another."""
    for name in template.questions:
        own = counts.get(name)
        form = template.forms[name]
        if own is not None and read_answer(submitted[own].source, name, form).value is not None:
            continue
        for position in reversed(range(len(submitted))):
            cell = submitted[position]
            if position != own and cell.kind == "code" and name in cell.source:
                answer = read_answer(cell.source, name, form).value
                if answer is not None:
                    yield name, position, _question_text(cell.source, name, form, answer)
                    break
        else:
            below = None if own is None else _answer_below(submitted, meant, own)
            if own is not None and below is not None:
                yield name, below, f"{submitted[own].source}\n{submitted[below].source}"


def _question_text(source: str, name: str, form: str, answer: str) -> str:
    """The lines of a cell that ask one question, where they say by themselves how it was answered; else all of it."""
    call = quiz_call(source, name)
    assert call is not None
    lines = "\n".join(source.split("\n")[call.lineno - 1:call.end_lineno])
    return lines if read_answer(lines, name, form).value == answer else source


def _answer_below(submitted: list[Cell], meant: dict[int, str], own: int) -> int | None:
    """The position of a cell below a question's that is nothing but `answer = "C"`."""
    for position in range(own + 1, len(submitted)):
        if submitted[position].kind == "code":
            tree = parsed(submitted[position].source)
            alone = position not in meant and tree is not None and len(tree.body) == 1
            return position if alone and assigned(submitted[position].source, "answer") is not None else None
    return None


# --- which cell is which ------------------------------------------------------------------------------------

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
    for cell_id, name in template.owners.items():
        if cell_id not in taken:
            candidates = [position for position, source in free if position not in found
                          and _is_for(cell_id, source, name, template)]
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


def defines(source: str, name: str) -> bool:
    """Whether a cell defines this function, as a stub or not; or would, if its text were right."""
    if name not in source:
        return False
    if parsed(source) is None:
        return f"def {name}(" in source
    return bool(definitions(source, name))


def _is_for(cell_id: str, source: str, name: str, template: Template) -> bool:
    """Whether a cell may be this one of an exercise: it defines the function, in one framework where there are some."""
    if name not in template.variants:
        return defines(source, name)
    return [v for v in template.variants[name] if definitions(source, name, v)] == [cell_id.rpartition("-")[2]]


def same_text(source: str, other: str) -> bool:
    """Whether two cells say the same, white space at the ends of lines left out."""
    if source == other:
        return True
    strip = [line.rstrip() for line in source.strip().split("\n")]
    return strip == [line.rstrip() for line in other.strip().split("\n")]


def _unchanged(name: str, source: str, template: Template) -> bool:
    if same_text(source, template.source(name)):
        return True
    return template.of(name) == "question" and read_answer(source, name, template.forms[name]).problem == NO_ANSWER


# --- what was edited ----------------------------------------------------------------------------------------

def _note_edits(name: str, cell: Cell, template: Template, notes: Notes) -> None:
    """Notes about a graded cell that is not as it was handed out."""
    original = template.cells[name]
    meta = original["metadata"]["nbgrader"]
    kind = template.of(name)
    if kind == "check" and not same_text(cell.source, source_of(original)):
        notes.add(name, "The locked check cell was edited; the original was used.")
    if cell.kind != original["cell_type"]:
        notes.add(template.exercise_of(name), f"The cell had been turned into {cell.kind}; it was read as code.")
    changed = [key for key in ("points", "grade", "solution", "locked", "grade_id")
               if key in cell.nbgrader and cell.nbgrader[key] != meta.get(key)]
    if changed:
        what = ", ".join(changed)
        notes.add(template.exercise_of(name), f"Settings of the cell were changed ({what}); the originals were used.")
    if "skip-execution" in cell.tags:
        notes.add(template.exercise_of(name), "The cell carried the tag skip-execution; it was ignored.")
    if kind == "question":
        _note_edited_question(name, cell.source, source_of(original), notes)


def _note_edited_question(name: str, source: str, original: str, notes: Notes) -> None:
    kept = [[line for line in text.split("\n") if not line.startswith("    answer=")] for text in (source, original)]
    if kept[0] == kept[1]:
        return
    try:
        calls = filter(None, [quiz_call(text, name) for text in (source, original)])
        shown = [[ast.dump(part) for part in (*call.args, *call.keywords)
                  if not (isinstance(part, ast.keyword) and part.arg in ("answer", "sure"))] for call in calls]
    except SyntaxError:
        return
    except (RecursionError, ValueError):                 # very deep; an int of more digits than Python writes
        shown = [[], ["changed"]]
    if len(shown) == 2 and shown[0] != shown[1]:
        notes.add(name, "The text of the question was changed; the answer counts for the question as handed out.")
