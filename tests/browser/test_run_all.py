"""A person lets a fresh lesson run: by the menu, by keys, cell after cell. It comes to its end, and the page stays."""

import shutil

import pytest
from driver import ROOT, Lab, Server
from test_lessons import cells

MODEL = "jupyterapp.shell.currentWidget.content"
STATE = f"""() => ({{ active: {MODEL}.activeCellIndex, mode: {MODEL}.mode, top: {MODEL}.outerNode.scrollTop,
    cells: {MODEL}.model.cells.length, focus: {MODEL}.node.contains(document.activeElement) }})"""


@pytest.fixture
def server(tmp_path):
    """A folder as `python -m course learn` makes it, with lessons as they are given out."""
    for topic in ("start", "loss"):
        (tmp_path / "work" / topic).mkdir(parents=True)
        shutil.copy(ROOT / "release" / topic / f"{topic}.ipynb", tmp_path / "work" / topic)
    server = Server(tmp_path / "work")
    yield server
    server.stop()


def menu(page, *path):
    page.locator(".lm-MenuBar-itemLabel", has_text=path[0]).first.click()
    page.locator(".lm-Menu-itemLabel").get_by_text(path[1], exact=True).click()


def ran_to_its_end(lab, seconds=90):
    """The lesson's code cells, once the last one has run (a page whose kernel is idle may not have sent all yet)."""
    lab.page.wait_for_function(f"""() => {{
        const cells = {MODEL}.model.cells, codes = [];
        for (let i = 0; i < cells.length; i += 1) {{
            const cell = cells.get(i);
            if (cell.type === 'code' && cell.sharedModel.getSource()) codes.push(cell);
        }}
        return codes[codes.length - 1].executionCount !== null;
    }}""", timeout=seconds * 1000)
    lab.idle()
    return [cell for cell in cells(lab) if cell["source"]]     # Shift+Enter on the last cell adds an empty one


def calm(lab, every):
    """Every cell ran, in order; only checks ended in an error, each with its card."""
    assert [cell["id"] for cell in every if not cell["ran"]] == []
    checks = [cell for cell in every if cell["source"].startswith("check(")]
    assert checks and [cell["id"] for cell in every if cell["error"]] == [cell["id"] for cell in checks]
    assert all("course-card" in cell["html"] for cell in checks)
    assert "progress(" in every[-1]["source"] and "course-card" in every[-1]["html"]
    text = lab.page.locator(".jp-Notebook").inner_text()
    assert "Traceback" not in text and "NameError" not in text and "----> " not in text


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_run_all_by_the_menu_comes_to_the_end_and_moves_nothing(page, server, app):
    lab = Lab(page, server, app).open("loss/loss.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    before = page.evaluate(STATE)
    menu(page, "Run", "Run All Cells")
    calm(lab, ran_to_its_end(lab))
    after = page.evaluate(STATE)
    # Run All goes where the front end itself goes, with or without open exercises: nothing of ours takes the focus.
    assert after["mode"] == "command" and after["cells"] == before["cells"]
    assert after["active"] in (before["active"], after["cells"] - 1)
    if after["active"] == before["active"]:
        assert abs(after["top"] - before["top"]) < 300
    assert lab.errors == []


def test_the_keys_alone_run_the_cells_once_from_the_top(page, server):
    lab = Lab(page, server).open("start/start.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Escape")
    count = page.evaluate(STATE)["cells"]
    for index in range(count):
        assert page.evaluate(STATE)["active"] == index        # each key goes one cell down, also after a failed check
        page.keyboard.press("Shift+Enter")
        lab.idle()
    calm(lab, ran_to_its_end(lab))
    assert lab.errors == []


def test_shift_enter_ahead_of_the_kernel_is_not_thrown_away(page, server):
    """Keys pressed while the cells above still run: a failed check must not cancel what waits behind it."""
    lab = Lab(page, server).open("start/start.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Escape")
    for _ in range(page.evaluate(STATE)["cells"]):
        page.keyboard.press("Shift+Enter")
    calm(lab, ran_to_its_end(lab))
    assert lab.errors == []
