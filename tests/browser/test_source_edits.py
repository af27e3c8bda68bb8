"""What the browser's side makes of a cell's source: only the answer changes, whatever else stands there."""

import ast

import pytest
from driver import ROOT

from course.answers import number_of, read_answer, read_sure

CELLS = {
    "plain": 'quiz("q", "Stem?", A="a", B="b", C="c", D="d", answer=None)',
    "comment": 'quiz(\n    "q",\n    "Stem?",\n    A="a",\n    answer=None,    # click, or type answer="C" here\n)',
    "answered": "quiz('q', 'Stem?', A='a', answer='B')",
    "unquoted": 'quiz("q", "Stem?", A="a", answer=C)',
    "list": 'quiz("q", "Stem?", A="a", answer=["A", "B"], B="b")',
    "call": 'quiz("q", "Stem?", A="a", answer=str.upper("c"))',
    "sum": 'quiz("q", "Stem?", answer="A" + "B", A="a")',
    "no answer": 'quiz("q", "Stem?", A="a")',
    "no answer, comma": 'quiz(\n    "q",\n    "Stem?",\n    A="a",\n)',
    "concatenated": """quiz(
    "q",
    (
        "Stem, answer=None, "
        r"and \\frac{1}{2} (more)"
    ),
    A="a",
    answer=None,
)""",
    "answer in the text": 'quiz("q", "Is answer=None right? (yes", A="answer=\\"B\\")", answer=None)',
    "triple": 'quiz("q", """Stem "quoted"\nanswer=None\n""", A="a", answer=None)',
    "mentioned before": '# quiz("q", answer=None)\ntext = """quiz("q", answer=None)"""\nquiz("q", "S", answer=None)',
    "another first": 'quiz("p", "S", A="a", answer=None)\nquiz("q", "S", A="a", answer=None)',
    "nested": 'quiz("q", "S", A=dict(answer=None)["answer"], answer=None)',
    "id by name": 'quiz(id="q", stem="S", A="a", answer=None)',
    "attribute": 'course.quiz("q", "S", A="a", answer=None)',
    "unicode": 'quiz("q", "S: über 1 – 2 ∂L/∂z 🙂", A="ä", answer=None)  # ö',
    "raw": 'quiz("q", r"back\\slash \\" quote", A="a", answer=None)',
    "f-string": 'x = 3\nquiz("q", f"S {x} {x:>{10}}", A="a", answer=None)',
    "assigned": 'shown = quiz("q", "S", A="a", answer=None); print(1)',
}
NOT_FOUND = {
    "another id": 'quiz("p", "S", answer=None)',
    "another function": 'predict("q", "S", guess=None)',
    "in a comment": '# quiz("q", "S", answer=None)',
    "in a string": 'text = \'quiz("q", "S", answer=None)\'',
    "a definition": 'def quiz(q, answer=None):\n    pass',
    "half typed": 'quiz("q", "S", A="a',
    "open": 'quiz("q", "S", A="a", answer=',
    "a part of a name": 'myquiz("q", "S", answer=None)',
    "empty": "",
}


@pytest.fixture(scope="module")
def edit(browser):
    page = browser.new_page()
    page.set_default_timeout(15_000)
    page.evaluate("""async source => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        window.side = await import(url);
    }""", (ROOT / "course" / "static" / "notebook.js").read_text())

    def run(source, letter="C", function="quiz", keyword="answer"):
        return page.evaluate("""([source, name, keyword, letter]) => {
            const edit = side.answerEdit(source, name, "q", keyword, letter);
            if (!edit) return null;
            const after = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
            const read = text => side.writtenAnswer(text, name, "q", keyword);
            return [after, read(after), read(source)];
        }""", [source, function, keyword, letter])

    yield run
    page.close()


