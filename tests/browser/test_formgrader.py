"""nbgrader's formgrader, clicked: its autograde button grades with this course's judge."""

import sys
from pathlib import Path

import driver
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import course_copy, filled, hand_in

from autograder import records


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab in a fresh copy of the course with one submission. pip install nbgrader enables formgrader."""
    root = course_copy(tmp_path_factory.mktemp("formgrader") / "course")
    hand_in(root, "ada", filled())
    server = driver.Server(root)
    yield server
    server.stop()


def test_the_autograde_button_grades_and_the_score_is_seen(server, page):
    page.goto(f"{server.url}/formgrader/manage_submissions/loss")
    row = page.locator("tr", has=page.locator("td.autograde"), has_text="ada")
    row.locator("td.autograde a").click(timeout=60_000)
    page.get_by_text("Successfully autograded 'loss' for student 'ada'.").wait_for(timeout=120_000)
    result = records.read(server.folder, "loss", "ada")
    assert result["points"] == result["max_points"] > 0
    page.get_by_role("button", name="Close").click()
    most = f"{result['max_points']:g}"
    row.locator("td.score", has_text=f"{most} / {most}").wait_for()
