"""What `lend` has lent in this session, and what of a notebook's text says that it lends."""

import ast
import contextlib
import functools
from collections.abc import Iterable

from course.statements import readable

_lent = {}              # name -> the function lent in this session
_checked = set()        # the functions that a check is calling now
asked_for = set()       # names that somebody asked `lend` for in this session


class Borrowed(Exception):
    """A function under test calls the lent one of its own name."""


def guarded(name, function):
    """The function, which refuses to answer for the one that is being checked: whatever hands it on earns nothing."""
    @functools.wraps(function)
    def lent(*args, **kwargs):
        if name in _checked:
            raise Borrowed(f"this calls the {name} that the course lent, which earns nothing")
        return function(*args, **kwargs)
    return lent


def remember(name, function):
    _lent[name] = function
    return function


def is_lent(name, function):
    """Whether this very function is the one that was lent under that name."""
    return name in _lent and function is _lent[name]


def lent_among(names, namespace):
    """Those of the names that stand for a lent function now."""
    return [name for name in names if is_lent(name, namespace.get(name))]


@contextlib.contextmanager
def being_checked(name):
    _checked.add(name)
    try:
        yield
    finally:
        _checked.discard(name)


def lends(sources: Iterable[str]) -> set[str]:
    """The names that a notebook's cells ask `lend` for: as their text has it, nothing is run."""
    found: set[str] = set()
    for source in sources:
        if "lend" not in source:
            continue
        for node in ast.walk(readable(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "lend":
                found |= {part.value for part in node.args
                          if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found
