"""Grade one notebook of one's own: no wall, no gradebook, the public cases; the result is printed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from autograder.files import shown
from autograder.judging import assignment, judge, pages, repair
from autograder.judging.result import Result
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.reading.files import Unreadable, read_bytes, read_cells
from autograder.reading.found import Found, find_at, written
from autograder.sandbox.sandbox import PlainSandbox
from course.quote import visible


def grade_notebook(path: Path, root: Path = ROOT, show: Callable[[str], object] = print) -> Result:
    """The result card of one notebook, as text: no isolation, no gradebook, the public cases.

    `path` may also be a folder or a zip with the notebook in it.
    """
    topic, found = what_is_there(root, path)
    lesson = assignment.load_assignment(root, topic)
    with PlainSandbox(root) as sandbox:
        _, result = judge.judge(found.data, lesson, sandbox)
    result["notes"] = [*filter(None, [found.note]), *result["notes"]]
    show_result(result, lesson, show)
    return result


def what_is_there(root: Path, path: Path) -> tuple[str, Found]:
    """The lesson of a notebook, by its name, else by the graded cells in it; and the file with the answers."""
    templates = {topic: repair.load_template(root, topic) for topic in catalogue.judged_topics(root)}
    named = path.name.split(".")[0]
    if named in templates:
        with contextlib.suppress(*([Unreadable] if path.is_dir() else [])):
            return named, find_at(path, templates[named])
    best, why = None, None
    for topic, template in templates.items():
        try:
            found = find_at(path, template)
        except Unreadable as reason:
            why = reason
            continue
        answers = written(found.data or b"", template)
        if answers >= 0 and (best is None or answers > best[0]):
            best = answers, topic, found
    if best is not None:
        return best[1:]
    if why is None:
        read_cells(read_bytes(path))                     # what is wrong with it, if that is why
    raise why or Unreadable(f"{shown(path.name)} is no notebook of this course: none of its lessons' cells is in it.")


def show_result(result: Result, lesson: assignment.Assignment, show: Callable[[str], object] = print) -> None:
    """The result as text. The notebook may be a student's: nothing that it says moves the cursor."""
    def say(text: str) -> None:
        show("\n".join(map(visible, text.split("\n"))))

    if result["problem"]:
        say(f"This notebook could not be graded. {result['problem']}")
    for note in result["notes"]:
        say(f"Note: {note}")
    for name, outcome in result["exercises"].items():
        say(outcome["text"])
        for note in result["cell_notes"].get(name, []):
            say(f"  Note: {note}")
        say("")
    for name, answered in result["questions"].items():
        _, head, why = pages.question_text(name, lesson, answered)
        say(f"{name}: {head}. {why}")
        for note in result["cell_notes"].get(name, []):
            say(f"  Note: {note}")
    say(f"\nScore: {result['points']:g} of {result['max_points']:g}")
