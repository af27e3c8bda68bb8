"""The wall around a submission, from inside: what a learner's program can reach, and what is left of it afterwards.

Each test runs behind bubblewrap and behind Landlock with seccomp. test_hostile.py has the submissions that try more.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import classroom
import psutil
import pytest
from classroom import ROOT

from autograder.__main__ import main
from autograder.lessons import catalogue
from autograder.sandbox import confine, link, probe, walls
from autograder.sandbox import sandbox as sandbox_module
from autograder.sandbox.sandbox import Sandbox

SECRET = "a secret in the grader's environment"
WALLS = [how for how, problem in (("bubblewrap", walls.bubblewrap_problem()),
                                  ("landlock", walls.landlock_problem())) if not problem]


class Inside:
    """Runs a learner's code in a fresh child, and gives what its function `look` returns."""

    def __init__(self, sandbox):
        self.sandbox, self.child = sandbox, None

    def fresh(self):
        if self.child is not None:
            self.child.close()
        self.child = self.sandbox.open()

    def __call__(self, code, *args, seconds=10):
        if self.child is None or not self.child.alive:
            self.fresh()
        text = "def look(*args):\n" + textwrap.indent(textwrap.dedent(code), "    ")
        ran = json.loads(self.child.ask(json.dumps({"do": "cell", "source": text}).encode(), seconds))
        assert ran["ok"], ran
        call = {"do": "call", "call": {"of": "look", "args": list(args), "kwargs": {}}, "seconds": None}
        reply = json.loads(self.child.ask(json.dumps(call).encode(), seconds))
        return reply["result"] if "result" in reply else reply["error"]["type"]


@pytest.fixture(scope="module", params=WALLS)
def wall(request, tmp_path_factory):
    root = classroom.course_copy(tmp_path_factory.mktemp("course") / "clone")
    (root / "gradebook.db").write_text("marks")
    (root / "private").mkdir()
    (root / "private" / "seed").write_text("5eed")
    (root / "submitted" / "ada" / "loss").mkdir(parents=True)
    (root / "submitted" / "ada" / "loss" / "loss.ipynb").write_text("hers")
    os.environ["CANARY"] = SECRET
    with Sandbox(request.param, root) as wall:
        yield wall
    del os.environ["CANARY"]


@pytest.fixture
def inside(wall):
    inside = Inside(wall)
    yield inside
    if inside.child is not None:
        inside.child.close()


READ = """
import os
try:
    return len(os.listdir(args[0]) if os.path.isdir(args[0]) else open(args[0], "rb").read(10))
except OSError as problem:
    return type(problem).__name__
"""


@pytest.mark.parametrize("path", [
    "source/loss/loss.ipynb", "source", "release", "autograder", "autograder/lessons/loss/solutions.py", "gradebook.db",
    "autograder/lessons/loss/quiz.yaml", "private/seed", "submitted", "submitted/ada/loss/loss.ipynb",
    "nbgrader_config.py", "course", "course/standin.py", "course/engine.py", "course/data/exercises/loss.json",
    "course/data/exercises/index.json"])
def test_the_course_s_own_files_are_out_of_reach(inside, wall, path):
    assert (wall.root / path).exists()
    assert inside(READ, str(wall.root / path)) in ("FileNotFoundError", "PermissionError")


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/run", "/boot"])
def test_the_rest_of_the_machine_is_out_of_reach(inside, path):
    assert inside(READ, path) in ("FileNotFoundError", "PermissionError")


def test_the_checkout_is_out_of_reach_of_a_class_in_a_folder_elsewhere(tmp_path):
    """Solutions, keys and tests lie in the checkout, whatever the class's folder is."""
    hidden = walls.out_of_reach(tmp_path)
    assert str(ROOT) in hidden and str(tmp_path) in hidden


def test_the_checkout_is_out_of_reach(inside):
    if not str(sys.prefix).startswith(str(ROOT)):
        assert inside(READ, str(ROOT)) in ("FileNotFoundError", "PermissionError")
    assert inside(READ, str(catalogue.LESSONS / "loss" / "solutions.py")) in ("FileNotFoundError", "PermissionError")


def test_course_can_be_read_and_imported(inside, wall):
    assert inside("import course.engine, course.plots\nreturn course.engine.__name__") == "course.engine"


def test_other_processes_cannot_be_looked_at(inside):
    for name in ("environ", "mem", "maps", "cmdline", "root"):
        for pid in (os.getpid(), os.getppid(), 1):
            assert inside(READ, f"/proc/{pid}/{name}") in (
                "FileNotFoundError", "PermissionError", "ProcessLookupError")


def test_the_environment_is_clean(inside):
    assert SECRET not in inside("import os\nreturn str(dict(os.environ))")


