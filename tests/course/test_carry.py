"""carry: the learner's own functions of earlier lessons, or a stand-in, and a summary that says which."""

import json

import numpy as np
import pytest

from course.actions.carry import carry
from course.earlier import code_cells, find, written

STUB = '''def mse(y_pred, y_true):
    """Mean squared error."""
    # YOUR CODE HERE
    raise NotImplementedError()
'''
MSE = '''def mse(y_pred, y_true):
    """Mean squared error."""
    # my own way
    d = np.asarray(y_pred) - y_true
    if np.shape(y_pred) != np.shape(y_true):
        raise ValueError("shapes")
    return float(np.mean(d * d))
'''


def notebook(path, **cells):
    """A notebook whose solution cells have the ids that nbgrader gives them."""
    made = [{"cell_type": "markdown", "source": "# text"}]
    for name, source in cells.items():
        made.append({"cell_type": "code", "id": name.replace("_", "-"), "source": source.splitlines(keepends=True),
                     "metadata": {"nbgrader": {"grade_id": f"{name}-solution"}} if not name.startswith("x") else {}})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    notebook(tmp_path / "loss" / "loss.ipynb", mse=MSE)
    (tmp_path / "weights").mkdir()
    monkeypatch.chdir(tmp_path / "weights")
    return tmp_path


def call(*names, **given):
    """carry(...) as a cell of a notebook would call it; the notebook's names afterwards."""
    namespace = {"np": np, "carry": carry, "names": names, **given}
    exec("carry(*names)", namespace)
    return namespace


def test_the_learners_own_function_is_brought(work, capsys):
    found = call("mse")
    assert found["mse"]([1.0, 2.0], np.array([1.0, 4.0])) == 2.0
    out = capsys.readouterr().out
    assert "mse: yours, from lesson loss" in out and "# my own way" in out and "paste this code" in out


def test_what_the_notebook_defines_itself_stays(work, capsys):
    def mine(y_pred, y_true):
        return 7.0
    assert call("mse", mse=mine)["mse"] is mine
    assert "yours, in this notebook" in capsys.readouterr().out


def test_run_twice_the_carried_one_is_still_carried_and_renewed(work, capsys):
    first = call("mse")
    notebook(work / "loss" / "loss.ipynb", mse=MSE.replace("np.mean", "2 * np.mean"))
    exec("carry(*names)", first)
    assert first["mse"]([2.0], np.array([0.0])) == 8.0
    assert "yours, in this notebook" not in capsys.readouterr().out


@pytest.mark.parametrize("state", ["stub", "no notebook", "syntax error", "not json", "gone", "raises at once"])
def test_what_is_lacking_is_stood_in_for(work, capsys, state):
    path = work / "loss" / "loss.ipynb"
    if state == "stub":
        notebook(path, mse=STUB)
    elif state == "no notebook":
        path.unlink()
    elif state == "syntax error":
        notebook(path, mse="def mse(y_pred, y_true)\n    return 1\n")
    elif state == "not json":
        path.write_text("{{{")
    elif state == "gone":
        notebook(path, mse_grad="def mse_grad(y_pred, y_true):\n    return 1\n")
    else:
        notebook(path, mse="@nonsense\n" + MSE)
    found = call("mse")
    assert float(found["mse"](np.array([1.0, 2.0]), np.array([1.0, 4.0]))) == 2.0
    out = capsys.readouterr().out
    assert "stand-in" in out and "lesson loss" in out
    assert ("syntax error" in out) == (state == "syntax error")
    assert ("NameError" in out) == (state == "raises at once")


def test_a_stub_on_the_disk_may_be_a_page_that_was_not_saved(work, capsys):
    notebook(work / "loss" / "loss.ipynb", mse=STUB)
    call("mse")
    out = capsys.readouterr().out
    assert "not written, or not saved, in lesson loss" in out and "save that notebook" in out


def test_a_stand_in_is_replaced_once_the_function_is_written(work, capsys):
    notebook(work / "loss" / "loss.ipynb", mse=STUB)
    found = call("mse")
    notebook(work / "loss" / "loss.ipynb", mse=MSE)
    exec("carry(*names)", found)
    assert type(found["mse"]([1.0], np.array([0.0]))) is float


def test_a_stand_in_earns_nothing(work):
    from course.actions.check import run, specifications

    (work / "loss" / "loss.ipynb").unlink()
    assert not run(specifications("loss")["mse"], {"mse": call("mse")["mse"]}).passed


