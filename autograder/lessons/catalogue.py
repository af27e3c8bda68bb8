"""Where the parts of a lesson are, and how they are read.

The lesson `loss` is source/loss.md and the folder autograder/lessons/loss/: solutions.py, exercises.py, mistakes.py,
right.py and quiz.yaml. A course of somebody's own has the same under a root of its own, source/TOPIC.md and
lessons/TOPIC/; `enter(root)` lets its lessons be found too.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograder.screen import Misused, Problem
from course import contents

if TYPE_CHECKING:
    from autograder.lessons.exercise import Exercise

ROOT = Path(__file__).resolve().parents[2]
LESSONS = Path(__file__).resolve().parent
PARTS = ("solutions", "exercises", "mistakes", "right")

# Ids that are given up: of an exercise ("mse"), a question ("loss-or-profit") or a mistake ("mse__half"). Records and
# progress files of past classes still hold them, so none is ever used again for something else.
RETIRED: tuple[str, ...] = ()

Program = Callable[..., Any]            # a reference, a mistake, another right program

_entered: dict[str, Path] = {}           # topic of a course of somebody's own -> its root


def enter(root: Path) -> list[str]:
    """Let the lessons in root/lessons/ be found, beside those of the checkout. Returns their topics."""
    root = Path(root).resolve()
    if root == ROOT:
        return []
    topics = sorted(path.parent.name for path in root.glob("lessons/*/solutions.py"))
    for topic in topics:
        if topic in contents.TOPICS:
            raise Problem(f"{root / 'lessons' / topic}: there is a lesson {topic!r} already; give this one "
                             "another name")
        if _entered.get(topic) != root:                 # of two courses with a lesson of one name, the last entered
            _entered[topic] = root
            for read in (_module, exercises, references, library, mistakes, alternatives, reference_source):
                read.cache_clear()
    return topics


def home(topic: str) -> Path:
    """The root that a lesson's text and notebooks belong to."""
    return _entered.get(topic, ROOT)


def folder(topic: str) -> Path:
    """The folder with a lesson's solutions, exercises, mistakes, right programs and questions."""
    return _entered[topic] / "lessons" / topic if topic in _entered else LESSONS / topic


def data_folder(topic: str) -> Path:
    """Where `build` puts a lesson's public cases and questions, and `check` finds them."""
    return _entered[topic] / "data" if topic in _entered else ROOT / "course" / "data"


def topics(root: Path = ROOT) -> list[str]:
    """The lessons that have a text, in the course's order: the checkout's, or those that `root` brings itself."""
    if own := enter(root):
        return [topic for topic in own if (home(topic) / "source" / f"{topic}.md").exists()]
    return [topic for topic in contents.TOPICS if (ROOT / "source" / f"{topic}.md").exists()]


def graded_topics(root: Path = ROOT) -> list[str]:
    """The lessons that count."""
    return [topic for topic in topics(root) if contents.lesson(topic).graded]


def judged_topics(root: Path = ROOT) -> list[str]:
    """The lessons whose submissions the judge takes: those with exercises, the first page too."""
    return [topic for topic in topics(root) if (folder(topic) / "solutions.py").exists()]


def chosen(names: Sequence[str], root: Path = ROOT) -> list[str]:
    """The lessons of these names that `root` holds itself, or all. Raises Problem for a name that is none of them."""
    known = topics(root) if Path(root).resolve() == ROOT or enter(root) else []
    unknown = [name for name in names if name not in known]
    if not known:
        raise Problem(f"{root} holds no lesson of its own: source/TOPIC.md, and lessons/TOPIC/ beside it.")
    if unknown:
        raise Misused(f"There is no lesson {unknown[0]!r}; there are {', '.join(known)}.")
    return list(names) or known


@functools.cache
def _module(topic: str, part: str) -> ModuleType | None:
    """A part of a lesson as a module; None where the lesson has no such part."""
    path = folder(topic) / f"{part}.py"
    if not path.exists():
        return None
    if topic not in _entered:
        return importlib.import_module(f"autograder.lessons.{topic}.{part}")
    name = f"lessons_of_{path.parents[2].name.replace('-', '_')}.{topic}.{part}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@functools.cache
def exercises(topic: str) -> dict[str, Exercise]:
    """{name: Exercise} of a lesson, in its order."""
    module = _module(topic, "exercises")
    return {e.name: e for e in module.EXERCISES} if module else {}


@functools.cache
def references(topic: str) -> dict[str, Program]:
    """{name: reference function} of a lesson."""
    return _functions(_module(topic, "solutions"))


@functools.cache
def library(topic: str) -> dict[str, Program]:
    """{name: reference} of a lesson and of those before it: what a learner has by then."""
    before = contents.earlier(topic) if topic in contents.TOPICS else ()
    return {name: f for t in (*before, topic) for name, f in references(t).items()}


def _functions(module: ModuleType | None) -> dict[str, Program]:
    return {name: f for name, f in vars(module).items()
            if inspect.isfunction(f) and f.__module__ == module.__name__} if module else {}


@functools.cache
def mistakes(topic: str) -> dict[str, dict[str, Program]]:
    """{exercise: {mistake id: function}} of a lesson. The id is what follows the exercise's name and ``__``."""
    return _by_exercise(_functions(_module(topic, "mistakes")))


@functools.cache
def alternatives(topic: str) -> dict[str, dict[str, Program]]:
    """{exercise: {id: function}} of a lesson's other right programs."""
    return _by_exercise(_functions(_module(topic, "right")))


def _by_exercise(functions: dict[str, Program]) -> dict[str, dict[str, Program]]:
    grouped: dict[str, dict[str, Program]] = {}
    for name, function in functions.items():
        exercise, mark, identity = name.partition("__")
        if mark and exercise:
            grouped.setdefault(exercise, {})[identity] = function
    return grouped


def message(function: Program) -> str:
    """What a learner is told: the docstring, in one paragraph."""
    return " ".join(textwrap.dedent(function.__doc__ or "").split())


@functools.cache
def reference_source(topic: str, name: str) -> str:
    """The reference's source as it stands in the file, with nbgrader's solution markers."""
    return inspect.getsource(references(topic)[name]).rstrip()


def notebook_path(topic: str, edition: str, root: Path | None = None) -> Path:
    """``source/loss/loss.ipynb`` or ``release/loss/loss.ipynb``: a course folder's own where it has one."""
    places = [Path(root)] if root is not None else []
    paths = [place / edition / topic / f"{topic}.ipynb" for place in (*places, home(topic))]
    return next((path for path in paths if path.exists()), paths[-1])
