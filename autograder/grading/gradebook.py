"""The gradebook: made from the source notebooks, filled by one writer, readable by its owner alone."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import sys
import tempfile
import traceback
from pathlib import Path

from autograder.files import shared, shown
from autograder.grading.marks import graded_cells, known_cells, set_maxima, turn
from autograder.lessons import catalogue
from autograder.lessons.changes import changes_of
from autograder.problems import Problem

COURSE_ID = "how-networks-learn"
PRIVATE_FOLDERS = ("autograded", "feedback", "records", "private")
PATIENCE = 30                  # seconds that another program may hold the gradebook
TWO_GRADERS = ("A course folder is graded by its owner. For several graders: one Unix group that may write in the "
               "folder (chmod g+ws), c.CourseDirectory.groupshared = True in nbgrader_config.py, and the owner grades "
               "once.")


class GradebookError(Problem):
    """The gradebook does not fit the lessons; the text says what to do."""


def config_of(root: Path):
    """What nbgrader's own commands read in this course folder: the user's and the system's settings, then its own."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config, ConfigFileNotFound, JSONFileConfigLoader, PyFileConfigLoader

    config = Config()
    for folder in (*reversed(jupyter_config_path()), str(root)):
        for loader in (JSONFileConfigLoader("nbgrader_config.json", path=folder),
                       PyFileConfigLoader("nbgrader_config.py", path=folder)):
            try:
                config.merge(loader.load_config())
            except ConfigFileNotFound:
                pass
            except Problem:
                raise
            except Exception as fault:                   # a slip of somebody's settings, whatever it raises
                raise GradebookError(_slip(fault, Path(folder) / loader.filename)) from None
    return config


def _slip(fault: Exception, path: Path) -> str:
    """The file and line of a slip in somebody's settings, and what Python says of it."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(fault.__traceback__)
              if Path(frame.filename).name == "nbgrader_config.py"]
    if isinstance(fault, SyntaxError) and fault.filename:
        places.append((fault.filename, fault.lineno))
    file, line = places[-1] if places else (str(path), 1)
    return f"{shown(str(file), 300)}:{line}: {type(fault).__name__}: {shown(str(fault), 200)}"


CLASS_CONFIG = '''"""An nbgrader course: the folder of a class, with the settings of the course.

A class's own settings, due dates of a term for example, go into private/nbgrader_config.py, which comes last.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, {checkout!r})
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from autograder.grading.stock import configure  # noqa: E402

c = get_config()  # noqa: F821
configure(c, ROOT)
if os.path.isfile(ROOT / "private" / "nbgrader_config.py"):      # also where nobody may look into private/
    load_subconfig("nbgrader_config.py", path=str(ROOT / "private"))  # noqa: F821
