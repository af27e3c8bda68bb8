"""Time limits are of computing time: a busy machine costs nobody a mark, and what is slow costs only itself."""

import subprocess
import sys
import time
from pathlib import Path

import classroom
import pytest
from classroom import cell, filled, source

from autograder.judging import budget, run
from autograder.judging.budget import Budget, before, definitions
from autograder.sandbox.clock import Clock, Deadline, Limit, Spent

BUSY = 8


@pytest.fixture(scope="module")
def judge():
    judging = classroom.Judging()
    yield judging
    judging.close()


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Short limits: the length of a time limit is not what is tried here."""
    monkeypatch.setattr(run, "CELL_SECONDS", 1)
    monkeypatch.setattr(run, "AGAIN_SECONDS", 0.5)
    monkeypatch.setattr(run, "OWN_SECONDS", 1.5)
    monkeypatch.setattr(run, "OWN_AFTERWARDS", (0.2, 2.5))
    monkeypatch.setattr(budget, "MOST_WALL", 3)


def lost(judge, notebook):
    """{exercise or question: points} where some are lost, and the result."""
    result = judge(notebook)
    parts = {**result["exercises"], **result["questions"]}
    return {name for name, part in parts.items() if part["points"] < part["max_points"]}, result


def own_cell(notebook, name, *texts):
    """Cells of the learner's own above the solution of an exercise."""
    at = notebook["cells"].index(cell(notebook, f"{name}-solution"))
    notebook["cells"][at:at] = [{"cell_type": "code", "metadata": {}, "source": text, "outputs": [],
                                 "execution_count": None} for text in texts]


LOOP = "while True:\n    pass"
MSE = "def mse(y_pred, y_true):\n    if y_pred.shape != y_true.shape:\n        raise ValueError\n"
SLOW = {        # what stands below a definition, and how long it may take the judge
    "an endless loop": LOOP,
    "a loop that lets nobody interrupt it": ("while True:\n    try:\n        while True:\n            pass\n"
                                             "    except BaseException:\n        pass"),
    "a long sleep": "import time\ntime.sleep(600)",
    "one long call": "sum(range(10 ** 11))",
    "a long loop over a library": "for _ in range(10 ** 9):\n    np.linalg.svd(np.ones((60, 60)))",
}


@pytest.mark.parametrize("kind", SLOW)
def test_what_is_defined_above_a_slow_line_counts(judge, kind):
    notebook = filled()
    text = source(notebook, "mse-solution")
    cell(notebook, "mse-solution")["source"] = f"{text}\n{SLOW[kind]}"
    missing, result = lost(judge, notebook)
    assert not missing and result["cpu"] < 10
    assert "did not end within 1 second" in " ".join(result["cell_notes"]["mse"])


def test_a_helper_above_a_slow_line_in_a_cell_of_ones_own(judge):
    notebook = filled(programs={"mse": f"{MSE}    return one() * float(np.mean((y_pred-y_true)**2))"})
    own_cell(notebook, "mse", f"def one():\n    return 1.0\n{LOOP}")
    missing, result = lost(judge, notebook)
    assert not missing and "(`def one():`) took too long and was stopped" in " ".join(result["notes"])


def test_slow_cells_of_ones_own_leave_time_for_the_exercises(judge):
    notebook = filled()
    own_cell(notebook, "mse_grad", *[f"a{n} = 1\n{LOOP}" for n in range(20)], "def late():\n    return 0.0")
    program = source(notebook, "mse_grad-solution").replace("return ", "return late() + ")
    cell(notebook, "mse_grad-solution")["source"] = program
    missing, result = lost(judge, notebook)
    assert not missing and result["cpu"] < 12
    assert "and 17 more took too long and were stopped" in " ".join(result["notes"])


WORK = "import time\n    end = time.process_time() + {}\n    while time.process_time() < end:\n        pass\n    "
SLOW_CALLS = {
    "an endless call": WORK.format(1e9),
    "a sleep in each call": "import time\n    time.sleep(600)\n    ",
    "a call that lets nobody interrupt it": ("while True:\n        try:\n            while True:\n"
                                             "                pass\n        except BaseException:\n"
                                             "            pass\n    "),
}


@pytest.mark.parametrize("kind", SLOW_CALLS)
def test_a_timeout_is_never_learning_by_heart(judge, kind):
    program = "def mse(y_pred, y_true):\n    " + SLOW_CALLS[kind] + "return 1.0"
    missing, result = lost(judge, filled(programs={"mse": program}))
    assert missing == {"mse", "fit_line"} or missing == {"mse"}
    assert "did not end within 2 seconds" in result["exercises"]["mse"]["text"]
    assert not any(e["by_heart"] for e in result["exercises"].values())
    assert result["cpu"] < 40


def test_right_on_the_public_inputs_and_endless_on_others_is_no_by_heart(judge):
    """Slow for what is not in the notebook: nothing is known but that it is slow."""
    program = (f"{MSE}    while y_pred.size not in (1, 3) or abs(y_pred.flat[0] - 1) > 1e-3:\n        pass\n"
               "    return float(np.mean((y_pred - y_true) ** 2))")
    missing, result = lost(judge, filled(programs={"mse": program}))
    assert "mse" in missing and not result["exercises"]["mse"]["by_heart"]


