"""What the notebooks themselves say of a learner's progress, for where the progress file does not have it.

An exercise counts as passed where the output of its check says so, an answer is what stands in the source. When it was,
and how often it was tried, no notebook tells.
"""

import contextlib
import json
import re

from course.answers import quiz_call, read_answer, read_sure
from course.cards.keys import bank_entry, is_right
from course.checking.reader import source_of
from course.contents import contents, questions
from course.earlier import lesson_of
from course.progress_file import alone, fill, read, write

RESULT = re.compile(r"^(\w+): (all \d+ checks pass|\d+ of \d+ checks pass|could not be checked)", re.M)


def rebuild(path):
    """Add to the progress file what the notebooks beside it have and it lacks. Returns how many exercises and answers.

    Writes nothing where there is nothing to add.
    """
    facts = [fact for book in notebooks_of(path.parent) for fact in facts_of(book)]
    if not facts:
        return 0, 0
    with alone(path):
        state = read(path)
        added = [kind for kind, id, when, facts_ in facts if fill(state, kind, id, when, facts_)]
        if added:
            write(path, state)
    return added.count("exercise"), added.count("question")


def notebooks_of(folder):
    """The lessons' notebooks in the folders beside the progress file, and those that lie next to it."""
    return [path for path in sorted([*folder.glob("*/*.ipynb"), *folder.glob("*.ipynb")])
            if lesson_of(path) in (path.parent.name, path.stem)]


def facts_of(book):
    """(kind, id, when, what is known) of each exercise and question of a notebook that something was done in."""
    try:
        cells, when = json.loads(book.read_text(encoding="utf-8"))["cells"], round(book.stat().st_mtime, 1)
    except (OSError, ValueError, KeyError, TypeError):
        return
    lesson = lesson_of(book)
    inside = contents().get(lesson, {"exercises": [], "questions": []})
    for cell in cells:
        with contextlib.suppress(KeyError, TypeError, AttributeError):      # a damaged cell costs the others nothing
            yield from _facts(cell, lesson, inside, when)


def _facts(cell, lesson, inside, when):
    if cell["cell_type"] != "code":
        return
    result = _result(cell)
    if result and result[1] in inside["exercises"]:
        yield "exercise", result[1], when, {"topic": lesson, "passed": result[2].startswith("all ")}
    asked = _asked(source_of(cell))
    form = questions().get(asked, {}).get("form", "letter")
    answer = read_answer(source_of(cell), asked, form).value if asked in inside["questions"] else None
    if answer:
        item, _ = bank_entry(asked)
        right = is_right(item, answer) if item else None
        yield "question", asked, when, {"topic": lesson, "answer": answer, "right": right,
                                        "sure": read_sure(source_of(cell), asked)}


def _result(cell):
    """The match of a check's own words in the output of a cell; None where there is none."""
    for output in cell.get("outputs", ()):
        text = output.get("data", {}).get("text/plain", output.get("text", ""))
        found = RESULT.search(text if isinstance(text, str) else "".join(text))
        if found:
            return found
    return None


def _asked(source):
    """The id of the question that a cell asks; "" where it asks none."""
    try:
        call = quiz_call(source) if "quiz" in source else None
        return call.args[0].value if call is not None and isinstance(call.args[0].value, str) else ""
    except (SyntaxError, IndexError, AttributeError):
        return ""
