"""The judged side: runs a learner's cells, then single calls, and sends back values. It holds no reference and no key.

Two ways to start it:

    child.py zygote FD SETTINGS    imports once, then forks a confined child for each submission it is told of
    child.py plain SETTINGS        one child, on its standard input and output, no confinement, any system

A request is a frame: four bytes of length, then JSON with a nonce. The answer is a frame that begins with that
nonce. What a learner writes to these descriptors is at best the value that the function could have returned.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypedDict

LARGEST_REQUEST = 64_000_000
ADAPTERS = "course.checking.adapters."                          # each imports its framework
STOPPED = b'{"late": true'      # how the answer of a call that was stopped begins

# Where libraries keep what they have compiled or fetched: below a submission's own folder, not one for all of them.
CACHES = ("XDG_CACHE_HOME", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR", "TORCH_EXTENSIONS_DIR", "TORCH_HOME",
          "KERAS_HOME", "TFHUB_CACHE_DIR", "NUMBA_CACHE_DIR", "CUDA_CACHE_PATH")
# What a framework asks about its own process (TensorFlow ends without it). Not the whole of /proc/self: without a
# namespace of its own that tells of the machine's network and mounts.
OWN_PROCESS = ("/proc/self/maps", "/proc/self/stat", "/proc/self/statm", "/proc/self/status", "/proc/self/cmdline")


class PlainSettings(TypedDict):
    """What a child without walls is told."""

    course: str                 # the folder that holds the lesson's `course`
    folder: str                 # the child's own
    frameworks: list[str]       # modules that the lesson asks for
    variant: str                # the framework in which what is called is written, or ""


class Settings(PlainSettings):
    """What the warm process is told."""

    sandbox: str                # whose process this is
    memory: int                 # bytes, beyond what is in use at the start; 0: no limit
    file_size: int              # bytes
    cpu_seconds: int
    confine: bool
    landlock: bool
    read: list[str]             # what Landlock leaves readable
    disk: int                   # bytes in its folder
    files: int                  # names in its folder
    alone: bool                 # the first process of a namespace of its own, with file systems of its own
    pdeath: bool                # it asks the kernel itself to die with the grader


# --- frames --------------------------------------------------------------------------------------------------

def read_exactly(number: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(number, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(number: int) -> bytes:
    size, = struct.unpack(">I", read_exactly(number, 4))
    if size > LARGEST_REQUEST:
        raise EOFError
    return read_exactly(number, size)


def write_frame(number: int, data: bytes) -> None:
    data = struct.pack(">I", len(data)) + data
    view = memoryview(data)
    while view:
        view = view[os.write(number, view):]


# --- the learner's notebook ----------------------------------------------------------------------------------

class Limit:
    """Interrupts the learner's code after so many seconds of computing, or of standing still.

    It spares a new child: where it does not help, the grader ends this one. `rang`: it did so; `loading`: when it
    did, modules were being imported that were not there before. It can be entered again and again.
    """

    TICK, AGAIN, STILL = 1.0, 0.1, 0.02

    def __init__(self, seconds: list[float] | None) -> None:
        self.cpu, self.still = seconds or (0.0, 0.0)
        self.works = bool(self.cpu) and hasattr(signal, "setitimer")
        self.armed = self.rang = self.loading = False
        if self.works:
            signal.signal(signal.SIGPROF, self.ring)
            signal.signal(signal.SIGALRM, self.look)

    def __enter__(self) -> None:
        self.rang = self.loading = False
        if self.works:
            self.modules, self.computed, self.stood = len(sys.modules), time.process_time(), 0.0
            self.armed = True
            signal.setitimer(signal.ITIMER_PROF, self.cpu, self.AGAIN)
            signal.setitimer(signal.ITIMER_REAL, self.TICK, self.TICK)

    def __exit__(self, *_: object) -> None:
        if self.armed:
            self.armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def look(self, *_: object) -> None:
        now = time.process_time()
        self.stood += self.TICK if now - self.computed < self.STILL else 0.0
        self.computed = now
        if self.stood >= self.still:
            self.ring()

    def ring(self, *_: object) -> None:
        if self.armed:
            self.rang, self.loading = True, self.loading or len(sys.modules) > self.modules
            raise KeyboardInterrupt


def serve(shell: Any, requests: int, answers: int) -> None:
    """Do what the parent asks until it closes the pipe. Never decides anything about right or wrong.

    Of calls that are asked for together each has its own limit and its own answer; after one that was stopped the
    others are not made.
    """
    from child_cells import describe, run_cell

    from course.checking.codec import dumps  # now: what a learner puts into their modules later changes nothing
    from course.checking.observe import observe

    while True:
        try:
            request = json.loads(read_frame(requests))
        except EOFError:
            return
        limit = Limit(request.get("limit"))
        for asked in request["calls"] if request["do"] == "calls" else [request]:
            try:
                with limit:
                    if asked["do"] == "cell":
                        reply = run_cell(shell, asked["source"])
                        if limit.rang and not reply["ok"]:
                            reply["late"] = True
                        answer = json.dumps(reply).encode()
                    else:
                        answer = dumps(observe(shell.user_ns, asked["call"], asked["seconds"], asked.get("variant")))
            except BaseException as error:          # SystemExit, KeyboardInterrupt, MemoryError: all are outcomes
                answer = json.dumps({"late": True, "timeout": limit.cpu, "loading": limit.loading, "ok": False}
                                    if limit.rang and isinstance(error, KeyboardInterrupt) else
                                    {"lost": f"the call ended with {type(error).__name__[:80]}", "ok": False,
                                     "error": describe(error)}).encode()
            write_frame(answers, request["nonce"].encode() + answer)
            if answer.startswith(STOPPED):
                break


# --- the process around it -----------------------------------------------------------------------------------

def warm(frameworks: Iterable[str] = (), variant: str = "") -> Any:
    """Import what lessons import, so that a fork has it; a framework that is not installed is passed over."""
    import matplotlib
    from child_cells import make_shell

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import numpy.random
    import numpy.testing  # noqa: F401

    matplotlib.pyplot.close(matplotlib.pyplot.figure())
    import course

    # all of it: what cannot be imported here would be a fault of the grader, and must not cost learners points
    for found in pkgutil.walk_packages(course.__path__, "course."):
        if not found.name.startswith(ADAPTERS) or found.name == ADAPTERS + variant:
            importlib.import_module(found.name)
    for name in frameworks:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    if variant == "torch" and "torch" in frameworks:
        _first_optimizer()
    shell = make_shell()
    _tried(shell)
    return shell


def _tried(shell: Any) -> None:
    """What Python and NumPy put off to their first use is done here, once, and not in each child."""
    import numpy as np
    from child_cells import run_cell

    from course.checking.codec import Rng, dumps, encode
    from course.checking.observe import observe

    run_cell(shell, "pass")
    call: Any = {"of": "mean", "args": [encode([[0.5, 1.5]])], "kwargs": {"rng": encode(Rng(0))}}
    dumps(observe({"mean": lambda x, rng: np.mean(x) + rng.normal()}, call, 1.0))


def _first_optimizer() -> None:
    """The first optimizer of a process takes 1.6 s: it loads the compiler. Each child would pay for that."""
    import torch

    importlib.import_module("torch._dynamo")
    torch.set_num_threads(1)
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)


def warm_or_said(say: Callable[[str], None], frameworks: Iterable[str] = (), variant: str = "") -> Any:
    """The shell; or, where an import fails, why, to the parent, which refuses to grade."""
    try:
        return warm(frameworks, variant)
    except BaseException as error:
        say(f"{type(error).__name__}: {error}"[:500])
        os._exit(1)


def to_null() -> None:
    """Standard input, output and error of this process go nowhere: a gigabyte printed costs nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    if null > 2:
        os.close(null)


