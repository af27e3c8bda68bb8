"""Right work keeps its marks: siblings of each kind of notebook that lost some, and what is said of them."""

import classroom
import pytest
import right_work
from classroom import cell, filled, source
from right_work import above, answered, at_end, below, last, on_top, put, using

from autograder.judging import judge, repair
from course.answers import read_answer
from course.checking.reader import Cell, read

TEMPLATE = repair.load_template(classroom.ROOT, "loss")


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


def lost(result):
    parts = {**result["exercises"], **result["questions"]}
    return {name: part["points"] for name, part in parts.items() if part["points"] < part["max_points"]}


def steps(notebook):
    """What is run of a notebook, as one text."""
    data = classroom.to_bytes(notebook)
    assignment = classroom.assignment.Assignment("loss", TEMPLATE, {}, {})
    repaired, notes = judge.prepare(data, assignment)
    return "\n".join(text for _, text in repair.steps(repaired, notes.missing, TEMPLATE))


# --- marks --------------------------------------------------------------------------------------------------

def test_right_notebooks_get_full_marks(judging):
    wrong = {name: lost(judging(notebook)) for name, notebook in right_work.notebooks().items()}
    assert {name: parts for name, parts in wrong.items() if parts} == {}


def test_a_wrong_function_stays_wrong_whatever_stands_around_it(judging):
    program = "def mse(y_pred, y_true):\n    return 0.0"
    for notebook in (last(filled(programs={"mse": program}), "def one():\n    return 1"),
                     above(filled(programs={"mse": program}), "mse-solution", "np = 3", "T = []", "T.append(1)"),
                     on_top(filled(programs={"mse": program}), "mse-solution", "import no_such_package")):
        assert lost(judging(notebook))["mse"] < 1


def test_what_changes_nothing_is_called_once(judging):
    calls = "CALLS = []\ndef mse(y_pred, y_true):\n    CALLS.append(1)\n    return float(len(CALLS))"
    plain = judging(filled(programs={"mse": calls}))
    noted = judging(last(filled(programs={"mse": calls}), "print(3)"))
    assert plain["children"] == noted["children"]
    assert "mse" not in plain["cell_notes"]


# --- what is said -------------------------------------------------------------------------------------------

def test_a_note_names_the_cell_that_makes_the_difference(judging):
    notes = judging(last(filled(), "mse = 3"))["cell_notes"]["mse"]
    assert any("(`mse = 3`) further down gives `mse` another value" in note for note in notes)
    notes = judging(below(using("one()"), "mse", "def one():\n    return 1"))["cell_notes"]["mse"]
    assert any("after all cells had run" in note and "(`def one():`)" in note for note in notes)
    notes = judging(above(filled(), "mse-solution", "np = 3"))["cell_notes"]
    assert "mse" not in notes or any("(`np = 3`)" in note for note in notes["mse"])


def test_a_missing_package_is_named_once(judging):
    notebook = filled(programs={"mse": "import pandas as pd\ndef mse(a, b):\n    return pd.Series(a - b).var()"})
    on_top(notebook, "mse_grad-solution", "import pandas")
    result = judging(notebook)
    said = [*result["notes"], *(note for notes in result["cell_notes"].values() for note in notes)]
    assert [note for note in said if "The package `pandas` is not on the grader" in note] == result["cell_notes"]["mse"]


def test_a_missing_file_is_told_as_what_it_is(judging):
    result = judging(on_top(filled(), "mse-solution", "from my_helpers import plot_all"))
    assert any("Only the notebook is handed in" in note for note in result["cell_notes"]["mse"])
    result = judging(on_top(filled(), "mse-solution", "rows = open('rows.csv').read()"))
    assert any("only the notebook is handed in" in note for note in result["cell_notes"]["mse"])


def test_names_of_modules_that_a_child_makes_up_are_not_printed(judging):
    forged = 'raise ModuleNotFoundError("no", name="x`<script>alert(1)</script>")'
    assert "script" not in str(judging(on_top(filled(), "mse-solution", forged))["cell_notes"])


def test_where_a_function_was_found_is_said_and_recorded(judging):
    notebook = right_work.joined(filled(), "best-constant", "mse_grad-solution")
    result = judging(notebook)
    assert any("was found in cell" in note for note in result["cell_notes"]["mse_grad"])
    assert result["exercises"]["mse_grad"]["cell"].startswith("extra-")
    assert result["exercises"]["mse_grad"]["tree"] == judging(filled())["exercises"]["mse_grad"]["tree"]


# --- what is run --------------------------------------------------------------------------------------------

def test_what_was_only_played_with_in_a_demonstration_is_not_run():
    notebook = filled()
    text = source(notebook, "learning-rates")
    put(notebook, "learning-rates", text + "\nruns[5.0] = fit_line(x, y, 5.0, 10_000_000)\nprint(runs)")
    assert "10_000_000" not in steps(notebook)
    assert "HELPER = 3" in steps(at_end(using("HELPER"), "learning-rates", "HELPER = 3"))


