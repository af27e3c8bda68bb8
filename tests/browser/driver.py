"""JupyterLab on a free port in a temporary folder, and Debian's Chromium to drive it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat

from autograder.lessons import catalogue
from course.actions.learn import style_option

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
# What the page says of itself and of the network: no card of ours is behind it.
NOT_OURS = ("favicon", "Failed to load resource", "WebSocket", "service-worker", "ServiceWorker", "nbgrader",
            "jupyterlab-manager", "net::ERR", "formgrader", "ResizeObserver", "debugger state", "Canceled future")


def lacking():
    """Why no browser test can run here; "" where they can."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if os.access(CHROMIUM, os.X_OK) else f"{CHROMIUM} is not there"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(**extra):
    """The process environment without what a developer's shell may hold of the course."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COURSE_", "JUPYTER", "JPY", "MPL"))}
    return {**clean, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **extra}


IDLE = """async () => {
    const context = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    const kernel = context?.session?.kernel;
    if (!context?.isReady || kernel?.connectionStatus !== 'connected' || kernel.status !== 'idle') return false;
    await kernel.info;
    const prompts = document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-InputPrompt');
    return ![...prompts].some(prompt => prompt.textContent.includes('[*]'));
}"""


class Server:
    """A Jupyter server on a folder of notebooks."""

    running = []

    def __init__(self, folder, **extra):
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        home = self.folder.parent / f"{self.folder.name}-home"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config"),
               "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
               "IPYTHONDIR": str(home / "ipython")}
        self.log = open(home / "server.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={self.port}",
             "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=",
             "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={self.folder}",
             "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
             "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
             f"--LabApp.app_settings_dir={ROOT / 'course' / 'static'}", "--LabApp.custom_css=True",
             style_option("COURSE_KEYS" in extra)],
            cwd=self.folder, env=environment(**own, **extra), stdout=self.log, stderr=subprocess.STDOUT)
        self.running.append(self)
        self.wait()

    def wait(self, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/api/status", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{Path(self.log.name).read_text()[-3000:]}")

    def end_kernels(self):
        """What a notebook is opened with next is a kernel of its own."""
        with urllib.request.urlopen(f"{self.url}/api/sessions", timeout=30) as answer:
            sessions = json.load(answer)
        for session in sessions:
            one = urllib.request.Request(f"{self.url}/api/sessions/{session['id']}", method="DELETE")
            urllib.request.urlopen(one, timeout=30).close()

    def stop(self):
        if self in self.running:
            self.running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.close()

    def restart(self, **extra):
        self.stop()
        self.__init__(self.folder, **extra)


class Lab:
    """One notebook open in one page."""

    def __init__(self, page, server, app="lab"):
        self.page, self.server, self.app = page, server, app
        self.errors = []
        page.on("console", self._console)
        page.on("pageerror", self._page_error)

    def _page_error(self, error):
        # Notebook 7.6 stumbles over a setting of its own at the start; our code runs from a blob: address.
        if self.app != "notebook" or "blob:" in (error.stack or ""):
            self.errors.append(f"page error: {error}")

    def _console(self, message):
        if message.type == "error":
            text = f"{message.text} {message.location.get('url', '')}"
            if not any(part in text for part in NOT_OURS):
                self.errors.append(text)

    def open(self, path, idle=True):
        self.path = path
        where = f"/notebooks/{path}" if self.app == "notebook" else f"/lab/workspaces/w{free_port()}/tree/{path}"
        self.page.goto(self.server.url + where)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        if idle:
            self.idle()
        return self

    def idle(self, seconds=120):
        """Wait until the kernel says that it has nothing to do."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(IDLE):
                return
            self.page.wait_for_timeout(150)
        raise AssertionError(f"the kernel is not idle after {seconds} s")

    def reload(self):
        """The page again, until what it shows stands still: outputs come after the cells, and after the kernel."""
        self.page.reload()
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.idle()
        shown, same = "", 0
        for _ in range(100):
            self.page.wait_for_timeout(200)
            before, shown = shown, self.page.locator(".jp-Notebook").first.inner_text()
            same = same + 1 if shown == before else 0
            if same == 4:
                return
        raise AssertionError("the page does not stand still after 20 s")

    def command(self, name, seconds=120, **arguments):
        """Whether a command of the page's ended in that time: one whose kernel was not there yet never does."""
        return self.page.evaluate("""([name, args, seconds]) => Promise.race([
            jupyterapp.commands.execute(name, args).then(() => true),
            new Promise(late => setTimeout(() => late(false), 1000 * seconds))])""", [name, arguments, seconds])

    def run_all(self, seconds=120):
        if not self.command("notebook:run-all-cells", seconds):
            self.command("notebook:run-all-cells", seconds)
        self.idle(seconds)

    def save(self):
        self.command("docmanager:save")
        self.page.wait_for_timeout(200)

    def restart_kernel(self):
        self.page.evaluate("""async () => {
            const widget = jupyterapp.shell.currentWidget; await widget.context.sessionContext.session.kernel.restart();
        }""")
        self.idle()

    def source(self, index):
        """The source of a cell in the open notebook."""
        return self.page.evaluate(
            "i => jupyterapp.shell.currentWidget.context.model.cells.get(i).sharedModel.getSource()", index)

    def set_source(self, index, text):
        self.page.evaluate(
            """([i, text]) => jupyterapp.shell.currentWidget.context.model.cells.get(i).sharedModel
                .setSource(text)""", [index, text])

    def run_cell(self, index, seconds=60):
        self.page.evaluate("""i => {
            const book = jupyterapp.shell.currentWidget.content; book.activeCellIndex = i;
            book.deselectAll(); return jupyterapp.commands.execute('notebook:run-cell').then(() => null);
        }""", index)
        self.idle(seconds)

    def saved(self):
        """The notebook as it is on disk, after saving it."""
        self.save()
        return nbformat.read(self.server.folder / self.path, as_version=4)

    def card(self, index=0):
        return self.page.locator(".course-card.course-live").nth(index)


