"""The gradebook: made from the source notebooks, filled by one writer, readable by its owner alone."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from autograder.files import write_private

COURSE_ID = "how-networks-learn"
PRIVATE_FOLDERS = ("autograded", "feedback", "records", "private")


class GradebookError(RuntimeError):
    """The gradebook does not fit the lessons; the text says what to do."""


def default_url(root: Path) -> str:
    return f"sqlite:///{Path(root).resolve() / 'gradebook.db'}"


def put_venv_first() -> None:
    """nbgrader starts `alembic` by name: the one beside this Python is meant."""
    own = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])


def make_private(root: Path) -> None:
    """Folders with marks and keys, and the gradebook, are for their owner, whatever the umask is."""
    for name in PRIVATE_FOLDERS:
        folder = root / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077 and folder.stat().st_uid == os.getuid():
            folder.chmod(folder.stat().st_mode & 0o7700)
    for path in root.glob("gradebook.db*"):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def secret_seed(root: Path) -> str:
    """The seed of this class's cases, made at first use and kept in private/seed. Any text will do as one."""
    path = root / "private" / "seed"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside = path.with_name(f".seed-{os.getpid()}")
        write_private(beside, secrets.token_hex(16) + "\n")
        try:
            os.link(beside, path)                    # of two runs that begin at once, the first one's seed holds
        except FileExistsError:
            pass
        except OSError:                              # a file system without links
            os.replace(beside, path)
        beside.unlink(missing_ok=True)
    text = path.read_text("utf-8").strip()
    try:
        int(text, 16)
        return text
    except ValueError:
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextlib.contextmanager
def open_gradebook(db_url: str):
    """nbgrader's Gradebook. A new SQLite file is made for its owner alone."""
    from nbgrader.api import Gradebook

    put_venv_first()
    if db_url.startswith("sqlite:///"):
        path = Path(db_url.removeprefix("sqlite:///"))
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with Gradebook(db_url, COURSE_ID) as gradebook:
        yield gradebook


def _graded_cells(notebook: dict) -> dict:
    cells = {}
    for cell in notebook["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade") or meta.get("solution"):
            cells[meta["grade_id"]] = (bool(meta.get("grade")), float(meta.get("points", 0)), meta.get("checksum"))
    return cells


def _known_cells(gradebook, topic: str) -> dict | None:
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(topic, topic)
    except MissingEntry:
        return None
    graded = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    names = [*graded, *(cell.name for cell in notebook.solution_cells)]
    sums = {cell.name: cell.checksum for cell in notebook.source_cells}
    return {name: (name in graded, graded.get(name, 0.0), sums.get(name)) for name in names}


def ensure(root: Path, topics, db_url: str = "") -> list[str]:
    """Enter the lessons that the gradebook lacks, or has in another version. Returns the ones that were entered.

    release/ is committed and gradebook.db is not; with release/ there, `nbgrader generate_assignment` skips. So it
    is run in a temporary copy, on the real gradebook.
    """
    root = Path(root).resolve()
    make_private(root)
    db_url = db_url or default_url(root)
    entered = []
    with open_gradebook(db_url) as gradebook:
        stale = []
        for topic in topics:
            released = json.loads((root / "release" / topic / f"{topic}.ipynb").read_text("utf-8"))
            if _known_cells(gradebook, topic) != _graded_cells(released):
                stale.append(topic)
    for topic in stale:
        _generate(root, topic, db_url)
        entered.append(topic)
    return entered


def _generate(root: Path, topic: str, db_url: str) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    said: list[str] = []
    log = logging.Logger("gradebook")
    log.addHandler(_Lines(said))
    with tempfile.TemporaryDirectory(prefix="gradebook-") as folder:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        config.CourseDirectory.root = folder
        config.CourseDirectory.db_url = db_url
        config.CourseDirectory.assignment_id = topic
        shutil.copytree(root / "source" / topic, Path(folder) / "source" / topic)
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.log = log
        converter.force = True
        try:
            converter.start()
        except Exception as problem:
            text = "\n".join([*said, str(problem)])
            if "Cannot add or remove cells" in text or "Cannot modify existing assignment" in text:
                raise GradebookError(
                    f"{topic}: the lesson's cells have changed since submissions were graded. Give the changed lesson "
                    "a gradebook of its own (move gradebook.db away), or go back to what was handed out.") from None
            raise GradebookError(f"{topic}: nbgrader generate_assignment failed: {problem}") from problem


class _Lines(logging.Handler):
    """Keeps what nbgrader logs, so that it is shown only where something fails."""

    def __init__(self, lines: list[str]):
        super().__init__()
        self.lines = lines

    def emit(self, record):
        self.lines.append(record.getMessage())


# --- the one writer ------------------------------------------------------------------------------------------

