"""Answers that are not one letter: how they are read, what banks and self-study say of them; and how sure one is."""

import re

import pytest

from autograder.lessons import bank
from course import contents, quiz
from course.actions import review
from course.answers import form_of, read_answer, read_sure, same_answer, value_of
from course.cards.question import _card
from course.progress_file import change, empty, knows_itself

NUMBERS = {
    "2.3026": "2.3026", '"2.3026"': "2.3026", '"2,3026"': "2.3026", "0": "0", "-0.0": "0", "7.0": "7", "1e-3": "0.001",
    '" 12 000 "': "12000", "12_000": "12000", '"12,345.5"': "12345.5", '"12.345,5"': "12345.5", '"0,125"': "0.125",
    "1/4": "0.25", '"1/4"': "0.25", "-1/4": "-0.25", '"−0.5"': "-0.5", '"≈ 2.3"': "2.3", "[3]": "3", "(3)": "3",
    "2*10**-3": "0.002", '"2 · 10^-3"': "0.002", '"2 × 10^3"': "2000", '"1,234"': None, "True": None,
    '"about two"': None,
    "float('inf')": None, "1e999": None, '"2.3 and 2.4"': None, "1/0": None, '"25 %"': None, "[1, 2]": None, "x": None,
    '""': None, "None": None, "0x" + "f" * 9000: None, "-0x" + "f" * 9000: None, "0x" + "f" * 9000 + " / 3": None,
}
SETS = {
    '"AC"': "AC", '"ca"': "AC", '"A, C"': "AC", '"A and C"': "AC", '"A + C"': "AC", '["A", "C"]': "AC",
    '{"C", "A"}': "AC", '("C", "A")': "AC", '"B"': "B", '"Options A and C"': "AC", '"(A), (C)"': "AC", '"ABCD"': "ABCD",
    '"ＡＣ"': "AC", '"АС"': "AC", '["a)", "c)"]': "AC", '"A or C"': None, '"A/C"': None, '"AE"': None, '"all"': None,
    "3": None, "AC": None, "[A, C]": None, '["A", "or"]': None, '"A is right"': None, '""': None, "[]": None,
}
ORDERS = {
    '"BDAC"': "BDAC", '"b, d, a, c"': "BDAC", '"B > D > A > C"': "BDAC", '"B → D → A → C"': "BDAC",
    '["B", "D", "A", "C"]': "BDAC", '"B then D then A then C"': "BDAC", '"B-D-A-C"': "BDAC", '"BDA"': None,
    '"BDAA"': None, '{"B", "D", "A", "C"}': None, '"BDACB"': None, '"B or D, A, C"': None, "BDAC": None,
}
PARTS = {
    '{7: "C", 12: "A"}': "7: C, 12: A", '{12: "a", 7: "(c)"}': "7: C, 12: A", '{"12": "A", 7.0: "C"}': "7: C, 12: A",
    '"7: C, 12: A"': "7: C, 12: A", '"12 = a; 7 = c"': "7: C, 12: A", '"{7: C}"': "7: C", '{7: "С"}': "7: C",
    '{"line": 7, "fault": "C"}': "fault: C, line: 7", '{7: "C", 12: None}': "7: C", '{"Line": 2.50}': "line: 2.5",
    '{7: "C", 7: "A"}': None, '{7: "C", "7": "A"}': None, "{7: C}": None, '{7: ["C"]}': None, '{True: "C"}': None,
    "{}": None, "{7: None}": None, '""': None, '"7"': None, "7": None, '"seven or eight: C"': None,
    '{7: "C, 12: A"}': None, "{**x}": None, '["7: C"]': None, '{0x' + "f" * 9000 + ': "C"}': None,
    "{" + ", ".join(f"{k}: 'A'" for k in range(51)) + "}": None,
}
READ = {"number": NUMBERS, "set": SETS, "order": ORDERS, "parts": PARTS}


@pytest.mark.parametrize("form", READ)
def test_what_is_obviously_meant_is_read(form):
    for literal, value in READ[form].items():
        answer = read_answer(f'quiz("q", "?", form="{form}", answer={literal})', "q", form)
        assert answer.value == value, literal
        assert (answer.problem is None) == (value is not None), literal


