"""Question cards in JupyterLab: by click, by keyboard, by typing; saved, reloaded, explained."""

import re

import pytest
from driver import ROOT, Lab, Server, notebook

from course.cards.question import QuestionCard

BANK = """
- id: zero-weights
  kind: recall
  stem: Every weight of a network starts at exactly zero. What happens when it trains?
  options:
    A: {text: "It trains as usual", why: "The gradient of each unit is the same, so no unit can differ."}
    B: {text: "Only the biases of the last layer move", why: "With $W = 0$ nothing passes back through `W.T`."}
    C: {text: "It is like logistic regression", why: "That would need the first layer to move."}
    D: {text: "It becomes NaN", why: "Nothing here divides by zero."}
  key: B
"""

QUESTION = '''quiz(
    "zero-weights",
    "Every weight of a network starts at exactly zero. What happens when it trains?",
    A="It trains as usual: the loss $L = \\\\frac{1}{n}\\\\sum_i \\\\ell_i$ has a gradient.",
    B="Only the biases of the last layer move, since `dX = dz @ W.T` is zero.",
    C="It is like logistic regression.",
    D="""It becomes NaN:

```
loss = np.log(0 * W)
```""",
    answer=None,    # click an option below, or type its letter here
)'''

PREDICTION = """predict(
    "first-loss",
    "The loss of ten classes at the start?",
    A="0.1",
    B="$\\\\ln 10$, about 2.3",
    guess=None,
)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    keys = tmp_path_factory.mktemp("keys")
    (keys / "weights").mkdir()
    (keys / "weights" / "quiz.yaml").write_text(BANK)
    (folder / "work").mkdir()
    server = Server(folder / "work", COURSE_KEYS=str(keys))
    yield server
    server.stop()


@pytest.fixture
def lab(page, server, request):
    (server.folder / "progress.json").unlink(missing_ok=True)         # or a choice would be a second one
    notebook(
        server.folder / "demo" / "demo.ipynb",
        "# A lesson",
        # a notebook opened again has its old kernel, which knows what was tried there
        ("setup", "from course import quiz, predict, your_prediction\nfrom course.cards import question\n\n"
                  "question._tried.clear()"),
        ("other", '# quiz("zero-weights" is only mentioned here\ntext = \'quiz("zero-weights", answer=None)\''),
        ("question", QUESTION),
        ("prediction", PREDICTION),
        ("result", 'your_prediction("first-loss")'),
    )
    lab = Lab(page, server).open("demo/demo.ipynb")
    lab.run_all()
    lab.card(1).wait_for()
    yield lab
    assert lab.errors == []


def answered(letter):
    return QUESTION.replace("answer=None", f'answer="{letter}"')


def test_a_click_is_in_the_saved_notebook(lab):
    lab.card().locator(".course-option").nth(2).click()
    lab.card().get_by_text("answer written to the cell").wait_for()
    lab.page.screenshot(path="/tmp/fe_card.png")
    saved = lab.saved()
    assert saved.cells[3].source == answered("C")
    assert saved.cells[2].source.endswith('answer=None)\'')


def test_the_page_never_holds_the_key_before_a_choice(lab):
    assert "the answer" not in lab.card().inner_text()
    assert "nothing passes back" not in lab.page.content()
    assert "nothing passes back" not in (lab.server.folder / lab.path).read_text()


def test_the_choice_is_explained_at_once_and_again_after_another_choice(lab):
    card = lab.card()
    card.locator(".course-option").nth(2).click()
    card.get_by_text("Not C. Choose once more; then you see the answer.").wait_for()
    assert "That would need the first layer to move." in card.inner_text()
    assert card.locator(".course-wrong").get_attribute("data-letter") == "C"
    assert card.locator(".course-right").count() == 0 and "nothing passes back" not in lab.page.content()
    card.locator(".course-option").nth(0).click()
    card.get_by_text("Not A: the answer is B.").wait_for()
    assert card.locator(".course-wrong").get_attribute("data-letter") == "A"
    assert card.locator(".course-right").get_attribute("data-letter") == "B"
    card.locator(".course-option").nth(1).click()
    card.get_by_text("Yes, B.").wait_for()
    assert card.locator(".course-wrong").count() == 0
    assert lab.source(3) == answered("B")


def test_the_keyboard_alone(lab):
    cells = lab.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
    for keys, letter in [
        (["Space"], "A"),
        (["ArrowDown", "ArrowDown", "Space"], "C"),
        (["ArrowUp", "Enter"], "D"),
        (["ArrowRight", "ArrowLeft", "ArrowRight", "Space"], "B"),
        (["4"], "D"),
        (["b"], "B"),
        (["a"], "A"),                       # in JupyterLab's own command mode A adds a cell above
        (["c", "d", "d"], "D"),             # and D, D deletes the cell
    ]:
        lab.set_source(3, QUESTION)
        lab.run_cell(3)
        lab.card().get_by_text("Click an option").wait_for()
        lab.card().locator("input").first.focus()
        for key in keys:
            lab.page.keyboard.press(key)
        lab.card().get_by_text("answer written to the cell").wait_for()
        assert lab.source(3) == answered(letter), keys
        assert lab.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == cells
        assert lab.page.evaluate("document.activeElement.className") == "course-radio"


def test_arrows_alone_choose_nothing(lab):
    lab.card().locator("input").first.focus()
    lab.page.keyboard.press("ArrowDown")
    assert lab.source(3) == QUESTION
    assert lab.card().locator("input:checked").count() == 0


def test_tab_reaches_the_card_and_the_ring_shows(lab):
    lab.card().locator("input").first.focus()
    lab.page.keyboard.press("ArrowDown")
    outline = lab.card().locator(".course-option").nth(1).evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    lab.page.keyboard.press("Tab")
    assert lab.page.evaluate("document.activeElement.closest('.course-predict') !== null")


def test_typing_and_running_again(lab):
    lab.set_source(3, QUESTION.replace("answer=None", "answer='c'"))
    lab.run_cell(3)
    lab.card().get_by_text("Not C. Choose once more").wait_for()
    assert lab.card().locator("input:checked").get_attribute("value") == "C"


def test_what_is_no_option_gets_a_message(lab):
    for typed in ('"E"', "3", '["C"]', "{}", '"none of these"', "''"):
        lab.set_source(3, QUESTION.replace("answer=None", f"answer={typed}"))
        lab.run_cell(3)
        lab.card().locator(".course-problem").wait_for()
        assert "Write one of" in lab.card().inner_text()
        assert "Traceback" not in lab.page.locator(".jp-Notebook").inner_text()
        lab.card().locator(".course-option").nth(0).click()
        assert lab.source(3) == answered("A")
        assert lab.card().locator(".course-problem").count() == 0
    lab.set_source(3, QUESTION.replace("answer=None", "answer=C"))
    lab.run_cell(3)
    lab.page.get_by_text("The letter needs quotes").wait_for()


def test_a_reload_keeps_the_answer_and_the_card_goes_on(lab):
    lab.card().locator(".course-option").nth(2).click()
    lab.card().get_by_text("Not C.").wait_for()
    lab.save()
    lab.reload()
    assert lab.source(3) == answered("C")
    lab.card().get_by_text("Not C. Choose once more").wait_for()
    assert lab.card().locator("input:checked").get_attribute("value") == "C"
    lab.card().locator(".course-option").nth(1).click()
    lab.card().get_by_text("Yes, B.").wait_for()
    assert lab.source(3) == answered("B")


def test_without_its_kernel_the_saved_card_still_shows_the_answer(lab):
    lab.card().locator(".course-option").nth(2).click()
    lab.card().get_by_text("Not C.").wait_for()
    lab.page.locator(".jp-MarkdownCell").first.click()
    lab.page.wait_for_timeout(900)                     # the kernel renews the saved card
    lab.save()
    lab.page.evaluate("jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
    lab.page.wait_for_timeout(500)
    lab.reload()
    lab.page.wait_for_selector(".course-card")
    text = lab.page.locator(".course-card").first.inner_text()
    assert "Your answer: C" in text and "Not C. Choose once more" in text
    assert "model not found" not in lab.page.locator(".jp-Notebook").inner_text()
    lab.run_all()
    lab.card().get_by_text("Not C. Choose once more").wait_for()


def test_a_click_after_the_kernel_died_is_written_all_the_same(lab):
    lab.page.evaluate("jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
    lab.page.wait_for_timeout(500)
    lab.card().locator(".course-option").nth(3).click()
    lab.page.wait_for_timeout(300)
    assert lab.source(3) == answered("D")


def test_a_moved_and_a_copied_cell(lab):
    lab.page.evaluate("""() => { const book = jupyterapp.shell.currentWidget.content;
        book.model.sharedModel.moveCell(3, 1); }""")
    lab.card().locator(".course-option").nth(0).wait_for()
    lab.card().locator(".course-option").nth(0).click()
    lab.page.wait_for_timeout(300)
    assert lab.source(1) == answered("A")


def test_a_prediction_is_set_beside_the_result(lab):
    assert "You made no prediction" in lab.page.locator(".course-said").inner_text()
    lab.card(1).locator(".course-option").nth(1).click()
    lab.card(1).get_by_text("Now run the next cell").wait_for()
    assert 'guess="B"' in lab.source(4)
    lab.run_cell(5)
    lab.page.locator(".course-said").get_by_text("You predicted B").wait_for()


def test_maths_and_code_are_set(lab):
    option = lab.card().locator(".course-option")
    option.nth(0).locator("mjx-container").wait_for()
    assert option.nth(1).locator("code").inner_text() == "dX = dz @ W.T"
    assert option.nth(3).locator("pre").inner_text().strip() == "loss = np.log(0 * W)"


def test_in_notebook_7_too(page, server):
    (server.folder / "progress.json").unlink(missing_ok=True)
    notebook(server.folder / "seven" / "seven.ipynb", ("setup", "from course import quiz"), ("question", QUESTION))
    lab = Lab(page, server, app="notebook").open("seven/seven.ipynb")
    lab.run_all()
    lab.card().locator("input").first.focus()
    page.keyboard.press("c")
    lab.card().get_by_text("Not C. Choose once more").wait_for()
    assert lab.source(1) == answered("C") and lab.saved().cells[1].source == answered("C")
    assert lab.errors == []


def test_out_of_reach_the_card_says_what_to_type(page):
    """A front end that runs the widget's code, but keeps its notebook to itself."""
    body = QuestionCard("quiz", "q", "Stem?", dict.fromkeys("ABCD", "an option"), slot="s1").html()
    page.set_content(f"<body>{body}</body>")
    page.evaluate("""async source => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        const side = await import(url);
        const state = { kind: "card", function: "quiz", keyword: "answer", card_id: "q", slot: "s1", answer: "" };
        const model = { get: k => state[k], set: (k, v) => { state[k] = v; }, on() {}, send() {},
            save_changes() { throw new Error("no kernel"); }, widget_manager: {} };
        side.default.initialize({ model });
    }""", (ROOT / "course" / "static" / "notebook.js").read_text())
    assert 'type a letter in the cell above, as answer="A"' in page.inner_text(".course-status")
    page.locator(".course-option").nth(2).click()
    assert page.inner_text(".course-status") == 'C · to keep it, type answer="C" in the cell above and run it'


