""""Run All" on a lesson with open exercises comes to its end; whoever executes a notebook still sees each failure."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from classroom import ROOT, Judging, cell, filled, released

from autograder.author.cells import GOES_ON
from autograder.author.execute import execute
from autograder.lessons import catalogue


def tags(one):
    return one["metadata"].get("tags", [])


def new_cell(source, *marks):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(marks)})


# --- the tag, and who has it --------------------------------------------------------------------------------

def test_what_can_fail_under_an_open_exercise_carries_the_tag(topic):
    for edition in ("source", "release"):
        nb = nbformat.read(catalogue.notebook_path(topic, edition), 4)
        below = False
        for one in nb.cells:
            if one.cell_type != "code":
                assert GOES_ON not in tags(one)
                continue
            kinds = set(tags(one)) - {GOES_ON}
            can_fail = bool(kinds & {"check", "demo"}) or below and not kinds and "nbgrader" not in one.metadata
            assert tags(one).count(GOES_ON) == can_fail, one.id
            below = below or bool(kinds & {"check", "carry"})


# --- who executes a notebook sees what failed ---------------------------------------------------------------

@pytest.mark.notebook
def test_an_execution_names_every_cell_that_failed_whatever_it_carries_and_shows():
    """A cell with the tag passes nbclient in silence, and a calm card in place of a traceback is no error output."""
    nb = nbformat.v4.new_notebook(cells=[
        new_cell("from course import check, predict, quiz\ndef mse(a, b):\n    raise NotImplementedError"),
        new_cell("check('mse')", "check", GOES_ON), new_cell("loss = mse(1, 2)", "demo", GOES_ON),
        new_cell("print(loss)", "demo", GOES_ON), new_cell("1 / 0", "demo", GOES_ON), new_cell("2 / 0"),
        new_cell("import sys; print('odd', file=sys.stderr)", GOES_ON), new_cell("3 + 3", GOES_ON)])
    done = execute(nb)
    said = dict(done.errors)
    assert [name for name, _ in done.errors] == [one.id for one in nb.cells[1:7]]
    for one, words in zip(nb.cells[1:], ("not written yet", "NotImplementedError", "NameError", "ZeroDivisionError",
                                         "ZeroDivisionError", "stderr: odd"), strict=False):
        assert words in said[one.id]
    assert nb.cells[7].execution_count == 8


def validate(tmp_path, notebook):
    path = tmp_path / "loss.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "nbgrader", "validate", path.name], cwd=tmp_path, timeout=300,
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def without_demonstrations(notebook):
    """The cells that Validate judges, and what they need: the experiments take a minute."""
    notebook["cells"] = [one for one in notebook["cells"] if "demo" not in tags(one)]
    return notebook


@pytest.mark.notebook
def test_validate_sees_the_failure_in_a_cell_with_the_tag(tmp_path):
    wrong = filled(programs={"mse": "def mse(y_pred, y_true):\n    if y_pred.shape != y_true.shape:\n"
                                    "        raise ValueError\n    return ((y_pred - y_true)**2).sum()",
                             "log_softmax": "def log_softmax(logits):\n    raise NotImplementedError"})
    assert all(GOES_ON in tags(cell(wrong, name)) for name in catalogue.exercises("loss"))
    said = validate(tmp_path, without_demonstrations(wrong))
    assert "VALIDATION FAILED" in said
    assert "Your loss doubles when the batch doubles" in said and "log_softmax: not written yet" in said
    assert "minibatches" not in said
    assert "Success" in validate(tmp_path, without_demonstrations(filled()))


# --- a mark does not hang on it -----------------------------------------------------------------------------

@pytest.fixture(scope="module")
def judge():
    judging = Judging()
    yield judging
    judging.close()


@pytest.mark.parametrize("change", ["everywhere", "nowhere", "not a list", "on the answers"])
def test_the_tag_of_a_submission_changes_no_mark(judge, change):
    def marked():
        # one right, one wrong, one that is not written
        return filled(programs={"mse": "def mse(y_pred, y_true):\n    return ((y_pred - y_true)**2).sum()",
                                "fit_line": cell(released(), "fit_line-solution")["source"]})
    plain, changed = marked(), marked()
    for one in changed["cells"]:
        if one["cell_type"] == "code":
            if change == "everywhere":
                one["metadata"]["tags"] = [*tags(one), GOES_ON, GOES_ON]
            elif change == "nowhere":
                one["metadata"]["tags"] = [tag for tag in tags(one) if tag != GOES_ON]
            elif change == "not a list":
                one["metadata"]["tags"] = GOES_ON
            elif one["metadata"].get("nbgrader", {}).get("solution"):
                one["metadata"]["tags"] = [GOES_ON]
    expected = judge.points(plain)
    assert 0 < sum(expected.values()) < sum(judge.full().values())
    assert judge.points(changed) == expected
    template = {one["id"]: tags(one) for one in released()["cells"]}
    graded = {one["id"]: tags(one) for one in judge.graded["cells"]}
    assert all(graded[name] == mine for name, mine in template.items())


def test_a_cell_that_fails_under_the_tag_still_fails_in_the_grader(judge):
    """A solution that raises as it is defined earns nothing, tag or not."""
    notebook = filled(programs={"mse": "mse = (lambda y_pred, y_true: ((y_pred - y_true)**2).mean()) / 0"})
    cell(notebook, "mse-solution")["metadata"]["tags"] = [GOES_ON]
    assert judge.points(notebook)["mse"] == 0


# --- what Run All then shows --------------------------------------------------------------------------------

STUB = "def mse(a, b):\n    raise NotImplementedError"


@pytest.fixture
def shell(shell):
    shell.run_cell("install()")         # a second time: the cell that imports is run again
    return shell


def said(shell, capsys, *cells):
    """What the last cell prints; the cells before it are run first."""
    for source in cells:
        capsys.readouterr()
        shell.run_cell(source, store_history=True)
    return capsys.readouterr().out


def test_a_cell_that_lacks_what_a_stopped_cell_makes_names_the_exercise(shell, capsys):
    """The fault of one open exercise is told as that, however far below: no NameError, no traceback."""
    text = said(shell, capsys, STUB, "loss = mse(1, 2)\ndef twice(x): return 2 * x", "more = loss + 1", "print(more)")
    assert "`more`" in text and "`mse`" in text and "Traceback" not in text and "NameError" not in text
    text = said(shell, capsys, "twice(3)")
    assert "`twice`" in text and "`mse`" in text and "Traceback" not in text
    text = said(shell, capsys, "def of_mine():\n    return loss", "of_mine()")        # in a function of a cell
    assert "`loss`" in text and "Traceback" not in text


def test_a_cell_that_lacks_what_a_cell_with_an_error_makes_points_to_that_cell(shell, capsys):
    text = said(shell, capsys, "runs = [1 / 0]", "len(runs)")
    assert "`runs`" in text and "stopped" in text and "Traceback" not in text


def test_another_name_error_keeps_its_traceback(shell, capsys):
    assert "NameError" in said(shell, capsys, STUB, "loss = mse(1, 2)", "lost + 1")
    # in an exercise's own function it is the learner's fault to find, whatever other cells would have made
    text = said(shell, capsys, "def mse(a, b):\n    return loss", "mse(1, 2)")
    assert "NameError" in text and "return" in text
    # made by now
    assert "NameError" in said(shell, capsys, "def mse(a, b): return 3", "loss = mse(1, 2)", "del loss", "loss")


def test_a_function_whose_cell_was_not_run_is_asked_for(shell, capsys):
    """Also after a syntax error in its cell, which makes nothing."""
    text = said(shell, capsys, "def mse(a, b:\n    return", "mse(1, 2)")
    assert "`mse`" in text and "Run the cell above that makes it" in text and "Traceback" not in text


def test_a_stopped_cell_with_strange_source_does_no_harm(shell, capsys):
    for source in ("x = (", "%time y = 1 / 0", "!false\nz = mse(1, 2)", "\x00", "class A:\n    b = 1 / 0"):
        assert "post_run_cell" not in said(shell, capsys, STUB, source)
