"""One odd name, folder, time or gradebook: that one is named in a sentence, and the rest of the class is graded."""

import contextlib
import csv
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import classroom
import pytest
from classroom import filled, hand_in, released

from autograder import files
from autograder.grading import grade, gradebook, intake, records, stock, work
from autograder.reading.files import Closed, Unreadable, read_bytes
from course.quote import unprintable

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names and modes of Linux and macOS")

COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))
REFUSED = {"J\udc81rgen": "UTF-8", "DOM\\ada": "backslash", ".hidden": "a dot", "space ": "a space",
           "n" * 200: "200 characters", "ü" * 121: "bytes",
           **dict.fromkeys(("two\nlines", "a\x1b[2Jb", "evil\u202egpj", "mark\u200f", "c1\x85", "line\u2028s"),
                           "cannot be shown")}
GRADED = ["ada", "con", "x[1]", "a*b", "=1+1", "ben, jr", "-rf", COMPOSED, "{student_id}", "naïve‌name",
          "o'neil", "loss"]
TIMES = {"t-garbage": b"not a time", "t-huge": b"9" * 40, "t-bytes": b"\xff\xfe\x00",
         "t-year": b"99999-01-01 00:00:00 UTC", "t-zone": b"2030-01-02 03:04:05 99999999999999",
         "t-long": b"1" * 10 ** 6}
# where the notebook with the answers is, beside or in place of loss.ipynb; tests/judging/test_found.py has more
ANSWERED = {"two-files": "loss (1).ipynb", "as-text": "loss.ipynb.txt", "nested": "work/loss/loss.ipynb",
            "zipped": "mine.zip"}
SPOILS = ("\x1b", "\u202e", "\u200f", "\x85", "\u2028", "\r")


