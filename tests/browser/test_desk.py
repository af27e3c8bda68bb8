"""What a learner does in the first hour, on fresh lessons of release/, by hand: clicks, Shift+Enter, keys."""


import pytest
from driver import Desk, Server, fresh, lessons, notebook, progress, solution, solve

SPY = """(() => {
    // Every message of a widget to the kernel: while a cell ran, or not.
    window.sent = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
        if (text.includes('"comm_msg"')) {
            const cells = window.jupyterapp?.shell.currentWidget?.context?.model?.cells, running = [];
            for (let i = 0; i < (cells?.length ?? 0); i += 1)
                if (cells.get(i).executionState === 'running') running.push(cells.get(i).id);
            window.sent.push({ running, text: text.slice(-300) });
        }
        return send.call(this, data);
    };
})()"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A class's learner: the lessons as given out, and no keys."""
    server = Server(lessons(tmp_path_factory.mktemp("desk") / "work"))
    yield server
    server.stop()


@pytest.fixture
def desk(page, server):
    page.add_init_script(SPY)

    def open_(topic, app="lab"):
        desk_ = Desk(page, server, app).open(fresh(server, topic))
        made.append(desk_)
        return desk_

    made = []
    yield open_
    for desk_ in made:
        assert desk_.errors == []


@pytest.fixture
def small(page, server):
    """A small notebook of (id, source) cells."""
    page.add_init_script(SPY)
    made = []

    def open_(*cells, app="lab"):
        notebook(server.folder / "small" / "small.ipynb", *cells)
        desk_ = Desk(page, server, app).open("small/small.ipynb")
        made.append(desk_)
        return desk_

    yield open_
    for desk_ in made:
        assert desk_.errors == []


def said_while_running(desk):
    return [message for message in desk.page.evaluate("window.sent") if message["running"]]


# ---------------------------------------------------------------------------------- a figure is never lost

@pytest.mark.parametrize("name, prediction, result, needs, above", [
    ("weights", "times-ten", "lines-of-a-unit", (), ()),
    ("activations", "eight-times", "saturated-start", ("sigmoid", "tanh_grad", "saturated_fraction"),
     ("saturated-start-figure", "saturated-start-network")),
])
def test_a_prediction_is_clicked_and_the_next_cell_run_and_its_figure_is_whole(desk, name, prediction, result, needs,
                                                                              above):
    lab = desk(name)
    lab.run("setup", "carry", *above)
    solve(lab, name, *needs)
    lab.run(prediction, result)
    (whole,) = lab.pictures(result)
    for letter in "ABC":
        lab.run(prediction)
        lab.option(prediction, letter).click()
        lab.run(result)                                     # Shift+Enter on the next cell, at once
        assert lab.pictures(result) == [whole], letter
        lab.cell(result).get_by_text(f"You predicted {letter}").wait_for()
        lab.page.wait_for_timeout(600)
    assert said_while_running(lab) == []


SLOW = """import time
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
for i in range(15):
    ax.plot([0, 1], [i, i])
    time.sleep(0.1)
plt.show()"""


def test_no_message_of_a_card_is_sent_while_a_cell_runs_and_none_is_forgotten(small):
    options = 'A="a", B="b", C="c", D="d"'
    lab = small(
        ("setup", "import matplotlib.pyplot as plt\nfrom course import predict, quiz, review, your_prediction"),
        ("predict", f'predict("p", "Before?", {options}, guess=None)'),
        ("slow", SLOW + '\nyour_prediction("p")'),
        ("quiz", f'quiz("q", "And?", {options}, answer=None)'),
        ("review", "review()"),
        ("slower", SLOW),
        ("after", "print('done')"),
    )
    lab.run("setup", "predict", "quiz", "review")
    lab.run("slow", "slower", "after", wait=False)
    lab.option("predict", "B").click()
    lab.option("quiz", "C").click()
    lab.option("review", "D").click()
    lab.idle()
    lab.cell("slow").get_by_text("You predicted B").wait_for()       # told late, and not forgotten
    lab.page.wait_for_timeout(800)
    assert len(lab.pictures("slow")) == len(lab.pictures("slower")) == 1
    lab.run("slow")
    assert said_while_running(lab) == []
    assert any('"answer"' in message["text"] for message in lab.page.evaluate("window.sent"))
    lab.until(lambda: any("Your answer: <strong>C" in out["data"]["text/html"] for out in lab.outputs("quiz")))


