"""How long a process has computed. Time limits are of this, so that a busy machine costs nobody a mark."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

LOOK_SECONDS = 0.2            # between two looks at a process that computes
QUICK = 0.05                  # what took less is not measured: it has computed all the time
UNREAD = 0.1                  # seconds of such answers, after which the next begins with a look at the process


@dataclass(frozen=True)
class Limit:
    """How long one answer may take. All in seconds; `inside` is told to the child, which then stops by itself."""

    cpu: float                  # of computing
    wall: float                 # in all, without the time in which other programs had the processor
    still: float = 1e9          # of them without computing
    inside: tuple[float, float] | None = None       # computing, standing still: a little less than the others


class Spent(NamedTuple):
    """Seconds of a process: computing; ready to compute while other programs had the processor."""

    cpu: float
    waited: float


class Clock:
    """What one process has spent. Where the system does not say (`read` gives None), wall time stands in for it."""

    def __init__(self, pid: int | None) -> None:
        self.pid = pid
        self._known: Spent | None = None        # when it was last looked at,
        self._since = UNREAD + 1                # and seconds that quick answers took after that

    def start(self) -> Spent | None:
        """What was spent before an answer: not less than what was, and at most `UNREAD` seconds more.

        Most answers are quick, and a look at the process would take as long as they do.
        """
        if self._since > UNREAD:
            self._known, self._since = self.read(), 0.0
        return self._known and Spent(self._known.cpu + self._since, self._known.waited)

    def answered(self, seconds: float) -> None:
        """An answer has come after so many seconds."""
        self._since += seconds if seconds <= QUICK else UNREAD + 1

    def read(self) -> Spent | None:
        if self.pid is None:
            return None
        return _linux(self.pid) if sys.platform.startswith("linux") else _elsewhere(self.pid)


def _linux(pid: int) -> Spent | None:
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            fields = file.read(4096).rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(map(int, fields[11:15]))            # user, system, and the same of processes that it has waited for
    waited = 0
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{pid}/schedstat", "rb", buffering=0) as file:
        waited = int(file.read(200).split()[1])
    return Spent(ticks / os.sysconf("SC_CLK_TCK"), waited / 1e9)


def _elsewhere(pid: int) -> Spent | None:
    try:
        psutil: Any = importlib.import_module("psutil")         # for the tests: without it wall time counts
        times = psutil.Process(pid).cpu_times()
        return Spent(times.user + times.system, 0.0)
    except Exception:                               # not installed, or the process has ended
        return None


class Deadline:
    """One answer's limit from now on, held against a process."""

    def __init__(self, clock: Clock, limit: Limit) -> None:
        self.clock, self.limit = clock, limit
        self.start, self.began = clock.start(), time.monotonic()

    def spent(self) -> tuple[float, float]:
        """Seconds of computing, and seconds in all without those in which others had the processor."""
        wall = time.monotonic() - self.began
        now = self.clock.read() if self.start is not None and wall > QUICK else None
        if now is None or self.start is None:
            return wall, wall
        return max(now.cpu - self.start.cpu, 0.0), max(wall - (now.waited - self.start.waited), 0.0)

    def left(self) -> float:
        """Seconds to wait before looking again; 0 where the limit is reached."""
        soonest = min(self.limit.cpu, self.limit.wall, self.limit.still) - (time.monotonic() - self.began)
        if soonest > 0:
            return min(soonest, LOOK_SECONDS)
        cpu, wall = self.spent()
        left = min(self.limit.cpu - cpu, self.limit.wall - wall, self.limit.still - max(wall - cpu, 0.0))
        return min(max(left, 0.01), LOOK_SECONDS) if left > 0 else 0.0
