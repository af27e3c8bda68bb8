"""The cards of a graded notebook: one style sheet for all of them, and nothing of a learner's that is not text."""

import html
import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import Judging, cell, filled, released

from autograder.judging import pages

HOSTILE = "no `good` **day** for $x$ <script>alert(1)</script>"


@pytest.fixture(scope="module")
def judging():
    judging = Judging("loss", how="none")
    yield judging
    judging.close()


def cards(judging, notebook):
    """The graded notebook's HTML, one text a cell that has any."""
    result = judging(notebook)
    pages.write_outputs(judging.graded, result, judging.lesson)
    found = ["".join(o["data"].get("text/html", "")) for c in judging.graded["cells"] for o in c.get("outputs", [])]
    return [one for one in found if one]


def text(page):
    return html.unescape(re.sub(r"<style>.*?</style>|<[^<>]*>", "", page, flags=re.DOTALL))


@pytest.mark.parametrize("notebook", [filled, released, dict])
def test_a_graded_notebook_has_the_style_sheet_once_and_first(judging, notebook):
    found = cards(judging, notebook())
    assert found[0].startswith("<style>") and found[0].count("<style>") == 1
    assert "<style>" not in "".join(found[1:])
    assert all('<div class="course-card' in one for one in found)


def test_the_cards_of_a_graded_notebook_are_small(judging):
    assert sum(map(len, cards(judging, filled()))) < 15_000          # 36,000 with a sheet for each card
    assert sum(map(len, cards(judging, released()))) < 7_000
    assert all(type(o["data"].get("text/html", "")) is str
               for c in judging.graded["cells"] for o in c.get("outputs", []))
    json.dumps(judging.graded)


def test_what_a_cell_says_when_it_stops_is_text(judging):
    notebook = filled()
    cell(notebook, "mse-solution")["source"] = f"raise ValueError({HOSTILE!r})"
    cell(notebook, "mse_grad-solution")["source"] = f"def mse_grad(y_pred, y_true):\n    raise ValueError({HOSTILE!r})"
    found = [one for one in cards(judging, notebook) if "ValueError" in one]
    assert len(found) >= 2 and all("<script" not in one and HOSTILE in text(one) for one in found)


def test_what_was_typed_for_an_answer_is_text(judging):
    question = next(iter(judging.lesson.bank))
    page = next(one for one in cards(judging, filled(answers={question: '"`E` *<i>* $x$"'})) if "No answer" in one)
    assert "<i>" not in page and "'`E` *<i>* $x$' is no option" in text(page)


def test_the_rationale_of_an_option_is_markdown(judging):
    bank, name = judging.lesson.bank, next(iter(judging.lesson.bank))
    assert bank[name].options[bank[name].key].why
    page = "".join(cards(judging, filled()))
    plain = re.sub(r"<code.*?</code>|\$[^$]*\$", "", page, flags=re.DOTALL)
    assert "`" not in plain and not re.search(r"\*\w", plain)
