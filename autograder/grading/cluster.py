"""Judge on a Dask cluster: the same submissions, judged on other machines. One writer, here, writes all marks.

    python -m autograder grade loss --scheduler tls://HOST:8786

A plugin brings the lesson to each worker; a submission goes there as bytes, and its result comes back as JSON. A worker
has a checkout of its own and a wall of its own, and sees neither the gradebook nor submitted/. docs/SCALE.md says who
trusts whom.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import importlib
import json
import math
import os
import pickle
import subprocess
import sys
import time
import uuid
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, cast

from autograder.files import shown
from autograder.grading.work import Sets, Work
from autograder.grading.workers import Graded, read_work, receive, send
from autograder.judging.assignment import environment, variants_of
from autograder.lessons import catalogue
from autograder.problems import Misused, Problem
from autograder.reading.bounds import A_PERSON
from autograder.sandbox import walls
from autograder.sandbox.probe import probe

try:
    from distributed import Client, Security, WorkerPlugin, get_worker, wait
    from distributed.client import ClosedClientError
    from distributed.comm import CommClosedError
    from distributed.scheduler import KilledWorker
except ModuleNotFoundError:
    raise Problem("Grading on a cluster needs: python -m pip install -r requirements-cluster.txt") from None

NAME = "course-lesson"          # of the plugin
TOGETHER = 4                    # submissions that travel as one task: a task costs 10 ms of all who pass it on
TASKS_AHEAD = 2                 # for each thread
ROUNDS = 5                      # a submission is given out anew, each time after four workers that held it have ended
CONNECT_SECONDS = 30            # how long the scheduler may not answer
FAST = 1                        # of zlib: a notebook goes by way of the scheduler, so that its size costs three times
LOOK_SECONDS = 5                # the workers are counted again after so long
IN_THE_CLEAR = ("{} is no tls:// address. The class's secret cases and keys, and what was handed in, would travel "
                "where others may read them, and anybody who reaches it can give marks.")
ENDED = "The cluster's scheduler has ended, or cannot be reached. What is graded is kept; the same command goes on."


def code_version() -> str:
    """A hash of the programs that decide a mark: those of two checkouts are the same, or are not."""
    found = hashlib.sha256()
    for folder in (*(f"autograder/{room}" for room in ("lessons", "reading", "judging", "sandbox")), "course"):
        for path in sorted((catalogue.ROOT / folder).rglob("*.py")):
            found.update(f"{path.relative_to(catalogue.ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def about(how: str = "auto", variants: Iterable[str] = ()) -> dict[str, str]:
    """What decides whether marks can be given here: versions, and the wall; `unable` where there is none."""
    found = {"code": code_version(), "environment": environment(variants), "isolation": "", "unable": ""}
    try:
        found["isolation"] = walls.choose(how)
    except walls.NoIsolation as problem:
        found["unable"] = str(problem)
    return found


def unfit(there: dict[str, str], here: dict[str, str]) -> str:
    """Why a worker may give no mark: it would be another one than here, or there is no wall. "" where it may."""
    if there["environment"] != here["environment"]:
        return f"it has {there['environment']}, and here is {here['environment']}"
    if there["code"] != here["code"]:
        return "its checkout of the course is another version"
    return there["unable"]


# --- on a worker ---------------------------------------------------------------------------------------------

class Judge:
    """A process that judges, one submission after another: `autograder.grading.workers.serve`."""

    def __init__(self, how: str, lesson: bytes) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from autograder.grading.workers import serve; serve()"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, cwd=catalogue.ROOT, env=os.environ | {"PYTHONPATH": str(catalogue.ROOT)})
        self.asked, self.answers = cast(BinaryIO, self.process.stdin), cast(BinaryIO, self.process.stdout)
        with contextlib.suppress(OSError):
            send(self.asked, how.encode(), lesson)

    def ask(self, head: dict[str, Any], data: bytes) -> bytes:
        """Raises OSError or EOFError where the process has ended."""
        send(self.asked, json.dumps(head).encode(), data)
        return receive(self.answers)

    def close(self) -> None:
        """It ends where nothing more can come. Its wall and folder go with it."""
        with contextlib.suppress(OSError):
            self.asked.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()


class Lesson(WorkerPlugin):  # type: ignore[misc]  # Dask states no types here
    """What a worker holds for a run: the lesson with its sets of cases, and warm judges, one for each thread."""

    def __init__(self, name: str, how: str, lesson: bytes, here: dict[str, str],
                 variants: tuple[str, ...] = ()) -> None:
        self.name, self.how, self.lesson, self.here, self.variants = name, how, lesson, here, variants
        self.problem, self.isolation = "", ""
        self.free: list[Judge] = []
        self.all: list[Judge] = []

    def setup(self, worker: Any) -> None:
        found = about(self.how, self.variants)
        self.problem, self.isolation = unfit(found, self.here), found["isolation"]
        if not self.problem:
            self.free.append(self._new())                # it imports NumPy and more while the first work is on its way

    def _new(self) -> Judge:
        judge = Judge(self.isolation, self.lesson)
        self.all.append(judge)
        return judge

    def teardown(self, worker: Any) -> None:
        for judge in self.all:
            judge.close()

    def judge(self, head: dict[str, Any], data: bytes) -> bytes:
        """The answer as JSON. Where the judge dies of a submission twice, the submission is marked with that."""
        if self.problem:
            return _unable(self.problem)
        given_up = {**head, "there": False,
                    "problem": f"The process that graded this notebook ended twice. {A_PERSON}"}
        for asked, sent in ((head, data), (head, data), (given_up, b"")):
            try:
                judge = self.free.pop()
            except IndexError:                           # as many as there are threads
                judge = self._new()
            try:
                answer = judge.ask(asked, sent)
            except (OSError, EOFError):
                judge.close()
                self.all.remove(judge)
                continue
            self.free.append(judge)
            return answer
        return _unable("the process that judges does not start there; its log says why")


def _unable(why: str) -> bytes:
    return json.dumps({"unable": why}).encode()


def judge_some(name: str, asked: list[tuple[dict[str, Any], bytes]]) -> tuple[str, list[bytes]]:
    """The task: on a worker, a few submissions. (the worker's address, the answers)"""
    worker = get_worker()
    plugin = worker.plugins.get(name)
    answers = [_unable("the lesson did not reach it") if plugin is None else plugin.judge(head, zlib.decompress(data))
               for head, data in asked]
    return worker.address, [zlib.compress(answer, FAST) for answer in answers]


def left_behind(dask_scheduler: Any) -> list[str]:
    """On the scheduler: the plugins of runs that were killed."""
    return [name for name in dask_scheduler.worker_plugins
            if name.startswith(f"{NAME}-") and name.removeprefix(f"{NAME}-") not in dask_scheduler.clients]


# --- on the grader's machine ---------------------------------------------------------------------------------

@dataclass(frozen=True)
class Cluster:
    """Where to judge: the address of a scheduler, or the name of a class of Dask's that starts a cluster."""

    address: str
    most: int = 0                 # of a cluster that is started: how many workers at most; 0: as its settings say
    insecure: bool = False
    how: str = "auto"

    @contextlib.contextmanager
    def client(self) -> Iterator[Any]:
        with contextlib.ExitStack() as stack:
            place = self.address if "://" in self.address else stack.enter_context(_started(self.address, self.most))
            if "://" in self.address and self.most:
                raise Misused("--adaptive is for a cluster that this command starts (--scheduler "
                              "dask_jobqueue.SLURMCluster): whoever started this scheduler decides on its workers.")
            where = place if isinstance(place, str) else place.scheduler_address
            if not where.startswith("tls://"):
                if not self.insecure:
                    raise Problem(f"{IN_THE_CLEAR.format(where)} Use TLS (docs/SCALE.md), or --insecure where nobody "
                                  "else is.")
                _say(f"Warning: {IN_THE_CLEAR.format(where)}")
            try:
                client = Client(place, timeout=CONNECT_SECONDS, name="grading")
            except (OSError, TypeError, ValueError) as problem:      # TLS without its files is a TypeError
                raise Problem(f"The cluster's scheduler {where} does not answer: {shown(str(problem), 300)}") from None
            stack.enter_context(client)
            bare = [address for address in _workers(client) if not address.startswith("tls://")]
            if bare and not self.insecure:
                raise Problem(IN_THE_CLEAR.format(f"The worker {bare[0]}"))
            yield client

    def graded(self, todo: list[Work], sets: Sets) -> Generator[list[Graded], None, None]:
        """Graded submissions as they come, in any order: as `workers.graded`."""
        if not todo:
            return
        if catalogue.home(sets.topic) != catalogue.ROOT:
            raise Problem(f"{sets.topic} is a lesson of this class's own, which a cluster's workers do not have: grade "
                          "it without --scheduler.")
        draws = {work.student: sets.of(work.student) for work in todo}
        lesson = pickle.dumps({assignment.draw: assignment for assignment in draws.values()})
        variants = variants_of(next(iter(draws.values())).template)
        with self.client() as client:
            _say(f"Judged by the cluster at {client.scheduler.address}. {_dashboard(client)}")
            name = f"{NAME}-{client.id}"
            try:
                for old in client.run_on_scheduler(left_behind):
                    _with_workers_that_end(client.unregister_worker_plugin, old)
                held = Lesson(name, self.how, lesson, about("none", variants), variants)
                _with_workers_that_end(client.register_plugin, held)
                yield from self._rounds(client, name, list(todo), draws)
            except (CancelledError, CommClosedError, ClosedClientError):
                raise Problem(ENDED) from None
            finally:
                with contextlib.suppress(Exception):     # the scheduler may be gone
                    client.unregister_worker_plugin(name)

    def _rounds(self, client: Any, name: str, queue: list[Work],
                draws: dict[str, Any]) -> Generator[list[Graded], None, None]:
        waiting: dict[Any, list[Work]] = {}
        unable: dict[str, str] = {}
        ended: collections.Counter[str] = collections.Counter()
        told, looked = False, -math.inf
        while queue or waiting:
            if time.monotonic() - looked > LOOK_SECONDS:     # to ask the scheduler takes as long as some submissions
                there, looked = _workers(client), time.monotonic()
            able = {address: each for address, each in there.items() if address not in unable}
            if there and not able:
                raise Problem("No worker of the cluster can grade:\n" + _listed(unable))
            if not able and not told:
                _say("The cluster has no worker yet: waiting for one.")
                told = True
            threads = max(sum(each["nthreads"] for each in able.values()), 1)
            while queue and len(waiting) < threads * TASKS_AHEAD:
                # the last ones one by one, so that no worker waits for another; and those whose workers ended
                most = 1 if ended[queue[0].student] else min(TOGETHER, max(len(queue) // (2 * threads), 1))
                works = [queue.pop(0)]
                while queue and len(works) < most and not ended[queue[0].student]:
                    works.append(queue.pop(0))
                asked = [_asked(work, draws[work.student].draw) for work in works]
                future = client.submit(judge_some, name, asked, key=f"submission-{uuid.uuid4().hex}",
                                       workers=list(able) if unable and able else None)
                waiting[future] = works
            batch = []
            for future in _done(client, list(waiting)):
                works = waiting.pop(future)
                for work, found in zip(works, _answers(future, len(works)), strict=True):
                    if found is None:
                        ended[work.student] += 1
                        if ended[work.student] >= ROUNDS:
                            raise Problem(f"The cluster's workers end, one after another, while they hold "
                                          f"{work.student}'s work. What is graded is kept. Grade it here: --student, "
                                          "without --scheduler.")
                        queue.append(work)
                    elif "unable" in found:
                        if found["worker"] not in unable:
                            _say(f"{found['worker']} grades nothing: {found['unable']}")
                        unable[found["worker"]] = found["unable"]
                        queue.append(work)
                    else:
                        batch.append(_graded(work, found, draws[work.student]))
            if batch:
                yield batch


def _asked(work: Work, draw: int | None) -> tuple[dict[str, Any], bytes]:
    """What is sent of a submission: its head, and what was handed in."""
    data, problem = read_work(work)
    head = {"work": asdict(replace(work, path="", folder="", member="")), "problem": problem,
            "there": data is not None, "draw": draw}
    return head, zlib.compress(data or b"", FAST)


def shown_workers(cluster: Cluster, show: Callable[[str], object]) -> bool:
    """`doctor`: each worker with its wall, tried, and whether it can grade. False where none can."""
    here, good = about("none"), 0
    with cluster.client() as client:
        show(f"  {'scheduler':12} {client.scheduler.address}. {_dashboard(client)}")
        for address, there in sorted(client.run(tried, cluster.how).items()):
            problem = unfit(there, here) or there["bad"]
            good += not problem
            show(f"  {'ok  ' if not problem else 'BAD '} {address}: {problem or there['isolation']}")
    if not good:
        show("  No worker of this cluster can grade.")
    return good > 0


def tried(how: str) -> dict[str, str]:
    """On a worker: what decides about it, and `bad`: what a submission could do there behind its wall."""
    found = about(how)
    seen = {} if found["unable"] else probe(found["isolation"])
    bad = [label for label, yes in seen.items() if yes is not label.startswith("runs")]
    isolation = walls.describe(found["isolation"]) if found["isolation"] else ""
    return found | {"isolation": isolation, "bad": f"a submission {', '.join(bad)}" if bad else ""}


def _with_workers_that_end(do: Callable[[Any], object], what: Any) -> None:
    """What Dask does on all workers, again where one of them ended while it was asked: Dask breaks off there."""
    for left in range(ROUNDS, 0, -1):
        try:
            do(what)
            return
        except OSError as problem:                       # CommClosedError is one
            if left == 1:
                raise CommClosedError(str(problem)) from None
            time.sleep(1)
        except ValueError:                               # a plugin that is gone already
            return


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _started(name: str, most: int) -> Iterator[Any]:
    """A cluster that this run starts and ends: LocalCluster, dask_jobqueue.SLURMCluster, by Dask's own settings."""
    module, _, kind = name.rpartition(".")
    try:
        make = getattr(importlib.import_module(module or "distributed"), kind)
    except (ImportError, AttributeError, ValueError):
        raise Misused(f"{name!r} is neither the address of a scheduler (tls://HOST:8786) nor a class that starts a "
                      "cluster (dask_jobqueue.SLURMCluster).") from None
    security = Security()                                # by Dask's settings
    try:
        cluster = make(**({"security": security, "protocol": "tls://"} if security.tls_ca_file else {}))
    except Exception as problem:                         # whatever a class of somebody else's raises
        why = f"{type(problem).__name__}: {problem.__cause__ or problem}"
        raise Problem(f"{name} starts no cluster: {shown(why, 300)}") from None
    with cluster:
        if most:
            cluster.adapt(minimum=0, maximum=most)
        yield cluster


def _dashboard(client: Any) -> str:
    link = client.dashboard_link if "dashboard" in client.scheduler_info()["services"] else ""
    return f"Dashboard: {link}" if link else "Its scheduler has no dashboard (it needs bokeh)."


def _workers(client: Any) -> dict[str, dict[str, Any]]:
    if client.status in ("closed", "closing"):
        raise Problem(ENDED)
    found: dict[str, dict[str, Any]] = client.scheduler_info()["workers"]
    return found


def _done(client: Any, futures: list[Any]) -> list[Any]:
    """The finished ones, after a while perhaps none."""
    if not futures:
        return []
    with contextlib.suppress(TimeoutError, CancelledError):
        wait(futures, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
    return [future for future in futures if future.status not in ("pending", "lost")]      # lost: it is judged again


def _answers(future: Any, number: int) -> list[dict[str, Any] | None]:
    """What a worker gave back of each submission; None where every worker that held them ended."""
    if future.status == "error":
        problem = future.exception()
        if isinstance(problem, KilledWorker):
            return [None] * number
        raise Problem(f"The cluster failed: {type(problem).__name__}: {shown(str(problem), 300)}")
    if future.status != "finished":
        raise Problem(ENDED)
    try:
        address, answers = future.result()
        if len(answers) != number:
            raise ValueError
        return [{"worker": address, **json.loads(zlib.decompress(answer))} for answer in answers]
    except (ValueError, TypeError, zlib.error):
        raise Problem("A worker of the cluster gave an answer that is none of this course's.") from None


def _graded(work: Work, found: dict[str, Any], assignment: Any) -> Graded:
    """The data of a worker's answer, of this work and no other."""
    result = found["result"]
    if result["marks_version"] != assignment.marks_version or result["content"] != work.content:
        raise Problem(f"{found['worker']} answered for another submission or another version of the lesson.")
    return Graded(work, result, str(found["notebook"]), tuple(map(str, found["unanswered"])))


def _listed(problems: dict[str, str]) -> str:
    return "\n".join(f"  {address}: {problem}" for address, problem in sorted(problems.items()))