class Marks:
    """Writes results into nbgrader's tables, many in one transaction. Manual marks and comments stay as they are.

    nbgrader's own objects take about 0.1 s for a submission; these statements write the same rows.
    """

    def __init__(self, gradebook, topic: str, plugin=None):
        from nbgrader import api
        from sqlalchemy import select

        self.gradebook, self.topic, self.plugin = gradebook, topic, plugin
        self.tables = {model.__tablename__: model.__table__ for model in (
            api.Student, api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)}
        assignment = gradebook.find_assignment(topic)
        notebook = gradebook.find_notebook(topic, topic)
        self.assignment, self.late = assignment.id, assignment.duedate is not None and plugin is not None
        self.notebooks = {other.id: other.name for other in assignment.notebooks}
        self.grades = {cell.id: (cell.name, float(cell.max_score)) for cell in notebook.grade_cells}
        self.comments = {cell.id: cell.name for cell in notebook.solution_cells}
        self.select = select
        gradebook.db.rollback()

    def students(self) -> set[str]:
        """Who has a submission of this lesson."""
        submitted = self.tables["submitted_assignment"]
        with self.gradebook.engine.connect() as connection:
            query = self.select(submitted.c.student_id).where(submitted.c.assignment_id == self.assignment)
            return set(connection.execute(query).scalars())

    def save(self, items) -> None:
        """Write (student, result, unanswered solution cells, time of submission or None) in one transaction."""
        with self.gradebook.engine.begin() as connection:
            for student, result, unanswered, timestamp in items:
                notebook = self._notebook(connection, student, timestamp)
                self._grades(connection, notebook, {**result["exercises"], **result["questions"]})
                self._comments(connection, notebook, set(unanswered))
        if self.late:
            for student, *_ in items:
                self._penalty(student)

    def _notebook(self, connection, student: str, timestamp) -> str:
        """The id of the student's notebook in the tables, made if it is not there."""
        students, submitted, notebooks = (self.tables[name] for name in (
            "student", "submitted_assignment", "submitted_notebook"))
        row = connection.execute(self.select(submitted.c.id).where(
            submitted.c.assignment_id == self.assignment, submitted.c.student_id == student)).first()
        if row is None:
            if connection.execute(self.select(students.c.id).where(students.c.id == student)).first() is None:
                connection.execute(students.insert().values(id=student))
            submission = connection.execute(submitted.insert().values(
                assignment_id=self.assignment, student_id=student, timestamp=timestamp)).inserted_primary_key[0]
            for notebook in self.notebooks:
                connection.execute(notebooks.insert().values(assignment_id=submission, notebook_id=notebook))
        else:
            submission = row[0]
            if timestamp is not None:
                connection.execute(submitted.update().where(submitted.c.id == submission).values(timestamp=timestamp))
        notebook = next(key for key, name in self.notebooks.items() if name == self.topic)
        where = notebooks.c.assignment_id == submission, notebooks.c.notebook_id == notebook
        found = connection.execute(self.select(notebooks.c.id).where(*where)).scalar_one()
        connection.execute(notebooks.update().where(notebooks.c.id == found).values(late_submission_penalty=None))
        return found

    def _grades(self, connection, notebook: str, outcomes: dict) -> None:
        table = self.tables["grade"]
        rows = self._rows(connection, table, notebook)
        new = []
        for cell, (name, most) in self.grades.items():
            points = min(max(float(outcomes[name]["points"]), 0.0), most) if name in outcomes else 0.0
            row = rows.get(cell)
            if row is None:
                new.append({"cell_id": cell, "notebook_id": notebook, "auto_score": points,
                            "needs_manual_grade": False})
                continue
            needs = needs_look(row.auto_score, row.manual_score, points, row.needs_manual_grade)
            if row.auto_score != points or row.needs_manual_grade != needs:
                values = {"auto_score": points, "needs_manual_grade": needs}
                connection.execute(table.update().where(table.c.id == row.id).values(**values))
        if new:
            connection.execute(table.insert(), new)

    def _rows(self, connection, table, notebook: str) -> dict:
        query = self.select(table).where(table.c.notebook_id == notebook)
        return {row.cell_id: row for row in connection.execute(query)}

    def _comments(self, connection, notebook: str, unanswered: set) -> None:
        table = self.tables["comment"]
        rows = self._rows(connection, table, notebook)
        new = []
        for cell, name in self.comments.items():
            text = "No response." if name in unanswered else None
            row = rows.get(cell)
            if row is None:
                new.append({"cell_id": cell, "notebook_id": notebook, "auto_comment": text})
            elif row.auto_comment != text:
                connection.execute(table.update().where(table.c.id == row.id).values(auto_comment=text))
        if new:
            connection.execute(table.insert(), new)

    def _penalty(self, student: str) -> None:
        """The class's rule for late submissions, asked as nbgrader asks it."""
        submission = self.gradebook.find_submission(self.topic, student)
        notebook = next(notebook for notebook in submission.notebooks if notebook.name == self.topic)
        if submission.total_seconds_late > 0:
            penalty = self.plugin.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
        self.gradebook.db.commit()


def needs_look(before, manual, points: float, marked: bool) -> bool:
    """Whether a person should look at a mark: where one was given by hand and the automatic one has changed since."""
    if manual is None:
        return False
    return True if before is None or abs(before - points) > 1e-9 else bool(marked)


def save_grade(grade, points: float) -> None:
    """The automatic score of one cell. Where a person has given a mark, that stands."""
    points = min(max(float(points), 0.0), float(grade.max_score))
    grade.needs_manual_grade = needs_look(grade.auto_score, grade.manual_score, points, grade.needs_manual_grade)
    grade.auto_score = points
