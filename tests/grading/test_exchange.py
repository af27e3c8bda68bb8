"""nbgrader's exchange from end to end: given out, handed in, collected, graded, and the page is back with the learner.

The learner is another Unix user where the tests run as root. The class's gradebook is not at its usual place.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import classroom
import pytest
from classroom import filled, hand_in

from autograder.grading import gradebook, intake, records

NOBODY = 65534
COURSE = ("--course", "how-networks-learn")
SECRET = "submission_secret.txt"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="nbgrader's exchange is for Linux and macOS")


class Class:
    """A course folder, the exchange, and a learner with a home of their own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root = classroom.course_copy(self.folder / "clone")
        self.exchange, self.home, self.work = (self.folder / name for name in ("exchange", "home", "work"))
        for place in (self.exchange, self.home, self.work):
            place.mkdir()
            place.chmod(0o777)
        self.book = self.folder / "marks" / "term.db"
        self.book.parent.mkdir()
        with (self.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(f"\nc.Exchange.root = {str(self.exchange)!r}\n"
                       f"c.CourseDirectory.db_url = {f'sqlite:///{self.book}'!r}\n")
        self.folder.chmod(0o755)                                    # the other user must get through

    def teacher(self, *command, check=True):
        done = subprocess.run([sys.executable, "-m", *command], cwd=self.root, capture_output=True, text=True,
                              timeout=300)
        assert not check or done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    def learner(self, *command):
        """As nobody, where we are root."""
        environment = os.environ | {"HOME": str(self.home), "JUPYTER_DATA_DIR": str(self.home / "data"),
                                    "JUPYTER_CONFIG_DIR": str(self.home / "config")}
        nbgrader = [sys.executable, "-m", "nbgrader", *command, *COURSE, f"--Exchange.root={self.exchange}"]
        if os.geteuid() == 0:
            nbgrader = [*classroom.python_for_all(self.folder, self.work), "setpriv", f"--reuid={NOBODY}",
                        f"--regid={NOBODY}", "--clear-groups", *nbgrader]
        done = subprocess.run(nbgrader, cwd=self.work, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    def submit(self):
        self.learner("submit", "loss")
        self.teacher("nbgrader", "collect", "loss", "--update")

    def pages(self):
        return sorted((self.work / "loss" / "feedback").glob("*/loss.html"))


@pytest.fixture(scope="module")
def learner():
    import pwd
    return pwd.getpwuid(NOBODY if os.geteuid() == 0 else os.getuid()).pw_name


@pytest.fixture(scope="module")
def exchanged(learner):
    """Released, fetched, submitted, collected, graded with pages. Others handed in beside the exchange."""
    with tempfile.TemporaryDirectory() as folder:        # pytest closes its own folders to other users
        yield laid_out(Class(folder), learner)


def laid_out(group, learner):
    group.teacher("nbgrader", "release_assignment", "loss")
    group.learner("fetch_assignment", "loss")
    target = group.work / "loss" / "loss.ipynb"
    target.write_bytes(classroom.to_bytes(filled()))
    group.submit()
    for student in ("cyd", "dan", "eva", "fay", "x[1]"):
        hand_in(group.root, student, filled())
    place = group.root / "submitted"
    own = (place / learner / "loss" / SECRET).read_text()
    (place / "dan" / "loss" / SECRET).symlink_to(place / learner / "loss" / SECRET)
    (place / "eva" / "loss" / SECRET).write_text("0" * 1_000_000)
    (place / "x[1]" / "loss" / SECRET).write_text(own[::-1])
    (place / "x[1]" / "loss" / "notes.txt").write_text("mine")
    (place / "fay" / "loss" / SECRET).write_bytes(b"\xff\xfe")
    (place / "fay" / "loss" / "timestamp.txt").symlink_to("/etc/hostname")
    group.said = group.teacher("autograder", "grade", "loss", "--feedback")
    return group


def folders(group, student):
    return [group.root / step / student / "loss" for step in ("submitted", "autograded", "feedback")]


def released(group):
    return sorted((group.exchange / "how-networks-learn" / "feedback").glob("*.html"))


def test_grade_uses_the_gradebook_that_the_class_configured(exchanged, learner):
    assert not (exchanged.root / "gradebook.db").exists()
    with sqlite3.connect(exchanged.book) as connection:
        found = connection.execute("select count(*) from submitted_assignment").fetchone()
    assert found == (6,) and exchanged.book.stat().st_mode & 0o077 == 0
    assert gradebook.default_url(exchanged.root) == f"sqlite:///{exchanged.book}"
    record = records.read(exchanged.root, "loss", learner)
    assert record["points"] == record["max_points"]


def test_a_relative_gradebook_is_in_the_course_folder(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///marks.db'\n")
    assert gradebook.default_url(tmp_path) == f"sqlite:///{tmp_path / 'marks.db'}"
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.db_url = 'postgresql://h/m'\n")
    assert gradebook.default_url(tmp_path) == "postgresql://h/m"
    (tmp_path / "nbgrader_config.py").unlink()
    assert gradebook.default_url(tmp_path) == f"sqlite:///{tmp_path / 'gradebook.db'}"


def check_travelled(group, learner):
    """Time and secret are where the page is; nothing else is, and no link was followed."""
    submitted, autograded, feedback = folders(group, learner)
    for name in ("timestamp.txt", SECRET):
        assert (autograded / name).read_text().strip() == (submitted / name).read_text().strip(), name
        assert (feedback / name).read_text().strip() == (submitted / name).read_text().strip(), name
        assert (feedback / name).stat().st_mode & 0o077 == 0
    assert [p.name for p in sorted(folders(group, "x[1]")[2].iterdir())] == ["loss.html", SECRET]
    for student in ("cyd", "dan", "eva", "fay"):
        assert [p.name for p in folders(group, student)[1].iterdir()] == ["loss.ipynb"], student
        assert [p.name for p in folders(group, student)[2].iterdir()] == ["loss.html"], student


def check_returned(group, learner):
    """release_feedback gives out what it can, names the others, and fetch_feedback brings the page."""
    shutil.rmtree(group.work / "loss" / "feedback", ignore_errors=True)
    for page in released(group):
        page.unlink()
    said = group.teacher("nbgrader", "release_feedback", "loss")
    assert "Traceback" not in said and len(released(group)) == 2
    assert "cyd, dan, eva, fay" in said and "were not handed in through the exchange" in said
    group.learner("fetch_feedback", "loss")
    page, = group.pages()
    assert page.read_bytes() == (folders(group, learner)[2] / "loss.html").read_bytes()


def test_feedback_comes_back_after_grade(exchanged, learner):
    check_travelled(exchanged, learner)
    check_returned(exchanged, learner)


def test_feedback_comes_back_after_nbgrader_s_own_commands(exchanged, learner):
    for step in ("autograded", "feedback"):
        shutil.rmtree(exchanged.root / step)
    exchanged.teacher("nbgrader", "autograde", "loss", "--force")
    exchanged.teacher("nbgrader", "generate_feedback", "loss", "--force")
    check_travelled(exchanged, learner)
    check_returned(exchanged, learner)


def test_feedback_comes_back_after_formgrader_s_buttons(exchanged, learner):
    for student in (learner, "x[1]"):
        for folder in folders(exchanged, student)[1:]:
            shutil.rmtree(folder)
    code = ("import os, sys\nroot = os.getcwd()\nfrom traitlets.config import PyFileConfigLoader\n"
            "from nbgrader.apps import NbGraderAPI\nfrom nbgrader.auth import Authenticator\n"
            "from nbgrader.coursedir import CourseDirectory\n"
            "config = PyFileConfigLoader('nbgrader_config.py', path=root).load_config()\n"
            "where = CourseDirectory(config=config)\n"
            "api = NbGraderAPI(where, Authenticator(config=config), config=config)\n"
            "for student in sys.argv[1:]:\n"
            "    for step in (api.autograde, api.generate_feedback, api.release_feedback):\n"
            "        done = step('loss', student)\n        assert done['success'], done\n")
    for page in exchanged.pages() + released(exchanged):
        page.unlink()
    done = subprocess.run([sys.executable, "-c", code, learner, "x[1]"], cwd=exchanged.root, capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    check_travelled(exchanged, learner)
    assert len(released(exchanged)) == 2
    exchanged.learner("fetch_feedback", "loss")
    assert len(exchanged.pages()) == 1


def test_the_same_work_handed_in_again_gets_its_own_page(exchanged, learner):
    """Another time and another secret: the notebook's bytes alone do not say that nothing is to do."""
    before = (folders(exchanged, learner)[1] / SECRET).read_text()
    exchanged.submit()
    said = exchanged.teacher("autograder", "grade", "loss", "--feedback")
    assert "1 graded" in said and "5 unchanged" in said
    assert (folders(exchanged, learner)[2] / SECRET).read_text() != before
    exchanged.teacher("nbgrader", "release_feedback", "loss", "--student", learner)
    exchanged.learner("fetch_feedback", "loss")
    assert len(exchanged.pages()) == 2


def test_what_travels_is_small_plain_and_no_link(tmp_path):
    source, target = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    (source / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")
    (source / SECRET).write_text("a1" * 64)
    intake.carry_over(source, target)
    assert sorted(p.name for p in target.iterdir()) == [SECRET, "timestamp.txt"]
    (source / "timestamp.txt").write_text("yesterday, perhaps")
    (source / SECRET).unlink()
    os.mkfifo(source / SECRET)
    intake.carry_over(source, target)
    assert list(target.iterdir()) == []                 # what belonged to an earlier submission is gone too
    (tmp_path / "link").symlink_to(source)
    (source / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")
    intake.carry_over(tmp_path / "link", target)
    assert list(target.iterdir()) == []