def test_the_same_number_within_its_tolerance():
    assert same_answer("number", "0.3", "0.1", 0.2) and same_answer("number", repr(0.1 + 0.2).removesuffix(".0"), "0.3")
    assert not same_answer("number", "0.31", "0.1", 0.2) and not same_answer("number", "C", "0.1", 0.2)
    assert value_of("number", 10 ** 400) is None and value_of("number", float("nan")) is None


def test_the_cell_says_its_form_and_how_sure_one_is():
    assert form_of('quiz("q", "?", form="set", answer=None)', "q") == "set"
    assert form_of('quiz("q", "?", A="a", answer=None)', "q") == form_of("quiz(", "q") == "letter"
    assert form_of('quiz("q", form=3)') == form_of('quiz("q", form="odd")') == "letter"
    for said, meant in (('"sure"', "sure"), ('"unsure"', "unsure"), ('"Not sure"', "unsure"), ("None", None),
                        ("True", None), ('"very"', None)):
        assert read_sure(f'quiz("q", "?", answer="A", sure={said})', "q") == meant


NUMBER = """- id: first-loss
  kind: predict
  form: number
  stem: "The loss of ten classes at the start?"
  key: 2.3026
  tolerance: 0.01
  why: "It is the logarithm of ten."
  wrong:
    - {value: 0.1, why: "That is the probability.", misconception: probability-is-loss}
    - {value: "1", why: "That is the logarithm to base ten.", misconception: log-base-ten}
"""
SET = """- id: which-fall
  kind: choose
  form: set
  stem: "Which of them fall?"
  options: {A: "one", B: "two", C: "three", D: "four"}
  key: AC
  why: "One and three fall."
  wrong:
    - {value: [A], why: "One is not alone.", misconception: only-one}
    - {value: "ABCD", why: "Not all do.", misconception: all-fall}
"""
ORDER = SET
for old, new in (("form: set", "form: order"), ("which-fall", "put-right"), ("key: AC", "key: BDAC"),
                 ("value: [A]", "value: [A, B, C, D]"), ('"ABCD"', "DBAC")):
    ORDER = ORDER.replace(old, new)
PARTED = """- id: five-lines
  kind: bug
  form: parts
  stem: "Which lines?"
  key: {12: A, 7: C}
  why: "Seven and twelve."
  wrong:
    - {value: {7: A}, why: "Not that in line seven.", misconception: one-fault-for-all}
    - {value: "9: B", why: "Nothing is wrong there.", misconception: all-is-broken}
"""
BANKS = {"number": NUMBER, "set": SET, "order": ORDER, "parts": PARTED}
KEYS = {"number": "2.3026", "set": "AC", "order": "BDAC", "parts": "7: C, 12: A"}


def questions(tmp_path, text):
    path = tmp_path / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    return bank.read_bank(path, "t", hash(text))


@pytest.mark.parametrize("form", BANKS)
def test_a_bank_knows_right_and_usual_wrong_answers(tmp_path, form):
    question, = questions(tmp_path, BANKS[form]).values()
    assert (question.form, question.key) == (form, KEYS[form]) and question.is_right(question.key)
    assert question.why_of(question.key) == question.why and not question.misconception_of(question.key)
    for wrong in question.wrong:
        assert not question.is_right(wrong.value) and question.group(wrong.value) == wrong.value
        assert wrong.why in question.why_of(wrong.value)
        assert question.misconception_of(wrong.value) == wrong.misconception
    other = {"number": "77", "set": "BD", "order": "CABD", "parts": "1: A"}[form]
    assert question.group(other) == bank.OTHER and question.why_of(other) and not question.misconception_of(other)
    assert set(question.whys()) == {question.key, *(wrong.value for wrong in question.wrong)}