def notebook(path, *cells):
    """Write a small notebook: (id, source) pairs, or a text for a Markdown cell."""
    made = nbformat.v4.new_notebook(metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}})
    for i, cell in enumerate(cells):
        if isinstance(cell, str):
            made.cells.append(nbformat.v4.new_markdown_cell(cell, id=f"text-{i}"))
        else:
            made.cells.append(nbformat.v4.new_code_cell(cell[1], id=cell[0]))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
    return path


class Desk(Lab):
    """A notebook used by hand. Cells are named by their id."""

    def index(self, id):
        return self.page.evaluate("""id => {
            const cells = jupyterapp.shell.currentWidget.context.model.cells;
            for (let i = 0; i < cells.length; i += 1) if (cells.get(i).id === id) return i;
            return null;
        }""", id)

    def cell(self, id):
        """The cell's place in the page, in sight."""
        self.page.evaluate("async i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'center')",
                           self.index(id))
        index = self.index(id)
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index='{index}']")

    def select(self, id):
        """Click beside the cell's source: command mode, as before a Shift+Enter."""
        self.cell(id).locator(".jp-InputPrompt").click()

    def run(self, *ids, wait=True):
        for id in ids:
            self.select(id)
            self.page.keyboard.press("Shift+Enter")
            if wait:
                self.idle()

    def active(self):
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.activeCell.model.id")

    def mode(self):
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.mode")

    def count(self):
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")

    def outputs(self, id):
        return self.page.evaluate(
            "i => jupyterapp.shell.currentWidget.context.model.cells.get(i).sharedModel.outputs", self.index(id))

    def pictures(self, id):
        return [out["data"]["image/png"] for out in self.outputs(id) if "image/png" in out.get("data", {})]

    def ran(self, id):
        return self.page.evaluate(
            "i => jupyterapp.shell.currentWidget.context.model.cells.get(i).executionCount", self.index(id))

    def card_of(self, id):
        return self.cell(id).locator(".course-card.course-live").first

    def option(self, id, letter):
        return self.card_of(id).locator(f".course-option[data-letter='{letter}']")

    def on_disk(self, id):
        """The source of a cell as the file has it now, without saving."""
        cells = None
        while cells is None:                     # while the server writes the file, it is not whole for a moment
            with contextlib.suppress(ValueError):
                cells = json.loads((self.server.folder / self.path).read_text(encoding="utf-8"))["cells"]
        return next("".join(cell["source"]) for cell in cells if cell["id"] == id)

    def run_once(self, *ids):
        """Run those of these cells that have not run yet: what a test needs that the one before it may have done."""
        self.run(*(id for id in ids if self.ran(id) is None))

    def until(self, say, seconds=10):
        """Wait until `say()` holds."""
        for _ in range(int(seconds * 10)):
            if say():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not so after {seconds} s")


def fresh(server, topic):
    """The lesson as given out, in a folder as `learn` makes it, and no progress yet."""
    shutil.copy(ROOT / "release" / topic / f"{topic}.ipynb", server.folder / topic / f"{topic}.ipynb")
    (server.folder / "progress.json").unlink(missing_ok=True)
    return f"{topic}/{topic}.ipynb"


def solution(topic, name):
    """The reference function as a learner would have typed it."""
    return "\n".join(line for line in catalogue.reference_source(topic, name).splitlines() if "SOLUTION" not in line)


def solve(desk, topic, *names):
    """Type the reference's functions into their cells, and run them."""
    for name in names:
        desk.set_source(desk.index(f"{name}-solution"), solution(topic, name))
        desk.run(f"{name}-solution")


def solved(desk, topic, *names):
    """The same where they do not stand there yet, or have not run."""
    for name in names:
        if desk.source(desk.index(f"{name}-solution")) != solution(topic, name):
            solve(desk, topic, name)
        else:
            desk.run_once(f"{name}-solution")


def progress(lab):
    """The progress file beside the lessons, as it is now."""
    path = lab.server.folder / "progress.json"
    empty = {"exercises": {}, "questions": {}}
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty


def lessons(folder, edition="release"):
    """A learner's folder with all lessons, as `learn` makes it."""
    for path in sorted((ROOT / edition).glob("*/*.ipynb")):
        (folder / path.stem).mkdir(parents=True)
        shutil.copy(path, folder / path.stem)
    return folder
