"""`verify` of every lesson, part by part; and that `verify` can fail."""

import runpy
from dataclasses import replace

import numpy as np
import pytest
from marks import soaked

from autograder.__main__ import main
from autograder.author import verify
from autograder.lessons import catalogue, specify
from autograder.lessons.catalogue import ROOT
from autograder.lessons.exercise import Exercise, case
from autograder.lessons.ignorance import Scores


def test_exercises(graded_topic):
    """References right, empty programs worth nothing, mistakes rejected and named, alternatives accepted."""
    # programs in a framework take minutes: the public cases are drawn by the same functions as a class's own
    some = () if catalogue.variants(graded_topic) else verify.QUICK_SEEDS
    seeds = (None, *soaked(some, verify.SECRET_SEEDS))
    outcome = verify.verify_exercises(graded_topic, seeds)
    assert outcome.faults == []
    done, total = outcome.counts.get("mistakes rejected", (0, 0))
    if not catalogue.absent(graded_topic):
        assert done == total >= len(seeds) * 5 * len(catalogue.exercises(graded_topic))


def test_questions(graded_topic):
    assert verify.verify_questions(graded_topic).faults == []


def test_release_holds_no_solution(topic):
    assert verify.verify_release(topic).faults == []


@pytest.mark.notebook
def test_the_notebook_runs_clean_within_its_time(topic, execution):
    done = execution(topic)
    assert done.errors == []
    assert done.seconds < 300       # 60 s on two idle cores; the suite runs two files at a time, and more may run


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
    catalogue.mistake_messages.cache_clear()


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


def test_it_finds_what_a_program_without_knowledge_earns(monkeypatch):
    """Cases whose signs never change: a table of signs is right; and a line that fits any exercise."""
    exercises = catalogue.exercises("activations")
    plain = replace(exercises["relu_grad"], tolerances={}, cases=lambda rng: (
        case(f"{n} numbers", rng.near(np.array([-2.0, 0.5, 3.0, -1.0][:n]))) for n in (2, 3, 4)))
    easy = replace(exercises["relu"], cases=lambda rng: [
        case("negative", -rng.random(3)), case("others", rng.normal(size=5))])
    monkeypatch.setattr(catalogue, "exercises", lambda topic: {"relu_grad": plain, "relu": easy})
    forget()
    found = "\n".join(verify.verify_exercises("activations", seeds=(11,)).faults)
    assert "relu_grad, seed 11: a table of the published answers gets 1.00 by shape" in found
    assert "relu, seed 11: a program that returns zeros like the first argument gets 0.50, 0.15 is the most" in found


def test_simple_programs_of_others_earn_no_more(monkeypatch):
    """A set of one-liners that was written apart from ours, where it is there."""
    path = ROOT.parent / "shared" / "generic.py"
    if not path.exists():
        pytest.skip("../shared is not there")
    others = runpy.run_path(str(path))["GEN"]
    for topic in ("loss", "activations", "gradients"):
        for name, spec in specify.specification(topic, 11)["exercises"].items():
            earned, label = Scores(topic, spec).best_generic(others)
            assert earned <= catalogue.exercises(topic)[name].table[0], (name, label)


def test_each_exception_says_why():
    with pytest.raises(ValueError, match="the reason why it is more than 0.15"):
        Exercise("f", 1, 1, 1, cases=lambda rng: [], table=(0.5, ""))


def test_the_command_says_two_lines_a_lesson(capsys):
    """What was proven, and how long the lesson takes; warnings below it."""
    assert main(["verify", "loss", "--quick"]) == 0
    first, second, *warnings = capsys.readouterr().out.strip().split("\n")
    assert first.startswith("loss: ok") and " of reading (" in second
    assert all(line.startswith("  warning: ") for line in warnings)
    assert main(["verify", "loss", "--minutes"]) == 0
    assert capsys.readouterr().out.startswith(f"loss: {second.strip()}")