def keywords(source):
    """The call of that id as Python sees it: {keyword: its source}."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("quiz"):
            named = [k.value for k in node.keywords if k.arg == "id"]
            if ast.unparse([*node.args, *named][0]) == "'q'":
                return [ast.unparse(a) for a in node.args], {k.arg: ast.unparse(k.value) for k in node.keywords}
    return None


@pytest.mark.parametrize("name", CELLS)
def test_only_the_answer_changes(edit, name):
    source = CELLS[name]
    after, written, _ = edit(source)
    assert written == "C"
    (args, before), (same_args, now) = keywords(source), keywords(after)
    assert same_args == args and now.pop("answer") == "'C'"
    before.pop("answer", None)
    assert now == before
    for line in source.splitlines():
        assert "#" not in line or line.split("#")[1] in after                 # comments stay
    twice, _, read = edit(after, "D")
    assert read == "C" and twice == after.replace('answer="C"', 'answer="D"') or name in (
        "comment", "mentioned before", "another first", "answer in the text", "triple", "concatenated")
    assert keywords(twice)[1]["answer"] == "'D'"


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_is_no_such_call_is_left_alone(edit, name):
    assert edit(NOT_FOUND[name]) is None


def test_a_prediction_has_its_own_keyword(edit):
    after, written, _ = edit('predict("q", "S", A="a", B="b", guess=None)', "B", "predict", "guess")
    assert after == 'predict("q", "S", A="a", B="b", guess="B")' and written == "B"


def test_every_question_of_every_lesson_is_found_and_edited(edit, browser):
    """In the released notebooks as they are."""
    import json
    import re

    seen = 0
    for path in sorted((ROOT / "release").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or not source.startswith("quiz("):
                continue
            id = re.search(r'"([^"]+)"', source)[1]
            after, written, before = edit(source.replace(f'"{id}"', '"q"', 1))
            assert written == "C" and before is None, (path.name, id)
            assert keywords(after)[1]["answer"] == "'C'"
            seen += 1
    assert seen >= 10


AS_TYPED = ('"C"', "'c'", '" C "', '"C)"', '"(C)"', '"c."', '"[C]"', '"Option C"', '"answer: C"', '"Ｃ"', '"С"', '"Β"',
            "“C”", "‘C’", '"""C"""', 'r"C"', '("C")', 'None', '""', '"E"', '"AC"', '"A or C"', '"the third"', "C", "3",
            '"C" if late else "D"', '"I do not know"')


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_letter_is_read_as_the_grader_reads_it(edit, typed):
    source = f'quiz("q", "Stem?", A="a", B="b", C="c", D="d", answer={typed})'
    assert edit(source)[2] == read_answer(source, "q").value


OTHER_FORMS = {
    "number": ("2.3026", '"2,3026"', "-0.0", "7.0", "1e-3", '" 12 000 "', "12_000", '"12,345.5"',
               '"12.345,5"', '"0,125"', "1/4", '"1/4"', "-1/4", '"−0.5"', '"≈ 2.3"', "(3)", "2*10**-3",
               '"2 · 10^-3"', '"1,234"', "True", "None",
               '"about two"', "1e999", "1/0", '"25 %"', "x", '""', "1e-7", "123456789012345678901234"),
    "set": ('"AC"', '"ca"', '"A, C"', '"A and C"', '["A", "C"]', '{"C", "A"}', '("C", "A")', '"B"', '"Options A and C"',
            '"(A), (C)"', '"ＡＣ"', '"АС"', '["a)", "c)"]', '"A or C"', '"A/C"', '"AE"', "3", "AC", "[A, C]", "[]",
            '["A", "or"]', '"A is right"', '""', "None"),
    "order": ('"BDAC"', '"b, d, a, c"', '"B > D > A > C"', '"B → D → A → C"', '["B", "D", "A", "C"]', '"BDA"', '"BDAA"',
              '{"B", "D", "A", "C"}', '"B then D then A then C"', "BDAC", "None"),
}
SURE = ("", ", sure=None", ', sure="sure"', ", sure='unsure'", ', sure="Not sure"', ", sure=True", ', sure="very"')


def test_numbers_sets_and_orders_are_read_as_the_grader_reads_them_and_written_beside_how_sure_one_is(edit, browser):
    page = browser.contexts[0].pages[0]
    for form, literals in OTHER_FORMS.items():
        for typed in literals:
            source = f'quiz("q", "Stem?", form="{form}", answer={typed})'
            read = page.evaluate('([s, f]) => side.writtenAnswer(s, "quiz", "q", "answer", f)', [source, form])
            asked = read_answer(source, "q", form).value
            assert (number_of(read) if form == "number" and read else read) == asked, (form, typed)
    for said in SURE:
        source = f'quiz("q", "Stem?", answer="A",    # click{"" if not said else chr(10)}{said[2:]})'
        source = source if said else 'quiz("q", "Stem?", answer="A")'
        assert page.evaluate('s => side.writtenSure(s, "quiz", "q")', source) == read_sure(source, "q"), said
        for word in ("sure", "unsure", None):
            after = page.evaluate("""([s, word]) => {
                const edit = side.sureEdit(s, "quiz", "q", word);
                return edit ? s.slice(0, edit.start) + edit.text + s.slice(edit.end) : s;
            }""", [source, word])
            assert read_sure(after, "q") == word and read_answer(after, "q").value == "A", (said, word)
            ast.parse(after)
