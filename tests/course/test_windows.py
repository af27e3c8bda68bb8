"""What is otherwise on Windows, as far as it can be had here: no fcntl, no fork, cp1252, a file that is in use."""

import json
import re
import subprocess
import sys

import pytest
from classroom import ROOT, course_copy

WINDOWS = """
import os, sys, warnings

warnings.filterwarnings("error", category=EncodingWarning, module="course")    # open() without its encoding

class NoFcntl:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "grp"):
            raise ImportError("no module named " + name)

sys.meta_path.insert(0, NoFcntl())
for name in ("fork", "execve", "geteuid", "getuid"):
    if hasattr(os, name):
        delattr(os, name)
replace, refused = os.replace, {}

def busy(source, target):
    refused[str(target)] = refused.get(str(target), 0) + 1
    if refused[str(target)] <= 2:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")
    replace(source, target)

os.replace = busy
"""
LEARN = """
from course.actions import learn
assert learn.main(["learn", "--prepare", "--work", os.path.join(os.getcwd(), "\\u0416ork")]) == 0
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
print("tries:", __import__("json").load(open("progress.json", encoding="utf-8"))["exercises"]["mse"]["tries"], refused)
"""


@pytest.fixture
def on_windows(tmp_path):
    """Run a program as if there; (output, errors)."""
    def run(program, folder=ROOT):
        (tmp_path / "program.py").write_text(WINDOWS + program, encoding="utf-8")
        done = subprocess.run([sys.executable, "-X", "utf8=0", "-X", "warn_default_encoding", "program.py"],
                              cwd=tmp_path, capture_output=True, timeout=120,
                              env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "cp1252", "PATH": ""})
        assert done.returncode == 0, done.stderr.decode("cp1252", "replace")[-2000:]
        return done.stdout.decode("cp1252"), done.stderr.decode("cp1252")
    return run


def test_learn_copies_the_lessons(on_windows, tmp_path):
    out, err = on_windows(LEARN, course_copy(tmp_path / "clone"))
    assert (tmp_path / "\u0416ork" / "loss" / "loss.ipynb").exists() and "Copied to" in out and err == ""


def test_a_lesson_is_checked_carried_and_counted(on_windows, tmp_path):
    out, err = on_windows(LESSON)
    assert "checks pass" in out and "told" in out and "UnicodeEncodeError" not in out and err == ""
    state = json.loads((tmp_path / "progress.json").read_text("utf-8"))
    assert state["exercises"]["mse"]["tries"] == 2 and state["questions"]["zero-weights"]["answer"] == "A"
    assert int(re.search(r"progress\.json': (\d+)", out)[1]) > 2, "the file was never in use"
