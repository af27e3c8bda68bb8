"""The settings of nbgrader's own commands in a course folder, and what they do where nbgrader has no setting for it.

Stock nbgrader 0.9.6 finds submissions by patterns, so that a folder called `x[1]` is passed over; stops for all where
one name has a newline; and stops for a student where timestamp.txt is no time. Here it finds the same students as
`python -m autograder grade`, and says the same of those that it cannot grade. Assignments that are not lessons of this
course go the stock way.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nbgrader import api, preprocessors, utils
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.abc import ExchangeReleaseAssignment
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.plugins import CsvExportPlugin, ExtractorPlugin, FileNameCollectorPlugin
from sqlalchemy import create_engine

from autograder import times
from autograder.files import shown, student_id
from autograder.grading import feedback, hooks, intake
from autograder.grading.gradebook import COURSE_ID, GradebookError, ensure, file_fault, open_gradebook
from autograder.grading.marks import turn
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from autograder.reading.files import Closed, Unreadable
from autograder.reading.found import submitted


def configure(c, root: Path) -> None:
    """All settings of a course folder, whose nbgrader_config.py calls this."""
    topics = catalogue.judged_topics(root)
    c.CourseDirectory.course_id = COURSE_ID
    c.CourseDirectory.root = str(root)
    # A submission is its notebook. Other files in its folder, links among them, are copied nowhere: nbgrader passes
    # over a folder whose own name is on this list.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *topics]

    # What an LMS makes of loss.ipynb when it gives out a class's files in one archive: ada_loss.ipynb,
    # ada_LATE_12_loss-1.ipynb, "Ada Lovelace_12_assignsubmission_file_/loss.ipynb", ada/loss.ipynb
    c.ZipCollectApp.extractor_plugin = Unpacked
    c.ZipCollectApp.collector_plugin = Collected
    c.FileNameCollectorPlugin.named_regexp = (
        r".*[\\/](?P<student_id>[^_\\/]+)(?:_[^\\/]*)?[\\/_](?P<file_id>" + "|".join(topics)
        + r")(?:[-_ ]?\(?\d+\)?)?\.ipynb$")

    c.GenerateAssignment.preprocessors = hooks.replaced(
        GenerateAssignment, "preprocessors", {preprocessors.ClearSolutions: [hooks.ClearSolutions]})
    c.GenerateFeedback.exporter_class = feedback.FeedbackPages
    c.GenerateFeedback.post_convert_hook = hooks.after_feedback
    c.ExchangeFactory.collect = Collect
    c.ExchangeFactory.release_feedback = feedback.ReleaseFeedback
    c.Autograde.exporter_class = hooks.ReadAnything
    c.Autograde.post_convert_hook = hooks.after_autograde
    c.Autograde.permissions = 600
    c.Autograde.sanitize_preprocessors = [
        hooks.Repair, *hooks.replaced(Autograde, "sanitize_preprocessors", {}), hooks.ZeroScores]
    c.Autograde.autograde_preprocessors = hooks.replaced(
        Autograde, "autograde_preprocessors",
        {preprocessors.Execute: [hooks.Judge],
         preprocessors.SaveAutoGrades: [preprocessors.SaveAutoGrades, hooks.SaveQuestions]})
    c.ExportApp.plugin_class = Spreadsheet
    hooks.mend_formgrader()
    hooks.mend_sessions()
    formgrader = sys.modules.get("nbgrader.server_extensions.formgrader.formgrader")
    if formgrader is not None:                           # its pages too show their formulas without a network
        formgrader.HTMLExporter = feedback.FeedbackPages
    mend()


def mend() -> None:
    utils.is_ignored = is_ignored
    utils.parse_utc = times.parse_utc                    # due dates and the like: nbgrader takes EDT for UTC
    Autograde.init_notebooks = find_submissions
    GenerateFeedback.init_notebooks = find_graded
    api.create_engine = engine_of
    if Autograde.init_assignment is not enter_submission:
        Autograde._stock_init_assignment = Autograde.init_assignment
        Autograde.init_assignment = enter_submission
    if BaseConverter.init_single_notebook_resources is not resources_of:
        BaseConverter._stock_resources = BaseConverter.init_single_notebook_resources
        BaseConverter.init_single_notebook_resources = resources_of
    CourseDirectory.get_existing_timestamp = timestamp_in
    if GenerateAssignment.init_notebooks is not find_source:
        GenerateAssignment._stock_init_notebooks = GenerateAssignment.init_notebooks
        GenerateAssignment.init_notebooks = find_source
    from nbgrader.apps.api import NbGraderAPI
    NbGraderAPI.get_submitted_timestamp = submitted_timestamp
    if NbGraderAPI.get_source_assignments is not source_assignments:
        NbGraderAPI._stock_source_assignments = NbGraderAPI.get_source_assignments
        NbGraderAPI.get_source_assignments = source_assignments
        NbGraderAPI._stock_get_assignment = NbGraderAPI.get_assignment
        NbGraderAPI.get_assignment = assignment_of
    ExchangeReleaseAssignment.start = give_out


@contextlib.contextmanager
def lesson_in(coursedir, topic: str) -> Iterator[None]:
    """A class's folder (--root) has neither source/ nor release/: for a reader they are where `grade` has them."""
    kept = coursedir.source_directory, coursedir.release_directory
    root = Path(coursedir.root)
    try:
        if topic in catalogue.judged_topics(root):
            coursedir.source_directory, coursedir.release_directory = (
                str(catalogue.notebook_path(topic, edition, root).parents[1]) for edition in ("source", "release"))
        yield
    finally:
        coursedir.source_directory, coursedir.release_directory = kept


