"""What there is to grade: one piece of work for each student's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.files import shown
from autograder.grading import intake, records
from autograder.judging.assignment import Assignment, environment
from autograder.judging.files import Closed, Unreadable, digest, read_bytes


@dataclass(frozen=True)
class Work:
    """One submission to grade: small, and it pickles."""

    student: str
    topic: str
    path: str                 # "" where there is no notebook
    problem: str = ""
    note: str = ""
    content: str = ""         # hash of the notebook, or of the problem
    folder: str = ""          # what was handed in: its name may write the student's accents in another way
    refused: str = ""         # why it is not graded at all; earlier marks stay
    known: bool = True        # False: nobody can see whether this lesson is in the student's folder



def find_work(root: Path, topic: str, students: Iterable[str] = ()) -> list[Work]:
    """The submissions of a lesson, one for each student, in the order of their ids."""
    wanted = {intake.student_id(student) for student in students}
    return [_work_of(place, topic) for place in intake.handed_in(root / "submitted", topic)
            if not wanted or place.student in wanted]


def _work_of(place: intake.Place, topic: str) -> Work:
    try:
        path, problem, note = _notebook_of(place, topic)
        refused = place.refused
        content = digest(problem.encode() if problem else b"" if refused or path is None else read_bytes(path))
    except Closed as reason:
        path, problem, note, refused, content = None, "", "", str(reason), ""
    except Unreadable as reason:
        problem = str(reason)
        content = digest(problem.encode())
    return Work(place.student, topic, str(path or ""), problem, " ".join(filter(None, (place.note, note))), content,
                str(place.folder), refused, place.known)


def _notebook_of(place: intake.Place, topic: str) -> tuple[Path | None, str, str]:
    """(notebook, problem, note) of a submission."""
    folder = place.folder
    if place.refused:
        return None, "", ""
    if folder.parent.is_symlink() or folder.is_symlink() or not folder.is_dir():
        return None, (f"submitted/{shown(place.student)}/{topic} is not a folder (a link, or a file): "
                      "nothing in it was opened."), ""
    path = folder / f"{topic}.ipynb"
    if os.path.lexists(path):
        return path, "", ""
    others = sorted(folder.glob("*.ipynb"))
    if len(others) != 1:
        return None, "No notebook was handed in." if not others else (
            f"None of the {len(others)} notebooks is called {topic}.ipynb, so none was graded."), ""
    return others[0], "", f"The file was called {shown(others[0].name)}, not {topic}.ipynb."


def is_done(root: Path, work: Work, assignment: Assignment, in_gradebook: set[str]) -> bool:
    """Whether this very content was graded with what decides a mark today, and all of it was written."""
    record = records.read(root, work.topic, work.student)
    return (records.is_current(record) and work.student in in_gradebook and record["content"] == work.content
            and record["marks_version"] == assignment.marks_version and record["environment"] == environment()
            and graded_path(root, work).exists()
            # the same notebook handed in once more has another time and another secret
            and intake.travelling(Path(work.folder)) == intake.travelling(graded_path(root, work).parent))


def graded_path(root: Path, work: Work) -> Path:
    return root / "autograded" / work.student / work.topic / f"{work.topic}.ipynb"
