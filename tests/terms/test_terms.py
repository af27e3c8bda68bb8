"""What changes in a term: appeals, marks reckoned again, shared work, due dates, and the next class."""

import json
import re
import shutil
import subprocess
import sys

import classroom
import numpy as np
import pytest

from autograder.__main__ import main
from autograder.demo import make_class
from autograder.files import write_private
from autograder.grading import gradebook, records
from autograder.grading.marks import Marks
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from autograder.lessons.bank import bank_path
from autograder.lessons.changes import Changes, changes_of
from autograder.problems import Problem
from autograder.reports import similar, why
from autograder.reports.marks import marks_in, marks_of
from autograder.terms import dates, new_term, regrade
from course.checking.codec import decode


@pytest.fixture
def root(demo_class, tmp_path):
    """A copy of the class that may be written to."""
    return shutil.copytree(demo_class, tmp_path / "class")


def run(capsys, *command):
    """(exit status, what the command said)."""
    status = main(list(command))
    done = capsys.readouterr()
    return status, done.out + done.err


# --- why --------------------------------------------------------------------------------------------------------

def test_why_says_what_an_appeal_asks(demo_class, capsys):
    parts = {path.stem: records.read(demo_class, "loss", path.stem)["parts"]["mse"]
             for path in sorted((demo_class / "records" / "loss").glob("*.json"))}
    student, record = next(each for each in parts.items() if each[1]["told"] and each[1]["told"]["ids"] == ["half"])
    status, said = run(capsys, "why", student, "mse", "--root", str(demo_class))
    assert status == 0 and f"{record['points']:g} of {record['max_points']:g} points" in said
    assert "Known mistake: half" in said
    assert record["told"]["text"] in said and "Cell that counted: mse-solution" in said and "return 0.5" in said
    line = re.search(r"^  (mse\(.*\))$", said, re.MULTILINE)[1]
    values = re.search(r"asked for: (\S+)   comes back: (\S+)", said)
    program = why.source_of(demo_class, "loss", student, "mse-solution")
    space = {"np": np}
    exec(program, space)
    assert eval(line, space) == pytest.approx(float(values[2]))
    reference = {"np": np, "mse": catalogue.references("loss")["mse"]}
    assert eval(line, reference) == pytest.approx(float(values[1]))


def test_why_of_a_question_and_of_what_is_not_there(demo_class, capsys):
    every = [records.read(demo_class, "loss", str(student.number)) for student in make_class("loss", 30)]
    record = next(r for r in every if r and r["parts"]["dice-by-heart"]["answer"]
                  and not r["parts"]["dice-by-heart"]["passed"])
    _, said = run(capsys, "why", record["student"], "dice-by-heart", "--root", str(demo_class))
    assert f"Answer {record['parts']['dice-by-heart']['answer']}:" in said and "Key " in said
    for words, told in ((("why", "nobody", "mse"), "no graded work"), (("why", "4136", "mze"), "did you mean 'mse'")):
        status, said = run(capsys, *words, "--root", str(demo_class))
        assert status > 0 and told in said


def test_every_public_call_can_be_pasted():
    """All cases of all lessons: the line builds the arguments that the case has."""
    space = {"np": np, "inf": np.inf}
    number = 0
    for topic in catalogue.graded_topics():
        data = json.loads((catalogue.data_folder(topic) / "exercises" / f"{topic}.json").read_text("utf-8"))
        for name, spec in data.items():
            for case in spec["cases"]:
                for call in case["calls"]:
                    values = [decode(value) for value in call["args"]]
                    for value in values:
                        if isinstance(value, np.ndarray) and why.is_short(value):
                            made = eval(why.literal(value), space)
                            np.testing.assert_array_equal(made, value, err_msg=name)
                            assert made.dtype == value.dtype and made.shape == value.shape, (name, case["name"])
                            number += 1
                        elif isinstance(value, (int, float, str, bool, type(None))):
                            made = eval(why.literal(value), space)
                            assert made == value or made != made
                    compile(why.line_of(call), "line", "eval")
    assert number > 100


# --- similar ----------------------------------------------------------------------------------------------------

