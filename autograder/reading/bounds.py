"""How much of the grader one submission may use, whatever it holds. Beyond that a person has to look at it.

What a submission runs is bounded behind the wall. Here is the other side: reading, repairing, comparing and writing are
the judge's own work, and grow with what was sent. Sizes are limited where they come in. The clock is for what nobody
thought of: it counts this process's own processor time, so that a busy machine or a slow submission moves no mark.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

OWN_SECONDS = 20.0            # of the processor; an ordinary notebook takes a twentieth of one
AGAIN_SECONDS = 0.5           # where the first alarm came in a place that lets no exception out
LONGEST_LINE = 500            # characters of a line of code in the graded copy
LONGEST_SHOWN = 10_000        # characters of a code cell there
MOST_SHOWN = 200_000          # characters of all code cells there
LONGEST_CARD = 200_000        # characters of HTML about one exercise
LONGEST_CHECK = 2_000         # characters of one line of it in the record
A_PERSON = "Nothing in it was marked: a person has to look at it."


class TooMuch(BaseException):
    """This submission has used up the judge's own time. No fault of a program's, so no `except Exception` takes it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"To grade this notebook takes the grader itself more than {seconds:g} seconds. {A_PERSON}")


@contextlib.contextmanager
def own_time(seconds: float = OWN_SECONDS) -> Iterator[None]:
    """Raise TooMuch in this block after so many seconds of this process's processor time.

    Where there are no such signals (Windows, a thread) sizes are the only limit.
    """
    if not hasattr(signal, "SIGPROF") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def rang(number: int, frame: FrameType | None) -> None:
        raise TooMuch(seconds)

    before = signal.signal(signal.SIGPROF, rang)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        signal.signal(signal.SIGPROF, before)


def as_shown(source: str, left: int) -> str:
    """A code cell as the graded copy shows it: all of an ordinary one, the beginning of one that no page can show.

    Parameters
    ----------
    left : int
        How many characters the copy has room for.
    """
    most = max(min(LONGEST_SHOWN, left), 0)
    if len(source) <= most and max(map(len, source.split("\n"))) <= LONGEST_LINE:
        return source
    kept = "\n".join(line[:LONGEST_LINE] for line in source[:most].split("\n"))
    return f"{kept}\n# … cut here: the notebook that was handed in has all of it"