def run(root, *command, **more):
    """A command in a course folder; it ends, and never with a traceback of Python's."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, timeout=600,
                          env=os.environ | {"TERM": "dumb", "NO_COLOR": "1"}, **more)
    done.said = (done.stdout + done.stderr).decode("utf-8")          # also: what was printed is text
    return done


def lay_out(root):
    """Every odd thing at once, and ordinary students between."""
    work = released()
    for student, name in ANSWERED.items():
        path = root / "submitted" / student / "loss" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(classroom.to_bytes(filled()))
    hand_in(root, "two-files", work)
    zipped = root / "submitted" / "zipped" / "loss"
    with zipfile.ZipFile(zipped / "packed.zip", "w") as archive:
        archive.write(zipped / "mine.zip", "work/loss/loss (2).ipynb")
    (zipped / "packed.zip").replace(zipped / "mine.zip")
    page = root / "submitted" / "page" / "loss" / "loss.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    for student in [*GRADED, *TIMES, "dir", "pipe"]:
        hand_in(root, student, work)
    for name in REFUSED:
        place = os.fsencode(root) + b"/submitted/" + os.fsencode(name) + b"/loss"
        os.makedirs(place)
        with open(place + b"/loss.ipynb", "wb") as file:
            file.write(classroom.to_bytes(work))
    place = root / "submitted"
    for student, text in TIMES.items():
        (place / student / "loss" / "timestamp.txt").write_bytes(text)
    os.mkfifo(place / "o'neil" / "loss" / "timestamp.txt")
    (place / "ada" / "loss" / "timestamp.txt").mkdir()
    (place / "README.txt").write_text("not a student")
    notebook = place / "dir" / "loss" / "loss.ipynb"
    notebook.unlink()
    (notebook / "inner").mkdir(parents=True)
    (notebook / "inner" / "x.txt").write_text("x")
    notebook = place / "pipe" / "loss" / "loss.ipynb"
    notebook.unlink()
    os.mkfifo(notebook)
    hand_in(root, DECOMPOSED, work, "weights")
    (place / "=1+1" / "loss" / "loss.ipynb").rename(place / "=1+1" / "loss" / "my\u202e\x1b[31m.ipynb")


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """The class, graded by the command."""
    root = classroom.course_copy(tmp_path_factory.mktemp("odd") / "clone")
    lay_out(root)
    done = run(root, "autograder", "grade", "loss")
    return root, done


def marks(root, topic="loss", book="gradebook.db"):
    with contextlib.closing(sqlite3.connect(root / book)) as connection:
        return {name for name, in connection.execute(
            "select s.student_id from submitted_assignment s join assignment a on a.id = s.assignment_id "
            "where a.name = ?", (topic,))}


def row_of(said, name):
    begins, inside = f"{files.shown(name, 40)} ", (f" {files.shown(name)} is", f" {files.shown(name)}: ")
    return next(line for line in said.splitlines() if line.startswith(begins) or any(part in line for part in inside))


def test_each_odd_folder_is_named_and_the_rest_is_graded(odd):
    root, done = odd
    assert done.returncode == 0 and "Traceback" not in done.said, done.said[-3000:]
    for name, why in REFUSED.items():
        assert "not graded" in row_of(done.said, name) and why in row_of(done.said, name), ascii(name)
        assert not files.name_problem(name) == "" and not (root / "records" / "loss" / f"{name[:99]}.json").exists()
    graded = {*GRADED, *TIMES, *ANSWERED, "dir", "pipe", "page"}
    assert marks(root) == graded
    assert {path.stem for path in (root / "records" / "loss").glob("*.json")} == graded
    assert f"{len(graded)} graded" in done.said and f"{len(REFUSED)} not graded" in done.said
    assert "is a folder" in records.read(root, "loss", "dir")["problem"]
    assert "a pipe" in records.read(root, "loss", "pipe")["problem"]
    assert "only loss.html" in records.read(root, "loss", "page")["problem"]
    assert answers_counted(root)
    assert not any(spoil in done.said for spoil in SPOILS)
    assert "my\\u202e\\x1b[31m.ipynb" in row_of(done.said, "=1+1")


def answers_counted(root):
    """Whether all who handed in answers, wherever they stood, have full marks, with a note; and nothing was changed."""
    for student, name in ANSWERED.items():
        record = records.read(root, "loss", student)
        assert record["points"] == record["max_points"] and name in " ".join(record["notes"]), student
        there = {path.name for path in (root / "submitted" / student / "loss").rglob("*") if path.is_file()}
        assert there == {Path(name).name} | ({"loss.ipynb"} if student == "two-files" else set())
    return len(ANSWERED)


def test_a_second_run_has_nothing_to_do(odd):
    root, _ = odd
    again = run(root, "autograder", "grade", "loss")
    assert "loss: 0 graded" in again.said and f"{len(REFUSED)} not graded" in again.said


def test_one_student_whose_accents_come_in_two_forms(odd):
    """With both lessons, and in the export once a lesson. No cell of it is a formula or breaks the table."""
    root, _ = odd
    assert run(root, "autograder", "grade", "weights", "--student", DECOMPOSED).returncode == 0
    assert marks(root, "weights") == {COMPOSED}
    assert run(root, "nbgrader", "export").returncode == 0
    with (root / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["assignment"] for row in rows if row["student_id"] == COMPOSED) == ["loss", "weights"]
    assert DECOMPOSED not in {row["student_id"] for row in rows}
    assert {"'=1+1", "'-rf", "ben, jr"} <= {row["student_id"] for row in rows}
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row.values())
    assert {row["student_id"] for row in rows if float(row["score"])} == set(ANSWERED)


def test_nbgrader_autograde_grades_and_refuses_the_same(odd, tmp_path):
    root = classroom.course_copy(tmp_path / "clone")
    lay_out(root)
    done = run(root, "nbgrader", "autograde", "loss")
    assert done.returncode == 0 and "Traceback" not in done.said, done.said[-3000:]
    assert marks(root) == marks(odd[0]) and answers_counted(root)
    assert "no answers in loss.ipynb: loss (1).ipynb was graded" in row_of(done.said, "two-files")
    for student in marks(root):
        mine, other = (records.read(place, "loss", student) for place in (root, odd[0]))
        assert mine["points"] == other["points"] and mine["content"] == other["content"], student
    for name, why in REFUSED.items():
        assert "is not graded" in row_of(done.said, name) and why in row_of(done.said, name), ascii(name)
    assert {p.name for p in (root / "autograded" / "x[1]" / "loss").iterdir()} == {"loss.ipynb"}
    assert not (root / "autograded" / DECOMPOSED).exists() or sys.platform == "darwin"
    done = run(root, "nbgrader", "autograde", "weights")
    assert done.returncode == 0 and marks(root, "weights") == {COMPOSED}, done.said[-3000:]
    done = run(root, "nbgrader", "generate_feedback", "loss")
    assert done.returncode == 0 and "Traceback" not in done.said
    assert {p.parent.parent.name for p in (root / "feedback").glob("*/loss/loss.html")} == marks(root)
    code = ("from traitlets.config import PyFileConfigLoader\nfrom nbgrader.apps import NbGraderAPI\n"
            "from nbgrader.coursedir import CourseDirectory\nimport os\n"
            "config = PyFileConfigLoader('nbgrader_config.py', path=os.getcwd()).load_config()\n"
            "api = NbGraderAPI(CourseDirectory(config=config), config=config)\n"
            "for student in ('x[1]', 't-garbage'):\n    done = api.autograde('loss', student)\n"
            "    assert done['success'], done\n    assert api.get_submission('loss', student)['autograded']\n"
            "assert len(api.get_submissions('loss')) > 10\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


# --- names, without a class -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", REFUSED, ids=ascii)
def test_a_name_that_cannot_be_an_id(name):
    assert REFUSED[name] in files.name_problem(name)
    assert not unprintable(files.shown(name, 300)) and files.shown(name, 300).encode()
    with pytest.raises(ValueError):
        records.path_of(Path("."), "loss", name)


@pytest.mark.parametrize("name", GRADED)
def test_a_name_that_can(name):
    assert not files.name_problem(name) and files.shown(name) == name


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", " =1", "\t=1", "＝1"])
def test_no_cell_is_a_formula(text):
    assert stock.plain_cell(text).startswith(("'", "\\"))
    assert stock.plain_cell(-1.5) == "-1.5" and stock.plain_cell(None) == "" and stock.plain_cell("Ada") == "Ada"


def test_of_two_forms_of_one_name_the_last_work_counts(tmp_path):
    if sys.platform == "darwin":
        pytest.skip("this file system knows one form of a name")
    for name, time in ((COMPOSED, "2030-01-02 00:00:00 UTC"), (DECOMPOSED, "2030-01-03 00:00:00 UTC")):
        hand_in(tmp_path, name, {"cells": [], "by": time}).with_name("timestamp.txt").write_text(time)
    found, = work.find_work(tmp_path, "loss")
    assert found.student == COMPOSED and Path(found.folder).parent.name == DECOMPOSED and "handed in last" in found.note
    (tmp_path / "submitted" / DECOMPOSED / "loss" / "timestamp.txt").write_text("nonsense")
    found, = work.find_work(tmp_path, "loss", [DECOMPOSED])
    assert Path(found.folder).parent.name == COMPOSED


def test_a_lesson_s_folder_with_another_capital_is_told(tmp_path):
    """Else the student would be in no table at all."""
    (tmp_path / "submitted" / "hal" / "Loss").mkdir(parents=True)
    (tmp_path / "submitted" / "ivy" / "weights").mkdir(parents=True)
    if (tmp_path / "submitted" / "hal" / "loss").exists():
        return                                  # this file system takes the two for one
    found, = work.find_work(tmp_path, "loss")
    assert found.student == "hal"
    assert found.refused == "submitted/hal/Loss is not called loss: give the folder that name."


def test_a_folder_is_no_notebook(tmp_path):
    (tmp_path / "loss.ipynb").mkdir()
    with pytest.raises(Unreadable, match="loss.ipynb is a folder"):
        read_bytes(tmp_path / "loss.ipynb")


# --- what this grader may not read or write -------------------------------------------------------------------

AS_ROOT = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="not root: cannot act as two users")
PLAIN = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown,-setgid,-setuid", "--inh-caps=-all")


def as_user(root, *command, groups=()):
    """Root without root's powers: closed folders are closed."""
    extra = ["--groups", ",".join(map(str, groups))] if groups else []
    done = subprocess.run([*PLAIN, *extra, sys.executable, "-m", *command], cwd=root, capture_output=True, timeout=600)
    done.said = (done.stdout + done.stderr).decode("utf-8")
    return done


