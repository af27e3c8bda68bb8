"""What cards are made of: the renderer, the style sheet, and that a learner's text is text."""

import ast
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.lessons.catalogue import ROOT
from autograder.mathml import in_html
from course.actions.carry import _bundle
from course.actions.check import specifications
from course.cards import progress
from course.cards.question import _card
from course.cards.result import ResultCard, report_html
from course.cards.text import card_html, inline_html, paragraph, style, text_html, text_plain
from course.checking.assess import assess
from course.checking.codec import encode
from course.checking.reader import read_answer
from course.labs import panel
from course.quote import cleaned, code_span, literal

SIGNS = "`*$\\_<>&\"'{}()[]/=#~! \tab1é–—😀"
LEARNERS = st.text(st.one_of(st.sampled_from(SIGNS), st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
                   min_size=1, max_size=60)
NASTY = ["`", "``", "a`b", "`` ` ``", " `x` ", "**a** *b*", "$x$", r"\(x\)", "<script>alert(1)</script>", "a & b",
         "&lt;", "{0} {style}", "```\nx\n```", "one\n\ntwo", "' onload=alert(1) x='", '"><img src=x onerror=y>', "*",
         "$", "\\"]


def learners(function):
    """The test on nasty texts and on any other."""
    for nasty in NASTY:
        function = example(nasty)(function)
    return settings(max_examples=60)(given(LEARNERS)(function))


class Page(HTMLParser):
    """What a browser makes of a piece of HTML: its elements with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.code = [], "", []
        self._inside = []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, tuple(sorted(name for name, _ in attributes))))
        if tag == "code":
            self.code.append("")
        self._inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" in self._inside:
            return
        self.text += data
        if "code" in self._inside:
            self.code[-1] += data


def shows(html, said, like):
    """The page holds that text, all of it, and no element that it does not hold for a harmless text as well."""
    page = Page(html)
    assert said in page.text
    assert set(page.elements) <= set(Page(like).elements) | {("code", ()), ("code", ("class",))}
    assert in_html(str(html)) == str(html)                   # nor is it a formula on a feedback page
    return page


# --- Markdown -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("source, expected", [
    ("`mse` and `a.b`", "<code>mse</code> and <code>a.b</code>"),
    ("`a < b`", '<code class="course-short">a &lt; b</code>'),
    ("``a ` b``", '<code class="course-short">a ` b</code>'),
    ("`` `a` ``", '<code class="course-short">`a`</code>'),
    ("`a ``b`` c`", '<code class="course-short">a ``b`` c</code>'),
    ("a ` b", "a ` b"),
    ("*`a * b`* and **`**x`**", '<em><code class="course-short">a * b</code></em> and <strong>'
     '<code class="course-short">**x</code></strong>'),
    ("the *squared* error", "the <em>squared</em> error"),
    ("**Why `x`**", "<strong>Why <code>x</code></strong>"),
    ("'a' & \"b\"", "&#39;a&#39; &amp; &#34;b&#34;"),
    ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
])
def test_a_line_becomes_html(source, expected):
    assert inline_html(source) == expected


def test_code_for_a_terminal_has_no_back_ticks_around_it():
    assert text_plain("`` `a` `` and ``b ` c``") == "`a` and b ` c"


@learners
def test_a_quoted_text_is_shown_whole_whatever_stands_around_it(said):
    for quoted in (literal(said), code_span(said)):
        for before, after in (("", ""), ("it says: ", ". Next"), ("`f` says *", "*, or `g`"), ("(", ")"), ("$", "$")):
            html = inline_html(f"{before}{quoted}{after}")
            assert said in Page(html).text, html
    if said.strip():
        assert Page(inline_html(f"x {code_span(said)} y")).code == [said]


@learners
def test_nothing_but_our_own_elements_comes_from_markdown(source):
    for html in (inline_html(source), text_html(source)):
        assert {tag for tag, _ in Page(html).elements} <= {"p", "pre", "code", "em", "strong"}
        assert all(attributes in ((), ("class",)) for _, attributes in Page(html).elements)


def test_html_is_not_escaped_twice_and_text_is_escaped_once():
    assert "<p>a &lt; b</p>" in card_html(paragraph("a < b")) and "&lt;p&gt;" in card_html("<p>a</p>")


# --- cards with a learner's text in them ----------------------------------------------------------------------

def spec():
    return specifications("loss")["mse"]


def report(raw):
    raw = {"mutated": [], "warnings": [], "printed": "", "global_rng": False} | raw
    return assess(spec(), [[raw for _ in case["calls"]] for case in spec()["cases"]])


def failing(**said):
    return {"type": "ValueError", "message": "m", "mro": ["ValueError"], "line": 3, "source": "s", "where": "f"} | said


WAYS = {
    "an error's message": lambda t: {"error": failing(message=t)},
    "an error's type": lambda t: {"error": failing(type=t, mro=[t])},
    "the line of an error": lambda t: {"error": failing(source=t)},
    "a text as result": lambda t: {"result": {"$type": t}},
    "what is no function": lambda t: {"not_callable": t},
    "what was lost": lambda t: {"lost": t},
    "print": lambda t: {"result": None, "printed": t},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_result_shows_what_a_program_said_and_runs_none_of_it(way):
    @learners
    def shown(said):
        shows(report_html(report(WAYS[way](said))), cleaned(said, 100), report_html(report(WAYS[way]("harmless"))))
    shown()


@learners
def test_a_warning_is_shown_whole(said):
    quiet = next(s for topic in ("activations", "loss") for s in specifications(topic).values()
                 if s.get("features", "value") == "value" and any(case.get("quiet") for case in s["cases"]))

    def page(warning):
        raws = []
        for case in quiet["cases"]:
            values = [feature.get("value") for feature in case["expected"].values()]
            raw = {"mutated": [], "warnings": [warning] * bool(case.get("quiet")), "printed": "", "global_rng": False}
            raws.append([raw | ({"result": values[0]} if len(values) == 1 and values[0] is not None else
                                {"error": failing(type=next(iter(case["expected"].values())).get("error", ""))})
                         for _ in case["calls"]])
        return report_html(assess(quiet, raws))
    shows(page(said), cleaned(said, 100), page("harmless"))


@learners
def test_a_returned_text_puts_nothing_else_on_the_page(said):
    shows(report_html(report({"result": encode([said])})), "", report_html(report({"result": encode(["a"])})))


@learners
def test_a_call_and_a_name_are_shown_whole(said):
    def page(text):
        found = report({"error": failing()})
        found.name = text
        for check in found.checks:
            check.call = text
        return report_html(found)
    shows(page(said), said, page("harmless"))


@learners
def test_a_typed_answer_is_shown_whole(said):
    def page(answer, **strange):
        return _card("quiz", "q", "Why?", dict.fromkeys("ABCD", "x"), answer, strange).html()
    long = said * 3 if len(said) < 2 else said                  # one letter could be an option
    shown = repr(long) if len(repr(long)) <= 40 else repr(long)[:37] + "…"
    shows(page(long), shown, page("harmless"))
    shows(page("A", **{said: 1}), f"{said}=", page("A", harmless=1))


@learners
def test_an_answer_that_no_option_has_is_said_whole_by_the_grader(said):
    problem = read_answer(f'quiz("q", answer=["x", {said!r}])', "q").problem
    whole = ast.unparse(ast.parse(f'["x", {said!r}]'))
    shows(card_html(paragraph(problem)), whole if len(whole) <= 40 else whole[:37] + "…", card_html(paragraph("a")))


@learners
def test_a_lab_says_whole_what_went_wrong(said):
    shows(panel.failing("mse", said), said, panel.failing("mse", "harmless"))


def test_the_words_of_a_lab_have_no_html():
    remark = panel.failing("mse", "ValueError: a < b, and 2 * 3")
    assert panel.Picture(b"", "A plot.", remark).plain() == (
        "A plot.\nThis lab calls your `mse`, and that went wrong: `ValueError: a < b, and 2 * 3`. Its `check` says "
        "more.")


@learners
def test_a_carried_name_and_its_source_are_shown_whole(said):
    def page(text):
        return _bundle([(text, "missing", f"it stops with {literal(text)}", "")], [text], False)["text/html"]
    shows(page(said), said, page("harmless"))


def test_progress_that_cannot_be_read_says_why(monkeypatch):
    def unreadable():
        raise ValueError("`a` *b* <script>")
    monkeypatch.setattr(progress, "place", unreadable)
    assert "`a` *b* <script>" in Page(progress._bundle()["text/html"]).text


def test_no_html_is_made_by_joining_strings():
    """An f-string with an element in it would put text on a page as it is."""
    paths = [*(ROOT / "course" / "cards").glob("*.py"), *(ROOT / "course" / "actions").glob("*.py"),
             *(ROOT / "course" / "labs").glob("*.py"), ROOT / "autograder" / "judging" / "pages.py"]
    element = re.compile(r"(?<!\?P)</?[a-z][a-z0-9]*(\s[^<>]*)?($|>)")
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                assert not any(element.search(part) for part in parts), f"{path.name}, line {node.lineno}"


def test_what_is_shown_is_a_plain_string():
    bundle = ResultCard(card_html("x"), "x")._repr_mimebundle_()
    assert type(bundle["text/html"]) is str


# --- the style sheet ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("part, most", [("", 1400), ("checks", 1880), ("question", 4500), ("table", 2950)])
def test_each_part_of_the_sheet_is_small_and_whole(part, most):
    sheet = style(part)
    assert len(sheet) < most and sheet.count("{") == sheet.count("}") > 9
    assert "/*" not in sheet and "http" not in sheet and sheet.startswith("<style>.course-card{")
    with pytest.raises(KeyError):
        style("no such part")


def test_the_sheet_uses_no_colour_that_it_does_not_set():
    for part in ("", "checks", "question", "table"):
        used, made = set(re.findall(r"var\((--\w+)\)", style(part))), set(re.findall(r"[{;](--\w+):", style(part)))
        assert used <= made, used - made


def luminance(colour):
    full = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
    linear = [(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
              for c in (int(full[i:i + 2], 16) / 255 for i in (1, 3, 5))]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_colours_have_contrast_aa_in_light_and_in_dark():
    sheet = style()
    light = dict(re.findall(r"--(\w+):(?:var\([\w-]+,)?(#[0-9a-f]{3,6})", sheet.split("[data-jp")[0]))
    dark = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", re.search(r"\[data-jp.*?\}", sheet)[0]))
    assert set(light) == {"ink", "soft", "paper", "tint", "line", "mark", "good", "bad"}
    for name in ("ink", "soft", "mark", "good", "bad"):
        assert contrast(light[name], light["paper"]) >= 4.5, name
    assert contrast(light["ink"], light["tint"]) >= 4.5
    assert set(dark) == {"mark", "good", "bad"}
    for name, colour in dark.items():
        assert contrast(colour, "#212121") >= 4.5, name      # JupyterLab Dark's paper; the rest is its own


def test_the_text_module_alone_makes_style_elements():
    made = [path.name for path in (ROOT / "course").rglob("*.py") if "<style>." in path.read_text("utf-8")]
    assert sorted(made) == ["check.py", "panel.py"]          # what hides an output; no card's look
