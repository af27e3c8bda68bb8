"""Nobody stays stuck: lent functions, recorded figures, other ways, a second try, what will be read; by hand."""

import json

import pytest
from driver import Desk, Server, fresh, lessons, progress, solve

from autograder.author.keys import write_keys

WRONG = "def mse(y_pred, y_true):\n    return ((y_pred - y_true) ** 2).sum()\n"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Self-study: the lessons as given out, and the keys."""
    folder = tmp_path_factory.mktemp("stuck")
    server = Server(lessons(folder / "work"), COURSE_KEYS=str(write_keys(folder=folder / "keys")))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def in_class(tmp_path_factory):
    server = Server(lessons(tmp_path_factory.mktemp("class") / "work"))
    yield server
    server.stop()


def new_cell(desk, below, text):
    """Insert a cell below one, as a person does: B, Enter, type, Shift+Enter. Its output's place in the page."""
    desk.select(below)
    desk.page.keyboard.press("b")
    desk.page.wait_for_timeout(300)
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type(text)
    own = desk.active()
    desk.page.keyboard.press("Shift+Enter")
    desk.idle()
    return own


def said(desk, id):
    return desk.cell(id).locator(".jp-Cell-outputWrapper").inner_text()


def points_shown(desk):
    """Whether the points of an exercise are to be seen."""
    return desk.cell("exercise-mse").locator(".course-points").is_visible()


def test_somebody_stuck_goes_on_with_what_the_course_lends(page, alone):
    desk = Desk(page, alone).open(fresh(alone, "loss"))
    assert not points_shown(desk)                           # before any cell has run
    desk.run("setup", "mse-solution", "one-big-miss-result", "best-constant")
    assert "which is not written yet" in said(desk, "best-constant") and desk.pictures("best-constant") == []
    picture = desk.cell("best-constant").locator("details img")
    assert not picture.is_visible()                         # a guess comes first
    desk.cell("best-constant").locator("summary").click()
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 300 and picture.get_attribute("alt")

    desk.set_source(desk.index("mse-solution"), WRONG)
    desk.run("mse-solution", *["mse"] * 4)
    assert "Stuck?" not in said(desk, "mse")
    desk.run("mse")
    assert 'Stuck? Write lend("mse")' in said(desk, "mse")

    own = new_cell(desk, "mse", 'lend("mse")')
    assert "mse is lent" in said(desk, own) and "earns nothing" in said(desk, own)
    lines = desk.cell(own).locator(".course-lines")
    assert not lines.is_visible()
    desk.cell(own).locator("summary").click()
    lines.wait_for()
    assert "np.mean" in lines.inner_text()

    desk.run("worked-mean-absolute-error", "best-constant-figure", "best-constant", "slope-by-nudging", "mse")
    assert len(desk.pictures("best-constant")) == 1 and "not written" not in said(desk, "slope-by-nudging")
    assert "mse is lent" in said(desk, "mse") and "checks pass" not in said(desk, "mse")
    state = progress(desk)["exercises"]["mse"]
    assert state["lent"] is True and state["passed"] is False and state["tries"] == 5
    desk.run("progress")
    assert "0 of 8, 1 lent" in said(desk, "progress")

    solve(desk, "loss", "mse_grad", "fit_line")            # these call mse
    desk.run("fit_line")
    text = said(desk, "fit_line")
    assert "checks pass" in text and "It builds on mse, which the course lent" in text
    solve(desk, "loss", "mse")
    desk.run("mse")
    assert "checks pass" in said(desk, "mse") and "is lent" not in said(desk, "mse")
    ways = desk.cell("mse").locator(".course-ways")
    assert not ways.is_visible()
    desk.cell("mse").locator("summary").filter(has_text="beside").click()
    ways.wait_for()
    assert ways.locator("b").all_inner_texts() == ["Yours", "Another right way"]
    assert "Yours and the course's do the same steps." in said(desk, "mse")
    desk.run(own)
    assert "Your own mse passes its check, so nothing is lent." in said(desk, own)
    assert desk.errors == []


