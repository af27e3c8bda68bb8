"""The marks that count, as the gradebook has them: automatic ones, those given by hand, and late penalties."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.gradebook import config_of, default_url, faults_told, file_of, open_gradebook
from autograder.grading.marks import with_marks
from autograder.problems import Problem

LATE = ("nbgrader", "lms", "none")


@dataclass(frozen=True)
class Mark:
    """One student's mark of a lesson."""

    student: str
    score: float                # by the grader or by hand
    max_score: float
    penalty: float              # what nbgrader's rule for late submissions takes away
    to_look_at: bool            # something waits for a person
    name: str = ""

    def final(self, late: str) -> float:
        """What goes to an LMS: with nbgrader's penalty, or without it where the LMS takes it away itself, or nobody."""
        return max(0.0, self.score - self.penalty) if late == "nbgrader" else self.score


def marks_of(root: Path, topic: str) -> dict[str, Mark]:
    """{student: Mark} of those who handed in. Raises Problem where the lesson has not been graded."""
    url = default_url(root, config_of(root))
    path = file_of(url)
    if path is not None and not path.exists():
        raise Problem(f"{topic}: nothing is graded yet. Run: python -m autograder grade {topic}")
    with faults_told(url), open_gradebook(url) as book:
        return marks_in(book, topic)


def marks_in(book: Any, topic: str) -> dict[str, Mark]:
    """The same of a gradebook that is open."""
    from nbgrader.api import MissingEntry

    try:
        assignment = book.find_assignment(topic)
    except MissingEntry:
        raise Problem(f"{topic}: nothing is graded yet. Run: python -m autograder grade {topic}") from None
    marked = set(book.db.execute(with_marks(assignment.id)).scalars())
    found = {}
    for each in assignment.submissions:
        if each.student.id not in marked:
            continue
        name = " ".join(filter(None, (each.student.first_name, each.student.last_name)))
        found[each.student.id] = Mark(each.student.id, float(each.score), float(assignment.max_score),
                                      float(each.late_submission_penalty or 0), bool(each.needs_manual_grade), name)
    return found
