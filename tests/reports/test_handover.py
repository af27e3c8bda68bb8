"""From an LMS's download to marks in the LMS's own sheet, graded in between; and what the report says of a class."""

import csv
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from classroom import ROOT
from importers import Refused, blackboard, brightspace, canvas, gradescope, moodle, moodle_feedback

from autograder.__main__ import main
from autograder.demo import demo, gradebook, make_class
from autograder.grading import gradebook as book
from autograder.grading import records
from autograder.judging.repair import load_template
from autograder.lms import collect
from autograder.lms.sheets import Score
from autograder.reports import export as exporting
from autograder.reports import lesson, page
from autograder.reports.export import CanvasExporter, export
from autograder.reports.marks import marks_of

MOST = int(sum(load_template(ROOT, "loss").points.values()))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """small("moodle"): the folder of a graded class of three, as that LMS gives it out."""
    made = {}

    def get(lms):
        if lms not in made:
            made[lms] = tmp_path_factory.mktemp(lms) / "class"
            demo(made[lms], "loss", 3, lms)
        return made[lms]
    return get


def given_out(lms):
    students = make_class("loss", 3)
    return students, gradebook(lms, "loss", students, MOST)[0]


def points(root):
    return {student: mark.score for student, mark in marks_of(root, "loss").items()}


def test_canvas_gets_the_marks_of_its_own_archive(demo_class, tmp_path, capsys):
    students = make_class("loss", 30)
    path = export(demo_class, "loss", "canvas", demo_class / "downloads" / "canvas-gradebook.csv", tmp_path / "out.csv")
    ids = {student.number: (f"S{student.number}", student.user) for student in students}
    read = canvas(path.read_bytes(), ids, {771: "Lesson loss"})[771]
    marks = points(demo_class)
    assert {str(number): float(grade) for number, grade in read.items() if grade} == {
        student: pytest.approx(score, abs=0.005) for student, score in marks.items()}
    assert len(marks) == 29 and read[4241] == "" and "1 in the sheet have handed nothing in" in capsys.readouterr().out
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_moodle_gets_marks_and_pages_of_its_own_archive(small, tmp_path):
    root = small("moodle")
    students, sheet = given_out("moodle")
    path = export(root, "loss", "moodle", root / "downloads" / sheet, tmp_path / "out.csv", feedback=True)
    read = moodle(path.read_bytes(), {student.number for student in students})
    marks = points(root)                                   # by e-mail address: the number is this lesson's alone
    assert {student.number: float(read[student.number]) for student in students} == {
        student.number: pytest.approx(marks[f"{student.user}@example.edu"], abs=0.005) for student in students}
    pages = moodle_feedback((root / "reports" / "loss-moodle-feedback.zip").read_bytes(), set(read))
    assert pages == {student.number: ["loss-feedback.html"] for student in students}


def test_blackboard_gets_the_marks_of_its_own_archive(small, tmp_path):
    root = small("blackboard")
    students, sheet = given_out("blackboard")
    path = export(root, "loss", "blackboard", root / "downloads" / sheet, tmp_path / "out.xls")
    read = blackboard(path.read_bytes(), 118854)
    assert {user: float(grade) for user, grade in read.items()} == {
        user: pytest.approx(score, abs=0.005) for user, score in points(root).items()} and len(read) == 3


def test_brightspace_and_gradescope_get_the_marks_of_their_own_archives(small, tmp_path):
    """One class for both: Gradescope's files bear the same ids."""
    root = small("brightspace")
    students, sheet = given_out("brightspace")
    path = export(root, "loss", "brightspace", root / "downloads" / sheet, tmp_path / "out.csv")
    read = brightspace(path.read_bytes(), MOST)
    marks = points(root)
    assert {number: float(grade) for number, grade in read.items()} == {
        student: pytest.approx(score, abs=0.005) for student, score in marks.items()} and len(read) == 3
    folder = export(root, "loss", "gradescope", output=tmp_path / "results")
    for student, score in marks.items():
        assert gradescope((folder / student / "results.json").read_bytes()) == (pytest.approx(score, abs=0.005), MOST)
    hands_out(tmp_path, {f"{each.user}@example.edu": marks[str(each.number)] for each in students})


