"""Read a handed-in notebook, whatever it is: the result is cells, or a sentence that says what is wrong.

The reader is lenient where Jupyter is strict (a missing list of outputs, an unknown key), for none of that is
the learner's doing. It never follows a symbolic link, and never reads more than `LARGEST` bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

from autograder.files import shown
from autograder.screen import Problem
from course.checking.reader import Cell

LARGEST = 100_000_000         # bytes of a notebook: 50 MB of outputs still opens
MOST_CELLS = 20_000
LONGEST_CELL = 200_000        # characters of source


class Unreadable(Problem):
    """The file is no notebook that can be graded. The text is for the learner and the instructor."""


class Closed(Unreadable):
    """The file is there, and this grader may not read it: nothing is known about the learner's work."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a regular file, if there are at most so many. Links, folders, pipes and devices are refused."""
    name = shown(path.name)
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
                         | getattr(os, "O_BINARY", 0))
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
    tags = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    grade_id = nbgrader.get("grade_id")
    name = raw.get("id")
    return Cell(kind, _text(raw.get("source"))[:LONGEST_CELL], name if isinstance(name, str) else "",
                grade_id if isinstance(grade_id, str) else "", tags, nbgrader)


def read_cells(data: bytes) -> list[Cell]:
    """The cells of a notebook. Raises Unreadable, with a sentence, and nothing else."""
    if len(data) > LARGEST:
        raise Unreadable(f"The file is larger than the {LARGEST / 1e6:.0f} MB that are graded.")
    if not data.strip():
        raise Unreadable("The file is empty.")
    if data[:2] == b"PK":
        raise Unreadable("This is a zip file (or an office document), not a notebook: hand in the .ipynb itself.")
    if data[:4] == b"%PDF":
        raise Unreadable("This is a PDF, not a notebook: hand in the .ipynb itself.")
    if data.lstrip()[:1] == b"<":
        raise Unreadable("This is a web page, not a notebook: download the .ipynb itself.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("ascii")
        except UnicodeDecodeError:
            raise Unreadable("The file is not text in UTF-8: it is damaged or no notebook.") from None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        cut = " The file looks cut off: save the notebook again." if problem.pos >= len(text.rstrip()) - 1 else ""
        raise Unreadable(f"The file is not JSON (line {problem.lineno}, column {problem.colno}).{cut}") from None
    except (RecursionError, ValueError, MemoryError):
        raise Unreadable("The file is JSON, but not of a notebook.") from None
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
    return [cell for cell in map(_cell, raws) if cell is not None]
