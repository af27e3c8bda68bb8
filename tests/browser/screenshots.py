"""Make the pictures of the README: python tests/browser/screenshots.py. They are made by hand, not by the tests."""

import shutil
import tempfile
from pathlib import Path

from driver import ARGUMENTS, CHROMIUM, ROOT, Lab, Server
from PIL import Image

from autograder.author.keys import write_keys

WRONG = "    d = y_pred - y_true\n    if d.shape != y_true.shape:\n        raise ValueError(\"shapes differ\")\n" \
        "    return np.sum(d ** 2)"


def at(lab, index):
    """Scroll a cell to the top and return its locator."""
    lab.page.evaluate("""async i => {
        const book = jupyterapp.shell.currentWidget.content;
        book.activeCellIndex = i;
        book.mode = "command";
        await book.scrollToItem(i, "start");
    }""", index)
    lab.page.wait_for_timeout(900)
    return lab.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")


def index_of(lab, id):
    return lab.page.evaluate("""id => {
        const cells = jupyterapp.shell.currentWidget.context.model.cells;
        for (let i = 0; i < cells.length; i += 1) if (cells.get(i).id === id) return i;
    }""", id)


def picture(lab, id, name, part=".jp-Cell-outputWrapper"):
    cell = at(lab, index_of(lab, id))
    lab.page.mouse.move(5, 5)
    lab.page.wait_for_timeout(300)
    shot = cell if part is None else cell.locator(part)
    shot.screenshot(path=ROOT / "docs" / name)
    with Image.open(ROOT / "docs" / name) as image:          # 96 colours do, at a third of the size
        small = image.convert("RGB").quantize(96, dither=Image.Dither.NONE)
    small.save(ROOT / "docs" / name, optimize=True)
    print(name, (ROOT / "docs" / name).stat().st_size // 1000, "KB")


def main():
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp())
    for edition, topic in (("release", "loss"), ("source", "weights")):
        (folder / "work" / topic).mkdir(parents=True)
        shutil.copy(ROOT / edition / topic / f"{topic}.ipynb", folder / "work" / topic)
    server = Server(folder / "work", COURSE_KEYS=str(write_keys(folder=folder / "keys")))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1080, "height": 1300}, device_scale_factor=1.25)
            lab = Lab(page, server).open("loss/loss.ipynb")
            lab.command("application:toggle-left-area")
            lab.run_cell(index_of(lab, "setup"))
            stub = index_of(lab, "mse-solution")
            source = lab.source(stub)
            lab.set_source(stub, source[:source.index("    # YOUR CODE")] + WRONG)
            lab.run_cell(stub)
            lab.run_cell(index_of(lab, "mse"))
            picture(lab, "mse", "check.png", ".course-card")
            lab.run_cell(index_of(lab, "sure-and-stuck"))
            cell = at(lab, index_of(lab, "sure-and-stuck"))
            cell.locator(".course-option").nth(0).click()
            cell.locator(".course-feedback strong").first.wait_for()
            page.wait_for_timeout(800)
            picture(lab, "sure-and-stuck", "question.png", None)

            lab = Lab(page, server).open("weights/weights.ipynb")
            lab.run_all(200)
            lab.command("apputils:change-theme", theme="JupyterLab Dark")
            page.wait_for_timeout(1500)
            picture(lab, "lab", "lab-dark.png", None)
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
