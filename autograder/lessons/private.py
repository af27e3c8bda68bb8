"""What a class keeps to itself, in private/ under its root: the secret seed, and the cases that are drawn with it."""

from __future__ import annotations

import ast
import functools
import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np

from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.specify import specification
from course import contents
from course.checking.types import Spec

OURS = ("course", "autograder")
ADAPTERS = catalogue.ROOT / "course" / "checking" / "adapters"
SETS = 8                # of a class's cases: three who compare their results hold no table for a fourth


def secret_seed(root: Path) -> str:
    """The seed of this class's cases, made at first use and kept in private/seed. Any text will do as one."""
    path = root / "private" / "seed"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside = path.with_name(f".seed-{os.getpid()}")
        write_private(beside, secrets.token_hex(16) + "\n")
        try:
            os.link(beside, path)                    # of two runs that begin at once, the first one's seed holds
        except FileExistsError:
            pass
        except OSError:                              # a file system without links
            os.replace(beside, path)
        beside.unlink(missing_ok=True)
    text = path.read_text("utf-8", "backslashreplace").strip()
    try:
        int(text, 16)
        return text
    except ValueError:
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def draw_of(seed: str, student: str) -> int:
    """Which of the class's sets of cases is a student's: always the same, and nobody can tell who shares it."""
    return int.from_bytes(_keyed(seed, f"student {student}"), "big") % SETS


def seed_of(seed: str, draw: int) -> str:
    """The seed that a set of cases is drawn with."""
    return _keyed(seed, f"set {draw}").hex()[:32]


def _keyed(seed: str, text: str) -> bytes:
    return hmac.digest(seed.encode(), text.encode("utf-8", "surrogateescape"), "sha256")


def secret_cases(root: Path, topic: str, seed: str, draw: int = 0, fresh: bool = False) -> dict[str, Spec]:
    """One of a class's own sets of cases. Drawing it runs every reference, so it is kept in private/. What
    known mistakes give is not in it: words come from the cases that learners have.

    `fresh` is for a process that lives longer than the lesson's source may stay as it is: where the kept cases are
    of another version, another process draws them.
    """
    drawn = seed_of(seed, draw)
    if not (root / "private" / "seed").exists() or secret_seed(root) != seed:
        return specification(topic, drawn, mistakes=False)["exercises"]
    path, key = root / "private" / "cases" / f"{topic}-{draw}.json", source_key(topic, drawn)
    kept = _kept(path, key)
    if kept is None and fresh:
        subprocess.run([sys.executable, "-m", "autograder.lessons.private", str(root), topic, str(draw)], check=True,
                       env={**os.environ, "PYTHONPATH": str(catalogue.ROOT)}, cwd=catalogue.ROOT)
        kept = _kept(path, key)
    if kept is None:
        kept = specification(topic, drawn, mistakes=False)["exercises"]
        write_private(path, json.dumps({"key": key, "exercises": kept}))
    return kept


def _kept(path: Path, key: str) -> dict[str, Spec] | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        return kept["exercises"] if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def source_key(topic: str, seed: str) -> str:
    """A hash of all that the cases depend on: the seed, NumPy, and each file that drawing them imports."""
    parts = [topic, seed, np.__version__]
    for path in sorted(drawn_from(topic)):
        parts += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def drawn_from(topic: str) -> frozenset[Path]:
    """The files that a lesson's cases are made from: its programs, the machinery, all that these import, and data.

    Read from the import statements, in functions too, so that it does not depend on what a process has loaded.
    """
    return _drawn_from(topic, catalogue.home(topic))


@functools.cache
def _drawn_from(topic: str, home: Path) -> frozenset[Path]:
    before = (*contents.earlier(topic), topic) if topic in contents.TOPICS else (topic,)
    found = [catalogue.folder(t) / "solutions.py" for t in before]
    found += [catalogue.folder(topic) / f"{part}.py" for part in catalogue.parts(topic)
              if part.startswith(("exercises", "mistakes"))]
    found += [ADAPTERS / f"{variant}.py" for variant in catalogue.variants(topic)]
    machinery = importlib.util.find_spec("autograder.lessons.specify")
    assert machinery is not None and machinery.origin is not None
    found.append(Path(machinery.origin))
    todo, files = [path for path in found if path.exists()], set()
    while todo:
        path = todo.pop()
        if path not in files:
            files.add(path)
            todo += _imported(path)
    data = [path for path in files if path.name == "__init__.py" and path.parent.name == "data"]
    return frozenset(files) | {beside for path in data for beside in path.parent.iterdir()
                    if beside.is_file() and beside.suffix not in (".json", ".md", ".pyc")}


def _imported(path: Path) -> list[Path]:
    """The files of this project that a file's import statements name."""
    names: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        node = todo.pop()
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):      # no expression imports anything
            held = getattr(node, inside, ())
            todo += held if isinstance(held, list) else ()
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = []
    for name in names:
        # a package's own __init__ runs too; that of `course` itself loads cards and checks, which draw no case
        while name.split(".")[0] in OURS and name != "course":
            spec = _spec(name)
            if spec is not None and spec.origin:
                files.append(Path(spec.origin))
            name = name.rpartition(".")[0]
    return files


def _spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError:                      # the name of something in a module, not of a module
        return None


if __name__ == "__main__":
    _root, _topic = Path(sys.argv[1]), sys.argv[2]
    catalogue.enter(_root)
    secret_cases(_root, _topic, secret_seed(_root), int(sys.argv[3]))
