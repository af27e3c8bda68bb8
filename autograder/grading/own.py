"""Grade one notebook of one's own: no wall, no gradebook, the public cases; the result is printed."""

from __future__ import annotations

from pathlib import Path

from autograder.files import shown
from autograder.judging import assignment, judge, pages, repair
from autograder.judging.files import Unreadable, read_bytes
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.sandbox.sandbox import PlainSandbox


def grade_notebook(path: Path, root: Path = ROOT, show=print) -> dict:
    """The result card of one notebook, as text: no isolation, no gradebook, the public cases."""
    data = read_bytes(path)
    topic = topic_of(root, path, data)
    lesson = assignment.load_assignment(root, topic)
    with PlainSandbox(root) as sandbox:
        _, result = judge.judge(data, lesson, sandbox)
    show_result(result, lesson, show)
    return result


def topic_of(root: Path, path: Path, data: bytes) -> str:
    """The lesson of a notebook: by its name, else by the graded cells in it."""
    topics = catalogue.judged_topics(root)
    if path.stem in topics:
        return path.stem
    text = data.decode("utf-8", "replace")
    counts = {}
    for topic in topics:
        template = repair.load_template(root, topic)
        counts[topic] = sum(f'"{name}' in text for name in (*template.solutions, *template.questions))
    best = max(counts, key=counts.get, default=None)
    if best is None or not counts[best]:
        raise Unreadable(f"{shown(path.name)} is no notebook of this course: none of its lessons' cells is in it.")
    return best


def show_result(result: dict, lesson: assignment.Assignment, show=print) -> None:
    if result["problem"]:
        show(f"This notebook could not be graded. {result['problem']}")
    for note in result["notes"]:
        show(f"Note: {note}")
    for name, outcome in result["exercises"].items():
        show(outcome["text"])
        for note in result["cell_notes"].get(name, []):
            show(f"  Note: {note}")
        show("")
    for name, outcome in result["questions"].items():
        _, head, why = pages.question_text(name, lesson, outcome)
        show(f"{name}: {head}. {why}")
        for note in result["cell_notes"].get(name, []):
            show(f"  Note: {note}")
    show(f"\nScore: {result['points']:g} of {result['max_points']:g}")
