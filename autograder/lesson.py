"""Where the parts of a lesson are, and how they are read."""

import functools
import importlib
import importlib.util
import inspect
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORDER = ("loss", "weights", "activations", "gradients", "initialization", "frameworks")
UNGRADED = ("start", "frameworks")


def topics():
    """The lessons that are there, in the course's order; `start` comes first."""
    found = {path.stem for path in (ROOT / "source").glob("*.md")}
    return [t for t in ("start", *ORDER) if t in found]


def graded_topics():
    return [t for t in topics() if t not in UNGRADED]


@functools.cache
def exercises(topic):
    """{name: Exercise} of a lesson, in its order."""
    module = _module("exercises", topic)
    return {e.name: e for e in module.EXERCISES} if module else {}


def _module(kind, topic):
    name = f"autograder.{kind}.{topic}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


@functools.cache
def references(topic):
    """{name: reference function} of a lesson."""
    return _functions(_module("solutions", topic))


@functools.cache
def library(topic):
    """{name: reference} of a lesson and of those before it: what a learner has by then."""
    earlier = ORDER[:ORDER.index(topic) + 1] if topic in ORDER else (topic,)
    return {name: f for t in earlier for name, f in references(t).items()}


def _functions(module):
    return {name: f for name, f in vars(module).items()
            if inspect.isfunction(f) and f.__module__ == module.__name__} if module else {}


@functools.cache
def mistakes(topic):
    """{exercise: {mistake id: function}} of a lesson. The id is what follows the exercise's name and ``__``."""
    return _by_exercise(_functions(_module("mistakes", topic)))


def _by_exercise(functions):
    grouped = {}
    for name, function in functions.items():
        exercise, mark, identity = name.partition("__")
        if mark and exercise:
            grouped.setdefault(exercise, {})[identity] = function
    return grouped


@functools.cache
def alternatives(topic, folder="right"):
    """{exercise: {id: function}} of the correct programs in ``tests/right`` (or another folder of programs)."""
    path = ROOT / "tests" / folder / f"{topic}.py"
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(f"tests_{folder}_{topic}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return _by_exercise(_functions(module))


def message(function):
    """What a learner is told: the docstring, in one paragraph."""
    return " ".join(textwrap.dedent(function.__doc__ or "").split())


@functools.cache
def reference_source(topic, name):
    """The reference's source as it stands in the file, with nbgrader's solution markers."""
    return inspect.getsource(references(topic)[name]).rstrip()


def notebook_path(topic, edition):
    """``source/loss/loss.ipynb`` or ``release/loss/loss.ipynb``."""
    return ROOT / edition / topic / f"{topic}.ipynb"
