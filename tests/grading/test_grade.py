"""Grading one submission after another: right, wrong, broken, moved, lost. Each costs only the points concerned."""

import copy
import json
import sqlite3
import subprocess
import sys

import classroom
import pytest
from classroom import ROOT, cell, filled, hand_in, mistake_source, released, set_answer, source

from autograder.__main__ import main
from autograder.grading import gradebook, marks, records
from autograder.judging import assignment, own, repair, run
from autograder.lessons import catalogue, private
from autograder.lessons.bank import load_bank
from autograder.reading.files import Unreadable, read_bytes
from autograder.sandbox import walls
from course.checking.reader import read_answer, source_of

MISTAKES = {"minibatches": "drops_the_rest", "early_stopping_epoch": "last_epoch",
            "binary_cross_entropy_with_logits": "naive"}
QUESTIONS = list(load_bank("loss"))
POINTS = repair.load_template(ROOT, "loss").points


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


def three_mistakes():
    return filled(programs={name: mistake_source("loss", name, m) for name, m in MISTAKES.items()}, wrong=QUESTIONS[:2])


def lost(judging, notebook):
    """{graded cell: points lost} and the result."""
    result = judging(notebook)
    parts = {**result["exercises"], **result["questions"]}
    return {name: round(p["max_points"] - p["points"], 2) for name, p in parts.items()
            if p["points"] != p["max_points"]}, result


def with_program(name, text):
    return filled(programs={name: text})


# --- whole submissions --------------------------------------------------------------------------------------

def test_right_answers_get_full_marks(judging):
    missing, result = lost(judging, filled())
    assert missing == {}
    assert result["points"] == result["max_points"] == sum(judging.full().values())


def lending(text):
    return {"cell_type": "code", "id": "lends", "metadata": {}, "source": text, "outputs": [], "execution_count": None}


def test_a_lent_function_earns_nothing_and_the_record_says_so(judging):
    notebook = released()
    text = 'from course import lend\nlend("mse", "mse_grad")\ndef fit(x):\n    return mse(x, x)'
    notebook["cells"] += [lending(text)]
    result = judging(notebook)
    assert result["points"] == 0
    parts = records.make("ann", result)["parts"]
    assert {name for name, part in parts.items() if part["lent"]} == {"mse", "mse_grad"}
    assert any("lent function earns nothing" in note for note in parts["mse"]["notes"])
    notebook = filled()
    notebook["cells"] += [lending('lend("mse")')]              # asked for, and written since: one's own counts
    missing, result = lost(judging, notebook)
    assert missing == {} and records.make("ann", result)["parts"]["mse"]["lent"] is False


def test_the_untouched_notebook_gets_nothing_and_no_crash(judging):
    result = judging(released())
    assert result["points"] == 0 and not result["problem"] and result["children"] == 1
    assert all(outcome["unwritten"] for outcome in result["exercises"].values())
    assert {q["problem"] for q in result["questions"].values()} == {"no answer yet"}


def test_three_mistakes_and_two_wrong_answers_lose_just_those_points(judging):
    missing, result = lost(judging, three_mistakes())
    assert set(missing) == {*MISTAKES, *QUESTIONS[:2]}
    for name, mistake in MISTAKES.items():
        exercise = catalogue.exercises("loss")[name]
        worth = catalogue.mistakes("loss")[name][mistake].worth
        assert result["exercises"][name]["mistakes"] == [mistake]
        assert missing[name] == pytest.approx(exercise.points * (1 - worth), abs=0.02 * exercise.points)
    assert missing[QUESTIONS[0]] == missing[QUESTIONS[1]] == 1
    shown = json.dumps(judging.graded, ensure_ascii=False)
    for name, mistake in MISTAKES.items():
        first = catalogue.message(catalogue.mistakes("loss")[name][mistake])[:40].split("`")[0]
        assert first in shown


def test_every_lesson_gives_full_marks_and_none(graded_topic):
    """In each lesson: the references get all points with a class's own seed, the untouched notebook none."""
    judging = classroom.Judging(graded_topic)
    try:
        missing, result = lost(judging, filled(graded_topic))
        assert missing == {} and not result["cells"], (missing, result["cells"])
        result = judging(released(graded_topic))
        assert result["points"] == 0 and not result["problem"]
    finally:
        judging.close()


def test_a_second_seed_gives_the_same_scores():
    other = classroom.Judging(seed="0ddba11")
    try:
        assert other(filled())["points"] == sum(other.full().values())
    finally:
        other.close()