def test_helpers_of_the_same_notebook_come_along(work):
    notebook(
        work / "loss" / "loss.ipynb",
        xsetup="import math\nfrom functools import reduce as fold\nSCALE = 2.0\nrng = np.random.default_rng(0)\n",
        xhelper="def squared(d):\n    return d ** 2 * SCALE / 2\n\n\nsquared(3)\nprint(1 / 0)\n",
        mse="def mse(y_pred, y_true):\n    d = squared(y_pred - y_true)\n    return math.fsum(d) / d.size\n",
    )
    found = call("mse")
    assert found["mse"](np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 2.0
    assert "rng" not in found and "fold" not in found


def test_several_at_once_in_order_and_once_each(work, capsys):
    notebook(work / "loss" / "loss.ipynb", mse=MSE, mse_grad="def mse_grad(y_pred, y_true):\n    mse(y_pred, y_true)\n"
             "    return 2 * (y_pred - y_true) / y_pred.size\n")
    found = call("mse", "mse_grad", "mse")
    assert found["mse_grad"](np.array([3.0]), np.array([1.0]))[0] == 4.0
    assert capsys.readouterr().out.count("my own way") == 1


@pytest.mark.parametrize("names", [(), (3,), ("no such thing",), ("unknown_function",), (None, "mse"), ("__import__",)])
def test_it_never_raises(work, names, capsys):
    call(*names)
    capsys.readouterr()


def test_without_any_other_notebook_nothing_breaks(tmp_path, monkeypatch, capsys):
    """As in grading: a folder alone, and the functions pasted into the cell."""
    monkeypatch.chdir(tmp_path)
    namespace = {"np": np, "carry": carry}
    exec(MSE + "\ncarry('mse', 'relu_of_nobody')", namespace)
    assert namespace["mse"]([1.0], np.array([0.0])) == 1.0
    assert "mse: yours, in this notebook" in capsys.readouterr().out


@pytest.mark.parametrize("body, expected", [
    ("    raise NotImplementedError()", False),
    ('    """Text."""\n    raise NotImplementedError', False),
    ("    pass", False),
    ('    """Text."""', False),
    ("    ...", False),
    ("    return 1\n    raise NotImplementedError()", True),
    ("    raise ValueError('no')", True),
    ("    if x:\n        raise NotImplementedError()\n    return 1", True),
])
def test_what_counts_as_written(body, expected):
    import ast

    assert written(ast.parse(f"def f(x):\n{body}\n").body[0]) is expected


def test_the_last_definition_in_the_exercises_own_cell_counts():
    cells = [("mse-solution", "def mse(a, b):\n    return 1\n\n\ndef mse(a, b):\n    return 2"),
             ("later", "def mse(a, b):\n    return 3")]
    assert find("mse", cells)[0].endswith("return 2")


def test_a_solution_in_another_cell_is_found():
    assert find("mse", [("mse-solution", STUB), ("mine", MSE)])[0] is None      # its own cell says: not written
    assert find("mse", [("mine", MSE)])[0].startswith("def mse")


def test_unreadable_notebooks_have_no_cells(tmp_path):
    for text in ("", "[]", "{}", '{"cells": 3}', '{"cells": [3]}'):
        (tmp_path / "a.ipynb").write_text(text)
        assert code_cells(tmp_path / "a.ipynb") == []
    assert code_cells(tmp_path / "none.ipynb") == []


LONG = '''def mse(y_pred, y_true):
    """Mean squared error.

    Parameters
    ----------
    y_pred, y_true : ndarray
    """
    # mine
    text = """two
    lines"""
    return float(np.mean((y_pred - y_true) ** 2))
'''


def test_a_long_docstring_is_cut_to_its_first_line():
    source, _ = find("mse", [("mse-solution", LONG)])
    assert source.splitlines()[:3] == ["def mse(y_pred, y_true):", '    """Mean squared error."""', "    # mine"]
    assert '    text = """two\n    lines"""' in source
    for odd in ('def f(x): """a\n    b"""; return 1', 'def f(x):\n    """\n    later\n    """\n    return 1',
                "def f(x):\n    '''a\n    b'''\n    return 1", 'def f(x):\n    r"""a\n    b"""\n    return 1',
                'def f(x):\n    """a\n    b"""; y = 1\n    return y'):
        assert find("f", [("x", odd)])[0] == odd


def test_a_newer_version_in_the_earlier_lesson_is_seen():
    from course.actions.carry import _changed_since

    def mse(y_pred, y_true):
        """Another text."""
        return float(np.mean((y_pred - y_true) ** 2))      # a comment

    same = "def mse(y_pred, y_true):\n    return float(np.mean((y_pred - y_true) ** 2))"
    assert not _changed_since("mse", mse, [("mse-solution", same)])
    assert _changed_since("mse", mse, [("mse-solution", same.replace("2", "4"))])
    assert not _changed_since("mse", mse, [("mse-solution", STUB)])


# --------------------------------------------------------------------------------- uploaded notebooks, and copies

@pytest.mark.parametrize("name", ["loss.ipynb", "loss (1).ipynb", "Loss-Copy1.ipynb", "my first one.ipynb"])
def test_an_uploaded_notebook_in_this_folder_is_read(work, capsys, name):
    """Where notebooks share no disk, or all lie in one folder."""
    (work / "loss" / "loss.ipynb").rename(work / "weights" / name)
    if name.startswith("my"):
        book = json.loads((work / "weights" / name).read_text())
        (work / "weights" / name).write_text(json.dumps({**book, "metadata": {"course": {"topic": "loss"}}}))
    notebook(work / "weights" / "weights.ipynb", mse=MSE.replace("d * d", "d * 0"))      # this one itself
    assert call("mse")["mse"]([1.0, 2.0], np.array([1.0, 4.0])) == 2.0
    assert "mse: yours, from lesson loss" in capsys.readouterr().out


def test_the_advice_where_a_notebook_is_missing_works(work, capsys):
    moved = (work / "loss" / "loss.ipynb").rename(work / "loss.ipynb")
    found = call("mse")
    assert "Put a copy of it into this notebook's folder, and run this cell again" in capsys.readouterr().out
    moved.rename(work / "weights" / "loss.ipynb")
    exec("carry(*names)", found)
    assert "mse: yours, from lesson loss" in capsys.readouterr().out


def test_the_copies_in_a_cell_are_told_from_those_that_were_changed():
    from course.actions.carry import _block, copies

    cell = (_block("mse", "loss", MSE) + "\n" + _block("linear", "weights", "def linear(X):\n    return X") + "\n"
            "# relu, from lesson activations\ndef relu(z):\n    return z\n\ncarry(\"mse\")\n")
    found = copies("before = 1\n" + cell)
    assert {name: same for name, (_, same) in found.items()} == {"mse": True, "linear": True, "relu": False}
    assert "".join(text for text, _ in found.values()) + 'carry("mse")\n' == cell
    assert copies(cell.replace("d * d", "d * d * 1"))["mse"][1] is False
    assert copies("") == copies('carry("mse")') == {}
