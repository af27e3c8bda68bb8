"""axe-core on every lab, on review, carry, progress, a check card of each kind, all on one page; and on `numpy`."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from driver import ROOT, Desk, Server, fresh, lessons, notebook

from course import contents

SERIOUS = ("serious", "critical")
NOT_OURS = "jp-collapseHeadingButton"       # JupyterLab's own, which has no name
LAB = re.compile(r"^labs\.\w+\.(\w+_lab|film|explorer)\(", re.M)
CUT = """cell => [...cell.querySelectorAll('.widget-label, .widget-readout')].filter(
    e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""      # labels that do not fit
# The course's own functions under their names, all of them: a lab asks for the learner's.
SETUP = """from course import carry, check, labs, progress, review
from autograder.lessons import catalogue
for topic in ("loss", "weights", "activations", "gradients", "initialization"):
    globals().update(catalogue.library(topic))
"""
BAD = """linear = lambda X, W, b: X @ W
try:
    check('linear')
except AssertionError:
    pass
"""
CARDS = [("review", "review('initialization')"), ("carry", "carry('mse', 'linear')"), ("progress", "progress()"),
         ("good", "check('mse')"), ("bad", BAD),
         ("lent", "from course import lend\nlend('mse_grad')")]


def labs():
    """[(topic and id, source)] of the lessons' labs."""
    found = []
    for topic in contents.TOPICS:
        book = nbformat.read(ROOT / "release" / topic / f"{topic}.ipynb", as_version=4)
        found += [(f"{topic}-{cell.id}", cell.source) for cell in book.cells
                  if cell.cell_type == "code" and LAB.search(cell.source)]
    return found


@pytest.fixture(scope="module")
def desk(browser, tmp_path_factory):
    """A tall page, so that all its cells are there at once."""
    server = Server(lessons(tmp_path_factory.mktemp("axe") / "work"))
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(30_000)
    desk_ = Desk(page, server)
    yield desk_
    context.close()
    server.stop()


def theme(desk, name):
    desk.command("apputils:change-theme", theme=f"JupyterLab {name}")
    desk.page.wait_for_function("t => document.body.dataset.jpThemeName === t", arg=f"JupyterLab {name}")
    desk.page.wait_for_timeout(400)


def serious(desk, where):
    """[(rule, element)] of what axe finds in that part of the page."""
    found = Axe().run(desk.page, where, {"resultTypes": ["violations"]}).response["violations"]
    return [(violation["id"], node["html"][:200]) for violation in found if violation["impact"] in SERIOUS
            for node in violation["nodes"] if NOT_OURS not in node["html"]]


def test_all_labs_are_found():
    assert {name.partition("-")[0] for name, _ in labs()} == {
        "start", "loss", "weights", "activations", "gradients", "initialization"} and len(labs()) == 8


def test_axe_finds_nothing_serious_on_labs_and_cards(desk):
    cells = [("setup", SETUP), *CARDS, *labs()]
    notebook(desk.server.folder / "all" / "all.ipynb", *cells)
    desk.open("all/all.ipynb")
    desk.run_all(200)
    desk.page.wait_for_function("n => jupyterapp.shell.currentWidget.content.widgets.filter(cell => "
                                "cell.model.executionCount !== null).length === n", arg=len(cells))
    desk.idle()
    for name in ("Light", "Dark"):
        theme(desk, name)
        for id, _ in cells[1:]:
            place = desk.cell(id)
            if id in dict(labs()):
                place.locator(".hnl-lab img").wait_for()
                assert place.evaluate(CUT) == [], id
            else:
                place.locator(".course-card:visible").first.wait_for()
            assert serious(desk, f".jp-Cell[data-windowed-list-index='{desk.index(id)}']") == [], (name, id)


def test_axe_finds_nothing_serious_on_the_page_about_numpy(desk):
    desk.open(fresh(desk.server, "numpy"))
    desk.run_all(120)
    for name in ("Dark", "Light"):
        theme(desk, name)
        for index in range(0, desk.count(), 10):
            desk.page.evaluate("async i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", index)
            desk.page.wait_for_timeout(200)
            assert serious(desk, ".jp-Notebook") == [], (name, index)
