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
import json
import os
import pkgutil
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypedDict

LARGEST_REQUEST = 64_000_000
LONGEST_MESSAGE = 400


class PlainSettings(TypedDict):
    """What a child without walls is told."""

    course: str                 # the folder that holds the lesson's `course`
    folder: str                 # the child's own


class Settings(PlainSettings):
    """What the warm process is told."""

    sandbox: str                # whose process this is
    memory: int                 # bytes, beyond what is in use at the start; 0: no limit
    file_size: int              # bytes
    cpu_seconds: int
    confine: bool
    landlock: bool
    read: list[str]             # what Landlock leaves readable
    alone: bool                 # the first process of a namespace of its own
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

def make_shell() -> Any:
    """An IPython shell for cells with magics: no history file, no colours, no tracebacks printed."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Minimal"
    shell: Any = InteractiveShell.instance(config=config)
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.system = shell.system_raw = shell.system_piped = lambda command: None       # `!pip install …` is passed over
    shell.getoutput = lambda *args, **kwargs: []
    shell.enable_gui = lambda gui=None: None
    shell.enable_matplotlib = lambda gui=None: (None, "agg")
    shell.run_cell("pass", store_history=False, silent=True)
    return shell


def describe(error: BaseException) -> dict[str, str | int | None]:
    """Type, message and line of what a cell raised."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<ipython-input"):
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = str(getattr(error, "msg", None) or error)[:LONGEST_MESSAGE]
    except Exception:
        message = ""
    return {"type": type(error).__name__[:80], "message": message, "line": line if isinstance(line, int) else None}


def run_cell(shell: Any, source: str) -> dict[str, Any]:
    quiet = contextlib.redirect_stdout, contextlib.redirect_stderr
    with open(os.devnull, "w", encoding="utf-8") as sink, quiet[0](sink), quiet[1](sink):
        outcome = shell.run_cell(source, store_history=False, silent=True)
    error = outcome.error_before_exec or outcome.error_in_exec
    return {"ok": True} if error is None else {"ok": False, "error": describe(error)}


def serve(shell: Any, requests: int, answers: int) -> None:
    """Do what the parent asks until it closes the pipe. Never decides anything about right or wrong."""
    from course.checking.codec import dumps
    from course.checking.observe import observe

    while True:
        try:
            request = json.loads(read_frame(requests))
        except EOFError:
            return
        try:
            if request["do"] == "cell":
                reply = json.dumps(run_cell(shell, request["source"])).encode()
            else:
                reply = dumps(observe(shell.user_ns, request["call"], request["seconds"]))
        except BaseException as error:              # SystemExit, KeyboardInterrupt, MemoryError: all are outcomes
            reply = json.dumps({"lost": f"the call ended with {type(error).__name__[:80]}", "ok": False,
                                "error": describe(error)}).encode()
        write_frame(answers, request["nonce"].encode() + reply)


# --- the process around it -----------------------------------------------------------------------------------

def warm() -> Any:
    """Import what lessons import, so that a fork has it."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import numpy.random
    import numpy.testing  # noqa: F401

    matplotlib.pyplot.close(matplotlib.pyplot.figure())
    import course

    # all of it: what cannot be imported here would be a fault of the grader, and must not cost learners points
    for found in pkgutil.walk_packages(course.__path__, "course."):
        importlib.import_module(found.name)
    return make_shell()


def warm_or_said(say: Callable[[str], None]) -> Any:
    """The shell; or, where an import fails, why, to the parent, which refuses to grade."""
    try:
        return warm()
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
        os.environ["TMPDIR"] = os.environ["HOME"] = folder
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != zygote_pid:
            os._exit(1)                             # it ended before that line
        confine.limits(settings["memory"], settings["file_size"], settings["cpu_seconds"])
        if settings["confine"]:
            confine.drop_capabilities()
            if settings["landlock"]:
                confine.landlock(read=settings["read"], write=[folder])
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


def zygote(descriptor: int, settings: Settings) -> None:
    """Fork a child for each "start", kill it at "stop". Runs nothing of a learner's itself."""
    import confine

    if settings["pdeath"]:
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
    confine.prctl(confine.PR_SET_DUMPABLE, 0)                # nobody reads or traces this process
    control = socket.socket(fileno=descriptor)
    shell = warm_or_said(lambda problem: control.sendall(json.dumps({"problem": problem}).encode() + b"\n"))
    gc.collect()
    gc.freeze()
    control.sendall(b'{"warm": true}\n')
    number, pid, folder, own = 0, None, None, os.getpid()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not message:
            if pid is not None:
                stop_child(pid, settings)
            return
        order = json.loads(message)
        if order["do"] == "start":
            number += 1
            folder = os.path.join(settings["folder"], f"submission-{number}")
            os.mkdir(folder, 0o700)
            pid = os.fork()
            if pid == 0:
                become_child(shell, settings, folder, own, *descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(b'{"started": true}\n')
        else:
            assert pid is not None and folder is not None            # what was started is stopped
            memory, clean = stop_child(pid, settings), True
            pid = None
            try:
                shutil.rmtree(folder)
            except (OSError, RecursionError):
                clean = False
            control.sendall(json.dumps({"memory": memory, "clean": clean}).encode() + b"\n")


def plain(settings: PlainSettings) -> NoReturn:
    """One child without confinement: a learner's own notebook on the learner's own machine."""
    requests, answers = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt
        for number in (requests, answers):
            msvcrt.setmode(number, os.O_BINARY)
    to_null()
    shell = warm_or_said(lambda problem: write_frame(answers, problem.encode()))
    os.chdir(settings["folder"])
    write_frame(answers, b"ready")
    serve(shell, requests, answers)
    os._exit(0)


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    settings = json.loads(sys.argv[-1])
    sys.path[:] = [path for path in sys.path if path != here]
    sys.path.insert(0, here)
    way = sys.argv[1:-1]
    if way[0] == "zygote":
        import confine  # noqa: F401    (from beside this file, before that folder is out of reach)
    sys.path.remove(here)
    sys.path.insert(0, settings["course"])
    sys.argv[1:] = []
    if way[0] == "plain":
        plain(settings)
    else:
        zygote(int(way[1]), settings)


if __name__ == "__main__":
    main()
