"""A solution that is a text of the course's own is noted for the instructor; one that merely is right is not.

Each way to use such a text is an attempt to have points for nothing. They cost nothing here: the note is the answer.
"""

import ast
import base64
import re
import subprocess
import sys
import zipfile

import classroom
import pytest
from classroom import ROOT, cell, filled, released

from autograder.author import bundle
from autograder.grading import grade, records
from autograder.judging import resembles as looked_at
from autograder.judging.resembles import COMMON, resembles
from autograder.lessons import catalogue
from course.standin import STAND_INS

STAND_IN_TEXT = (ROOT / "course" / "standin.py").read_text("utf-8")
ENGINE_TEXT = (ROOT / "course" / "engine.py").read_text("utf-8")
LENT = """
_S = dict(STAND_INS)
def _p(x):
    if isinstance(x, (list, tuple)): return type(x)(_p(i) for i in x)
    return np.array(x) if np.ndim(x) else np.array(x).item()
for _n in list(_S):
    exec(f"def {_n}(*a, **k): return _p(_S[{_n!r}](*a, **k))")
"""


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


def text_of(text, name):
    """A function of a module, as it stands there."""
    node = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == name)
    return ast.get_source_segment(text, node)


def noted(judging, notebook):
    return {name: part["resembles"] for name, part in records.make("x", judging(notebook))["parts"].items()
            if part["kind"] == "exercise"}


def test_the_stand_ins_pasted_into_one_cell_are_noted_for_each_exercise_that_they_answer(judging):
    notebook = released()
    cell(notebook, "mse-solution")["source"] = STAND_IN_TEXT + LENT
    found = noted(judging, notebook)
    for name in catalogue.exercises("loss"):
        assert (found[name] == f"the course's stand-in for {name}") == (name in STAND_INS), name


TANGLED = {
    "as it is": lambda text: text,
    "with other names": lambda text: re.sub(r"\by_pred\b", "guess", re.sub(r"\by_true\b", "told", text)),
    "with comments, a docstring and annotations": lambda text: text.replace(
        "(y_pred, y_true):", "(y_pred: np.ndarray, y_true: np.ndarray) -> float:\n    '''Mine.'''\n    # my own"),
    "in other lines": lambda text: ast.unparse(ast.parse(text)),
    "under another name": lambda text: text.replace("def mse", "def helper") + "\nmse = helper",
    "in a text that is executed": lambda text: f"exec('''\n{text}\n''')",
    "in a method": lambda text: "class A:\n    @staticmethod\n" + "\n".join("    " + x for x in text.splitlines())
                                + "\nmse = A.mse",
}
FROM = {"stand-in": STAND_IN_TEXT, "solution": catalogue.reference_source("loss", "mse")}


@pytest.mark.parametrize("source", FROM)
@pytest.mark.parametrize("way", TANGLED)
def test_the_text_is_known_however_it_is_written(source, way):
    found = resembles("mse", TANGLED[way](text_of(FROM[source], "mse")), [])
    assert found and source.removeprefix("the ") in found and " mse" in found


def test_the_engine_s_text_is_known_in_another_cell_and_by_what_calls_it():
    fit = "def train(layers, X, labels, n, batch, rate, rng):\n    return fit(layers, X, labels, n_epochs=n)"
    assert "engine: fit" in resembles("train", fit, [ENGINE_TEXT])
    assert resembles("train", fit, ["def fit(*a, **k):\n    return 1"]) is None
    asked = "def sigmoid(z):\n    return 1.0 * Tensor(z).sigmoid().data"
    assert "engine: Tensor" in resembles("sigmoid", asked, [ENGINE_TEXT])
    assert resembles("relu", "def relu(z):\n    return z * (z > 7)", [ENGINE_TEXT]) is None     # it calls nothing there


def test_every_published_text_is_known_by_its_own_cell():
    for topic in catalogue.graded_topics():
        for name in catalogue.exercises(topic):
            assert name in (resembles(name, catalogue.reference_source(topic, name), []) or name), name
            assert resembles(name, catalogue.reference_source(topic, name), []) or name == "relu"
    for name in STAND_INS:
        if f"def {name}(" in STAND_IN_TEXT:
            assert resembles(name, text_of(STAND_IN_TEXT, name), []), name


