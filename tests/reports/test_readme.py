"""The instructor's page, typed line by line on a fresh machine: what it says is what works."""

import os
import re
import shutil
import subprocess
import sys

import classroom
import pytest

from autograder.demo import download, gradebook, make_class
from autograder.judging.repair import load_template
from autograder.lessons.catalogue import ROOT

ALREADY = ("-m venv", "-m pip")                # the environment that the tests run in
OWN = ("demo --root", "doctor", "bundle", "build loss", "-m nbgrader")      # tried elsewhere, or slow


def commands():
    """The indented lines of the section "Teach", up to the next heading."""
    text = (ROOT / "README.md").read_text("utf-8").split("\n## Teach\n")[1].split("\n### ")[0]
    return [line.strip() for line in re.findall(r"^    (\S.*)$", text, re.MULTILINE)]


MOST = int(sum(load_template(ROOT, "loss").points.values()))


def test_every_line_is_one_that_can_be_typed():
    lines = commands()
    assert len(lines) > 15
    for line in lines:
        assert line.startswith((".venv/bin/python -m ", "python3 -m venv .venv")), line


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A clone with an environment, and a home with what Canvas and Moodle gave out, six students each."""
    folder = tmp_path_factory.mktemp("fresh")
    clone, home = classroom.course_copy(folder / "clone"), folder / "home"
    (home / "Downloads").mkdir(parents=True)
    students = make_class("loss", 6)
    for lms, archive, sheet in (("canvas", "submissions.zip", "grades.csv"), ("moodle", "moodle.zip", "worksheet.csv")):
        (home / "Downloads" / archive).write_bytes(download(lms, "loss", students)[1])
        (home / "Downloads" / sheet).write_text(gradebook(lms, "loss", students, MOST)[1], "utf-8")
    (clone / ".venv" / "bin").mkdir(parents=True)
    python = clone / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return clone, home


@pytest.mark.skipif(os.name != "posix", reason="for Linux and macOS: a shell")
def test_the_page_from_archive_to_marks(machine):
    clone, home = machine
    said = {}
    for line in commands():
        if any(words in line for words in (*ALREADY, *OWN)):
            continue
        if "--lms moodle" in line and "collect" in line:         # another class: the page's reader has one LMS
            for name in ("submitted", "records", "private", "autograded", "feedback", "gradebook.db"):
                path = clone / name
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        line = line.replace("why 4269", "why 4108")              # the page's example is of a class of thirty
        done = subprocess.run(line, shell=True, cwd=clone, capture_output=True, text=True, timeout=300,
                              env=os.environ | {"HOME": str(home), "BROWSER": "true"})
        assert done.returncode == 0, f"{line}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        said[line] = done.stdout
    canvas = (clone / "reports" / "loss-canvas.csv").read_text("utf-8")
    moodle = (clone / "reports" / "loss-moodle.csv").read_text("utf-8")
    assert len(re.findall(r",41\d\d,S41\d\d,\w+,Section A,\d", canvas)) >= 5
    row = rf"^Participant 41\d\d,.*Submitted for grading,[\d.]+,{MOST}.00,Yes"
    assert len(re.findall(row, moodle, re.MULTILINE)) >= 5
    for name in ("loss.html", "loss.csv", "loss.json", "loss-similar.html", "loss-moodle-feedback.zip"):
        assert (clone / "reports" / name).stat().st_size > 200, name


def test_the_teaching_page_is_of_this_course():
    """Every lesson has its parts; every mistake and exercise that is named is there; plans add up."""
    from autograder.lessons import catalogue
    text = (ROOT / "docs" / "TEACHING.md").read_text("utf-8")
    sections = dict(zip(re.findall(r"^## Lesson \d: (\w+)$", text, re.MULTILINE),
                        re.split(r"^## Lesson \d: \w+$", text, flags=re.MULTILINE)[1:], strict=True))
    assert list(sections) == catalogue.graded_topics()
    for topic, part in sections.items():
        known = catalogue.mistake_messages(topic)
        named = re.findall(r"^\| `(\w+)/(\w+)` \|", part, re.MULTILINE)
        assert len(named) == 5 and all(mistake in known[exercise] for exercise, mistake in named), topic
        assert part.count("**Open question") == 2 and part.count("*3:*") == part.count("*1:*") == 2, topic
        for name in re.findall(r"`(\w+)`", part):
            assert name in catalogue.library(topic) or name == "if", (topic, name)
        plans = [each.split("\n\n")[0].replace("\n", " ").strip() for each in
                 part.split("**50 minutes.**")[1].split("**90 minutes.**")]
        minutes = [sum(map(int, re.findall(r"(?:^|· |: )(\d+) ", plan))) for plan in plans]
        assert minutes == [50, 40], (topic, minutes)
