"""The folder of cases, ../shared/cases: right notebooks keep full marks by each way of grading, one batch each."""

import subprocess
import sys

import classroom
import pytest
import right_work
from classroom import hand_in
from test_grade import grades, nbgrader

from autograder.grading import gradebook, records
from autograder.judging import repair


@pytest.fixture(scope="module")
def cases():
    found = right_work.shared()
    assert len(found) > 50                      # the folder is there: what is read of it is not next to nothing
    return found


def lost(points):
    return {name: parts for name, parts in points.items() if parts}


def test_by_the_judge(cases):
    judges, points = {}, {}
    try:
        for name, (topic, notebook) in cases.items():
            if topic not in judges:
                judges[topic] = classroom.Judging(topic)
            result = judges[topic](notebook)
            parts = {**result["exercises"], **result["questions"]}
            points[name] = {part: p["points"] for part, p in parts.items() if p["points"] < p["max_points"]}
    finally:
        for judge in judges.values():
            judge.close()
    assert lost(points) == {}


def class_of(folder, cases):
    root = classroom.course_copy(folder / "course")
    for name, (topic, notebook) in cases.items():
        hand_in(root, name, notebook, topic)
    return root


def test_by_grade(cases, tmp_path):
    root = class_of(tmp_path, cases)
    topics = sorted({topic for topic, _ in cases.values()})
    command = [sys.executable, "-m", "autograder", "grade", *topics]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    points = {}
    for name, (topic, _) in cases.items():
        record = records.read(root, topic, name)
        points[name] = {part: p["points"] for part, p in record["parts"].items() if p["points"] < p["max_points"]}
    assert lost(points) == {}


def test_by_nbgrader_autograde(cases, tmp_path):
    """Two of each kind, of the lesson `loss`, which most of them are of: nbgrader takes its time."""
    of_loss = {}
    for name, case in cases.items():
        if case[0] == "loss" and sum(other.split("-")[0] == name.split("-")[0] for other in of_loss) < 2:
            of_loss[name] = case
    root = class_of(tmp_path, of_loss)
    gradebook.ensure(root, ["loss"])
    nbgrader(root, "autograde", "loss")
    most = repair.load_template(root, "loss").points
    points = {}
    for name in of_loss:
        got = grades(root, name)
        assert got, name
        points[name] = {part: auto for part, (auto, _, _) in got.items() if auto < most[part]}
    assert lost(points) == {}
