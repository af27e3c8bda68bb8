"""Walls of machines that have less than this one: bubblewrap where the kernel has no Landlock, and Landlock alone of
a kernel before 6.12, which keeps no signals back. What a kernel does not limit, the warm process and the filter do.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import classroom
import pytest
from classroom import ROOT, says_it_gained

from autograder.lessons import catalogue
from autograder.lessons.catalogue import frameworks
from autograder.reading.files import Unreadable, read_submission
from autograder.sandbox import confine, folders, sandbox, walls
from autograder.sandbox.sandbox import Sandbox

PROGRAMS = ROOT / "tests" / "hostile" / "programs"
WEAK = ["bubblewrap alone", "landlock 4"]
LISTED = """compiled_for_the_next disk_behind_talk disk_fill disk_out_of_sight folders_that_move fork_bomb
kill_by_a_pipe lease_on_a_file left_for_the_next nameless_files names_without_bytes network pids_of_the_machine
signals_by_fcntl small_stacks threads_apart trace_the_parent unlinked_files unseen_disk""".split()


@pytest.fixture(scope="module", params=WEAK)
def weak(request, tmp_path_factory):
    """A sandbox on such a machine."""
    how, _, version = request.param.partition(" ")
    if problem := {"bubblewrap": walls.bubblewrap_problem, "landlock": walls.landlock_problem}[how]():
        pytest.skip(f"{how} does not work here: {problem}")
    patch = pytest.MonkeyPatch()
    version = int(version) if version.isdigit() else 0
    patch.setattr(confine, "landlock_version", lambda: version)
    if how == "landlock":                           # the child reads the module itself
        place = tmp_path_factory.mktemp("weak")
        for path in sandbox.HERE.glob("*.py"):
            shutil.copy(path, place / path.name)
        text = (place / "confine.py").read_text("utf-8")
        capped = text.replace("version = landlock_version()", f"version = min(landlock_version(), {version})")
        assert capped != text
        (place / "confine.py").write_text(capped, "utf-8")
        patch.setattr(sandbox, "HERE", place)
    with Sandbox(how, ROOT) as made:
        yield made
    patch.undo()


@pytest.mark.parametrize("program", LISTED)
def test_a_weak_wall_is_a_wall(weak, program):
    text = (PROGRAMS / f"{program}.py").read_text("utf-8")
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        for _ in range(2):                          # the second finds what the first one left
            found = says_it_gained(weak, text.replace("range(2, 400)", f"[{bystander.pid}]"))
            assert found == ""
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_why_a_submission_was_ended_is_told(weak):
    child = weak.open("loss")
    text = (PROGRAMS / "small_stacks.py").read_text("utf-8")
    with pytest.raises(sandbox.Lost, match="more than 256 threads"):
        child.ask(json.dumps({"do": "cell", "source": text}).encode(), 20)
    child.close()


def test_honest_work_is_done_behind_a_weak_wall(weak):
    """Temporary files and folders, threads, locks, room asked for beforehand, more files than are open at once."""
    program = """
import concurrent.futures, fcntl, os, tempfile, threading
import numpy as np
with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as one, tempfile.NamedTemporaryFile() as two:
    os.posix_fallocate(one.fileno(), 0, 1 << 20)
    fcntl.flock(two, fcntl.LOCK_EX)
    fcntl.lockf(one, fcntl.LOCK_EX)
    for number in range(300):
        np.save(os.path.join(folder, f"{number}.npy"), np.arange(number))
    two.write(b"x")
with concurrent.futures.ThreadPoolExecutor(30) as pool:
    total = sum(pool.map(abs, range(100)))
os.set_blocking(os.dup(0), False)
gained = [total, len(os.sched_getaffinity(0)) > 0, os.getpgid(0) > 0]
"""
    assert says_it_gained(weak, program) == "[4950, True, True]"


# --- folders that others can put things into -----------------------------------------------------------------

@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(seconds=10):
    """make_folder, which must come back."""
    made = []
    thread = threading.Thread(target=lambda: made.append(folders.make_folder()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert made, "the start hangs"
    made[0][1].release()
    return made[0][0]


def test_a_pipe_in_the_temporary_folder_hangs_no_start(temporary):
    for place in ("grading-a/.in-use", "grading-b"):
        (temporary / place).parent.mkdir(exist_ok=True)
        os.mkfifo(temporary / place)
    start()
    assert (temporary / "grading-a" / ".in-use").exists()           # no folder of ours


def test_a_link_in_the_temporary_folder_changes_nothing_elsewhere(temporary, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / ".in-use").write_text("kept")
    (other / "marks").write_text("kept")
    (temporary / "grading-a").mkdir()
    (temporary / "grading-a" / ".in-use").symlink_to(other / "marks")
    (temporary / "grading-b").symlink_to(other)
    start()
    assert (other / "marks").read_text() == (other / ".in-use").read_text() == "kept"


def test_what_a_killed_grader_left_is_removed_and_what_is_in_use_stays(temporary):
    (temporary / "grading-left" / "deep").mkdir(parents=True)
    (temporary / "grading-left" / ".in-use").touch()
    first, lock = folders.make_folder()
    second = start()
    assert not (temporary / "grading-left").exists()
    assert Path(first).exists() and Path(second).exists()
    lock.release()


def test_a_folder_that_is_swapped_while_it_is_looked_at_is_left_alone(temporary, monkeypatch):
    import fcntl

    kept = temporary / "kept"
    kept.mkdir()
    (kept / "marks").write_text("kept")
    left = temporary / "grading-left"
    left.mkdir()
    (left / ".in-use").touch()

    def swapped(*args):
        left.rename(temporary / "away")
        kept.rename(left)
    monkeypatch.setattr(fcntl, "flock", swapped)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "FileLock", lambda *args, **kwargs: type("L", (), {"acquire": lambda *a, **k: None})())
        folders.make_folder()
    assert (left / "marks").read_text() == "kept"


@pytest.mark.parametrize("which", ["student", "lesson"])
def test_a_folder_that_became_a_link_after_it_was_found_is_noticed(tmp_path, which):
    from autograder.grading.work import Work
    from autograder.grading.workers import judge_work
    from autograder.judging.assignment import load_assignment

    root = tmp_path / "class"
    path = classroom.hand_in(root, "ada", classroom.filled())
    classroom.hand_in(tmp_path / "elsewhere", "bob", classroom.filled())
    assert read_submission(path)
    folder = path.parent if which == "lesson" else path.parent.parent
    shutil.rmtree(folder)
    other = tmp_path / "elsewhere" / "submitted" / "bob"
    folder.symlink_to(other / "loss" if which == "lesson" else other)
    with pytest.raises(Unreadable, match="is a link: nothing in it was opened"):
        read_submission(path)
    with Sandbox(walls.strongest() or "none", ROOT) as made:
        work = Work("ada", "loss", str(path), folder=str(path.parent))
        graded = judge_work(work, load_assignment(ROOT, "loss"), made)
    assert graded.result["points"] == 0 and "is a link" in graded.result["problem"]


# --- lessons that ask for a framework ------------------------------------------------------------------------

ASKED = """
import os
def read(path):
    try:
        return len(open(path, "rb").read(50)) > 0
    except OSError:
        return False
