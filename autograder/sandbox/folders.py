"""Folders of warm processes and pools in the machine's temporary folder: removed also where a grader was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import tempfile

from filelock import FileLock


def make_folder() -> tuple[str, FileLock]:
    """A folder for a warm process or a pool, and the lock that says it is in use. What killed graders left is removed
    first.
    """
    for name in os.listdir(tempfile.gettempdir()):
        if name.startswith("grading-") and os.name == "posix":
            with contextlib.suppress(OSError):
                _remove_what_is_left(os.path.join(tempfile.gettempdir(), name))
    folder = tempfile.mkdtemp(prefix="grading-")
    lock = FileLock(os.path.join(folder, ".in-use"), thread_local=False)
    lock.acquire(timeout=0)
    return folder, lock


def _remove_what_is_left(path: str) -> None:
    """Remove the folder of a warm process that is no more. Raises OSError where it is in use, or is no such folder.

    Anybody may put things into the temporary folder: what is looked at is one's own, no link and no pipe, opened
    once, and still there under its name when it is removed.
    """
    import fcntl  # not on Windows, where nothing is removed

    with contextlib.ExitStack() as opened:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        opened.callback(os.close, folder)
        lock = os.open(".in-use", os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        opened.callback(os.close, lock)
        if os.fstat(folder).st_uid == os.geteuid() and stat.S_ISREG(os.fstat(lock).st_mode):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(folder), os.lstat(path)):
                remove(path)


def remove(folder: str) -> None:
    """Remove a folder and what is in it, also where it is deeper than Python's recursion goes."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder) and os.name == "posix":
        subprocess.run(["rm", "-rf", "--", folder], check=False)
