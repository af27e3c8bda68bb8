"""Say what this machine has for grading: Python, packages, nbgrader's gradebook, and the wall around submissions."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sqlite3
import sys
import time
from pathlib import Path

from autograder.grading.gradebook import GradebookError, default_url, file_of, shown_url, submissions
from autograder.lessons.catalogue import ROOT
from autograder.sandbox import walls
from autograder.sandbox.probe import probe

PACKAGES = ("numpy", "matplotlib", "ipython", "jupyterlab", "nbgrader", "nbconvert", "anywidget", "ipywidgets",
            "PyYAML")


def versions() -> list[tuple[str, str]]:
    rows = [("Python", f"{platform.python_version()} ({sys.executable})"), ("System", platform.platform())]
    for name in PACKAGES:
        try:
            rows.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            rows.append((name, "MISSING"))
    return rows


def open_to_others(root: Path = ROOT) -> dict[Path, list[str]]:
    """{folder: what other users of this machine may read in it} of solutions, keys and marks: the wall is not around
    them."""
    def may(path, bit):
        return path.stat().st_mode & bit

    found = {}
    for place in dict.fromkeys((root.resolve(), *([] if (root / "autograder").is_dir() else [ROOT]))):
        if os.name != "posix" or not all(may(folder, 0o001) for folder in (place, *place.parents)):
            continue
        secrets = [place / name for name in ("source", "autograder", "gradebook.db", "records", "private", "submitted",
                                             "autograded", "feedback")]
        found[place] = [path.name for path in secrets if path.exists() and may(path, 0o004)]
    return {place: names for place, names in found.items() if names}


def _show_server(url: str, show) -> bool:
    """A gradebook that a server keeps: whether it can be used from here."""
    try:
        show(f"  {'gradebook':12} {submissions(url)} submissions, kept at {shown_url(url)}")
    except GradebookError as problem:
        show(f"  {'gradebook':12} {problem}")
        return False
    return True


def report(root: Path = ROOT, show=print) -> bool:
    """Print all of it. False where something is missing for grading a class."""
    good = True
    for name, text in versions():
        show(f"  {name:12} {text}")
        good &= text != "MISSING"
    own = Path(sys.executable).parent
    alembic = shutil.which("alembic", path=os.pathsep.join([str(own), os.environ.get("PATH", "")]))
    show(f"  {'alembic':12} {alembic or 'MISSING: nbgrader needs it to make a gradebook'}")
    show(f"  {'cores':12} {os.cpu_count()}")
    database = file_of(default_url(root))
    if database is not None and database.exists():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            number = connection.execute("select count(*) from submitted_assignment").fetchone()[0]
        show(f"  {'gradebook':12} {number} submissions, mode {database.stat().st_mode & 0o777:o}")
    elif database is None:
        good &= _show_server(default_url(root), show)
    else:
        show(f"  {'gradebook':12} none yet: the first grading makes it")
    for place, names in open_to_others(root).items():
        show(f"  {'others':12} can read {', '.join(names)}: where students log in to this machine, chmod o-rwx {place}")
    show("\nIsolation of submissions")
    for how, problem in (("bubblewrap", walls.bubblewrap_problem()), ("landlock", walls.landlock_problem())):
        show(f"  {how:12} {'works' if not problem else 'does not work: ' + problem}")
    best = walls.strongest()
    if not best:
        show(f"  Grading refuses to run here. {walls.ADVICE}")
        return False
    show(f"  used         {walls.describe(best)}")
    began = time.monotonic()
    for label, yes in probe(best, root).items():
        wanted = label.startswith("runs")
        good &= yes is wanted
        show(f"  {'ok  ' if yes is wanted else 'BAD '} a submission {label}: {'yes' if yes else 'no'}")
    show(f"  (tried in {time.monotonic() - began:.1f} s)")
    return good