def test_no_descriptor_is_inherited(inside):
    found = inside("""
        import os
        found = []
        for number in range(1000):
            try:
                found.append([number, os.fstat(number).st_mode & 0o170000])
            except OSError:
                pass
        return found
    """)
    assert [mode for number, mode in found if number < 3] == [0o020000] * 3          # the null device
    assert all(mode == 0o010000 for number, mode in found if number >= 3) and len(found) == 5     # two pipes


def test_no_network_of_any_kind(inside):
    with socket.socket() as server, socket.socket(socket.AF_UNIX) as unix:
        server.bind(("127.0.0.1", 0))
        server.listen()
        unix.bind("\0course-test-" + str(os.getpid()))
        unix.listen()
        code = """
            import socket
            reached = []
            for family, kind, address in ((2, 1, ("127.0.0.1", args[0])), (2, 2, ("127.0.0.1", args[0])),
                                          (10, 1, ("::1", args[0])),
                                          (1, 1, "\\0course-test-" + str(args[1])), (1, 2, "/dev/log")):
                try:
                    one = socket.socket(family, kind)
                    one.settimeout(1)
                    one.connect(address)
                    one.send(b"x")
                    reached.append(address)
                except OSError:
                    pass
            try:
                reached.append(socket.gethostbyname("example.org"))
            except OSError:
                pass
            return reached
        """
        assert inside(code, server.getsockname()[1], os.getpid()) == []


def test_no_signal_reaches_anybody(inside):
    helper = subprocess.Popen(["sleep", "60"])
    try:
        code = """
            import os
            sent = []
            for pid in (args[0], args[1], -1, os.getppid(), 1, 0):
                try:
                    os.kill(pid, 15)
                    sent.append(pid)
                except OSError:
                    pass
            return sent
        """
        assert inside(code, helper.pid, os.getpid()) == []
        assert helper.poll() is None
    finally:
        helper.kill()
        helper.wait()


def test_no_process_can_be_started(inside):
    code = """
        import os, subprocess
        started = []
        for start in (os.fork, lambda: subprocess.run(["/bin/true"]), lambda: os.posix_spawn("/bin/true", ["true"], {}),
                      lambda: os.execv("/bin/true", ["true"])):
            try:
                started.append(start())
            except OSError:
                pass
        return started
    """
    assert inside(code) == []


def test_kernel_doors_are_shut(inside):
    code = """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        opened = []
        # ptrace, process_vm_readv, mount, unshare, setns, bpf, perf_event_open, userfaultfd, keyctl,
        # io_uring_setup, pidfd_open, memfd_create, kcmp, chroot, shmget, chmod, chown, personality
        for number in (101, 310, 165, 272, 308, 321, 298, 323, 250, 425, 434, 319, 312, 161, 29, 90, 92, 135):
            if libc.syscall(number, 0, 0, 0, 0, 0) >= 0:
                opened.append(number)
        return opened
    """
    if os.uname().machine == "x86_64":
        assert inside(code) == []


def test_the_32_bit_door_is_shut(inside):
    if os.uname().machine == "x86_64":
        with pytest.raises(link.Lost, match="ended"):
            inside("import ctypes\nreturn ctypes.CDLL(None).syscall(0x40000000 + 39)")


def test_memory_is_limited(inside):
    assert inside("import numpy as np\nreturn int(np.ones(10 ** 9).sum())") in ("MemoryError", "_ArrayMemoryError")
    assert inside("return 1") == 1


def test_a_file_is_limited(inside):
    assert inside("open('big', 'wb').write(b'0' * 20_000_000)") == "OSError"


def test_the_folder_is_limited(inside, wall):
    code = """
        import time
        for number in range(1000):
            with open(f"file-{number}", "wb") as file:
                file.write(b"0" * 8_000_000)
            time.sleep(0.02)
    """
    if wall.how == "bubblewrap":
        assert inside(code) == "OSError"
    else:
        with pytest.raises(link.Lost, match="64 MB"):
            inside(code)


def test_nothing_can_be_written_elsewhere(inside, wall, tmp_path):
    code = """
        import os
        written = []
        for folder in args:
            try:
                open(os.path.join(folder, "new"), "w")
                written.append(folder)
            except OSError:
                pass
        return written
    """
    places = [wall.root, wall.root / "course", tmp_path, "/tmp", "/var/tmp", "/dev/shm", "/usr", sys.prefix, "/"]
    assert inside(code, *map(str, places)) == []


def test_printing_through_the_descriptor_costs_nothing(inside):
    began = time.monotonic()
    assert inside("import os\nfor _ in range(200):\n    os.write(1, b'x' * 1_000_000)\nreturn 1") == 1
    assert time.monotonic() - began < 5


def test_a_submission_finds_nothing_of_the_one_before(inside):
    inside("import builtins\nbuiltins.left = 1\nopen('left', 'w').write('x')")
    inside.fresh()
    assert inside("import builtins, os\nreturn [hasattr(builtins, 'left'), os.listdir('.')]") == [False, []]


