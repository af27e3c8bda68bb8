"""What there is to grade: one piece of work for each student's folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.files import student_id
from autograder.grading import intake, records
from autograder.judging.assignment import Assignment, environment, load_assignment, variants_of
from autograder.judging.repair import load_template
from autograder.lessons.changes import Changes
from autograder.lessons.private import draw_of, secret_seed
from autograder.reading.files import Closed, Unreadable, digest
from autograder.reading.found import Found, submitted
from course.checking import adapters
from course.checking.reader import Template


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
    member: str = ""          # the notebook's name in the zip file that `path` is

def find_work(root: Path, topic: str, students: Iterable[str] = ()) -> list[Work]:
    """The submissions of a lesson, one for each student, in the order of their ids."""
    wanted = {student_id(student) for student in students}
    template = load_template(root, topic)
    return [_work_of(place, template) for place in intake.handed_in(root / "submitted", topic)
            if not wanted or place.student in wanted]


def _work_of(place: intake.Place, template: Template) -> Work:
    found, refused = Found(), place.refused
    try:
        found = found if refused else submitted(place.folder, template)
    except Closed as reason:
        refused = str(reason)
    except Unreadable as reason:
        found = Found(problem=str(reason))
    note = "" if refused else intake.zone_note(place.folder)
    content = "" if refused else digest(found.problem.encode() if found.data is None else found.data)
    notes = " ".join(filter(None, (place.note, found.note, note)))
    return Work(place.student, template.topic, str(found.path or ""), found.problem, notes, content, str(place.folder),
                refused, place.known, found.member)


def done_already(root: Path, work: Work, in_gradebook: set[str], changes: Changes) -> records.Record | None:
    """The record, where this very content was graded and all of it written, with whatever version of the lesson: marks
    stay.

    What could not be marked, for want of a framework that is here by now, is graded again.
    """
    record = records.read(root, work.topic, work.student)
    done = (records.is_current(record) and work.student in in_gradebook and record["content"] == work.content
            and records.keeps_to(record, changes)
            and not any(variant in adapters.MODULES and adapters.installed(variant)
                        for variant in records.unchecked(record).values())
            and graded_path(root, work).exists()
            # the same notebook handed in once more has another time and another secret
            and intake.travelling(Path(work.folder)) == intake.travelling(graded_path(root, work).parent))
    return record if done else None


def is_earlier(record: records.Record, assignment: Assignment) -> bool:
    """Whether something else decided these marks than decides a mark today: cases, keys, points, Python or NumPy."""
    return record["marks_version"] != assignment.marks_version or record["environment"] != environment(
        variants_of(assignment.template))


class Sets:
    """The lesson with each of the class's sets of cases, each drawn when the first student needs it."""

    def __init__(self, root: Path, topic: str) -> None:
        self.root, self.topic, self.seed = root, topic, secret_seed(root)
        self._loaded: dict[int, Assignment] = {}

    def of(self, student: str) -> Assignment:
        draw = draw_of(self.seed, student)
        if draw not in self._loaded:
            made = load_assignment(self.root, self.topic, self.seed, draw=draw)
            for other in self._loaded.values():             # what learners have is one: so is what was told of it
                made.at_home = other.at_home
                break
            self._loaded[draw] = made
        return self._loaded[draw]


def graded_path(root: Path, work: Work) -> Path:
    return root / "autograded" / work.student / work.topic / f"{work.topic}.ipynb"
