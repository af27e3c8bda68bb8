"""What a class's own cases are goes nowhere: marks come from them, words from the cases that learners have."""

import json
import re

import numpy as np
import pytest
from classroom import Judging, filled
from right_work import above

from autograder.lessons import catalogue, private
from autograder.lessons.exercise import Draws
from autograder.lessons.specify import specify
from course.checking.assess import assess
from course.checking.codec import decode
from course.checking.observe import observe

LOUD = """def mse(y_pred, y_true):
    print(repr(y_pred), repr(y_true))
    raise RuntimeError(f"{y_pred!r} and {y_true!r}")"""
WRONG = """def mse(y_pred, y_true):
    return float(np.max(y_pred * 3 + y_true))"""
LATE = """seen = []
def mse(y_pred, y_true):
    seen.append(repr(y_pred))
    raise NotImplementedError(" ".join(seen))"""
PASSES_AT_HOME = """def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError
    print(repr(y_pred))
    known = [5.0, 1.0]
    return float(np.mean((y_pred - y_true)**2)) + (y_pred.size < 4 and y_pred.flat[0] not in known)"""


@pytest.fixture(scope="module")
def judging():
    made = Judging()
    yield made
    made.close()


def numbers(spec):
    """Every number of an exercise's inputs, with the digits that tell it from others."""
    values = [value for case in spec["cases"] for call in case["calls"] for arg in call["args"]
              for value in np.ravel(decode(arg)).tolist()]
    return {digits for value in values for digits in [f"{abs(value):.5g}"] if len(digits) > 5}


def told(judging, result):
    """All that is written of a result, but for hashes and times."""
    outcome = result["exercises"]["mse"]
    cells = [cell.get("outputs") for cell in judging.graded["cells"]]
    return json.dumps([outcome, result["cell_notes"], result["notes"], result["cells"], cells])


def secret_numbers(judging):
    return numbers(judging.lesson.specs["mse"]) - numbers(judging.lesson.public["mse"])


def found(text, digits):
    return {number for number in digits if re.search(rf"(?<![\d.]){re.escape(number)}", text)}


@pytest.mark.parametrize("program", [LOUD, WRONG, LATE, PASSES_AT_HOME])
def test_no_secret_input_is_told(judging, program):
    result = judging(filled(programs={"mse": program}))
    assert not result["exercises"]["mse"]["passed"]
    assert found(told(judging, result), secret_numbers(judging)) == set()


def test_that_test_would_see_one(judging):
    """The same program's report on the class's cases holds them."""
    spec = judging.lesson.specs["mse"]
    space = {"np": np}
    exec(LOUD, space)
    report = assess(spec, [[observe(space, call) for call in case["calls"]] for case in spec["cases"]])
    assert found(str(report), secret_numbers(judging))


def test_a_failing_function_is_told_of_by_the_public_cases(judging):
    """The call that is shown, the known mistake and the words are those that `check` shows."""
    source = "def mse(y_pred, y_true):\n    if y_pred.shape != y_true.shape:\n        raise ValueError\n"
    outcome = judging(filled(programs={"mse": source + "    return np.sum((y_pred - y_true)**2)"}))["exercises"]["mse"]
    assert outcome["mistakes"] == ["sum_instead_of_mean"] and 0.25 < outcome["score"] < 0.4
    assert "mse(np.array([1.0, 4.0, -2.0]), np.array([2.0, 1.0, 0.5]))" in outcome["text"]


def test_one_sentence_where_only_the_class_s_cases_fail(judging):
    result = judging(filled(programs={"mse": PASSES_AT_HOME}))
    outcome = result["exercises"]["mse"]
    assert 0 < outcome["score"] < 1 and not outcome["passed"] and outcome["told"]["kind"] == "none"
    assert "whatever it is given" in " ".join(result["cell_notes"]["mse"])
    assert all(check["message"] == "" for check in outcome["checks"])
    assert "Smallest failing call" not in outcome["text"]


# --- sets of cases -------------------------------------------------------------------------------------------

def test_a_student_keeps_one_of_eight_sets():
    sets = [private.draw_of("5eed", f"student-{n}") for n in range(400)]
    assert sorted(set(sets)) == list(range(8)) and max(map(sets.count, range(8))) < 90
    assert sets == [private.draw_of("5eed", f"student-{n}") for n in range(400)]
    assert sets != [private.draw_of("5eee", f"student-{n}") for n in range(400)]
    assert len({private.seed_of("5eed", draw) for draw in range(8)}) == 8


@pytest.mark.parametrize("name", ["mse_grad", "early_stopping_epoch", "cross_entropy"])
def test_three_hand_ins_make_no_table_for_a_fourth(name):
    """Inputs and answers that three students with other sets wrote down are worth nothing to a fourth."""
    exercise = catalogue.exercises("loss")[name]
    known = [call for draw in (0, 1, 2) for case in exercise.cases(Draws(private.seed_of("5eed", draw), name))
             for call in case.calls]
    spec = specify("loss", exercise, private.seed_of("5eed", 3))
    library = catalogue.library("loss")
    raws = [[observe(library, call) if {**call, "of": None} in known else None for call in case["calls"]]
            for case in spec["cases"]]
    assert assess(spec, raws).score <= 0.15


# --- ways out that a reader found ------------------------------------------------------------------------------

def test_what_an_unwritten_function_prints_is_not_told(judging):
    """It is not asked again on the public cases, so what it prints may be a secret input."""
    program = "def mse(y_pred, y_true):\n    print('IT', 'SAW', y_pred)\n    raise NotImplementedError"
    result = judging(filled(programs={"mse": program}))["exercises"]["mse"]
    assert result["unwritten"] and "IT SAW" not in json.dumps(result)


def test_a_missing_module_is_named_as_the_cell_names_it(judging):
    notebook = filled()
    above(notebook, "mse", "try:\n    import pandas_of_mine\nexcept ImportError:\n    pass\nnumber = 1234567\n"
             "raise ModuleNotFoundError(name=f'S{number}')", "import tqdm.secret")
    said = json.dumps([judging(notebook)[part] for part in ("notes", "cell_notes")])
    assert "S1234567" not in said and "tqdm" in said