def test_a_slider_moved_while_a_cell_draws_costs_no_figure(small):
    """A widget of any kind: its message may come in the middle of a figure."""
    lab = small(
        ("slider", "import ipywidgets\nimport course\nipywidgets.IntSlider(description='x')"),
        ("slow", "import asyncio\n" + SLOW.replace("time.sleep", "await asyncio.sleep")),
    )
    lab.run("slider")
    handle = lab.page.locator(".noUi-handle").first
    handle.wait_for()
    lab.run("slow")
    (whole,) = lab.pictures("slow")
    lab.run("slow", wait=False)
    handle.focus()
    for _ in range(4):
        lab.page.keyboard.press("ArrowRight")
        lab.page.wait_for_timeout(200)
    lab.idle()
    assert lab.pictures("slow") == [whole]


# ---------------------------------------------------------------------------------- the source decides

QUESTION = "negative-weight"                       # the first question of lesson weights


@pytest.fixture
def asked(desk):
    """Lesson weights, fresh, its first question on the page."""
    lab = desk("weights")
    lab.run("setup", QUESTION)
    lab.card_of(QUESTION).wait_for()
    lab.idle()                                     # while a cell runs a letter is no answer
    return lab


def chosen(lab, id=QUESTION):
    """(the letter of the radio that is on, the letters that look chosen)."""
    return tuple(lab.card_of(id).evaluate("""card => [card.querySelector('input:checked')?.value ?? null,
        [...card.querySelectorAll('.course-chosen')].map(option => option.dataset.letter)]"""))


def written(lab, id=QUESTION):
    return lab.source(lab.index(id)).split("answer=")[1].split(",")[0]


def wait_chosen(lab, letter, id=QUESTION):
    lab.until(lambda: chosen(lab, id) == (letter, [letter] if letter else []))


def test_after_an_undo_the_card_says_what_the_source_says_and_a_click_writes_again(asked):
    lab = asked
    for letter in "AD":
        lab.option(QUESTION, letter).click()
        lab.page.wait_for_timeout(700)             # two steps to undo
    assert written(lab) == '"D"'
    lab.cell(QUESTION).locator(".jp-Placeholder").click()          # a question's code is folded
    editor = lab.cell(QUESTION).locator(".cm-content")
    editor.click()
    lab.page.keyboard.press("Control+z")
    wait_chosen(lab, "A")
    assert written(lab) == '"A"'
    assert "A · answer written" in lab.card_of(QUESTION).inner_text()
    lab.option(QUESTION, "D").click()
    wait_chosen(lab, "D")
    assert written(lab) == '"D"'
    editor.click()
    lab.page.keyboard.press("Control+z")
    lab.page.keyboard.press("Control+z")
    wait_chosen(lab, None)
    assert written(lab) == "None"
    assert "Click an option" in lab.card_of(QUESTION).inner_text()
    for letter in "DA":                            # the same letter as before among them
        lab.option(QUESTION, letter).click()
        wait_chosen(lab, letter)
        assert written(lab) == f'"{letter}"'


def test_typing_moves_the_card_and_the_kernel_without_a_run(asked):
    lab = asked
    lab.option(QUESTION, "B").click()
    wait_chosen(lab, "B")
    lab.select(QUESTION)
    lab.cell(QUESTION).locator(".cm-line").filter(has_text="answer=").locator("span").filter(
        has_text='"B"').first.dblclick()
    lab.page.keyboard.type("c")                    # the word between the quotes
    wait_chosen(lab, "C")
    assert written(lab) == '"c"'
    lab.until(lambda: progress(lab)["questions"][QUESTION]["answer"] == "C")
    lab.page.keyboard.press("Backspace")
    wait_chosen(lab, None)
    lab.until(lambda: progress(lab)["questions"][QUESTION]["answer"] is None)
    lab.page.keyboard.type("Q")
    lab.page.wait_for_timeout(300)
    assert chosen(lab) == (None, [])
    lab.option(QUESTION, "B").click()
    wait_chosen(lab, "B")
    assert written(lab) == '"B"'
    assert lab.ran(QUESTION) is not None and said_while_running(lab) == []


