"""A class, which has no keys; and carry, which pastes the learner's code above the carry line, once."""

import re

import pytest
from driver import Lab, Server, notebook

MSE = '''def mse(y_pred, y_true):
    """Mean squared error."""
    d = np.asarray(y_pred) - np.asarray(y_true)    # my own way
    if np.shape(y_pred) != np.shape(y_true):
        raise ValueError("shapes differ")
    return float(np.mean(d ** 2))'''
STUB = 'def mse_grad(y_pred, y_true):\n    """Its gradient."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("carry") / "work"
    folder.mkdir()
    server = Server(folder)
    yield server
    server.stop()


@pytest.fixture
def lab(page, server):
    notebook(server.folder / "loss" / "loss.ipynb", ("mse-solution", MSE), ("mse_grad-solution", STUB))
    notebook(
        server.folder / "weights" / "weights.ipynb",
        "# Weights",
        ("setup", "import numpy as np\n\nfrom course import carry"),
        ("note", '# the next cell says carry("mse", "mse_grad")'),
        ("carry", 'before = 1\ncarry("mse", "mse_grad")\n'),
        ("use", "print(mse([1.0], [3.0]), float(mse_grad(np.array([3.0]), np.array([1.0]))[0]))"),
    )
    lab = Lab(page, server).open("weights/weights.ipynb")
    lab.run_all()
    yield lab
    assert lab.errors == []


def test_pasted_once_and_complete(lab):
    lab.page.get_by_text("Their code now stands in the cell above").wait_for()
    source = lab.source(3)
    assert re.sub(", copy [0-9a-f]{6}$", "", source, count=1, flags=re.M) == (
        f'before = 1\n# mse, from lesson loss\n{MSE}\n\ncarry("mse", "mse_grad")\n')
    text = lab.page.locator(".course-card").inner_text()
    assert "yours, from lesson loss" in text
    assert "the engine's stand-in for now: not written, or not saved, in lesson loss" in text
    assert lab.page.get_by_text("4.0 4.0").count() == 1
    assert lab.source(2) == '# the next cell says carry("mse", "mse_grad")'

    lab.run_cell(3)                                        # again: it is the notebook's own now, and stays as it is
    lab.page.get_by_text("yours, in this notebook").wait_for()
    assert lab.source(3) == source

    lab.saved()
    lab.reload()                                           # the page comes back: nothing is pasted a second time
    assert lab.source(3) == source


def test_in_a_class_an_answer_is_recorded_and_not_judged(page, server):
    notebook(server.folder / "loss2" / "loss2.ipynb", ("setup", "from course import quiz"), (
        "question", 'quiz("loss-or-profit", "Stem?", A="a", B="b", C="c", D="d", answer=None)'))
    lab = Lab(page, server).open("loss2/loss2.ipynb")
    lab.run_all()
    lab.card().locator(".course-option").nth(1).click()
    lab.card().get_by_text("answer written to the cell").wait_for()
    page.wait_for_timeout(500)
    assert 'answer="B"' in lab.source(1)
    assert lab.card().locator(".course-right, .course-wrong").count() == 0
    assert lab.card().locator(".course-feedback").inner_text() == ""
    lab.run_cell(1)
    lab.card().get_by_text("Your answer: B").wait_for()
    assert lab.card().locator(".course-right, .course-wrong").count() == 0
    assert lab.errors == []
