"""Say what this machine has for grading: Python, packages, nbgrader's gradebook, and the wall around submissions."""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import platform
import shutil
import sqlite3
import sys
import time
from pathlib import Path

from autograder import isolation
from autograder.lesson import ROOT

PACKAGES = ("numpy", "matplotlib", "ipython", "jupyterlab", "nbgrader", "nbconvert", "anywidget", "ipywidgets",
            "PyYAML")
PROBE = ("import os, socket\n"
         "def look(path):\n"
         "    try:\n"
         "        os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1)\n"
         "        return True\n"
         "    except OSError:\n"
         "        return False\n"
         "def dial(kind):\n"
         "    try:\n"
         "        socket.socket(socket.AF_INET, kind).connect(('192.0.2.1', 9))\n"
         "        return True\n"
         "    except OSError as problem:\n"
         "        return problem.errno not in (1, 13, 101)\n"
         "def breed():\n"
         "    try:\n"
         "        pid = os.fork()\n"
         "    except OSError:\n"
         "        return False\n"
         "    if pid == 0:\n"
         "        os._exit(0)\n"
         "    os.waitpid(pid, 0)\n"
         "    return True\n")


def versions() -> list[tuple[str, str]]:
    rows = [("Python", f"{platform.python_version()} ({sys.executable})"), ("System", platform.platform())]
    for name in PACKAGES:
        try:
            rows.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            rows.append((name, "MISSING"))
    return rows


def places(root: Path = ROOT) -> dict[str, str]:
    """What no submission may read, all of it there outside the wall: a path that is not would be tried in vain."""
    found = {"reads the reference solutions": root / "autograder" / "solutions",
             "reads the lessons' sources": root / "source",
             "reads the folder of the course": root / "nbgrader_config.py",
             "reads the course's package": root / "course" / "__init__.py"}
    # behind bubblewrap the way to Python is there, with nothing beside it: of a home folder, what lies beside it
    kept = [*isolation.readable(str(root)), *isolation.out_of_reach(root)]
    with contextlib.suppress(OSError):
        beside = [path for path in sorted(Path.home().iterdir())
                  if path.exists() and not any(Path(one).is_relative_to(path) for one in kept)]
        if beside:
            found["reads the users' home folders"] = beside[0]
    return {label: str(path) for label, path in found.items()}


def probe(how: str, root: Path = ROOT) -> dict[str, bool]:
    """What a submission can do behind the wall `how`: each should be False but the first."""
    import json
    import socket

    with isolation.Sandbox(how, root) as sandbox:
        child = sandbox.open()

        def ask(of, *args):
            call = {"of": of, "args": list(args), "kwargs": {}}
            reply = child.ask(json.dumps({"do": "call", "call": call, "seconds": None}).encode(), 20)
            return json.loads(reply).get("result")

        ran = json.loads(child.ask(json.dumps({"do": "cell", "source": PROBE}).encode(), 20))["ok"]
        found = {"runs a learner's cell": ran}
        for label, path in places(root).items():
            found[label] = ask("look", path)
        found["reaches the network (TCP)"] = ask("dial", int(socket.SOCK_STREAM))
        found["reaches the network (UDP)"] = ask("dial", int(socket.SOCK_DGRAM))
        found["starts processes"] = ask("breed")
        child.close()
    return found


def open_to_others(root: Path = ROOT) -> list[str]:
    """What other users of this machine may read of the solutions, keys and marks: the wall is not around them."""
    def may(path, bit):
        return path.stat().st_mode & bit

    secrets = [root / name for name in ("source", "autograder", "gradebook.db", "records", "private", "submitted",
                                        "autograded", "feedback")]
    if os.name != "posix" or not all(may(folder, 0o001) for folder in [root.resolve(), *root.resolve().parents]):
        return []
    return [path.name for path in secrets if path.exists() and may(path, 0o004)]


def report(show=print) -> bool:
    """Print all of it. False where something is missing for grading a class."""
    good = True
    for name, text in versions():
        show(f"  {name:12} {text}")
        good &= text != "MISSING"
    own = Path(sys.executable).parent
    alembic = shutil.which("alembic", path=os.pathsep.join([str(own), os.environ.get("PATH", "")]))
    show(f"  {'alembic':12} {alembic or 'MISSING: nbgrader needs it to make a gradebook'}")
    show(f"  {'cores':12} {os.cpu_count()}")
    database = ROOT / "gradebook.db"
    if database.exists():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            number = connection.execute("select count(*) from submitted_assignment").fetchone()[0]
        show(f"  {'gradebook':12} {number} submissions, mode {database.stat().st_mode & 0o777:o}")
    else:
        show(f"  {'gradebook':12} none yet: the first grading makes it")
    shared = open_to_others()
    if shared:
        show(f"  {'others':12} can read {', '.join(shared)}: where students log in to this machine, chmod o-rwx {ROOT}")
    show("\nIsolation of submissions")
    for how, problem in (("bubblewrap", isolation.bubblewrap_problem()), ("landlock", isolation.landlock_problem())):
        show(f"  {how:12} {'works' if not problem else 'does not work: ' + problem}")
    best = isolation.strongest()
    if not best:
        show(f"  Grading refuses to run here. {isolation.ADVICE}")
        return False
    show(f"  used         {isolation.describe(best)}")
    began = time.monotonic()
    for label, yes in probe(best).items():
        wanted = label.startswith("runs")
        good &= yes is wanted
        show(f"  {'ok  ' if yes is wanted else 'BAD '} a submission {label}: {'yes' if yes else 'no'}")
    show(f"  (tried in {time.monotonic() - began:.1f} s)")
    return good


def main(argv) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograder doctor", description=__doc__)
    parser.parse_args(argv)
    return 0 if report() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