@pytest.mark.parametrize("form, old, new, words", [
    ("number", "form: number", "form: numbers", "did you mean 'number'?"),
    ("number", "  tolerance: 0.01\n", "", "a question without tolerance"),
    ("number", "tolerance: 0.01", "tolerance: -1", "0 or more"),
    ("number", "key: 2.3026", "key: about two", "the key is a number"),
    ("number", "value: 0.1,", "value: 2.31,", "the wrong value 2.31 is taken for the key, 2.3026"),
    ("number", 'value: "1"', 'value: "0.11"', "the wrong value 0.11 cannot be told apart from 0.1"),
    ("number", ", misconception: log-base-ten", "", "a wrong answer without misconception"),
    ("number", '  why: "It is the logarithm of ten."\n', "", "a question without why"),
    ("number", "form: number", "form: letter", "a question without options"),
    ("set", "key: AC", "key: AE", "the key is the letters of all that hold"),
    ("set", "value: [A]", "value: CA", "the wrong value AC is taken for the key"),
    ("set", 'D: "four"', 'D: "one"', "two options say the same"),
    ("set", ', D: "four"', "", "the options are A, B, C and D"),
    ("set", "  why:", "  tolerance: 1\n  why:", "of the form set has no field 'tolerance'"),
    ("order", "key: BDAC", "key: ABCD", "the key is the order in which the options stand"),
    ("order", "key: BDAC", "key: BDA", "the key is each of A, B, C and D once"),
    ("parts", "{12: A, 7: C}", "{12: A, 7: [C]}", "the key is a text"),
    ("parts", "{12: A, 7: C}", '"12"', "the key is each item with its answer, like {31: "),
    ("parts", "value: {7: A}", "value: {7: C}", "the wrong value 7: C is taken for the key"),
    ("parts", '  why: "Seven', '  options: {}\n  why: "Seven', "of the form parts has no field 'options'"),
])
def test_what_a_bank_does_not_take(tmp_path, form, old, new, words):
    assert BANKS[form].count(old) == 1
    with pytest.raises(bank.BankError, match=re.escape(words)) as caught:
        questions(tmp_path, BANKS[form].replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path.name}/bank.yaml:")


@pytest.fixture
def keys(tmp_path, monkeypatch):
    (tmp_path / "keys" / "loss").mkdir(parents=True)
    (tmp_path / "keys" / "loss" / "quiz.yaml").write_text(NUMBER + SET + ORDER + PARTED, encoding="utf-8")
    monkeypatch.setenv("COURSE_KEYS", str(tmp_path / "keys"))


FOUR = {"A": "one", "B": "two", "C": "three", "D": "four"}
ASKED = {"number": ("first-loss", {}, 0.1, 77), "set": ("which-fall", FOUR, "A", "BD"),
         "order": ("put-right", FOUR, "DBAC", "CABD"),
         "parts": ("five-lines", {}, {7: "A"}, {1: "B"})}      # id, options, a usual wrong answer, another wrong one


def made(form, answer, sure=None):
    name, options, *_ = ASKED[form]
    return _card("quiz", name, "What?", options, answer, {}, form, sure)


@pytest.mark.parametrize("form", ASKED)
def test_a_class_sees_what_was_answered_and_no_key(form):
    for answer in (None, *ASKED[form][2:]):
        card = made(form, answer)
        assert card.problems == [] and card.verdict() is None
        body = card.html().split("</style>")[1]
        for text in (card.plain(), body):
            assert ("Your answer:" in text) == (answer is not None)
    for nothing in ("no idea", object(), int("f" * 9000, 16), [[]], {(): 3}, b"A", float("nan"), True):
        assert "is no answer here. Write" in made(form, nothing).problems[0]


@pytest.mark.parametrize("form", ASKED)
def test_self_study_says_why_then_the_key(form, keys):
    name, _, usual, other = ASKED[form]
    first = made(form, usual)
    said = first.plain() + first.html().split("</style>")[1]
    why = bank_why(form)
    assert "once more; then you see the answer." in said and why["wrong"] in said and why["key"] not in said
    assert "course-right" not in said
    first.tries = 2
    assert why["key"] in first.plain() and why["wrong"] in first.plain()
    assert why["key"] not in made(form, other).plain() and made(form, other).verdict()["told"][0][2]
    right = made(form, KEYS[form])
    assert right.plain().count("Yes, ") == 1 and why["key"] in right.plain() and why["wrong"] not in right.plain()
    assert made(form, None).verdict() is None and why["key"] not in made(form, None).html()


