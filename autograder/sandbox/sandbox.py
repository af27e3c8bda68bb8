"""The judge's side of the wall: start the processes that run learners' code, and talk to them in frames.

`Sandbox` keeps one warm process (imports done) and opens a fresh confined `Child` in it for each submission.
Which wall stands between is `how`: "bubblewrap", "landlock" or "none".
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock

from autograder.lessons import catalogue
from autograder.sandbox import child_course, confine
from autograder.sandbox.clock import Clock
from autograder.sandbox.folders import make_folder, remove
from autograder.sandbox.link import MEGABYTE, START_SECONDS, Child, Lost, TooLong, Usage
from autograder.sandbox.walls import CAPABILITIES, HERE, NoIsolation, _holds, font_cache, out_of_reach, readable
from course.checking import adapters

if TYPE_CHECKING:
    from autograder.sandbox.child import PlainSettings, Settings

STOP_SECONDS = 20
MEMORY = 2048 * MEGABYTE
FILE_SIZE = 16 * MEGABYTE
PRIVATE_TMP = 64 * MEGABYTE
MOST_FILES = 2_000
CPU_SECONDS = 200             # of one child; the judge stops earlier


def make_course(topic: str, folder: str) -> Path:
    """The lesson's copy of `course`, in the warm process's folder. Without it nothing is graded."""
    try:
        return child_course.make(topic, Path(folder) / "lesson")
    except (OSError, ValueError) as problem:
        raise NoIsolation(f"The copy of the course for submissions cannot be made: {problem}") from None


def _pid_of(descriptors: list[int]) -> int | None:
    """The number that a process behind the wall has on this side: of descriptors of it, which are closed."""
    found = None
    for number in descriptors:
        with contextlib.suppress(OSError), open(f"/proc/self/fdinfo/{number}", encoding="ascii") as file:
            said = dict(line.split(":", 1) for line in file if ":" in line)
            found = int(said.get("Pid", 0))
        os.close(number)
    return found if found and found > 0 else None


# For the lessons that ask for a framework: no start-up pages, no card, no thread for each core.
FRAMEWORKS = {**adapters.QUIET, "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


# --- the warm process ----------------------------------------------------------------------------------------

def _environment(folder: str) -> dict[str, str]:
    """A clean one: nothing of the grader's environment reaches a submission."""
    return {"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": font_cache(), "IPYTHONDIR": folder, "JUPYTER_CONFIG_DIR": folder, "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "JUPYTER_PLATFORM_DIRS": "1", "USER": "learner", **FRAMEWORKS}


class Sandbox:
    """A warm process behind the wall `how`; `open(topic)` gives a child, one at a time. Use it with `with`.

    The warm process is one lesson's: `open` for another lesson starts another. Beside it there is one for each
    framework that any submission has asked for so far.
    """

    def __init__(self, how: str, root: Path, memory: int = MEMORY, variant: str = "") -> None:
        self.how, self.root, self.memory = how, Path(root).resolve(), memory
        self.variant, self._beside = variant, dict[str, Sandbox]()
        self.topic = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None
        self.folder: str | None = None
        self._in_use: FileLock | None = None
        self.usage: Usage = {}
        self._open: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, variant: str) -> Sandbox:
        """The sandbox whose warm process has loaded a framework: started when a child of it is first asked for."""
        if variant not in self._beside:
            self._beside[variant] = Sandbox(self.how, self.root, self.memory, variant)
        return self._beside[variant]

    # starting and stopping

    def start(self) -> None:
        self.folder, self._in_use = make_folder()
        copy = make_course(self.topic, self.folder)
        inside, lesson = ("/tmp", "/grader/lesson") if self.how == "bubblewrap" else (self.folder, str(copy))
        read, hidden = readable(lesson), out_of_reach(self.root)
        bad = [(path, place) for path in read for place in hidden
               if (self.how == "landlock" and _holds(path, Path(place))) or path == place]
        if bad and self.how != "none":
            path, place = bad[0]
            self._close()
            raise NoIsolation(f"{self.how} would leave {place} readable, for it lies under {path}: use bubblewrap, or "
                              f"move one of them elsewhere (a course that pip has put there: python -m pip install -e "
                              f".).")
        with_landlock = confine.landlock_version() > 0
        # the submission reads nothing of "sandbox": it is there to tell whose process this is
        settings: Settings = {"course": lesson, "sandbox": self.folder, "folder": inside, "memory": self.memory,
                    "file_size": FILE_SIZE, "cpu_seconds": CPU_SECONDS, "disk": PRIVATE_TMP, "files": MOST_FILES,
                    "frameworks": catalogue.frameworks(self.topic, self.variant), "variant": self.variant,
                    "confine": self.how != "none" and confine.seccomp_known(),
                    "landlock": with_landlock, "read": read,
                    "alone": self.how == "bubblewrap",
                    "pdeath": self.how != "bubblewrap"}
        ours, theirs = socket.socketpair()
        tail = ["zygote", str(theirs.fileno()), json.dumps(settings)]
        if self.how == "bubblewrap":
            command = [*self._bubblewrap(read, hidden, copy), sys.executable, "-I", "/grader/child.py", *tail]
        else:
            command = [sys.executable, "-I", str(HERE / "child.py"), *tail]
        try:
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(inside),
                                            cwd=self.folder, start_new_session=True)
        finally:
            theirs.close()
        self.control = ours
        try:
            problem = self._hear(START_SECONDS).get("problem")
        except Lost:
            self.process.kill()
            assert self.process.stderr is not None
            said = self.process.stderr.read().decode("utf-8", "replace").strip().splitlines()[-3:]
            self._close()
            raise NoIsolation(f"The process that runs submissions does not start: {' / '.join(said)}") from None
        if problem:
            self._close()
            raise NoIsolation(f"The process that runs submissions does not start: {problem}")

    def _bubblewrap(self, read: list[str], hidden: list[str], copy: Path) -> list[str]:
        command = [shutil.which("bwrap") or "bwrap",
                   "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534",
                   "--die-with-parent", "--new-session", "--as-pid-1", *CAPABILITIES, "--hostname", "grading",
                   "--proc", "/proc", "--dev", "/dev", "--size", str(PRIVATE_TMP), "--tmpfs", "/tmp", "--chdir", "/tmp",
                   "--dir", confine.OWN]
        mounts = []
        for path in read[:-1]:
            if os.path.islink(path) and path in ("/bin", "/sbin", "/lib", "/lib64", "/lib32"):
                mounts.append((path, ["--symlink", os.readlink(path), path]))
            else:
                mounts.append((path, ["--ro-bind", path, path]))
        mounts += [(path, ["--tmpfs", path]) for path in hidden]         # an empty folder in its place
        # outer folders first: Python comes back into an empty checkout, and a `course` inside Python is emptied again
        for _, mount in sorted(mounts, key=lambda mount: len(Path(mount[0]).parts)):
            command += mount
        for path in hidden:
            command += ["--remount-ro", path]
        for name in ("child.py", "child_cells.py", "confine.py", "quota.py"):
            command += ["--ro-bind", str(HERE / name), f"/grader/{name}"]
        # the root and /dev are in memory too, and would be a place for a gigabyte, or for a note to the next one
        return [*command, "--ro-bind", str(copy), read[-1], "--remount-ro", "/dev", "--remount-ro", "/", "--"]

    def _hear(self, seconds: float, descriptors: list[int] | None = None) -> Any:
        """One line of JSON from the warm process, and what descriptors came with it."""
        assert self.control is not None
        deadline, line = time.monotonic() + seconds, b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.control], [], [], left)[0]:
                raise TooLong("the warm process does not answer")
            part, came, _, _ = socket.recv_fds(self.control, 4096, 1)
            for number in came if descriptors is None else ():
                os.close(number)
            if descriptors is not None:
                descriptors += came
            if not part:
                raise Lost("the warm process ended")
            line += part
        return json.loads(line)

    def abandon(self) -> None:
        """From a signal's handler: end the process and remove its folder, without a lock that `close` may hold."""
        for beside in list(self._beside.values()):
            beside.abandon()
        if self.process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
                os.waitpid(self.process.pid, 0)
        if self.folder is not None:
            remove(self.folder)

    def close(self) -> None:
        for beside in self._beside.values():
            beside.close()
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            if self.process.stderr is not None:
                self.process.stderr.close()
            self.process = None
        if self.folder is not None:
            remove(self.folder)
            if self._in_use is not None:
                self._in_use.release()
            self.folder = None

    # children

    def open(self, topic: str = "") -> Child:
        """A fresh child with the lesson's `course` ("": no lesson's): nothing of an earlier submission is in it."""
        if topic != self.topic:
            self._close()
            self.topic = topic
        for attempt in (1, 2):
            try:
                if self.process is None:
                    self.start()
                return self._begin()
            except (Lost, OSError):
                self._close()
                if attempt == 2:
                    raise NoIsolation("The process that runs submissions ends again and again.") from None
        raise AssertionError

    def _begin(self) -> Child:
        assert self.control is not None
        request_end, requests = os.pipe()
        answers, answer_end = os.pipe()
        os.set_blocking(requests, False)
        try:
            socket.send_fds(self.control, [b'{"do": "start"}'], [request_end, answer_end])
        finally:
            os.close(request_end)
            os.close(answer_end)
        child = Child(requests, answers, self._stop)
        try:
            known: list[int] = []
            self._hear(STOP_SECONDS, known)
            child.clock = Clock(_pid_of(known))
            child.ready()
        except BaseException:
            child.alive = False
            os.close(requests)
            os.close(answers)
            raise
        self._open = child
        return child

    def _stop(self) -> Usage:
        self._open = None
        if self.control is None:
            return {}
        try:
            self.control.sendall(b'{"do": "stop"}')
            self.usage = self._hear(STOP_SECONDS)
        except (Lost, OSError):
            self.usage = {"clean": False}
        if not self.usage.get("clean"):
            self._close()                     # the next child gets a new warm process and a new folder
        return self.usage