def test_cells_that_only_show_are_not_run():
    run = steps(last(filled(), "print(mse(truth, P))\nplt.plot([1])\nplt.show()", "y = 2"))
    assert "plt.plot([1])" not in run and "y = 2" in run


def test_a_thousand_own_cells_are_kept_and_the_first_that_is_not_is_named():
    notebook = last(filled(), *(f"x{number} = 1" for number in range(1002)))
    repaired, notes = judge.prepare(classroom.to_bytes(notebook), classroom.assignment.Assignment(
        "loss", TEMPLATE, {}, {}))
    assert sum("extra" in c["metadata"].get("tags", []) for c in repaired["cells"]) == 1000
    assert any("(`x1000 = 1`)" in note and "left out" in note for note in notes.notebook)


# --- answers ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    'answer="C"', 'answer="c) "', 'answer="(C)"', 'answer="[C]."', 'answer="Option C"', 'answer="Answer: C"',
    'answer="antwort c"', 'answer="C) because it falls"', 'answer="Ｃ"', 'answer="С"', 'answer="C\u200b"',
    'answer="\ufeffC"', "answer=“C”", "answer=„C“", "answer=‘C’", "answer=«C»", "answer=`C`", 'answer=["C"]',
    'answer=("C",)', 'answer={"C"}', 'answer=f"C"', 'answer="""C"""', 'answer="𝐂"', 'answer="C", answer=None',
    'answer="Ⅽ"', "answer＝“C”",
])
def test_the_obvious_letter_counts(text):
    assert read_answer(answered(text), "loss-or-profit").value == "C"


@pytest.mark.parametrize("text", ['answer="AC"', 'answer="A or C"', 'answer="C) or A)"', 'answer="E"',
                                  'answer="A falls"', 'answer=3', 'answer=["A", "C"]', 'answer="not C"',
                                  'answer="C, D"', 'answer=x'])
def test_what_may_mean_something_else_is_asked_about(text):
    answer = read_answer(answered(text), "loss-or-profit")
    assert answer.value is None and answer.problem


def test_the_text_of_an_option_is_an_answer():
    text = answered("answer=None")
    option = next(line.split("=", 1)[1].strip().rstrip(",") for line in text.split("\n") if line.strip()[:2] == "B=")
    assert read_answer(answered(f"answer={option}"), "loss-or-profit").value == "B"


@pytest.mark.parametrize("change", [
    lambda text: text.replace('quiz(\n    "', 'course.quiz(\n    id="').replace('",\n    "', '",\n    stem="', 1),
    lambda text: "  " + text, lambda text: "import course as quiz_of\n" + text, lambda text: "_ = " + text,
    lambda text: "%matplotlib inline\n" + text,
])
def test_another_way_to_write_the_call_is_read(change):
    assert read_answer(change(answered('answer="C"')), "loss-or-profit").value == "C"


@pytest.mark.parametrize("text", ['answer = "C"\n{}', '{}\nanswer = "C"', '{}\nanswer: str = "C"'])
def test_a_line_beside_the_call_is_an_answer(text):
    assert read_answer(text.format(answered("answer=None")), "loss-or-profit").value == "C"
    assert read_answer(text.format(answered('answer="A"')), "loss-or-profit").value == "A"
    assert read_answer(text.format(answered("answer=answer")), "loss-or-profit").value == "C"


def reading(notebook):
    return read([Cell(c["cell_type"], c["source"] if isinstance(c["source"], str) else "".join(c["source"]),
                      c.get("id", ""), c["metadata"].get("nbgrader", {}).get("grade_id", ""),
                      tuple(c["metadata"].get("tags", ()))) for c in notebook["cells"]], TEMPLATE)


def read_in(notebook, question):
    return read_answer(reading(notebook).source(question), question).value


def test_answers_are_found_where_they_stand():
    key = read_in(filled(), "loss-or-profit")
    blank = put(filled(), "loss-or-profit", answered("answer=None"))
    assert read_in(below(blank, "loss-or-profit", f'answer = "{key}"'), "loss-or-profit") == key
    for host in ("mse", "best-constant", "two-models-mse", "one-big-miss", "fit_line-solution"):
        notebook = right_work.joined(filled(), host, "loss-or-profit")
        assert read_in(notebook, "loss-or-profit") == key, host
        assert reading(notebook).found["loss-or-profit"] == right_work.at(notebook, host)


def test_a_line_that_names_another_thing_is_no_answer():
    blank = put(filled(), "loss-or-profit", answered("answer=None"))
    assert read_in(below(blank, "loss-or-profit", 'answer = "C"\nprint(answer)'), "loss-or-profit") is None
    assert read_in(last(blank, 'answer = "C"'), "loss-or-profit") is None
    assert cell(blank, "loss-or-profit")