def test_copies_are_seen_and_nobody_else(demo_class, capsys):
    status, said = run(capsys, "similar", "loss", "--root", str(demo_class))
    pairs = similar.pairs_of(similar.read_all(demo_class, "loss"))
    assert status == 0 and [pair.students for pair in pairs] == [("4199", "4213")] and "4199 and 4213" in said
    assert "the same file" in " ".join(pairs[0].shared)
    page = (demo_class / "reports" / "loss-similar.html").read_text("utf-8")
    assert "no verdict" in page and "side by side" in page and "<script" not in page and "http" not in page


def a_class(number, own):
    """Records of a class: `own(k)` changes the parts of student k."""
    every = []
    for k in range(number):
        parts = {"mse": {"kind": "exercise", "state": "graded", "passed": True, "tree": "right", "answer": None,
                         "resembles": None, "cell": None}}
        parts |= {f"q{i}": {"kind": "question", "state": "graded", "passed": (k + i) % 3 > 0, "tree": None,
                            "answer": "A" if (k + i) % 3 else "B", "resembles": None, "cell": None} for i in range(9)}
        own(k, parts)
        every.append({"student": f"s{k:02}", "problem": "", "content": f"c{k}", "parts": parts})
    return every


def test_what_many_share_is_no_evidence():
    """The one-liner that all write, and letters that a third of the class chose, in whole rows alike."""
    assert similar.pairs_of(a_class(30, lambda k, parts: None)) == []
    assert similar.pairs_of(a_class(5, lambda k, parts: parts["mse"].update(passed=False, tree="x"))) == []


def test_rare_things_add_up_and_one_alone_is_not_enough():
    def one(k, parts):
        if k in (3, 4):
            parts["mse"].update(passed=False, tree="odd")
    assert similar.pairs_of(a_class(30, one)) == []

    def several(k, parts):
        one(k, parts)
        if k in (3, 4):
            for i in range(4):
                parts[f"q{i}"].update(answer="D", passed=False)
    pair, = similar.pairs_of(a_class(30, several))
    assert pair.students == ("s03", "s04") and len(pair.shared) == 5


# --- regrade ----------------------------------------------------------------------------------------------------

@pytest.fixture
def few(root):
    """The same class, where only these have handed in: they are graded again several times."""
    for folder in (root / "submitted").iterdir():
        if folder.name not in ("4101", "4108", "4115", "4122", "4136"):
            shutil.rmtree(folder)
            (root / "records" / "loss" / f"{folder.name}.json").unlink()
    return root


def by_hand(root, student, part, score):
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        book.find_grade(part, "loss", "loss", student).manual_score = score
        book.db.commit()


def score_of(root, student, part):
    """(score, maximum) in the gradebook."""
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        grade = book.find_grade(part, "loss", "loss", student)
        return grade.score, grade.max_score


def test_what_is_given_to_all_shows_before_and_after_and_stays(few, capsys):
    before = {student: mark.score for student, mark in marks_of(few, "loss").items()}
    wrong = {path.stem for path in (few / "records" / "loss").glob("*.json")
             if not records.read(few, "loss", path.stem)["parts"]["dice-by-heart"]["passed"]}
    auto = score_of(few, "4101", "mse")[0]
    by_hand(few, "4101", "mse", 2.0)
    command = ("give", "loss", "dice-by-heart", "--root", str(few))
    status, said = run(capsys, *command)
    assert status == 0 and f"{len(wrong)} students' marks would change" in said and "dice-by-heart 0 → 1" in said
    assert changes_of(few, "loss") == Changes() and marks_of(few, "loss")["4108"].score == before["4108"]
    assert run(capsys, *command, "--apply")[0] == 0
    after = {student: mark.score for student, mark in marks_of(few, "loss").items()}
    assert {student for student in before if after[student] != before[student]} - {"4101"} == wrong - {"4101"}
    assert after["4108"] == pytest.approx(before["4108"] + 1)
    assert after["4101"] == pytest.approx(before["4101"] + 1 + 2 - auto)         # the mark by hand stays
    main(["grade", "loss", "--force", "--student", "4108", "--root", str(few)])
    assert marks_of(few, "loss")["4108"].score == pytest.approx(before["4108"] + 1)
    run(capsys, "regrade", "loss", "--take-back", "dice-by-heart", "--apply", "--root", str(few))
    assert marks_of(few, "loss")["4108"].score == pytest.approx(before["4108"])


