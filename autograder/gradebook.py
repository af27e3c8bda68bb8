"""The gradebook: made from the source notebooks, filled by one writer, readable by its owner alone."""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

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
    """The seed of this class's cases, made at first use and kept in private/."""
    path = root / "private" / "seed"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
    return path.read_text("ascii").strip()


@contextmanager
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

def _submission(gradebook, topic: str, student: str, timestamp):
    from nbgrader.api import MissingEntry

    try:
        submission = gradebook.find_submission(topic, student)
        if timestamp is not None:
            submission.timestamp = timestamp
    except MissingEntry:
        gradebook.update_or_create_student(student)
        extra = {"timestamp": timestamp} if timestamp is not None else {}
        submission = gradebook.add_submission(topic, student, **extra)
    return submission


def save_result(gradebook, student: str, result: dict, unanswered=(), timestamp=None, plugin=None) -> None:
    """Write one result in one transaction. Manual marks and comments stay as they are.

    `unanswered` are the solution cells that were left as they were handed out.
    """
    topic = result["topic"]
    submission = _submission(gradebook, topic, student, timestamp)
    notebook = next(notebook for notebook in submission.notebooks if notebook.name == topic)
    outcomes = {**result["exercises"], **result["questions"]}
    for grade in notebook.grades:
        save_grade(grade, outcomes[grade.name]["points"] if grade.name in outcomes else 0.0)
    for comment in notebook.comments:
        comment.auto_comment = "No response." if comment.name in unanswered else None
    notebook.late_submission_penalty = None
    gradebook.db.flush()
    if plugin is not None and submission.total_seconds_late > 0:
        penalty = plugin.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
        if penalty is not None:
            notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
    gradebook.db.commit()


def save_grade(grade, points: float) -> None:
    """The automatic score. Where a person has given a mark, that stands, and a changed score asks for a second look."""
    points = min(max(float(points), 0.0), float(grade.max_score))
    if grade.manual_score is None:
        grade.needs_manual_grade = False
    elif grade.auto_score is None or abs(grade.auto_score - points) > 1e-9:
        grade.needs_manual_grade = True
    grade.auto_score = points