def test_the_feedback_names_the_chosen_option_and_never_the_key(judging):
    judging(three_mistakes())
    name = QUESTIONS[0]
    question = load_bank("loss")[name]
    chosen = "ABCD"[("ABCD".index(question.key) + 1) % 4]
    shown = cell(judging.graded, name)["outputs"][0]["data"]["text/plain"]
    assert question.options[chosen].why in shown
    assert question.options[question.key].why not in shown and f"{question.key} is right" not in shown


# --- bad input: programs ------------------------------------------------------------------------------------

BAD_PROGRAMS = {
    "no function of that name": ("def msee(y_pred, y_true):\n    return 1.0", "no function"),
    "a syntax error": ("def mse(y_pred, y_true:\n    return 1.0", "SyntaxError"),
    "another value under the name": ("mse = 3.0", "not a function"),
    "returns None": ("def mse(y_pred, y_true):\n    pass", "None"),
    "returns a list": ("def mse(y_pred, y_true):\n    return [1.0, 2.0]", "list"),
    "raises": ("def mse(y_pred, y_true):\n    return 1 / 0", "ZeroDivisionError"),
    "exits": ("def mse(y_pred, y_true):\n    import os\n    os._exit(0)", "process ended"),
    "raises SystemExit": ("def mse(y_pred, y_true):\n    raise SystemExit", "SystemExit"),
    "raises what cannot be printed": (
        "class E(Exception):\n    def __str__(self):\n        raise self\ndef mse(y_pred, y_true):\n    raise E", ""),
    "crashes Python": ("def mse(y_pred, y_true):\n    import ctypes\n    ctypes.string_at(0)", "process ended"),
}


@pytest.mark.parametrize("kind", BAD_PROGRAMS)
def test_a_bad_program_costs_its_own_points(judging, kind):
    program, words = BAD_PROGRAMS[kind]
    # what builds on mse in the same notebook is wrong with it: that is looked at elsewhere
    missing, result = lost(judging, with_program("mse", program))
    assert missing["mse"] == judging.full()["mse"]
    assert set(missing) <= {"mse", "fit_line"}
    outcome = result["exercises"]["mse"]
    told = outcome["text"] + "\n".join(c["message"] for c in outcome["checks"])
    assert words in told, told
    assert "Traceback" not in told


def test_an_endless_function_costs_its_own_points_and_time(judging):
    program = ("def early_stopping_epoch(val_losses, patience):\n    while True:\n        try:\n"
               "            while True:\n                pass\n        except BaseException:\n            pass")
    missing, result = lost(judging, with_program("early_stopping_epoch", program))
    assert missing == {"early_stopping_epoch": judging.full()["early_stopping_epoch"]}
    assert result["cpu"] < 20          # on the class's cases, and on those that the words come from
    assert "time" in result["exercises"]["early_stopping_epoch"]["text"]


def test_an_endless_cell_costs_its_own_points(judging, monkeypatch):
    monkeypatch.setattr(run, "CELL_SECONDS", 1)
    program = source(released(), "early_stopping_epoch-solution") + "\n\nwhile True:\n    pass"
    missing, result = lost(judging, with_program("early_stopping_epoch", program))
    assert set(missing) == {"early_stopping_epoch"}
    assert result["exercises"]["early_stopping_epoch"]["unwritten"]           # the stub above the loop is there
    assert "did not end within 1 second" in " ".join(result["cell_notes"]["early_stopping_epoch"])


def test_a_generator_without_end_is_cut(judging):
    program = "import itertools\ndef minibatches(n, batch_size, rng):\n    return itertools.repeat(np.arange(3))"
    missing, _ = lost(judging, with_program("minibatches", program))
    assert set(missing) == {"minibatches"}


def test_a_megabyte_printed_costs_nothing(judging):
    program = catalogue.reference_source("loss", "mse_grad").replace(
        "### BEGIN SOLUTION", "print('x' * 1_000_000)\n    import sys\n    sys.__stdout__.write('x' * 1_000_000)")
    missing, _ = lost(judging, with_program("mse_grad", program))
    assert missing == {}


def test_changing_the_inputs_costs_that_check_alone(judging):
    missing, result = lost(judging, filled(programs={"log_softmax": mistake_source("loss", "log_softmax", "in_place")}))
    assert 0 < missing["log_softmax"] < judging.full()["log_softmax"]
    assert result["exercises"]["log_softmax"]["mistakes"] == ["in_place"]


# --- bad input: answers -------------------------------------------------------------------------------------