def hands_out(folder, marks):
    """As Gradescope runs it: unpacked into source/, run_autograder beside, who it is in submission_metadata.json."""
    with zipfile.ZipFile(folder / "results.zip") as packed:
        assert {"setup.sh", "run_autograder"} <= set(packed.namelist())
        assert all(member.external_attr >> 16 & 0o111 for member in packed.infolist())
        packed.extractall(folder / "source")
    shutil.copy(folder / "source" / "run_autograder", folder)
    for address in (*marks, "stranger@example.edu"):
        (folder / "submission_metadata.json").write_text(json.dumps({"id": 1, "users": [{"email": address.title()}]}))
        done = subprocess.run([sys.executable, folder / "run_autograder"], capture_output=True, text=True)
        assert (done.returncode == 0) == (address in marks), done.stderr
        if address in marks:
            read = gradescope((folder / "results" / "results.json").read_bytes())
            assert read == (pytest.approx(marks[address], abs=0.005), MOST)


def test_gradescope_s_autograder_has_only_who_is_known_by_an_address_alone(tmp_path, monkeypatch):
    """An id is no address, and of two with one address neither may get the other's mark."""
    monkeypatch.chdir(tmp_path)
    scores = [Score("ada", "", 1.0, 9.0, {"email": "Ada@x.edu"}), Score("ben", "", 2.0, 9.0),
              Score("eve", "", 3.0, 9.0, {"email": "pair@x.edu"}), Score("zoe", "", 4.0, 9.0, {"email": "Pair@x.edu"})]
    said = []
    monkeypatch.setattr(exporting, "_write", lambda path, data: said.append((path, data)))
    folder = exporting._gradescope(tmp_path, "loss", scores, exporting.Path("."), False, said.append)
    (path, data), = [each for each in said if isinstance(each, tuple)]
    assert path == tmp_path.with_name(tmp_path.name + ".zip") and (folder / "ben" / "results.json").exists()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        marks = json.loads(packed.read("marks.json"))
    assert {address: mark["score"] for address, mark in marks.items()} == {"ada@x.edu": 1.0}
    assert "Without an e-mail address, and so not in the autograder (1): ben" in said
    assert "eve, zoe have one e-mail address, pair@x.edu, and so are not in the autograder." in said


@pytest.mark.parametrize("text", [
    '{"tests": []}', '{"score": "5"}', '{"score": NaN}', '{"score": 5, "mark": 5}', '[5]', '{"score": true}',
    '{"score": 5, "visibility": "shown"}', '{"tests": [{"name": "a", "max_score": 5}]}',
    '{"score": 5, "tests": [{"score": 5, "status": "ok"}]}'])
def test_the_reader_of_gradescope_s_results_refuses_what_its_rules_do_not_know(text):
    with pytest.raises(Refused):
        gradescope(text.encode())


def test_a_dry_run_shows_before_and_after_and_writes_nothing(demo_class, tmp_path, capsys):
    target = tmp_path / "out.csv"
    sheet = demo_class / "downloads" / "canvas-gradebook.csv"
    assert export(demo_class, "loss", "canvas", sheet, target, dry=True) is None
    said = capsys.readouterr().out
    assert not target.exists() and "before" in said and "4101" in said and "Nothing was written" in said


def test_the_lms_s_sheet_is_never_written_over(demo_class, tmp_path, capsys):
    sheet = str(shutil.copy(demo_class / "downloads" / "canvas-gradebook.csv", tmp_path / "sheet.csv"))
    before = (tmp_path / "sheet.csv").read_bytes()
    command = ["export", "loss", "--lms", "canvas", "--root", str(demo_class), "--into", sheet, "--output", sheet]
    assert main(command) == 1 and "not written over" in capsys.readouterr().err
    assert (tmp_path / "sheet.csv").read_bytes() == before


