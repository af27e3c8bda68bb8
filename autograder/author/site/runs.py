"""The lessons' notebooks as they were run, once for each content: a run is kept until its code or its data change."""

import hashlib
import importlib.metadata
import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor

import nbformat

from autograder.author.execute import execute
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.problems import Problem

KEPT = ROOT / ".cache" / "runs"
AT_ONCE = 2
FRAMEWORKS = ("torch", "tensorflow")


def runs(topics, kept=KEPT):
    """{topic: its source notebook with the outputs of a run with the references}.

    Raises Problem where a cell stopped.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(topics, pool.map(lambda topic: run(topic, kept), topics), strict=True))


def run(topic, kept=KEPT):
    """A lesson's notebook as it was run: from `kept`, where it was run before."""
    text = catalogue.notebook_path(topic, "source").read_text(encoding="utf-8")
    path = kept / f"{topic}-{mark(text)}.ipynb"
    if path.is_file():
        return nbformat.read(path, 4)
    if topic == "frameworks" and not any(importlib.util.find_spec(name) for name in FRAMEWORKS):
        raise Problem("The pages of `frameworks` show what a framework prints, and there is none here. Run: "
                      "python -m pip install -r requirements-frameworks.txt")
    ran = execute(nbformat.reads(text, 4))
    if ran.errors:
        raise Problem(f"{topic}: the cell {ran.errors[0][0]} stopped: {ran.errors[0][1][:200]}")
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.glob(f"{topic}-*.ipynb"):
        old.unlink()
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(nbformat.writes(ran.notebook), encoding="utf-8")
    os.replace(part, path)
    return ran.notebook


def mark(text):
    """A short hash of all that a run depends on: the notebook, the course's code and data, and what it imports."""
    made = hashlib.sha256(text.encode())
    course = ROOT / "course"
    for path in sorted([*course.rglob("*.py"), *(path for path in (course / "data").iterdir() if path.is_file())]):
        made.update(path.relative_to(course).as_posix().encode() + b"\0" + path.read_bytes())
    for name in ("numpy", "matplotlib", *FRAMEWORKS):
        if importlib.util.find_spec(name):
            made.update(f"{name} {_version(name)}".encode())
    return made.hexdigest()[:16]


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:         # tensorflow-cpu is imported as tensorflow
        return "?"