def close_others(keep: Iterable[int]) -> None:
    """Close every descriptor but these and the standard three."""
    last = 3
    for number in sorted(keep):
        os.closerange(last, number)
        last = number + 1
    os.closerange(last, 65_536)


def become_child(shell: Any, settings: Settings, folder: str, zygote_pid: int, requests: int,
                 answers: int) -> NoReturn:
    """In the fork: give up everything, then serve."""
    import confine

    code = 1
    try:
        # a sandbox of its own session: nothing to signal, no terminal, dies with the zygote
        os.setsid()
        close_others({requests, answers})
        to_null()
        os.chdir(folder)
        sys.path.insert(0, folder)                  # as in Jupyter: what `%%writefile` wrote can be imported
        os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = folder
        os.environ |= {name: os.path.join(folder, name.lower()) for name in CACHES}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != zygote_pid:
            os._exit(1)                             # it ended before that line
        confine.limits(settings["memory"], settings["file_size"], settings["cpu_seconds"])
        if settings["confine"] or settings["alone"]:
            confine.drop_capabilities()             # the warm process has more than it was born with
        if settings["confine"]:
            if settings["landlock"]:
                about_itself = OWN_PROCESS if settings["frameworks"] else ()
                confine.landlock(read=[*settings["read"], *about_itself], write=[folder])
            if not settings["alone"]:
                confine.prctl(confine.PR_SET_DUMPABLE, 1)       # the warm process looks at what it holds
            confine.seccomp()
        answer = b"ready"
    except BaseException as error:
        answer = f"{type(error).__name__}: {error}".encode()[:500]
    with contextlib.suppress(BaseException):
        write_frame(answers, answer)
        if answer == b"ready":
            serve(shell, requests, answers)
            code = 0
    os._exit(code)


