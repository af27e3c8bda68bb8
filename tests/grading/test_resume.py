"""Nothing is lost: a run that is killed at any moment goes on where it stopped, and ends like one that was not."""

import contextlib
import json
import multiprocessing.connection
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import classroom
import pytest
from classroom import ROOT, filled, hand_in, mistake_source, released
from marks import soaked

from autograder.grading import grade, gradebook, records
from autograder.sandbox import sandbox

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a class is graded on systems with fork")
STUDENTS = 24


def class_of(root, number=STUDENTS):
    for k in range(number):
        name = f"student-{k:02d}"
        if k % 4 == 0:
            hand_in(root, name, filled())
        elif k % 4 == 1:
            program = mistake_source("loss", "minibatches", "drops_the_rest")
            hand_in(root, name, filled(programs={"minibatches": program}))
        elif k % 4 == 2:
            hand_in(root, name, released())
        else:
            hand_in(root, name, b'{"cells": [' if k % 8 == 3 else filled(answers={"loss-or-profit": '"E"'}))


def new_course(folder):
    root = classroom.course_copy(folder)
    (root / "private").mkdir()
    (root / "private" / "seed").write_text("c0ffee\n")
    gradebook.ensure(root, ["loss"])
    return root


def run(root, **kwargs):
    """A grading run in a process of its own, as a shell would start it. Returns its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDWR), 2)
            grade.grade_topic(root, "loss", show=lambda line: None, **kwargs)
            code = 0
        os._exit(code)
    return pid


def end(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def state(root):
    """All that a run leaves, without what time it was and how long it took."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        grades = sorted(connection.execute(
            "select s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade from grade g join "
            "submitted_notebook n on n.id = g.notebook_id join submitted_assignment s on s.id = n.assignment_id "
            "join base_cell b on b.id = g.cell_id").fetchall())
        comments = sorted(connection.execute(
            "select s.student_id, b.name, c.auto_comment, c.manual_comment from comment c join "
            "submitted_notebook n on n.id = c.notebook_id join submitted_assignment s on s.id = n.assignment_id "
            "join base_cell b on b.id = c.cell_id").fetchall(), key=str)
    kept = {}
    for path in sorted((root / "records" / "loss").glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        for name in ("seconds", "graded"):
            record.pop(name)
        kept[path.stem] = record
    graded = sorted(root.glob("autograded/*/loss/loss.ipynb"))
    notebooks = {path.parent.parent.name: path.read_bytes() for path in graded}
    return grades, comments, kept, notebooks


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    root = new_course(tmp_path_factory.mktemp("calm") / "clone")
    class_of(root)
    assert end(run(root)) == 0
    return root


def test_a_run_killed_twenty_times_ends_like_one_that_was_not(undisturbed, tmp_path):
    root = new_course(tmp_path / "clone")
    class_of(root)
    luck = random.Random(7)
    done = []
    kills = soaked(20, 200)
    for _ in range(kills):
        pid = run(root)
        time.sleep(luck.uniform(0.05, 1.6))
        os.kill(pid, signal.SIGKILL)
        end(pid)
        done.append(len(list(root.glob("records/loss/*.json"))))
        if done[-1] == STUDENTS and len(done) < kills:         # all done already: begin again somewhere in the middle
            for path in luck.sample(sorted(root.glob("records/loss/*.json")), 15):
                path.unlink()
    assert done[0] < STUDENTS
    assert end(run(root)) == 0
    assert state(root) == state(undisturbed)
    assert not list(root.rglob("*.part"))


def test_a_stopped_run_says_how_to_go_on(undisturbed, tmp_path):
    root = new_course(tmp_path / "clone")
    class_of(root, 12)
    pid = run(root)
    time.sleep(0.8)
    os.kill(pid, signal.SIGINT)
    end(pid)
    assert end(run(root)) == 0
    assert len(list(root.glob("records/loss/*.json"))) == 12


def test_two_runs_at_once_do_not_disturb_each_other(undisturbed, tmp_path):
    root = new_course(tmp_path / "clone")
    class_of(root)
    pids = [run(root), run(root)]
    assert [end(pid) for pid in pids] == [0, 0]
    assert state(root) == state(undisturbed)


def test_each_content_is_graded_once(undisturbed):
    before = {path: path.stat().st_mtime_ns for path in undisturbed.glob("records/loss/*.json")}
    assert end(run(undisturbed)) == 0
    assert {path: path.stat().st_mtime_ns for path in undisturbed.glob("records/loss/*.json")} == before
    assert end(run(undisturbed, force=True, students=["student-00"])) == 0
    after = {path: path.stat().st_mtime_ns for path in undisturbed.glob("records/loss/*.json")}
    assert [path.stem for path in before if before[path] != after[path]] == ["student-00"]


def test_a_lost_gradebook_or_notebook_is_made_again(undisturbed):
    calm = state(undisturbed)
    (undisturbed / "gradebook.db").unlink()
    (undisturbed / "autograded" / "student-05" / "loss" / "loss.ipynb").unlink()
    assert end(run(undisturbed)) == 0
    assert state(undisturbed) == calm


def test_what_killed_graders_left_in_the_temporary_folder_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "grading-left"
    left.mkdir()
    (left / ".in-use").write_text("")
    folder, lock = sandbox.make_folder()
    assert not left.exists()
    other, lock_too = sandbox.make_folder()
    assert os.path.isdir(folder) and os.path.isdir(other)
    lock.release()
    lock_too.release()


def test_a_run_leaves_nothing_in_the_temporary_folder(tmp_path, monkeypatch):
    root = new_course(tmp_path / "clone")
    class_of(root, 4)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert end(run(root)) == 0
    assert list(place.iterdir()) == []
    pid = run(root, force=True)
    time.sleep(1.0)
    os.kill(pid, signal.SIGINT)
    end(pid)
    assert list(place.iterdir()) == []


def test_no_worker_dies_in_the_middle_of_a_message(tmp_path, monkeypatch):
    """Where one does, the run waits for the rest of it, for ever: no message is longer than a pipe takes at once."""
    whole = multiprocessing.connection.Connection._send

    def send(self, data, *rest):
        if multiprocessing.parent_process() is None or len(data) <= select.PIPE_BUF:
            return whole(self, data, *rest)
        os.write(self.fileno(), data[:select.PIPE_BUF])
        os.kill(os.getpid(), signal.SIGKILL)

    root = new_course(tmp_path / "clone")
    class_of(root, 4)
    monkeypatch.setattr(multiprocessing.connection.Connection, "_send", send)
    pid = run(root)
    for _ in range(600):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.2)
    else:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        pytest.fail("the run waits for ever")
    assert os.waitstatus_to_exitcode(status) == 0 and len(list(root.glob("records/loss/*.json"))) == 4


