"""A lesson opened on another machine: the buttons, and the cell that installs the course where it is missing.

The cell is run in a kernel of an environment with NumPy, Matplotlib and IPython alone, and installs from an archive
laid out as a git host makes it. There is no network: what pip may find lies in a folder.
"""

import contextlib
import json
import posixpath
import re
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from classroom import filled, to_bytes

from autograder.author.site import elsewhere
from autograder.judging import own
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.problems import Problem
from course.actions.handin import reading

HUB = "https://github.com/OWNER/NAME"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="an environment of links is for Linux and macOS")
INSTALLED = "The course is installed. Go on with the next cell."

# No folder can be written but the system's temporary one, without which there is no Matplotlib, and no thread started.
REFUSE = """
import os, sys, tempfile, threading
allowed = (tempfile.gettempdir(), os.devnull)
def nothing_written(event, args):
    writes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir")
    if event == "open":
        writes = bool(set(args[1] or "") & set("wax+") or (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    if writes and isinstance(args[0], (str, os.PathLike)) and not os.fspath(args[0]).startswith(allowed):
        raise OSError(30, "Read-only file system", args[0])
sys.addaudithook(nothing_written)
def no_thread(*args, **kwargs):
    raise RuntimeError("can't start new thread")
threading.Thread.start = no_thread
"""
CELLS = {
    "imports": "import matplotlib.pyplot as plt\nimport numpy as np\n"
               "from course import carry, check, data, engine, labs, lend, plots, predict, progress, quiz, review\n"
               "from course import your_prediction",
    "wrong": "def mse(y_pred, y_true):\n    return np.sum((y_pred - y_true) ** 2)\n\ncheck('mse')",
    "unwritten": "def mse_grad(y_pred, y_true):\n    raise NotImplementedError\n\ncheck('mse_grad')",
    "right": "def mse(y_pred, y_true):\n    if y_pred.shape != y_true.shape:\n        raise ValueError('shapes')\n"
             "    return float(np.mean((y_pred - y_true) ** 2))\n\ncheck('mse')",
    "open": "quiz('q', 'Which $w$?', A='first', B='second', C='third', D='fourth', answer=None)",
    "answered": "quiz('q', 'Which $w$?', A='first', B='second', C='third', D='fourth', answer='C')",
    "predict": "predict('g', 'Which way?', A='up', B='down', guess='B')",
    "prediction": "your_prediction('g')",
    "lab": "labs.loss.polynomial_lab(mse)",
    "first lab": "labs.start.reader_lab()",
    "digits": "print(data.digits()[0].shape)",
    "figure": "plt.plot([0, 1])\nplt.show()",
    "demonstration": "mse_grad(np.array([1.0]), np.array([2.0]))",
    "carry": "carry('sigmoid')",
    "lend": "lend('mse_grad')",
    "progress": "progress()",
    "review": "review('loss', answers='A')",
    "all": "check('all')",
}
SAID = {
    "wrong": "Your loss doubles when the batch doubles", "unwritten": "mse_grad: not written yet",
    "right": "all 9 checks pass", "open": 'Type a letter in the cell above, as answer="A", and run it',
    "answered": "Your answer: C.", "predict": "Your prediction: B.", "prediction": "You predicted B: down",
    "lab": "Its controls need ipywidgets and anywidget", "first lab": "The network reads a 7", "digits": "(1347, 64)",
    "figure": "<Figure size", "demonstration": "`mse_grad`, which is not written yet",
    "carry": "sigmoid: the engine's stand-in", "lend": "`mse_grad` cannot be lent yet",
    "progress": "Nothing is kept for a notebook in this folder", "review": "No review", "all": "cannot be shown",
}
WITHOUT = ("anywidget", "ipywidgets", "yaml", "jupyterlab")


def needs(names):
    """{name: distribution} of packages and all that they need."""
    found, left = {}, list(names)
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name in found:
            continue
        with contextlib.suppress(metadata.PackageNotFoundError):        # of another system
            found[name] = metadata.distribution(name)
            left += [re.match(r"[\w.-]+", need)[0] for need in found[name].requires or [] if "extra ==" not in need]
    return found


def environment_of(folder, names):
    """A Python with these packages and what they need, as links to those that run this test. Its executable."""
    import venv

    venv.create(folder, symlinks=True)
    site, = folder.glob("lib/python*/site-packages")
    for package in needs(names).values():
        for top in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            there = Path(package.locate_file(top))
            if there.exists() and not (site / top).exists():
                (site / top).symlink_to(there)
    return folder / "bin" / "python"


