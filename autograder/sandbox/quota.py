"""What one submission may hold while it runs: threads, and bytes and names on the disk.

The kernel limits memory and the size of a file; it does not limit the threads of one process (their stacks may be
small), nor, without a file system of its own, how much a process has on the disk. The warm process looks at these
many times a second. Only the standard library is imported: this module is also read inside the sandbox.
"""

import contextlib
import os
import select
import shutil
import signal
import socket
import stat

LOOK_SECONDS = 0.02         # between two looks
MOST_THREADS = 256
MOST_DEPTH = 32             # of folders in folders: below that, a path is soon too long to be looked at
MEGABYTE = 1 << 20


def new_folder(place: str) -> str:
    """A new and empty folder for a submission, on the machine's disk."""
    folder = os.path.join(place, "submission")
    os.mkdir(folder, 0o700)
    return folder


def removed(folder: str) -> bool:
    """Take a submission's folder away; whether nothing of it is left."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        return False
    return True


class Quota:
    """What the process `pid` may hold. `folder`: its own on the machine's disk, or "" where its disk has limits."""

    def __init__(self, pid: int, folder: str, most_bytes: int, most_files: int, file_size: int) -> None:
        self.pid, self.folder = pid, folder
        self.most_bytes, self.most_files, self.file_size = most_bytes, most_files, file_size
        self.proc = f"/proc/{pid}"
        if folder:
            os.utime(folder, (0, 0))            # from now on another time says that something was written there

    def wait(self, control: socket.socket) -> str:
        """Until the grader says something. Meanwhile the process is ended if it holds too much; returns why, or ""."""
        while not select.select([control], [], [], LOOK_SECONDS)[0]:
            if why := self.excess():
                os.kill(self.pid, signal.SIGKILL)
                return why
        return ""

    def excess(self) -> str:
        """Why this process has to be ended, or ""."""
        try:
            threads = os.stat(f"{self.proc}/task").st_nlink - 2
        except OSError:
            return ""                                       # it has ended
        if threads > MOST_THREADS:
            return f"it started more than {MOST_THREADS} threads"
        if not self.folder or os.stat(self.folder).st_mtime_ns == 0:
            return ""
        problem, moved = self._disk()
        if not problem and moved:
            problem = self._disk_of_the_stopped()
        return problem

    def _disk_of_the_stopped(self) -> str:
        """Names changed while they were read: read them again while nothing changes."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            return self._disk()[0]
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _disk(self) -> tuple[str, bool]:
        """What is too much on the disk, or ""; and whether a folder was gone when it was its turn."""
        size, names, moved = self._deleted(), 0, False
        waiting = [(self.folder, 0)]
        while waiting:
            path, depth = waiting.pop()
            if depth > MOST_DEPTH:
                return f"it made folders more than {MOST_DEPTH} deep", moved
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        names += 1
                        status = os.lstat(entry.path)
                        size += status.st_blocks * 512
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append((entry.path, depth + 1))
                        if names > self.most_files:
                            break
            except FileNotFoundError:
                moved = True
            except OSError as problem:
                return f"it made a folder that cannot be looked into ({problem.strerror})", moved
            if size > self.most_bytes or names > self.most_files:
                return (f"it wrote more than {self.most_bytes // MEGABYTE} MB, or {self.most_files} files, to its "
                        f"folder"), moved
        return "", moved

    def _deleted(self) -> int:
        """Bytes of files that have no name any more, and stay for they are open or mapped."""
        size, counted, lines = 0, set(), []
        with contextlib.suppress(OSError):                      # the process may have ended
            numbers = os.listdir(f"{self.proc}/fd")
            with open(f"{self.proc}/maps", "rb") as file:
                lines = file.read().splitlines()
            for number in numbers:
                with contextlib.suppress(OSError):              # closed meanwhile
                    status = os.stat(f"{self.proc}/fd/{number}")
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 and status.st_ino not in counted:
                        counted.add(status.st_ino)
                        size += status.st_blocks * 512
        own = os.fsencode(self.folder) + b"/"
        for line in lines:
            if line.endswith(b" (deleted)"):
                part = line.split(maxsplit=5)
                if part[5].startswith(own) and int(part[4]) not in counted:
                    counted.add(int(part[4]))
                    size += self.file_size                  # its size cannot be asked for, it is at most this
        return size
