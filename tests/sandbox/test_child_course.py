"""The copy of `course` behind the wall: it answers nobody's exercise, and honest programs find in it what they use.

The programs in tests/hostile/own_code take answers from the course's own code: NAME stands for the exercise's
function, and the text is put into every solution cell of its lesson. Each is also tried where the copy is switched
off, and must gain there: one that gains nothing there attacks nothing.
"""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import classroom
import pytest
from classroom import ROOT, cell, filled, hand_in, published, released, solution_cell

from autograder.__main__ import main
from autograder.grading import records
from autograder.judging import assignment, judge, own
from autograder.lessons import catalogue
from autograder.sandbox import child_course, confine, probe, walls
from autograder.sandbox import sandbox as sandbox_module
from autograder.sandbox.sandbox import PlainSandbox, Sandbox
from course.actions.check import quick
from course.contents import PAGES, TOPICS

WALLS = [how for how, problem in (("bubblewrap", walls.bubblewrap_problem()),
                                  ("landlock", walls.landlock_problem())) if not problem]
GRADED = catalogue.graded_topics()

OF_LESSONS = TOPICS[len(PAGES):]


def head(path, word):
    found = re.search(rf"^# {word}: (.+)$", path.read_text("utf-8"), re.M)
    return found.group(1) if found else ""


PROGRAMS = sorted((ROOT / "tests" / "hostile" / "own_code").glob("*.py"), key=lambda path: head(path, "Lesson"))


def attacked(path):
    topic, text = head(path, "Lesson"), path.read_text("utf-8")
    return filled(topic, {name: text.replace("NAME", name) for name in catalogue.exercises(topic)},
                  answers=dict.fromkeys(assignment.load_assignment(ROOT, topic).template.questions))


@pytest.fixture(scope="module")
def marks():
    """What a notebook gets for its exercises, on the public cases: those are no harder, and drawn already."""
    sandboxes = {}

    def marks(how, topic, notebook, switch=""):
        sandbox = sandboxes.setdefault((how, switch), Sandbox(how, ROOT))
        _, result = judge.judge(classroom.to_bytes(notebook), assignment.load_assignment(ROOT, topic), sandbox)
        return {name: part["points"] for name, part in result["exercises"].items() if part["points"]}
    yield marks
    for sandbox in sandboxes.values():
        sandbox.close()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return classroom.course_copy(tmp_path_factory.mktemp("course") / "clone")


# --- nothing of an answer -----------------------------------------------------------------------------------

@pytest.mark.parametrize("how", WALLS)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_course_s_own_code_answers_no_exercise(marks, how, path):
    assert head(path, "What it tries")
    assert marks(how, head(path, "Lesson"), attacked(path)) == {}


@pytest.mark.parametrize("how", WALLS)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_each_of_these_programs_would_gain_without_the_copy(marks, how, path, monkeypatch):
    """Behind the wall with the learners' own `course`; the one that searches the disk: without any wall."""
    monkeypatch.setattr(sandbox_module, "make_course", lambda topic, folder: shutil.copytree(
        ROOT / "course", Path(folder) / "lesson" / "course").parent)
    if head(path, "Off"):
        how = "none"
    assert marks(how, head(path, "Lesson"), attacked(path), "off")


@pytest.mark.parametrize("program", ["find_the_reference", "import_the_reference", "read_the_published_cases"])
def test_the_older_programs_still_have_a_target(program, clone, monkeypatch):
    """They look for the checkout around `course`: without a wall, with the checkout's own, they find it."""
    monkeypatch.setattr(sandbox_module, "make_course", lambda topic, folder: clone)
    notebook = released()
    cell(notebook, "mse-solution")["source"] = (
        ROOT / "tests" / "hostile" / "programs" / f"{program}.py").read_text("utf-8")
    with Sandbox("none", clone) as sandbox:
        _, result = judge.judge(classroom.to_bytes(notebook), assignment.load_assignment(ROOT, "loss"), sandbox)
    assert result["points"] > 0


def test_what_hostile_programs_name_is_there_outside_the_wall():
    """A module or a file of the course that has moved would be attacked in vain, and the test would pass."""
    made_by_use = {"private/seed", "gradebook.db", "submitted/ada/loss.ipynb"}
    inside = ("autograder", "course", "source", "release", "lessons", "solutions")
    # kinds of output, places outside the course, and what a build of the package or a lesson's folder would hold
    elsewhere = {"application/javascript", "text/html", "text/plain", "../..", "../../gradebook", "../../gradebook.db",
                 "../../tmp/evil", "../gradebook.db", "build/lib/course/standin.py", "data/exercises/activations.json"}
    of_a_process = ("net/", "root/", "cwd/", "task/", "../1/")      # below /proc/self
    for path in sorted((ROOT / "tests" / "hostile").rglob("*.py")):
        text = path.read_text("utf-8")
        for name in re.findall(r"^\s*(?:from|import) ((?:course|autograder)[\w.]*)", text, re.M):
            assert importlib.util.find_spec(name), (path.name, name)
        for package, names in re.findall(r"^\s*from (course[\w.]*) import ([\w, ]+)$", text, re.M):
            module = importlib.import_module(package)
            for name in names.split(", "):
                assert hasattr(module, name) or importlib.util.find_spec(f"{package}.{name}"), (path.name, name)
        for name in re.findall(r'"([\w.-]+(?:/[\w.-]+)+|gradebook\.db)"', text):
            if name.split("/")[0] in inside:
                assert (ROOT / name).exists(), (path.name, name)
            elif name not in elsewhere and not name.startswith(of_a_process):
                assert name in made_by_use, (path.name, name)