def bank_why(form):
    return {"number": {"wrong": "That is the probability.", "key": "It is the logarithm of ten."},
            "set": {"wrong": "One is not alone.", "key": "One and three fall."},
            "order": {"wrong": "Not all do.", "key": "One and three fall."},
            "parts": {"wrong": "Not that in line seven.", "key": "Seven and twelve."}}[form]


def test_a_cell_without_a_notebook_says_what_to_type(capsys):
    quiz("first-loss", "The loss?", form="number", answer=None)
    assert "answer=0.25" in capsys.readouterr().out
    quiz("first-loss", "The loss?", form="number", answer="2,3026", sure="unsure")
    assert "Your answer: 2.3026, and you are not sure." in capsys.readouterr().out
    quiz("which-fall", "Which?", A="a", B="b", C="c", D="d", form="set", answer=["C", "A"], sure="very")
    said = capsys.readouterr().out
    assert "Your answer: A and C." in said and "neither" in said


@pytest.mark.parametrize("answer, share, said", [
    ("7: C, 12: A", 1, "Seven and twelve."), ("7: C", 0.5, "1 of 2 right: 7."), ("7: A, 12: A", 0.5, "Not right: 7."),
    ("1: A, 7: C, 12: A", 0.5, "There are 2 in all, and you name 3."), ("1: A, 2: A, 7: C, 12: A", 0, "you name 4."),
    ("7: A, 12: C", 0, "0 of 2 right. Not right: 7 and 12.")])
def test_each_part_counts_by_itself_and_naming_all_of_them_is_worth_nothing(tmp_path, answer, share, said):
    question, = questions(tmp_path, PARTED).values()
    assert question.share(answer) == share and said in question.why_of(answer)
    assert question.is_right(answer) == (share == 1)
    assert question.misconception_of(answer) == ("one-fault-for-all" if "7: A" in answer else "")
    assert questions(tmp_path, bank.as_yaml({"five-lines": question}))["five-lines"].why_of(answer) == question.why_of(
        answer)


def test_parts_are_shown_one_by_one(keys):
    card = made("parts", {12: "A", 7: "B"})
    said, body = card.plain(), card.html().split("</style>")[1]
    assert "> 7  B  not right\n> 12  A  right" in said and "> 7  B" in made("parts", '7 = "B"').plain()
    assert body.count("course-wrong") == body.count("course-right") == 1 and "Seven and twelve." not in said + body
    card.tries = 2
    assert "The answer is 7: C, 12: A." in card.plain() and "Seven and twelve." in card.html()
    assert "> 7" not in made("parts", None).plain() and 'answer={31: "C", 45: "A"}' in made("parts", None).plain()


@pytest.mark.parametrize("answer, said", [
    ({7: "C"}, "You name 1, and 2 are asked for"), ({1: "A", 7: "C", 12: "A"}, "each beyond 2 takes one off"),
    ({7: "C", 12: "A"}, ""), (None, "")])
def test_more_or_fewer_parts_than_are_asked_for_are_told_and_recorded(monkeypatch, answer, said):
    """Also in a class, which has no key: how many are asked for stands in the question's public text."""
    monkeypatch.setattr("course.cards.question.questions", lambda: {
        "five-lines": {"topic": "loss", "stem": "?", "options": {}, "form": "parts", "asked": 2}})
    card = made("parts", answer)
    assert [said in problem for problem in card.problems] == [True] * bool(said)
    assert (card.answer is None) == (answer is None)


def test_how_many_parts_are_asked_for_is_public():
    assert contents.questions()["broken-script"]["asked"] == 5


def test_a_question_in_parts_is_not_asked_again(monkeypatch):
    monkeypatch.setattr(review.contents, "questions", lambda: {
        "five-lines": {"topic": "loss", "stem": "?", "options": {}, "form": "parts"},
        "which-fall": {"topic": "loss", "stem": "?", "options": FOUR, "form": "set"}})
    assert list(review.questions("weights")) == ["which-fall"]
    state = empty()
    for id in ("five-lines", "which-fall"):
        change(state, "question", id, 1, {"answer": "A", "right": False})
    assert review.due(state, 10**9) == ["which-fall"]