def stop_child(pid: int, settings: Settings) -> int:
    """Kill the child and, where this is the first process of a namespace, everything that is left."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    if settings["alone"] and os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    memory = 0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
            memory = max(memory, usage.ru_maxrss)
        except ChildProcessError:
            return memory


def tell_started(control: socket.socket, pid: int) -> None:
    """With a descriptor of the child: the grader, outside, knows it by another number and measures its time."""
    number = None
    with contextlib.suppress(OSError, AttributeError):               # before Linux 5.3
        number = os.pidfd_open(pid)
    socket.send_fds(control, [b'{"started": true}\n'], [] if number is None else [number])
    if number is not None:
        os.close(number)


def zygote(descriptor: int, settings: Settings) -> None:
    """Fork a child for each "start", kill it at "stop". Runs nothing of a learner's itself."""
    import confine
    import quota

    if settings["pdeath"]:
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
    confine.prctl(confine.PR_SET_DUMPABLE, 0)                # nobody reads or traces this process
    control = socket.socket(fileno=descriptor)

    def say(problem: str) -> None:
        control.sendall(json.dumps({"problem": problem}).encode() + b"\n")

    shell = warm_or_said(say, settings["frameworks"], settings["variant"])
    try:
        if settings["alone"]:
            confine.own_mounts(settings["folder"])
            confine.fresh(settings["disk"], settings["files"])
    except OSError as error:
        say(f"no file systems of its own: {error}")
        return
    confine.prepare()
    gc.collect()
    gc.freeze()
    control.sendall(b'{"warm": true}\n')
    pid, folder, held, own = None, None, None, os.getpid()
    while True:
        why = held.wait(control) if held else ""
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not message:
            if pid is not None:
                stop_child(pid, settings)
            return
        order = json.loads(message)
        if order["do"] == "start":
            folder = confine.OWN if settings["alone"] else quota.new_folder(settings["folder"])
            pid = os.fork()
            if pid == 0:
                become_child(shell, settings, folder, own, *descriptors)
            held = quota.Quota(pid, "" if settings["alone"] else folder, settings["disk"], settings["files"],
                               settings["file_size"])
            for descriptor in descriptors:
                os.close(descriptor)
            tell_started(control, pid)
        else:
            assert pid is not None and folder is not None            # what was started is stopped
            memory = stop_child(pid, settings)
            pid = held = None
            clean = settings["alone"] or quota.removed(folder)
            control.sendall(json.dumps({"memory": memory, "clean": clean, "why": why}).encode() + b"\n")
            if settings["alone"]:                    # while the grader thinks; where it fails, this process ends
                confine.gone()
                confine.fresh(settings["disk"], settings["files"])


def plain(settings: PlainSettings) -> NoReturn:
    """One child without confinement: a learner's own notebook on the learner's own machine."""
    requests, answers = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt
        for number in (requests, answers):
            msvcrt.setmode(number, os.O_BINARY)
    to_null()
    shell = warm_or_said(lambda problem: write_frame(answers, problem.encode()), settings["frameworks"],
                         settings["variant"])
    os.chdir(settings["folder"])
    sys.path.insert(0, settings["folder"])
    write_frame(answers, b"ready")
    serve(shell, requests, answers)
    os._exit(0)


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    settings = json.loads(sys.argv[-1])
    sys.path[:] = [path for path in sys.path if path != here]
    sys.path.insert(0, here)
    way = sys.argv[1:-1]
    import child_cells  # noqa: F401    (from beside this file, before that folder is out of reach)
    if way[0] == "zygote":
        import confine  # noqa: F401
        import quota  # noqa: F401
    sys.path.remove(here)
    sys.path.insert(0, settings["course"])
    sys.argv[1:] = []
    if way[0] == "plain":
        plain(settings)
    else:
        zygote(int(way[1]), settings)


if __name__ == "__main__":
    main()
