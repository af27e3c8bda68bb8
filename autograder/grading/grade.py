"""Grade what is in submitted/, in parallel and behind a wall; or one notebook of your own.

    python -m autograder grade                        every lesson, every student
    python -m autograder grade loss --student ada     one of them
    python -m autograder grade loss --force           again, and say what changed
    python -m autograder grade --notebook work/loss/loss.ipynb

A run can be stopped at any moment, or killed, and started again: what is done stays done. The order of writing
makes it so: the graded notebook, then the gradebook in one transaction, then the record, which says "done".
"""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SAWarning

from autograder.files import shown
from autograder.grading import gradebook, records
from autograder.grading.feedback import feedback_pages, stale_pages
from autograder.grading.gradebook import config_of, default_url, ensure, open_gradebook, put_venv_first
from autograder.grading.records import Record
from autograder.grading.work import Sets, Work, done_already, find_work, is_earlier
from autograder.grading.workers import graded
from autograder.grading.writer import Writer, only_one, patiently, sweep
from autograder.judging.resembles import COMMON
from autograder.lessons import catalogue
from autograder.lms import collect
from autograder.problems import Misused, Problem
from autograder.sandbox import walls
from autograder.screen import Bar, table

if TYPE_CHECKING:                                       # a part that not everybody has installed
    from autograder.grading.cluster import Cluster

COLUMNS = (("student", "left"), ("score", "right"), ("exercises", "right"), ("quiz", "right"), ("to know", "left"))
Show = Callable[[str], object]


def grade_topic(root: Path, topic: str, students: Sequence[str] = (), *, force: bool = False, how: str = "auto",
                jobs: int = 0, feedback: bool = False, show: Show = print,
                cluster: Cluster | None = None) -> list[Row]:
    """Grade a lesson's submissions. Returns the rows of this run's and earlier runs' students, by name.

    cluster : who judges them; None: this machine
    """
    how = walls.choose(how) if cluster is None else how
    config = config_of(root)
    url = default_url(root, config)
    gradebook.make_private(root, url, gradebook.is_shared(config))
    sets = Sets(root, topic)
    jobs = jobs or os.cpu_count() or 1
    began, changes, done, overtaken = time.monotonic(), list[str](), dict[str, Row](), 0
    with gradebook.faults_told(url), only_one(root, db_url=url), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=SAWarning)
        ensure(root, [topic], url)
        sweep(root, topic)
        found = find_work(root, topic, students)
        work = [w for w in found if not w.refused]
        with open_gradebook(url) as book:
            writer = Writer(root, book, topic, config)
            people = collect.people_of(root, topic)
            patiently(book, lambda: writer.marks.name_students(people))
            known = patiently(book, writer.marks.students)
            todo = []
            for w in work:                               # records are large: a row is kept of each, and not all of it
                kept = None if force else done_already(root, w, known, writer.changes)
                if kept is None:
                    todo.append(w)
                else:
                    done[w.student] = row_of(kept)
                    overtaken += is_earlier(kept, sets.of(w.student))
            with Bar(len(todo), topic) as bar, contextlib.closing(
                    cluster.graded(todo, sets) if cluster is not None else
                    graded(todo, sets, root, how, min(jobs, max(len(todo), 1)))) as results:
                for batch in results:
                    for earlier, record in writer.write(batch):
                        done[record["student"]] = row_of(record)
                        changes += _changes(earlier, record) if earlier is not None else []
                        bar.step(shown(record["student"], 40))
            # the due date, an extension, a mark by hand may have changed since, also of who is not graded anew
            penalties = patiently(book, writer.marks.refresh_penalties)
            old_pages = [] if feedback else patiently(book, lambda: stale_pages(root, topic, book))
    seconds = time.monotonic() - began
    rows = [done[name] for name in sorted(done)]
    refused = [w for w in found if w.refused]
    show_table(topic, rows, refused, show)
    if changes:
        show("Changed since the last grading:")
        for line in sorted(changes):
            show(f"  {line}")
    for student, before, after in penalties:
        show(f"{shown(student)}: the penalty for lateness is {after:g}, not {before:g}.")
    if old_pages:
        show(f"The marks have changed since {len(old_pages)} feedback pages were made: grade --feedback makes them "
             "again, and so does nbgrader release_feedback.")
    if overtaken:
        show(f"{overtaken} were graded with an earlier version of the lesson, or of Python or NumPy, and keep their "
             f"marks. What would change today, and --apply: {catalogue.command('regrade', topic, root)}")
    left_out = f" {len(refused)} not graded." if refused else ""
    show(f"{topic}: {len(todo)} graded in {seconds:.1f} s, {len(work) - len(todo)} unchanged.{left_out} "
         f"Isolation: {walls.describe(how) if cluster is None else 'each worker its own'}.")
    return rows


