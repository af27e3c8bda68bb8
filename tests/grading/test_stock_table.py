"""What stock nbgrader 0.9.6 gets wrong, row by row, done right here: one class, graded by nbgrader's own commands.

The rows that a browser has to show (markup in formgrader, a missing graded notebook) are in
browser/test_formgrader.py; those of speed in benchmarks/grading.py.
"""

import copy
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import classroom
import pytest
from classroom import ROOT, cell, filled, hand_in, released
from test_grade import grades, nbgrader, with_program

from autograder import doctor
from autograder.grading import gradebook, records
from autograder.judging import repair
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank

POINTS = repair.load_template(ROOT, "loss").points
FULL = sum(POINTS.values())


def checks(notebook):
    return [one for one in notebook["cells"] if "check" in one["metadata"].get("tags", [])]


def scored(text):
    """An untouched notebook whose check cells end in `text`: stock takes that for the score."""
    notebook = released()
    for one in checks(notebook):
        one["source"] = text
    return notebook


def skipping():
    notebook = released()
    for one in checks(notebook):
        one["metadata"]["tags"] = ["skip-execution"]
    return notebook


def answering(text):
    """Every solution cell holds `text`, for a display hook or a transformer that answers in the test's place."""
    return filled(programs={name: text.replace("NAME", name) for name in catalogue.exercises("loss")})


def doubled():
    notebook = filled()
    at = notebook["cells"].index(cell(notebook, "mse"))
    notebook["cells"].insert(at, copy.deepcopy(notebook["cells"][at]))
    return notebook


def without_tests():
    notebook = filled()
    notebook["cells"] = [one for one in notebook["cells"] if one not in checks(notebook)]
    return notebook


def edited():
    """A right notebook with one check cell and one text of the lesson rewritten."""
    notebook = filled()
    cell(notebook, "mse")["source"] = "print('all good')"
    next(c for c in notebook["cells"] if c["cell_type"] == "markdown")["source"] = "My own words."
    return notebook


def noisy():
    return with_program("mse_grad", catalogue.reference_source("loss", "mse_grad").replace(
        "### BEGIN SOLUTION", "import sys, warnings\n    warnings.warn('look')\n    print('note', file=sys.stderr)"))


def scripted():
    notebook = filled()
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "display_data", "metadata": {},
                               "data": {"text/html": "<script>outputMarker()</script>"}}]
    return notebook


def stealing(root):
    """Tries to mark itself in the gradebook, and to copy the sources into what is shown."""
    return filled(programs={"mse": f'''import sqlite3
found = "nothing"
try:
    with sqlite3.connect({str(root / "gradebook.db")!r}) as connection:
        connection.execute("update grade set manual_score = 99")
    found = "gradebook"
    found = open({str(root / "source" / "loss" / "loss.ipynb")!r}).read()
except Exception:
    pass
def mse(y_pred, y_true):
    raise ValueError(found)
'''})


HOOK = "import sys\nsys.displayhook(2)\ndef NAME(*args):\n    sys.displayhook(2)"
TRANSFORMER = '''import ast
from IPython import get_ipython
class Two(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.parse("2")
try:
    get_ipython().ast_transformers.append(Two())
except Exception:
    pass'''
ENDLESS = "def minibatches(*args):\n    while True:\n        try:\n            while True:\n                pass\n" \
          "        except BaseException:\n            pass"