@pytest.mark.parametrize(("literal", "words"), [
    ('"E"', "no option"), ("3", "not a letter"), ('["A", "B"]', "not a letter"), ('"AB"', "no option"), ("A", "quotes"),
    ('""', "no answer yet"), ("None", "no answer yet"), ('"A" + ""', "not a letter"), ("chr(65)", "not a letter"),
    ('b"A"', "not a letter"), ("True", "not a letter"), ('f"{65:c}"', "not a letter"), ('"Д"', "no option"),
])
def test_an_answer_that_is_no_letter_says_so(judging, literal, words):
    name = QUESTIONS[0]
    missing, result = lost(judging, filled(answers={name: literal}))
    assert missing == {name: 1.0}
    assert words in result["questions"][name]["problem"]


@pytest.mark.parametrize("shape", ['"{}"', "'{}'", '" {} "', '"""{}"""'])
@pytest.mark.parametrize("lower", [False, True])
def test_a_letter_counts_however_it_is_written(judging, shape, lower):
    name = QUESTIONS[1]
    key = load_bank("loss")[name].key
    literal = shape.format(key.lower() if lower else key)
    assert read_answer(f'quiz("{name}", "…", answer={literal})', name).value == key


def test_a_syntax_error_in_a_question_says_so(judging):
    notebook = filled()
    cell(notebook, QUESTIONS[0])["source"] = source(notebook, QUESTIONS[0]) + "\n)"
    missing, result = lost(judging, notebook)
    assert missing == {QUESTIONS[0]: 1.0} and "syntax error" in result["questions"][QUESTIONS[0]]["problem"]


@pytest.mark.parametrize("text", [
    "", "quiz", "quiz()", "quiz(1)", 'quiz("other", answer="A")', "\0", "(" * 50_000, "-" * 50_000 + "1", "a" * 200_000,
    "quiz(" * 2_000, "a" + ".a" * 50_000, "\ud800", 'quiz("q", answer=)', "if 1:\n" + " " * 200 + "quiz()",
])
def test_no_source_breaks_the_reading_of_an_answer(text):
    assert read_answer(text, "q").value is None


def test_the_last_call_counts():
    assert read_answer('quiz("q", answer="A")\nquiz("q", answer="B")', "q").value == "B"


# --- bad input: cells ---------------------------------------------------------------------------------------

def without(notebook, *names):
    gone = [cell(notebook, name) for name in names]
    notebook["cells"] = [c for c in notebook["cells"] if not any(c is g for g in gone)]
    return notebook


def test_a_lost_check_cell_costs_nothing(judging):
    missing, result = lost(judging, without(filled(), "mse"))
    assert missing == {} and "missing" in result["cell_notes"]["mse"][0]


def test_a_lost_solution_cell_costs_its_points(judging):
    missing, result = lost(judging, without(filled(), "early_stopping_epoch-solution"))
    assert set(missing) == {"early_stopping_epoch"}
    assert "missing" in result["cell_notes"]["early_stopping_epoch"][0]
    name = "early_stopping_epoch-solution"
    assert source(judging.graded, name) == source(released(), name)


def test_a_lost_question_costs_its_point(judging):
    missing, result = lost(judging, without(filled(), QUESTIONS[3]))
    assert missing == {QUESTIONS[3]: 1.0} and "missing" in result["cell_notes"][QUESTIONS[3]][0]


def test_all_markdown_and_demonstrations_may_go(judging):
    notebook = filled()
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader")]
    missing, result = lost(judging, notebook)
    assert missing == {}
    assert len(judging.graded["cells"]) == len(released()["cells"])


@pytest.mark.parametrize("stub_last", [False, True])
def test_of_copies_the_last_changed_one_counts_or_a_better_one(judging, stub_last):
    notebook = filled()
    right = cell(notebook, "early_stopping_epoch-solution")
    wrong = copy.deepcopy(right)
    wrong["source"] = mistake_source("loss", "early_stopping_epoch", "last_epoch")
    stub = copy.deepcopy(cell(released(), "early_stopping_epoch-solution"))
    at = next(i for i, c in enumerate(notebook["cells"]) if c is right)
    notebook["cells"][at:at + 1] = [wrong, right, stub] if stub_last else [right, stub, wrong]
    missing, result = lost(judging, notebook)
    assert missing == {}
    notes = result["cell_notes"]["early_stopping_epoch"]
    assert "3 times" in notes[0] and ("defined more than once" in notes[-1]) == (not stub_last)


