"""What must not stay as it was: feedback pages after a mark by hand, penalties after the due date has moved."""

import re
import subprocess
import sys
from datetime import datetime

import classroom
import pytest
from classroom import filled, hand_in, mistake_source

from autograder import times
from autograder.grading import grade, gradebook, records
from autograder.grading.feedback import stale_pages

PLUGIN = """from nbgrader.plugins import BasePlugin


class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return round(score / 2, 2)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Ada with a known mistake, Ben with a broken file, Cyd at home in New York; graded with pages."""
    root = classroom.course_copy(tmp_path_factory.mktemp("after") / "course")
    hand_in(root, "ada", filled(programs={"mse": mistake_source("loss", "mse", "half")}, wrong=("loss-or-profit",)))
    hand_in(root, "ben", b'{"cells": [{"cell_type": "code", "sour')
    hand_in(root, "cyd", filled())
    (root / "submitted/ada/loss/timestamp.txt").write_text("2026-03-04 10:00:00 UTC\n")
    (root / "submitted/cyd/loss/timestamp.txt").write_text("2026-03-03 20:00:00 EDT\n")
    (root / "late_half.py").write_text(PLUGIN)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('\nc.AssignLatePenalties.plugin_class = "late_half.Half"\n')
    graded(root, feedback=True)
    return root


def graded(root, **options):
    said = []
    sys.path.insert(0, str(root))
    try:
        grade.grade(root, ["loss"], show=said.append, **options)
    finally:
        sys.path.remove(str(root))
    return "\n".join(said)


def book(root):
    return gradebook.open_gradebook(gradebook.default_url(root))


def page(root, student):
    return (root / "feedback" / student / "loss" / "loss.html").read_text("utf-8")


