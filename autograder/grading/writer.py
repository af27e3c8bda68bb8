"""The one writer: graded notebooks, the gradebook and the records, in this order; and one run at a time."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DBAPIError, OperationalError

from autograder.files import make_folder, shared, write_private
from autograder.grading import gradebook, intake, records
from autograder.grading.gradebook import config_of
from autograder.grading.marks import RUN, Marks, turn
from autograder.grading.records import Record
from autograder.grading.work import graded_path
from autograder.grading.workers import Graded
from autograder.lessons.changes import changes_of
from autograder.lms import collect


class Writer:
    """The only one that writes the gradebook, autograded/ and records/."""

    def __init__(self, root: Path, book: Any, topic: str, config: Any = None) -> None:
        self.root, self.collected, self.changes = root, collect.known(root, topic), changes_of(root, topic)
        self.marks = Marks(book, topic, _late_plugin(config_of(root) if config is None else config))

    def write(self, batch: list[Graded]) -> list[tuple[Record | None, Record]]:
        """(earlier record, new one) of each. Notebooks first, then the gradebook at once, then the records."""
        earlier = [records.read(self.root, graded.work.topic, graded.work.student) for graded in batch]
        made, items = [], []
        for graded in batch:
            work = graded.work
            target = graded_path(self.root, work)
            write_private(target, graded.notebook)
            intake.carry_over(Path(work.folder), target.parent)
            stamp = intake.submitted_at(intake.travelling(Path(work.folder)).get("timestamp.txt", ""))
            record = records.make(work.student, graded.result, str(stamp) if stamp else None,
                                  self.collected.get(work.student, {}).get("identity"))
            made.append(records.with_changes(record, self.changes))
            given: dict[str, float | None] = {**records.marks(record), **dict.fromkeys(records.unchecked(record))}
            items.append((work.student, given, graded.unanswered, stamp))
        patiently(self.marks.gradebook, lambda: self.marks.save(items))
        return list(zip(earlier, [records.write(self.root, record) for record in made], strict=True))


Answer = TypeVar("Answer")


def patiently(book: Any, do: Callable[[], Answer]) -> Answer:
    """do(), and again where another program has the gradebook locked or its server is being restarted.

    What is begun in a transaction that fails is undone, so that it can be done again.
    """
    end, told = time.monotonic() + gradebook.PATIENCE, False
    server = book.engine.dialect.name != "sqlite"
    while True:
        try:
            return do()
        except OperationalError as problem:
            with contextlib.suppress(DBAPIError):
                book.db.rollback()
            if not (server or "locked" in str(problem)) or time.monotonic() > end:
                raise
        if server and not told:
            told = True
            print(f"The gradebook's server does not answer: waiting up to {gradebook.PATIENCE} s.", file=sys.stderr,
                  flush=True)
        time.sleep(0.2)


def _late_plugin(config: Any) -> Any:
    """The class's rule for late submissions: nbgrader's own gives no penalty."""
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst


@contextlib.contextmanager
def only_one(root: Path, wait_for: bool = True, db_url: str = "") -> Iterator[None]:
    """One grading run at a time on a course folder, and on a gradebook that a server keeps for several folders: a
    second one waits until the first has ended, or raises Timeout.
    """
    folder = root / "records"
    make_folder(folder)
    lock = FileLock(folder / ".lock", mode=0o660 if shared(folder) else 0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait_for:
            raise
        print("Another grading run is at work here: waiting for it to end.", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        with turn(db_url, RUN, _others) if db_url else contextlib.nullcontext():
            yield
    finally:
        lock.release()


def _others() -> None:
    print("Another grading run is at work on this gradebook: waiting for it to end.", file=sys.stderr, flush=True)


def sweep(root: Path, topic: str) -> None:
    """Remove the half-written files of a run that was killed."""
    for pattern in (f"records/{topic}/.*.part", f"autograded/*/{topic}/.*.part"):
        for path in root.glob(pattern):
            path.unlink(missing_ok=True)