def test_of_two_copies_of_a_question_the_last_answered_one_counts(judging):
    notebook = filled(wrong=[QUESTIONS[2]])
    second = copy.deepcopy(cell(filled(), QUESTIONS[2]))
    third = copy.deepcopy(cell(released(), QUESTIONS[2]))
    notebook["cells"] += [second, third]
    missing, result = lost(judging, notebook)
    assert missing == {} and "3 times" in result["cell_notes"][QUESTIONS[2]][0]


def test_moved_cells_are_graded_in_the_lesson_s_order(judging):
    notebook = filled()
    notebook["cells"].reverse()
    missing, result = lost(judging, notebook)
    assert missing == {} and any("moved" in note for note in result["notes"])


def test_edited_locked_cells_are_restored(judging):
    notebook = released()
    cell(notebook, "mse")["source"] = "1000.0"
    cell(notebook, "mse")["metadata"]["nbgrader"]["points"] = 1000
    cell(notebook, "mse_grad")["metadata"]["tags"] = ["skip-execution"]
    result = judging(notebook)
    assert result["points"] == 0
    notes = " ".join(result["cell_notes"]["mse"])
    assert "edited" in notes and "points" in notes
    assert "skip-execution" in " ".join(result["cell_notes"]["mse_grad"])
    assert source(judging.graded, "mse") == source(released(), "mse")
    assert cell(judging.graded, "mse")["metadata"] == cell(released(), "mse")["metadata"]


def test_lost_ids_are_found_again(judging):
    notebook = filled()
    for one in notebook["cells"]:
        one["metadata"] = {}
        one["id"] = f"x{notebook['cells'].index(one)}"
    missing, result = lost(judging, notebook)
    assert missing == {}
    assert "lost its id" in result["cell_notes"]["mse"][0]


def test_own_helper_cells_are_run(judging):
    notebook = without(filled(), "early_stopping_epoch-solution")
    own = {"cell_type": "code", "metadata": {}, "id": "own", "outputs": [], "execution_count": None,
           "source": catalogue.reference_source("loss", "early_stopping_epoch")}
    notebook["cells"].insert(5, own)
    assert lost(judging, notebook)[0] == {}


def test_a_helper_in_a_demonstration_cell_is_kept(judging):
    notebook = with_program("early_stopping_epoch", "def early_stopping_epoch(val_losses, patience):\n"
                                                    "    return stop_at(val_losses, patience)")
    template = repair.load_template(ROOT, "loss")
    demo = next(name for name in template.cells if template.of(name) == "demo"
                and "demo" in template.cells[name]["metadata"].get("tags", []))
    whole = catalogue.reference_source("loss", "early_stopping_epoch")
    helper = whole.replace("def early_stopping_epoch", "def stop_at")
    cell(notebook, demo)["source"] = source(notebook, demo) + "\n\n" + helper
    assert lost(judging, notebook)[0] == {}


def test_a_magic_and_a_shell_command_do_no_harm(judging):
    program = "%matplotlib inline\n!ls\n%time 1\n" + catalogue.reference_source("loss", "mse_grad")
    assert lost(judging, with_program("mse_grad", program))[0] == {}


def test_an_import_added_to_the_setup_cell_counts(judging):
    notebook = with_program("early_stopping_epoch", catalogue.reference_source("loss", "early_stopping_epoch").replace(
        "### BEGIN SOLUTION", "### BEGIN SOLUTION\n    math.sqrt(2)"))
    cell(notebook, "setup")["source"] = "import math\n" + source(notebook, "setup")
    assert lost(judging, notebook)[0] == {}


# --- bad input: files ---------------------------------------------------------------------------------------

FILES = {
    "nothing": (None, "No notebook"), "empty": (b"", "empty"), "cut": (b'{"cells": [', "cut off"),
    "binary": (bytes(range(256)) * 4, "not text"), "zip": (b"PK\x03\x04rest", "zip"), "pdf": (b"%PDF-1.7", "PDF"),
    "web page": (b"<!DOCTYPE html><html>", "web page"), "a list": (b"[]", "not of a notebook"),
    "no cells": (b"{}", "no list of cells"), "format 3": (b'{"nbformat": 3, "worksheets": []}', "old format"),
    "format 9": (b'{"nbformat": 9, "cells": []}', "newer"),
    "deep": (b"[" * 100_000, "JSON"), "another course": (
        json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "print(1)", "metadata": {}}]}).encode(),
        "None of the graded cells"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_notebook_says_what_it_is(judging, kind):
    data, words = FILES[kind]
    result = judging(data)
    assert result["points"] == 0 and words in result["problem"]
    first = next(c for c in judging.graded["cells"] if c["metadata"].get("nbgrader", {}).get("grade"))
    assert words in json.dumps(first["outputs"])


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "loss.ipynb").symlink_to(ROOT / "source" / "loss" / "loss.ipynb")
    with pytest.raises(Unreadable, match="link"):
        read_bytes(tmp_path / "loss.ipynb")


