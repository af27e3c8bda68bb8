"""Try the wall: what a submission can reach from behind it."""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path

from autograder.lessons.catalogue import ROOT
from autograder.sandbox import walls
from autograder.sandbox.sandbox import Sandbox
from course.checking.observe import Call

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


def places(root: Path = ROOT) -> dict[str, str]:
    """What no submission may read, all of it there outside the wall: a path that is not would be tried in vain."""
    course = root if (root / "autograder").is_dir() else ROOT           # a class's folder holds none of the course
    found = {"reads the reference solutions": course / "autograder" / "lessons",
             "reads the lessons' sources": course / "source",
             "reads the folder of the course": course / "nbgrader_config.py",
             "reads the course's package": course / "course" / "__init__.py"}
    found |= {f"reads {name} of the class": root / name for name in ("private", "submitted", "records")
              if (root / name).exists()}
    # behind bubblewrap the way to Python is there, with nothing beside it: of a home folder, what lies beside it
    kept = [*walls.readable(str(root)), *walls.out_of_reach(root)]
    with contextlib.suppress(OSError):
        beside = [path for path in sorted(Path.home().iterdir())
                  if path.exists() and not any(Path(one).is_relative_to(path) for one in kept)]
        if beside:
            found["reads the users' home folders"] = beside[0]
    return {label: str(path) for label, path in found.items()}


def probe(how: str, root: Path = ROOT) -> dict[str, bool | None]:
    """What a submission can do behind the wall `how`: each should be False but the first."""
    with Sandbox(how, root) as sandbox:
        child = sandbox.open()

        def ask(of: str, *args: str | int) -> bool | None:
            call: Call = {"of": of, "args": list(args), "kwargs": {}}
            reply = child.ask(json.dumps({"do": "call", "call": call, "seconds": None}).encode(), 20)
            result: bool | None = json.loads(reply).get("result")
            return result

        ran = json.loads(child.ask(json.dumps({"do": "cell", "source": PROBE}).encode(), 20))["ok"]
        found: dict[str, bool | None] = {"runs a learner's cell": ran}
        for label, path in places(root).items():
            found[label] = ask("look", path)
        found["reaches the network (TCP)"] = ask("dial", int(socket.SOCK_STREAM))
        found["reaches the network (UDP)"] = ask("dial", int(socket.SOCK_DGRAM))
        found["starts processes"] = ask("breed")
        child.close()
    return found