def give_out(self):
    """The exchange's release, by a folder and by a service alike."""
    with lesson_in(self.coursedir, self.coursedir.assignment_id):
        return super(ExchangeReleaseAssignment, self).start()


def assignment_of(self, assignment_id: str, released=None):
    """Formgrader's line of one lesson."""
    with lesson_in(self.coursedir, assignment_id):
        return self._stock_get_assignment(assignment_id, released)


def source_assignments(self) -> set[str]:
    """Formgrader's list: the folders in source/, and the lessons that may be graded here."""
    return self._stock_source_assignments() | set(catalogue.judged_topics(Path(self.coursedir.root)))


def find_source(self) -> None:
    """Formgrader's Generate, which empties release/ first. A class that takes the lesson as it is has nothing to do."""
    topic, root = self.coursedir.assignment_id, Path(self.coursedir.root)
    if _is_lesson(self) and not (root / "source" / topic).is_dir():
        message = f"{topic} is made already, in {catalogue.notebook_path(topic, 'release', root).parent}: release it."
        self.log.error(message)
        raise NbGraderException(message)
    return self._stock_init_notebooks()


def engine_of(db_url, **settings):
    """For nbgrader's Gradebook: a connection that a server has ended meanwhile is noticed before it is used."""
    return create_engine(db_url, pool_pre_ping=True, **settings)


def enter_submission(self, assignment_id: str, student_id: str) -> None:
    """Autograde's first step of a submission, which makes its rows: one grader at a time, where a server has them."""
    with turn(self.coursedir.db_url):
        self._stock_init_assignment(assignment_id, student_id)


def is_ignored(filename: str, ignore_globs=None) -> bool:
    """By the name alone: stock's patterns hold the folder's name too, and brackets in that are no pattern."""
    name = os.path.basename(filename)
    return any(fnmatch.fnmatch(name, pattern) for pattern in ignore_globs or ())


def _is_lesson(converter) -> bool:
    return converter.coursedir.assignment_id in catalogue.judged_topics(Path(converter.coursedir.root))


