"""Question cards without a browser: what is recorded, shown, told, and kept back."""

import html
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from course import predict, quiz, your_prediction
from course.cards.keys import bank_entry
from course.cards.question import QuestionCard, _card
from course.cards.text import style, text_html, text_plain

ROOT = Path(__file__).resolve().parents[2]
BANK = """
- id: zero-weights
  kind: recall
  stem: "What happens?"
  options:
    A: {text: "a", why: "It is not A: that is the *first* myth."}
    B: {text: "b", why: "B holds, for $W = 0$."}
    C: {text: "c", why: "C is for `logistic` regression."}
    D: {text: "d", why: "D is another myth."}
  key: B
"""
OPTIONS = {"A": "first", "B": "second", "C": "third", "D": "fourth"}


@pytest.fixture
def keys(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "quiz.yaml").write_text(BANK)
    (tmp_path / "broken.yaml").write_text("- id: [")
    monkeypatch.setenv("COURSE_KEYS", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    monkeypatch.delenv("COURSE_KEYS", raising=False)


def made(answer, id="zero-weights", kind="quiz", strange=()):
    return _card(kind, id, "What happens?", OPTIONS, answer, dict.fromkeys(strange))


@pytest.mark.parametrize("typed", ["C", "c", " C ", "c\n"])
def test_a_letter_is_an_answer(typed):
    card = made(typed)
    assert card.answer == "C" and card.problems == []


@pytest.mark.parametrize("typed", ["E", "3", 3, ["C"], ("C",), {}, "", " ", "none", "CC", True, 1.5, object(),
                                   float("nan"), b"C"])
def test_anything_else_is_a_message_and_no_answer(typed, capsys):
    card = made(typed)
    assert card.answer is None
    assert "Write one of" in card.problems[0] and 'answer="A"' in card.problems[0]
    quiz("x", "What happens?", **OPTIONS, answer=typed)
    assert "Write one of" in capsys.readouterr().out


@pytest.mark.parametrize("call", [
    lambda: quiz("x"),
    lambda: quiz(3, "stem", **OPTIONS),
    lambda: quiz(None),
    lambda: quiz("x", "stem", A="a", B="b", answer="C"),
    lambda: quiz("x", "stem", **OPTIONS, awnser="C"),           # codespell:ignore awnser
    lambda: quiz("x", "stem", **OPTIONS, E="e", answer="E"),
    lambda: quiz("x", None, A=1, B=2.5, C=[], D={}, answer="D"),
    lambda: predict("x", "stem", A="only one"),
    lambda: predict("x", "stem", A="a", B="b", guess="D"),
    lambda: your_prediction("never made"),
    lambda: your_prediction(None),
])
def test_a_damaged_cell_gets_a_message_and_no_traceback(call, capsys):
    call()
    assert capsys.readouterr().out.strip()


def test_a_class_is_told_nothing(monkeypatch):
    card = made("B")
    assert card.verdict() is None
    assert "Your answer: B" in card.plain() and "Yes" not in card.plain()
    assert "course-right" not in card.html().split("</style>")[1]


def test_self_study_explains_the_choice_and_the_key(keys):
    wrong, right = made("C"), made("B")
    assert "Not C. Choose once more" in wrong.plain()
    assert "C is for logistic regression." in wrong.plain() and "B holds" not in wrong.plain() + wrong.html()
    assert "course-right" not in wrong.html().split("</style>")[1]
    wrong.tries = 2
    assert "Not C: the answer is B." in wrong.plain()
    assert "C is for logistic regression." in wrong.plain() and "B holds" in wrong.plain()
    assert "myth" not in wrong.plain()
    assert "Yes, B." in right.plain() and "C is for" not in right.plain()
    assert ">logistic</code>" in wrong.html()


def test_no_key_before_a_choice(keys):
    card = made(None)
    for text in card.bundle().values():
        assert "holds" not in text and "myth" not in text and "course-right" not in text.split("</style>")[-1]


def test_a_bank_that_is_not_there_or_not_readable_is_no_error(tmp_path, monkeypatch, keys):
    assert bank_entry("zero-weights")[1] == "weights"
    assert bank_entry("unknown") == (None, None)
    monkeypatch.setenv("COURSE_KEYS", str(tmp_path / "nowhere"))
    assert bank_entry("zero-weights") == (None, None)
    assert made("C").verdict() is None


def test_a_changed_bank_is_read_again(keys):
    assert made("B").verdict()["key"] == "B"
    (keys / "weights" / "quiz.yaml").write_text(BANK.replace("key: B", "key: C"))
    os.utime(keys / "weights" / "quiz.yaml", ns=(1, 1))
    assert made("C").verdict()["key"] == "C"


def test_what_a_learner_types_is_escaped():
    card = _card("quiz", "<script>alert(1)</script>", "<img src=x onerror=y>", {k: "<b>&</b>" for k in OPTIONS},
                 "<script>", {"<i>": 1})
    body = card.html().split("</style>")[1]
    assert "<script" not in body and "<img" not in body and "<b>" not in body and "<i>" not in body


@pytest.mark.parametrize("text, expected", [
    ("plain", "<p>plain</p>"),
    ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ("`x < 1`", "<p><code class=\"course-short\">x &lt; 1</code></p>"),
    ("$a < b$", "<p>$a &lt; b$</p>"),
    ("`$x$` stays code", "<p><code class=\"course-short\">$x$</code> stays code</p>"),
    ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
    ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
    ("$a * b * c$", "<p>$a * b * c$</p>"),
    ("one\n\ntwo", "<p>one</p><p>two</p>"),
    ("see\n\n```python\nx = 1 < 2\n\ny = 2\n```\n\nthen",
     "<p>see</p><pre><code>x = 1 &lt; 2\n\ny = 2</code></pre><p>then</p>"),
    ("five $ and six $ dollars", "<p>five $ and six $ dollars</p>"),
])
def test_text_becomes_html(text, expected):
    assert text_html(text) == expected


def test_text_for_a_terminal_has_no_marks():
    assert text_plain("**Why** `x` is *1*:\n\n```\nx = 1\n```") == "Why x is 1:\n    x = 1"


def test_the_html_is_one_well_formed_card():
    body = made("C").html()
    assert body.startswith("<style>") and body.count("<style>") == 1
    without = re.sub(r"<style>.*?</style>", "", body)
    opened = re.findall(r"<([a-z]+)", without)
    closed = re.findall(r"</([a-z]+)>", without)
    assert sorted(opened) == sorted(closed)
    assert without.count("<fieldset") == 1 and without.count("<legend") == 1 and 'aria-live="polite"' in without
    assert len(set(re.findall(r' id="([^"]+)"', without))) == 4


def test_the_style_sheet_is_small_and_whole():
    assert len(style()) < 8000
    assert style().count("{") == style().count("}") and "http" not in style()


def test_a_prediction_is_remembered(capsys):
    predict("loss-at-start", "How large?", A="0", B="about $2.3$", guess="b")
    capsys.readouterr()
    your_prediction("loss-at-start")
    assert capsys.readouterr().out.strip() == "You predicted B: about $2.3$"
    predict("loss-at-start", "How large?", A="0", B="about $2.3$", guess=None)
    capsys.readouterr()
    your_prediction("loss-at-start")
    assert "no prediction" in capsys.readouterr().out


def test_nothing_is_returned_that_nbgrader_could_take_for_a_score(capsys):
    assert quiz("x", "s", **OPTIONS) is None and predict("x", "s", A="a", B="b") is None


def test_a_script_does_not_import_widgets():
    code = "import sys, course; course.quiz('x', 's', A='a', B='b', C='c', D='d', answer='A'); " \
           "print([m for m in ('anywidget', 'ipywidgets', 'yaml') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ran.stdout.strip().endswith("[]"), ran.stdout + ran.stderr


def test_every_public_question_makes_a_clean_card():
    """Each question of the course, as its notebook shows it: nothing of its Markdown is left over."""
    import json

    for id, question in json.loads((ROOT / "course/data/questions.json").read_text(encoding="utf-8")).items():
        card = QuestionCard("quiz", id, question["stem"], question["options"])
        known = r"<style>.*?</style>|<pre>.*?</pre>|<code[^>]*>.*?</code>|\$[^$]+\$"
        body = html.unescape(re.sub(known, "", card.html(), flags=re.DOTALL))
        assert "`" not in body, (id, textwrap.shorten(body, 500))


@pytest.mark.parametrize("cell, said", [
    ("quiz('q', 's', A='a', B='b', C='c', D='d', answer=C)", 'answer="C"'),
    ("predict('q', 's', A='a', B='b', guess=b)", 'guess="B"'),
])
def test_a_letter_without_quotes_is_told_so(cell, said, capsys):
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from course.actions.cells import install\nfrom course import predict, quiz\ninstall()")
        capsys.readouterr()
        shell.run_cell(cell, store_history=True)
        out = capsys.readouterr().out
        assert "needs quotes" in out and said in out and "Traceback" not in out
        shell.run_cell("C + 1", store_history=True)
        assert "NameError" in capsys.readouterr().out
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.notebook
def test_a_saved_notebook_shows_the_card_where_no_widget_runs(tmp_path, keys):
    """Executed by a kernel and exported: GitHub, nbviewer and an HTML file show the same card."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    call = "quiz('zero-weights', 'What is $W$ and `x`?', A='first', B='second', C='third', D='fourth', answer='C')"
    book = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("from course import quiz, progress"), nbformat.v4.new_code_cell(call)])
    NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    (output,) = book.cells[1].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "> C  third" in output.data["text/plain"] and "C is for logistic" in output.data["text/plain"]
    page = HTMLExporter(template_name="lab").from_notebook_node(book)[0]
    assert "What is $W$ and" in page and "second" in page and "course-card" in page
    assert "model not found" not in page and len(output.data["text/html"]) < 15_000