def _changes(old: Record, new: Record) -> list[str]:
    """What a regrade changed for one student, also where the old record is of an earlier format."""
    before, after = records.marks(old), records.marks(new)
    parts = [f"{name} {before[name]:g} → {points:g}" for name, points in after.items()
             if name in before and abs(before[name] - points) > 1e-9]
    if not parts and old.get("points") == new["points"]:
        return []
    detail = f" ({', '.join(parts)})" if parts else ""
    return [f"{shown(new['student'])}: {old.get('points', 0):g} → {new['points']:g}{detail}"]


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says of one student. A record is a hundred times as large: ten thousand would fill a gigabyte."""

    student: str
    points: float
    max_points: float
    passed: tuple[str, ...]       # exercises and questions: "7/8"
    to_know: str


def row_of(record: Record) -> Row:
    passed = {kind: [part["passed"] for part in records.counting(record).values()
                     if part["kind"] == kind and part["state"] != "unchecked"]
              for kind in ("exercise", "question")}
    return Row(record["student"], record["points"], record["max_points"],
               tuple(f"{sum(each)}/{len(each)}" for each in passed.values()),
               shown(record["problem"] or "; ".join(_to_know(record)), 400))


def show_table(topic: str, rows: Sequence[Row], refused: Sequence[Work] = (), show: Show = print) -> None:
    """One line a student: points, exercises in full, right answers, and what is worth knowing."""
    if not rows and not refused:
        show(f"{topic}: nothing is handed in (submitted/STUDENT/{topic}/{topic}.ipynb).")
        return
    lines = [(shown(row.student, 40), f"{row.points:g} of {row.max_points:g}", *row.passed, row.to_know)
             for row in rows]
    lines += [(shown(work.student, 40), "not graded", "", "", work.refused) for work in refused]
    for line in table(COLUMNS, lines):
        show(line)


def _to_know(row: Record) -> list[str]:
    found = list(row["notes"])
    for name, part in row["parts"].items():
        if part["told"] and part["told"]["ids"]:
            found.append(f"{name}: {', '.join(part['told']['ids'])}")
    found += [f"{name}: right on the published inputs alone" for name, part in row["parts"].items() if part["by_heart"]]
    found += [f"{name}: {' '.join(part['notes'])}" for name, part in row["parts"].items() if part["notes"]]
    found += [f"{name}: its text is {part['resembles']}" for name, part in row["parts"].items()
              if part["resembles"] and not part["resembles"].endswith(COMMON)]
    if row["isolation"] == "none":
        found.append("graded without isolation")
    return found


def grade(root: Path, topics: Sequence[str] = (), students: Sequence[str] = (), *, force: bool = False,
          how: str = "auto", jobs: int = 0, feedback: bool = False, show: Show = print,
          cluster: Cluster | None = None) -> int:
    """Grade lessons, all that have submissions where none is named. Returns the exit status."""
    put_venv_first()
    gradebook.set_up(root)
    known = catalogue.judged_topics(root)
    wrong = [topic for topic in topics if topic not in known]
    if wrong:
        raise Misused(f"There is no graded lesson {wrong[0]!r}; there are {', '.join(known)}.")
    handed_in = {topic: find_work(root, topic, students) for topic in ([] if topics else known)}
    topics = (topics or [topic for topic, works in handed_in.items() if any(work.known for work in works)]
              or [topic for topic, works in handed_in.items() if works][:1])
    if not topics:
        show("Nothing is handed in: put notebooks at submitted/STUDENT/TOPIC/TOPIC.ipynb.")
    try:
        for topic in topics:
            rows = grade_topic(root, topic, students, force=force, how=how, jobs=jobs, feedback=feedback, show=show,
                               cluster=cluster)
            if feedback and rows:
                number = feedback_pages(root, topic, [row.student for row in rows], jobs)
                show(f"{number} feedback pages in feedback/")
    except OSError as problem:                           # a disk that is full; a folder of somebody else's
        raise Problem(gradebook.file_fault(problem)) from None
    return 0
