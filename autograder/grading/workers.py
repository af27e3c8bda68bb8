"""Judge submissions in parallel: each worker holds the assignment and one warm sandbox."""

from __future__ import annotations

import json
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Generator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.work import Work
from autograder.judging import judge
from autograder.judging.assignment import Assignment
from autograder.judging.files import Unreadable, read_bytes
from autograder.judging.pages import write_outputs
from autograder.judging.result import Result
from autograder.sandbox import confine
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
    """What a worker process holds: the assignment, and one warm sandbox."""

    def __init__(self, assignment: Assignment, how: str, root: Path) -> None:
        self.assignment, self.sandbox = assignment, make_sandbox(how, root)

    def grade(self, work: Work) -> Graded:
        return judge_work(work, self.assignment, self.sandbox)


_worker: Worker | None = None            # of this process, where it is a worker


def _begin(assignment: Assignment, how: str, root: Path, parent: int) -> None:
    """In a new worker process. It dies with the run that started it."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:                       # it was killed before that line
            os._exit(1)
    _worker = Worker(assignment, how, root)
    multiprocessing.util.Finalize(None, _worker.sandbox.close, exitpriority=10)
    signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """At SIGTERM, which may come twice, and in the middle of anything."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _worker is not None:
        _worker.sandbox.abandon()
    os._exit(1)


def _grade(work: Work) -> Graded:
    assert _worker is not None
    return _worker.grade(work)


def judge_work(work: Work, assignment: Assignment, sandbox: AnySandbox) -> Graded:
    """Judge one submission, whatever it is: a fault of the grader's own costs that one only, and is named."""
    data, problem = None, work.problem
    if work.path and not problem:
        try:
            data = read_bytes(Path(work.path))
        except Unreadable as reason:
            problem = str(reason)
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


def graded(todo: list[Work], assignment: Assignment, root: Path, how: str,
           jobs: int) -> Generator[list[Graded], None, None]:
    """Graded submissions as they come, in any order, a few at a time. Workers that die are replaced."""
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    left = list(todo)
    for attempt in (1, 2, 3):
        pool = ProcessPoolExecutor(jobs, context, _begin, (assignment, how, root, os.getpid()))
        waiting: dict[Future[Graded], Work] = {}
        queue, ended = list(left), False
        try:
            while queue or waiting:
                while queue and len(waiting) < jobs * AHEAD:
                    work = queue.pop(0)
                    waiting[pool.submit(_grade, work)] = work
                batch = []
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    batch.append(future.result())
                    left.remove(waiting.pop(future))
                yield batch
            ended = True
            return
        except BrokenProcessPool:
            if attempt == 3:
                raise
        finally:
            for process in [] if ended else list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)
