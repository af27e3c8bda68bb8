"""The types that the rooms state to each other hold: mypy, strict for what checks, teaches, walls and judges."""

import re
import subprocess
import sys
import tomllib

from autograder.lessons.catalogue import ROOT

STRICT = ("course/checking", "autograder/lessons", "autograder/reading", "autograder/sandbox", "autograder/judging",
          "autograder/reports")
LEARNERS = {f"autograder.lessons.*.{part}" for part in ("solutions", "exercises", "mistakes", "right", *(
    f"{part}_{variant}" for part in ("solutions", "mistakes", "right") for variant in ("torch", "keras")))}


def settings():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]


def test_mypy_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_reads_every_room_that_is_to_be_strict():
    assert settings()["strict"]
    assert not [room for room in STRICT if (ROOT / room).exists() and room not in settings()["files"]]


def test_only_programs_of_learners_are_let_off():
    named = {name for entry in settings()["overrides"] for name in entry["module"]}
    assert {name for name in named if name.split(".")[0] in ("*", "autograder", "course")} == LEARNERS


def test_what_is_ignored_says_why():
    """`# type: ignore[code]  # why`: a bare one hides the next fault too."""
    for name in settings()["files"]:
        path = ROOT / name
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                if "# type: ignore" in line:
                    assert re.search(r"# type: ignore\[[\w, -]+\]  # \w.{10}", line), f"{file}:{number}"