# --- through nbgrader ---------------------------------------------------------------------------------------

def nbgrader(root, *args, check=True):
    command = [sys.executable, "-m", "nbgrader", *args]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def grades(root, student, topic="loss"):
    with sqlite3.connect(root / "gradebook.db") as connection:
        rows = connection.execute(
            "select b.name, g.auto_score, g.manual_score, g.needs_manual_grade from grade g "
            "join submitted_notebook n on n.id = g.notebook_id join submitted_assignment s on s.id = n.assignment_id "
            "join assignment a on a.id = s.assignment_id join base_cell b on b.id = g.cell_id "
            "where s.student_id = ? and a.name = ?", (student, topic)).fetchall()
    return {name: (auto, manual, bool(needs)) for name, auto, manual, needs in rows}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A fresh clone with four submissions, graded by stock `nbgrader autograde`."""
    root = classroom.course_copy(tmp_path_factory.mktemp("course") / "clone")
    hand_in(root, "ada", filled())
    hand_in(root, "ben", released())
    hand_in(root, "cyd", three_mistakes())
    hand_in(root, "dan", b'{"cells": [')
    (root / "submitted" / "ada" / "loss" / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")
    bank = root / "autograder" / "lessons" / "loss" / "quiz.yaml"
    (root / "submitted" / "ada" / "loss" / "secret.txt").symlink_to(bank)
    (root / "submitted" / "hal").mkdir()
    (root / "submitted" / "hal" / "loss").symlink_to(root / "submitted" / "ada" / "loss")
    nbgrader(root, "autograde", "loss")
    return root


def test_nbgrader_autograde_gives_the_scores(course, judging):
    full = judging.full()
    assert {name: auto for name, (auto, _, _) in grades(course, "ada").items()} == full
    assert "is not a folder (a link" in records.read(course, "loss", "hal")["problem"]
    for student in ("ben", "dan", "hal"):
        assert {auto for auto, _, _ in grades(course, student).values()} == {0}
    cyd = {name: full[name] - auto for name, (auto, _, _) in grades(course, "cyd").items() if auto != full[name]}
    assert set(cyd) == {*MISTAKES, *QUESTIONS[:2]}
    for student in ("ada", "ben", "cyd", "dan"):
        assert not any(needs for _, _, needs in grades(course, student).values())


def test_each_submission_leaves_a_private_record(course):
    record = records.read(course, "loss", "cyd")
    assert record["format"] == 2 and record["student"] == "cyd" and record["parts"].keys() == POINTS.keys()
    assert record["parts"]["minibatches"]["told"]["ids"] == ["drops_the_rest"]
    assert record["parts"][QUESTIONS[0]]["answer"] in "ABCD" and record["parts"][QUESTIONS[0]]["misconception"]
    assert record["submitted"] is None and records.read(course, "loss", "ada")["submitted"].startswith("20")
    assert record["parts"]["mse"]["state"] == "graded" and record["parts"]["mse"]["tree"]
    assert records.read(course, "loss", "ben")["parts"]["mse"]["state"] == "unwritten"
    assert record["isolation"] in ("bubblewrap", "landlock") and len(record["content"]) == 64
    for path in (course / "records" / "loss" / "cyd.json", course / "gradebook.db", course / "private" / "seed",
                 course / "autograded" / "cyd" / "loss" / "loss.ipynb"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_only_the_notebook_is_copied(course):
    assert sorted(p.name for p in (course / "autograded" / "ada" / "loss").iterdir()) == ["loss.ipynb", "timestamp.txt"]


def test_feedback_names_the_mistakes(course):
    nbgrader(course, "generate_feedback", "loss", "--student", "cyd")
    assert [p.name for p in (course / "feedback" / "cyd" / "loss").iterdir()] == ["loss.html"]
    page = (course / "feedback" / "cyd" / "loss" / "loss.html").read_text("utf-8")
    for name, mistake in MISTAKES.items():
        words = catalogue.message(catalogue.mistakes("loss")[name][mistake]).split("`")[0].split("'")[0][:60].strip()
        assert words in page


def test_export_has_every_student(course):
    nbgrader(course, "export")
    lines = (course / "grades.csv").read_text().splitlines()
    assert len(lines) == 6 and lines[1].split(",")[3] == "ada"
    assert lines[1].split(",")[-1] == lines[1].split(",")[-2]


def test_formgrader_s_button_grades(course):
    code = ("import os\nos.chdir(sys_root)\nfrom traitlets.config import PyFileConfigLoader\n"
            "from nbgrader.apps import NbGraderAPI\nfrom nbgrader.coursedir import CourseDirectory\n"
            "config = PyFileConfigLoader('nbgrader_config.py', path=sys_root).load_config()\n"
            "api = NbGraderAPI(CourseDirectory(config=config), config=config)\n"
            "done = api.autograde('loss', 'cyd')\nassert done['success'], done\n"
            "assert api.generate_feedback('loss', 'cyd')['success']\n"
            "print(api.get_submission('loss', 'cyd')['score'])\n")
    command = [sys.executable, "-c", f"sys_root = {str(course)!r}\n" + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert float(done.stdout.split()[-1]) == pytest.approx(records.read(course, "loss", "cyd")["points"])


def shown(one):
    """The outputs of a cell, whether their text is kept as one string or as lines."""
    text = json.dumps(one.get("outputs", []), sort_keys=True)
    return text.replace('\\n", "', "\\n").replace("[", "").replace("]", "")


def test_grade_agrees_with_nbgrader_and_skips_what_is_done(course, tmp_path):
    root = classroom.course_copy(tmp_path / "clone")
    for student in ("ada", "ben", "cyd", "dan"):
        data = (course / "submitted" / student / "loss" / "loss.ipynb").read_bytes()
        hand_in(root, student, data)
    (root / "private").mkdir()
    (root / "private" / "seed").write_bytes((course / "private" / "seed").read_bytes())
    (root / "submitted" / "eve" / "loss").mkdir(parents=True)
    (root / "submitted" / "flo" / "loss").mkdir(parents=True)
    (root / "submitted" / "flo" / "loss" / "my homework.ipynb").write_bytes(classroom.to_bytes(filled()))
    (root / "submitted" / "gus").mkdir()
    (root / "submitted" / "gus" / "loss").symlink_to(root / "source" / "loss")
    command = [sys.executable, "-m", "autograder", "grade", "loss"]
    first = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert first.returncode == 0, first.stderr[-3000:]
    assert "7 graded" in first.stdout
    for student in ("ada", "ben", "cyd", "dan"):
        assert grades(root, student) == grades(course, student)
        ours = json.loads((root / "autograded" / student / "loss" / "loss.ipynb").read_text("utf-8"))
        theirs = json.loads((course / "autograded" / student / "loss" / "loss.ipynb").read_text("utf-8"))
        assert [source_of(c) for c in ours["cells"]] == [source_of(c) for c in theirs["cells"]]
        assert [shown(c) for c in ours["cells"]] == [shown(c) for c in theirs["cells"]]
    assert "No notebook" in records.read(root, "loss", "eve")["problem"]
    assert {auto for auto, _, _ in grades(root, "eve").values()} == {0}
    assert records.read(root, "loss", "flo")["points"] == records.read(root, "loss", "ada")["points"]
    assert "my homework" in records.read(root, "loss", "flo")["notes"][0]
    assert "not a folder" in records.read(root, "loss", "gus")["problem"]
    second = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert "0 graded" in second.stdout and "7 unchanged" in second.stdout

    # a person's marks stay, and a changed notebook is graded again and reported
    with sqlite3.connect(root / "gradebook.db") as connection:
        connection.execute("update grade set manual_score = 1.5 where id in (select g.id from grade g join "
                           "submitted_notebook n on n.id = g.notebook_id join submitted_assignment s on "
                           "s.id = n.assignment_id join base_cell b on b.id = g.cell_id where s.student_id = 'ben' "
                           "and b.name = 'mse')")
        connection.execute("update comment set manual_comment = 'Come and see me.' "
                           "where id in (select id from comment limit 3)")
    hand_in(root, "ben", filled())
    third = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert "1 graded" in third.stdout and "ben: 0 → " in third.stdout
    assert grades(root, "ben")["mse"] == (2.0, 1.5, True)
    with sqlite3.connect(root / "gradebook.db") as connection:
        assert connection.execute("select count(*) from comment where manual_comment is not null").fetchone() == (3,)


def test_one_s_own_notebook_is_graded_as_text(tmp_path, capsys):
    path = tmp_path / "renamed.ipynb"
    path.write_bytes(classroom.to_bytes(three_mistakes()))
    result = own.grade_notebook(path)
    said = capsys.readouterr().out
    assert said.rstrip().endswith(f"Score: {result['points']:g} of {result['max_points']:g}")
    assert "Likely cause" in said and not (tmp_path / "gradebook.db").exists()


def test_grade_answers_bad_arguments(capsys, tmp_path):
    assert main(["grade", "nonsense"]) == 2
    assert "no graded lesson" in capsys.readouterr().err
    assert main(["grade", "--notebook", str(tmp_path / "none.ipynb")]) == 1
    assert "no file none.ipynb" in capsys.readouterr().err
    (tmp_path / "own.ipynb").write_text('{"nbformat": 4, "cells": []}')
    assert main(["grade", "--notebook", str(tmp_path / "own.ipynb")]) == 1
    assert "no notebook of this course" in capsys.readouterr().err


def test_no_wall_no_grading(monkeypatch, capsys):
    monkeypatch.setattr(walls, "bubblewrap_problem", lambda: "bwrap is not installed")
    monkeypatch.setattr(walls, "landlock_problem", lambda: "the kernel has no Landlock")
    assert main(["grade", "loss"]) in (0, 1)
    with pytest.raises(walls.NoIsolation, match="apt-get install bubblewrap"):
        walls.choose("auto")
    assert walls.choose("none") == "none"
    assert "none" in walls.describe("none")


@pytest.mark.parametrize(("path", "student"), [
    ("/x/ada_loss.ipynb", "ada"), ("/x/ada_LATE_12_345_loss-1.ipynb", "ada"), ("/x/ada/loss.ipynb", "ada"),
    ("/x/Ada Lovelace_12_assignsubmission_file_/loss.ipynb", "Ada Lovelace"), ("/x/ada_loss (2).ipynb", "ada"),
    ("/x/ada_floss.ipynb", None), ("/x/ada_notes.ipynb", None)])
def test_zip_collect_knows_the_names_that_an_lms_gives(path, student):
    import re

    found = re.match(gradebook.config_of(ROOT).FileNameCollectorPlugin.named_regexp, path)
    assert (found and found["student_id"]) == student and (not found or found["file_id"] == "loss")


def test_a_warning_or_a_line_on_stderr_costs_no_mark(judging):
    text = catalogue.reference_source("loss", "mse_grad").replace(
        "### BEGIN SOLUTION", "import sys, warnings\n    warnings.warn('look')\n    print('note', file=sys.stderr)")
    assert lost(judging, with_program("mse_grad", text))[0] == {}


def test_answers_learnt_by_heart_are_pointed_out(judging):
    """The published inputs' answers, looked up: that is said to the instructor."""
    program = ("def log_softmax(logits):\n    import json\n    from course.checking.codec import decode, encode\n"
               "    for case in json.loads(KNOWN):\n        if case['calls'][0]['args'] == [encode(logits)]:\n"
               "            return decode(case['expected']['result']['value']).copy()\n    return 0.0")
    published = json.loads((ROOT / "course" / "data" / "exercises" / "loss.json").read_text("utf-8"))["log_softmax"]
    known = json.dumps([{"calls": c["calls"], "expected": c["expected"]} for c in published["cases"]])
    result = judging(with_program("log_softmax", f"KNOWN = r'''{known}'''\n{program}"))
    outcome = result["exercises"]["log_softmax"]
    assert outcome["by_heart"] and outcome["points"] < 0.2 * outcome["max_points"]
    assert any("whatever it is given" in note for note in result["cell_notes"]["log_softmax"])
    assert not any(e["by_heart"] for name, e in result["exercises"].items() if name != "log_softmax")


