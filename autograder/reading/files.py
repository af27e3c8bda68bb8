"""Read a handed-in notebook, whatever it is: the result is cells, or a sentence that says what is wrong.

The reader is lenient where Jupyter is strict (a missing list of outputs, an unknown key), for none of that is
the learner's doing. It never follows a symbolic link, and never reads more than `LARGEST` bytes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

from autograder.files import shown
from autograder.reading.bounds import A_PERSON
from autograder.reading.recover import LARGEST, Unreadable, json_of
from course.checking.reader import LONGEST_CELL, Cell, cut_cells, too_much_code
from course.quote import literal

__all__ = ["LARGEST", "Closed", "Unreadable", "digest", "read_bytes", "read_cells", "read_notebook"]

MOST_CELLS = 20_000
MOST_TAGS = 50
LONGEST_NAME = 200            # characters of an id or a tag
LINKED = "The folder that was handed in is a link: nothing in it was opened."


class Closed(Unreadable):
    """The file is there, and this grader may not read it: nothing is known about the learner's work."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_submission(path: Path, most: int = LARGEST) -> bytes:
    """The same of submitted/STUDENT/LESSON/FILE. Neither folder may be a link, also where one was swapped just now."""
    return read_bytes(path, most, folders=2)


def _opened(path: Path, folders: int) -> int:
    """A descriptor of the file, by way of its last so many folders, each opened once and followed nowhere."""
    last = (os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not folders or os.open not in os.supports_dir_fd:
        if any(parent.is_symlink() for parent in [*path.parents][:folders]):
            raise Unreadable(LINKED)
        return os.open(path, last)
    number = os.open(path.parents[folders], os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in path.parts[-folders - 1:-1]:
            try:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=number)
            except OSError as problem:
                if problem.errno in (errno.ENOTDIR, errno.ELOOP):
                    raise Unreadable(LINKED) from None
                raise
            os.close(number)
            number = inner
        return os.open(path.name, last, dir_fd=number)
    finally:
        os.close(number)


def read_bytes(path: Path, most: int = LARGEST, folders: int = 0) -> bytes:
    """The bytes of a regular file, if there are at most so many. Links, folders, pipes and devices are refused.

    `folders`: how many of the folders around it must be no links either.
    """
    name = literal(shown(path.name))         # it stands in a sentence that a page reads as Markdown
    try:
        number = _opened(path, folders)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {name}.") from None
    except OSError as problem:
        if path.is_symlink():
            raise Unreadable(f"{name} is a link, not a file: hand in the notebook itself.") from None
        raise Closed(f"{name} cannot be opened: {problem.strerror}.") from None
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):                 # asked first: a folder cannot be made a file object
        os.close(number)
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise Unreadable(f"{name} is {what}, not a file: hand in the notebook itself.")
    with os.fdopen(number, "rb") as file:
        if status.st_size > most:
            size = f"{status.st_size / 1e6:.0f} MB, more than the {most / 1e6:.0f} MB that are graded"
            raise Unreadable(f"{name} has {size}: clear the outputs (Edit → Clear Outputs of All Cells), save, "
                             "and hand it in again.")
        try:
            return file.read(most + 1)
        except OSError as problem:                       # a disk or a network that fails
            raise Closed(f"{name} cannot be read: {problem.strerror}.") from None


def _text(value: object) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = "".join(value)
    else:
        return ""
    # lone surrogates come from "\ud800" in JSON; they cannot be written out again
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def _cell(raw: object) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    kind = raw.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        return None
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    tags = metadata.get("tags")
    tags = tuple(tag[:LONGEST_NAME] for tag in tags[:MOST_TAGS] if isinstance(tag, str)) if isinstance(
        tags, list) else ()
    grade_id = nbgrader.get("grade_id")
    name = raw.get("id")
    return Cell(kind, _text(raw.get("source"))[:LONGEST_CELL], name if isinstance(name, str) else "",
                grade_id if isinstance(grade_id, str) else "", tags, nbgrader)


def read_cells(data: bytes) -> list[Cell]:
    """The cells of a notebook. Raises Unreadable, with a sentence, and nothing else."""
    return read_notebook(data)[0]


def read_notebook(data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook, and notes on what was wrong with the file. Raises Unreadable, and nothing else."""
    if len(data) > LARGEST:
        raise Unreadable(f"The file is larger than the {LARGEST / 1e6:.0f} MB that are graded.")
    whole, notes = json_of(data)
    if not isinstance(whole, dict):
        raise Unreadable("The file is JSON, but not of a notebook.")
    version = whole.get("nbformat")
    if isinstance(whole.get("worksheets"), list) or version in (1, 2, 3):
        raise Unreadable("The notebook is in an old format (below 4): open it in JupyterLab, save it, hand that in.")
    if isinstance(version, int) and version > 4:
        raise Unreadable(f"The notebook is in format {version}, which is newer than this grader knows (4).")
    raws = whole.get("cells")
    if not isinstance(raws, list):
        raise Unreadable("The file has no list of cells: it is no notebook.")
    if len(raws) > MOST_CELLS:
        raise Unreadable(f"The notebook has {len(raws)} cells, more than the {MOST_CELLS} that are graded.")
    cells = [cell for cell in map(_cell, raws) if cell is not None]
    if problem := too_much_code(cells):
        raise Unreadable(f"{problem} {A_PERSON}")
    return cells, notes + cut_cells([_text(raw.get("source")) if isinstance(raw, dict) else "" for raw in raws])