def closed_class(root):
    for student in ("ada", "eve", "fay", "gil"):
        hand_in(root, student, released())
    os.chmod(root / "submitted" / "eve" / "loss", 0)
    os.chmod(root / "submitted" / "fay", 0)
    os.chmod(root / "submitted" / "gil" / "loss" / "loss.ipynb", 0)


@AS_ROOT
def test_a_folder_that_cannot_be_read_is_in_the_table_and_keeps_its_marks(tmp_path):
    root = classroom.course_copy(tmp_path / "clone")
    for student in ("ada", "eve", "fay", "gil"):
        hand_in(root, student, released())
    assert as_user(root, "autograder", "grade", "loss").returncode == 0
    before = {path.name: path.read_bytes() for path in (root / "records" / "loss").glob("*.json")}
    assert len(before) == 4
    closed_class(root)
    done = as_user(root, "autograder", "grade", "--force")
    assert done.returncode == 0 and "Traceback" not in done.said, done.said[-3000:]
    assert "1 graded" in done.said and "3 not graded" in done.said
    for student in ("eve", "fay", "gil"):
        assert "Permission denied" in row_of(done.said, student)
        assert (root / "records" / "loss" / f"{student}.json").read_bytes() == before[f"{student}.json"]
    done = as_user(root, "nbgrader", "autograde", "loss", "--force")
    assert done.returncode == 0 and "Traceback" not in done.said, done.said[-3000:]
    for student in ("eve", "fay"):
        assert "Permission denied" in row_of(done.said, student)
        assert (root / "autograded" / student / "loss" / "loss.ipynb").exists()
    os.chmod(root / "submitted", 0)
    done = as_user(root, "autograder", "grade", "loss")
    assert done.returncode == 1 and "submitted/ cannot be read" in done.said and "Traceback" not in done.said