def test_contrast_in_light_and_dark(lab):
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lab.command("apputils:change-theme", theme=theme)
        lab.page.wait_for_function("t => document.body.dataset.jpThemeName === t", arg=theme)
        lab.page.wait_for_timeout(400)
        for chosen in (None, 2, 0, 1):
            if chosen is not None:
                lab.card().locator(".course-option").nth(chosen).click()
                said = {2: re.compile(r"^Not C[.:]"), 0: "Not A: the answer is B.", 1: "Yes, B."}
                lab.card().get_by_text(said[chosen]).wait_for()
                lab.page.wait_for_timeout(200)
            for what, ratio in lab.page.evaluate(CONTRAST).items():
                assert ratio >= 4.5, (theme, chosen, what, ratio)
        lab.set_source(3, QUESTION)
        lab.run_cell(3)


# The contrast of every text in the card with the nearest painted background behind it.
CONTRAST = """() => {
    const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return [...n.slice(0, 3), n[3] ?? 1]; };
    const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
    const light = rgb => rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const behind = node => {
        if (!node) return [255, 255, 255];
        const own = parse(getComputedStyle(node).backgroundColor);
        return own[3] === 1 ? own.slice(0, 3) : over(own, behind(node.parentElement));
    };
    const found = {};
    const card = document.querySelector('.course-card.course-live');
    const walk = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
        const node = text.parentElement;
        if (!text.textContent.trim() || node.closest('style') || node.closest('mjx-container')) continue;
        const paper = behind(node);
        const [a, b] = [light(over(parse(getComputedStyle(node).color), paper)), light(paper)].sort((x, y) => y - x);
        found[node.className + ' ' + text.textContent.trim().slice(0, 30)] = (a + .05) / (b + .05);
    }
    return found;
}"""