def test_a_review_turns_sets_and_orders_with_their_options(keys, monkeypatch):
    texts = FOUR
    monkeypatch.setattr(review.contents, "questions", lambda: {
        "which-fall": {"topic": "loss", "stem": "?", "options": texts, "form": "set"},
        "put-right": {"topic": "loss", "stem": "?", "options": texts, "form": "order"},
        "first-loss": {"topic": "loss", "stem": "?", "options": {}, "form": "number"}})
    turned = set()
    for at in range(1, 25):
        card = review.question_card("which-fall", at)
        card.answer = value_of("set", [new for new, old in card.originals.items() if old in "AC"])
        turned.add(card.answer)
        assert card.verdict()["right"] and sorted(card.options[letter] for letter in card.answer) == ["one", "three"]
        card.answer = value_of("set", [new for new, old in card.originals.items() if old == "A"])
        assert "One is not alone." in card.plain()
        order = review.question_card("put-right", at)
        order.answer = order.known()["key"]
        assert [order.options[letter] for letter in order.answer] == ["two", "four", "one", "three"]
        assert order.verdict()["right"] and order.answer != "ABCD"
    assert len(turned) > 3
    assert review.question_card("first-loss", 5, "2,3").verdict()["right"]


def test_a_review_in_a_terminal_takes_a_number(keys, tmp_path, monkeypatch, capsys):
    from course.actions import keep
    asked = {"first-loss": {"topic": "loss", "stem": "The loss?", "options": {}, "form": "number"}}
    monkeypatch.setattr(keep, "cards", lambda *_, **__: [review.question_card("first-loss", 3)])
    monkeypatch.setattr(review.contents, "questions", lambda: asked)
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    typed = iter(["a lot", "0,1", "2,3"])
    keep.review(tmp_path, tmp_path / "keys", ask=lambda _: next(typed))
    said = capsys.readouterr().out
    assert "Write a number, like 0.25." in said and "That is the probability." in said and "Yes, 2.3." in said


# --- how sure -----------------------------------------------------------------------------------------------

def judged(*events):
    """The state after (answer, right, sure) of one question, one after the other."""
    state = empty()
    for when, (answer, right, sure) in enumerate(events, 1):
        change(state, "question", "q", when, {"answer": answer, "right": right, "sure": sure})
    return state


@pytest.mark.parametrize("events, sure, unsure", [
    ([("A", True, "sure")], (1, 1), (0, 0)),
    ([("A", False, "unsure")], (0, 0), (0, 1)),
    ([("A", False, "sure"), ("B", True, "sure")], (0, 1), (0, 0)),       # the second try is another thing
    ([("A", False, None), ("B", True, "sure")], (0, 0), (0, 0)),         # sure after a word of help: not counted
    ([("A", True, None), ("A", True, "sure")], (0, 0), (0, 0)),          # said when it had been told
    ([("A", None, "sure")], (0, 0), (0, 0)),                             # a class: nobody knows yet
    ([("A", None, "sure"), ("B", None, "unsure"), ("B", True, "unsure")], (0, 0), (1, 1)),   # keys came later
])
def test_how_sure_counts_with_the_first_answer_that_was_judged(events, sure, unsure):
    assert knows_itself(judged(*events)) == {"sure": sure, "unsure": unsure}


def test_progress_says_how_well_one_knows_what_one_knows(tmp_path, monkeypatch):
    from course.cards.progress import as_text
    state = empty()
    for k in range(15):
        facts = {"answer": "A", "right": k < 8 or 9 <= k < 11, "sure": "sure" if k < 9 else "unsure"}
        change(state, "question", f"q{k}", k + 1, facts)
    change(state, "prediction", "p", 3, {"guess": "B", "sure": "unsure"})
    assert state["predictions"]["p"]["sure"] == "unsure"
    from course.progress_file import write
    write(tmp_path / "progress.json", state)
    said = as_text(tmp_path / "progress.json")
    assert "Right at the first try when you were sure 8 of 9, when you were not sure 2 of 6." in said
    write(tmp_path / "progress.json", empty())
    assert "sure" not in as_text(tmp_path / "progress.json")
