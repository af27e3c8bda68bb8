"""What is written in a framework that is not on the grader is no 0: in table, gradebook, record, page, report, export.

A later run that has the framework marks it. The "frameworks" are modules of the standard library.
"""

import csv
import json
import re
import shutil
import subprocess
import sys

import pytest
from classroom import ROOT, hand_in
from fixture_variants import either_course, filled, frameworks, right, wrong

from autograder.grading import records
from autograder.grading.feedback import feedback_pages
from autograder.grading.grade import grade_topic
from autograder.grading.gradebook import default_url, open_gradebook
from autograder.lessons import catalogue
from autograder.lessons.changes import Changes
from autograder.lessons.specify import _specification
from autograder.reports.export import export
from autograder.reports.lesson import lesson_of
from autograder.reports.marks import marks_of
from autograder.terms.regrade import _differences

STUDENTS = {"both": lambda: {**right("left", "spread"), **right("right", "centred")},
            "left-only": lambda: right("left"), "nobody": dict,
            "wrong-right": lambda: {**wrong("spread", "half_right"), **right("left", "centred")}}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(the class's folder, what each of the runs said): first without one of the frameworks, then with both."""
    with pytest.MonkeyPatch.context() as patch:
        frameworks(patch)
        root = either_course(tmp_path_factory.mktemp("either") / "course", patch)
        (root / "nbgrader_config.py").write_text(
            f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n"
            "from autograder.grading.stock import configure\nc = get_config()\n"
            "configure(c, Path(__file__).resolve().parent)\n", encoding="utf-8")
        for student, sources in STUDENTS.items():
            hand_in(root, student, filled(root, sources()), "either")
        said = {}
        frameworks(patch, ["right"])
        for run in ("without", "again"):
            lines = []
            grade_topic(root, "either", jobs=1, feedback=True, show=lines.append)
            said[run] = lines
            if run == "without":
                assert feedback_pages(root, "either", list(STUDENTS), 1) == len(STUDENTS)
                kept = root.with_name("without")
                shutil.copytree(root, kept)
        frameworks(patch)
        said["with"] = []
        grade_topic(root, "either", jobs=1, show=said["with"].append)
        yield root, said, kept
    catalogue.forget()
    _specification.cache_clear()


def grades(root, student):
    with open_gradebook(default_url(root)) as book:
        return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
                for g in book.find_submission_notebook("either", "either", student).grades}


def test_the_table_says_what_is_not_marked(graded):
    _, said, _ = graded
    line = next(line for line in said["without"] if line.startswith("both"))
    assert "2 of 5" in line and "1/2" in line                           # of two that could be marked, one is right
    assert "right is not installed where this was graded" in line and "`centred`" in line
    assert "not installed" not in next(line for line in said["without"] if line.startswith("left-only"))


def test_the_gradebook_has_no_mark_and_waits_for_a_person(graded):
    _, _, without = graded
    assert grades(without, "both") == {"spread": (2, None, False), "centred": (None, None, True),
                                       "total": (0, None, False)}
    assert grades(without, "nobody") == dict.fromkeys(("spread", "centred", "total"), (0, None, False))
    marks = marks_in(without)
    assert marks["both"].to_look_at and not marks["left-only"].to_look_at


def marks_in(root):
    catalogue.enter(root)
    return marks_of(root, "either")


def test_the_record_says_which_framework_is_missing(graded):
    _, _, without = graded
    record = records.read(without, "either", "both")
    part = record["parts"]["centred"]
    assert part["state"] == "unchecked" and part["variant"] == "right" and not part["passed"]
    assert records.unchecked(record) == {"centred": "right"}
    assert records.marks(record) == {"spread": 2, "total": 0}
    assert record["parts"]["spread"]["variant"] == "left" and record["parts"]["total"]["variant"] is None


