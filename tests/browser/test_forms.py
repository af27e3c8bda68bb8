"""Questions that ask for a number, a set or an order; and how sure one is, said by the same click. In one notebook."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from driver import Desk, Server, notebook

BANK = """
- id: loss-at-start
  kind: predict
  form: number
  stem: "The loss of ten classes at the start?"
  key: 2.3026
  tolerance: 0.01
  why: "It is the logarithm of ten."
  wrong: [{value: 0.1, why: "That is the probability.", misconception: probability-is-loss}]
- id: again
  kind: predict
  form: number
  stem: "Once more?"
  key: 2.3026
  tolerance: 0.01
  why: "It is the logarithm of ten."
  wrong: [{value: 2, why: "More precise, please.", misconception: too-coarse}]
- id: which-fall
  kind: choose
  form: set
  stem: "Which of them fall?"
  options: {A: "one", B: "two", C: "three", D: "four"}
  key: AC
  why: "One and three fall."
  wrong: [{value: A, why: "One is not alone.", misconception: only-one}]
- id: put-right
  kind: choose
  form: order
  stem: "In which order?"
  options: {A: "one", B: "two", C: "three", D: "four"}
  key: BDAC
  why: "Two first, then four."
  wrong: [{value: BADC, why: "One is not second.", misconception: one-second}]
- id: one-of-four
  kind: recall
  stem: "Which?"
  options:
    A: {text: "one", why: "No.", misconception: first}
    B: {text: "two", why: "Yes."}
    C: {text: "three", why: "Neither.", misconception: third}
    D: {text: "four", why: "Not at all.", misconception: fourth}
  key: B
