"""Formulas of feedback pages: MathML, safe, and the TeX where there is none."""

import re
import subprocess
import sys

import pytest
from classroom import ROOT, course_copy, filled, hand_in
from latex2mathml.converter import convert

from autograder import mathml
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank


def formulas_of_the_course():
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "source").glob("*.md"))]
    for topic in catalogue.graded_topics():
        texts += [option.why for question in load_bank(topic).values() for option in question.options.values()]
    for text in texts:
        text = re.sub(r"^(`{3,})(?:python|py|text)\b.*?^\1$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
        yield from (a or b for a, b in re.findall(r"\$\$([^$]+)\$\$|\$([^$\n]+)\$", text))


def test_every_formula_of_the_course_is_shown():
    found = set(formulas_of_the_course())
    assert len(found) > 200
    assert [tex for tex in found if not mathml.formula(tex).startswith("<math")] == []


@pytest.mark.parametrize("tex", [
    r"\text{<script>hostile()</script>}", r"\text{&lt;img src=x onerror=hostile()&gt;}",
    "<img src=x onerror=hostile()>",
    r"\href{javascript:hostile()}{x}", r"\style{background:url(//h)}{x}", r"\class{a' onclick='hostile()}{x}",
    r"\color{red\" onclick=\"hostile()}{x}", r"\hspace{1em\" onclick=\"hostile()}",
])
def test_a_formula_brings_no_markup_of_its_own(tex):
    for made in (mathml.formula(tex), mathml.in_html(f"<p>${tex.replace('<', '&lt;').replace('>', '&gt;')}$</p>")):
        for name, attributes in re.findall(r"<\s*([a-zA-Z]+)([^<>]*)>", made):
            assert name in mathml.ELEMENTS | {"p"}
            named = re.findall(r'\s([a-zA-Z-]+)="[^"]*"', attributes)
            assert set(named) <= mathml.ATTRIBUTES and not re.sub(r'\s[a-zA-Z-]+="[^"]*"', "", attributes).strip()


COVERS = [r"\rule{9999em}{9999em}", r"\rule{1em}{400pt}", r"\hspace{99999px}", r"\kern99999pt x", r"\raise{999em}{x}",
          r"\mskip9999mu x", r"\Huge\Huge\text{100 of 100}"]


def covers(made):
    return re.search(r"\d{3}|mathsize.*mathsize", made)


@pytest.mark.parametrize("tex", [*COVERS, r"\vphantom{\rule{1em}{99em}}", r"\genfrac{}{}{9999pt}{}{a}{b}"])
def test_a_formula_covers_nothing_around_it(tex):
    made = mathml.formula(tex)
    assert made == f"${tex}$" or not covers(made)
    assert mathml.formula(r"\Large x \rule{2em}{1em}").startswith("<math")


@pytest.mark.parametrize("tex", COVERS)
def test_without_our_writer_it_would(tex):
    assert covers(convert(tex).split(">", 1)[1])


@pytest.mark.parametrize("tex", [r"\nosuchthing x", r"\frac{1", "", "{" * 5000, "a" * 5000])
def test_what_cannot_be_converted_stays(tex):
    assert mathml.formula(tex) == f"${tex}$"


def test_code_attributes_and_prices_stay():
    page = '<p title="$a$">a <code>$b$</code><pre>$c$ <b>$d$</b></pre> costs $5, or $6 <style>$e$</style></p>'
    assert mathml.in_html(page) == page
    assert mathml.in_html("<p>$x &lt; 1$</p>").count("<mo>&lt;</mo>") == 1


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The feedback page of a loss lesson."""
    root = course_copy(tmp_path_factory.mktemp("feedback") / "clone")
    hand_in(root, "ada", filled(wrong=list(load_bank("loss"))[:5]))
    command = [sys.executable, "-m", "autograder", "grade", "loss", "--feedback"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return root / "feedback" / "ada" / "loss" / "loss.html"


def test_a_feedback_page_needs_no_network(page):
    text = page.read_text("utf-8")
    assert not re.search(r"<script\b[^>]*\bsrc\s*=", text) and "cdnjs" not in text
    assert text.count("<math ") > 20
    plain = re.sub(r"<(pre|code|style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r"\$[^$\n<]*\\[a-z]+[^$\n<]*\$", plain) == []


@pytest.mark.parametrize("tex, spaces", [
    (r"\ln C", 1), (r"\sin 3x", 1), (r"-\ln p_y", 1), (r"\log_2 x", 1), (r"2\tanh z", 2), (r"\ln\frac{1}{n}", 1),
    (r"\ln(1 - p)", 0), (r"\exp\left(z\right)", 0), (r"\tanh^2(z)", 0), (r"xy", 0), (r"\mathrm{ln}", 0)])
def test_a_function_s_name_stands_off_what_it_is_taken_of(tex, spaces):
    assert mathml.formula(tex).count("<mspace") == spaces
