"""Judge submissions in parallel: each worker holds the sets of cases and one warm sandbox."""

from __future__ import annotations

import contextlib
import json
import multiprocessing.util
import os
import pickle
import signal
import struct
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import BinaryIO

from autograder.grading.work import Sets, Work
from autograder.judging import judge
from autograder.judging.assignment import Assignment
from autograder.judging.pages import write_outputs
from autograder.judging.result import Result
from autograder.lessons import catalogue
from autograder.reading.bounds import A_PERSON
from autograder.reading.files import Unreadable
from autograder.reading.found import load
from autograder.sandbox import confine
from autograder.sandbox.folders import make_folder, remove
from autograder.sandbox.sandbox import AnySandbox, make_sandbox
from autograder.sandbox.walls import NoIsolation
from course.checking.reader import source_of

AHEAD = 4                     # judged submissions that may wait for the writer, for each worker


@dataclass
class Graded:
    """What a worker gives the writer."""

    work: Work
    result: Result
    notebook: str             # the graded notebook's text
    unanswered: tuple[str, ...]       # ids of the solution cells that are as they were handed out


class Worker:
    """What a worker process holds: the lesson with its sets of cases, and one warm sandbox."""

    def __init__(self, sets: Sets, how: str, root: Path, folder: str) -> None:
        self.sets, self.sandbox = sets, make_sandbox(how, root)
        self.folder, self.done = folder, 0

    def grade(self, work: Work) -> Graded:
        return judge_work(work, self.sets.of(work.student), self.sandbox)


_worker: Worker | None = None            # of this process, where it is a worker


def _begin(sets: Sets, how: str, root: Path, folder: str, parent: int, places: SimpleQueue[int]) -> None:
    """In a new worker process. It dies with the run that started it."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stay(places.get())
    if sys.platform.startswith("linux"):
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:                       # it was killed before that line
            os._exit(1)
    _worker = Worker(sets, how, root, folder)
    multiprocessing.util.Finalize(None, _worker.sandbox.close, exitpriority=10)
    signal.signal(signal.SIGTERM, _end)


ANYWHERE = -1


def places_of(jobs: int) -> list[int]:
    """The core of each worker; ANYWHERE where there are fewer of them than cores, or the system knows no such thing.

    A worker and its child take turns, word by word: on one core that takes a sixth less time than on two. A worker
    for each core at least, and who is done first takes the next submission, so a core that is busy otherwise costs no
    more than its share.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return [cores[number % len(cores)] if 0 < len(cores) <= jobs else ANYWHERE for number in range(jobs)]


def _stay(core: int) -> None:
    """This process, and what it starts, on one core."""
    if core != ANYWHERE and sys.platform != "win32" and sys.platform != "darwin":
        with contextlib.suppress(OSError):               # it was taken from us meanwhile
            os.sched_setaffinity(0, {core})


def _end(*_: object) -> None:
    """At SIGTERM, which may come twice, and in the middle of anything."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _worker is not None:
        _worker.sandbox.abandon()
    os._exit(1)


def _grade(work: Work) -> str:
    """Judge a submission. Returns the file that has the result, for `taken`.

    Through the pool's pipe a short message goes at once, or not at all. A worker that is killed in the middle of a
    longer one leaves the run waiting for its rest, for ever.
    """
    assert _worker is not None
    _worker.done += 1
    path = os.path.join(_worker.folder, f"{os.getpid()}-{_worker.done}")
    with open(path, "wb") as file:
        pickle.dump(_worker.grade(work), file)
    return path


def taken(path: str) -> Graded:
    """What a worker has left in this file, which is removed."""
    with open(path, "rb") as file:
        graded: Graded = pickle.load(file)
    os.unlink(path)
    return graded


def judge_work(work: Work, assignment: Assignment, sandbox: AnySandbox) -> Graded:
    """Judge one submission, whatever it is."""
    return judged(work, *read_work(work), assignment, sandbox)


def read_work(work: Work) -> tuple[bytes | None, str]:
    """What was handed in, as bytes; or None, and why there is nothing to judge."""
    if work.path and not work.problem:
        try:
            return load(Path(work.path), work.member, Path(work.folder)), ""
        except Unreadable as reason:
            return None, str(reason)
    return None, work.problem


def judged(work: Work, data: bytes | None, problem: str, assignment: Assignment, sandbox: AnySandbox) -> Graded:
    """The submission with a mark: a fault of the grader's own costs that one only, and is named."""
    try:
        notebook, result = judge.judge(data, assignment, sandbox, problem)
    except NoIsolation:                # nothing of anybody's can be run: to go on would be to write zeros
        raise
    except Exception as fault:         # whatever one notebook does, the others are graded
        problem = (f"The grader itself failed on this notebook ({type(fault).__name__}: {str(fault)[:200]}). "
                   "Nothing in it was marked: a person has to look at it.")
        notebook, result = judge.judge(None, assignment, sandbox, problem)
    result["content"] = work.content
    if work.note:
        result["notes"] = [work.note, *result["notes"]]
        write_outputs(notebook, result, assignment)
    given = {cell["metadata"]["nbgrader"]["grade_id"]: source_of(cell) for cell in notebook["cells"]
             if cell["metadata"].get("nbgrader", {}).get("solution")}
    unanswered = tuple(name for name, text in given.items() if text == assignment.template.source(name))
    return Graded(work, result, json.dumps(notebook, ensure_ascii=False) + "\n", unanswered)


