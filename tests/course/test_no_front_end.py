"""Where no page answers (VS Code, Colab, a terminal, a script): letters are typed, and nothing is claimed.

The kernel never hears from a front end here. What it shows must be true all the same: it cannot know what is saved in
the file, or whether the text of a cell is what was run.
"""

import html
import json
import re
import subprocess
import sys

import pytest
from classroom import ROOT

CELLS = {
    "setup": "import numpy as np\nfrom course import carry, check, labs, predict, progress, quiz, review\n"
             "from course import your_prediction",
    "quiz": "quiz('q', 'Which?', A='first', B='second', C='third', D='fourth', answer=' c ')",
    "open": "quiz('o', 'Which?', A='first', B='second', C='third', D='fourth', answer=None)",
    "odd": "quiz('p', 'Which?', A='first', B='second', C='third', D='fourth', answer='E')",
    "predict": "predict('g', 'Which way?', A='up', B='down', guess='B')",
    "result": "your_prediction('g')",
    "review": "review('weights', answers='ABC')",
    "stub": "def linear_single(x, W, b):\n    raise NotImplementedError",
    "carry": "carry('mse', 'mse_grad')",
    "again": "carry('mse', 'mse_grad')",
    "right": "check('mse')",
    "lab": "labs.loss.polynomial_lab(mse)",
    "wrong": "def mse_grad(y_pred, y_true):\n    return y_pred - y_true\n\ncheck('mse_grad')",
    "unwritten": "check('linear_single')",
    "progress": "progress()",
}
MSE = """def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes")
    return float(np.mean((y_pred - y_true) ** 2))
"""
CLAIMS = r"(?<!not )\bsaved\b|\bnot run\b|not been run|written to the cell|written into|now stands|Click an option"
FAIL = {"wrong": "AssertionError", "unwritten": "AssertionError"}
NOISE = r"data:image|iVBOR|base64|VBox|HBox|IntSlider|Traceback|Widget"