def test_what_is_void_counts_for_nobody_wherever_marks_are_shown_and_can_be_undone(few, capsys):
    place = ("--root", str(few))
    old, most = marks_of(few, "loss"), marks_of(few, "loss")["4101"].max_score
    by_hand(few, "4122", "mse", 1.5)
    status, said = run(capsys, "void", "loss", "mse", "dice-by-heart", *place)
    assert status == 0 and "Counts for nobody: mse, dice-by-heart" in said and "5 students' marks would change" in said
    assert re.search(rf"4122 .* of {most:g} \(\d+ %\) .* of {most - 3:g} \(\d+ %\) .*mse \S+ → void", said), said
    assert changes_of(few, "loss") == Changes() and marks_of(few, "loss")["4101"] == old["4101"]
    said = run(capsys, "void", "loss", "mse", "dice-by-heart", "--apply", *place)[1]
    assert "Marks by hand on what counts for nobody are kept aside" in said

    def is_void(student):
        record, mark = records.read(few, "loss", student), marks_of(few, "loss")[student]
        parts = {name: record["parts"][name] for name in ("mse", "dice-by-heart")}
        assert all((part["state"], part["points"], part["max_points"]) == ("void", 0, 0) for part in parts.values())
        assert parts["mse"]["told"] is not None                       # what was said stays
        assert record["max_points"] == mark.max_score == most - 3 and mark.score == pytest.approx(record["points"])
        assert score_of(few, student, "mse") == score_of(few, student, "dice-by-heart") == (0, 0)
    for student in old:
        assert score_of(few, student, "mse") == (0, 0)                # also of who is not graded again
    is_void("4101"), is_void("4122")

    # a later grading keeps it, by either command, also where the first run ended after the file was written
    write = few / "records" / "loss" / "4115.json"
    kept = json.loads(write.read_text("utf-8"))
    kept["parts"]["mse"]["state"] = "graded"
    write.write_text(json.dumps(kept), "utf-8")
    assert "1 graded" in run(capsys, "grade", "loss", "--feedback", *place)[1]
    done = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", "loss", "--force", "--student", "4122"],
                          cwd=few, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    is_void("4115"), is_void("4122")

    # on the page, in the report, the appeal and the sheet
    page = (few / "feedback" / "4101" / "loss" / "loss.html").read_text("utf-8")
    top = page.partition('<div class="course-top">')[2].partition("</table></div>")[0]
    assert f"of {most - 3:g} points" in top and top.count(records.VOID) == 2 and page.count(records.VOID) == 4
    assert "<code>mse</code></a></td><td>0 of 0" in top and "To mend next: <a href=\"#mse\">" not in top
    assert run(capsys, "report", "loss", *place)[0] == 0
    told = json.loads((few / "reports" / "loss.json").read_text("utf-8"))
    assert told["void"] == ["mse", "dice-by-heart"] and told["max_points"] == most - 3
    assert not {"mse", "dice-by-heart"} & {each.get("name", each.get("id")) for each in
                                           (*told["exercises"], *told["questions"])}
    assert "Counts for nobody: <code>mse</code>" in (few / "reports" / "loss.html").read_text("utf-8")
    assert records.VOID in run(capsys, "why", "4101", "mse", *place)[1]
    sheet = str(few / "downloads" / "canvas-gradebook.csv")
    status, said = run(capsys, "export", "loss", "--lms", "canvas", "--into", sheet, "--dry-run", *place)
    assert status == 1 and "--scale" in said
    assert f"Counts for nobody: mse, dice-by-heart. The lesson counts {most - 3:g}" in said
    assert run(capsys, "export", "loss", "--lms", "canvas", "--into", sheet, "--scale", "--dry-run", *place)[0] == 0

    # both undone: each mark is as it was, the one by hand too
    assert run(capsys, "void", "loss", "mse", "dice-by-heart", "--undo", "--apply", *place)[0] == 0
    after = marks_of(few, "loss")
    assert score_of(few, "4122", "mse") == (1.5, 2)
    assert {student: mark.score for student, mark in after.items() if student != "4122"} == pytest.approx(
        {student: mark.score for student, mark in old.items() if student != "4122"})
    assert after["4122"].max_score == most and not after["4122"].to_look_at
    assert changes_of(few, "loss") == Changes()


@pytest.mark.parametrize(("words", "told"), [
    (("void", "loss", "mze"), "did you mean 'mse'"), (("void", "loss", "mse", "--undo"), "nothing to take back"),
    (("regrade", "loss", "--void", "mse", "--give", "mse"), "two things"),
    (("void", "loss", *load_template(catalogue.ROOT, "loss").points), "nothing of loss would count")])