@AS_ROOT
def test_a_second_grader_is_told_whose_folder_it_is():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = classroom.course_copy(Path(folder) / "clone")
        hand_in(root, "ada", released())
        assert run(root, "autograder", "grade", "loss").returncode == 0
        subprocess.run(["chown", "-R", "2001:2001", root], check=True)
        for command in (("autograder", "grade", "loss"), ("nbgrader", "autograde", "loss", "--force")):
            done = as_user(root, *command, groups=[2001])
            assert done.returncode == 1 and "Traceback" not in done.said, done.said[-3000:]
            assert "belongs to user 2001" in done.said and "groupshared" in done.said


@AS_ROOT
def test_two_graders_share_a_folder():
    """With nbgrader's own setting and a folder that is the group's: the second goes on where the first stopped."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = classroom.course_copy(Path(folder) / "clone")
        hand_in(root, "ada", released())
        with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write("\nc.CourseDirectory.groupshared = True\n")
        subprocess.run(["chown", "-R", "2001:2001", root], check=True)
        subprocess.run(["chmod", "-R", "g+w", root], check=True)
        subprocess.run(f"find {root} -type d -exec chmod g+s {{}} +", shell=True, check=True)
        assert as_user(root, "autograder", "grade", "loss", groups=[2001]).returncode == 0
        # what the first grader made is somebody else's now
        for name in ("records", "private", "autograded", "feedback", "gradebook.db"):
            subprocess.run(["chown", "-R", "2002", root / name], check=True)
            assert (root / name).stat().st_gid == 2001 and not (root / name).stat().st_mode & 0o007
        hand_in(root, "ben", released())
        done = as_user(root, "autograder", "grade", "loss", "--force", "--feedback", groups=[2001])
        assert done.returncode == 0 and "2 graded" in done.said, done.said[-3000:]
        hand_in(root, "cyd", released())
        done = as_user(root, "nbgrader", "autograde", "loss", groups=[2001])
        assert done.returncode == 0 and marks(root) == {"ada", "ben", "cyd"}, done.said[-3000:]
        for path in [*root.glob("records/loss/*.json"), *root.glob("autograded/*/loss/*"), root / "gradebook.db"]:
            assert path.stat().st_mode & 0o777 == 0o660 and path.stat().st_gid == 2001, path


# --- gradebooks -----------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    root = classroom.course_copy(tmp_path_factory.mktemp("small") / "clone")
    hand_in(root, "ada", released())
    gradebook.ensure(root, ["loss"])
    return root, (root / "gradebook.db").read_bytes()


@pytest.fixture
def small(prepared):
    """One course with one submission, and its gradebook as it was."""
    root, book = prepared
    path = root / "gradebook.db"
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.write_bytes(book)
    return root


def spoil_old(book):
    with contextlib.closing(sqlite3.connect(book)) as connection:
        connection.execute("alter table grade drop column extra_credit")
        connection.commit()


GRADEBOOKS = {
    "old": (spoil_old, "db upgrade"),
    "garbage": (lambda book: book.write_bytes(b"garbage " * 4000), "is no gradebook"),
    "cut off": (lambda book: os.truncate(book, 5000), "damaged"),
    "a folder": (lambda book: (book.unlink(), book.mkdir()), "cannot be written"),
}


@pytest.mark.parametrize("kind", GRADEBOOKS)
def test_a_gradebook_that_cannot_be_used_is_told_in_a_sentence(small, kind):
    spoil, words = GRADEBOOKS[kind]
    spoil(small / "gradebook.db")
    for command in (("autograder", "grade", "loss"), ("nbgrader", "autograde", "loss")):
        done = run(small, *command)
        assert done.returncode == 1 and "Traceback" not in done.said and words in done.said, done.said[-3000:]
    assert not list((small / "records").glob("loss/*.json"))


@AS_ROOT
def test_a_gradebook_that_may_not_be_written_names_its_owner(small):
    os.chmod(small / "gradebook.db", 0o444)
    os.chown(small / "gradebook.db", 2001, 2001)
    for command in (("autograder", "grade", "loss"), ("nbgrader", "autograde", "loss")):
        done = as_user(small, *command)
        assert done.returncode == 1 and "Traceback" not in done.said, done.said[-3000:]
        assert "gradebook.db cannot be written" in done.said and "user 2001" in done.said


def test_a_locked_gradebook_is_waited_for_then_told(small, monkeypatch, capsys):
    monkeypatch.setattr(gradebook, "PATIENCE", 1)
    with contextlib.closing(sqlite3.connect(small / "gradebook.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(gradebook.GradebookError, match="in use by another program.*formgrader"):
            grade.grade_topic(small, "loss", jobs=1)
    assert "waiting" in capsys.readouterr().err
    assert len(grade.grade_topic(small, "loss", jobs=1, show=lambda line: None)) == 1


def test_a_server_s_gradebook_that_is_not_there():
    for url, words in (("postgresql://ada:geheim@127.0.0.1:1/marks", "cannot be used"), ("nonsense", "no address")):
        with pytest.raises(gradebook.GradebookError, match=words) as told, gradebook.faults_told(url):
            gradebook.look_at(url)
        assert "geheim" not in str(told.value)


def test_what_is_not_there_or_cannot_be_listed(tmp_path):
    assert intake.handed_in(tmp_path / "submitted", "loss") == []
    (tmp_path / "submitted").write_text("a file")
    with pytest.raises(Closed, match="submitted/ cannot be read"):
        intake.handed_in(tmp_path / "submitted", "loss")