def _notebooks(converter, folder: Path) -> list[str]:
    """What the command asks for (--notebook) in a folder whose name may be anything."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    pattern = converter.coursedir.notebook_id + ".ipynb"
    found = [str(folder / name) for name in names if not name.startswith(".") and fnmatch.fnmatch(name, pattern)]
    if not found:
        converter.log.warning("No notebooks are in %s", shown(str(folder), 300))
    return found


def _none(converter):
    message = "Nothing to do: no notebooks of this lesson were found."
    converter.log.error(message)
    raise NbGraderException(message)


def find_submissions(self) -> None:
    """Autograde's: the gradebook must know the lesson, also in a fresh clone. What cannot be graded is named.

    Not in a pre_convert_hook, for nbgrader swallows what such a hook raises, and calls it for each student.
    """
    if not _is_lesson(self):
        return BaseConverter.init_notebooks(self)
    coursedir, root, topic = self.coursedir, Path(self.coursedir.root), self.coursedir.assignment_id
    if coursedir.groupshared and self.permissions == 600:
        self.permissions = 660
    base = Path(coursedir.format_path(coursedir.submitted_directory, "-", "-")).parent.parent
    try:
        ensure(root, [topic], coursedir.db_url)
        places, template = intake.handed_in(base, topic), load_template(root, topic)
    except (GradebookError, Unreadable, OSError) as problem:
        message = file_fault(problem) if isinstance(problem, OSError) else str(problem)
        self.log.error(message)
        raise NbGraderException(message) from None
    self.assignments, self.notebooks = {}, []
    asked = student_id(coursedir.student_id)
    if any(place.student == asked for place in places):
        places = [place for place in places if place.student == asked]
    else:
        places = [place for place in places if fnmatch.fnmatchcase(place.student, asked)]
    for place in places:
        if place.refused:
            self.log.error("%s is not graded. %s", shown(place.student), place.refused)
            continue
        if place.note:
            self.log.warning("%s: %s", shown(place.student), place.note)
        if not fnmatch.fnmatch(f"{topic}.ipynb", coursedir.notebook_id + ".ipynb"):
            self.log.warning("%s: the notebook of this lesson is %s.ipynb", shown(place.student), topic)
            continue
        try:
            note = submitted(place.folder, template).note
        except Closed as reason:                         # nothing is known about the work: earlier marks stay
            self.log.error("%s is not graded. %s", shown(place.student), reason)
            continue
        except Unreadable as reason:                     # graded as an empty lesson that says why
            note = str(reason)
        if note:
            self.log.warning("%s: %s", shown(place.student), note)
        # the folder by the student's one id. The file need not be there: hooks.ReadAnything opens what was found
        self.assignments[self._format_source(topic, place.student)] = [str(place.folder / f"{topic}.ipynb")]
    if not self.assignments:
        _none(self)


def find_graded(self) -> None:
    """GenerateFeedback's: a student's folder is taken as it is called, or else as a pattern."""
    if not _is_lesson(self):
        return BaseConverter.init_notebooks(self)
    self.assignments, self.notebooks = {}, []
    _drop_old_pages(self)
    named = self._format_source(self.coursedir.assignment_id, student_id(self.coursedir.student_id))
    for folder in [named] if os.path.isdir(named) else sorted(glob.glob(named)):
        notebooks = _notebooks(self, Path(folder))
        if notebooks:
            self.assignments[folder] = notebooks
    if not self.assignments:
        _none(self)


def _drop_old_pages(converter) -> None:
    """Pages that a regrade or a mark by hand has overtaken: nbgrader makes none again that is there."""
    root, topic = Path(converter.coursedir.root), converter.coursedir.assignment_id
    with open_gradebook(converter.coursedir.db_url) as book:
        old = feedback.stale_pages(root, topic, book)
    for student in old:
        shutil.rmtree(root / "feedback" / student / topic)
    if old:
        converter.log.warning("The marks have changed since %d pages were made: they are made again.", len(old))


def resources_of(self, notebook_filename: str) -> dict:
    resources = self._stock_resources(notebook_filename)
    resources["nbgrader"]["student"] = student_id(resources["nbgrader"]["student"])
    return resources


def timestamp_in(self, dest_path: str):
    """None where there is no time to be read, instead of an error that costs the student all marks."""
    if (Path(dest_path) / "timestamp.txt").is_dir():
        return None
    return intake.submitted_at(intake.travelling(intake.folder_of(Path(dest_path))).get("timestamp.txt", ""))


def submitted_timestamp(self, assignment_id: str, student_id: str):
    """Formgrader's lists ask for each student's."""
    return self.coursedir.get_existing_timestamp(os.path.abspath(self.coursedir.format_path(
        self.coursedir.submitted_directory, student_id, assignment_id)))


class Collect(ExchangeCollect):
    """As nbgrader's, which takes what lies in the exchange under one name and belongs to another user, with a warning:
    anybody may write there, so a student could put a hand-in of a later time in another's place.
    """

    def _path_to_record(self, path):
        record = super()._path_to_record(path)
        try:
            owner = Path(path).owner()
        except (KeyError, OSError, NotImplementedError):
            owner = ""
        if self.check_owner and os.name == "posix" and owner != record["username"]:
            time = record["timestamp"]
            record |= {"owner": owner or "nobody known", "timestamp": datetime.min.replace(tzinfo=time.tzinfo)}
        return record

    def init_src(self) -> None:
        super().init_src()                               # of each student the latest
        for record in (record for record in self.src_records if "owner" in record):
            self.log.error("Not collected: %s is in the name of %s and belongs to %s (ExchangeCollect.check_owner)",
                           shown(record["filename"], 300), shown(record["username"]), shown(record["owner"]))
        self.src_records = [record for record in self.src_records if "owner" not in record]


class Unpacked(ExtractorPlugin):
    """The notebooks of a download by student. Stock opens archives in archives, and takes the innermost name's id."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        if not _is_lesson(self.parent):
            return super().extract(archive_path, extracted_path)
        for message in intake.unpacked(Path(archive_path), Path(extracted_path), self.parent.coursedir.assignment_id):
            self.log.warning(message)