def test_what_the_doctor_s_probe_names_is_there_outside_the_wall(tmp_path, monkeypatch):
    (tmp_path / "thesis").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    places = probe.places(ROOT)
    assert places["reads the users' home folders"] == str(tmp_path / "thesis")
    assert {str(ROOT / "course" / "__init__.py"), str(ROOT / "autograder" / "lessons")} <= set(places.values())
    for label, path in places.items():
        assert Path(path).exists(), label


@pytest.mark.skipif("bubblewrap" not in WALLS, reason="bubblewrap does not work here")
def test_the_doctor_is_right_where_there_is_bubblewrap_alone(monkeypatch):
    """Without Landlock the way to Python can be listed: that is no leak."""
    monkeypatch.setattr(confine, "landlock_version", lambda: 0)
    found = probe.probe("bubblewrap")
    assert found.pop("runs a learner's cell") and not any(found.values())


@pytest.mark.parametrize("lesson_name", ["", *catalogue.topics()])
def test_the_copy_holds_nothing_of_the_lesson_or_of_later_ones(lesson_name, tmp_path):
    folder = child_course.make(lesson_name, tmp_path)
    earlier = OF_LESSONS[:OF_LESSONS.index(lesson_name)] if lesson_name in OF_LESSONS else ()
    text = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    # an adapter bears its exercise's name, and is none of its solutions: tests/sandbox/test_framework_processes.py
    others = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py") if path.parent.name != "adapters")
    for other in catalogue.topics():
        for name in catalogue.references(other):
            if other not in earlier:
                assert f"def {name}(" not in others and f"'{name}'" not in others, (other, name)
    assert not list(folder.rglob("*.json")) and not list(folder.rglob("*.pyc"))
    assert "expected" not in text and "mistake" not in text


@pytest.mark.parametrize("lesson_name", OF_LESSONS)
def test_what_stands_in_for_earlier_functions_is_right(lesson_name):
    space = {}
    exec(child_course.stand_ins(lesson_name), space)
    if lesson_name != "loss":
        assert space["STAND_INS"]
    for name, function in space["STAND_INS"].items():
        assert quick(name, function)[0], name


def test_the_engine_and_the_checks_are_empty(tmp_path):
    folder = child_course.make("gradients", tmp_path) / "course"
    for path in folder.rglob("*.py"):
        name = path.relative_to(folder).as_posix()
        if name not in (*child_course.KEPT, "engine.py", "actions/carry.py", "standin.py"):
            assert path.read_text("utf-8") == child_course.SILENT, name
    space = {"__name__": "engine"}
    exec(child_course.ENGINE, space)
    with pytest.raises(ImportError, match="so Tensor cannot be used"):
        space["__getattr__"]("Tensor")


# --- honest programs ----------------------------------------------------------------------------------------

HONEST = """
import course
import course.engine, course.labs, course.labs.loss, course.actions.check
from course import carry, check, data, engine, labs, plots, predict, progress, quiz, review, your_prediction
from course.labs import panel
from course.labs.loss import polynomial_lab

check("mse")
progress()
labs.loss.polynomial_lab(None)
X_train, y_train, X_test, y_test = data.digits()
fig, ax = plots.new()
plots.points(ax, *data.two_moons(20, 0.1, __import__("numpy").random.default_rng(0)))

def taped(x):
    return engine.Tensor(x)

"""


@pytest.mark.parametrize("how", WALLS)
@pytest.mark.parametrize("lesson_name", GRADED)
def test_honest_programs_that_import_from_the_course_keep_their_marks(marks, how, lesson_name):
    first, second = list(catalogue.exercises(lesson_name))[:2]
    programs = {name: HONEST + published(lesson_name, name) for name in (first, second)}
    notebook = filled(lesson_name, programs)
    at = notebook["cells"].index(cell(notebook, solution_cell(lesson_name, first)))
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None,
           "source": "from course.engine import Tensor\nw = Tensor(0.5)\nprint(w * 2)"}
    notebook["cells"].insert(at, own)
    full = {name: points for name, points in assignment.load_assignment(ROOT, lesson_name).template.points.items()
            if name in catalogue.exercises(lesson_name)}
    assert marks(how, lesson_name, notebook) == full


