"""`check("all")`: what the grader will read of this notebook: what is found, what counts for nothing, what is open.

The file is read by the grader's own reader. Nothing is called, so nothing is said of right and wrong.
"""

import ast
import json
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from course.actions.borrowed import lends
from course.answers import NO_ANSWER, read_answer
from course.cards.result import ResultCard, show
from course.cards.text import card_html, inline_html, paragraph, text_plain
from course.checking.adapters import titles
from course.checking.reader import (
    LONGEST_CELL,
    Cell,
    cell_label,
    cut_cells,
    make_template,
    read,
    source_of,
    too_much_code,
)
from course.contents import TOPICS, folders
from course.earlier import lesson_of, own_file
from course.notebook import cell_id, in_notebook, keep, notebook_model, page_reached
from course.quote import code_span
from course.statements import definitions, parsed, writes


@dataclass
class Found:
    """What the reader found in a notebook: lines of text in a small part of Markdown."""

    head: str
    exercises: list = field(default_factory=list)       # (name, what is there)
    questions: list = field(default_factory=list)       # (id, the answer, or why there is none)
    nothing: list = field(default_factory=list)         # cells that count for nothing
    notes: list = field(default_factory=list)
    open: int = 0                                       # exercises and questions without an answer


def look():
    """Show what the grader will read, from the file as it is saved; once more when the page has saved it."""
    card = _card(False)
    shell = in_notebook()
    if shell is None or not page_reached():
        show(card)
        return
    from IPython.display import display

    handle = display(card, display_id=uuid.uuid4().hex)
    try:
        widget = notebook_model()(kind="save", cell_id=cell_id(shell))
    except Exception:
        return

    def saved(_, content, __):
        if content.get("type") == "saved":
            handle.update(_card(bool(content.get("done"))))
            widget.close()

    widget.on_msg(saved)
    keep(("check", "all"), widget)


def _card(saved):
    file = own_file()
    try:
        if file is None:
            raise OSError("where this notebook's file is, is not known here")
        found = reading(file)
        when = time.strftime("%H:%M", time.localtime(file.stat().st_mtime))
        said = f"Read from {code_span(f'{file.parent.name}/{file.name}')}, saved at {when}."
        said += "" if saved else " What you changed since is not in it: save the notebook, and run this cell again."
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"What will be read cannot be shown: {error}."
        return ResultCard(card_html(paragraph(text), "bad"), text)
    return ResultCard(_html(found, said), _text(found, said))


def reading(file):
    """What the grader will read of a notebook's file.

    Raises OSError, ValueError, KeyError or TypeError where it, or the lesson as it was given out, cannot be read.
    """
    lesson, notebook = lesson_of(file), json.loads(file.read_text(encoding="utf-8"))
    cells = [_cell(cell) for cell in notebook["cells"]]
    if problem := too_much_code(cells):
        raise ValueError(problem.removesuffix("."))
    read_ = read(cells, make_template(lesson, given_out(lesson)))
    asked = lends(cell.source for cell in cells if cell.kind == "code")
    found, unanswered = Found(f"What will be read of lesson {lesson}"), []
    for name in read_.template.solutions:
        state, there = _exercise(name, read_)
        state += ". Lent: that earns nothing" if not there and name in asked else ""
        found.exercises.append((name, state))
        found.open += not there
    for name in read_.template.questions:
        source = read_.source(name)
        answer = read_answer(source, name, read_.template.forms[name]) if source is not None else None
        if answer is not None and answer.problem == NO_ANSWER:
            unanswered.append(f"`{name}`")
        else:
            found.questions.append((name, answer.value or answer.problem if answer else "its cell is missing"))
        found.open += answer is None or answer.value is None
    if unanswered:
        found.questions.append(("", f"No answer yet: {', '.join(unanswered)}"))
    counted = set(read_.counts.values()) | set(read_.found.values())
    for position, cell in enumerate(cells):
        if cell.kind == "code" and position not in counted and not _only_asks(cell.source):
            why = "a copy; another one counts" if position in read_.meant else "your own cell"
            found.nothing.append(f"{code_span(_first_line(cell.source))}: {why}")
    notes = read_.notes
    found.notes += [notes.problem] if notes.problem else []
    found.notes += cut_cells([source_of(cell) for cell in notebook["cells"]])
    found.notes += notes.notebook + [f"`{name}`: {text}" for name, texts in notes.cells.items() for text in texts]
    return found