def wheel_of(name, folder):
    """An installed package as a wheel again."""
    package = metadata.distribution(name)
    tag = re.search(r"^Tag: (\S+)", package.read_text("WHEEL"), re.M)[1]
    with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-{package.version}-{tag}.whl", "w") as made:
        for file in package.files:
            if file.parts[0] not in ("..", "__pycache__") and file.suffix != ".pyc" and file.locate().is_file():
                made.write(file.locate(), file.as_posix())


def archive(path):
    """The repository as a git host packs it, as far as the package is made from it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
            made.write(ROOT / name, f"NAME-HEAD/{name}")
        for file in sorted((ROOT / "course").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                made.write(file, f"NAME-HEAD/{file.relative_to(ROOT).as_posix()}")
    return path


@contextlib.contextmanager
def kernel_of(python, folder, env):
    """A function that runs a cell in a kernel of this Python, and gives its output as text."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    spec = folder / "kernels" / "bare"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python",
        "display_name": "bare"}))
    manager = KernelManager(kernel_name="bare", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(spec.parent)]))
    manager.start_kernel(env=env, cwd=str(folder / "here"))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)

        def run(source):
            found = []
            client.execute_interactive(source, timeout=300, output_hook=lambda message: found.append(message))
            told = [message["content"] for message in found if message["msg_type"] not in ("status", "execute_input")]
            return "\n".join(str(said.get("text") or said.get("data", {}).get("text/plain")
                                 or "\n".join(said.get("traceback", ()))) for said in told)
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def bare(tmp_path):
    """A kernel with NumPy, Matplotlib and IPython alone; what pip finds lies in wheels/, which a test may fill."""
    for name in ("here", "wheels", "temporary"):
        (tmp_path / name).mkdir()
    python = environment_of(tmp_path / "python", ["numpy", "matplotlib", "ipykernel", "pip"])
    env = {"PATH": "", "HOME": str(tmp_path / "temporary"), "TMPDIR": str(tmp_path / "temporary"),
           "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels"), "OMP_NUM_THREADS": "1"}
    with kernel_of(python, tmp_path, env) as run:
        yield run


@POSIX
@pytest.mark.notebook
def test_a_lesson_goes_on_where_nothing_else_is_installed(bare, tmp_path):
    cell = elsewhere.cell_from(archive(tmp_path / "NAME-HEAD.zip").as_uri())
    offline = bare(cell)
    assert offline.startswith("The course could not be installed. Is there a network?") and len(offline) < 300
    assert "markupsafe" in offline and "Traceback" not in offline
    for name in ("markupsafe", "threadpoolctl", "setuptools"):
        wheel_of(name, tmp_path / "wheels")
    assert bare(cell).strip() == INSTALLED
    assert bare(cell) == ""                                   # once more: nothing happens
    assert bare(f"from importlib.util import find_spec\nprint([n for n in {WITHOUT} if find_spec(n)])").strip() == "[]"
    assert bare("print([n for n in dir() if 'pip' in n or n == 'sys'])").strip() == "[]"
    bare(REFUSE)
    said = {name: bare(source) for name, source in CELLS.items()}
    assert {name: said[name] for name, words in SAID.items() if words not in said[name]} == {}
    told = "".join(said.values())
    assert told.count("no time limit here") == 1 and "Traceback" not in told and "click an option" not in told
    assert list((tmp_path / "here").iterdir()) == []


def test_the_buttons():
    found = dict(elsewhere.buttons(HUB, "loss"))
    assert found == {
        "Colab": "https://colab.research.google.com/github/OWNER/NAME/blob/gh-pages/colab/loss/loss.ipynb",
        "Binder": "https://mybinder.org/v2/gh/OWNER/NAME/HEAD?urlpath=lab%2Ftree%2Fwork%2Floss%2Floss.ipynb",
        "Codespaces": "https://codespaces.new/OWNER/NAME",
    }
    for same in (HUB + "/", HUB + ".git", f"  {HUB}\n"):
        assert dict(elsewhere.buttons(same, "loss")) == found


@pytest.mark.parametrize("address, binder, archive", [
    ("https://gitlab.com/GROUP/SUB/NAME", "/v2/gl/GROUP%2FSUB%2FNAME/HEAD?", "/NAME/-/archive/HEAD/NAME-HEAD.zip"),
    ("https://codeberg.org/OWNER/NAME", "/v2/git/https%3A%2F%2Fcodeberg.org%2FOWNER%2FNAME/HEAD?",
     "git+https://codeberg.org/OWNER/NAME"),
    ("https://git.example.org/OWNER/NAME", None, "git+https://git.example.org/OWNER/NAME"),
])
def test_other_hosts_have_the_buttons_that_know_them(address, binder, archive):
    found = dict(elsewhere.buttons(address, "loss"))
    assert list(found) == (["Binder"] if binder else []) and all(binder in a for a in found.values())
    assert archive in elsewhere.first_cell(address)


