"""A Dask cluster that judges: the same gradebook as here, whatever happens to its workers; nothing in the clear."""

import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import zlib
from types import SimpleNamespace

import classroom
import pytest
from classroom import filled, hand_in, mistake_source, released
from marks import soaked
from postgres import free_port

from autograder.__main__ import main
from autograder.grading import grade, records
from autograder.grading.work import Sets, Work
from autograder.problems import Misused, Problem

distributed = pytest.importorskip("distributed", reason="Dask is not installed here")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a class is graded on systems with fork")
dask = pytest.importorskip("dask", reason="Dask is not installed here")
cluster = importlib.import_module("autograder.grading.cluster")
Cluster = cluster.Cluster
TLS = "distributed.comm.tls"
NUMBER = 10


class Nodes:
    """A scheduler and workers, each started in a checkout that holds nothing of a class."""

    def __init__(self, folder, secure=True):
        self.folder, self.processes, self.protocol = folder, [], "tls" if secure else "tcp"
        self.checkout = classroom.course_copy(folder / "node")
        self.files = {}
        if secure:
            made = distributed.Security.temporary()
            for name, text in (("ca-file", made.tls_ca_file), ("cert", made.tls_worker_cert),
                               ("key", made.tls_worker_key)):
                self.files[name] = folder / name
                self.files[name].write_text(text)
        self.address = f"{self.protocol}://127.0.0.1:{free_port()}"
        self.scheduler = self.run("scheduler", "--host", self.address.rpartition(":")[0], "--port",
                                  self.address.rpartition(":")[2], "--dashboard-address", "127.0.0.1:0")

    def run(self, *words, checkout=None):
        tls = [f"--tls-{name}={path}" for name, path in self.files.items()]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, *tls], cwd=checkout or self.checkout, stdout=log, stderr=log,
                env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"})
        self.processes.append(process)
        return process

    def worker(self, checkout=None):
        return self.run("worker", self.address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard",
                        "--local-directory", str(self.folder), checkout=checkout)

    def client(self):
        return distributed.Client(self.address, timeout=60, set_as_default=False)

    def wait(self, number):
        with self.client() as client:
            client.wait_for_workers(number, timeout=120)

    def settings(self):
        who = [f"{TLS}.{each}.{name}" for each in ("client", "worker", "scheduler") for name in ("cert", "key")]
        return {f"{TLS}.ca-file": str(self.files["ca-file"]),
                **{name: str(self.files[name.rpartition(".")[2]]) for name in who}}

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def class_at(root, cases=None):
    """A class of ten, and of what cannot be read or says something odd."""
    (root / "private").mkdir(parents=True)
    (root / "private" / "seed").write_text("c0ffee\n")
    if cases is not None:
        shutil.copytree(cases, root / "private" / "cases")
    program = mistake_source("loss", "minibatches", "drops_the_rest")
    kinds = (filled(), filled(programs={"minibatches": program}), released(), b'{"cells": [',
             filled(programs={"mse": "import os\nos._exit(3)"}))
    for k in range(NUMBER):
        hand_in(root, f"student-{k}", kinds[k % len(kinds)])
    return root


def state(root):
    """What a run leaves, without what time it was, how long it took and how much memory: records and notebooks."""
    kept = {path.stem: {name: value for name, value in json.loads(path.read_text("utf-8")).items()
                        if name not in ("seconds", "graded")} for path in (root / "records" / "loss").glob("*.json")}
    from autograder.reports.marks import marks_of
    return kept, marks_of(root, "loss"), {path.parent.parent.name: path.read_bytes()
                                          for path in root.glob("autograded/*/loss/loss.ipynb")}


def lessons_held(client):
    """The lessons that the scheduler gives its workers."""
    names = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
    return [name for name in names if name.startswith(cluster.NAME)]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """The class graded on this machine."""
    root = class_at(tmp_path_factory.mktemp("here") / "class")
    grade.grade_topic(root, "loss", show=lambda line: None)
    return root