def test_what_does_not_end_is_killed_and_nothing_is_left(wall):
    inside = Inside(wall)
    began = time.monotonic()
    with pytest.raises(link.TooLong):
        inside("""
            import signal
            for number in (1, 2, 15):
                signal.signal(number, signal.SIG_IGN)
            while True:
                pass
        """, seconds=0.5)
    inside.child.close()
    assert time.monotonic() - began < 5
    below = psutil.Process(wall.process.pid).children(recursive=True)
    # the warm process remains, and nothing below it
    assert len(below) == (1 if wall.how == "bubblewrap" else 0)
    assert not any(name.startswith("submission") for name in os.listdir(wall.folder))


@pytest.mark.parametrize("how", WALLS)
def test_nothing_outlives_a_grader_that_is_killed(how, tmp_path):
    root = classroom.course_copy(tmp_path / "clone")
    code = f"""
        import sys, json, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from autograder.sandbox.sandbox import Sandbox
        box = Sandbox({how!r}, Path({str(root)!r}))
        child = box.open()
        request = b'{{"nonce": "0123456789abcdef", "do": "cell", "source": "while True: pass"}}'
        child._write(request, time.monotonic() + 5)
        print("running", flush=True)
        time.sleep(60)
    """
    grader = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    try:
        assert grader.stdout.readline() == "running\n"
        below = psutil.Process(grader.pid).children(recursive=True)
        assert below
    finally:
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        grader.stdout.close()
    gone, alive = psutil.wait_procs(below, timeout=5)
    assert not alive


def test_a_dead_warm_process_is_replaced(wall):
    wall.open().close()
    wall.process.kill()
    for process in psutil.Process(wall.process.pid).children(recursive=True):
        process.kill()
    inside = Inside(wall)
    assert inside("return 1") == 1
    inside.child.close()


@pytest.mark.parametrize("how", WALLS)
def test_it_works_as_an_ordinary_user(how, tmp_path):
    """Where this runs as root: in a mount namespace in which Python's folders are open to all, as somebody else."""
    root = classroom.course_copy(tmp_path / "clone")
    if os.geteuid() != 0:
        found = probe.probe(how, root)
        assert found.pop("runs a learner's cell") and not any(found.values())
        return
    for folder in (tmp_path, *tmp_path.parents[:3]):        # pytest-xdist has one more
        with contextlib.suppress(OSError):
            folder.chmod(0o755)
    code = (f"import os, sys; sys.path.insert(0, {str(root)!r}); from pathlib import Path; "
            f"from autograder.sandbox import probe; assert os.geteuid() == 65534; "
            f"found = probe.probe({how!r}, Path({str(root)!r})); print(found); "
            "assert found.pop(\"runs a learner's cell\") and not any(found.values())")
    home = Path.home().resolve()                         # closed to others, and Python may be in it
    script = f"""
        set -e
        prefix=$(readlink -f {sys.base_prefix})
        case "$prefix" in {home}/*)
            mkdir -p {tmp_path}/python; mount --bind "$prefix" {tmp_path}/python
            mount -t tmpfs -o mode=755 tmpfs {home}; mkdir -p "$prefix"; mount --bind {tmp_path}/python "$prefix";;
        esac
        export HOME={tmp_path}/home; mkdir -p $HOME; chmod 777 $HOME
        exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" -c "$1"
    """
    done = subprocess.run(["unshare", "-m", "bash", "-c", textwrap.dedent(script), sys.executable, code],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_doctor_tries_the_wall(capsys):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "bubblewrap" in said and "a submission reaches the network (UDP): no" in said and "BAD" not in said


def test_the_doctor_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(walls, "bubblewrap_problem", lambda: "bwrap is not installed")
    monkeypatch.setattr(walls, "landlock_problem", lambda: "the kernel has no Landlock")
    assert main(["doctor"]) == 1
    assert "apt-get install bubblewrap" in capsys.readouterr().out


def test_landlock_refuses_a_course_below_a_readable_folder(monkeypatch):
    monkeypatch.setattr(sandbox_module, "readable", lambda lesson: [str(ROOT.parent)])
    with pytest.raises(walls.NoIsolation, match="readable"):
        Sandbox("landlock", ROOT).start()


def test_the_tables_of_system_calls_are_whole():
    for machine in ("x86_64", "aarch64"):
        calls = confine.allowed_calls(machine)
        assert len(set(calls.values())) == len(calls) > 100
        forbidden = {"fork", "vfork", "execve", "execveat", "socket", "connect", "ptrace", "mount", "chmod", "fchmod",
                     "truncate", "memfd_create", "shmget", "unshare", "setns", "clone3", "process_vm_readv", "bpf"}
        assert not forbidden & set(calls)


def test_threads_of_the_parent_do_no_harm(wall):
    """Two sandboxes at work at once, as in a threaded server."""
    results = []

    def work():
        with Sandbox(wall.how, wall.root) as own:
            inside = Inside(own)
            results.append(inside("return args[0] + 1", 41))
            inside.child.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [42, 42]
