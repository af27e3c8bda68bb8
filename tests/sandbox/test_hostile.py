"""Submissions that try to gain points or to do harm: none gains a point, none leaves a trace.

The programs are in tests/hostile/programs, each with what it tries in its first line; notebooks and folders in
tests/hostile/notebooks.py. Each program stands in the cell of the first exercise of a notebook that is otherwise
untouched, so every point above 0 would be gained; some count in `gained` what they got. What each gains where no wall
stands: test_without_wall.py.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import classroom
import psutil
import pytest
from classroom import ROOT, cell, hand_in, released

from autograder.judging import budget, mark, run
from autograder.sandbox import sandbox, walls
from course.checking.report import Report

HOSTILE = ROOT / "tests" / "hostile"
PROGRAMS = sorted(HOSTILE.glob("programs/*.py"))
TRACE = Path("/tmp/hostile-was-here")


def _notebooks():
    spec = importlib.util.spec_from_file_location("hostile_notebooks", HOSTILE / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: f for name, f in vars(module).items() if callable(f) and not name.startswith("_")}


NOTEBOOKS = _notebooks()


def working():
    return [how for how, problem in (("bubblewrap", walls.bubblewrap_problem()),
                                     ("landlock", walls.landlock_problem())) if not problem]


@pytest.fixture(scope="module", params=working() or [pytest.param("none", marks=pytest.mark.skip("no isolation here"))])
def judging(request, tmp_path_factory):
    root = classroom.course_copy(tmp_path_factory.mktemp("course") / "clone")
    before = fingerprint(root)
    folders, make_folder = [], sandbox.make_folder

    def noted():
        made = make_folder()
        folders.append(made[0])
        return made

    sandbox.make_folder = noted
    os.environ["CANARY"] = "a secret of the grader"
    judging = classroom.Judging(how=request.param, root=root)
    yield judging
    assert strays(folders)                                    # the warm process: they are found while they run
    judging.close()
    sandbox.make_folder = make_folder
    del os.environ["CANARY"]
    assert fingerprint(root) == before
    assert strays(folders) == []


def fingerprint(root):
    """What is in the course's folders, and how it may be read."""
    return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode, path.stat().st_mtime)
            for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def strays(folders):
    """Processes of these sandboxes that are still there: nothing of a closed one is."""
    marks = [f'"sandbox": "{folder}"' for folder in folders]
    lines = {p.pid: " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])}
    return [pid for pid, line in lines.items() if any(mark in line for mark in marks)]


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """Short limits: the length of a time limit is not what is tried here."""
    monkeypatch.setattr(run, "CELL_SECONDS", 2)
    monkeypatch.setattr(run, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(budget, "MOST_WALL", 3)
    monkeypatch.setattr(budget, "GRACE", 0.1)
    monkeypatch.setattr(run, "TOTAL_SECONDS", 20)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_hostile_program_gains_nothing(judging, path):
    text = path.read_text("utf-8")
    assert text.startswith("# What it tries: ")
    notebook = released()
    cell(notebook, f"{judging.lesson.template.solutions[0]}-solution")["source"] = text
    began = time.monotonic()
    result = judging(notebook)
    assert result["points"] == 0, {name: e["points"] for name, e in result["exercises"].items() if e["points"]}
    assert result["cpu"] < 30 and time.monotonic() - began < 120
    assert not TRACE.exists()
    assert "a secret of the grader" not in json.dumps(result)
    if "gained" in text:
        assert classroom.says_it_gained(judging.sandbox, text) == ""
    # the next submission is graded as if nothing had happened
    after = judging(classroom.filled())
    assert after["points"] == after["max_points"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_hostile_notebook_gains_nothing(judging, name):
    assert NOTEBOOKS[name].__doc__
    result = judging(NOTEBOOKS[name](released()))
    assert result["points"] == 0
    assert len(json.dumps(judging.graded)) < 5_000_000
    for one in judging.graded["cells"]:
        assert one["metadata"].get("nbgrader", {}) == original(one, judging).get("nbgrader", {})


def original(one, judging):
    name = one["metadata"].get("nbgrader", {}).get("grade_id")
    return judging.lesson.template.cells[name]["metadata"] if name else {}


def test_there_are_enough_of_them():
    assert len(PROGRAMS) + len(NOTEBOOKS) >= 40


def test_scores_stay_in_their_range(judging, monkeypatch):
    """Whatever a report says, a score is a number between 0 and the points of the cell."""
    lesson = judging.lesson
    name = lesson.template.solutions[0]

    class Odd(Report):
        said = 0.0

        @property
        def score(self):
            return self.said

    most = lesson.template.points[name]
    for score, points in ((float("nan"), 0), (-3, 0), (7, most), (float("inf"), 0), (0.5, most / 2)):
        report = Odd(name, most)
        report.said = score
        monkeypatch.setattr(mark, "report_html", lambda *args, **kwargs: "")
        monkeypatch.setattr(mark, "report_text", lambda *args: "")
        assert mark.result_of(report, lesson, name)["points"] == points


# --- through nbgrader: folders, pages --------------------------------------------------------------------------

@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of hostile folders, graded by `python -m autograder grade` with feedback pages."""
    root = classroom.course_copy(tmp_path_factory.mktemp("hostile") / "clone")
    hand_in(root, "markup", NOTEBOOKS["markup"](released()))
    program = released()
    cell(program, "mse-solution")["source"] = (
        HOSTILE / "programs" / "html_in_messages.py").read_text("utf-8")
    hand_in(root, "messages", program)
    for name in ("numpy.py", "course.py", "sitecustomize.py", "nbgrader_config.py", "record.json"):
        path = hand_in(root, "beside", classroom.filled()).with_name(name)
        path.write_text("raise SystemExit('hostileMarker')")
    (root / "submitted" / "linked").mkdir()
    (root / "submitted" / "linked" / "loss").symlink_to(root / "submitted" / "beside" / "loss")
    folder = root / "submitted" / "pointing" / "loss"
    folder.mkdir(parents=True)
    (folder / "loss.ipynb").symlink_to(root / "submitted" / "beside" / "loss" / "loss.ipynb")
    (folder / "timestamp.txt").symlink_to(root / "autograder" / "lessons" / "loss" / "quiz.yaml")
    (root / "submitted" / "piped" / "loss").mkdir(parents=True)
    os.mkfifo(root / "submitted" / "piped" / "loss" / "loss.ipynb")
    hand_in(root, "<img src=x onerror=hostileMarker()>", released())
    command = [sys.executable, "-m", "autograder", "grade", "loss", "--feedback"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def test_no_page_holds_live_markup_of_a_submission(course):
    import re

    pages = sorted(course.glob("feedback/*/loss/loss.html"))
    assert len(pages) >= 5
    for page in pages:
        text = page.read_text("utf-8")
        for tag in re.findall(r"<[a-zA-Z][^<>]*>", text):
            assert "hostileMarker" not in tag, tag[:200]
        assert "<script>hostile" not in text
        assert "javascript:hostile" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.S)


def test_the_pages_show_what_was_written_as_text(course):
    text = (course / "feedback" / "messages" / "loss" / "loss.html").read_text("utf-8")
    assert "hostileMarker" in text


def test_links_pipes_and_files_beside_are_not_opened(course):
    from autograder.grading import records

    record = {path.stem: json.loads(path.read_text("utf-8")) for path in (course / "records" / "loss").glob("*.json")}
    full = record["beside"]["max_points"]
    assert record["beside"]["points"] == full
    assert record["linked"]["points"] == 0 and "not a folder" in record["linked"]["problem"]
    assert record["pointing"]["points"] == 0 and "link" in record["pointing"]["problem"]
    assert record["piped"]["points"] == 0 and "a pipe or a device" in record["piped"]["problem"]
    assert records.read(course, "loss", "markup")["points"] == 0
    kept = {path.name for kind in ("autograded", "feedback") for path in course.glob(f"{kind}/*/loss/*")}
    assert kept == {"loss.ipynb", "loss.html"}


def test_the_gradebook_is_whole_afterwards(course):
    import sqlite3

    with sqlite3.connect(course / "gradebook.db") as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count(*) from submitted_assignment").fetchone() == (7,)
        low, high = connection.execute("select min(auto_score), max(auto_score) from grade").fetchone()
    assert low == 0 and high <= 5