def test_nbgrader_s_own_export_writes_the_same(small, tmp_path):
    root = small("moodle")
    sheet = root / "downloads" / "moodle-worksheet.csv"
    ours = export(root, "loss", "moodle", sheet, tmp_path / "ours.csv").read_bytes()
    settings = root / "private" / "nbgrader_config.py"
    settings.write_text('c.ExportApp.plugin_class = "autograder.reports.export.MoodleExporter"\n')
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", f"--MoodleExporter.into={sheet}",
         f"--to={tmp_path / 'theirs.csv'}"],
        cwd=root, capture_output=True, text=True, timeout=120)
    settings.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "theirs.csv").read_bytes() == ours


@pytest.mark.parametrize(("options", "words"), [
    ({"late": "foo"}, "--late is one of"), ({"into": "none.csv"}, "none.csv: No such file"),
    ({"assignment": ["weights"]}, "nothing is graded yet"), ({"column": "nowhere"}, "no column fits")])
def test_nbgrader_s_own_export_refuses_in_a_sentence(demo_class, options, words, caplog, monkeypatch):
    monkeypatch.chdir(demo_class)
    sheet = demo_class / "downloads" / "canvas-gradebook.csv"
    exporter = CanvasExporter(**{"into": str(sheet), "assignment": ["loss"], **options})
    exporter.log = logging.getLogger("exporter")
    with book.open_gradebook(book.default_url(demo_class)) as opened, pytest.raises(SystemExit):
        exporter.export(opened)
    assert words in caplog.text


@pytest.mark.parametrize(("text", "words"), [("c.Foo = (", "1: SyntaxError"), ("\n1 / 0\n", "2: ZeroDivisionError")])
def test_a_slip_in_the_class_s_settings_is_one_sentence(tmp_path, capsys, text, words):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "nbgrader_config.py").write_text(text)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    assert main(["due", "loss", "--root", str(tmp_path)]) == 1
    assert f"private/nbgrader_config.py:{words}" in capsys.readouterr().err


# --- the record and the report ---------------------------------------------------------------------------------

def test_the_record_keeps_what_the_lms_calls_the_student(demo_class, small):
    assert records.read(demo_class, "loss", "4101")["identity"] == "4101"
    assert records.read(small("moodle"), "loss", "alovelace@example.edu")["identity"] == "4101"


def test_the_report_counts_what_the_records_say(demo_class):
    told = json.loads((demo_class / "reports" / "loss.json").read_text())
    every = [json.loads(path.read_text()) for path in (demo_class / "records" / "loss").glob("*.json")]
    counted = [r for r in every if not r["problem"] and any(p["state"] != "unwritten" for p in r["parts"].values())]
    assert told["counted"] == len(counted) == 26 and not told["few"]
    assert [each["student"] for each in told["missing"]] == ["4241"]
    for line in told["exercises"]:
        parts = [record["parts"][line["name"]] for record in counted]
        assert line["full"] == sum(part["passed"] for part in parts)
        assert line["mean"] == pytest.approx(sum(part["points"] for part in parts) / len(parts))
        assert line["untouched"] == sum(part["state"] == "unwritten" for part in parts)
        for each in line["told"]:
            ids = {r["student"] for r in counted if each["id"] in r["parts"][line["name"]]["told"]["ids"]}
            assert not ids or set(each["students"]) == ids
    for line in told["questions"]:
        right = sum(record["parts"][line["id"]]["passed"] for record in counted)
        assert line["right"]["value"] == pytest.approx(right / 26)
        assert sum(line["answers"].values()) == 26
    assert told["packages"] == {"seaborn": 1} and 0 < told["alpha"] < 1
    notes = {each["student"]: each["notes"] for each in told["students"]}
    assert "unreadable" in notes["4157"] and "nothing written" in notes["4171"] and "late" in notes["4129"]
    assert told["tomorrow"] and told["tomorrow"] == sorted(told["tomorrow"], key=lambda each: -each["students"])