@pytest.mark.parametrize("typed", ["'d'", '("D")', '"""D"""', 'r"D"', '" d "'])
def test_each_way_to_write_a_letter_is_read_as_python_reads_it(asked, typed):
    lab = asked
    source = lab.source(lab.index(QUESTION))
    lab.set_source(lab.index(QUESTION), source.replace("answer=None", f"answer={typed}"))
    wait_chosen(lab, "D")
    lab.run(QUESTION)
    wait_chosen(lab, "D")


@pytest.mark.parametrize("typed", ["None", '"E"', '["D"]', "D", '"D" + ""', '"DD"', ""])
def test_what_is_no_letter_is_no_answer_on_the_card_either(asked, typed):
    lab = asked
    source = lab.source(lab.index(QUESTION))
    lab.option(QUESTION, "D").click()
    wait_chosen(lab, "D")
    lab.set_source(lab.index(QUESTION), source.replace("answer=None", f"answer={typed}"))
    wait_chosen(lab, None)
    lab.option(QUESTION, "D").click()
    wait_chosen(lab, "D")
    assert written(lab) == '"D"'


# ---------------------------------------------------------------------------------- "press its letter"

def test_after_shift_enter_a_letter_answers_and_does_nothing_else(asked):
    lab = asked
    cells, below = lab.count(), lab.active()
    assert below != QUESTION and lab.mode() == "command"
    focus = lab.page.evaluate_handle("document.activeElement")
    lab.page.keyboard.press("d")
    wait_chosen(lab, "D")
    assert written(lab) == '"D"'
    assert (lab.count(), lab.active(), lab.mode()) == (cells, below, "command")
    assert lab.page.evaluate("before => document.activeElement === before", focus)
    lab.page.keyboard.press("b")                   # answered: the key is JupyterLab's again
    lab.until(lambda: lab.count() == cells + 1)
    assert written(lab) == '"D"'


@pytest.mark.parametrize("key, letter", [("1", "A"), ("4", "D"), ("c", "C")])
def test_digits_too(asked, key, letter):
    below = asked.source(asked.index(asked.active()))
    asked.page.keyboard.press(key)
    wait_chosen(asked, letter)
    assert written(asked) == f'"{letter}"' and asked.source(asked.index(asked.active())) == below


def test_escape_gives_the_keys_back(asked):
    cells = asked.count()
    asked.page.keyboard.press("Escape")
    asked.page.keyboard.press("b")
    asked.until(lambda: asked.count() == cells + 1)
    assert written(asked) == "None" and chosen(asked) == (None, [])


def test_letters_are_left_alone_elsewhere(asked):
    lab = asked
    lab.page.keyboard.press("ArrowDown")           # two below the card
    cells = lab.count()
    lab.page.keyboard.press("b")
    lab.until(lambda: lab.count() == cells + 1)
    lab.page.keyboard.press("d")
    lab.page.keyboard.press("d")
    lab.until(lambda: lab.count() == cells)
    assert written(lab) == "None"
    lab.run(QUESTION)
    assert lab.count() == cells
    lab.page.keyboard.press("Control+b")           # with a modifier it is the page's own
    assert written(lab) == "None"


def test_in_an_editor_a_letter_is_typed_and_while_a_cell_runs_it_is_the_pages(small):
    options = 'A="a", B="b", C="c"'
    lab = small(
        ("setup", "import time\nfrom course import predict, review"),
        ("ask", f'predict("p", "Before?", {options}, guess=None)'),
        ("below", "x = 1"),
        ("wait", "time.sleep(3)"),
    )
    lab.run("setup", "ask")
    lab.card_of("ask").wait_for()
    cells = lab.count()
    lab.page.keyboard.press("d")                   # no option of this card; twice it would delete the cell below
    lab.page.keyboard.press("d")
    lab.card_of("ask").get_by_text("There is no option D here").wait_for()
    assert lab.count() == cells and lab.source(1).endswith("guess=None)")
    lab.page.keyboard.press("Enter")
    lab.page.keyboard.press("End")
    lab.page.keyboard.type("ab")
    assert lab.source(2) == "x = 1ab" and lab.source(1).endswith("guess=None)")
    lab.page.keyboard.press("Control+z")
    lab.run("wait", wait=False)
    cells = lab.count()                            # a run of the last cell has added one
    lab.select("below")
    lab.page.keyboard.press("b")
    assert lab.count() == cells + 1 and lab.source(1).endswith("guess=None)")
    lab.idle()
    lab.select("below")
    lab.page.keyboard.press("b")
    lab.until(lambda: lab.source(1).endswith('guess="B")'))
    assert lab.count() == cells + 1