'''


def set_up(root: Path) -> None:
    """Make a folder a course folder for nbgrader's own commands: with a configuration that imports the checkout's."""
    path = root / "nbgrader_config.py"
    if root != catalogue.ROOT and not path.exists():
        path.write_text(CLASS_CONFIG.format(checkout=str(catalogue.ROOT)), encoding="utf-8")


def default_url(root: Path, config=None) -> str:
    """The gradebook of this course: the one that its nbgrader configuration names, else gradebook.db beside it."""
    root = Path(root).resolve()
    url = (config_of(root) if config is None else config).get("CourseDirectory", {}).get("db_url")
    path = file_of(url or f"sqlite:///{root / 'gradebook.db'}")
    return f"sqlite:///{root / path}" if path else url   # nbgrader works in the course folder


def put_venv_first() -> None:
    """nbgrader starts `alembic` by name: the one beside this Python is meant."""
    own = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])


def file_of(db_url: str) -> Path | None:
    """The file of an SQLite gradebook; None where a server keeps it."""
    path = db_url.removeprefix("sqlite:///")
    return Path(path) if path != db_url and path not in ("", ":memory:") else None


def is_shared(config) -> bool:
    """Whether the class says that its graders work in this folder as one Unix group: nbgrader's own setting."""
    return os.name == "posix" and bool(config.get("CourseDirectory", {}).get("groupshared"))


def make_private(root: Path, db_url: str = "", group: bool = False) -> None:
    """Folders with marks and keys, and the gradebook, are for their owner (or their group), whatever the umask is."""
    for name in (*PRIVATE_FOLDERS, "downloaded"):
        folder = root / name
        if name == "downloaded" and not folder.is_dir():         # nbgrader's zip_collect: a person makes it
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.stat()
        if os.name != "posix" or status.st_uid != os.geteuid():
            continue
        if group and not (shared(folder) and not status.st_mode & 0o007):
            _give_to_group(folder, root.stat().st_gid)
        elif not group and status.st_mode & 0o077:
            folder.chmod(status.st_mode & 0o700)
    book = file_of(db_url)
    for path in {*root.glob("gradebook.db*"), *([book] if book and book.exists() else [])}:
        status = path.stat()
        if os.name == "posix" and status.st_uid != os.geteuid():
            continue
        if group:
            _chgrp(path, root.stat().st_gid)
        wanted = 0o660 if group else 0o600
        if status.st_mode & 0o777 != wanted and (group or status.st_mode & 0o077):
            path.chmod(wanted)


def _give_to_group(folder: Path, group: int) -> None:
    """All in it, once: what is written later takes it from the folder that it is written in."""
    for place, _, files in os.walk(folder):
        for path, mode in ((Path(place), 0o2770), *((Path(place, name), 0o660) for name in files)):
            if not path.is_symlink() and path.stat().st_uid == os.geteuid():
                _chgrp(path, group)
                path.chmod(mode)


def _chgrp(path: Path, group: int) -> None:
    with contextlib.suppress(PermissionError):       # the owner may not be of the course's group
        if path.stat().st_gid != group:
            os.chown(path, -1, group)


def owner_of(path: Path) -> str:
    """Who owns a file, or the nearest folder above it that can be looked at."""
    for place in (path, *path.parents):
        with contextlib.suppress(OSError, ImportError):
            import pwd  # not on Windows

            number = place.stat().st_uid
            if number == os.geteuid():
                return "you"
            try:
                return f"{pwd.getpwuid(number).pw_name} (user {number})"
            except KeyError:
                return f"user {number}"
    return "somebody else"


def file_fault(problem: OSError) -> str:
    """What a file that cannot be opened or written means for a grader, in a sentence or two."""
    if not problem.filename:
        return f"{problem.strerror or problem}. What is graded is kept; the same command goes on from here."
    path = Path(os.fsdecode(problem.filename))
    if not isinstance(problem, PermissionError):
        return f"{shown(str(path), 300)}: {problem.strerror}. What is graded is kept."
    return (f"{shown(str(path), 300)}: {problem.strerror}. It belongs to {owner_of(path)}. {TWO_GRADERS}")


@contextlib.contextmanager
def open_gradebook(db_url: str):
    """nbgrader's Gradebook. A new SQLite file is made for its owner alone."""
    from nbgrader import api

    put_venv_first()
    api.get_alembic_version = _alembic_version
    path = file_of(db_url)
    if path and not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with api.Gradebook(db_url, COURSE_ID) as gradebook:
        yield gradebook


def _alembic_version() -> str:
    """What nbgrader notes in a new gradebook, for `nbgrader db upgrade`. It starts `alembic heads` to ask, which takes
    half of the time to a new course's first mark; this asks the same folder.
    """
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    assert head is not None
    return head


@contextlib.contextmanager
def faults_told(db_url: str):
    """What a database says in many lines, as one sentence for the person who grades."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as problem:
        raise GradebookError(_fault(db_url, problem)) from problem
    except ModuleNotFoundError as problem:
        if file_of(db_url) is not None:
            raise
        raise GradebookError(_fault(db_url, problem)) from None


def _fault(db_url: str, problem: Exception) -> str:
    path = file_of(db_url)
    said = (str(getattr(problem, "orig", None) or problem).strip().splitlines() or ["no reason given"])[0][:200]
    if path is None:
        return _server_fault(db_url, problem, said)
    name = shown(path.name)
    if "locked" in said:
        return (f"{name} is in use by another program and stayed so for {PATIENCE} s: formgrader, an nbgrader command, "
                "a database browser or a folder that is being synchronised. Close it, and run the same command again; "
                "what is graded is kept.")
    if "no such column" in said or "no such table" in said:
        return (f"{name} was made by another version of nbgrader ({said}). Copy it to a safe place, then run "
                "`nbgrader db upgrade`, then this command again.")
    if "not a database" in said or "malformed" in said or "encrypted" in said:
        return (f"{name} is no gradebook, or it is damaged ({said}). Put back a copy of it, or move it away: a new one "
                "is made, and all that was handed in is graded again (marks given by hand are in the old file).")
    if "readonly" in said or "unable to open" in said:
        return f"{name} cannot be written ({said}). It belongs to {owner_of(path)}. {TWO_GRADERS}"
    return f"{name} cannot be used: {said}"


def shown_url(db_url: str) -> str:
    """The address of a server's gradebook, without its password. Raises ArgumentError where it is no address."""
    from sqlalchemy.engine import make_url

    return make_url(db_url).render_as_string(hide_password=True)


def _server_fault(db_url: str, problem: Exception, said: str) -> str:
    from sqlalchemy.exc import ArgumentError

    try:
        where = shown_url(db_url)
    except ArgumentError:
        where = "c.CourseDirectory.db_url in nbgrader_config.py is no address of a database, so it"
    if isinstance(problem, ModuleNotFoundError) and "postgresql" in db_url:
        said += (". Its address begins with postgresql+psycopg:// and it needs: "
                 "python -m pip install -r requirements-postgresql.txt")
    elif "no such column" in said:
        said += ": another version of nbgrader made it. Back it up, run `nbgrader db upgrade`, then this command again."
    elif not isinstance(problem, ArgumentError):
        said += ". What is graded is kept; the same command goes on from here."
    return f"The gradebook {where} cannot be used: {said}"


def look_at(db_url: str) -> None:
    """Whether the gradebook can be written and has the tables of this nbgrader. Waits while another program writes."""
    from nbgrader.api import Base
    from sqlalchemy import create_engine, inspect, text

    path = file_of(db_url)
    if path and path.exists():
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):       # SQLite begins, and fails later
            raise sqlite3.OperationalError("unable to open it for writing")
        for seconds in (0.5, PATIENCE):
            with contextlib.closing(sqlite3.connect(path, timeout=seconds, isolation_level=None)) as connection:
                try:
                    connection.execute("begin immediate")
                    connection.execute("rollback")
                    break
                except sqlite3.OperationalError as problem:
                    if "locked" not in str(problem) or seconds == PATIENCE:
                        raise
                    print(f"{shown(path.name)} is in use by another program: waiting up to {PATIENCE} s.",
                          file=sys.stderr, flush=True)
    engine = create_engine(db_url)
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                kept_as = connection.execute(text("select current_setting('server_encoding')")).scalar()
            if kept_as != "UTF8":
                raise GradebookError(f"The gradebook {shown_url(db_url)} keeps text as {kept_as}, which has not "
                                     "everybody's names. Make one with: createdb -E UTF8 -T template0 NAME")
        found = inspect(engine)
        there = set(found.get_table_names())
        for name, table in Base.metadata.tables.items():
            lost = {c.name for c in table.columns} - ({c["name"] for c in found.get_columns(name)}
                                                      if name in there else {c.name for c in table.columns})
            if lost:
                raise sqlite3.OperationalError(f"no such column: {name}.{min(lost)}")
    finally:
        engine.dispose()


def submissions(db_url: str) -> int:
    """How many are in a gradebook that a server keeps; nothing is written. Raises GradebookError."""
    from nbgrader.api import SubmittedAssignment
    from sqlalchemy import create_engine, func, inspect, select

    with faults_told(db_url):
        look_at(db_url)
        engine = create_engine(db_url)
        try:
            if not inspect(engine).has_table(SubmittedAssignment.__tablename__):
                return 0
            with engine.connect() as connection:
                return int(connection.execute(select(func.count()).select_from(SubmittedAssignment)).scalar_one())
        finally:
            engine.dispose()


def ensure(root: Path, topics, db_url: str = "") -> list[str]:
    """Enter the lessons that the gradebook lacks, or has in another version. Returns the ones that were entered.

    release/ is committed and gradebook.db is not; with release/ there, `nbgrader generate_assignment` skips. So it
    is run in a temporary copy, on the real gradebook.
    """
    root = Path(root).resolve()
    set_up(root)
    config = config_of(root)
    db_url = db_url or default_url(root, config)
    make_private(root, db_url, is_shared(config))
    with faults_told(db_url), turn(db_url), _made_at_once(db_url):
        look_at(db_url)
        with open_gradebook(db_url) as gradebook:
            make_private(root, db_url, is_shared(config))            # it may be new
            stale, counted = [], {}
            for topic in topics:
                released = json.loads(catalogue.notebook_path(topic, "release", root).read_text("utf-8"))
                known, changes = known_cells(gradebook, topic), changes_of(root, topic)
                whole, none = graded_cells(released), graded_cells(released, lambda name: True)
                if known is None or known.keys() != whole.keys() or any(
                        cell not in (whole[name], none[name]) for name, cell in known.items()):
                    stale.append(topic)
                wanted = {name: (none if name in changes.void else whole)[name] for name in whole}
                if known != wanted and (known is not None or changes.void) or changes.aside:
                    counted[topic] = wanted
        for topic in stale:
            _generate(root, topic, db_url)
        if counted:
            with open_gradebook(db_url) as gradebook:
                for topic, wanted in counted.items():
                    set_maxima(root, topic, gradebook, wanted)
    return stale


@contextlib.contextmanager
def _made_at_once(db_url: str):
    """While a new file is made, nobody waits for the disk but once, at the end.

    nbgrader commits each cell of a lesson, a hundred times in all, which takes a second. Until then the file holds
    nothing that is not made again by the same command.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    path = file_of(db_url)
    if path is None or path.exists():
        yield
        return

    def without_waiting(connection, _):
        connection.execute("pragma synchronous = off")

    event.listen(Engine, "connect", without_waiting)
    try:
        yield
    finally:
        event.remove(Engine, "connect", without_waiting)
        if path.exists():
            with path.open("r+b") as file:
                os.fsync(file.fileno())


def _source_of(root: Path, topic: str) -> Path:
    """The folder of the source notebook that the release notebook was made from: both are under one root."""
    source = catalogue.notebook_path(topic, "release", root).parents[2] / "source" / topic
    if not (source / f"{topic}.ipynb").exists():
        raise GradebookError(f"{topic}: there is a release notebook, and no source/{topic}/{topic}.ipynb beside it, "
                             "from which nbgrader learns its cells. Bring the source along, or remove this release/.")
    return source


GO_BACK = ("Go back to what was handed out (git log, git checkout COMMIT), or give the changed lesson a gradebook of "
           "its own (move gradebook.db away), then grade again.")


def _generate(root: Path, topic: str, db_url: str) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    said: list[str] = []
    log = logging.Logger("gradebook")
    log.addHandler(_Lines(said))
    with tempfile.TemporaryDirectory(prefix="gradebook-") as folder:
        config = config_of(root)
        config.CourseDirectory.root = folder
        config.CourseDirectory.db_url = db_url
        config.CourseDirectory.assignment_id = topic
        # an existing course's own header, which nbgrader's quickstart sets, is no part of a lesson that is handed out
        config.IncludeHeaderFooter.header = config.IncludeHeaderFooter.footer = ""
        shutil.copytree(_source_of(root, topic), Path(folder) / "source" / topic)
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.log = log
        converter.force = True
        try:
            converter.start()
        except Exception as problem:
            text = "\n".join([*said, str(problem)])
            if "Cannot add or remove cells" in text or "Cannot modify existing assignment" in text:
                raise GradebookError(
                    f"{topic}: the lesson's cells have changed since submissions were graded; all marks are as they "
                    f"were. {GO_BACK}") from None
            raise GradebookError(f"{topic}: nbgrader generate_assignment failed: {problem}") from problem


class _Lines(logging.Handler):
    """Keeps what nbgrader logs, so that it is shown only where something fails."""

    def __init__(self, lines: list[str]):
        super().__init__()
        self.lines = lines

    def emit(self, record):
        self.lines.append(record.getMessage())