def test_a_wrong_answer_is_explained_and_the_key_comes_after_a_second_one(page, alone):
    desk = Desk(page, alone).open(fresh(alone, "loss"))
    bank = (alone.folder.parent / "keys" / "loss" / "quiz.yaml").read_text(encoding="utf-8")
    key = bank.split("id: silent-broadcast")[1].split("key: ")[1][0]
    first, second = [letter for letter in "ABCD" if letter != key][:2]
    desk.run("setup", "silent-broadcast")
    card = desk.card_of("silent-broadcast")
    desk.option("silent-broadcast", first).click()
    card.get_by_text(f"Not {first}. Choose once more").wait_for()
    assert f"Why not {first}" in card.inner_text() and card.locator(".course-right").count() == 0
    desk.run("silent-broadcast")                            # run again: it is still the first answer
    card.get_by_text(f"Not {first}. Choose once more").wait_for()
    desk.option("silent-broadcast", second).click()
    card.get_by_text(f"Not {second}: the answer is {key}.").wait_for()
    desk.option("silent-broadcast", key).click()
    card.get_by_text(f"Yes, {key}.").wait_for()
    desk.until(lambda: progress(desk)["questions"]["silent-broadcast"]["answer"] == key)
    state = progress(desk)["questions"]["silent-broadcast"]
    assert (state["first_answer"], state["tries"], state["right"]) == (first, 3, True)
    desk.until(lambda: f'answer="{key}"' in desk.on_disk("silent-broadcast"))

    # what will be read, from the page as it is now: the kernel has it from the file that the page saves first
    desk.set_source(desk.index("mse-solution"), WRONG)
    own = new_cell(desk, "setup", "helper = 3")
    every = new_cell(desk, "progress", 'check("all")')
    desk.until(lambda: "What you changed since is not in it" not in said(desk, every))
    text = said(desk, every)
    rows = dict(row.split("\t", 1) for row in text.split("\n") if "\t" in row)
    assert rows["mse"] == "written" and rows["mse_grad"] == "not written yet"
    assert rows["silent-broadcast"] == key and "No answer yet: loss-or-profit, " in text
    assert "helper = 3: your own cell" in text and 'check("all")' not in text
    assert "are still open" in text and own

    # the progress file is lost: the notebooks still know the answers
    (alone.folder / "progress.json").unlink()
    desk.run("progress")
    assert "The progress file did not have 1 answer of yours" in said(desk, "progress")
    assert progress(desk)["questions"]["silent-broadcast"]["answer"] == key
    desk.run("progress")
    assert "did not have" not in said(desk, "progress")
    assert desk.errors == []


def test_in_a_class_before_the_date_and_a_copy_that_is_brought_again(page, in_class):
    desk = Desk(page, in_class).open(fresh(in_class, "loss"))
    assert points_shown(desk)
    desk.run("setup")
    assert points_shown(desk)
    own = new_cell(desk, "mse", 'lend("mse")')
    assert "Your instructor can open it" in said(desk, own)
    desk.run("best-constant")
    desk.cell("best-constant").locator("details img").wait_for()        # asked for: open at once
    solve(desk, "loss", "mse")
    desk.run("mse")
    assert "checks pass" in said(desk, "mse") and "beside" not in said(desk, "mse")
    desk.save()

    desk = Desk(page, in_class).open(fresh(in_class, "weights"))
    desk.run("setup", "carry")
    desk.cell("carry").get_by_text("Their code now stands in the cell above, folded").wait_for()
    assert not desk.cell("carry").locator(".jp-InputArea-editor").is_visible()
    assert "# mse, from lesson loss, copy " in desk.source(desk.index("carry"))
    desk.run("carry")
    assert "mse\tyours, in this notebook" in said(desk, "carry")

    loss = in_class.folder / "loss" / "loss.ipynb"
    book = json.loads(loss.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell.get("id") == "mse-solution":
            cell["source"] = "".join(cell["source"]).replace("def mse", "newer = 1\n\n\ndef mse").replace(
                "return ", "return newer * ")
    loss.write_text(json.dumps(book), encoding="utf-8")
    desk.run("carry")                                       # untouched here: the newer one takes its place
    desk.cell("carry").get_by_text("in place of the copy that was here").wait_for()
    desk.until(lambda: "newer * " in desk.source(desk.index("carry")))
    assert desk.source(desk.index("carry")).count("def mse(") == 1

    index = desk.index("carry")                             # changed here: it stays, until it is deleted here
    desk.set_source(index, desk.source(index).replace("newer * ", "1 * newer * "))
    desk.run("carry")
    assert "has another version by now" in said(desk, "carry") and "1 * newer" in desk.source(index)
    source = desk.source(index)
    desk.set_source(index, source[:source.index("# mse, from")] + source[source.index("carry("):])
    desk.run("carry")
    desk.until(lambda: "return newer * " in desk.source(index))
    assert desk.source(index).count("def mse(") == 1
    assert desk.errors == []