def test_a_class_s_cases_are_drawn_once_and_kept_private(course):
    seed = private.secret_seed(course)
    path = course / "private" / "cases" / "loss-0.json"
    kept = assignment.load_assignment(course, "loss", seed)
    assert path.stat().st_mode & 0o077 == 0
    path.write_text('{"key": "stale"}')
    drawn = assignment.load_assignment(course, "loss", seed)
    assert kept.marks_version == drawn.marks_version and kept.specs == drawn.specs
    assert json.loads(path.read_text())["key"] != "stale"
    assert assignment.load_assignment(course, "loss", "a1b2").marks_version != kept.marks_version


def test_any_text_is_a_seed(tmp_path):
    made = private.secret_seed(tmp_path)
    assert len(made) == 32 and private.secret_seed(tmp_path) == made
    (tmp_path / "private" / "seed").write_text("autumn term, group ß\n", "utf-8")
    assert int(private.secret_seed(tmp_path), 16)


def test_late_penalties_are_the_class_s_own(course, tmp_path):
    """The rule for late work is asked as nbgrader asks it, and a penalty is at most the score."""
    path = tmp_path / "gradebook.db"
    path.write_bytes((course / "gradebook.db").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("update assignment set duedate = '2029-12-31 00:00:00.000000' where name = 'loss'")

    class Rule:
        def late_submission_penalty(self, student, score, seconds):
            assert seconds > 86_400
            return 1000

    record = records.read(course, "loss", "ada")
    earned = records.marks(record)
    with gradebook.open_gradebook(f"sqlite:///{path}") as book:
        marks.Marks(book, "loss", Rule()).save([("ada", earned, (), None)])
        notebook = book.find_submission_notebook("loss", "loss", "ada")
        assert notebook.late_submission_penalty == notebook.score == record["points"]
        marks.Marks(book, "loss", None).save([("ada", earned, (), None)])
        book.db.expire_all()
        assert notebook.late_submission_penalty is None


STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'how-networks-learn'\n"


@pytest.mark.notebook
def test_stock_nbgrader_still_grades_the_exercises(tmp_path):
    """With nbgrader's own steps put back: exercises all or nothing, questions left to a person."""
    root = classroom.course_copy(tmp_path / "clone")
    gradebook.ensure(root, ["loss"])
    (root / "nbgrader_config.py").write_text(STOCK)
    notebook = three_mistakes()
    # without the demonstrations, which take long
    notebook["cells"] = [c for c in notebook["cells"] if "demo" not in c["metadata"].get("tags", [])]
    hand_in(root, "cyd", notebook)
    nbgrader(root, "autograde", "loss")
    found = grades(root, "cyd")
    points = repair.load_template(root, "loss").points
    for name in catalogue.exercises("loss"):
        assert found[name][0] == (0 if name in MISTAKES else points[name]), name
    assert all(found[name][2] and found[name][0] is None for name in QUESTIONS)


def test_the_gradebook_refuses_cells_that_changed_after_grading(course, tmp_path):
    root = classroom.course_copy(tmp_path / "clone")
    (root / "gradebook.db").write_bytes((course / "gradebook.db").read_bytes())
    for edition in ("source", "release"):
        path = root / edition / "loss" / "loss.ipynb"
        notebook = json.loads(path.read_text("utf-8"))
        notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "mse"]
        path.write_text(json.dumps(notebook), "utf-8")
    with pytest.raises(gradebook.GradebookError, match="cells have changed"):
        gradebook.ensure(root, ["loss"])


