"""Problems that are told in one sentence, and the known name that was perhaps meant. It knows nobody."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Problem(Exception):
    """Something that stops a command, said so that whoever typed it can mend it. It ends with exit status 1."""

    status = 1


class Misused(Problem):
    """A command that names what is not there."""

    status = 2


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, whatever its capitals; None where none is like it."""
    names = {str(k).lower(): str(k) for k in known}
    found = difflib.get_close_matches(str(name).lower(), names, 1, 0.6)
    return names[found[0]] if found else None


def near(name: str, known: Iterable[str]) -> str:
    """What to add to "there is no `name`": the nearest known name as a question, or ""."""
    found = nearest(name, known)
    return f"; did you mean {found!r}?" if found else ""
