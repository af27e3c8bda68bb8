"""A new term: what the last one left goes into an archive, and the next class gets cases of its own.

    python -m autograder new-term 2026-spring
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from autograder.files import make_folder
from autograder.grading.gradebook import config_of, default_url, file_of, shown_url
from autograder.grading.writer import only_one
from autograder.problems import Misused, Problem

# of a class: what people handed in, what they got, and the seed of their cases. Own questions and settings stay
FOLDERS = ("submitted", "autograded", "feedback", "records", "reports", "downloaded")
PRIVATE = ("seed", "cases", "collected", "roster.json", "changes")


def new_term(root: Path, name: str, say: Callable[[str], object] = print) -> Path:
    """Move all of the last class to archive/NAME. Returns that folder. Raises Problem, with nothing moved."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,60}", name):
        raise Misused("The name of a term is of letters, digits, dots and dashes, like 2026-spring.")
    target = root / "archive" / name
    if target.exists():
        raise Problem(f"{target} is there already: give the term another name.")
    url = default_url(root, config_of(root))
    book = file_of(url)
    there = [path for path in (*(root / folder for folder in FOLDERS), *(root / "private" / part for part in PRIVATE))
             if path.exists()]
    if not there:
        raise Problem(f"{root} holds no class's work: there is nothing to put away.")
    with only_one(root):
        make_folder(target)
        for path in there:
            place = target / path.relative_to(root)
            make_folder(place.parent)
            shutil.move(path, place)
        if book is not None and book.exists():
            shutil.move(book, target / book.name)
    make_folder(root / "submitted")
    say(f"The last class is in archive/{name}/: {', '.join(path.name for path in there)}"
        + (f", {book.name}" if book is not None else "") + ".")
    if book is None:
        say(f"Its marks are on a server ({shown_url(url)}): give the new term a database of its own in "
            "private/nbgrader_config.py.")
    say("The next grading draws a new secret seed. Own questions and settings in private/ stay.")
    return target
