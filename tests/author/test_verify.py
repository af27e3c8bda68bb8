"""`verify` of every lesson, part by part; and that `verify` can fail."""

import numpy as np
import pytest
from marks import soaked

from autograder.__main__ import main
from autograder.author import verify
from autograder.lessons import catalogue, specify

EIGHT_SEEDS = range(11, 19)


def test_exercises(graded_topic):
    """References right, empty programs worth nothing, mistakes rejected and named, alternatives accepted."""
    outcome = verify.verify_exercises(graded_topic, (None, *soaked(verify.SECRET_SEEDS, EIGHT_SEEDS)))
    assert outcome.faults == []
    done, total = outcome.counts["mistakes rejected"]
    assert done == total >= 3 * 5 * len(catalogue.exercises(graded_topic))


def test_questions(graded_topic):
    assert verify.verify_questions(graded_topic).faults == []


def test_release_holds_no_solution(topic):
    assert verify.verify_release(topic).faults == []


@pytest.mark.notebook
def test_the_notebook_runs_clean_within_its_time(topic, execution):
    done = execution(topic)
    assert done.errors == []
    assert done.seconds < 120       # 60 s on two idle cores; twice that on a busy machine


@pytest.mark.notebook
def test_every_check_in_the_executed_notebook_passes(graded_topic, execution):
    texts = {cell.id: str(cell.outputs) for cell in execution(graded_topic).notebook.cells if cell.cell_type == "code"}
    for name in catalogue.exercises(graded_topic):
        assert "checks pass" in texts[name] and "FAIL" not in texts[name]


def plant(monkeypatch, kind, name, functions):
    old = getattr(catalogue, kind)

    def planted(topic):
        found = dict(old(topic))
        found[name] = functions(found[name])
        return found
    monkeypatch.setattr(catalogue, kind, planted)
    forget()


def forget():
    specify._specification.cache_clear()
    catalogue.library.cache_clear()


@pytest.fixture(autouse=True)
def fresh_specifications(monkeypatch):
    yield
    monkeypatch.undo()
    forget()


def faults():
    return "\n".join(verify.verify_exercises("loss", seeds=(None,)).faults)


def test_it_finds_a_wrong_reference(monkeypatch):
    """A reference that contradicts all alternatives is found, and said once, in place of blaming each of them."""
    plant(monkeypatch, "references", "log_softmax", lambda f: lambda logits: f(logits) + 1e-3)
    found = faults()
    assert "log_softmax, public cases: the reference disagrees with all 2 alternatives; log_softmax__logaddexp" in found
    assert "case 'one row'" in found and found.count("log_softmax,") == 1 and "\n" not in found


def test_it_finds_a_mistake_that_passes(monkeypatch):
    plant(monkeypatch, "mistakes", "mse", lambda m: m | {"fine": catalogue.references("loss")["mse"]})
    assert "mse__fine, public cases: a wrong program passes" in faults()


def test_it_finds_two_mistakes_that_cannot_be_told_apart(monkeypatch):
    def twin(y_pred, y_true):
        """The same again."""
        if y_pred.shape != y_true.shape:
            raise ValueError
        error = np.ravel(y_pred - y_true)
        return error @ error
    twin.worth = 0.33
    plant(monkeypatch, "mistakes", "mse", lambda m: {"twin": twin} | m)
    assert "named ['twin']" in faults()


def test_it_finds_a_wrong_worth_and_too_few_mistakes(monkeypatch):
    def off(y_pred, y_true):
        """Off."""
        return 17.0
    off.worth = 0.9
    plant(monkeypatch, "mistakes", "mse", lambda m: {"off": off})
    found = faults()
    assert "mse__off, public cases: states 0.9" in found and "mse: 1 mistakes, at least 5" in found


def test_it_finds_an_alternative_that_is_not_accepted(monkeypatch):
    plant(monkeypatch, "alternatives", "mse", lambda m: m | {"odd": lambda a, b: 0.0})
    assert "mse__odd, public cases: a right program is not accepted" in faults()


def test_the_command_says_one_line_a_lesson(capsys):
    assert main(["verify", "loss", "--quick"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("loss: ok") and out.count("\n") == 1