def test_set_answer_is_what_a_learner_types():
    notebook = released()
    set_answer(notebook, QUESTIONS[0], '"C"')
    assert read_answer(source(notebook, QUESTIONS[0]), QUESTIONS[0]).value == "C"


# --- records of other formats ----------------------------------------------------------------------------------

def test_a_record_of_the_first_format_is_graded_again_and_its_marks_are_compared(course, tmp_path, capsys):
    root = classroom.course_copy(tmp_path / "clone")
    hand_in(root, "ada", filled())
    assert main(["grade", "loss", "--root", str(root)]) == 0
    path = records.path_of(root, "loss", "ada")
    new = json.loads(path.read_text("utf-8"))
    old = {"student": "ada", "topic": "loss", "content": new["content"], "points": 1.0, "max_points": new["max_points"],
           "exercises": {"mse": {"points": 1.0, "max_points": 3.0}}, "questions": {}}
    path.write_text(json.dumps(old), "utf-8")
    capsys.readouterr()
    assert main(["grade", "loss", "--root", str(root)]) == 0
    said = capsys.readouterr().out
    assert "1 graded" in said and f"ada: 1 → {new['points']:g} (mse 1 → " in said
    assert json.loads(path.read_text("utf-8"))["format"] == 2
    path.write_text(json.dumps(new | {"format": 3}), "utf-8")
    assert main(["grade", "loss", "--root", str(root)]) == 1
    assert "is in format 3" in capsys.readouterr().err
    assert json.loads(path.read_text("utf-8"))["format"] == 3


def test_an_unknown_field_of_a_record_is_ignored(course, tmp_path):
    path = records.path_of(tmp_path, "loss", "ada")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(records.read(course, "loss", "ada") | {"of tomorrow": 1}), "utf-8")
    assert records.is_current(records.read(tmp_path, "loss", "ada"))
