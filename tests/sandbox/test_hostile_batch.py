"""What one submission does to the others: nothing. Answers and sources that a grader may stumble over."""

import json
import os
import subprocess
import sys

import classroom
import pytest
from classroom import cell, filled, hand_in, set_answer

from autograder.grading import records
from autograder.lessons import catalogue
from course.checking.codec import loads

FORGER = """import json
_dumps = json.dumps
def _forged(data, *args, **kwargs):
    forging = isinstance(data, dict) and ("result" in data or "error" in data)
    return {forged} if forging else _dumps(data, *args, **kwargs)
json.dumps = _forged
def mse(y_pred, y_true):
    return 1.0
"""
FORGED = {"a time limit beyond all numbers": """'{"timeout":1' + '0' * 400 + '}'""",
          "an argument before the first": """'{"result":1.0,"mutated":[-100]}'""",
          "200,000 empty lists": """'{"result":[' + '[],' * 200_000 + '0]}'""",
          "half a character": """'{"result":1.0,"printed":"\\\\ud800"}'""",
          "half a character in an error": """'{"error":{"type":"E","message":"\\\\ud800","mro":[]}}'"""}
DEEP = ["- " * 900 + "1", "a" + ".b" * 900, "- " * 300 + "1", "- " * 3000 + "1"]
STOLEN = """from course.standin import STAND_INS
def mse(y_pred, y_true):
    return STAND_INS["mse"](y_pred, y_true) + 0
"""
ROLLED = """def minibatches(n, batch_size, rng):
    order = np.roll(np.arange(n), rng.integers(1, max(n, 2)))
    return [order[i:i + batch_size] for i in range(0, n, batch_size)]
"""
SWAPPED = """def minibatches(n, batch_size, rng):
    order = np.arange(n)
    k = rng.integers(0, max(n - 1, 1))
    order[[0, k]] = order[[k, 0]]
    return [order[i:i + batch_size] for i in range(0, n, batch_size)]
"""


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_answer_costs_its_own_points_and_little_time(judging, kind):
    result = judging(filled(programs={"mse": FORGER.replace("{forged}", FORGED[kind])}))
    assert result["exercises"]["mse"]["points"] == 0 and result["seconds"] < 30
    json.dumps([result, judging.graded], ensure_ascii=False).encode()


@pytest.mark.parametrize("deep", DEEP, ids=["900 signs", "900 dots", "300 signs", "3000 signs"])
def test_a_very_deep_expression_is_no_trouble(judging, deep):
    notebook = filled()
    name = list(judging.lesson.template.questions)[0]
    cell(notebook, name)["source"] = classroom.source(classroom.released(), name)
    set_answer(notebook, name, deep)
    demo = next(one for one in notebook["cells"] if "demo" in one["metadata"].get("tags", []))
    demo["source"] = f"def f():\n    return {deep}"
    result = judging(notebook)
    assert result["questions"][name]["points"] == 0 and not result["problem"]
    assert result["points"] == result["max_points"] - judging.lesson.template.points[name]


@pytest.mark.parametrize("name,program", [("mse", STOLEN), ("minibatches", ROLLED), ("minibatches", SWAPPED)])
def test_what_is_not_an_answer_does_not_earn_full_marks(judging, name, program):
    outcome = judging(filled(programs={name: program}))["exercises"][name]
    assert outcome["score"] < (0.1 if name == "mse" else 0.75) and not outcome["passed"]


HELPERS = {
    "behind a try": "try:\n    from numpy import mean as mean_of\nexcept ImportError:\n    pass",
    "behind an if": "if True:\n    def mean_of(x):\n        return np.mean(x)",
    "a lambda": "mean_of = lambda x: np.mean(x)",
}


# a demonstration is not run: its plain definitions alone are kept
@pytest.mark.parametrize("kind,place", [*((kind, "own cell") for kind in HELPERS), ("a lambda", "demonstration")])
def test_a_helper_defined_in_another_way_is_found(judging, kind, place):
    notebook = filled(programs={"mse": catalogue.reference_source("loss", "mse").replace("np.mean", "mean_of")})
    assert "mean_of" in classroom.source(notebook, "mse-solution")
    at = notebook["cells"].index(cell(notebook, "mse-solution"))
    if place == "own cell":
        notebook["cells"].insert(at, {"cell_type": "code", "metadata": {}, "source": HELPERS[kind], "outputs": [],
                                      "execution_count": None, "id": "helper"})
    else:
        demo = next(one for one in notebook["cells"][:at] if "demo" in one["metadata"].get("tags", []))
        demo["source"] = classroom.source({"cells": [demo]}, demo["id"]) + "\n" + HELPERS[kind]
    assert judging(notebook)["exercises"]["mse"]["passed"]


def test_half_characters_are_replaced():
    assert loads(b'{"a": "\\ud800", "b": "\\u00e9"}') == {"a": "?", "b": "é"}


def test_the_batch_goes_on_whatever_a_submission_does(tmp_path):
    """Through the command: half characters in messages and file names, and a judge that fails on one notebook."""
    root = classroom.course_copy(tmp_path / "course")
    hand_in(root, "ada", filled())
    hand_in(root, "half", filled(programs={"mse": "def mse(a, b):\n    raise ValueError('\\ud800')"}))
    hand_in(root, "cell", filled(programs={"mse": "raise ValueError('\\ud800')"}))
    path = hand_in(root, "name", filled())
    os.rename(path, os.fsencode(path.parent) + b"/my\xff.ipynb")
    judge_file = root / "autograder" / "judging" / "judge.py"
    judge_file.write_text(judge_file.read_text("utf-8") + """

_stock_prepare = prepare


def prepare(data, lesson, problem=""):
    if data and b"FAILS" in data:
        raise KeyError("a fault of the grader")
    return _stock_prepare(data, lesson, problem)
""", "utf-8")
    notebook = filled()
    notebook["metadata"]["x"] = "FAILS"
    hand_in(root, "broken", notebook)
    hand_in(root, "zoe", filled())
    command = [sys.executable, "-m", "autograder", "grade", "loss", "--jobs", "2"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found = {path.stem: records.read(root, "loss", path.stem) for path in (root / "records" / "loss").glob("*.json")}
    assert set(found) == {"ada", "half", "cell", "name", "broken", "zoe"}
    full = found["ada"]["max_points"]
    assert found["ada"]["points"] == found["zoe"]["points"] == found["name"]["points"] == full
    assert found["broken"]["points"] == 0 and "a fault of the grader" in found["broken"]["problem"]
    assert 0 < found["half"]["points"] < full and 0 < found["cell"]["points"] < full
