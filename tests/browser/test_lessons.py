"""Every lesson in JupyterLab: as it is given out, and filled in by the reference."""

import json
import shutil

import pytest
from driver import ROOT, Lab, Server

from autograder.author.keys import write_keys
from course.contents import PAGES


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Two folders, as `python -m course learn` makes them: the lessons as given out, and filled in."""
    folder = tmp_path_factory.mktemp("lessons")
    for edition in ("release", "source"):
        for path in sorted((ROOT / edition).glob("*/*.ipynb")):
            (folder / "work" / edition[:3] / path.stem).mkdir(parents=True)
            shutil.copy(path, folder / "work" / edition[:3] / path.stem)
    return folder / "work"


@pytest.fixture(scope="module")
def server(work):
    server = Server(work, COURSE_KEYS=str(write_keys(folder=work.parent / "keys")))
    yield server
    server.stop()


def cells(lab):
    """[{id, source, error, html}] of the code cells, as the page has them now."""
    return lab.page.evaluate("""() => {
        const model = jupyterapp.shell.currentWidget.context.model.cells, found = [];
        for (let i = 0; i < model.length; i += 1) {
            const cell = model.get(i);
            if (cell.type !== 'code') continue;
            const outputs = cell.sharedModel.outputs;
            found.push({ index: i, id: cell.id, source: cell.sharedModel.getSource(), ran: cell.executionCount !== null,
                error: outputs.filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`).join(' '),
                html: outputs.map(o => [].concat(o.data?.['text/html'] ?? '').join('')).join('') });
        }
        return found;
    }""")


def show(lab, index):
    lab.page.evaluate("""async i => {
        const book = jupyterapp.shell.currentWidget.content;
        book.activeCellIndex = i;
        await book.scrollToItem(i, "center");
    }""", index)
    lab.page.wait_for_timeout(300)


def test_as_given_out_it_runs_to_its_end(page, server, topic):
    lab = Lab(page, server).open(f"rel/{topic}/{topic}.ipynb")
    lab.run_all(240)
    # The command is done at the first failed cell, and the kernel looks idle between two cells: wait for the last one.
    page.wait_for_function("""() => {
        const cells = jupyterapp.shell.currentWidget.content.model.cells, codes = [];
        for (let i = 0; i < cells.length; i += 1) if (cells.get(i).type === 'code') codes.push(cells.get(i));
        return codes[codes.length - 1].executionCount !== null;
    }""", timeout=240_000)
    lab.idle()
    every = cells(lab)
    assert [cell["id"] for cell in every if not cell["ran"]] == []
    checks = [cell for cell in every if cell["source"].startswith("check(")]
    # what an open exercise stops is told by a card: of error outputs there are those of the checks alone, in few words
    assert {cell["id"] for cell in every if cell["error"]} == {cell["id"] for cell in checks}
    for cell in checks:
        assert "not written yet" in cell["html"] or "could not be checked" in cell["html"]
    waiting = [cell for cell in every if cell not in checks and "which is not written yet" in cell["html"]]
    assert waiting or not checks or topic in PAGES
    for cell in (checks + waiting)[:3]:
        show(lab, cell["index"])
        assert "Traceback" not in lab.page.locator(".jp-Notebook").inner_text()
    assert lab.errors == []


def test_filled_in_it_runs_whole(page, server, topic, work):
    lab = Lab(page, server).open(f"sou/{topic}/{topic}.ipynb")
    lab.run_all(300)
    every = cells(lab)
    assert [cell["id"] for cell in every if cell["error"]] == []
    names = [cell["source"].split('"')[1] for cell in every if cell["source"].startswith("check(")]
    for cell in every:
        if cell["source"].startswith("check("):
            assert "checks pass" in cell["html"]
        if cell["source"].startswith(("quiz(", "predict(", "review(", "progress(", "carry(")):
            assert "course-card" in cell["html"]

    asked = [cell for cell in every if cell["source"].startswith("quiz(")]
    if asked:                                              # a question by click: in the cell and in the progress file
        show(lab, asked[0]["index"])
        card = lab.page.locator(".jp-Cell.jp-mod-active .course-quiz.course-live")
        card.locator(".course-option").nth(1).click()
        card.get_by_text("answer written to the cell").wait_for()
        card.locator(".course-feedback strong").first.wait_for()
        assert 'answer="B",' in lab.source(asked[0]["index"])
    lab.idle()
    state = json.loads((work / "sou" / "progress.json").read_text())
    assert all(state["exercises"][name]["passed"] for name in names)
    if asked:
        assert sum(q.get("answer") == "B" for q in state["questions"].values()) >= 1

    last = next((cell for cell in every if cell["source"].startswith("progress(")), None)
    if last is not None and names and topic not in PAGES:     # a page does not count itself
        lab.run_cell(last["index"])
        show(lab, last["index"])
        lab.page.locator(".course-progress").get_by_text(f"{len(names)} of {len(names)}").first.wait_for()
    assert lab.errors == []


def test_the_lab_moves_by_keyboard(page, server, graded_topic):
    lab = Lab(page, server).open(f"sou/{graded_topic}/{graded_topic}.ipynb", idle=True)
    every = cells(lab)
    index = next((cell["index"] for cell in every if "labs." in cell["source"] and ".film(" not in cell["source"]
                  and "labs.frameworks" not in cell["source"]), None)
    if index is None and graded_topic == "frameworks":
        return                          # its experiments have no controls
    if index is None:
        pytest.fail("this lesson has no lab")
    setup = [cell for cell in every if cell["index"] < index and (
        cell["id"] in ("setup", "carry") or cell["source"].lstrip().startswith(("import ", "from ", "def ")))]
    for cell in setup:
        lab.run_cell(cell["index"])
    lab.run_cell(index)
    show(lab, index)
    # of this cell: a kernel that still runs brings back what other cells showed, a film at its end for example
    handle = lab.page.locator(".jp-Cell.jp-mod-active .noUi-handle").first
    handle.wait_for()
    drawn = "() => document.querySelector('.jp-Cell.jp-mod-active .jp-Cell-outputArea').innerHTML.length + " \
            "[...document.querySelectorAll('.jp-Cell.jp-mod-active .jp-Cell-outputArea img')].map(i => i.src).join()"
    lab.idle()                          # the page is still settling after the run: a key would go to the notebook
    lab.page.wait_for_timeout(1000)
    before = lab.page.evaluate(drawn)
    handle.focus()
    lab.page.wait_for_timeout(300)
    focused = lab.page.evaluate("() => document.activeElement.className")
    assert "noUi-handle" in focused, focused
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_function(f"before => ({drawn})() !== before", arg=before)
    lab.idle()
    assert "Traceback" not in lab.page.locator(".jp-Cell.jp-mod-active .jp-Cell-outputArea").first.inner_text()
    assert lab.errors == []


def test_a_review_is_explained_and_kept_and_stays_the_same_when_run_again(page, server, work):
    lab = Lab(page, server).open("rel/weights/weights.ipynb")
    every = {cell["id"]: cell["index"] for cell in cells(lab)}
    lab.run_cell(every["setup"])
    lab.run_cell(every["review"])
    cards = page.locator(".course-review.course-live")
    cards.nth(2).wait_for()
    stems = cards.locator("legend").all_inner_texts()
    assert len(stems) == 3 and all("lesson loss" in stem for stem in stems)
    source = lab.source(every["review"])
    cards.nth(0).locator(".course-option").nth(0).click()
    cards.nth(0).locator(".course-feedback strong").first.wait_for()
    assert "Your answer: A" in cards.nth(0).inner_text()
    assert lab.source(every["review"]) == source                      # a review's answer stands in no cell
    lab.run_cell(every["review"])
    assert cards.locator("legend").all_inner_texts() == stems
    state = json.loads((work / "rel" / "progress.json").read_text())
    assert sum("reviewed" in question for question in state["questions"].values()) == 1
    assert lab.errors == []
