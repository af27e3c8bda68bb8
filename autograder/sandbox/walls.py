"""Which walls this machine gives, and what a submission may read behind them."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.problems import Problem
from autograder.sandbox import confine

HERE = Path(__file__).resolve().parent

SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.conf",
          "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives")

# Of the warm process alone, which makes file systems for each submission: these run without any.
CAPABILITIES = ("--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN")

ADVICE = ("Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap), or use a "
          "Linux kernel with Landlock (5.13 or newer, x86_64 or aarch64). To grade anyway, where learners' programs "
          "can read and write all that you can: --isolation none.")


class NoIsolation(Problem):
    """This machine gives no wall between a submission and the grader."""



def _real(paths: Iterable[str | Path]) -> list[str]:
    found: list[str] = []
    for path in paths:
        for shape in (os.path.abspath(path), os.path.realpath(path)):
            if os.path.exists(shape) and shape not in found:
                found.append(shape)
    return found


def readable(lesson: str) -> list[str]:
    """What a submission may read: the system's programs, this Python, and the lesson's copy of `course`."""
    return [*_real([*SYSTEM, sys.prefix, sys.base_prefix, font_cache()]), lesson]


def out_of_reach(root: Path) -> list[str]:
    """What no submission may read, wherever it lies: the class's folder, the checkout, a `course` put there by pip."""
    own = [root, HERE.parents[1]]
    installed = [Path(entry) / "course" for entry in sys.path if entry and Path(entry).resolve() not in own]
    return _real([*own, *(path for path in installed if path.is_dir())])


@functools.cache
def font_cache() -> str:
    """Matplotlib's list of fonts: made once, read by every child."""
    import matplotlib
    return matplotlib.get_cachedir()


def _holds(path: str, other: Path) -> bool:
    return other.is_relative_to(path)


@functools.cache
def bubblewrap_problem() -> str:
    """Why bubblewrap cannot be used here, or ""."""
    program = shutil.which("bwrap")
    if not sys.platform.startswith("linux"):
        return "bubblewrap is for Linux"
    if program is None:
        return "bwrap is not installed"
    try:
        done = subprocess.run([program, "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534",
                               *CAPABILITIES, "--die-with-parent", "--ro-bind", "/", "/",
                               "--proc", "/proc", "--dev", "/dev", "--size", "65536", "--tmpfs", "/tmp", "true"],
                              capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["bwrap fails"])[-1]


@functools.cache
def landlock_problem() -> str:
    """Why Landlock with seccomp cannot be used here, or ""."""
    if not sys.platform.startswith("linux"):
        return "Landlock is for Linux"
    if not confine.landlock_version():
        return "the kernel has no Landlock (or it is not switched on)"
    if not confine.seccomp_known():
        return "no table of system calls for this kind of processor"
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import confine; "
            "confine.landlock(read=['/usr']); confine.seccomp()")
    done = subprocess.run([sys.executable, "-I", "-c", code, str(HERE)], capture_output=True, text=True)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it fails"])[-1]


def strongest() -> str:
    """"bubblewrap", "landlock" or "" where there is neither."""
    if not bubblewrap_problem():
        return "bubblewrap"
    return "" if landlock_problem() else "landlock"


def choose(wanted: str = "auto") -> str:
    """The isolation to use. Raises NoIsolation, with what to install."""
    if wanted == "none":
        return "none"
    problems = {"bubblewrap": bubblewrap_problem, "landlock": landlock_problem}
    if wanted in problems:
        problem = problems[wanted]()
        if problem:
            raise NoIsolation(f"{wanted} does not work here: {problem}. {ADVICE}")
        return wanted
    if wanted != "auto":
        raise NoIsolation(f"no isolation of the name {wanted!r}: auto, bubblewrap, landlock or none")
    best = strongest()
    if not best:
        raise NoIsolation(f"No isolation works on this machine (bubblewrap: {bubblewrap_problem()}; "
                          f"Landlock: {landlock_problem()}). {ADVICE}")
    return best


def describe(how: str) -> str:
    version = confine.landlock_version()
    inner = f"Landlock {version} + seccomp + limits" if version and confine.seccomp_known() else "limits"
    return {"bubblewrap": f"bubblewrap + {inner}", "landlock": inner,
            "none": "none: this submission was run with all that the grader may do"}[how]