def test_a_wrong_program_and_an_untouched_one_are_nobody_s_text(judging):
    assert set(noted(judging, released()).values()) == {None}
    programs = {name: classroom.mistake_source("loss", name, next(iter(catalogue.mistakes("loss")[name])))
                for name in ("mse", "mse_grad", "fit_line", "minibatches")}
    found = noted(judging, filled(programs=programs))
    assert [found[name] for name in programs] == [None] * 4


def test_a_note_costs_no_point_and_stands_on_no_page_of_the_student_s(judging):
    result = judging(filled())
    assert result["points"] == result["max_points"]
    assert "published" not in str(judging.graded["cells"]) and "resembles" not in str(judging.graded["cells"])


def test_the_instructor_s_table_names_what_nobody_writes_by_accident(judging):
    record = records.make("ada", judging(filled()))
    found = {name: part["resembles"] for name, part in record["parts"].items() if part["resembles"]}
    assert found["mse"].endswith(COMMON) and not found["fit_line"].endswith(COMMON)
    said = []
    grade.show_table("loss", [grade.row_of(record)], show=said.append)
    assert "fit_line: its text is the published solution of fit_line" in "\n".join(said)
    assert "mse: its text" not in "\n".join(said)


def test_odd_sources_are_nobody_s_text():
    deep = "def f():\n    return " + "-" * 3000 + "1"
    for odd in (deep, "def f(:", "", "x = " + "9" * 5000, f"def f():\n    return [0x{'f' * 6000}, 1, 2, 3]", "\0",
                "exec('''def f(:''')", f"exec({base64.b64encode(b'def')!r})", "def f():\n    '''only this'''"):
        assert resembles("f", odd, [odd]) is None


def test_looking_takes_little_time():
    import time

    topics = (*catalogue.topics(), *catalogue.entered())
    looked_at.published(topics)
    sources = [classroom.mistake_source("loss", name, mistake) for name in catalogue.exercises("loss")
               for mistake in catalogue.mistakes("loss")[name]]
    looked_at._held.cache_clear()
    began = time.process_time()
    for source in sources:
        resembles("mse", source, [])
    assert (time.process_time() - began) / len(sources) < 0.01          # .001 s


# --- the bundle of some lessons -------------------------------------------------------------------------------

def test_a_bundle_of_some_lessons_is_no_answer_sheet_for_them(tmp_path):
    """It holds these lessons and the first page, no stand-in of their functions; what is left works."""
    path = tmp_path / "some.zip"
    assert bundle.bundle(path, ["weights", "activations"]) == 0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "how-networks-learn"
    assert {each.name for each in (folder / "release").iterdir()} == {"start", "numpy", "weights",
                                                                         "activations"}
    own = {*catalogue.exercises("weights"), *catalogue.exercises("activations")}
    text = (folder / "course" / "standin.py").read_text("utf-8")
    assert not [name for name in own if re.search(rf"(def |\"){name}\b", text)]
    program = ("import course, sys\nfrom course.standin import STAND_INS\nfrom course.actions import check, learn\n"
               "import course.labs.initialization, numpy as np\n"
               "namespace = {'linear': lambda X, W, b: X @ W + b}\n"
               "print(*sorted(STAND_INS))\n"
               "course.carry('linear', 'mse')\n"
               "assert check.part('linear', namespace).passed\n")
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    left = done.stdout.splitlines()[0].split()
    assert set(left) == set(STAND_INS) - own and "engine has no stand-in" in done.stdout
    assert (folder / "course" / "engine.py").read_text("utf-8") == ENGINE_TEXT


@pytest.mark.parametrize("left_out", catalogue.graded_topics())
def test_each_lesson_s_stand_ins_can_be_left_out(left_out):
    space = {"__name__": "standin"}
    exec(compile(bundle.without(STAND_IN_TEXT, [left_out]), "standin.py", "exec"), space)
    assert set(space["STAND_INS"]) == set(STAND_INS) - set(catalogue.exercises(left_out))


def test_a_bundle_of_the_whole_course_keeps_them_and_a_lesson_that_is_not_there_is_refused(tmp_path):
    from autograder.__main__ import main
    assert bundle.contents()["course/standin.py"].decode() == STAND_IN_TEXT
    assert main(["bundle", "los", "--output", str(tmp_path / "x.zip")]) == 2 and not list(tmp_path.iterdir())