def nbgrader(root, *command):
    done = subprocess.run([sys.executable, "-m", "nbgrader", *command], cwd=root, capture_output=True, text=True,
                          timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


def test_on_top_of_the_page_stand_score_parts_and_what_to_mend(root):
    top = page(root, "ada").split('id="notebook"')[0]
    assert "Coding free-response" not in top and "Test cell" not in top
    record = records.read(root, "loss", "ada")
    assert f"{record['points']:g} of {record['max_points']:g} points" in top
    assert re.search(r'To mend next: <a href="#mse">', top) and "Your loss is half of what is asked for" in top
    for name in record["parts"]:
        assert f'href="#{name}"' in top and f'name="{name}"' in page(root, "ada"), name
    assert "Why it is not right stands below" in top
    for numbers in (check["message"] for check in record["parts"]["mse"]["checks"] if not check["passed"]):
        assert numbers not in top                              # the class's own cases


def test_a_file_that_cannot_be_read_says_so_on_top(root):
    top = page(root, "ben").split('id="notebook"')[0]
    assert "This notebook could not be graded." in top and "cut off" in top and "To mend next" not in top
    graded_notebook = (root / "autograded" / "ben" / "loss" / "loss.ipynb").read_text("utf-8")
    assert graded_notebook.index("could not be graded") < graded_notebook.index('"grade_id"')


def test_a_mark_or_a_comment_by_hand_makes_a_page_old_and_nbgrader_makes_it_again(root):
    with book(root) as open_book:
        assert stale_pages(root, "loss", open_book) == []
        open_book.find_grade("mse", "loss", "loss", "ada").manual_score = 1.5
        open_book.find_comment("mse-solution", "loss", "loss", "ada").manual_comment = "Half a point for the idea."
        open_book.db.commit()
        assert stale_pages(root, "loss", open_book) == ["ada"]
    before = page(root, "cyd")
    assert "since 1 feedback pages" in graded(root)
    assert "1 pages were made" in nbgrader(root, "generate_feedback", "loss")
    assert "1.5 of 2" in page(root, "ada") and "Half a point for the idea." in page(root, "ada").split("notebook\"")[0]
    assert page(root, "cyd") == before
    with book(root) as open_book:
        assert stale_pages(root, "loss", open_book) == []


def test_penalties_follow_the_due_date_and_extensions(root):
    """The submissions themselves are unchanged: nothing is graded anew."""
    def penalties():
        with book(root) as open_book:
            return {each.student_id: each.late_submission_penalty or 0
                    for each in open_book.assignment_submissions("loss")}

    def due(when):
        with book(root) as open_book:
            open_book.update_or_create_assignment("loss", duedate=when)
    due("2026-03-03 22:45:00 UTC")
    said = graded(root)
    assert "ada: the penalty for lateness is" in said and "0 graded" in said
    found = penalties()
    assert found["ada"] > 0 and found["cyd"] > 0 and found["ben"] == 0       # 20:00 in New York is after midnight UTC
    with book(root) as open_book:
        open_book.grant_extension("loss", "ada", days=2)
    graded(root)
    assert penalties()["ada"] == 0 and penalties()["cyd"] == found["cyd"]
    due("2026-03-10 22:45:00 UTC")
    assert "cyd: the penalty for lateness is 0, not" in graded(root)
    assert penalties() == {"ada": 0, "ben": 0, "cyd": 0} and "changed since" not in graded(root)


@pytest.mark.parametrize(("text", "wanted"), [
    ("2026-03-03 20:00:00 EDT", "2026-03-04 00:00:00"), ("2026-03-03 20:00:00 PST", "2026-03-04 04:00:00"),
    ("2026-03-03 20:00 MEZ", "2026-03-03 19:00:00"), ("2026-03-03 20:00 CEST", "2026-03-03 18:00:00"),
    ("2026-03-03 20:00:00 UTC", "2026-03-03 20:00:00"), ("2026-03-03 20:00:00.5 +0530", "2026-03-03 14:30:00.500000"),
    ("2026-07-03 20:00:00 Europe/Berlin", "2026-07-03 18:00:00"), ("2026-03-03T20:00:00Z", "2026-03-03 20:00:00"),
    ("2026-03-03", "2026-03-03 00:00:00"), ("3 March 2026 8 pm", "2026-03-03 20:00:00"),
    ("2026-03-03 20:00:00 XYZ", None), ("2026-03-03 20:00 Mars/Base", None), ("yesterday, perhaps", None), ("", None)])
def test_zones_are_read_or_refused(text, wanted):
    if wanted is None:
        with pytest.raises(times.NoTime):
            times.moment(text)
    else:
        assert times.moment(text) == datetime.fromisoformat(wanted)


def test_an_unknown_zone_is_said_and_costs_nothing(root):
    stamp = root / "submitted/cyd/loss/timestamp.txt"
    stamp.write_text("2026-03-03 20:00:00 XYZ\n")
    said = graded(root, students=["cyd"])
    assert "the time zone 'XYZ' is not known" in said and "counts as handed in on time" in said


def test_formgrader_s_page_shows_formulas_without_a_network(root):
    """The exporter that formgrader takes after it has read the course's settings, with its own template."""
    code = ("import sys\nfrom pathlib import Path\nfrom nbgrader.server_extensions.formgrader import formgrader, "
            "handlers\n"
            "from traitlets.config import Config, PyFileConfigLoader\n"
            "PyFileConfigLoader('nbgrader_config.py', path='.').load_config()\n"
            "config = Config()\nconfig.HTMLExporter.template_name = 'formgrade'\n"
            "config.HTMLExporter.extra_template_basedirs = [handlers.template_path]\n"
            "names = dict.fromkeys(('assignment_id', 'notebook_id', 'submission_id', 'student', 'last_name', "
            "'first_name',"
            " 'notebook_path', 'base_url'), '')\n"
            "page, _ = formgrader.HTMLExporter(config=config).from_filename(sys.argv[1], resources=names | "
            "{'index': 0, 'total': 1})\nPath('formgrade.html').write_text(page, 'utf-8')\n")
    done = subprocess.run([sys.executable, "-c", code, "autograded/ada/loss/loss.ipynb"], cwd=root, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    made = (root / "formgrade.html").read_text("utf-8")
    assert "<math" in made and "scoring-buttons" in made and "formgrader/static/js/formgrade.js" in made
    assert not re.search(r"""src\s*=\s*["']?(https?:)?//""", made) and "MathJax.js" not in made