class PlainSandbox:
    """Children without any wall, started one by one: `--notebook`, on any system."""

    how = "none"

    def __init__(self, root: Path, variant: str = ""):
        self.root, self.variant = Path(root).resolve(), variant
        self.usage: Usage = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def of(self, variant: str) -> PlainSandbox:
        """Children that load a framework before they are asked for anything."""
        return PlainSandbox(self.root, variant)

    def abandon(self) -> None:
        """Nothing stays open between children."""

    def close(self) -> None:
        """Nothing stays open between children."""

    def open(self, topic: str = "") -> Child:
        base = tempfile.mkdtemp(prefix="grading-")
        folder = os.path.join(base, "submission")
        os.mkdir(folder)
        try:
            course = str(make_course(topic, base))
        except NoIsolation:
            remove(base)
            raise
        settings: PlainSettings = {"course": course, "folder": folder, "variant": self.variant,
                                   "frameworks": catalogue.frameworks(topic, self.variant)}
        keep = {name: value for name, value in os.environ.items()
                if name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")}
        process = subprocess.Popen([sys.executable, "-I", str(HERE / "child.py"), "plain", json.dumps(settings)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**keep, **FRAMEWORKS, "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"},
                                   cwd=folder)
        assert process.stdin is not None and process.stdout is not None
        answers = process.stdout
        parts: queue.Queue[bytes] = queue.Queue()

        def drain() -> None:
            with contextlib.suppress(OSError, ValueError):
                while part := os.read(answers.fileno(), MEGABYTE):
                    parts.put(part)
            parts.put(b"")

        drainer = threading.Thread(target=drain, daemon=True)
        drainer.start()

        def kill() -> Usage:
            process.kill()
            process.wait()
            drainer.join(5)
            answers.close()
            remove(base)
            return {}

        child = Child(os.dup(process.stdin.fileno()), os.dup(answers.fileno()), kill, parts, pid=process.pid)
        process.stdin.close()
        try:
            child.ready()
        except (Lost, NoIsolation) as problem:
            child.close()
            raise NoIsolation(f"The process that runs submissions does not start: {problem}") from None
        return child


AnySandbox = Sandbox | PlainSandbox


def make_sandbox(how: str, root: Path) -> AnySandbox:
    """A sandbox of the kind that `choose` gave. The warm one, which forks, is for Linux."""
    return Sandbox(how, root) if sys.platform.startswith("linux") else PlainSandbox(root)