NOTHING = ["untouched", "minus", "nan", "text", "much", "skipping", "hook", "transformer"]
ALL = ["doubled", "without-tests", "edited", "noisy", "scripted"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(folder, what the commands said): `nbgrader autograde` and `generate_feedback` on the class."""
    root = classroom.course_copy(tmp_path_factory.mktemp("table") / "course")
    gradebook.ensure(root, ["loss"])
    everyone = {
        "untouched": released(), "minus": scored("-5"), "nan": scored("float('nan')"), "text": scored("'full marks'"),
        "much": scored("1000"), "skipping": skipping(), "hook": answering(HOOK), "transformer": answering(TRANSFORMER),
        "doubled": doubled(), "without-tests": without_tests(), "edited": edited(), "noisy": noisy(),
        "scripted": scripted(), "stealing": stealing(root),
        "leaving": with_program("minibatches", "import os\ndef minibatches(*args):\n    os._exit(0)"),
        "endless": with_program("minibatches", ENDLESS),
    }
    for student, notebook in everyone.items():
        hand_in(root, student, notebook)
    said = nbgrader(root, "autograde", "loss").stderr
    said += nbgrader(root, "generate_feedback", "loss").stderr
    return root, said


def total(root, student):
    return sum(manual if manual is not None else auto for auto, manual, _ in grades(root, student).values())


def page(root, student):
    return (root / "feedback" / student / "loss" / "loss.html").read_text("utf-8")


# --- the rows ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("student", NOTHING)
def test_a_result_or_a_trick_in_the_place_of_an_answer_earns_nothing(graded, student):
    """Stock: negative, NaN or no number, a skipped test, a display hook, an AST transformer are full marks."""
    assert total(graded[0], student) == sum(
        POINTS[name] for name in load_bank("loss") if student in ("hook", "transformer"))


@pytest.mark.parametrize("student", ALL)
def test_what_stock_stumbles_over_costs_no_mark(graded, student):
    """Stock: a line on stderr is 0 points, a doubled cell aborts the batch, a deleted test waits for ever."""
    found = grades(graded[0], student)
    assert {name: auto for name, (auto, _, _) in found.items()} == POINTS
    assert not any(needs for _, _, needs in found.values())


@pytest.mark.parametrize("student", ["leaving", "endless"])
def test_an_end_without_notice_costs_its_own_exercise(graded, student):
    """Stock: the whole submission stays ungraded."""
    assert total(graded[0], student) == FULL - POINTS["minibatches"]
    assert grades(graded[0], student)["minibatches"][0] == 0


def test_the_class_is_graded_to_the_last(graded):
    root, _ = graded
    handed_in = {path.name for path in (root / "submitted").iterdir()}
    assert {path.stem for path in (root / "records" / "loss").glob("*.json")} == handed_in
    assert {path.parent.parent.name for path in root.glob("feedback/*/loss/loss.html")} == handed_in


def test_demonstrations_are_not_run(graded):
    """Stock runs every cell, experiments and pictures too."""
    record = records.read(graded[0], "loss", "noisy")
    assert record["seconds"]["wall"] < 30
    notebook = filled()
    for one in notebook["cells"]:
        if "demo" in one["metadata"].get("tags", []):
            one["source"] = "while True:\n    pass"
    judging = classroom.Judging()
    try:
        assert judging(notebook)["points"] == FULL
    finally:
        judging.close()


def test_no_alarm_without_a_cause(graded):
    """Stock prints "checksum has changed" for every cell with hidden tests; here edited cells alone are named."""
    root, said = graded
    assert "checksum" not in said.lower()
    for student, cells in (("edited", ["mse"]), ("noisy", [])):
        notes = {name: part["notes"] for name, part in records.read(root, "loss", student)["parts"].items()}
        assert [name for name, lines in notes.items() if any("edited" in line for line in lines)] == cells, notes


def test_feedback_needs_no_network_and_tells_no_secret(graded):
    """Stock prints the hidden tests in full and loads MathJax from a network."""
    root, _ = graded
    for student in ("untouched", "noisy", "stealing"):
        text = page(root, student)
        assert not re.findall(r"<(?:script|link|img|iframe)\b[^<>]*(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)
        assert "<math" in text
        if student == "untouched":
            for name in catalogue.exercises("loss"):
                body = catalogue.reference_source("loss", name).split("### BEGIN SOLUTION")[1].split("### END")[0]
                for line in body.strip().splitlines():
                    if len(line.strip()) > 25:
                        assert line.strip() not in re.sub(r"<[^<>]*>", "", text), line
            given_out = (ROOT / "release" / "loss" / "loss.ipynb").read_text("utf-8")
            reasons = [question.why_of(question.key)[:40] for question in load_bank("loss").values()]
            reasons = [reason for reason in reasons if reason not in given_out]      # the lesson says some of it too
            assert len(reasons) > 6 and not [reason for reason in reasons if reason in text]


def test_markup_of_an_output_does_not_reach_a_page(graded):
    """Stock: it runs in the instructor's browser."""
    assert "outputMarker" not in page(graded[0], "scripted")
    assert "outputMarker" not in (graded[0] / "autograded" / "scripted" / "loss" / "loss.ipynb").read_text("utf-8")


def test_marks_and_sources_are_out_of_reach(graded):
    """Stock: any submission may write the gradebook, and `--force` keeps the marks that it wrote."""
    root, _ = graded
    found = records.read(root, "loss", "stealing")["parts"]["mse"]
    assert found["points"] == 0
    messages = json.dumps(found)
    assert "gradebook" not in messages and "### BEGIN SOLUTION" not in messages and "nothing" in messages
    before = grades(root, "stealing")
    nbgrader(root, "autograde", "loss", "--student", "stealing", "--force")
    assert grades(root, "stealing") == before
    assert {manual for _, manual, _ in before.values()} == {None}
    for path in (root / "gradebook.db", root / "records" / "loss" / "stealing.json", root / "private" / "seed"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_doctor_says_what_other_users_may_read(tmp_path, monkeypatch):
    (tmp_path / "source").mkdir(mode=0o755)
    (tmp_path / "gradebook.db").touch(mode=0o600)
    if not all(folder.stat().st_mode & 0o001 for folder in tmp_path.resolve().parents):
        monkeypatch.setattr(Path, "parents", property(lambda self: []))
    (tmp_path / "autograder").mkdir(mode=0o700)             # a whole checkout: no other place holds its secrets
    tmp_path.chmod(0o755)
    assert doctor.open_to_others(tmp_path) == {tmp_path.resolve(): ["source"]}
    tmp_path.chmod(0o750)
    assert doctor.open_to_others(tmp_path) == {}


def test_doctor_names_the_folder_that_is_open_and_not_the_class_s(tmp_path, monkeypatch):
    checkout, root = tmp_path / "checkout", tmp_path / "class"
    (checkout / "source").mkdir(parents=True)
    root.mkdir(mode=0o700)
    for folder in (checkout, checkout / "source"):
        folder.chmod(0o755)
    monkeypatch.setattr(Path, "parents", property(lambda self: []))
    monkeypatch.setattr(doctor, "ROOT", checkout)
    assert doctor.open_to_others(root) == {checkout: ["source"]}


def test_a_hook_that_fails_is_heard(tmp_path):
    """Stock swallows a hook's error and goes on. Without the judge nothing is scored, and nbgrader says so."""
    root = classroom.course_copy(tmp_path / "course")
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.Autograde.autograde_preprocessors = [step for step in c.Autograde.autograde_preprocessors "
                   "if step.__name__ != 'Judge']\n")
    hand_in(root, "ada", filled())
    done = nbgrader(root, "autograde", "loss", check=False)
    assert done.returncode != 0 and "nothing is scored" in done.stderr
    assert not (root / "autograded" / "ada" / "loss" / "loss.ipynb").exists()
    assert not any(auto for auto, _, _ in grades(root, "ada").values())


def test_where_a_class_s_file_is_damaged_no_score_is_saved_without_its_record(tmp_path):
    root = classroom.course_copy(tmp_path / "course")
    place = root / "private" / "collected" / "loss.json"
    place.parent.mkdir(parents=True)
    place.write_text("{")
    hand_in(root, "ada", filled())
    done = nbgrader(root, "autograde", "loss", check=False)
    assert done.returncode != 0 and "loss.json is damaged" in done.stderr
    assert not (root / "records" / "loss" / "ada.json").exists()
    assert not any(auto for auto, _, _ in grades(root, "ada").values())


def test_one_student_is_regraded_and_no_other(graded):
    """Stock hooks get the pattern of `--student`, not the student; our steps know whose notebook it is."""
    root, _ = graded
    stamps = {path.stem: path.stat().st_mtime_ns for path in (root / "records" / "loss").glob("*.json")}
    nbgrader(root, "autograde", "loss", "--student", "nois*", "--force")
    after = {path.stem: path.stat().st_mtime_ns for path in (root / "records" / "loss").glob("*.json")}
    assert {student for student in stamps if stamps[student] != after[student]} == {"noisy"}


def test_zip_collect_takes_what_an_lms_gives(tmp_path):
    """Stock skips every file until a pattern is set. Two archives, the names of three systems; then graded."""
    root = classroom.course_copy(tmp_path / "course")
    inbox = root / "downloaded" / "loss" / "archive"
    inbox.mkdir(parents=True)
    given = [{"ada_loss.ipynb": filled(), "ben_LATE_12_34_loss-1.ipynb": released()},
             {"Cyd Day_77_assignsubmission_file_/loss.ipynb": filled(), "Cyd Day_77_assignsubmission_file_/x.txt": {}}]
    for number, files in enumerate(given):
        with zipfile.ZipFile(inbox / f"{number}.zip", "w") as archive:
            for name, notebook in files.items():
                archive.writestr(name, classroom.to_bytes(notebook))
    said = nbgrader(root, "zip_collect", "loss", "--force").stderr
    notebooks = {path.parent.parent.name for path in root.glob("submitted/*/loss/loss.ipynb")}
    assert notebooks == {"ada", "ben", "Cyd Day"}, said[-2000:]
    command = [sys.executable, "-m", "autograder", "grade", "loss"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {name: records.read(root, "loss", name)["points"] for name in notebooks} == {
        "ada": FULL, "ben": 0, "Cyd Day": FULL}