def test_one_endless_call_among_others_costs_itself_alone(judge):
    """The calls of an exercise are asked for together; after one that was stopped the others are made all the same."""
    program = f"{MSE}    while y_pred.size == 12:\n        pass\n    return float(np.mean((y_pred - y_true) ** 2))"
    missing, result = lost(judge, filled(programs={"mse": program}))
    failed = {check["case"] for check in result["exercises"]["mse"]["checks"] if not check["passed"]}
    assert missing == {"mse"} and failed - {"inputs"} == {"a batch of 4 with 3 outputs"}
    assert "did not end within 2 seconds" in result["exercises"]["mse"]["text"]
    assert result["children"] == 2              # one for the class's cases, one for the words: none was killed


def test_a_call_that_is_stopped_and_answers_all_the_same_holds_nobody_up(judge):
    program = (f"{MSE}    try:\n        while y_pred.size == 12:\n            pass\n"
               "    except KeyboardInterrupt:\n        pass\n    return float(np.mean((y_pred - y_true) ** 2))")
    missing, result = lost(judge, filled(programs={"mse": program}))
    assert not missing and result["children"] == 1


def module(seconds):
    """A module that takes long to import, as text: a cell writes it beside the notebook."""
    return f"import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


@pytest.mark.parametrize("how", ["import slow_one", "from slow_one import end", "import importlib\n    "
                                 "importlib.import_module('slow_one')"])
def test_a_first_call_that_imports_something_large_is_tried_once_more(judge, how):
    notebook = filled()
    program = source(notebook, "mse-solution").replace("return ", f"{how}\n    return ")
    cell(notebook, "mse-solution")["source"] = (
        f"import pathlib, sys\npathlib.Path('slow_one.py').write_text({module(3)!r})\n"
        f"sys.path.insert(0, str(pathlib.Path('.').resolve()))\n{program}")
    missing, result = lost(judge, notebook)
    assert not missing and result["children"] == 2


def test_the_same_marks_on_a_busy_machine(judge):
    """A call that takes most of its time, a slow cell, one that is over: alone, and beside eight busy programs."""
    slow = source(filled(), "early_stopping_epoch-solution").replace(
        "### BEGIN SOLUTION", f"if not calls:\n        exec({module(1.2)!r}, {{}})\n"
                              "        calls.append(1)")
    notebook = filled(programs={"early_stopping_epoch": f"calls = []\n{slow}"})
    own_cell(notebook, "mse", module(.6) + "x = 1")
    cell(notebook, "mse_grad-solution")["source"] = source(notebook, "mse_grad-solution") + f"\n{LOOP}"
    alone = judge(notebook)
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        beside = judge(notebook)
    finally:
        for process in others:
            process.kill()
            process.wait()
    marks = [{n: p["points"] for n, p in {**r["exercises"], **r["questions"]}.items()} for r in (alone, beside)]
    assert marks[0] == marks[1] and alone["points"] == alone["max_points"]
    assert beside["cpu"] < 2 * alone["cpu"]


# --- without a wall -------------------------------------------------------------------------------------------

class Told(Clock):
    """A clock that is told what a process spends, as a share of the time that passes."""

    def __init__(self, cpu, waited):
        super().__init__(None)
        self.shares, self.began = (cpu, waited), time.monotonic()

    def read(self):
        passed = time.monotonic() - self.began
        return Spent(*(share * passed for share in self.shares))


@pytest.mark.parametrize("shares, limit, ends", [
    ((1.0, 0.0), Limit(0.2, 9), True), ((0.1, 0.9), Limit(0.2, 0.3), False), ((0.0, 0.0), Limit(9, 0.2), True),
    ((0.1, 0.0), Limit(0.2, 9, still=0.2), True), ((0.5, 0.5), Limit(0.4, 0.4, still=0.1), False)])
def test_what_ends_a_wait(shares, limit, ends):
    deadline = Deadline(Told(*shares), limit)
    time.sleep(0.35)
    assert (deadline.left() == 0) == ends


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux and macOS")
def test_the_clock_reads_another_process():
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        clock = Clock(process.pid)
        first = clock.read()
        time.sleep(1)
        second = clock.read()
    finally:
        process.kill()
        process.wait()
    assert 0.9 < second.cpu - first.cpu + second.waited - first.waited < 1.3
    assert Clock(None).read() is None and Clock(2 ** 22 + 1).read() is None
    assert Path("/proc/self/stat").exists()


def test_a_budget_is_used_up_by_computing_or_by_standing_still():
    whole = Budget(10)
    assert whole.limit(2).inside == (2, 3) and not whole.over
    whole.take((9.5, 9.6))
    assert whole.limit(2).inside[0] == pytest.approx(0.5)
    whole.take((0.6, 0.6))
    assert whole.over and whole.used == pytest.approx(10.1)
    still = Budget(180)
    still.take((0.0, 60.0))
    assert still.over


@pytest.mark.parametrize("source, line, kept", [
    ("a = 1\ndef f():\n    return a\nwhile True:\n    pass\nb = 2", 5, "a = 1\ndef f():\n    return a"),
    ("x = 1; y = 2\nsleep(9)", 2, "x = 1; y = 2"),
    ("while True: pass", 1, ""),
    ("%%time\nwhile True: pass", 2, ""),
])
def test_what_is_run_again_of_a_cell_that_was_stopped(source, line, kept):
    assert before(source, line) == kept


def test_the_definitions_of_a_cell():
    kept = definitions("import os\nx = loop()\ndef f():\n    return 1\nclass A:\n    pass")
    assert kept.split() == "import os def f(): return 1 class A: pass".split()
    assert definitions("x = (") == ""