def given_out(lesson):
    """The lesson's notebook as it was given out, from the course's own folder."""
    if lesson not in TOPICS and not folders()[1:]:
        raise ValueError("it is no notebook of this course")
    places = [Path(__file__).resolve().parents[2], *(folder.parent for folder in folders()[1:])]
    for place in places:
        file = place / "release" / lesson / f"{lesson}.ipynb"
        if file.is_file():
            return json.loads(file.read_text(encoding="utf-8"))
    raise ValueError("the lesson as it was given out is not on this machine: its folder `release` is missing")


def _cell(cell):
    meta = cell.get("metadata", {})
    own = meta.get("nbgrader") if isinstance(meta.get("nbgrader"), dict) else {}
    return Cell(str(cell.get("cell_type", "")), source_of(cell)[:LONGEST_CELL], str(cell.get("id", "")),
                str(own.get("grade_id", "")), tuple(map(str, meta.get("tags", ()))), own)


def _exercise(name, reading_):
    """What there is of an exercise, and whether it is written."""
    if name in reading_.found:
        return f"written, in {cell_label(reading_.cells, reading_.found[name])}", True
    variants = reading_.template.variants.get(name, ())
    sources = {variant: reading_.source(reading_.template.cell(name, variant)) for variant in variants or ("",)}
    own = {variant: source for variant, source in sources.items() if source is not None}
    if not own:
        return "its cell is missing", False
    done = [variant for variant, source in own.items() if writes(source, name)]
    if done:
        better = ": the better counts" if len(done) > 1 else ""
        return f"written in {titles(done)}{better}" if variants else "written", True
    if variants:
        broken = [variant for variant, source in own.items() if parsed(source) is None]
        return f"its cell for {titles(broken)} has a syntax error" if broken else "not written yet", False
    source = own[""]
    if definitions(source, name):
        return "not written yet", False
    return "its cell has a syntax error" if parsed(source) is None else "its cell does not define it", False


def _only_asks(source):
    """Whether a cell is empty, or only calls what helps a learner: check("all"), lend("mse")."""
    tree = parsed(source)
    return tree is not None and all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(
        node.value.func, ast.Name) and node.value.func.id in ("check", "lend", "progress", "review")
        for node in tree.body)


def _first_line(source):
    line = next(line for line in source.strip().split("\n"))
    return line if len(line) <= 50 else line[:49] + "…"


# ------------------------------------------------------------------------------ the card

NOTHING = "Cells that count for nothing by themselves (functions in them can be used by yours):"


def _parts(found):
    """[(title, [(name, what is there)])], the tables of the card."""
    return [("Exercises", found.exercises), ("Answers", found.questions)]


def _summary(found):
    if not found.exercises and not found.questions:
        return "Nothing in this lesson is marked."
    if not found.open:
        return "Nothing is open. Whether it is right, each exercise's own check says."
    return f"{found.open} {'is' if found.open == 1 else 'are'} still open."


def _row(name, text):
    if not name:
        return Markup('<tr><td colspan="2">{}</td></tr>').format(inline_html(text))
    return Markup('<tr><th scope="row"><code>{}</code></th><td>{}</td></tr>').format(name, inline_html(text))


def _html(found, said):
    tables = Markup("").join(
        Markup('<table class="course-table"><caption>{}</caption>{}</table>').format(title, Markup("").join(
            _row(name, text) for name, text in rows)) for title, rows in _parts(found) if rows)
    lists = Markup("").join(
        Markup("{}<ul>{}</ul>").format(paragraph(title), Markup("").join(
            Markup("<li>{}</li>").format(inline_html(line)) for line in lines))
        for title, lines in ((NOTHING, found.nothing), ("Notes:", found.notes)) if lines)
    body = Markup('<span class="course-kind">{}</span><p><strong>{}</strong></p><div class="course-columns">{}</div>{}'
                  '<div class="course-status">{}</div>').format(found.head, _summary(found), tables, lists,
                                                                inline_html(said))
    return card_html(body, "calm" if found.open or found.notes else "ok", part="table")


def _text(found, said):
    lines = [found.head, _summary(found)]
    for title, rows in _parts(found):
        lines += [f"{title}:"] if rows else []
        lines += [f"  {name}{': ' if name else ''}{text_plain(text)}" for name, text in rows]
    for title, rows in ((NOTHING, found.nothing), ("Notes:", found.notes)):
        lines += [title, *(f"  {text_plain(line)}" for line in rows)] if rows else []
    return "\n".join([*lines, text_plain(said)])