def test_three_cards_of_a_review_take_one_letter_each(desk):
    lab = desk("weights")
    lab.run("setup", "review")
    cards = lab.cell("review").locator(".course-card.course-live")
    cards.nth(2).wait_for()
    cells = lab.count()
    for i, letter in enumerate("BCA"):
        lab.page.keyboard.press(letter.lower())
        cards.nth(i).get_by_text(f"Your answer: {letter}").wait_for()
        lab.page.wait_for_timeout(200)
    assert lab.count() == cells


def test_shift_enter_in_a_card_goes_on_and_runs_nothing_again(asked):
    lab = asked
    cells, runs, below = lab.count(), lab.ran(QUESTION), lab.active()
    lab.option(QUESTION, "C").click()
    lab.page.keyboard.press("Shift+Enter")
    assert (lab.active(), lab.mode()) == (below, "command")
    assert lab.page.evaluate("document.activeElement.closest('.course-card')") is None
    lab.idle()
    assert lab.ran(QUESTION) == runs and lab.count() == cells
    lab.page.keyboard.press("Shift+Enter")         # and from there on, as everywhere
    assert lab.active() != below
    wait_chosen(lab, "C")


def test_shift_enter_in_the_card_of_the_last_cell_does_not_get_stuck(small):
    lab = small(("setup", "from course import quiz"),
                ("ask", 'quiz("q", "S?", A="a", B="b", C="c", D="d", answer=None)'))
    lab.run("setup")
    lab.run_cell(1)
    runs = lab.ran("ask")
    lab.option("ask", "A").click()
    lab.page.keyboard.press("Shift+Enter")
    lab.idle()
    assert lab.page.evaluate("document.activeElement.closest('.course-card')") is None
    assert lab.ran("ask") == runs


def test_run_all_moves_no_focus(desk):
    lab = desk("weights")
    lab.run("setup")
    where = "() => [jupyterapp.shell.currentWidget.content.activeCell.model.id, document.activeElement.className]"
    lab.select("review")
    lab.command("notebook:run-all-cells")
    lab.idle()
    ends = lab.page.evaluate(where)
    assert lab.cell(QUESTION).locator(".course-card.course-live").count() == 1
    lab.page.wait_for_timeout(500)
    assert lab.page.evaluate(where) == ends
    assert lab.page.evaluate("document.activeElement.closest('.course-card')") is None


def test_in_notebook_7_a_letter_answers_too(desk):
    lab = desk("weights", app="notebook")
    lab.run("setup", QUESTION)
    lab.card_of(QUESTION).wait_for()
    cells = lab.count()
    lab.page.keyboard.press("d")
    wait_chosen(lab, "D")
    assert written(lab) == '"D"' and lab.count() == cells
    lab.page.wait_for_timeout(700)                 # what follows at once is undone in one step with it
    lab.option(QUESTION, "B").click()
    wait_chosen(lab, "B")
    runs = lab.ran(QUESTION)
    lab.page.keyboard.press("Shift+Enter")
    lab.idle()
    assert lab.ran(QUESTION) == runs and lab.active() != QUESTION
    lab.cell(QUESTION).locator(".jp-Placeholder").click()
    lab.cell(QUESTION).locator(".cm-content").click()
    lab.page.keyboard.press("Control+z")
    wait_chosen(lab, "D")


# ---------------------------------------------------------------------------------- no stale verdict

CHANGED = "you changed this cell and have not run it"


def verdict(lab, name="mse"):
    """What the check's cell shows, and what it holds for the file."""
    lab.idle()
    lab.page.wait_for_timeout(700)
    kept = " ".join(str(out.get("data", {}).get("text/html", "")) for out in lab.outputs(name))
    return lab.cell(name).locator(".jp-OutputArea").inner_text(), kept


