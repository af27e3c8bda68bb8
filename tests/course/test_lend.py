"""lend, recorded figures, other ways beside one's own, and what will be read: without a browser."""

import json
import re
import shutil
import zipfile

import nbformat
import numpy as np
import pytest

from autograder.author import bundle
from autograder.author.keys import remarks, write_keys
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from course import check, contents, lend
from course.actions.borrowed import lends
from course.actions.check import CheckFailed, run, specifications
from course.actions.handin import reading
from course.actions.lend import library
from course.cards.figure import figure_html, recorded
from course.cards.keys import solution
from course.cards.solution import beside_html, differs, solution_html
from course.checking import adapters
from course.checking.reader import LONGEST_CELL, MOST_CODE
from course.checking.types import of_variant

LENT = contents.exercise_topics()
OWN = """def mse(a, b):
    if a.shape != b.shape:
        raise ValueError
    return np.mean((a - b) ** 2)
"""
WRONG = "def mse(y_pred, y_true):\n    return 0.0\n"


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    return write_keys(folder=tmp_path_factory.mktemp("keys"))


@pytest.fixture
def keys(keys_folder, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_KEYS", str(keys_folder))
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return keys_folder


def failed(name, namespace):
    """Whether the check of a function fails."""
    try:
        check(name, namespace)
    except CheckFailed:
        return True
    return False


def made(source, **names):
    namespace = {"np": np, **names}
    exec(source, namespace)
    return namespace


def test_what_is_lent_is_right(keys, graded_topic):
    """Of every lesson, and whatever it calls of others: the experiments below run as with one's own."""
    for name, spec in specifications(graded_topic).items():
        if name in ("train", "train_model"):                # some seconds, and made of all the others
            continue
        if "variants" not in spec:
            assert run(spec, library()).passed, name
        for variant in filter(adapters.installed, spec.get("variants", ())):
            assert run(of_variant(spec, variant), library(variant)).passed, (name, variant)


@pytest.mark.parametrize("hand_on", [
    "pass", "held = mse\ndef mse(a, b):\n    return held(a, b)", "from functools import partial\nmse = partial(mse)",
    "held = [mse]\nmse = lambda a, b: float(held[0](a, b))"])
def test_a_lent_function_earns_nothing_whoever_hands_it_on(keys, hand_on, tmp_path):
    namespace = made(WRONG)
    lend("mse", namespace=namespace)
    assert namespace["mse"](np.array([3.0]), np.array([1.0])) == 4.0
    exec(hand_on, namespace)
    assert namespace["mse"](np.array([3.0]), np.array([1.0])) == 4.0
    assert failed("mse", namespace)
    state = json.loads((tmp_path / "progress.json").read_text())["exercises"]["mse"]
    assert state["lent"] is True and not state.get("passed")
    exec(OWN, namespace)
    assert not failed("mse", namespace)                     # one's own counts again
    lend("mse", namespace=namespace)
    assert namespace["mse"].__code__.co_filename == "<string>"


def test_what_is_lent_is_not_taken_for_ones_own_by_carry(keys, tmp_path, monkeypatch, capsys):
    from course import carry

    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    (tmp_path / "weights").mkdir()
    monkeypatch.chdir(tmp_path / "weights")
    namespace = made("", carry=carry)
    lend("mse", namespace=namespace)
    exec('carry("mse")', namespace)
    assert "the engine's stand-in for now" in capsys.readouterr().out


def test_what_builds_on_a_lent_function_passes_and_says_so(keys, capsys):
    namespace = made(solution("fit_line")["source"])
    lend("mse", "mse_grad", namespace=namespace)
    capsys.readouterr()
    assert not failed("fit_line", namespace)
    assert "It builds on mse and mse_grad, which the course lent you" in capsys.readouterr().out


def test_in_a_class_it_says_who_can_open_it(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_KEYS", raising=False)
    namespace = made(WRONG)
    lend("mse", namespace=namespace)
    assert "Your instructor can open it" in capsys.readouterr().out and namespace["mse"](1, 2) == 0.0
    for strange in (("msee",), (), (3,), ("mse", "nothing")):
        with pytest.raises(ValueError, match="The exercises are: "):
            lend(*strange, namespace=namespace)


def test_a_way_on_is_offered_from_the_fifth_failed_check_on(keys, capsys):
    namespace = made("def log_softmax(logits):\n    return logits\n")
    for number in range(1, 7):
        assert failed("log_softmax", namespace)
        assert ("Stuck?" in capsys.readouterr().out) == (number >= 5), number


@pytest.mark.parametrize("text, names", [
    ('lend("mse")', {"mse"}), ("from course import lend\nlend('a', 'b')", {"a", "b"}), ("# lend('mse')", set()),
    ("course.lend('mse')", {"mse"}), ("lend(", set()), ("x = 'lend(\"mse\")'", set()), ("lend(name)", set())])
def test_what_a_notebook_lends_is_read_from_its_text(text, names):
    assert lends([text, "x = 1"]) == names


# --------------------------------------------------------------------------------- the solution, and other ways

def test_every_solution_has_remarks_and_each_stands_at_its_line(keys):
    both = [(name, variant) for name, topic in LENT.items()
            for variant in specifications(topic)[name].get("variants", (None,))]
    for name, variant in both:
        found = solution(name, variant)
        if variant and not adapters.installed(variant):
            assert found is None
            continue
        lines = found["source"].split("\n")
        assert found["remarks"], name
        for line, text in found["remarks"]:
            assert text and lines[line - 1].strip() and not lines[line - 1].lstrip().startswith("#"), (name, line)
        page = str(solution_html(name, variant))
        assert page.count("<tr>") >= 2 and '"""' not in page and "#" not in page.replace("&#", ""), name
    assert remarks("# a\n# b\nx = 1  # c\n") == [[3, "a b c"]]


def test_another_way_is_shown_with_what_differs(keys):
    same = str(beside_html("fit_line", solution("fit_line")["source"].replace("dy", "gradient")))
    assert "Yours and the course&#39;s do the same steps." in same and same.count("<pre>") == 2
    mine = "helper = 1\ndef mse(a, b):\n    '''Mine.'''\n    # loop\n    return sum(map(f, a, b))\n"
    other = str(beside_html("mse", mine))
    assert "<details><summary>" in other and other.count("<pre>") == 3 and "Mine" not in other and "# loop" not in other
    assert "only yours: <code>sum</code>, <code>map</code>" in other
    assert beside_html("mse", "mse = lambda a, b: 0") == beside_html("mse", "def mse(:") == ""
    assert differs(["def f(x):", "    return x @ x"], ["def f(y):", "    return sum(y)"], "the course's") == (
        "Yours has as many lines as the course's; only yours: `@`; only the course's: `sum`.")


# --------------------------------------------------------------------------------- recorded figures

def test_each_experiment_that_draws_has_a_recorded_figure_and_all_are_small():
    total = 0
    for topic in catalogue.judged_topics(ROOT):
        for cell in nbformat.read(ROOT / "release" / topic / f"{topic}.ipynb", 4).cells:
            draws = re.search(r"plt\.show\(\)|^draw_\w+\(", cell.source, re.M)
            if cell.cell_type == "code" and draws and not cell.metadata.get("jupyter", {}).get("source_hidden"):
                png, _ = recorded(f"\n{cell.source}  ")
                assert png.startswith(b"\x89PNG"), cell.id
    total = sum(path.stat().st_size for path in (ROOT / "course" / "data" / "figures").rglob("*"))
    assert total < 1_500_000
    assert figure_html("x = 1") == "" and figure_html("") == ""


# --------------------------------------------------------------------------------- what will be read

def test_what_will_be_read_is_what_the_grader_reads(tmp_path):
    folder = tmp_path / "loss"
    folder.mkdir()
    book = nbformat.read(ROOT / "release" / "loss" / "loss.ipynb", 4)
    cells = {cell.id: cell for cell in book.cells}
    cells["mse-solution"].source = WRONG
    cells["mse_grad-solution"].source = "def mse_grad(:"
    cells["fit_line-solution"].source = "other = 1"
    cells["silent-broadcast"].source = cells["silent-broadcast"].source.replace("answer=None", 'answer="c"')
    cells["loss-or-profit"].source = cells["loss-or-profit"].source.replace("answer=None", 'answer="E"')
    book.cells = [cell for cell in book.cells if cell.id not in ("minibatches-solution", "two-models-mse")]
    book.cells += [nbformat.v4.new_code_cell(text) for text in ('check("all")', "mine = 2", 'lend("log_softmax")', " ")]
    book.cells.append(nbformat.from_dict({**cells["mse-solution"], "source": "def mse(a, b):\n    return 1"}))
    nbformat.write(book, folder / "loss.ipynb")
    found = reading(folder / "loss.ipynb")
    exercises, answers = dict(found.exercises), dict(found.questions)
    assert exercises["mse"] == "written" and exercises["mse_grad"] == "its cell has a syntax error"
    assert exercises["fit_line"] == "its cell does not define it" and exercises["minibatches"] == "its cell is missing"
    assert exercises["log_softmax"] == "not written yet. Lent: that earns nothing"
    assert answers["silent-broadcast"] == "C" and "is no option" in answers["loss-or-profit"]
    assert answers["two-models-mse"] == "its cell is missing" and "`sure-and-stuck`" in answers[""]
    assert found.open == 7 + 14
    assert [line.split(": ")[-1] for line in found.nothing] == ["a copy; another one counts", "your own cell"]
    assert any("2 times" in note for note in found.notes)


def test_what_is_too_long_to_be_read_is_said_before_handing_in(tmp_path):
    folder = tmp_path / "loss"
    folder.mkdir()
    book = nbformat.read(ROOT / "release" / "loss" / "loss.ipynb", 4)
    book.cells.append(nbformat.v4.new_code_cell("#" * LONGEST_CELL + "\nlater = 1"))
    nbformat.write(book, folder / "loss.ipynb")
    assert any(f"Only the first {LONGEST_CELL:,} characters of cell {len(book.cells)}" in note
               for note in reading(folder / "loss.ipynb").notes)
    book.cells.append(nbformat.v4.new_code_cell("#" * MOST_CODE))
    nbformat.write(book, folder / "loss.ipynb")
    with pytest.raises(ValueError, match=f"more than the {MOST_CODE:,} that are graded"):
        reading(folder / "loss.ipynb")


# --------------------------------------------------------------------------------- the archive after the date

def test_the_archive_that_opens_a_lesson(tmp_path, monkeypatch, capsys):
    """A class unpacks it over the course's folder; then this lesson is explained and lent, and no other."""
    path = tmp_path / "open.zip"
    assert bundle.bundle(path, opens="loss") == 0 and "after the date" in capsys.readouterr().out
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    course_ = tmp_path / "how-networks-learn"
    shutil.copytree(ROOT / "release", course_ / "release")
    from course.actions.learn import keys_of

    monkeypatch.setenv("COURSE_KEYS", str(keys_of(course_)))
    assert solution("mse") and solution("linear") is None
    namespace = made(WRONG)
    lend("mse", namespace=namespace)
    assert namespace["mse"](np.array([3.0]), np.array([1.0])) == 4.0
    first = path.read_bytes()
    assert bundle.bundle(path, opens="loss") == 0 and path.read_bytes() == first
