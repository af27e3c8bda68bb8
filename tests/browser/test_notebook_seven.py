"""The core of a lesson in Notebook 7: five things that a learner does, one after the other, in one fresh lesson.

Each can be done alone too: it does first what it needs of those before it.
"""

import pytest
from driver import Desk, Server, fresh, lessons, solution, solved


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    server = Server(lessons(tmp_path_factory.mktemp("seven") / "work"))
    context = browser.new_context(viewport={"width": 1280, "height": 1200})
    page = context.new_page()
    page.set_default_timeout(15_000)
    desk_ = Seven(page, server, app="notebook").open(fresh(server, "loss"))
    yield desk_
    assert desk_.errors == []
    context.close()
    server.stop()


@pytest.fixture
def desk(opened, second_try):
    if second_try:
        opened.open(fresh(opened.server, "loss"))
    return opened


class Seven(Desk):
    def cell(self, id):
        index = self.index(id)
        self.page.evaluate("async i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'center')", index)
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")


def test_a_prediction_is_clicked_into_its_folded_cell(desk):
    assert desk.cell("one-big-miss").locator(".jp-Placeholder").count() == 1
    desk.run("setup", "one-big-miss")
    desk.option("one-big-miss", "C").click()
    desk.card_of("one-big-miss").get_by_text("answer written to the cell and saved").wait_for()
    assert 'guess="C"' in desk.on_disk("one-big-miss")
    desk.until(lambda: desk.cell("one-big-miss").locator(".jp-Placeholder").count() == 1)


def test_a_question_is_answered_by_a_key_after_shift_enter(desk):
    desk.run_once("setup")
    count = desk.count()
    desk.run("loss-or-profit")
    desk.card_of("loss-or-profit").wait_for()
    desk.page.keyboard.press("b")
    desk.until(lambda: 'answer="B"' in desk.on_disk("loss-or-profit"))
    assert desk.count() == count and desk.mode() == "command"


def test_a_failed_check_is_a_card_alone(desk):
    desk.run_once("setup")
    desk.set_source(desk.index("mse-solution"), solution("loss", "mse").replace("np.mean", "np.sum"))
    desk.run("mse-solution", "mse")
    desk.cell("mse").get_by_text("Likely cause").wait_for()
    assert desk.cell("mse").locator(".jp-OutputArea-output:visible").count() == 1
    assert any(out["output_type"] == "error" for out in desk.outputs("mse"))


def test_a_changed_solution_takes_its_verdict_back(desk):
    desk.run_once("setup")
    desk.set_source(desk.index("mse-solution"), solution("loss", "mse"))
    desk.run("mse-solution", "mse")
    desk.cell("mse").get_by_text("all 9 checks pass").wait_for()
    desk.set_source(desk.index("mse-solution"), solution("loss", "mse") + "\n    # and a word")
    desk.run("mse")
    desk.cell("mse").get_by_text("have not run it").wait_for()
    desk.run("mse-solution", "mse")
    desk.cell("mse").get_by_text("all 9 checks pass").wait_for()


def test_a_figure_has_its_words_and_the_lab_moves(desk):
    desk.run_once("setup")
    solved(desk, "loss", "mse")
    desk.run("worked-mean-absolute-error", "best-constant-figure", "best-constant", "lab")
    desk.until(lambda: "loaves" in (desk.cell("best-constant").locator("img").get_attribute("alt") or ""))
    handle = desk.cell("lab").locator(".noUi-handle").first
    handle.wait_for()
    desk.idle()
    desk.page.wait_for_timeout(500)                         # the page scrolls to the cell, and draws it anew
    before = desk.cell("lab").locator(".hnl-lab img").get_attribute("src")
    handle.focus()
    desk.page.keyboard.press("ArrowRight")
    desk.until(lambda: handle.get_attribute("aria-valuetext") == "5")
    desk.page.wait_for_function("b => document.querySelector('.hnl-lab img')?.src !== b", arg=before)
    assert "degree 5" in desk.cell("lab").locator(".hnl-lab img").get_attribute("alt")
