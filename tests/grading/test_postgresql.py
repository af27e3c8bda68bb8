"""A gradebook that a PostgreSQL server keeps: every command, two graders at once, a server that is started again."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import classroom
import pytest
from classroom import filled, hand_in, mistake_source, released
from postgres import PASSWORD, Server, free_port

from autograder import doctor
from autograder.__main__ import main
from autograder.files import write_private
from autograder.grading import grade, gradebook, marks, records, stock
from autograder.grading.work import Sets
from autograder.reports.marks import marks_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a class is graded on systems with fork")


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.close()


NUMBER = 10                 # students of a class
CASES = []                  # the folder with the sets of cases, drawn once for all classes of this file: one seed


def class_at(root, url="", students=()):
    """A class's folder, whose gradebook is at `url`, with these {student: notebook}."""
    (root / "private").mkdir(parents=True)
    (root / "private" / "seed").write_text("c0ffee\n")
    (root / "private" / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(root / 'exchange')!r}\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
        + (f"c.CourseDirectory.db_url = {url!r}\n" if url else ""))
    if CASES:
        shutil.copytree(CASES[0], root / "private" / "cases")
    gradebook.set_up(root)
    (root / "exchange").mkdir(mode=0o777)
    (root / "exchange").chmod(0o777)
    for student, notebook in dict(students).items():
        hand_in(root, student, notebook)
    if not CASES:
        sets = Sets(root, "loss")
        for student in (*work(), *class_of(NUMBER)):
            sets.of(student)
        CASES.append(root / "private" / "cases")
    return root


def work():
    """Of three students, one with a mistake, one with nothing."""
    program = mistake_source("loss", "minibatches", "drops_the_rest")
    return {"ada": filled(), "bob": filled(programs={"minibatches": program}, wrong=["loss-or-profit"]),
            "cyd": released()}


def state(root):
    """All that grading leaves: the gradebook's rows, records and notebooks, without what time it was."""
    from sqlalchemy import text

    with gradebook.open_gradebook(gradebook.default_url(root)) as book, book.engine.connect() as connection:
        grades = sorted(map(tuple, connection.execute(text(
            "select s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade from grade g join "
            "submitted_notebook n on n.id = g.notebook_id join submitted_assignment s on s.id = n.assignment_id "
            "join base_cell b on b.id = g.cell_id"))))
        comments = sorted(map(tuple, connection.execute(text(
            "select s.student_id, b.name, c.auto_comment from comment c join "
            "submitted_notebook n on n.id = c.notebook_id join submitted_assignment s on s.id = n.assignment_id "
            "join base_cell b on b.id = c.cell_id"))), key=str)
    kept = {}
    for path in sorted((root / "records" / "loss").glob("*.json")):
        kept[path.stem] = {name: value for name, value in json.loads(path.read_text("utf-8")).items()
                           if name not in ("seconds", "graded")}
    notebooks = {path.parent.parent.name: path.read_bytes() for path in sorted(root.glob("autograded/*/loss/*.ipynb"))}
    return grades, comments, kept, notebooks


def in_process(do, said=os.devnull):
    """do() in a process of its own, which writes its stderr to `said`. Returns its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.setsid()
            sys.stderr = open(said, "a", buffering=1)
            do()
            code = 0
        os._exit(code)
    return pid


def graded_in_process(root, said=os.devnull, **options):
    return in_process(lambda: grade.grade_topic(root, "loss", show=lambda line: None, **options), said)


def end(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


COMMANDS = """
import json, os, sys
from nbgrader.apps.nbgraderapp import main
for command in json.loads(sys.argv[1]):
    print(">>", *command, flush=True)
    pid = os.fork()
    if pid == 0:
        os.dup2(1, 2)
        sys.argv = ["nbgrader", *command]
        main()
        sys.exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, command