def test_the_page_stands_alone_and_escapes_what_people_are_called(demo_class, tmp_path, monkeypatch):
    text = (demo_class / "reports" / "loss.html").read_text()
    assert "<math" in text and "$" not in text.partition("<script>")[0] and "*falls*" not in text
    assert "http:" not in text and "https:" not in text and " src=" not in text and "<link" not in text
    found = lesson.lesson_of(demo_class, "loss")
    found.people[0].name = "<script>alert(1)</script>=1+1"
    found.people[0].problem = "<img src=x onerror=alert(1)>"
    made = str(page.page(found))
    assert "<script>alert" not in made and "<img" not in made
    row = list(csv.DictReader(io.StringIO(page.as_csv(found))))[0]
    assert row["name"].startswith("<script>") and float(row["points"]) == pytest.approx(
        found.people[0].points, abs=0.005)
    found.people[0].name = "=1+1"
    assert list(csv.DictReader(io.StringIO(page.as_csv(found))))[0]["name"] == "'=1+1"


def test_under_twenty_it_says_what_cannot_be_said(small):
    root = small("moodle")
    told = json.loads((root / "reports" / "loss.json").read_text())
    assert told["few"] and told["alpha"] is None and told["pairs"] is None
    assert all(line["rest"] is None and line["notes"] == [] for line in told["questions"])
    text = (root / "reports" / "loss.html").read_text()
    assert "With fewer than 20 nothing is said" in text and "α =" not in text and "item–rest r</th>" not in text


def test_a_wrong_key_and_an_option_for_nobody_are_seen():
    """A made class of 40: who knows the rest answers C, the key says A, nobody takes D."""
    from collections import Counter

    from autograder.lessons.bank import load_bank
    question = next(iter(load_bank("loss").values()))
    key, other = question.key, next(letter for letter in "ABCD" if letter != question.key)
    parts = [{"kind": "question", "state": "graded", "points": float(k < 15), "max_points": 1.0, "passed": k < 15,
              "answer": key if k < 15 else other, "misconception": None, "told": None} for k in range(40)]
    counted = [{"student": str(k), "parts": {question.id: part}} for k, part in enumerate(parts)]
    totals = [part["points"] + 10 * (k >= 15) + k % 3 for k, part in enumerate(parts)]
    line = lesson._question(question, counted, totals)
    assert len(line.notes) == 2 and f"Is the key {key} right?" in line.notes[0] and "Nobody of 40" in line.notes[1]
    fine = lesson._question(question, counted, [part["points"] + 10 * (k < 15) + k % 3 for k, part in enumerate(parts)])
    assert not any("Is the key" in note for note in fine.notes) and isinstance(fine.answers, Counter)


def test_a_feedback_page_says_each_thing_once(demo_class):
    """Every part by its name, no comment that says nothing, and why a file was not read on top, not in each line."""
    for student in ("4157", "4171", "4101"):                 # cut off, nothing written, some of it
        text = (demo_class / "feedback" / student / "loss" / "loss.html").read_text("utf-8")
        top = text.partition('<div class="course-top">')[2].partition("</table></div>")[0]
        parts = records.read(demo_class, "loss", student)["parts"]
        assert all(f'<a href="#{name}"><code>{name}</code></a>' in top for name in parts)
        assert "free-response" not in text and "Comments:" not in text and "No response." not in text, student
        problem = records.read(demo_class, "loss", student)["problem"]
        assert not problem or top.count(problem.split(":")[0]) == 1 and top.index(problem.split(":")[0]) < top.index(
            "<table>")


def test_an_unreadable_record_and_nothing_graded(tmp_path, capsys):
    assert main(["report", "loss", "--root", str(tmp_path)]) == 1
    assert "nothing is graded yet" in capsys.readouterr().err
    assert collect.known(tmp_path, "loss") == {}