def test_what_is_given_or_void_is_not_waited_for(graded):
    _, _, without = graded
    record = records.read(without, "either", "both")
    given = records.with_changes(json.loads(json.dumps(record)), Changes(given=("centred",)))
    assert given["parts"]["centred"]["points"] == 2 and not records.unchecked(given) and given["points"] == 4
    void = records.with_changes(json.loads(json.dumps(record)), Changes(void=("centred",)))
    assert not records.unchecked(void) and void["max_points"] == 3


def test_the_page_says_not_marked_yet(graded):
    _, _, without = graded
    page = (without / "feedback" / "both" / "either" / "either.html").read_text("utf-8")
    rows = re.findall(r"<tr><td>(.) <a href=\"#(\w+)\"><code>\w+</code></a></td><td>([^<]*)</td>", page)
    assert ("–", "centred", "not marked yet") in rows and ("✓", "spread", "2 of 2") in rows
    assert "To mend next: <a href=\"#total\">" in page


def test_the_report_leaves_them_out_and_says_so(graded):
    _, _, without = graded
    catalogue.enter(without)
    lesson = lesson_of(without, "either")
    notes = {person.student: person.notes for person in lesson.people}
    assert "not marked yet: centred" in notes["both"] and "waits for a mark by hand" in notes["both"]
    assert "stuck" not in notes["both"] and lesson.counted == 1 and lesson.to_look_at == 2


def test_the_export_says_who_waits(graded):
    _, _, without = graded
    catalogue.enter(without)
    said = []
    path = export(without, "either", "canvas", say=said.append)
    assert any(line.startswith("Wait for a mark by hand (2): both, wrong-right") for line in said), said
    assert len(list(csv.reader(path.read_text(encoding="utf-8").splitlines()))) >= 4


def test_without_the_framework_nothing_is_graded_twice(graded):
    _, said, _ = graded
    assert any(line.startswith("either: 0 graded") and "4 unchanged" in line for line in said["again"])


def test_a_run_with_the_framework_marks_what_was_left(graded):
    root, said, _ = graded
    assert any(line.startswith("either: 2 graded") for line in said["with"]), said["with"][-1]
    record = records.read(root, "either", "both")
    assert record["points"] == 4 and not records.unchecked(record) and record["parts"]["centred"]["variant"] == "right"
    assert grades(root, "both")["centred"] == (2, None, False)
    told = records.read(root, "either", "wrong-right")["parts"]["spread"]["told"]
    assert told["ids"] == ["half_right"]
    assert any("both: 2 → 4" in line for line in said["with"])


def test_a_mark_by_hand_stands_and_asks_for_another_look(graded, monkeypatch):
    _, _, without = graded
    root = without.with_name("by-hand")
    shutil.copytree(without, root)
    catalogue.enter(root)
    with open_gradebook(default_url(root)) as book:
        grade = book.find_grade("centred", "either", "either", "both")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    grade_topic(root, "either", jobs=1, show=lambda *_: None)
    assert grades(root, "both")["centred"] == (2, 1.0, True)


def test_a_comparison_says_what_was_not_marked(graded):
    root, _, without = graded
    old, new = (records.read(place, "either", "both") for place in (without, root))
    assert _differences(old, new) == ["centred not marked → 2"]
    assert _differences(new, old) == ["centred 2 → not marked"]


def test_nbgrader_s_own_command_leaves_it_for_a_person_too(graded):
    _, _, without = graded
    root = without.with_name("stock")
    shutil.copytree(without, root)
    shutil.rmtree(root / "autograded")
    code = ("from course.checking import adapters; "
            "adapters.MODULES = {**adapters.MODULES, 'left': ('statistics',), 'right': ('no_such_framework',)}; "
            "from nbgrader.apps import NbGraderApp; NbGraderApp.launch_instance()")
    done = subprocess.run([sys.executable, "-c", code, "autograde", "either", "--force"], cwd=root, capture_output=True,
                          text=True, timeout=300, env=None)
    assert done.returncode == 0, done.stderr[-2000:]
    assert grades(root, "both") == {"spread": (2, None, False), "centred": (None, None, True),
                                    "total": (0, None, False)}
    assert records.unchecked(records.read(root, "either", "both")) == {"centred": "right"}