"""


def nbgrader(root, *commands):
    """nbgrader's own commands in the class's folder. Returns what each said."""
    done = subprocess.run([sys.executable, "-c", COMMANDS, json.dumps([each.split() for each in commands])], cwd=root,
                          env=os.environ | {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"},
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-3000:]
    return done.stdout.split(">> ")[1:]


@pytest.fixture(scope="module")
def both(server, tmp_path_factory):
    """The same class twice, graded by `grade --feedback`: its gradebook a file, and on the server."""
    folder = tmp_path_factory.mktemp("both")
    roots = [class_at(folder / "file", students=work()), class_at(folder / "server", server.database(), work())]
    for root in roots:
        assert main(["grade", "loss", "--feedback", "--root", str(root)]) == 0
    return roots


def test_grade_leaves_what_it_leaves_in_a_file(both):
    file, kept = both
    assert (file / "gradebook.db").exists() and not list(kept.rglob("gradebook.db*"))
    assert state(kept) == state(file)
    assert sorted(path.parent.parent.name for path in kept.glob("feedback/*/loss/loss.html")) == ["ada", "bob", "cyd"]


def test_each_command_says_what_it_says_of_a_file(both, capsys):
    """Report, export, void, give, regrade, due dates and penalties."""
    commands = (["report", "loss"], ["export", "loss", "--lms", "canvas"], ["why", "bob", "minibatches"],
                ["void", "loss", "mse", "--apply"], ["give", "loss", "loss-or-profit"],
                ["regrade", "loss", "--apply", "--take-back", "mse", "--give", "loss-or-profit"],
                ["due", "loss", "2026-03-05 23:59 UTC"], ["due", "loss", "--student", "ada", "--extend", "9w"])
    for root in both:
        for student in ("ada", "bob"):
            (root / "submitted" / student / "loss" / "timestamp.txt").write_text("2026-03-07 10:00:00 UTC")
    for command in (*commands, ["grade", "loss"], ["export", "loss", "--lms", "moodle"]):
        said = []
        for root in both:
            assert main([*command, "--root", str(root)]) == 0
            out = capsys.readouterr().out.replace(str(root), "ROOT")
            said.append([line for line in out.splitlines() if "graded in" not in line])
        assert said[0] == said[1] and said[0], command
    file, kept = (marks_of(root, "loss") for root in both)
    assert file == kept
    assert kept["ada"].penalty == 0 and kept["bob"].penalty == kept["bob"].score > 0
    assert state(both[0]) == state(both[1])


def test_nbgrader_s_own_commands(both):
    root = both[1]
    before = state(root)
    said = nbgrader(root, "autograde loss --force", "generate_feedback loss --force", "release_feedback loss",
                    "db student add eva --last-name Noether", "db student list", "db assignment list", "db upgrade",
                    "export")
    after = state(root)
    assert after[:3] == before[:3] and after[3].keys() == before[3].keys()
    assert len(list((root / "feedback").glob("*/loss/loss.html"))) == 3
    assert "eva (Noether, None)" in said[4] and "loss (due: " in said[5]
    rows = (root / "grades.csv").read_text().splitlines()
    assert len(rows) == 5 and any(",eva," in row for row in rows)


@pytest.fixture(scope="module")
def entered(server, tmp_path_factory):
    """What makes a database that knows the lesson, as after the first grading: seconds less for each test."""
    url = server.database()
    gradebook.ensure(class_at(tmp_path_factory.mktemp("entered") / "class", url), ["loss"], url)
    return [f"template {url.rpartition('/')[2]}"]


# --- formgrader --------------------------------------------------------------------------------------------------

class Formgrader:
    """Jupyter's server with nbgrader's formgrader in a class's folder."""

    def __init__(self, root):
        self.port, self.token = free_port(), "t0ken"
        home = root / "home"
        environment = os.environ | {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home),
                                    "JUPYTER_RUNTIME_DIR": str(home), "IPYTHONDIR": str(home), "HOME": str(home)}
        home.mkdir()
        (home / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"jpserver_extensions": {
            "nbgrader.server_extensions.formgrader": True}}}))
        self.log = (root / "formgrader.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
             f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
             f"--ServerApp.root_dir={root}"], cwd=root, env=environment, stdout=self.log, stderr=self.log)
        limit = time.monotonic() + 90
        while True:
            try:
                assert self.ask("api/status") == b'{"status": true}'
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < limit, self.said(root)
                time.sleep(0.2)

    def said(self, root):
        return (root / "formgrader.log").read_text()[-3000:]

    def ask(self, path, method="GET", data=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/formgrader/{path}", data, method=method,
                                         headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def table(self, path):
        return json.loads(self.ask(path))

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


def test_formgrader_and_a_server_that_was_restarted_under_it(server, entered, tmp_path):
    root = class_at(tmp_path / "class", server.database(*entered), work())
    assert len(grade.grade_topic(root, "loss", show=lambda line: None)) == 3
    page = Formgrader(root)
    try:
        score = {each["student"]: each["score"] for each in page.table("api/submissions/loss")}
        assert score == {name: mark.score for name, mark in marks_of(root, "loss").items()} and score["ada"] == 35
        assert len(page.table("api/students")) == 3 and len(page.table("api/notebooks/loss")) == 1
        books = {each["student"]: each for each in page.table("api/submitted_notebooks/loss/loss")}
        grades = page.table(f"api/grades?submission_id={books['ada']['id']}")
        assert b"mse" in page.ask(f"submissions/{books['ada']['id']}/?index=0")
        server.stop(signal.SIGQUIT)
        with contextlib.suppress(urllib.error.HTTPError):
            page.table("api/students")
        server.start()
        assert len(page.table("api/students")) == 3
        # a mark by hand; what another grader writes meanwhile is shown at once
        page.ask(f"api/grade/{grades[0]['id']}", "PUT", json.dumps({"manual_score": 0.5}).encode())
        assert marks_of(root, "loss")["ada"].score < 35
        hand_in(root, "dan", filled())
        assert json.loads(page.ask("api/submission/loss/dan/autograde", "POST", b""))["success"] is True
        assert marks_of(root, "loss")["dan"].score == 35
        hand_in(root, "eva", filled())
        grade.grade_topic(root, "loss", show=lambda line: None)
        assert {each["student"]: each["score"] for each in page.table("api/submissions/loss")}["eva"] == 35
        assert records.read(root, "loss", "dan")["points"] == 35
    finally:
        page.close()


# --- several graders, and a server that goes away ----------------------------------------------------------------

def class_of(number):
    kinds = list(work().values())
    return {f"student-{k:02d}": kinds[k % 3] if k % 4 else filled(answers={"loss-or-profit": '"E"'})
            for k in range(number)}


@pytest.fixture(scope="module")
def undisturbed(server, entered, tmp_path_factory):
    root = class_at(tmp_path_factory.mktemp("calm") / "class", server.database(*entered), class_of(NUMBER))
    assert end(graded_in_process(root)) == 0
    return state(root)


def test_two_graders_in_one_folder_lose_nothing(server, entered, undisturbed, tmp_path):
    root = class_at(tmp_path / "class", server.database(*entered), class_of(NUMBER))
    assert [end(pid) for pid in [graded_in_process(root), graded_in_process(root)]] == [0, 0]
    assert state(root) == undisturbed


def test_two_checkouts_and_nbgrader_at_once_lose_nothing(server, undisturbed, tmp_path):
    """Two folders, one gradebook, which nobody has made yet; and nbgrader's own autograde between."""
    url, everybody = server.database(), class_of(NUMBER)
    first = class_at(tmp_path / "first", url, everybody)
    second = class_at(tmp_path / "second", url, everybody)
    third = class_at(tmp_path / "third", url, everybody)
    said = tmp_path / "said"
    pids = [graded_in_process(first, said), graded_in_process(second, said)]
    nbgrader(third, "autograde loss")
    assert [end(pid) for pid in pids] == [0, 0], said.read_text()
    for root in (first, second):
        assert state(root) == undisturbed
    assert state(third)[:3] == undisturbed[:3]


def test_a_second_run_waits_and_says_so(server, entered, tmp_path, capsys):
    url = server.database(*entered)
    root = class_at(tmp_path / "class", url, {"ada": filled()})
    came = threading.Event()
    with marks.turn(url, marks.RUN):
        run = threading.Thread(target=lambda: (grade.grade_topic(root, "loss", show=lambda line: None), came.set()))
        run.start()
        limit = time.monotonic() + 60
        while "waiting for it to end" not in capsys.readouterr().err:
            assert time.monotonic() < limit
            time.sleep(0.05)
        assert not list(root.glob("records/loss/*.json")) and not came.is_set()
    run.join(120)
    assert came.is_set() and records.read(root, "loss", "ada")["points"] == 35


def test_two_writers_of_the_same_new_students_do_not_collide(server, entered):
    """In opposite orders, many times: without turns they wait for each other, or enter somebody twice."""
    url = server.database(*entered)
    faults = []

    def write(order):
        try:
            with gradebook.open_gradebook(url) as book:
                writer = marks.Marks(book, "loss")
                for k in range(25):
                    writer.save([(f"student-{k}-{n}", {"mse": 2.0}, (), None) for n in range(4)][::order])
        except Exception as fault:
            faults.append(fault)

    writers = [threading.Thread(target=write, args=(order,)) for order in (1, -1, 1)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(120)
    assert faults == []
    with gradebook.open_gradebook(url) as book:
        assert len(marks.Marks(book, "loss").students()) == 100


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restarted", "crashed"])
def test_a_run_goes_on_where_its_server_is_started_again(server, entered, undisturbed, tmp_path, how):
    root = class_at(tmp_path / "class", server.database(*entered), class_of(NUMBER))
    said = tmp_path / "said"
    pid = graded_in_process(root, said, jobs=1)
    limit = time.monotonic() + 120
    while not list(root.glob("records/loss/*.json")):
        assert time.monotonic() < limit
        time.sleep(0.01)
    server.stop(how)
    before = len(list(root.glob("records/loss/*.json")))
    limit = time.monotonic() + 25
    while "does not answer" not in said.read_text() and time.monotonic() < limit:
        time.sleep(0.05)
    server.start()
    assert end(pid) == 0, said.read_text()
    assert before < NUMBER and "does not answer" in said.read_text()
    assert state(root) == undisturbed


def test_where_the_server_stays_away_one_goes_on_later(server, entered, undisturbed, tmp_path, monkeypatch):
    root = class_at(tmp_path / "class", server.database(*entered), class_of(NUMBER))
    monkeypatch.setattr(gradebook, "PATIENCE", 1)
    wrote, stock_write = [], grade.Writer.write

    def write(self, batch):
        wrote.extend(batch)
        if len(wrote) > 4 and server.process.poll() is None:
            server.stop(signal.SIGQUIT)
        return stock_write(self, batch)

    monkeypatch.setattr(grade.Writer, "write", write)
    try:
        with pytest.raises(gradebook.GradebookError, match="same command goes on") as told:
            grade.grade_topic(root, "loss", jobs=1, show=lambda line: None)
    finally:
        monkeypatch.undo()
        server.start()
    assert PASSWORD not in str(told.value) and "***@127.0.0.1" in str(told.value)
    assert 0 < len(list(root.glob("records/loss/*.json"))) < NUMBER
    assert end(graded_in_process(root)) == 0
    assert state(root) == undisturbed


# --- what one student can do, and what is told -------------------------------------------------------------------

def test_nul_and_long_names_are_one_student_s_problem(server, entered, tmp_path, capsys):
    """PostgreSQL takes no NUL and keeps to 128 characters; SQLite takes both."""
    notebook = filled()
    notebook["cells"].append({"cell_type": "code", "id": "a\0b", "source": "x = '\0'", "outputs": [],
                              "execution_count": None, "metadata": {"nbgrader": {
                                  "grade": True, "solution": True, "locked": False, "schema_version": 3, "points": 1,
                                  "grade_id": "mse\0", "cell_type": "code", "task": False}}})
    classroom.cell(notebook, "mse")["metadata"]["nbgrader"]["grade_id"] = "mse\0"
    root = class_at(tmp_path / "class", server.database(*entered), {"ada": notebook, "bob": filled()})
    (root / "submitted" / "ada" / "loss" / "timestamp.txt").write_bytes(b"2026-03-07\0 10:00:00 UTC")
    write_private(root / "private" / "roster.json", json.dumps({
        "ada": {"first": "A\0da", "last": "L" * 300, "keys": {"email": "ada\0@\ud800x"}},
        "b\0b": {"first": "Bob", "last": "B", "keys": {}}, "x" * 200: {"first": "X", "last": "Y", "keys": {}}}))
    rows = grade.grade_topic(root, "loss", show=lambda line: None)
    assert {row.student: row.points for row in rows} == {"ada": 35, "bob": 35}
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        ada = book.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "L" * 128, "ada@?x")
        assert [each.id for each in book.students] == ["ada", "bob"]
    shutil.rmtree(root / "autograded")
    nbgrader(root, "autograde loss --force")
    assert {name: mark.score for name, mark in marks_of(root, "loss").items()} == {"ada": 35, "bob": 35}


def test_doctor_tries_the_server(server, both, tmp_path):
    said = []
    doctor._show_server(gradebook.default_url(both[1]), said.append)
    assert "submissions, kept at postgresql+psycopg://grader:***@127.0.0.1" in said[0]
    url = server.database()
    assert doctor._show_server(url, said.append) and " 0 submissions" in said[1]
    assert not doctor._show_server(url.replace("/marks", "/nothing"), said.append)
    assert "cannot be used" in said[2] and "does not exist" in said[2] and PASSWORD not in "".join(said)


def test_a_database_that_cannot_hold_every_name_is_refused(server, tmp_path):
    url = server.database("encoding 'LATIN1' template template0")
    with pytest.raises(gradebook.GradebookError, match="LATIN1.*createdb -E UTF8") as told:
        gradebook.ensure(class_at(tmp_path / "class", url), ["loss"])
    assert PASSWORD not in str(told.value)


def test_an_older_gradebook_names_the_command_that_upgrades_it(server, entered, tmp_path):
    url = server.database(*entered)
    root = class_at(tmp_path / "class", url)
    gradebook.ensure(root, ["loss"])
    with server.connect(url.rpartition("/")[2]) as connection:
        connection.execute("alter table grade drop column extra_credit")
    with pytest.raises(gradebook.GradebookError, match="nbgrader db upgrade"):
        gradebook.ensure(root, ["loss"])


def test_without_the_driver_the_command_that_installs_it_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    url = "postgresql+psycopg://ada:geheim@127.0.0.1:1/marks"
    with pytest.raises(gradebook.GradebookError, match="requirements-postgresql.txt") as told, \
            gradebook.faults_told(url), marks.turn(url):
        pass
    assert "geheim" not in str(told.value)


def test_a_connection_that_the_server_ended_is_noticed(server, entered):
    url = server.database(*entered)
    stock.mend()
    with gradebook.open_gradebook(url) as book:
        assert book.find_assignment("loss").name == "loss"
        book.db.commit()
        with server.connect() as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                               [url.rpartition("/")[2]])
        assert book.find_assignment("loss").name == "loss"