class Collected(FileNameCollectorPlugin):
    """What `Unpacked` put there: STUDENT/TOPIC.ipynb."""

    def collect(self, submitted_file: str) -> dict[str, str]:
        if not _is_lesson(self.parent):
            return super().collect(submitted_file)
        path = Path(submitted_file)
        return {"student_id": path.parent.name, "file_id": path.name}


class Spreadsheet(CsvExportPlugin):
    """nbgrader's table of all marks, but with quotes where they are needed, and no cell that a sheet would compute."""

    COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
               "late_submission_penalty", "score", "max_score")

    def export(self, gradebook) -> None:
        import csv

        self.log.info("Exporting grades to %s", self.to or "grades.csv")
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file, lineterminator="\n")
            sheet.writerow(self.COLUMNS)
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in map(str, self.assignment):
                    continue
                for student in gradebook.students:
                    if not self.student or student.id in map(str, self.student):
                        sheet.writerow(map(plain_cell, self._row(gradebook, assignment, student)))

    def _row(self, gradebook, assignment, student) -> tuple:
        from nbgrader.api import MissingEntry

        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:                             # nothing was handed in: 0, as nbgrader exports it
            time, raw, penalty, score = None, 0.0, 0.0, 0.0
        else:
            time, raw, penalty = submission.timestamp, submission.score, submission.late_submission_penalty
            score = max(0.0, raw - penalty)
        return (assignment.name, assignment.duedate, time, student.id, student.last_name, student.first_name,
                student.email, raw, penalty, score, assignment.max_score)


def plain_cell(value) -> str:
    """A value for a sheet. Text that Excel or LibreOffice would take for a formula gets their mark of text, a '."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = shown(value, 1000)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@＝＋－＠") else text
