"""Writing files that are for their owner alone, and never half there; reading what was kept in one."""

from __future__ import annotations

import json
import os
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from autograder.problems import Problem

LONGEST_ID = 128                # characters: nbgrader's own column for it
LONGEST_NAME = 240              # bytes: a file's name has 255, and ".json" is added


def shown(name: str, most: int = 80) -> str:
    """A name that came from outside, as it is printed: nothing in it moves the cursor or turns the line round."""
    from course.quote import visible  # here, since who reads a record loads nothing of the course

    text = visible(name)
    return text if len(text) <= most else text[:most] + "…"


def name_problem(name: str) -> str:
    """Why a folder's name cannot be a student's id, as a sentence, or "".

    An id is a file name here and on other systems, a key of the gradebook, a line of a table and a cell of a sheet.
    """
    from course.quote import unprintable

    if not name.isascii() and any(unicodedata.category(c) == "Cs" for c in name):
        what = "is not text in UTF-8"
    elif unprintable(name):
        what = "has characters that cannot be shown (control characters or marks of direction)"
    elif not name or name != name.strip():
        what = "begins or ends with a space"
    elif name.startswith("."):
        what = "begins with a dot"
    elif "/" in name or "\\" in name:
        what = "has a slash or a backslash"
    elif len(name) > LONGEST_ID or len(name.encode()) > LONGEST_NAME:
        what = f"has {len(name)} characters, and the gradebook takes {LONGEST_ID} (or {LONGEST_NAME} bytes)"
    else:
        return ""
    return f"The name of the folder cannot be a student's id: it {what}. Rename the folder, and grade again."


def student_id(name: str) -> str:
    """One id for a name, whether its accents are composed or not: Linux keeps both, and macOS sends the second."""
    return unicodedata.normalize("NFC", name)


def kept_in(path: Path, then: str) -> dict[str, Any]:
    """The object in a JSON file of the class's own; {} where there is none. Raises Problem for one that is damaged:
    to take that for an empty one would undo what somebody did. `then`: what it means to delete it.
    """
    try:
        kept = json.loads(path.read_text("utf-8-sig"))      # as some editors save it
    except FileNotFoundError:
        return {}
    except ValueError as fault:
        raise damaged(path, str(fault), then) from None
    if not isinstance(kept, dict):
        raise damaged(path, "it holds no object", then)
    return kept


def damaged(path: Path, why: str, then: str) -> Problem:
    return Problem(f"{shown(str(path), 300)} is damaged ({shown(why, 120)}). Mend it, or delete it: {then}.")


def shared(folder: Path) -> bool:
    """Whether a folder is a group's: it can write there, and what is new in it is the group's too."""
    return os.name == "posix" and folder.stat().st_mode & 0o2020 == 0o2020


def make_folder(path: Path) -> None:
    """A folder for its owner alone, or for the group whose folder it is made in."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        if shared(path.parent):
            path.chmod(0o2770)


def write_private(path: Path, text: str) -> None:
    """All of it or nothing, mode 600 (660 in a group's folder): written beside, then renamed."""
    make_folder(path.parent)
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        if shared(path.parent):
            os.chmod(name, 0o660)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