@pytest.fixture
def there(here, tmp_path):
    """The same class, to be graded."""
    return class_at(tmp_path / "class", here / "private" / "cases")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Two workers, whose cluster speaks TLS."""
    made = Nodes(tmp_path_factory.mktemp("nodes"))
    with dask.config.set(made.settings()):
        try:
            made.worker()
            made.worker()
            made.wait(2)
            yield made
        finally:
            made.close()


def test_a_cluster_gives_the_marks_that_this_machine_gives(nodes, here, there, capfd):
    assert main(["grade", "loss", "--root", str(there), "--scheduler", nodes.address, "--feedback"]) == 0
    said = capfd.readouterr()
    assert state(there) == state(here) and len(list(there.glob("feedback/*/loss/loss.html"))) == NUMBER
    assert "10 graded" in said.out and "Dashboard: http" in said.err and "Warning" not in said.err
    # workers see neither the gradebook nor what was handed in, and keep nothing
    assert sorted(path.name for path in nodes.checkout.iterdir() if path.name != "__pycache__") == sorted(
        classroom.COURSE_PARTS)
    with nodes.client() as client:
        assert not lessons_held(client)
    # a second run has nothing to do, and asks nobody
    assert main(["grade", "loss", "--root", str(there), "--scheduler", "tls://127.0.0.1:1"]) == 0
    assert "0 graded" in capfd.readouterr().out


def test_workers_that_are_killed_at_random_cost_nothing(nodes, here, there):
    """Their nannies start them anew; what was under way is judged by another."""
    luck, ended, killed = random.Random(3), threading.Event(), []

    def kill():
        with nodes.client() as client:
            while len(killed) < soaked(4, 100) and not ended.wait(luck.uniform(0.3, soaked(1.5, 15))):
                pids = list(client.run(os.getpid, on_error="ignore").values())
                with contextlib.suppress(ProcessLookupError, IndexError):
                    os.kill(luck.choice(pids), signal.SIGKILL)
                    killed.append(pids)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        while len(killed) < soaked(1, 100):
            grade.grade_topic(there, "loss", force=True, show=lambda line: None, cluster=Cluster(nodes.address))
            assert state(there) == state(here)
    finally:
        ended.set()
        killer.join()
        nodes.wait(2)


def test_a_worker_of_another_version_marks_nothing(nodes, here, there, tmp_path, capfd):
    other = classroom.course_copy(tmp_path / "other")
    with (other / "autograder" / "judging" / "mark.py").open("a") as file:
        file.write("# a later version\n")
    process = nodes.worker(other)
    try:
        nodes.wait(3)
        assert main(["grade", "loss", "--root", str(there), "--scheduler", nodes.address, "--student", "student-0",
                     "--student", "student-1", "--student", "student-2", "--student", "student-4"]) == 0
        capfd.readouterr()
        assert main(["doctor", "--scheduler", nodes.address]) == 0
        said = capfd.readouterr().out
        assert said.count("  ok   tls://") == 2 and said.count("  BAD  tls://") == 1
        assert "its checkout of the course is another version" in said and "bubblewrap" in said
    finally:
        process.terminate()
        process.wait(30)
    kept, now = state(here)[0], state(there)[0]
    assert now == {name: kept[name] for name in now} and len(now) == 4


def test_a_run_whose_scheduler_ends_is_told_and_goes_on_here(here, there, tmp_path, monkeypatch):
    made = Nodes(tmp_path)
    with dask.config.set(made.settings()):
        try:
            made.worker()
            made.wait(1)
            write = grade.Writer.write

            def last(self, batch):
                made.scheduler.kill()
                return write(self, batch)

            monkeypatch.setattr(grade.Writer, "write", last)
            monkeypatch.setattr(cluster, "CONNECT_SECONDS", 5)
            with pytest.raises(Problem, match="same command goes on"):
                grade.grade_topic(there, "loss", show=lambda line: None, cluster=Cluster(made.address))
        finally:
            made.close()
    monkeypatch.undo()
    assert 0 < len(state(there)[0]) < NUMBER
    grade.grade_topic(there, "loss", show=lambda line: None)
    assert state(there) == state(here)


def test_secret_cases_do_not_travel_in_the_clear(there, tmp_path, capfd):
    made = Nodes(tmp_path, secure=False)
    try:
        made.worker()
        made.wait(1)
        command = ["grade", "loss", "--root", str(there), "--student", "student-0", "--scheduler", made.address]
        assert main(command) == 1
        assert "no tls:// address" in capfd.readouterr().err
        assert not list(there.glob("records/loss/*"))
        with made.client() as client:
            assert not lessons_held(client)
        assert main([*command, "--insecure"]) == 0
        assert "Warning: " in capfd.readouterr().err and records.read(there, "loss", "student-0") is not None
    finally:
        made.close()


def test_a_cluster_that_is_not_there_is_told(there, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    for address, words in ((f"tcp://127.0.0.1:{free_port()}", "does not answer"), ("tls://127.0.0.1:1", "answer"),
                           ("nonsense.Cluster", "neither the address")):
        with pytest.raises(Problem, match=words):
            next(Cluster(address, insecure=True).graded(
                [Work("student-0", "loss", "")], Sets(there, "loss")))
    with pytest.raises(Misused, match="whoever started"):
        next(Cluster("tls://127.0.0.1:1", most=2).graded([Work("student-0", "loss", "")], Sets(there, "loss")))
    assert main(["grade", "loss", "--root", str(there), "--adaptive", "2"]) == 2
    assert "--scheduler names it" in capsys.readouterr().err


def test_a_cluster_that_is_started_has_as_many_workers_as_there_is_work_for(nodes, here, there, tmp_path, capfd):
    with dask.config.set({"temporary-directory": str(tmp_path)}):
        assert main(["grade", "loss", "--root", str(there), "--scheduler", "distributed.LocalCluster", "--adaptive",
                     "2"]) == 0
    assert "tls://127.0.0.1" in capfd.readouterr().err
    assert state(there) == state(here)


# --- what a worker does, without one -----------------------------------------------------------------------------

class Dying:
    """A judge that dies of some submissions."""

    made = 0

    def __init__(self, how, lesson):
        type(self).made += 1

    def ask(self, head, data):
        if data == b"deadly" or head["problem"] == "never":
            raise EOFError
        return json.dumps({"problem": head["problem"], "there": head["there"]}).encode()

    def close(self):
        pass


def test_a_submission_that_ends_its_judge_twice_is_marked_with_that(monkeypatch):
    monkeypatch.setattr(cluster, "Judge", Dying)
    plugin = cluster.Lesson("name", "auto", b"", {})
    head = {"problem": "", "there": True}
    assert json.loads(plugin.judge(head, b"fine")) == {"problem": "", "there": True}
    assert json.loads(plugin.judge(head, b"fine")) == {"problem": "", "there": True} and Dying.made == 1
    said = json.loads(plugin.judge(head, b"deadly"))
    assert "ended twice" in said["problem"] and said["there"] is False and Dying.made == 3
    monkeypatch.setattr(Dying, "ask", lambda *_: (_ for _ in ()).throw(BrokenPipeError))
    assert "does not start" in json.loads(plugin.judge(head, b"fine"))["unable"]


def test_where_no_worker_can_grade_nothing_is_marked(monkeypatch):
    here = cluster.about("none")
    assert cluster.unfit(here, here) == ""
    assert "python" in cluster.unfit(here | {"environment": "python 2"}, here)
    assert "version" in cluster.unfit(here | {"code": "other"}, here)
    assert cluster.unfit(here | {"unable": "no wall"}, here) == "no wall"
    plugin = cluster.Lesson("name", "auto", b"", here | {"code": "other"})
    plugin.setup(None)
    assert "version" in json.loads(plugin.judge({}, b""))["unable"]


class Said:
    """A future that is there already."""

    def __init__(self, said):
        self.said = said
        self.status = "error" if isinstance(said, Exception) else "finished"

    def exception(self):
        return self.said

    def result(self):
        each = self.said if isinstance(self.said, list) else [self.said]
        return each[0]["worker"], [zlib.compress(json.dumps(one).encode()) for one in each]


class Scripted:
    """A client whose futures are what a script says, one after the other: an answer, or an exception."""

    status = "running"

    def __init__(self, *script):
        self.script, self.given, self.asked = list(script), [], []

    def scheduler_info(self):
        return {"workers": {"a": {"nthreads": 1}, "b": {"nthreads": 1}}}

    def submit(self, task, name, asked, key, workers):
        self.given.append(workers)
        self.asked.append([head["work"]["student"] for head, _ in asked])
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]       # the last for all that follow
        return Said(said(len(asked)) if callable(said) else said)


def rounds(client, monkeypatch, students=("ada",)):
    monkeypatch.setattr(cluster, "wait", lambda *_, **__: None)
    lesson = SimpleNamespace(draw=1, marks_version="v")
    todo = [Work(student, "loss", "", content="abc") for student in students]
    found = Cluster("x")._rounds(client, "name", todo, dict.fromkeys(students, lesson))
    return [one for batch in found for one in batch]


def test_what_ends_workers_or_is_refused_by_one_is_given_to_another(monkeypatch):
    answer = {"result": {"marks_version": "v", "content": "abc"}, "notebook": "{}", "unanswered": [], "worker": "b"}
    killed = distributed.scheduler.KilledWorker("task", None, 3)
    assert [one.work.student for one in rounds(Scripted(killed, killed, answer), monkeypatch)] == ["ada"]
    with pytest.raises(Problem, match="one after another.*ada"):
        rounds(Scripted(*[killed] * cluster.ROUNDS), monkeypatch)
    client = Scripted({"unable": "no wall", "worker": "a"}, answer)
    assert len(rounds(client, monkeypatch)) == 1 and client.given == [None, ["b"]]
    with pytest.raises(Problem, match="(?s)No worker.*a: no wall.*b: old"):
        rounds(Scripted({"unable": "no wall", "worker": "a"}, {"unable": "old", "worker": "b"}), monkeypatch)
    with pytest.raises(Problem, match="none of this course's"):
        rounds(Scripted({"worker": "a", "notebook": object}), monkeypatch)
    with pytest.raises(Problem, match="The cluster failed: ZeroDivisionError"):
        rounds(Scripted(ZeroDivisionError("x")), monkeypatch)


def test_a_few_travel_together_the_last_ones_alone_and_those_whose_workers_ended_too(monkeypatch):
    answer = {"result": {"marks_version": "v", "content": "abc"}, "notebook": "{}", "unanswered": [], "worker": "b"}
    students = [f"s{number}" for number in range(16)]
    killed = distributed.scheduler.KilledWorker("task", None, 3)
    client = Scripted(killed, lambda number: [answer] * number)
    assert sorted(one.work.student for one in rounds(client, monkeypatch, students)) == sorted(students)
    assert client.asked[0] == students[:4] and client.asked[-4:] == [["s0"], ["s1"], ["s2"], ["s3"]]
    assert max(map(len, client.asked)) == 4 and sum(map(len, client.asked)) == 4 + 16
    with pytest.raises(Problem, match="none of this course's"):
        rounds(Scripted(lambda number: [answer] * (number - 1)), monkeypatch, students)


def test_an_answer_is_of_its_own_submission():
    lesson, work = SimpleNamespace(marks_version="v"), Work("ada", "loss", "", content="abc")
    found = {"result": {"marks_version": "v", "content": "abc"}, "notebook": "{}", "unanswered": [], "worker": "w"}
    assert cluster._graded(work, found, lesson).work is work
    for name in ("marks_version", "content"):
        with pytest.raises(Problem, match="another"):
            cluster._graded(work, found | {"result": found["result"] | {name: "other"}}, lesson)


def test_a_lesson_of_the_class_s_own_is_graded_here(there, monkeypatch):
    monkeypatch.setattr(cluster.catalogue, "home", lambda topic: there if topic == "own" else classroom.ROOT)
    with pytest.raises(Problem, match="without --scheduler"):
        next(Cluster("tls://127.0.0.1:1").graded([Work("ada", "own", "")], SimpleNamespace(topic="own")))
