"""nbgrader's formgrader, clicked: its autograde button grades with this course's judge, its pages are harmless."""

import importlib
import sys
from pathlib import Path

import driver
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import cell, course_copy, filled, hand_in, released

from autograder.grading import gradebook, records

HOSTILE = Path(__file__).resolve().parents[1] / "hostile"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab in a fresh copy of the course with three submissions. pip install nbgrader enables formgrader."""
    root = course_copy(tmp_path_factory.mktemp("formgrader") / "course")
    sys.path.insert(0, str(HOSTILE))
    markup = importlib.import_module("notebooks").markup
    sys.path.remove(str(HOSTILE))
    hand_in(root, "ada", filled())
    hand_in(root, "markup", markup(released()))
    notebook = released()
    cell(notebook, "mse-solution")["source"] = (HOSTILE / "programs" / "html_in_messages.py").read_text("utf-8")
    hand_in(root, "messages", notebook)
    server = driver.Server(root)
    yield server
    server.stop()


def autograde(server, page, student):
    page.goto(f"{server.url}/formgrader/manage_submissions/loss")
    row = page.locator("tr", has=page.locator("td.autograde"), has_text=student)
    row.locator("td.autograde a").click(timeout=60_000)
    page.get_by_text(f"Successfully autograded 'loss' for student '{student}'.").wait_for(timeout=120_000)
    page.get_by_role("button", name="Close").click()
    return row


def open_submission(server, page, student):
    """formgrader's page of one graded notebook; the response of the server."""
    with gradebook.open_gradebook(gradebook.default_url(server.folder)) as book:
        number = book.find_submission_notebook("loss", "loss", student).id
    return page.goto(f"{server.url}/formgrader/submissions/{number}/")


def test_the_autograde_button_grades_and_the_score_is_seen(server, page):
    row = autograde(server, page, "ada")
    result = records.read(server.folder, "loss", "ada")
    assert result["points"] == result["max_points"] > 0
    most = f"{result['max_points']:g}"
    row.locator("td.score", has_text=f"{most} / {most}").wait_for()


@pytest.mark.parametrize("student", ["markup", "messages"])
def test_nothing_that_was_handed_in_runs_in_formgrader(server, page, student):
    """Stock shows a `<script>` of an output, and of any text cell, to the instructor's browser as it is."""
    called = []
    page.expose_function("hostileMarker", lambda: called.append(student))
    page.on("dialog", lambda dialog: called.append(dialog.message))
    autograde(server, page, student)
    assert open_submission(server, page, student).status == 200
    page.locator(".nbgrader_cell").first.wait_for()
    assert page.get_by_text("hostileMarker").count() > 0           # it is there, as text
    for one in page.locator("a[href^='javascript:hostile']").all():
        one.click(force=True)
    page.wait_for_timeout(1500)
    assert called == []
    marked = page.evaluate("""() => [...document.querySelectorAll('*')].filter(one =>
        one.tagName === 'SCRIPT' ? one.textContent.startsWith('hostileMarker')
        : [...one.attributes].some(a => a.name.startsWith('on') && a.value.includes('hostileMarker'))).length""")
    assert marked == 0


def test_a_missing_graded_notebook_has_a_page_and_comes_back(server, page):
    """Stock answers with an internal error: the page it wants to show imports a template that is not shipped."""
    if records.read(server.folder, "loss", "ada") is None:
        autograde(server, page, "ada")
    path = server.folder / "autograded" / "ada" / "loss" / "loss.ipynb"
    path.unlink()
    assert open_submission(server, page, "ada").status == 404
    page.get_by_role("heading", name="The graded notebook of ada is missing").wait_for()
    page.get_by_role("link", name="Manage Submissions").click()
    page.wait_for_url("**/manage_submissions/loss")
    autograde(server, page, "ada")
    assert path.exists() and open_submission(server, page, "ada").status == 200