@pytest.fixture
def work(tmp_path):
    """A learner's folder with lesson 1 done as far as `mse`, and lesson 2 open."""
    for topic, cells in (("loss", [("setup", "import numpy as np"), ("mse-solution", MSE)]), ("weights", [])):
        (tmp_path / topic).mkdir()
        made = [{"cell_type": "code", "id": name, "source": source, "metadata": {}, "outputs": [],
                 "execution_count": None} for name, source in cells]
        (tmp_path / topic / f"{topic}.ipynb").write_text(json.dumps(
            {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return tmp_path / "weights"


def environment(**more):
    return {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(more.pop("home")), "OMP_NUM_THREADS": "1", **more}


def expected(said):
    """What each cell says, wherever it runs. `said`: {cell: text}."""
    assert "Your answer: C" in said["quiz"]
    assert 'type a letter in the cell above, as answer="A"' in said["open"]
    assert "is no option of this question" in said["odd"] and "Nothing is recorded" in said["odd"]
    assert "Your prediction: B" in said["predict"] and "You predicted B: down" in said["result"]
    assert all(f"Your answer: {letter}" in said["review"] for letter in "ABC")
    assert "mse: yours, from lesson loss" in said["carry"] and "mse_grad: the engine's stand-in" in said["carry"]
    assert "paste this code" in said["carry"] and "np.mean" in said["carry"]
    assert "mse: yours, from lesson loss" in said["again"]
    assert "all 9 checks pass" in said["right"]
    assert "A polynomial of degree 4 fitted to 25 points" in said["lab"] and "validation loss" in said["lab"]
    assert "0 of 9 checks pass" in said["wrong"] and "Smallest failing call" in said["wrong"]
    assert "not written yet" in said["unwritten"]
    for name, text in said.items():
        assert not re.search(CLAIMS, text), (name, re.search(CLAIMS, text))


def split(text):
    """{cell: what it printed}, from output with a line `=== name` before each cell's."""
    parts = re.split(r"^=== (\w+)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.notebook
def test_a_kernel_that_never_hears_from_a_page(work):
    """Run by nbclient without a widget manager: messages of the cards are sent, and nobody answers."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()])
    failed = {}

    def remember(cell, cell_index, execute_reply):
        failed[cell.id] = execute_reply["content"]["ename"]
    client = NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True, on_cell_error=remember,
                            store_widget_state=False, resources={"metadata": {"path": str(work)}})
    client.execute(env=environment(home=work.parent, PATH="/usr/bin:/bin"))
    assert failed == dict.fromkeys(FAIL, "CheckFailed")
    plain, pages = {}, {}
    for cell in book.cells:
        data = [output.get("data", {}) for output in cell.outputs]
        plain[cell.id] = "\n".join(d.get("text/plain", "") for d in data)
        pages[cell.id] = "\n".join(d.get("text/html", "") for d in data)
        assert not any(output.output_type == "stream" for output in cell.outputs), cell.id
    expected(plain)
    for name, page in pages.items():
        assert not re.search(CLAIMS, page), name
    assert 'answer="A"' in html.unescape(pages["open"]) and "<input" not in pages["open"]
    pictures = [output for cell in book.cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 1 and "degree 4" in pictures[0].metadata["image/png"]["alt"]
    # The source of the cells is what it was: nothing was written behind the learner's back.
    assert [cell.source for cell in book.cells] == list(CELLS.values())
    kept = json.loads((work.parent / "progress.json").read_text(encoding="utf-8"))
    assert kept["questions"]["q"]["answer"] == "C" and "o" not in kept["questions"] and "p" not in kept["questions"]
    assert kept["exercises"]["mse"]["passed"] and not kept["exercises"]["mse_grad"]["passed"]


def test_an_ipython_shell(work):
    runner = ("from IPython.terminal.interactiveshell import TerminalInteractiveShell as Shell\n"
              "shell = Shell.instance(colors='NoColor')\n"
              f"for name, source in {CELLS!r}.items():\n"
              "    print(f'=== {name}', flush=True)\n"
              "    done = shell.run_cell(source, store_history=True)\n"
              f"    assert done.success == (name not in {FAIL!r}), name\n")
    done = subprocess.run([sys.executable, "-c", runner], cwd=work, capture_output=True, text=True, timeout=180,
                          env=environment(home=work.parent))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = split(done.stdout)
    expected(said)
    assert not re.search(NOISE, done.stdout), re.search(NOISE, done.stdout)
    assert not (work.parent / "progress.json").exists()


def test_a_plain_script(work):
    lines = []
    for name, source in CELLS.items():
        lines.append(f"print('=== {name}')")
        lines += ["try:", *("    " + line for line in source.split("\n")),
                  f"except {FAIL[name]}:", "    pass"] if name in FAIL else [source]
    (work / "script.py").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py"], cwd=work, capture_output=True, text=True, timeout=180,
                          env=environment(home=work.parent))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stderr == ""
    expected(split(done.stdout))
    assert not re.search(NOISE, done.stdout), re.search(NOISE, done.stdout)


@pytest.mark.parametrize("script", [True, False])
def test_a_lab_whose_function_is_not_written_says_so_without_a_page(work, script):
    """Its remark stands in the live controls alone where there are some; it must be told elsewhere too."""
    code = ("from course import labs\ndef mse(a, b):\n    raise NotImplementedError\nlabs.loss.polynomial_lab(mse)\n"
            "def mse(a, b):\n    return 1 / 0\nlabs.loss.polynomial_lab(mse)\n")
    if not script:
        code = ("from IPython.terminal.interactiveshell import TerminalInteractiveShell as Shell\n"
                f"Shell.instance(colors='NoColor').run_cell({code!r})\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=work, capture_output=True, text=True, timeout=120,
                          env=environment(home=work.parent))
    assert done.returncode == 0, done.stderr
    assert "This lab uses `mse`, which is not written yet" in done.stdout
    assert "This lab calls your `mse`, and that went wrong: ZeroDivisionError" in done.stdout
    assert not re.search(NOISE, done.stdout), re.search(NOISE, done.stdout)