def test_a_change_that_makes_no_sense_is_refused(demo_class, capsys, words, told):
    status, said = run(capsys, *words, "--root", str(demo_class))
    assert status == 2 and told in said


def test_a_changed_key_shows_whose_marks_change(root, capsys):
    text = bank_path("loss").read_text("utf-8")
    right = [student.stem for student in (root / "records" / "loss").glob("*.json")
             if records.read(root, "loss", student.stem)["parts"]["loss-or-profit"]["passed"]]
    (root / "private" / "quizzes").mkdir()
    entry = re.search(r"- id: loss-or-profit\n.*?(?=\n- id: |\Z)", text, re.DOTALL)[0]
    key = re.search(r"key: ([A-D])", entry)[1]
    other = "B" if key != "B" else "C"
    blocks = re.split(r"(?m)^    (?=[A-D]:)", entry)
    moved = [re.sub(r"\n\s+misconception: [^\n]*", "", block) if block.startswith(other) else
             re.sub(r"(\n      )why:", r"\1misconception: made-up\1why:", block, count=1) if block.startswith(key)
             else block for block in blocks]
    changed = "    ".join(moved).replace(f"key: {key}", f"key: {other}")
    (root / "private" / "quizzes" / "loss.yaml").write_text(text.replace(entry, changed), "utf-8")
    before = marks_of(root, "loss")                         # as after a pull in mid-term: they stay
    said = run(capsys, "grade", "loss", "--root", str(root))[1]
    assert "0 graded" in said and marks_of(root, "loss") == before
    assert "29 were graded with an earlier version" in said and "autograder regrade loss --root" in said
    status, said = run(capsys, "regrade", "loss", "--root", str(root))
    assert status == 0, said
    for student in right:
        assert re.search(rf"^{student} .*loss-or-profit 1 → 0", said, re.MULTILINE), student


def test_points_that_were_not_built_and_unknown_names_are_refused(root, capsys, monkeypatch):
    exercise = catalogue.exercises("loss")["mse"]
    monkeypatch.setattr(type(exercise), "points", 7, raising=False)
    object.__setattr__(exercise, "points", 7)
    try:
        with pytest.raises(Problem, match="mse counts 7 points .* Run first: python -m autograder build loss"):
            regrade.regrade(root, "loss")
    finally:
        object.__setattr__(exercise, "points", 2)


def test_a_lesson_with_other_parts_than_were_graded_is_not_compared(root):
    """As after a pull that brings a question more: the marks stay, and nothing is made of two lessons."""
    path = next((root / "records" / "loss").glob("*.json"))
    record = json.loads(path.read_text("utf-8"))
    record["parts"]["gone-since"] = record["parts"].pop("dice-by-heart")
    path.write_text(json.dumps(record), "utf-8")
    for apply in (False, True):
        with pytest.raises(Problem, match=r"\(dice-by-heart, gone-since\); all marks are as they were. Go back"):
            regrade.regrade(root, "loss", apply=apply, void=["loss-or-profit"])
    assert not (root / "private" / "changes").exists()


def test_the_record_of_who_has_left_blocks_nothing(tmp_path):
    root, now = tmp_path, dict.fromkeys(load_template(classroom.ROOT, "loss").points)
    shutil.copytree(classroom.ROOT / "release" / "loss", root / "release" / "loss")
    classroom.hand_in(root, "ada", classroom.released())
    records.write(root, {"format": records.FORMAT, "student": "ada", "topic": "loss", "parts": now})
    left = {"format": records.FORMAT, "student": "left", "topic": "loss", "parts": {"gone-since": {}}}
    records.write(root, left)
    assert regrade._other_parts(root, "loss") == ""
    records.write(root, left | {"student": "ada"})
    assert "then grade again" in regrade._other_parts(root, "loss")


# --- dates and terms --------------------------------------------------------------------------------------------

