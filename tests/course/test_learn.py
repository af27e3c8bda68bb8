"""python -m course learn: what it copies, keeps, opens and says."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from classroom import course_copy

from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from course.actions import learn

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path):
    """A small course of two lessons, as an unpacked bundle has it."""
    for name in ("weights", "loss"):
        (tmp_path / "release" / name).mkdir(parents=True)
        (tmp_path / "release" / name / f"{name}.ipynb").write_text(f'{{"cells": [], "lesson": "{name}"}}')
    (tmp_path / "release" / "loss" / "figure.png").write_bytes(b"png")
    return tmp_path


@pytest.fixture
def started(course, monkeypatch):
    """learn.main without JupyterLab: what would be started."""
    calls = []
    monkeypatch.setattr(learn, "ROOT", course)
    monkeypatch.setattr(learn, "start", lambda command, env, folder: calls.append((command, env, folder)) or 0)
    monkeypatch.delenv("COURSE_KEYS", raising=False)
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    return calls


def test_missing_lessons_are_copied_and_nothing_is_overwritten(course, started):
    assert learn.main(["learn"]) == 0
    work = course / "work"
    assert (work / "loss" / "loss.ipynb").exists() and (work / "weights" / "weights.ipynb").exists()
    assert (work / "loss" / "figure.png").read_bytes() == b"png"
    (work / "loss" / "loss.ipynb").write_text("mine")
    (work / "weights" / "weights.ipynb").unlink()
    assert learn.main(["learn"]) == 0
    assert (work / "loss" / "loss.ipynb").read_text() == "mine"
    assert (work / "weights" / "weights.ipynb").exists()


def test_lessons_come_in_the_courses_order_and_the_first_page_first(course, started):
    assert list(learn.lessons(course)) == ["loss", "weights"]
    shutil.copytree(course / "release" / "loss", course / "release" / "start")
    (course / "release" / "start" / "loss.ipynb").rename(course / "release" / "start" / "start.ipynb")
    learn.main(["learn"])
    assert any("/lab/tree/start/start.ipynb" in part for part in started[-1][0])


def test_it_goes_on_where_the_learner_was(course, started, monkeypatch):
    from course.contents import contents
    from course.progress_file import FILE, record

    learn.main(["learn", "--prepare"])
    monkeypatch.setenv("COURSE_PROGRESS", str(course / "work" / FILE))
    for name in contents()["loss"]["exercises"]:
        record("exercise", name, passed=True, score=1.0, topic="loss")
    for id in contents()["loss"]["questions"]:
        record("question", id, answer="A", right=None, topic="loss")
    learn.main(["learn"])
    assert any("/lab/tree/weights/weights.ipynb" in part for part in started[-1][0])


def test_a_lesson_can_be_named(course, started, capsys):
    learn.main(["learn", "weights"])
    assert any("weights/weights.ipynb" in part for part in started[-1][0])
    assert learn.main(["learn", "nonsense"]) == 1
    assert "There is no lesson 'nonsense'. The lessons are: loss, weights." in capsys.readouterr().err


def test_keys_are_there_in_self_study_only(course, started):
    learn.main(["learn"])
    assert "COURSE_KEYS" not in started[-1][1]
    (course / "dist" / "keys").mkdir(parents=True)          # an archive that a class was given
    learn.main(["learn"])
    assert started[-1][1]["COURSE_KEYS"] == str(course / "dist" / "keys")
    assert learn.style_option(True) in started[-1][0]       # a page without points
    learn.main(["learn", "--as-in-class"])
    assert "COURSE_KEYS" not in started[-1][1] and learn.style_option(False) in started[-1][0]


def test_learn_makes_the_keys_that_answer_a_question(tmp_path, monkeypatch):
    """Through learn's own environment: in a kernel's process, a wrong letter is told why, and a solution is there."""
    clone = course_copy(tmp_path / "clone")
    monkeypatch.delenv("COURSE_KEYS", raising=False)
    env = learn.environment(clone)
    assert env["COURSE_KEYS"] == str(clone / "dist" / "keys")
    name, question = next(iter(load_bank("weights").items()))
    wrong = next(letter for letter in "ABCD" if letter != question.key)
    program = (f"from course import quiz\nfrom course.cards import keys\n"
               f"quiz({name!r}, 'stem', A='a', B='b', C='c', D='d', answer={wrong!r})\n"
               "print(len(keys.solution('mse')['mistakes']), keys.solution('mse')['source'].count('def mse('))")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert f"Not {wrong}. Choose once more" in done.stdout, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith(f"{len(catalogue.mistakes('loss')['mse'])} 1")
    old = (clone / "dist" / "keys" / "loss" / "quiz.yaml").stat().st_mtime
    bank = clone / "autograder" / "lessons" / "loss" / "quiz.yaml"
    os.utime(bank, (old + 60, old + 60))
    learn.environment(clone)                                # the bank is newer: the keys are made anew
    assert (clone / "dist" / "keys" / "loss" / "quiz.yaml").stat().st_mtime >= old


def test_keys_that_cannot_be_made_are_said(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_KEYS", raising=False)
    clone = course_copy(tmp_path / "clone")
    (clone / "autograder" / "lessons" / "loss" / "solutions.py").write_text("def mse(:\n")
    assert "COURSE_KEYS" not in learn.environment(clone)
    assert "not explained: the keys could not be made" in capsys.readouterr().out


def test_options_are_passed_on(course, started):
    learn.main(["learn", "--ServerApp.password=x", "--collaborative"])
    assert started[-1][0][-2:] == ["--ServerApp.password=x", "--collaborative"]


def test_the_next_free_port(course, started, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert learn.free_port(port) > port
        assert learn.main(["learn", "--port", str(port)]) == 1
        assert f"Port {port} is not free" in capsys.readouterr().err


def test_without_a_display_the_address_is_printed(course, started, capsys, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    learn.main(["learn"])
    out = capsys.readouterr().out
    token = started[-1][1]["JUPYTER_TOKEN"]
    assert f"?token={token}" in out and "http://127.0.0.1:" in out and "--no-browser" in started[-1][0]
    learn.main(["learn", "--IdentityProvider.token=abc"])
    assert "JUPYTER_TOKEN" not in started[-1][1] or started[-1][1]["JUPYTER_TOKEN"] == os.environ.get("JUPYTER_TOKEN")


def test_clear_errors(tmp_path, monkeypatch, capsys, course, started):
    assert learn.main([]) == 2
    assert learn.main(["learn", "--work", str(course / "release")]) == 1
    assert "the course's own notebooks" in capsys.readouterr().err
    (course / "afile").write_text("")
    assert learn.main(["learn", "--work", str(course / "afile")]) == 1
    assert "cannot be copied" in capsys.readouterr().err
    monkeypatch.setattr(learn, "ROOT", tmp_path / "elsewhere")
    monkeypatch.chdir("/")
    assert learn.main(["learn"]) == 1
    assert "No lessons found" in capsys.readouterr().err


def test_found_from_a_folder_inside_the_course(course, monkeypatch, started):
    monkeypatch.setattr(learn, "ROOT", course / "elsewhere")
    (course / "work" / "loss").mkdir(parents=True)
    monkeypatch.chdir(course / "work" / "loss")
    assert learn.course_folder() == course


def test_jupyterlab_really_starts_and_stops(tmp_path):
    """The command itself, from another folder: it prints the address, serves, and ends with one signal."""
    home = tmp_path / "home"
    home.mkdir()
    env = {**{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY", "COURSE_", "DISPLAY"))},
           "HOME": str(home), "PYTHONPATH": str(ROOT), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    log = tmp_path / "log"
    with open(log, "w") as out:
        process = subprocess.Popen([sys.executable, "-m", "course", "learn", "--work", str(tmp_path / "work")],
                                   cwd=tmp_path, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        end, answer = time.monotonic() + 60, None
        while time.monotonic() < end and answer is None and process.poll() is None:
            time.sleep(0.3)
            lines = [line.strip() for line in log.read_text().splitlines()]
            address = next((line for line in lines if line.startswith("http")), "")
            if address:
                try:
                    with urllib.request.urlopen(address, timeout=5) as response:
                        answer = response.status
                except (urllib.error.URLError, OSError):
                    continue
        assert answer == 200, log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) is not None
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