def test_a_solution_changed_and_not_run_gets_no_verdict_and_no_pass(desk):
    lab = desk("loss")
    lab.run("setup")
    solve(lab, "loss", "mse")
    right = lab.source(lab.index("mse-solution"))
    lab.cell("mse-solution").locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(" + 1")
    lab.run("mse")
    shown, kept = verdict(lab)
    for text in (shown, kept):
        assert CHANGED in text and "checks pass" not in text
    assert progress(lab)["exercises"] == {}                     # never was it seen to pass
    lab.set_source(lab.index("mse-solution"), right)            # as it was run
    lab.run("mse")
    shown, kept = verdict(lab)
    assert "checks pass" in shown and "checks pass" in kept and CHANGED not in shown
    assert progress(lab)["exercises"]["mse"]["passed"] is True
    last = progress(lab)["exercises"]["mse"]
    lab.set_source(lab.index("mse-solution"), right.replace("return", "return 0 *"))
    lab.run("mse")
    assert CHANGED in verdict(lab)[0] and progress(lab)["exercises"]["mse"] == last
    lab.run("mse-solution", "mse")
    shown, _ = verdict(lab)
    assert CHANGED not in shown and "checks pass" in shown and progress(lab)["exercises"]["mse"]["passed"] is False
    lab.set_source(lab.index("mse-solution"), right)            # mended, not run: not told of the old fault either
    lab.run("mse")
    shown, _ = verdict(lab)
    assert CHANGED in shown and "checks pass" not in shown
    assert said_while_running(lab) == []


@pytest.mark.parametrize("typed", ["def mse(y_pred, y_true:\n    return 1", "df mse(y_pred, y_true):\n    return 1",
                                   "x = 1 +\ndef mse(y_pred, y_true):\n    return 1", "mse2 = not_there"])
def test_after_a_cell_that_made_no_function_the_kernel_knows(desk, typed):
    lab = desk("loss")
    lab.run("setup")
    solve(lab, "loss", "mse")
    lab.set_source(lab.index("mse-solution"), typed)
    lab.run("mse-solution", "mse")
    shown, _ = verdict(lab)
    assert "still the one from before" in shown and "checks pass" not in shown
    assert ("SyntaxError" in shown) == ("not_there" not in typed)
    assert progress(lab)["exercises"] == {}


def test_a_whole_run_is_noted_and_progress_counts_it(desk):
    lab = desk("loss")
    lab.run("setup")
    lab.set_source(lab.index("mse-solution"), solution("loss", "mse"))
    lab.run("mse-solution", "mse", "progress", wait=False)
    lab.idle()
    lab.until(lambda: progress(lab)["exercises"].get("mse", {}).get("passed") is True)
    lab.cell("progress").get_by_text("1 of 8").wait_for()


def test_written_in_a_cell_of_ones_own_it_is_not_called_stale(desk):
    lab = desk("loss")
    lab.run("setup", "mse-solution")
    lab.select("mse-solution")
    lab.page.keyboard.press("b")
    lab.page.wait_for_timeout(300)
    own = lab.active()
    lab.set_source(lab.index(own), solution("loss", "mse"))
    lab.run(own, "mse")
    shown, _ = verdict(lab)
    assert "checks pass" in shown and CHANGED not in shown
    lab.set_source(lab.index(own), solution("loss", "mse") + "  # changed")
    lab.run("mse")
    assert CHANGED in verdict(lab)[0]


# ---------------------------------------------------------------------------------- saved, or told that it is not

def test_a_click_is_in_the_file_before_the_card_speaks_of_handing_in(asked):
    lab = asked
    lab.option(QUESTION, "C").click()
    lab.card_of(QUESTION).get_by_text("It is marked when you hand in").wait_for()
    assert 'answer="C"' in lab.on_disk(QUESTION)
    assert "answer written to the cell and saved" in lab.card_of(QUESTION).inner_text()


def test_where_it_cannot_be_saved_the_card_says_so(asked):
    lab = asked
    lab.page.evaluate("""() => { jupyterapp.shell.currentWidget.context.save = () => Promise.reject(Error('no')); }""")
    lab.option(QUESTION, "C").click()
    lab.card_of(QUESTION).get_by_text("could not be saved: save it yourself").wait_for()
    assert "marked when you hand in" not in lab.card_of(QUESTION).inner_text()
    assert written(lab) == '"C"' and "answer=None" in lab.on_disk(QUESTION)