def test_without_a_repository_there_is_nothing():
    for empty in ("", "  ", None):
        assert elsewhere.buttons(empty, "loss") == [] and elsewhere.first_cell(empty) == ""
        assert elsewhere.colab_copies(empty) == {}


@pytest.mark.parametrize("address", [
    "github.com/OWNER/NAME", "http://github.com/OWNER/NAME", "https://github.com/OWNER", "https://github.com",
    "git@github.com:OWNER/NAME.git", "https://github.com/OWNER/NAME/tree/main", "https://github.com/OWNER/NA ME",
    "https://me:secret@github.com/OWNER/NAME", "https://github.com/OWNER/NAME?tab=readme", "javascript:alert(1)",
    'https://github.com/OWNER/NAME"><script>', "https://github.com/OWNER/../x", "https://[::1/OWNER/NAME",
])
def test_a_bad_address_is_told(address):
    for ask in (lambda: elsewhere.buttons(address, "loss"), lambda: elsewhere.first_cell(address)):
        with pytest.raises(Problem, match=r"source/site\.yml: repository: .* is no address of a repository"):
            ask()


def test_the_committed_notebooks_and_setting_name_no_repository():
    assert elsewhere.repository() == ""
    for path in ROOT.glob("release/*/*.ipynb"):
        assert "install_course" not in path.read_text(encoding="utf-8"), path


def test_the_copies_for_colab_are_the_lessons_with_the_cell_before_all_code():
    import nbformat

    made = elsewhere.colab_copies(HUB)
    assert set(made) == {f"{topic}/{topic}.ipynb" for topic in catalogue.topics()}
    for name, text in made.items():
        book = json.loads(text)
        nbformat.validate(book)
        code = [cell["id"] for cell in book["cells"] if cell["cell_type"] == "code"]
        assert code[0] == elsewhere.CELL_ID and code.count(elsewhere.CELL_ID) == 1
        book["cells"] = [cell for cell in book["cells"] if cell["id"] != elsewhere.CELL_ID]
        topic = name.partition("/")[0]
        assert book == json.loads(catalogue.notebook_path(topic, "release").read_text(encoding="utf-8"))


def test_a_copy_that_is_handed_in_is_graded_as_the_lesson(tmp_path):
    """The cell is the learner's own to the grader, which runs it, and it does nothing where the course is."""
    cells = [("code", elsewhere.CELL_ID, elsewhere.first_cell(HUB))]
    notebook = elsewhere.with_cells(filled("loss", wrong=("dice-by-heart",)), cells)
    (tmp_path / "loss.ipynb").write_bytes(to_bytes(notebook))
    result = own.grade_notebook(tmp_path / "loss.ipynb", show=lambda text: None)
    assert result["points"] == result["max_points"] - 1
    assert result["notes"] == [] and not any(result["cell_notes"].values()) and not result["problem"]
    assert reading(tmp_path / "loss.ipynb").open == 0


def test_a_link_from_one_copy_to_another_leads_there():
    made = elsewhere.colab_copies(HUB)
    links = [(name, target) for name, text in made.items()
             for target in re.findall(r"\]\(([^)#:\s]+\.ipynb)", text)]
    assert len(links) > 3
    assert [link for link in links if posixpath.normpath(f"{posixpath.dirname(link[0])}/{link[1]}") not in made] == []


def test_the_commands_write_the_copies(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(elsewhere, "repository", lambda: HUB)
    assert elsewhere.main(["copies", str(tmp_path / "colab")]) == elsewhere.main(["lite", str(tmp_path / "lite")]) == 0
    assert len(list((tmp_path / "colab").iterdir())) == len(catalogue.topics())
    lite = (tmp_path / "lite" / "loss" / "loss.ipynb").read_text(encoding="utf-8")
    assert "**not tested here**" in lite and "piplite" in lite and "install_course" not in lite
    assert json.loads(lite)["metadata"]["kernelspec"]["name"] == "python"       # what it calls its own
    monkeypatch.setattr(elsewhere, "repository", lambda: "")
    capsys.readouterr()
    assert elsewhere.main(["copies", str(tmp_path / "none")]) == 0
    assert "names no repository" in capsys.readouterr().out
    with pytest.raises(Problem):
        elsewhere.main(["copy"])