@pytest.mark.parametrize("lesson_name", [t for t in GRADED if t != "loss"])
def test_earlier_functions_that_were_not_brought_along_are_there(marks, lesson_name):
    """The lesson's own `carry` cell; and programs of this lesson that use what it names."""
    names = list(catalogue.library(lesson_name).keys() - catalogue.references(lesson_name).keys()
                 & set(json.loads((ROOT / "course" / "data" / "exercises" / "index.json").read_text("utf-8"))))
    first = next(iter(catalogue.exercises(lesson_name)))
    carried = [name for name in names if name in classroom.source(filled(lesson_name), "carry")]
    assert carried
    guard = "".join(f"assert callable({name})\n" for name in carried)
    notebook = filled(lesson_name, {first: guard + published(lesson_name, first)})
    assert first in marks(WALLS[0], lesson_name, notebook)


def test_a_use_of_the_engine_costs_that_exercise_and_says_why(tmp_path, capsys):
    """Also one's own notebook, which is graded without a wall: the marks are those that a class's grading gives."""
    text = ("def cross_entropy(logits, labels):\n"
            "    return float(engine.cross_entropy(engine.Tensor(logits), labels).data)")
    path = hand_in(tmp_path, "ada", filled(programs={"cross_entropy": text}))
    result = own.grade_notebook(path)
    lost = {name for name, one in result["exercises"].items() if one["points"] != one["max_points"]}
    assert lost == {"cross_entropy"}
    assert "the course's engine is not there when a notebook is graded" in capsys.readouterr().out


# --- what the copy needs and does not find -----------------------------------------------------------------

@pytest.mark.parametrize("how", [*WALLS, "plain"])
def test_a_module_that_cannot_be_imported_refuses_to_grade(how, monkeypatch):
    monkeypatch.setattr(child_course, "SILENT", "import no_such_package")
    with pytest.raises(walls.NoIsolation, match="does not start: .*No module named 'no_such_package'"):
        with PlainSandbox(ROOT) if how == "plain" else Sandbox(how, ROOT) as sandbox:
            sandbox.open("loss")


def test_a_file_of_the_course_that_is_gone_refuses_to_grade(monkeypatch):
    monkeypatch.setattr(child_course, "KEPT", (*child_course.KEPT, "moved.py"))
    with pytest.raises(walls.NoIsolation, match="copy of the course .*moved.py"):
        with Sandbox("none", ROOT) as sandbox:
            sandbox.open("loss")


def test_a_run_that_cannot_run_anybody_writes_no_marks(clone, monkeypatch, capsys):
    hand_in(clone, "ada", filled())
    monkeypatch.setattr(child_course, "SILENT", "import no_such_package")
    assert main(["grade", "loss", "--root", str(clone)]) == 1
    assert "no_such_package" in capsys.readouterr().err
    assert records.read(clone, "loss", "ada") is None and not list(clone.glob("autograded/*/*/*"))


def test_a_course_that_pip_installed_is_out_of_reach(tmp_path, monkeypatch):
    site = tmp_path / "prefix" / "site-packages"
    shutil.copytree(ROOT / "course", site / "course")
    monkeypatch.setattr(walls, "SYSTEM", (*walls.SYSTEM, str(tmp_path / "prefix")))
    monkeypatch.syspath_prepend(str(site))
    look = ("import os\ndef look(path):\n    try:\n        return open(path).read(10)\n    except OSError as problem:\n"
            "        return type(problem).__name__")
    for how in WALLS:
        with Sandbox(how, ROOT) as sandbox:
            if how == "landlock":
                with pytest.raises(walls.NoIsolation, match="site-packages/course readable"):
                    sandbox.open("loss")
                continue
            child = sandbox.open("loss")
            assert json.loads(child.ask(json.dumps({"do": "cell", "source": look}).encode(), 10))["ok"]
            call = {"of": "look", "args": [str(site / "course" / "standin.py")], "kwargs": {}}
            reply = json.loads(child.ask(json.dumps({"do": "call", "call": call, "seconds": None}).encode(), 10))
            assert reply["result"] in ("FileNotFoundError", "PermissionError")


def test_a_sandbox_is_one_lesson_s_at_a_time(clone):
    code = "def look():\n    from course import standin\n    return sorted(standin.STAND_INS)[:1]"
    with Sandbox(WALLS[0], clone) as sandbox:
        found = []
        for topic in ("weights", "loss", "", "weights"):
            child = sandbox.open(topic)
            child.ask(json.dumps({"do": "cell", "source": code}).encode(), 10)
            call = {"do": "call", "call": {"of": "look", "args": [], "kwargs": {}}, "seconds": None}
            found.append(json.loads(child.ask(json.dumps(call).encode(), 10))["result"])
            child.close()
        assert found == [["binary_cross_entropy_with_logits"], [], [], ["binary_cross_entropy_with_logits"]]