"""
OPTIONS = 'A="one", B="two", C="three", D="four"'
CELLS = {
    "loss-at-start": 'quiz(\n    "loss-at-start",\n    "The loss?",\n    form="number",\n    answer=None,  # here\n)',
    "again": 'quiz("again", "Once more?", form="number", answer=None)',
    "which-fall": f'quiz("which-fall", "Which of them fall?", {OPTIONS}, form="set", answer=None)',
    "put-right": f'quiz("put-right", "In which order?", {OPTIONS}, form="order", answer=None)',
    "one-of-four": f'quiz(\n    "one-of-four",\n    "Which?",\n    {OPTIONS},\n    answer=None,    # click\n)',
    "guess": 'predict("guess", "What?", A="this", B="that", guess=None)',
}


@pytest.fixture(scope="module")
def desk(browser, tmp_path_factory):
    folder, keys = tmp_path_factory.mktemp("forms") / "work", tmp_path_factory.mktemp("keys")
    (keys / "weights").mkdir()
    (keys / "weights" / "quiz.yaml").write_text(BANK, encoding="utf-8")
    notebook(folder / "demo" / "demo.ipynb", ("setup", "from course import predict, quiz"), *CELLS.items())
    server = Server(folder, COURSE_KEYS=str(keys), COURSE_PROGRESS=str(folder / "progress.json"))
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(15_000)
    desk_ = Desk(page, server).open("demo/demo.ipynb")
    desk_.run("setup", *CELLS)
    yield desk_
    assert desk_.errors == []
    context.close()
    server.stop()


def source(desk, id):
    return desk.source(desk.index(id))


def kept(desk, id, kind="questions"):
    """What the progress file has of a question by now."""
    path = desk.server.folder / "progress.json"
    return json.loads(path.read_text(encoding="utf-8"))[kind].get(id, {}) if path.exists() else {}


def test_a_number_is_typed_and_explained(desk):
    card = desk.card_of("loss-at-start")
    field = card.get_by_label("Your number")
    field.fill("a lot")
    field.press("Enter")
    card.get_by_text("Write a number, like 0.25.").wait_for()
    assert source(desk, "loss-at-start") == CELLS["loss-at-start"]
    cells = desk.count()
    field.fill("")
    field.press_sequentially("0,1")                           # 1 makes a heading of a cell, elsewhere
    card.get_by_text("Not your answer yet").wait_for()
    card.get_by_role("button", name="This is my answer, and I am not sure").click()
    card.get_by_text("Not 0.1. Try once more; then you see the answer.").wait_for()
    assert focused(desk) == "This is my answer"               # the button that was pressed is gone; the focus stays
    assert source(desk, "loss-at-start") == CELLS["loss-at-start"].replace("answer=None,", 'answer=0.1, sure="unsure"')
    assert "That is the probability." in card.inner_text() and "logarithm of ten" not in desk.page.content()
    field.fill("2.3")
    field.press("Enter")
    card.get_by_text("Yes, 2.3.").wait_for()
    assert source(desk, "loss-at-start") == CELLS["loss-at-start"].replace("answer=None,", "answer=2.3, sure=None")
    desk.until(lambda: kept(desk, "loss-at-start").get("tries") == 2)
    assert kept(desk, "loss-at-start")["sure"] == "unsure" and desk.count() == cells
    desk.set_source(desk.index("loss-at-start"), source(desk, "loss-at-start").replace("2.3,", "0.1,"))
    desk.until(lambda: field.input_value() == "0.1")                    # the source decides


def focused(desk):
    return desk.page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText")


def test_typing_goes_on_while_the_card_is_renewed(desk):
    card = desk.card_of("again")
    field = card.get_by_label("Your number")
    field.fill("2")
    field.press("Enter")
    card.get_by_text("Not 2.").wait_for()
    field.press("End")
    desk.page.keyboard.type(".")
    # as the kernel does it once the focus has left: here it has come back in the moment between
    card.evaluate("root => { root.id = 'old'; root.courseCard.model.send({ type: 'settle' }); }")
    desk.page.wait_for_function("!document.getElementById('old')")
    desk.page.wait_for_timeout(100)
    cells, written = desk.count(), source(desk, "again")
    assert focused(desk) == "Your number" and source(desk, "again") == written
    desk.page.keyboard.type("3")
    assert field.input_value() == "2.3" and desk.count() == cells
    field.press("Enter")
    card.get_by_text("Yes, 2.3.").wait_for()


def test_there_and_back_before_the_kernel_heard_of_it(desk):
    card, index = desk.card_of("again"), desk.index("again")
    card.get_by_text("Yes, 2.3.").wait_for()
    right = source(desk, "again")
    desk.set_source(index, right.replace("2.3", "0.1"))
    desk.until(lambda: card.get_by_label("Your number").input_value() == "0.1")
    desk.set_source(index, right)                             # as Ctrl+Z does
    card.get_by_text("Yes, 2.3.").wait_for()


def test_a_set_is_chosen_by_click_and_by_key(desk):
    card = desk.card_of("which-fall")
    desk.option("which-fall", "A").click()
    card.get_by_text("Not your answer yet").wait_for()
    assert "answer=None" in source(desk, "which-fall")
    card.get_by_role("button", name="This is my answer", exact=True).click()
    card.get_by_text("Not A. Try once more").wait_for()
    assert 'answer="A"' in source(desk, "which-fall") and "One is not alone." in card.inner_text()
    assert card.locator(".course-right, .course-wrong").count() == 0
    card.locator("input[type=checkbox]").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Space", "d", "d"):
        desk.page.keyboard.press(key)
    assert card.locator("input:checked").count() == 2
    card.get_by_role("button", name="This is my answer", exact=True).press("Enter")
    card.get_by_text("Yes, A and C.").wait_for()
    assert 'answer="AC"' in source(desk, "which-fall") and card.locator(".course-right").count() == 2


def test_an_order_is_made_by_buttons_and_by_keys(desk):
    card = desk.card_of("put-right")
    rows = lambda: "".join(row.get_attribute("data-letter") for row in card.locator(".course-option").all())    # noqa: E731
    assert rows() == "ABCD"
    card.get_by_role("button", name="B up").click()
    assert rows() == "BACD" and "number 1 of 4" in card.inner_text()
    assert desk.page.evaluate("document.activeElement.getAttribute('aria-label')") == "B up"
    card.get_by_role("button", name="D up").focus()
    desk.page.keyboard.press("ArrowUp")
    desk.page.keyboard.press("Space")                                   # the button itself
    assert rows() == "BDAC" and "answer=None" in source(desk, "put-right")
    card.get_by_role("button", name="This is my answer, and I am sure").click()
    card.get_by_text("Yes, B, D, A, C.").wait_for()
    assert 'answer="BDAC", sure="sure"' in source(desk, "put-right")
    desk.until(lambda: kept(desk, "put-right").get("sure") == "sure")


def test_one_click_says_the_option_and_how_sure(desk):
    desk.option("one-of-four", "C").hover()
    desk.page.screenshot(path="/tmp/forms_hover.png")
    desk.option("one-of-four", "C").get_by_text("unsure", exact=True).click()
    card = desk.card_of("one-of-four")
    card.get_by_text("Not C. Choose once more").wait_for()
    assert source(desk, "one-of-four") == CELLS["one-of-four"].replace("answer=None,", 'answer="C", sure="unsure"')
    assert card.get_by_text("unsure", exact=True).locator("visible=true").count() == 0      # it has been told
    desk.option("one-of-four", "B").click()
    card.get_by_text("Yes, B.").wait_for()
    assert 'answer="B", sure=None ' in source(desk, "one-of-four")
    desk.until(lambda: kept(desk, "one-of-four").get("right") is True)
    assert kept(desk, "one-of-four")["sure"] == "unsure"
    guess = desk.card_of("guess")
    guess.locator("input").first.focus()
    desk.page.keyboard.press("s")                                       # the option that has the focus, and sure
    guess.get_by_text("and you are sure").wait_for()
    assert source(desk, "guess").endswith('guess="A", sure="sure")')
    desk.until(lambda: kept(desk, "guess", "predictions").get("sure") == "sure")
    desk.option("guess", "B").hover()
    desk.option("guess", "B").get_by_text("unsure", exact=True).click()
    desk.until(lambda: source(desk, "guess").endswith('guess="B", sure="unsure")'))
    desk.option("guess", "A").click()
    desk.until(lambda: source(desk, "guess").endswith('guess="A", sure=None)'))


def test_axe_finds_nothing_serious_in_them(desk):
    for name in ("Light", "Dark"):
        desk.command("apputils:change-theme", theme=f"JupyterLab {name}")
        desk.page.wait_for_function("t => document.body.dataset.jpThemeName === t", arg=f"JupyterLab {name}")
        desk.page.wait_for_timeout(400)
        desk.cell("which-fall")
        result = Axe().run(desk.page, ".course-card", {"resultTypes": ["violations"]})
        found = [(violation["id"], node["html"][:200]) for violation in result.response["violations"]
                 if violation["impact"] in ("serious", "critical") for node in violation["nodes"][:3]]
        assert found == [], name