def _alive() -> bool:
    """Whether a worker can be started at all."""
    return _worker is not None


class Pools:
    """Pools of worker processes for one lesson."""

    def __init__(self, sets: Sets, root: Path, how: str) -> None:
        self.sets, self.root, self.how = sets, root, how

    @contextlib.contextmanager
    def open(self, jobs: int) -> Iterator[ProcessPoolExecutor]:
        """A pool, whose processes are ended where it is left before its work is done."""
        context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
        places: SimpleQueue[int] = context.SimpleQueue()
        for core in places_of(jobs):
            places.put(core)
        folder, in_use = make_folder()
        given = (self.sets, self.how, self.root, folder, os.getpid(), places)
        pool, ended = ProcessPoolExecutor(jobs, context, _begin, given), False
        try:
            yield pool
            ended = True
        finally:
            for process in [] if ended else list((pool._processes or {}).values()):
                process.terminate()
            try:
                pool.shutdown(wait=True, cancel_futures=True)
            finally:
                remove(folder)
                in_use.release()

    def alone(self, work: Work) -> Graded:
        """A submission by a worker of its own. Where that dies twice, the submission is what it dies of."""
        for _ in (1, 2):
            with contextlib.suppress(BrokenProcessPool), self.open(1) as pool:
                return taken(pool.submit(_grade, work).result())
        with self.open(1) as pool:
            pool.submit(_alive).result()                 # raises where it is the machine that ends workers
        given_up = replace(work, path="", problem=f"The process that graded this notebook ended twice. {A_PERSON}")
        return judge_work(given_up, self.sets.of(work.student), make_sandbox(self.how, self.root))


def graded(todo: list[Work], sets: Sets, root: Path, how: str,
           jobs: int) -> Generator[list[Graded], None, None]:
    """Graded submissions as they come, in any order, a few at a time.

    Where a worker dies, those that were under way are graded one at a time, and then the others as before.
    """
    for work in todo:
        sets.of(work.student)                            # drawn here, once, not in each worker
    pools, left = Pools(sets, root, how), list(todo)
    while left:
        waiting: dict[Future[str], Work] = {}
        queue = list(left)
        try:
            with pools.open(jobs) as pool:
                while queue or waiting:
                    while queue and len(waiting) < jobs * AHEAD:
                        work = queue.pop(0)
                        waiting[pool.submit(_grade, work)] = work
                    done = wait(waiting, return_when=FIRST_COMPLETED).done
                    broken = any(isinstance(future.exception(), BrokenProcessPool) for future in done)
                    done = {future for future in done if not isinstance(future.exception(), BrokenProcessPool)}
                    batch = [taken(future.result()) for future in done]
                    for future in done:
                        left.remove(waiting.pop(future))
                    yield batch
                    if broken:
                        raise BrokenProcessPool
        except BrokenProcessPool:
            for work in [work for work in left if work in set(waiting.values())] or left[:1]:
                yield [pools.alone(work)]
                left.remove(work)


# --- a judge in a process of its own, for one who is no pool: a worker of a cluster ---------------------------

def send(stream: BinaryIO, *parts: bytes) -> None:
    """Parts of a message, each behind its length."""
    for part in parts:
        stream.write(struct.pack(">Q", len(part)) + part)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    """One part. Raises EOFError where the other side has ended."""
    size = stream.read(8)
    part = stream.read(struct.unpack(">Q", size)[0]) if len(size) == 8 else b""
    if len(size) < 8 or len(part) < struct.unpack(">Q", size)[0]:
        raise EOFError
    return part


def serve() -> None:
    """Judge what comes by standard input, until it ends: the wall's name, the lesson, then submissions (JSON, bytes).

    An answer is JSON: result, notebook, unanswered cells; or `unable`, why nothing can be judged here.
    """
    if sys.platform.startswith("linux"):
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)                                        # what anybody prints is no answer
    how, sets = receive(asked).decode(), pickle.loads(receive(asked))       # from the process that started this one
    with make_sandbox(how, catalogue.ROOT) as sandbox, contextlib.suppress(EOFError):
        while True:
            head, data = json.loads(receive(asked)), receive(asked)
            work = Work(**head["work"])
            try:
                done = judged(work, data if head["there"] else None, head["problem"], sets[head["draw"]], sandbox)
                answer = {"result": done.result, "notebook": done.notebook, "unanswered": done.unanswered}
            except NoIsolation as problem:
                answer = {"unable": str(problem)}
            send(answers, json.dumps(answer).encode("utf-8", "surrogatepass"))
