"""`learn`, a lesson, the keys and `grade --notebook` on Windows, as far as tests/windows.py can play it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import ROOT, course_copy, filled, mistake_source, to_bytes

from autograder.judging import own
from autograder.lessons import catalogue

WINDOWS = Path(__file__).resolve().parents[1] / "windows.py"
STUCK = "def minibatches(*arguments):\n    while True:\n        pass\n"
TWO_NOTEBOOKS = """
import threading
from pathlib import Path
from course.progress_file import alone, change, read, write

file = Path("progress.json")

def work(name):
    for i in range(30):
        with alone(file):
            state = read(file)
            change(state, "question", f"{name}{i}", 1.0, {"answer": "A", "right": None})
            write(file, state)

threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(read(file)["questions"]))
"""
BUSY = """
import os

replace, refused = os.replace, {}

def busy(source, target):
    refused[str(target)] = refused.get(str(target), 0) + 1
    if refused[str(target)] <= 2:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")
    replace(source, target)

os.replace = busy
"""
LESSON = """
os.environ["COURSE_PROGRESS"] = "progress.json"
from course import carry, check, progress, quiz, review
from course.actions.check import CheckFailed
import numpy as np

def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape: raise ValueError
    return np.mean((y_pred - y_true)**2)

check("mse")
def mse(y_pred, y_true): return np.sqrt(np.sum((y_pred - y_true)**2)), "\\u221a"
try:
    check("mse")
except CheckFailed as error:
    print("told")
quiz("zero-weights", "\\u03c3 or \\u221a?", A="\\u2212", B="b", C="c", D="d", answer="A")
carry("mse", "sigmoid")
progress()
review("weights")
print("refused:", refused)
"""
SIGNS = "def log_softmax(z):\n    raise ValueError('σ is not √2: ≤ ∞')\n"


@pytest.fixture
def on_windows(tmp_path):
    """Run `python …` as if there: (status, output, errors), both read in a code page of 256 signs."""
    def run(*words, folder=ROOT):
        env = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(folder), "PYTHONIOENCODING": "cp1252",
               "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(tmp_path))}
        done = subprocess.run([sys.executable, "-X", "utf8=0", "-X", "warn_default_encoding", str(WINDOWS), *words],
                              cwd=tmp_path, capture_output=True, timeout=300, env=env)
        return done.returncode, done.stdout.decode("cp1252"), done.stderr.decode("cp1252", "replace")
    return run


def test_it_is_played_to_the_course_alone(on_windows, tmp_path):
    inside = tmp_path / "course" / "probe.py"
    inside.parent.mkdir()
    outside = tmp_path / "probe.py"
    text = ("import os, signal, sys, select\nfound = [hasattr(os, 'fork'), hasattr(signal, 'SIGPROF'), os.name, "
            "sys.platform]\ntry:\n    import fcntl\n    found.append(True)\nexcept ImportError:\n"
            "    found.append(False)\n"
            "r, w = os.pipe()\ntry:\n    select.select([r], [], [], 0)\n    found.append(True)\nexcept OSError:\n"
            "    found.append(False)\nprint(found)\n")
    inside.write_text(text)
    outside.write_text(text)
    status, out, err = on_windows(str(inside))
    assert (status, out.strip()) == (0, "[False, False, 'nt', 'win32', False, False]"), err
    if os.name == "posix":
        assert on_windows(str(outside))[1].strip() == str([True, True, "posix", sys.platform, True, True])


def test_learn_copies_the_lessons_and_the_keys_are_made(on_windows, tmp_path):
    folder = course_copy(tmp_path / "clone")
    status, out, err = on_windows("-m", "course", "learn", "--prepare", "--work", str(tmp_path / "Жork"), folder=folder)
    assert (status, err) == (0, "") and "Copied to" in out
    assert (tmp_path / "Жork" / "loss" / "loss.ipynb").is_file()
    status, out, err = on_windows("-m", "autograder", "keys", "--root", str(tmp_path))
    assert (status, err) == (0, "")
    assert json.loads((tmp_path / "dist" / "keys" / "loss" / "solutions.json").read_text("utf-8"))["mse"]["source"]


def test_a_lesson_is_checked_carried_and_counted_while_its_file_is_in_use(on_windows, tmp_path):
    (tmp_path / "lesson.py").write_text(BUSY + LESSON)
    status, out, err = on_windows("lesson.py")
    assert (status, err) == (0, "")
    assert "checks pass" in out and "told" in out and "UnicodeEncodeError" not in out
    state = json.loads((tmp_path / "progress.json").read_text("utf-8"))
    assert state["exercises"]["mse"]["tries"] == 2 and state["questions"]["zero-weights"]["answer"] == "A"
    assert int(re.search(r"progress\.json': (\d+)", out)[1]) > 2, "the file was never in use"


def test_two_notebooks_at_once_lose_nothing_of_the_progress_file(on_windows, tmp_path):
    (tmp_path / "two.py").write_text(TWO_NOTEBOOKS)
    status, out, err = on_windows("two.py")
    assert (status, out.strip(), err) == (0, "60", "")


def test_a_notebook_gets_the_same_points_and_words_as_here(on_windows, tmp_path):
    """But what never ends, which is ended otherwise there: it costs its own points, and takes its time."""
    programs = {"mse": mistake_source("loss", "mse", "sum_instead_of_mean"), "log_softmax": SIGNS}
    path = tmp_path / "loss.ipynb"
    path.write_bytes(to_bytes(filled("loss", programs, wrong=("dice-by-heart",))))
    said = []
    here = own.grade_notebook(path, show=said.append)
    path.write_bytes(to_bytes(filled("loss", programs | {"minibatches": STUCK}, wrong=("dice-by-heart",))))
    status, out, err = on_windows("-m", "autograder", "grade", "--notebook", str(path))
    assert (status, err) == (0, ""), err
    lost = catalogue.exercises("loss")["minibatches"].points
    assert f"Score: {here['points'] - lost:g} of {here['max_points']:g}" in out and here["points"] < here["max_points"]
    assert "Your loss doubles when the batch doubles" in out and "? is not ?2: ? ?" in out
    assert re.search(r"minibatches: .*did not end", out.replace("\n", " "))
    assert heads(out) == heads("\n".join(said))


def heads(text):
    """The line of each part but the one that never ends, without signs that a code page lacks."""
    return [re.sub(r"[^ -~]", "?", line) for line in text.splitlines()
            if re.match(r"[\w-]+: ", line) and not line.startswith(("minibatches", "Score"))]


def test_a_notebook_that_is_not_there_is_said_in_one_sentence(on_windows, tmp_path):
    status, out, err = on_windows("-m", "autograder", "grade", "--notebook", str(tmp_path / "nöne.ipynb"))
    assert status == 1 and out == "" and err.startswith("error: ") and err.count("\n") == 1
