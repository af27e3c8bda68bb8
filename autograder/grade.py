"""Grade what is in submitted/, in parallel and behind a wall; or one notebook of your own.

    python -m autograder grade                        every lesson, every student
    python -m autograder grade loss --student ada     one of them
    python -m autograder grade loss --force           again, and say what changed
    python -m autograder grade --notebook work/loss/loss.ipynb

A run can be stopped at any moment, or killed, and started again: what is done stays done. The order of writing
makes it so: the graded notebook, then the gradebook in one transaction, then the record, which says "done".
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import multiprocessing.util
import os
import shutil
import signal
import sys
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from autograder import gradebook, hooks, intake, isolation, judge, records, repair
from autograder.files import make_folder, shared, shown, write_private
from autograder.gradebook import (
    GradebookError,
    Marks,
    config_of,
    default_url,
    ensure,
    open_gradebook,
    put_venv_first,
    secret_seed,
)
from autograder.lesson import ROOT
from autograder.reader import Closed, Unreadable, digest, read_bytes

AHEAD = 4                     # judged submissions that may wait for the writer, for each worker


@dataclass(frozen=True)
class Work:
    """One submission to grade: small, and it pickles."""

    student: str
    topic: str
    path: str                 # "" where there is no notebook
    problem: str = ""
    note: str = ""
    content: str = ""         # hash of the notebook, or of the problem
    folder: str = ""          # what was handed in: its name may write the student's accents in another way
    refused: str = ""         # why it is not graded at all; earlier marks stay
    known: bool = True        # False: nobody can see whether this lesson is in the student's folder


@dataclass
class Graded:
    """What a worker gives the writer."""

    work: Work
    result: dict
    notebook: str             # the graded notebook's text
    unanswered: tuple


# --- finding ------------------------------------------------------------------------------------------------

def find_work(root: Path, topic: str, students=()) -> list[Work]:
    """The submissions of a lesson, one for each student, in the order of their ids."""
    wanted = {intake.student_id(student) for student in students}
    return [_work_of(place, topic) for place in intake.handed_in(root / "submitted", topic)
            if not wanted or place.student in wanted]


def _work_of(place: intake.Place, topic: str) -> Work:
    try:
        path, problem, note = _notebook_of(place, topic)
        refused = place.refused
        content = digest(problem.encode() if problem else b"" if refused else read_bytes(path))
    except Closed as reason:
        path, problem, note, refused, content = None, "", "", str(reason), ""
    except Unreadable as reason:
        problem = str(reason)
        content = digest(problem.encode())
    return Work(place.student, topic, str(path or ""), problem, " ".join(filter(None, (place.note, note))), content,
                str(place.folder), refused, place.known)


def _notebook_of(place: intake.Place, topic: str) -> tuple[Path | None, str, str]:
    """(notebook, problem, note) of a submission."""
    folder = place.folder
    if place.refused:
        return None, "", ""
    if folder.parent.is_symlink() or folder.is_symlink() or not folder.is_dir():
        return None, (f"submitted/{shown(place.student)}/{topic} is not a folder (a link, or a file): "
                      "nothing in it was opened."), ""
    path = folder / f"{topic}.ipynb"
    if os.path.lexists(path):
        return path, "", ""
    others = sorted(folder.glob("*.ipynb"))
    if len(others) != 1:
        return None, "No notebook was handed in." if not others else (
            f"None of the {len(others)} notebooks is called {topic}.ipynb, so none was graded."), ""
    return others[0], "", f"The file was called {shown(others[0].name)}, not {topic}.ipynb."


def is_done(root: Path, work: Work, lesson: judge.Lesson, in_gradebook: set) -> bool:
    """Whether this very content was graded by this version of the lesson, and all of it was written."""
    record = records.read(root, work.topic, work.student)
    return (record is not None and work.student in in_gradebook
            and record.get("content") == work.content and record.get("lesson_version") == lesson.version
            and graded_path(root, work).exists()
            # the same notebook handed in once more has another time and another secret
            and intake.travelling(Path(work.folder)) == intake.travelling(graded_path(root, work).parent))


def graded_path(root: Path, work: Work) -> Path:
    return root / "autograded" / work.student / work.topic / f"{work.topic}.ipynb"


# --- judging, in workers ------------------------------------------------------------------------------------

_lesson: judge.Lesson | None = None
_sandbox = None
_lock_file = None


def _begin_worker(how: str, root: str, topic: str, seed: str | None, parent: int) -> None:
    """A worker holds the lesson and one warm sandbox. It dies with the run, and does not hold the run's lock."""
    global _lesson, _sandbox
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        from autograder import confine
        confine.prctl(confine.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:                       # it was killed before that line
            os._exit(1)
    if _lock_file is not None:
        _lock_file.close()
    if _lesson is None or _lesson.topic != topic:
        _lesson = judge.load_lesson(Path(root), topic, seed)
    _sandbox = isolation.make_sandbox(how, Path(root))
    multiprocessing.util.Finalize(None, _sandbox.close, exitpriority=10)
    signal.signal(signal.SIGTERM, _end_worker)


def _end_worker(*_) -> None:
    _sandbox.close()
    os._exit(1)


def grade_one(work: Work) -> Graded:
    """Judge one submission with this worker's lesson and sandbox."""
    return judge_work(work, _lesson, _sandbox)


def judge_work(work: Work, lesson: judge.Lesson, sandbox) -> Graded:
    data, problem = None, work.problem
    if work.path and not problem:
        try:
            data = read_bytes(Path(work.path))
        except Unreadable as reason:
            problem = str(reason)
    try:
        notebook, result = judge.judge(data, lesson, sandbox, problem)
    except isolation.NoIsolation:      # nothing of anybody's can be run: to go on would be to write zeros
        raise
    except Exception as fault:         # whatever one notebook does, the others are graded
        problem = (f"The grader itself failed on this notebook ({type(fault).__name__}: {str(fault)[:200]}). "
                   "Nothing in it was marked: a person has to look at it.")
        notebook, result = judge.judge(None, lesson, sandbox, problem)
    result["content"] = work.content
    if work.note:
        result["notes"] = [work.note, *result["notes"]]
        judge.write_outputs(notebook, result, lesson)
    given = {cell["metadata"]["nbgrader"]["grade_id"]: repair.source_of(cell) for cell in notebook["cells"]
             if cell["metadata"].get("nbgrader", {}).get("solution")}
    unanswered = tuple(name for name, text in given.items() if text == repair.source_of(lesson.template.cells[name]))
    return Graded(work, result, json.dumps(notebook, ensure_ascii=False) + "\n", unanswered)


def _results(todo: list[Work], lesson: judge.Lesson, root: Path, how: str, jobs: int, seed: str | None):
    """Graded submissions as they come, in any order, a few at a time. Workers that die are replaced."""
    global _lesson
    _lesson = lesson
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    left = list(todo)
    for attempt in (1, 2, 3):
        pool = ProcessPoolExecutor(jobs, context, _begin_worker,
                                   (how, str(root), lesson.topic, seed, os.getpid()))
        waiting, queue, ended = {}, list(left), False
        try:
            while queue or waiting:
                while queue and len(waiting) < jobs * AHEAD:
                    work = queue.pop(0)
                    waiting[pool.submit(grade_one, work)] = work
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


# --- writing, in one place ----------------------------------------------------------------------------------

class Writer:
    """The only one that writes the gradebook, autograded/ and records/."""

    def __init__(self, root: Path, book, topic: str, config=None):
        self.root = root
        self.marks = Marks(book, topic, _late_plugin(config_of(root) if config is None else config))

    def write(self, batch: list[Graded]) -> list[tuple[dict | None, dict]]:
        """(earlier record, new one) of each. Notebooks first, then the gradebook at once, then the records."""
        earlier, items = [], []
        for graded in batch:
            work = graded.work
            earlier.append(records.read(self.root, work.topic, work.student))
            target = graded_path(self.root, work)
            write_private(target, graded.notebook)
            intake.carry_over(Path(work.folder), target.parent)
            stamp = intake.submitted_at(intake.travelling(Path(work.folder)).get("timestamp.txt", ""))
            items.append((work.student, graded.result, graded.unanswered, stamp))
        self._save(items)
        return list(zip(earlier, [records.write(self.root, g.work.student, g.result) for g in batch], strict=True))

    def _save(self, items):
        from sqlalchemy.exc import OperationalError

        end = time.monotonic() + gradebook.PATIENCE
        while True:
            try:
                self.marks.save(items)
                return
            except OperationalError as problem:
                if "locked" not in str(problem) or time.monotonic() > end:
                    raise
                time.sleep(0.2)


def _late_plugin(config):
    """The class's rule for late submissions: nbgrader's own gives no penalty."""
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst


@contextlib.contextmanager
def only_one(root: Path, wait_for: bool = True):
    """One grading run at a time on a course folder: a second one waits until the first has ended."""
    global _lock_file
    folder = root / "records"
    make_folder(folder)
    number = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    with open(number, "a+b") as file:
        if shared(folder) and os.fstat(number).st_uid == os.geteuid():
            os.fchmod(number, 0o660)
        _lock_file = file
        if os.name == "posix":
            import fcntl
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not wait_for:
                    raise
                print("Another grading run is at work here: waiting for it to end.", file=sys.stderr, flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- a run --------------------------------------------------------------------------------------------------

def grade_topic(root: Path, topic: str, students=(), *, force=False, how="auto", jobs=0, show=print) -> list[dict]:
    """Grade a lesson's submissions. Returns the records of this run's and earlier runs' students, by name."""
    how = isolation.choose(how)
    config = config_of(root)
    url = default_url(root, config)
    gradebook.make_private(root, url, gradebook.is_shared(config))
    seed = secret_seed(root)
    lesson = judge.load_lesson(root, topic, seed)
    jobs = jobs or os.cpu_count() or 1
    began, changes, done = time.monotonic(), [], {}
    with only_one(root), gradebook.faults_told(url), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=_sa_warning())
        ensure(root, [topic], url)
        _sweep(root, topic)
        found = find_work(root, topic, students)
        work = [w for w in found if not w.refused]
        with open_gradebook(url) as book:
            writer = Writer(root, book, topic, config)
            known = writer.marks.students()
            todo = [w for w in work if force or not is_done(root, w, lesson, known)]
            chosen = set(todo)
            skipped = [w for w in work if w not in chosen]
            bar = Progress(len(todo), topic)
            results = _results(todo, lesson, root, how, min(jobs, max(len(todo), 1)), seed) if todo else ()
            with contextlib.closing(results) if todo else contextlib.nullcontext():
                for batch in results:
                    for earlier, record in writer.write(batch):
                        done[record["student"]] = record
                        if earlier is not None:
                            changes += _changes(earlier, record)
                        bar.step(record["student"])
            bar.close()
    for w in skipped:
        done[w.student] = records.read(root, topic, w.student)
    seconds = time.monotonic() - began
    rows = [done[name] for name in sorted(done)]
    refused = [w for w in found if w.refused]
    show_table(topic, rows, show, refused)
    if changes:
        show("Changed since the last grading:")
        for line in sorted(changes):
            show(f"  {line}")
    left_out = f" {len(refused)} not graded." if refused else ""
    show(f"{topic}: {len(todo)} graded in {seconds:.1f} s, {len(skipped)} unchanged.{left_out} "
         f"Isolation: {isolation.describe(how)}.")
    return rows


def _sweep(root: Path, topic: str) -> None:
    """Remove the half-written files of a run that was killed."""
    for pattern in (f"records/{topic}/.*.part", f"autograded/*/{topic}/.*.part"):
        for path in root.glob(pattern):
            path.unlink(missing_ok=True)


def _sa_warning():
    from sqlalchemy.exc import SAWarning
    return SAWarning


def _changes(old: dict, new: dict) -> list[str]:
    """What a regrade changed for one student."""
    parts = []
    for kind in ("exercises", "questions"):
        for name, outcome in new[kind].items():
            before = old.get(kind, {}).get(name, {}).get("points")
            if before is not None and abs(before - outcome["points"]) > 1e-9:
                parts.append(f"{name} {before:g} → {outcome['points']:g}")
    if not parts and old.get("points") == new["points"]:
        return []
    detail = f" ({', '.join(parts)})" if parts else ""
    return [f"{shown(new['student'])}: {old.get('points', 0):g} → {new['points']:g}{detail}"]


class Progress:
    """A bar on a terminal; in a log, a line now and then."""

    def __init__(self, total: int, title: str):
        self.total, self.title, self.number, self.began = total, title, 0, time.monotonic()
        self.terminal = sys.stderr.isatty()

    def step(self, name: str) -> None:
        self.number += 1
        speed = self.number / max(time.monotonic() - self.began, 1e-9)
        left = (self.total - self.number) / speed
        if self.terminal:
            filled = 30 * self.number // self.total
            width = max(shutil.get_terminal_size().columns - 1, 40)
            line = (f"{self.title} [{'█' * filled}{'·' * (30 - filled)}] {self.number}/{self.total} "
                    f"{left:.0f} s left  {shown(name)}")
            print("\r" + line[:width].ljust(width), end="", file=sys.stderr, flush=True)
        elif self.number % 100 == 0:
            print(f"{self.title}: {self.number}/{self.total}, {left:.0f} s left", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.terminal and self.number:
            print(file=sys.stderr)


def show_table(topic: str, rows: list[dict], show=print, refused=()) -> None:
    if not rows and not refused:
        show(f"{topic}: nothing is handed in (submitted/STUDENT/{topic}/{topic}.ipynb).")
        return
    width = max(7, *(len(name) for name in [shown(w.student, 40) for w in refused]),
                *(len(shown(row["student"], 40)) for row in rows))
    show(f"{'student':{width}}  {'score':>13}  exercises  quiz   to know")
    for row in rows:
        exercises, questions = row["exercises"].values(), row["questions"].values()
        full = sum(e["passed"] for e in exercises)
        right = sum(q["right"] for q in questions)
        score = f"{row['points']:g} of {row['max_points']:g}"
        known = row["problem"] or "; ".join(_to_know(row))
        counts = f"{f'{full}/{len(exercises)}':>9}  {f'{right}/{len(questions)}':>5}"
        show(f"{shown(row['student'], 40):{width}}  {score:>13}  {counts}  {shown(known, 160)}".rstrip())
    for work in refused:
        show(f"{shown(work.student, 40):{width}}  {'not graded':>13}  {'':>9}  {'':>5}  {work.refused}")


def _to_know(row: dict) -> list[str]:
    found = list(row["notes"])
    for name, outcome in row["exercises"].items():
        if outcome["mistakes"]:
            found.append(f"{name}: {', '.join(outcome['mistakes'])}")
    found += [f"{name}: right on the published inputs alone" for name, outcome in row["exercises"].items()
              if outcome.get("by_heart")]
    found += [f"{name}: {' '.join(notes)}" for name, notes in row["cell_notes"].items()]
    if row["isolation"] == "none":
        found.append("graded without isolation")
    return found


# --- feedback -----------------------------------------------------------------------------------------------

def feedback_pages(root: Path, topic: str, students: list[str], jobs: int = 0) -> int:
    """nbgrader's own feedback pages, several at a time. Returns how many were written."""
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    jobs = min(jobs or os.cpu_count() or 1, max(len(students), 1))
    shares = [students[start::jobs] for start in range(jobs)]
    with ProcessPoolExecutor(jobs, context) as pool:
        return sum(pool.map(_feedback_share, [(str(root), topic, share) for share in shares]))


def _feedback_share(item) -> int:
    """One worker's share of the pages, by one converter: its templates are compiled once."""
    import logging

    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    root, topic, students = item

    class Share(GenerateFeedback):
        def init_notebooks(self):
            folders = (self._format_source(topic, student) for student in students)
            found = {folder: [os.path.join(folder, f"{topic}.ipynb")] for folder in folders}
            self.assignments = {folder: files for folder, files in found.items() if os.path.exists(files[0])}
            self.notebooks = []

    config = config_of(Path(root))
    config.CourseDirectory.root = root
    config.CourseDirectory.assignment_id = topic
    converter = Share(coursedir=CourseDirectory(config=config), config=config)
    converter.log = logging.Logger("feedback", logging.ERROR)
    converter.force = True
    converter.start()
    return len(converter.assignments)


# --- one's own notebook -------------------------------------------------------------------------------------

def grade_notebook(path: Path, show=print) -> dict:
    """The result card of one notebook, as text: no isolation, no gradebook, the public cases."""
    data = read_bytes(path)
    topic = topic_of(ROOT, path, data)
    lesson = judge.load_lesson(ROOT, topic)
    with isolation.PlainSandbox(ROOT) as sandbox:
        _, result = judge.judge(data, lesson, sandbox)
    show_result(result, lesson, show)
    return result


def topic_of(root: Path, path: Path, data: bytes) -> str:
    """The lesson of a notebook: by its name, else by the graded cells in it."""
    topics = hooks.topics(root)
    if path.stem in topics:
        return path.stem
    text = data.decode("utf-8", "replace")
    counts = {}
    for topic in topics:
        template = repair.load_template(root, topic)
        counts[topic] = sum(f'"{name}' in text for name in (*template.solutions, *template.questions))
    best = max(counts, key=counts.get, default=None)
    if best is None or not counts[best]:
        raise Unreadable(f"{shown(path.name)} is no notebook of this course: none of its lessons' cells is in it.")
    return best


def show_result(result: dict, lesson: judge.Lesson, show=print) -> None:
    if result["problem"]:
        show(f"This notebook could not be graded. {result['problem']}")
    for note in result["notes"]:
        show(f"Note: {note}")
    for name, outcome in result["exercises"].items():
        show(outcome["text"])
        for note in result["cell_notes"].get(name, []):
            show(f"  Note: {note}")
        show("")
    for name, outcome in result["questions"].items():
        _, head, why = judge.question_text(name, lesson, outcome)
        show(f"{name}: {head}. {why}")
        for note in result["cell_notes"].get(name, []):
            show(f"  Note: {note}")
    show(f"\nScore: {result['points']:g} of {result['max_points']:g}")


# --- the command --------------------------------------------------------------------------------------------

def main(argv) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograder grade", description=__doc__.split("\n")[0])
    parser.add_argument("topics", nargs="*", help="lessons; all that have submissions by default")
    parser.add_argument("--student", action="append", default=[], help="only this student (may be given several times)")
    parser.add_argument("--force", action="store_true", help="grade again what was graded, and say what changed")
    parser.add_argument("--notebook", type=Path, help="one notebook of your own: prints the result, writes nothing")
    parser.add_argument("--isolation", default="auto", choices=("auto", "bubblewrap", "landlock", "none"),
                        help="the wall around a submission; none: learners' programs can do all that you can")
    parser.add_argument("--jobs", type=int, default=0, help="submissions at a time; all cores by default")
    parser.add_argument("--feedback", action="store_true", help="write the feedback pages too")
    args = parser.parse_args(argv)
    put_venv_first()
    try:
        if args.notebook is not None:
            grade_notebook(args.notebook)
            return 0
        known = hooks.topics(ROOT)
        wrong = [topic for topic in args.topics if topic not in known]
        if wrong:
            print(f"There is no graded lesson {wrong[0]!r}; there are {', '.join(known)}.", file=sys.stderr)
            return 2
        handed_in = {topic: find_work(ROOT, topic, args.student) for topic in ([] if args.topics else known)}
        topics = (args.topics or [topic for topic, works in handed_in.items() if any(work.known for work in works)]
                  or [topic for topic, works in handed_in.items() if works][:1])
        if not topics:
            print("Nothing is handed in: put notebooks at submitted/STUDENT/TOPIC/TOPIC.ipynb.")
        for topic in topics:
            rows = grade_topic(ROOT, topic, args.student, force=args.force, how=args.isolation, jobs=args.jobs)
            if args.feedback and rows:
                number = feedback_pages(ROOT, topic, [row["student"] for row in rows], args.jobs)
                print(f"{number} feedback pages in feedback/")
    except (isolation.NoIsolation, GradebookError, Unreadable, LookupError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:                           # a disk that is full; a folder of somebody else's
        print(f"error: {gradebook.file_fault(problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What is graded is kept; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