caches = [name for name, value in os.environ.items() if "CACHE" in name and name != "MPLCONFIGDIR"]
own = all(os.environ[name].startswith(os.getcwd()) for name in caches)
gained = [read("/proc/self/maps"), read("/proc/self/status"), own, "TORCHINDUCTOR_CACHE_DIR" in caches,
          read("/proc/self/environ"), read("/proc/self/net/tcp"), read("/proc/self/mountinfo")]
"""


STRONG = [how for how, problem in (("bubblewrap", walls.bubblewrap_problem()),
                                   ("landlock", walls.landlock_problem())) if not problem]


@pytest.fixture(scope="module", params=STRONG)
def asked(request):
    """A sandbox of a lesson that asks for modules: one of the standard library's, and one that is nowhere."""
    patch = pytest.MonkeyPatch()
    patch.setattr(catalogue, "frameworks",
                  lambda topic, variant="": ["mailbox", "no_such_framework"] if topic == "loss" else [])
    with Sandbox(request.param, ROOT) as made:
        yield made
    patch.undo()


@pytest.mark.skipif(confine.landlock_version() == 0, reason="no isolation here")
def test_a_lesson_that_asks_for_a_framework_reads_of_its_own_process_only(asked):
    assert says_it_gained(asked, ASKED) == "[True, True, True, True, False, False, False]"


@pytest.mark.skipif(confine.landlock_version() == 0, reason="no isolation here")
@pytest.mark.parametrize("program", ["about_the_machine", "read_proc", "trace_the_parent",
                                     "compiled_for_the_next", "left_for_the_next"])
def test_what_it_may_read_is_of_no_use_to_hostile_programs(asked, program):
    text = (PROGRAMS / f"{program}.py").read_text("utf-8")
    for _ in range(2):
        assert says_it_gained(asked, text) == ""


def test_a_framework_is_there_from_the_start_for_the_lesson_that_asks_alone(asked):
    text = "import sys\ngained = 'there' if 'mailbox' in sys.modules else ''"
    assert says_it_gained(asked, text) == "'there'"
    assert says_it_gained(asked, text, topic="weights") == ""


def test_frameworks_are_named_in_the_lesson_s_exercises(monkeypatch):
    from types import SimpleNamespace

    assert frameworks("loss") == frameworks("") == []
    monkeypatch.setattr(catalogue, "_module", lambda topic, part: SimpleNamespace(FRAMEWORKS=("torch", "keras")))
    assert frameworks("loss") == ["torch", "keras"]
    monkeypatch.setattr(catalogue, "_module", lambda topic, part: SimpleNamespace(FRAMEWORKS="torch"))
    with pytest.raises(catalogue.LessonFault, match="list of names"):
        frameworks("loss")


FRAMEWORKS = {
    "torch": "import torch\n\n\ndef mse(y_pred, y_true):\n"
             "    if y_pred.shape != y_true.shape:\n        raise ValueError\n"
             "    return torch.nn.functional.mse_loss(*map(torch.DoubleTensor, (y_pred, y_true))).item()\n",
    "tensorflow": "import tensorflow as tf\n\n\ndef mse(y_pred, y_true):\n"
                  "    if y_pred.shape != y_true.shape:\n        raise ValueError\n"
                  "    error = tf.constant(y_pred, tf.float64) - tf.constant(y_true, tf.float64)\n"
                  "    return float(tf.reduce_mean(tf.square(error)))\n"}


@pytest.mark.parametrize("how", STRONG)
@pytest.mark.parametrize("package", FRAMEWORKS)
def test_pytorch_and_tensorflow_behind_the_wall(monkeypatch, how, package):
    """A right program that uses a framework gets its marks in a lesson that asks for it."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is optional (requirements-frameworks.txt)")
    monkeypatch.setattr(catalogue, "frameworks", lambda topic, variant="": [package])
    judging = classroom.Judging(how=how)
    result = judging(classroom.filled(programs={"mse": FRAMEWORKS[package]}))
    judging.close()
    assert result["points"] == result["max_points"], result["exercises"]["mse"]
