"""A Python that cannot start threads (JupyterLite): `check` works without its time limit, and says so once."""

import subprocess
import sys

import pytest
from classroom import ROOT

REFUSE = """
import threading, _thread

def refuse(*args, **kwargs):
    raise RuntimeError("can't start new thread")

WHERE = refuse
"""
RIGHT = """import numpy as np
def mse(a, b):
    if a.shape != b.shape: raise ValueError
    return np.mean((a - b)**2)
"""


def script(tmp_path, where, *lines):
    path = tmp_path / "script.py"
    path.write_text(REFUSE.replace("WHERE", where) + "\n".join(lines), encoding="utf-8")
    return subprocess.run([sys.executable, path.name], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                          env={"PYTHONPATH": str(ROOT), "PATH": ""})


@pytest.mark.parametrize("where", ["threading.Thread.start", "threading._start_new_thread"])
def test_check_works_and_says_once_that_there_is_no_time_limit(tmp_path, where):
    done = script(tmp_path, where, "from course import check", RIGHT, "check('mse')", "print('---')", "check('mse')",
                  "def mse(a, b): return np.sum((a - b)**2)", "try:", "    check('mse')",
                  "except AssertionError as error:", "    print('told')")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, second = done.stdout.split("---")
    assert first.count("no time limit") == 1 and first.index("no time limit") < first.index("checks pass")
    assert "checks pass" in second and "no time limit" not in second
    assert "Your loss doubles when the batch doubles" in second and second.rstrip().endswith("told")


def test_the_check_of_a_carried_function_works_too(tmp_path):
    done = script(tmp_path, "threading.Thread.start", "from course.actions.check import quick", RIGHT,
                  "print(quick('mse', mse)[0])")
    assert done.stdout.strip().endswith("True"), done.stderr


def test_with_threads_nothing_is_said(tmp_path):
    done = script(tmp_path, "kept", "from course import check", RIGHT, "check('mse')")
    assert "checks pass" in done.stdout and "time limit" not in done.stdout


def test_the_learners_own_runtime_error_is_not_taken_for_it():
    from course.checking.observe import observe

    def stuck():
        raise RuntimeError("can't start new thread")
    raw = observe({"f": stuck}, {"of": "f", "args": []}, 2.0)
    assert raw["error"]["type"] == "RuntimeError"
