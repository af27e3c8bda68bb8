"""Due dates and extensions, by command. The penalties follow at the next `grade`.

    python -m autograder due loss "2026-03-05 23:59 Europe/Berlin"
    python -m autograder due loss --student ada --extend 2d
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.files import shown, student_id
from autograder.grading.gradebook import config_of, default_url, ensure, faults_told, open_gradebook
from autograder.lessons import catalogue
from autograder.lms import collect
from autograder.problems import Misused, Problem, near
from autograder.times import NoTime, moment

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


def due(root: Path, topic: str, when: str = "", student: str = "", extend: str = "",
        say: Callable[[str], object] = print) -> None:
    """Set a lesson's due date (`when`; "none" removes it), or give one student more time; then say how it stands.

    Raises Problem.
    """
    config = config_of(root)
    url = default_url(root, config)
    ensure(root, [topic], url)
    student = student_id(student)
    with faults_told(url), open_gradebook(url) as book:
        if student or extend:                           # before the date is written, so that nothing is half done
            _known(root, book, student)
            more = _more(student, extend)
            if when == "none" or not when and book.find_assignment(topic).duedate is None:
                raise Problem("An extension counts from a due date: set it first, with: "
                              f"python -m autograder due {topic} DATE")
        if when:
            book.update_or_create_assignment(topic, duedate=None if when == "none" else _moment(when))
        if when == "none":                              # with an extension of no date nbgrader cannot reckon
            for each in book.find_assignment(topic).submissions:
                each.extension = None
            book.db.commit()
        if student or extend:
            _extend(book, topic, student, more)
        assignment = book.find_assignment(topic)
        say(f"{topic} is due {_local(assignment.duedate)}.")
        for each in assignment.submissions:
            if each.extension and assignment.duedate is not None:
                say(f"  {shown(each.student.id)} has until {_local(each.duedate)}.")
    if when or extend:
        say(f"Penalties follow with: {catalogue.command('grade', topic, root)}" if _has_penalty(config) else NO_PENALTY)


NO_PENALTY = ("No penalty for lateness is set: in private/nbgrader_config.py c.LateSubmissionPlugin.penalty_method = "
              '"zero" takes all points, c.AssignLatePenalties.plugin_class names a rule of your own.')


def _has_penalty(config: Any) -> bool:
    return (config.LateSubmissionPlugin.get("penalty_method", "none") != "none"
            or "plugin_class" in config.AssignLatePenalties)


def _moment(text: str) -> datetime:
    local = datetime.now().astimezone().tzinfo
    try:
        return moment(text, local or UTC)
    except NoTime as fault:
        raise Misused(f"{fault}.") from None


def _local(when: datetime | None) -> str:
    if when is None:
        return "at no date"
    return f"{when.replace(tzinfo=UTC).astimezone():%d %B %Y %H:%M %Z}"


def _known(root: Path, book: Any, student: str) -> None:
    """Raises Misused for somebody of whom the class knows nothing: a slip would become a student of the gradebook."""
    there = root / "submitted"
    known = {student_id(path.name) for path in there.iterdir()} if there.is_dir() else set()
    known |= set(collect.roster_of(root)) | {each.id for each in book.students}
    if student and known and student not in known:
        raise Misused(f"There is no student {shown(student)!r}{near(student, known) or '.'} Who has handed nothing in "
                      "is known by the roster (collect --roster), or after: nbgrader db student add ID")


def _more(student: str, extend: str) -> dict[str, int]:
    """The time of an extension, as nbgrader takes it; {} takes it back. Raises Misused."""
    found = re.fullmatch(r"(\d{1,4})([wdhm])", extend)
    if not student or not (found or extend == "none"):
        raise Misused("An extension is for one --student, and --extend is like 2d, 12h or 1w; none takes it back.")
    return {UNITS[found[2]]: int(found[1])} if found else {}


def _extend(book: Any, topic: str, student: str, more: dict[str, int]) -> None:
    from nbgrader.api import MissingEntry

    try:
        book.grant_extension(topic, student, **more)
    except MissingEntry:
        book.update_or_create_student(student)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                 # nbgrader builds a submission before it adds it
            book.update_or_create_submission(topic, student)
        book.grant_extension(topic, student, **more)