def test_due_dates_and_extensions_by_command(root, capsys):
    status, said = run(capsys, "due", "loss", "2026-03-05 23:59 Europe/Berlin", "--root", str(root))
    assert status == 0 and "is due 05 March 2026" in said
    status, said = run(capsys, "due", "loss", "--student", "4129", "--extend", "2d", "--root", str(root))
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        assert str(book.find_assignment("loss").duedate) == "2026-03-05 22:59:00"
        assert str(book.find_submission("loss", "4129").duedate) == "2026-03-07 22:59:00"
    assert "4129 has until 07 March 2026" in said
    for words in (("soon",), ("2026-03-05 23:59 XYZ",), ("--student", "4129", "--extend", "long"), ("--extend", "2d")):
        assert run(capsys, "due", "loss", *words, "--root", str(root))[0] == 2, words
    run(capsys, "due", "loss", "--student", "4129", "--extend", "none", "--root", str(root))
    assert "at no date" in run(capsys, "due", "loss", "none", "--root", str(root))[1]


def test_more_time_is_for_somebody_of_the_class_and_is_no_mark(root, capsys):
    """Uma has handed nothing in: she is in the roster. A name that is a slip does not become a student."""
    place = ("--root", str(root))
    assert run(capsys, "due", "loss", "2026-03-05 23:59 Europe/Berlin", *place)[0] == 0
    before = marks_of(root, "loss")
    status, said = run(capsys, "due", "loss", "--student", "4129x", "--extend", "2d", *place)
    assert status == 2 and "did you mean '4129'?" in said
    status, said = run(capsys, "due", "loss", "--student", "4241", "--extend", "1w", *place)
    assert status == 0 and "4241 has until 12 March 2026" in said and "No penalty for lateness is set" in said
    assert marks_of(root, "loss") == before and "4241" not in before
    status, said = run(capsys, "due", "loss", "none", *place)
    assert status == 0 and "at no date" in said and "4241" not in said
    write_private(root / "private" / "nbgrader_config.py", 'c.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert "python -m autograder grade loss --root" in run(capsys, "due", "loss", "2026-03-05", *place)[1]


def test_a_date_is_not_set_where_the_extension_with_it_is_refused(tmp_path):
    root = classroom.course_copy(tmp_path / "course")
    classroom.hand_in(root, "ada", classroom.released())
    for student, extend, words in (("slip", "2d", "There is no student"), ("ada", "long", "is like 2d")):
        with pytest.raises(Problem, match=words):
            dates.due(root, "loss", "2026-03-05 23:59 UTC", student, extend, say=lambda line: None)
        with gradebook.open_gradebook(gradebook.default_url(root)) as book:
            assert book.find_assignment("loss").duedate is None
    for when in ("", "none"):
        with pytest.raises(Problem, match="counts from a due date"):
            dates.due(root, "loss", when, "ada", "2d", say=lambda line: None)
    dates.due(root, "loss", "2026-03-05 23:59 UTC", "ada", "2d", say=(said := []).append)
    assert said[0].startswith("loss is due") and "ada has until" in said[1]


def test_who_has_more_time_in_a_new_gradebook_is_still_graded_into_it(tmp_path):
    """As after gradebook.db was moved away: the record of an earlier grading is there, the marks are not."""
    root = classroom.course_copy(tmp_path / "course")
    dates.due(root, "loss", "2026-03-05 23:59 UTC", "ada", "2d", say=lambda line: None)
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        marks = Marks(book, "loss")
        assert marks.students() == set() == set(marks_in(book, "loss"))
        marks.save([("ada", {}, [], None)])
        assert marks.students() == {"ada"} == set(marks_in(book, "loss"))


def test_a_new_term_puts_everything_of_the_last_away_and_draws_anew(root, capsys):
    (root / "private" / "nbgrader_config.py").write_text("# own\n")
    seed = (root / "private" / "seed").read_text()
    assert run(capsys, "new-term", "2026-spring", "--root", str(root))[0] == 0
    old = root / "archive" / "2026-spring"
    assert (old / "private" / "seed").read_text() == seed and (old / "gradebook.db").exists()
    assert len(list((old / "records" / "loss").glob("*.json"))) == 29 and len(list((old / "submitted").iterdir())) == 29
    assert {path.name for path in (root / "private").iterdir()} == {"nbgrader_config.py"}
    assert not (root / "gradebook.db").exists() and list((root / "submitted").iterdir()) == []
    assert old.parent.stat().st_mode & 0o077 == 0
    with pytest.raises(Problem, match="nothing to put away|is there already"):
        new_term.new_term(root, "2026-spring")
    assert run(capsys, "new-term", "../x", "--root", str(root))[0] == 2
