"""`course` as it is behind the wall: a copy made for one lesson, with nothing in it that answers its exercises.

What a submission is not meant to use is not taken away from it, it never gets there. The copy has the parts that
say nothing about an exercise; the engine is empty; cards, checks and labs do nothing; and for the functions of
*earlier* lessons that a learner has not brought along there are the references, as `carry` would find stand-ins.
"""

from __future__ import annotations

import ast
import functools
import inspect
import shutil
from pathlib import Path

import course
from autograder.lessons import catalogue
from course import contents, standin

# Copied as they are: the names notebooks import, what crosses to the judge, pictures and data. The rest is replaced.
KEPT = ("__init__.py", "checking/__init__.py", "checking/codec.py", "checking/observe.py", "plots.py", "statements.py",
        "checking/adapters/__init__.py", "data/__init__.py", "data/digits.npz")
ADAPTERS = "checking/adapters/"         # of a lesson whose exercises may be written in a framework, these too

# Checks, cards, progress and labs: whatever is called does nothing. The judge does the checking.
SILENT = '''"""Does nothing while a notebook is graded."""


class _Nothing:
    def __call__(self, *args, **kwargs):
        return None

    def __getattr__(self, name):
        return __getattr__(name)


_nothing = _Nothing()


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _nothing
'''

# The module is there, for lessons import it; nothing is in it, for it would be the course that answers.
ENGINE = '''"""Empty while a notebook is graded."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise ImportError(f"the course's engine is not there when a notebook is graded, so {name} cannot be used")
'''

CARRY = '''"""carry("linear"): in place of what a learner did not bring, the reference of an earlier lesson."""

import sys

from course.standin import STAND_INS


def carry(*names):
    namespace = sys._getframe(1).f_globals
    for name in names:
        if isinstance(name, str) and not callable(namespace.get(name)):
            namespace.pop(name, None)
            if name in STAND_INS:
                namespace[name] = STAND_INS[name]
'''

STAND_INS = '''"""References of earlier lessons, for what a learner did not bring along. None of the lesson itself."""

{imports}


{functions}


class StandIn(np.ndarray):
    """No result is of this kind here: what an earlier function gives is an array like any other."""


STAND_INS = {{name: globals()[name] for name in {names!r}}}


def stand_in(name):
    return STAND_INS[name]
'''


def make(topic: str, folder: Path) -> Path:
    """Make the package for a lesson in `folder`; returns the folder, which belongs on the path. "": for no lesson."""
    source, target = Path(course.__file__).parent, folder / "course"
    texts = {"engine.py": ENGINE, "actions/carry.py": CARRY, "standin.py": stand_ins(topic)}
    adapters = [path.relative_to(source).as_posix() for path in (source / ADAPTERS).glob("*.py")]
    kept = {*KEPT, *(adapters if topic and catalogue.variants(topic) else ())}
    for name in kept:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)
    for path in source.rglob("*.py"):
        name = path.relative_to(source).as_posix()
        if name not in kept:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(texts.pop(name, SILENT), encoding="utf-8")
    if texts:
        raise FileNotFoundError(f"the course has no {', '.join(sorted(texts))} any more")
    return folder


@functools.cache
def stand_ins(topic: str) -> str:
    """The text of the stand-ins' module: of earlier functions that have one in `course`, and what these call."""
    before = contents.earlier(topic) if topic in contents.TOPICS else ()
    imports, defined, wanted = {"import numpy as np": None}, {}, []
    for references in filter(None, map(catalogue.references, before)):
        path = inspect.getsourcefile(next(iter(references.values())))
        assert path is not None
        for node in ast.parse(Path(path).read_text("utf-8")).body:
            if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom)
                                                and "autograder" not in (node.module or "")):
                imports[ast.unparse(node)] = None
            for name in _names(node):
                if name in defined:
                    raise ValueError(f"{path}: an earlier lesson's solutions define {name} as well")
                defined[name] = node
        wanted += [name for name in references if name in standin.STAND_INS]
    needed, waiting = set(), list(wanted)
    while waiting:
        name = waiting.pop()
        if name in defined and name not in needed:
            needed.add(name)
            waiting += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]
    texts = [ast.unparse(_bare(node)) for name, node in defined.items() if name in needed]
    return STAND_INS.format(imports="\n".join(imports), functions="\n\n\n".join(texts), names=wanted)


def _names(node: ast.stmt) -> list[str]:
    """The names that a statement of a module of solutions defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _bare(node: ast.stmt) -> ast.stmt:
    """A function without its docstring."""
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return node
