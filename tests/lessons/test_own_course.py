"""A course of somebody's own, without a fork: built, verified, learnt and graded under a root outside the checkout."""

import json
import subprocess
import sys

import pytest
from classroom import ROOT, cell, set_answer
from fixture_course import tiny_course

from autograder.__main__ import main
from autograder.grading import gradebook, records
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from course.actions import learn


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    root = tiny_course(tmp_path_factory.mktemp("own") / "course")
    assert main(["build", "--root", str(root)]) == 0
    return root


def test_it_is_built_as_a_lesson_of_the_course_is(tiny, capsys):
    released = json.loads((tiny / "release" / "tiny" / "tiny.ipynb").read_text("utf-8"))
    assert cell(released, "spread")["source"] == 'check("spread")'
    assert "NotImplementedError" in "".join(cell(released, "spread-solution")["source"])
    assert json.loads((tiny / "data" / "exercises" / "index.json").read_text()) == {"spread": "tiny", "centred": "tiny"}
    assert main(["build", "--check", "--root", str(tiny)]) == 0
    assert "5 of 5 files are as a fresh build makes them" in capsys.readouterr().out


def test_verify_proves_it(tiny, capsys):
    assert main(["verify", "--quick", "--root", str(tiny)]) == 0
    assert capsys.readouterr().out.startswith("tiny: ok")


def test_nothing_of_it_comes_into_the_checkout(tiny):
    assert "tiny" not in catalogue.topics() and catalogue.topics(tiny) == ["tiny"]
    assert not (ROOT / "source" / "tiny").exists() and catalogue.home("tiny") == tiny


def test_its_notebook_runs_and_checks_with_its_own_cases(tiny):
    """As `python -m course learn` in its folder sets it up: the check finds its cases, the question its key."""
    env = learn.environment(tiny)
    assert env["COURSE_DATA"] == str(tiny / "data") and env["COURSE_KEYS"] == str(tiny / "dist" / "keys")
    code = ("import numpy as np\nfrom course import check, quiz\n"
            "def spread(x):\n    return np.max(x)\n"
            "quiz('what-shifts', 'stem', A='a', B='b', C='c', D='d', answer='A')\n"
            "try:\n    check('spread')\nexcept AssertionError:\n    pass\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=tiny, env=env, capture_output=True, text=True)
    assert "This is the largest entry alone" in done.stdout, done.stdout + done.stderr
    assert "Not A: the answer is B." in done.stdout


def test_it_is_graded_with_the_wall_and_nbgrader_works_in_its_folder(tiny, capsys):
    notebook = json.loads((tiny / "release" / "tiny" / "tiny.ipynb").read_text("utf-8"))
    cell(notebook, "spread-solution")["source"] = "def spread(x):\n    return float(x.max() - x.min())"
    cell(notebook, "centred-solution")["source"] = "import numpy as np\ndef centred(x):\n    return x - np.median(x)"
    set_answer(notebook, "what-shifts", '"B"')
    place = tiny / "submitted" / "ada" / "tiny"
    place.mkdir(parents=True)
    (place / "tiny.ipynb").write_text(json.dumps(notebook), "utf-8")
    assert main(["grade", "--root", str(tiny)]) == 0
    said = capsys.readouterr().out
    assert "3 of 5" in said and "centred: median" in said
    record = records.read(tiny, "tiny", "ada")
    assert {name: part["points"] for name, part in record["parts"].items()} == {
        "spread": 2.0, "centred": 0.0, "what-shifts": 1.0}
    assert (tiny / "nbgrader_config.py").exists() and (tiny / "private" / "seed").exists()
    done = subprocess.run([sys.executable, "-m", "nbgrader", "generate_feedback", "tiny"], cwd=tiny,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "takes the median away" in (tiny / "feedback" / "ada" / "tiny" / "tiny.html").read_text("utf-8")


def test_a_lesson_under_a_name_that_is_taken_is_refused(tmp_path, capsys):
    root = tiny_course(tmp_path / "course")
    (root / "lessons" / "tiny").rename(root / "lessons" / "loss")
    assert main(["build", "--root", str(root)]) == 1
    assert "there is a lesson 'loss' already" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["build", "--root", str(tmp_path / "empty")]) == 1
    assert "holds no lesson of its own" in capsys.readouterr().err


# --- a second class ------------------------------------------------------------------------------------------

def test_a_second_class_has_a_folder_of_its_own(tmp_path, capsys):
    """Lessons come from the checkout; marks, seed, gradebook and settings are this class's."""
    from classroom import filled, hand_in

    hand_in(tmp_path, "ada", filled())
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///private/marks.db'\n")
    assert main(["grade", "loss", "--root", str(tmp_path)]) == 0
    most = sum(load_template(ROOT, "loss").points.values())
    assert f"{most:g} of {most:g}" in capsys.readouterr().out
    assert (tmp_path / "private" / "marks.db").exists() and not (tmp_path / "gradebook.db").exists()
    assert records.read(tmp_path, "loss", "ada")["points"] == most
    assert gradebook.default_url(tmp_path) == f"sqlite:///{tmp_path / 'private' / 'marks.db'}"
    assert not (ROOT / "records" / "loss" / "ada.json").exists()
    done = subprocess.run([sys.executable, "-m", "nbgrader", "export", "--to", "marks.csv"], cwd=tmp_path,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ada" in (tmp_path / "marks.csv").read_text("utf-8")
