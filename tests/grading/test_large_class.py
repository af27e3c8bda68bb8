"""What a large class costs: a new gradebook, where workers run, what is kept of a student, a long table."""

import multiprocessing
import os
import pickle
import subprocess
import sys
from datetime import datetime

import pytest
from classroom import course_copy, filled, hand_in, mistake_source, released
from nbgrader.dbutil import _temp_alembic_ini
from sqlalchemy import create_engine, text
from sqlalchemy.event import listen

from autograder import screen
from autograder.grading import grade, gradebook, records, workers
from autograder.grading.marks import Marks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a class is graded on systems with fork")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    root = course_copy(tmp_path_factory.mktemp("large") / "class")
    for student, notebook in (("ada", filled()), ("bob", released()),
                              ("cyd", filled(programs={"mse": mistake_source("loss", "mse", "half")}))):
        hand_in(root, student, notebook)
    grade.grade_topic(root, "loss", show=lambda line: None)
    return root


def test_a_new_gradebook_says_the_version_that_nbgrader_would_have_written(graded):
    """It is looked up here in another way than nbgrader's, for that takes two seconds."""
    with _temp_alembic_ini("sqlite://") as settings:
        said = subprocess.run([sys.executable, "-m", "alembic", "-c", settings, "heads"], capture_output=True,
                              text=True, check=True).stdout
    with create_engine(f"sqlite:///{graded / 'gradebook.db'}").connect() as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalars().all() == [said.split()[0]]


def test_only_while_a_gradebook_is_made_nobody_waits_for_the_disk(graded, tmp_path):
    def waits(path):
        engine = create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            return connection.execute(text("pragma synchronous")).scalar_one()
    made, new = graded / "gradebook.db", tmp_path / "new.db"
    assert waits(made) == 2
    with gradebook._made_at_once(f"sqlite:///{new}"):
        assert waits(new) == 0
    with gradebook._made_at_once(f"sqlite:///{made}"), gradebook._made_at_once("postgresql+psycopg://x@h/d"):
        assert waits(made) == 2
    assert waits(new) == 2


def test_a_run_where_all_is_done_reads_each_record_once_and_keeps_little_of_it(graded, monkeypatch):
    seen, read = [], records.read
    monkeypatch.setattr(records, "read", lambda *which: seen.append(which[-1]) or read(*which))
    said = []
    rows = grade.grade_topic(graded, "loss", show=said.append)
    assert seen == ["ada", "bob", "cyd"] == [row.student for row in rows]
    assert "loss: 0 graded" in said[-1] and "3 unchanged" in said[-1]
    sizes = [len(pickle.dumps(row)) for row in rows]
    assert max(sizes) < 1000 < min((graded / "records" / "loss" / f"{name}.json").stat().st_size for name in seen)
    assert [row.passed for row in rows][:2] == [("8/8", "15/15"), ("0/8", "0/15")] and "mse: half" in rows[2].to_know


def test_no_mark_is_written_by_reading_through_a_whole_table(graded):
    """Else each submission costs more than the one before it: of ten thousand, the last ones twice as much."""
    asked = []
    with gradebook.open_gradebook(gradebook.default_url(graded)) as book:
        book.update_or_create_assignment("loss", duedate="2026-03-08 00:00:00 UTC")
        marks = Marks(book, "loss", "the rule for lateness, of which nobody has need")
        listen(book.engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        marks.save([(student, {"mse": 1.5}, ("fit_line-solution",), datetime(2026, 3, 7))
                    for student in ("ada", "new")])
        with book.engine.connect() as connection:
            plans = [step[3] for query, values in asked if query.startswith(("SELECT", "UPDATE"))
                     for step in connection.exec_driver_sql(f"explain query plan {query}", values)]
    assert marks.late and len(plans) > 8 and [step for step in plans if "SCAN" in step] == []


def test_each_worker_has_a_core_of_its_own_where_there_is_one_for_each(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {2, 5}, raising=False)
    anywhere = workers.ANYWHERE
    assert workers.places_of(2) == [2, 5] and workers.places_of(3) == [2, 5, 2] and workers.places_of(1) == [anywhere]
    monkeypatch.delattr(os, "sched_getaffinity")
    assert workers.places_of(2) == [anywhere, anywhere]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system lets no process choose its cores")
def test_a_worker_stays_on_its_core_with_all_that_it_starts():
    def cores(of):
        of.put(sorted(os.sched_getaffinity(0)))

    def worker(core, of):
        workers._stay(core)
        child = context.Process(target=cores, args=(of,))
        child.start()
        child.join()
    context = multiprocessing.get_context("fork")
    every, seen = sorted(os.sched_getaffinity(0)), context.SimpleQueue()
    for core, expected in ((every[-1], [every[-1]]), (workers.ANYWHERE, every), (100_000, every)):
        process = context.Process(target=worker, args=(core, seen))
        process.start()
        process.join()
        assert process.exitcode == 0 and seen.get() == expected


def test_the_lines_of_a_table(monkeypatch):
    columns = (("student", "left"), ("score", "right"), ("to know", "left"))
    rows = [("ada", "7 of 35", ""), ("日本", "35 of 35", "x" * 2000), ("Zoë", "0", "late")]
    lines = screen.table(columns, rows)
    assert lines[:2] == ["student     score  to know", "ada       7 of 35"] and lines[3] == "Zoë             0  late"
    assert lines[2].startswith("日本     35 of 35  xxx") and lines[2].endswith("x…")
    assert screen._wide(lines[2]) == screen.LOG_WIDTH
    assert screen.table((("what", "left"), ("after", "right")), [("mse", "12")]) == ["what  after", "mse      12"]
    assert screen.table(columns, []) == ["student  score  to know"]