def test_a_worker_that_is_told_to_end_in_the_middle_of_an_end_ends(tmp_path):
    """SIGTERM may come twice, and while the program waits for its warm process: the handler takes no lock."""
    code = ("import os, signal, sys, time\nfrom pathlib import Path\nfrom types import SimpleNamespace\n"
            "from autograder.grading import workers\nfrom autograder.sandbox.sandbox import Sandbox\n"
            f"box = Sandbox('none', Path({str(ROOT)!r}))\nbox.open('loss').close()\n"
            "workers._worker = SimpleNamespace(sandbox=box)\nsignal.signal(signal.SIGTERM, workers._end)\n"
            "print(box.folder, flush=True)\n"
            "with box.process._waitpid_lock:\n    os.kill(os.getpid(), signal.SIGTERM)\n    time.sleep(60)\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=50)
    assert done.returncode == 1, done.stderr
    assert not os.path.exists(done.stdout.strip())


def test_a_record_that_cannot_be_read_is_no_record(tmp_path):
    path = records.path_of(tmp_path, "loss", "ada")
    path.parent.mkdir(parents=True)
    for text in ("", "{", "[]", '{"topic": "weights"}', "null"):
        path.write_text(text)
        assert records.read(tmp_path, "loss", "ada") is None
    for name in ("..", "", "a/b", "a\0b", "x" * 300):
        with pytest.raises(ValueError, match="file name"):
            records.path_of(tmp_path, "loss", name)
    assert ROOT != tmp_path
