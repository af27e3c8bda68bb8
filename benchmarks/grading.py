"""How fast a class is graded: stock nbgrader beside ours, on the same kind of submissions and the same cores.

    python benchmarks/grading.py                      ends within ten minutes
    python benchmarks/grading.py --class 1000         a larger class for ours
    python benchmarks/grading.py --stock 12 --skips 36
    python benchmarks/grading.py --otter /tmp/otter   `otter run` 7.0 too, from an environment of its own in that folder
                                                      (made where it is not there: a minute)
    python benchmarks/grading.py --stock 0 --skips 0  ours alone: what is asked for zero times is left out, and said

Stock is `nbgrader autograde` with its default Execute; "with skips" is the same with the demonstration cells tagged
`skip-execution`, so that it runs no more than ours does. Its start-up is left out of its figures and counted in ours.
`otter run` is one command a submission, so each of its figures has its start in it. All three run on the same machine,
ours on all its cores, as each is used; the other two use one. The time to the first mark is from the command to the
first record: cold in a new course, without gradebook and cases; warm in a course that has graded before.
The last line is `ratio: N`, submissions per minute of ours over those of stock; without stock there is none.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import classroom  # noqa: E402
import otter_run  # noqa: E402

from autograder.grading import gradebook  # noqa: E402
from autograder.grading.work import Work  # noqa: E402
from autograder.grading.workers import judge_work  # noqa: E402
from autograder.grading.writer import Writer  # noqa: E402
from autograder.judging import assignment, judge, repair  # noqa: E402
from autograder.judging.run import Run  # noqa: E402
from autograder.judging.variants import Countings  # noqa: E402
from autograder.lessons import catalogue, private  # noqa: E402
from autograder.reading.files import digest  # noqa: E402
from autograder.sandbox.sandbox import make_sandbox  # noqa: E402
from autograder.sandbox.walls import choose  # noqa: E402
from course.checking.observe import observe  # noqa: E402
from course.checking.reader import NOT_RUN  # noqa: E402

STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'how-networks-learn'\nc.CourseDirectory.root = {root!r}\n"


def submissions(topic):
    """A mix of right, wrong and broken notebooks, for ever."""
    names = list(catalogue.exercises(topic))
    wrong = [(name, mistake) for name in names for mistake, program in catalogue.mistakes(topic).get(name, {}).items()
             if catalogue.variant_of(program) == classroom.framework(topic, name)]
    broken = ["def {0}(:\n    pass", "def {0}(*args):\n    raise RuntimeError('not yet')",
              "def {0}(*args):\n    return None", "{0} = 3", "def {0}_(*args):\n    return 0"]
    questions = list(classroom.load_bank(topic))
    number = 0
    while True:
        k = number % 6
        if k in (0, 3):
            yield classroom.filled(topic)
        elif k in (1, 4):
            picked = dict(wrong[(3 * number + i * 17) % len(wrong)] for i in range(3))
            programs = {name: classroom.mistake_source(topic, name, mistake) for name, mistake in picked.items()}
            yield classroom.filled(topic, programs, wrong=questions[number % 5::5])
        elif k == 2:
            name = names[number % len(names)]
            yield classroom.filled(topic, {name: broken[number % len(broken)].format(name)})
        else:
            yield classroom.released(topic)
        number += 1


def without_frameworks(topic):
    """Why this lesson cannot be measured here; "" where it can. Notebooks are made of the frameworks that are there."""
    lacking = [name for name, each in catalogue.exercises(topic).items()
               if each.variants and not classroom.framework(topic, name)]
    return (f"{topic}: {', '.join(lacking)} may be written in PyTorch or Keras, and neither is installed: "
            "python -m pip install -r requirements-frameworks.txt") if lacking else ""


def hand_in(root, topic, count, skips=False):
    for number, notebook in zip(range(count), submissions(topic), strict=False):
        if skips:
            for cell in notebook["cells"]:
                if set(cell["metadata"].get("tags", [])) & (NOT_RUN - {"check", "question"}):
                    cell["metadata"]["tags"].append("skip-execution")
        classroom.hand_in(root, f"student-{number:05d}", notebook, topic)


class Memory:
    """The most that a process and all below it held at once, sampled (shared pages are counted once: PSS)."""

    def __init__(self, process):
        self.peak, self.process, self.done = 0, psutil.Process(process.pid), threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.done.wait(1.0):
            total = 0
            try:
                for process in [self.process, *self.process.children(recursive=True)]:
                    try:
                        total += process.memory_full_info().pss
                    except psutil.Error:
                        continue
            except psutil.Error:
                continue
            self.peak = max(self.peak, total)

    def stop(self):
        self.done.set()
        self.thread.join()
        return self.peak / 1e6


def run(command, root):
    """(seconds, peak memory in MB) of a command; it must end well, or say which notebooks it could not do."""
    began = time.monotonic()
    with open(root / "said.log", "w") as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=log)
        memory = Memory(process)
        code = process.wait()
    seconds = time.monotonic() - began
    peak = memory.stop()
    if code:
        print(f"  (the command ended with {code}: {(root / 'said.log').read_text()[-300:].strip()})")
    return seconds, peak


def stock(folder, topic, count, skips=False):
    """{"times", "memory"} of stock nbgrader; a submission's time is from the end of the one before to its own."""
    root = classroom.course_copy(Path(folder) / ("skips" if skips else "stock"))
    gradebook.ensure(root, [topic])
    (root / "nbgrader_config.py").write_text(STOCK.format(root=str(root)))
    # one more than is measured: the first carries the start-up
    hand_in(root, topic, count + 1, skips)
    seconds, memory = run([sys.executable, "-m", "nbgrader", "autograde", topic], root)
    ends = sorted(path.stat().st_mtime for path in root.glob(f"autograded/*/{topic}/{topic}.ipynb"))
    times = [after - before for before, after in zip(ends, ends[1:], strict=False)]
    began = time.monotonic()
    run([sys.executable, "-m", "nbgrader", "generate_feedback", topic], root)
    pages = sorted(path.stat().st_mtime for path in root.glob(f"feedback/*/{topic}/{topic}.html"))
    page = (pages[-1] - pages[0]) / (len(pages) - 1) if len(pages) > 1 else time.monotonic() - began
    return {"times": times, "memory": memory, "page": page, "seconds": seconds}


def ours(folder, topic, count):
    root = classroom.course_copy(Path(folder) / "ours")
    hand_in(root, topic, count)
    seconds, memory = run([sys.executable, "-m", "autograder", "grade", topic], root)
    times = [json.loads(path.read_text("utf-8"))["seconds"]["wall"] for path in root.glob(f"records/{topic}/*.json")]
    assert len(times) == count, (len(times), (root / "said.log").read_text()[-2000:])
    size = (root / "gradebook.db").stat().st_size / 1e6
    page = None
    if count <= 400:
        names = [path.stem for path in root.glob(f"records/{topic}/*.json")][:48]
        code = (f"import time; from pathlib import Path; from autograder.grading.feedback import feedback_pages; "
                f"t = time.monotonic(); feedback_pages(Path({str(root)!r}), {topic!r}, {names!r}); "
                "print(time.monotonic() - t)")
        done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
        page = float(done.stdout.split()[-1]) / len(names)
    return {"root": root, "seconds": seconds, "memory": memory, "times": times, "size": size, "page": page}


def first_mark(root, topic, *options):
    """Seconds from the command to the first record that it writes."""
    began, was = time.time(), time.monotonic()
    run([sys.executable, "-m", "autograder", "grade", topic, *options], root)
    marks = [path.stat().st_mtime - began for path in root.glob(f"records/{topic}/*.json")]
    return min(mark for mark in marks if mark > 0), time.monotonic() - was


def first_marks(folder, topic, runs=3):
    """((cold, warm), (the same, to the end of the command)): medians."""
    cold, warm = [], []
    for number in range(runs):
        root = classroom.course_copy(Path(folder) / f"first-{number}")
        hand_in(root, topic, 1)
        cold.append(first_mark(root, topic))
        warm.append(first_mark(root, topic, "--force"))
    return [[statistics.median(each) for each in zip(*found, strict=True)] for found in (cold, warm)]


@contextlib.contextmanager
def timed(spent, label, *places):
    """While it lasts, the seconds that these functions take, (owner, name) each, are added under `label`."""
    kept = [(owner, name, getattr(owner, name)) for owner, name in places]

    def around(function):
        def measured(*args):
            began = time.perf_counter()
            try:
                return function(*args)
            finally:
                spent[label] += time.perf_counter() - began
        return measured
    for owner, name, function in kept:
        setattr(owner, name, around(function))
    try:
        yield
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def parts(root, topic, count):
    """Where the time of one submission goes, in seconds, measured one after the other; and children a submission."""
    spent = dict.fromkeys(("read and repair", "process and wall", "cells and calls in the child", "compare and explain",
                           "write notebook, gradebook and record"), 0.0)
    course = assignment.load_assignment(root, topic, private.secret_seed(root))
    data = [classroom.to_bytes(notebook) for _, notebook in zip(range(count), submissions(topic), strict=False)]
    children = 0
    with (make_sandbox(choose(), root) as sandbox, gradebook.open_gradebook(gradebook.default_url(root)) as book,
          timed(spent, "read and repair", (judge, "prepare")),
          timed(spent, "process and wall", (Run, "open"), (Run, "close")),
          timed(spent, "cells and calls in the child", (Run, "run_cell"), (Run, "run_calls"))):
        sandbox.open(topic).close()
        for variant in {classroom.framework(topic, name) for name in course.specs} - {""}:
            sandbox.of(variant).open(topic).close()
        writer = Writer(root, book, topic)
        for number, one in enumerate(data):
            path = root / "part.ipynb"
            path.write_bytes(one)
            work = Work(f"student-{number:05d}", topic, str(path), content=digest(one), folder=str(root))
            before, began = sum(spent.values()), time.perf_counter()
            graded = judge_work(work, course, sandbox)
            spent["compare and explain"] += time.perf_counter() - began - (sum(spent.values()) - before)
            children += graded.result["children"]
            began = time.perf_counter()
            writer.write([graded])
            spent["write notebook, gradebook and record"] += time.perf_counter() - began
    return {name: seconds / count for name, seconds in spent.items()}, children / count


def bare(root, topic, count):
    """(seconds a submission, the same in a child behind the wall) of the learner's own cells and of the calls, each
    made once: in this process, with nothing around, and in a fresh process each. Nothing is compared and written.

    Both have imported what the cells import before: the first submission is run once more than it is counted.
    """
    course = assignment.load_assignment(root, topic, private.secret_seed(root))
    written = {name: classroom.framework(topic, name) for name in course.specs}
    own = next(filter(None, written.values()), None)        # the framework of the notebooks, if the lesson has any
    calls = [(name, call) for name in written for case in course.of_variant(written[name]).specs[name]["cases"]
             for call in case["calls"]]
    prepared = [judge.prepare(classroom.to_bytes(notebook), course)
                for _, notebook in zip(range(count), submissions(topic), strict=False)]
    here = walled = 0.0
    with make_sandbox(choose(), root) as sandbox:
        for number, (notebook, notes) in enumerate([prepared[0], *prepared]):
            began = time.perf_counter()
            space = {}
            with contextlib.redirect_stdout(io.StringIO()):
                for _, source in repair.steps(notebook, notes.missing, course.template, own):
                    try:
                        exec(compile(source, "<cell>", "exec"), space)
                    except Exception:
                        continue
                for name, call in calls:
                    observe(space, call, variant=written[name] or None)
            between = time.perf_counter()
            for counting in Countings(notebook, notes.missing, course, sandbox, {}).runs:
                counting._play(counting.steps, counting.names)
            if number:
                here, walled = here + between - began, walled + time.perf_counter() - between
    return here / count, walled / count


def bare_everywhere(root, topic, count):
    """The same while every core does it, as a class is graded: cores share caches and memory, and each is slower."""
    jobs = os.cpu_count()
    with ProcessPoolExecutor(jobs) as pool:
        found = list(pool.map(bare, [root] * jobs, [topic] * jobs, [count] * jobs))
    return [statistics.mean(each) for each in zip(*found, strict=True)]


def at_least(least):
    """A whole number that is not below `least`, as argparse asks for one."""
    def read(text):
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} is too few: {least} at least")
        return int(text)
    return read


def line(label, times, per_minute, memory):
    times = sorted(times)
    p95 = times[min(int(0.95 * len(times)), len(times) - 1)]
    held = f"memory {memory:6.0f} MB" if memory else f"{'':16}"
    print(f"{label:34} {per_minute:9.1f} a minute   median {statistics.median(times):7.3f} s   p95 {p95:7.3f} s   "
          f"{held}   ({len(times)} submissions)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--topic", default="loss")
    parser.add_argument("--stock", type=at_least(0), default=6, help="submissions that stock grades")
    parser.add_argument("--skips", type=at_least(0), default=24,
                        help="submissions that stock grades without demonstrations")
    parser.add_argument("--class", dest="number", type=at_least(2), default=300, help="submissions that ours grades")
    parser.add_argument("--otter", metavar="FOLDER", help="`otter run` too, from the environment in this folder")
    parser.add_argument("--otters", type=at_least(0), default=6, help="submissions that `otter run` grades")
    args = parser.parse_args()
    if args.topic not in catalogue.graded_topics() or (lacking := without_frameworks(args.topic)):
        sys.exit(lacking if args.topic in catalogue.graded_topics() else f"there is no graded lesson {args.topic}")
    programs = otter_run.environment(args.otter) if args.otter and args.otters else None
    gradebook.put_venv_first()
    print(f"{args.topic}, {os.cpu_count()} cores, isolation {choose()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        mine = ours(folder, args.topic, args.number)
        rate = 60 * args.number / mine["seconds"]
        line("ours", mine["times"], rate, mine["memory"])
        took = f"{args.number} in {mine['seconds']:.1f} s, start-up counted"
        print(f"{'':34} {took}; gradebook {mine['size']:.1f} MB", flush=True)
        theirs = {}
        for option, label, count in (("skips", "stock, demonstrations skipped", args.skips),
                                     ("stock", "stock", args.stock)):
            if count:
                each = theirs[option] = stock(folder, args.topic, count, skips=option == "skips")
                each["rate"] = 60 / statistics.mean(each["times"])
                line(label, each["times"], each["rate"], each["memory"])
            else:
                print(f"{label:34} left out (--{option} 0)", flush=True)
        if programs:
            notebooks = [notebook for _, notebook in zip(range(args.otters), submissions(args.topic), strict=False)]
            taken, shares = otter_run.times(Path(folder) / "otter", mine["root"], args.topic, notebooks, programs)
            otter_rate = 60 / statistics.mean(taken)
            line(f"otter run {otter_run.VERSION}", taken, otter_rate, 0)
            print(f"{'':34} of the exercises' points it gave {', '.join(f'{share:.2f}' for share in shares)}")
        elif args.otter:
            print(f"{f'otter run {otter_run.VERSION}':34} left out (--otters 0)", flush=True)

        count = 24
        alone, walled = bare(mine["root"], args.topic, 4 * count)
        everywhere, walled_there = bare_everywhere(mine["root"], args.topic, 4 * count)
        spent, children = parts(mine["root"], args.topic, count)
        (cold, start), (warm, again) = first_marks(folder, args.topic)
        forced, _ = run([sys.executable, "-m", "autograder", "grade", args.topic, "--force"], mine["root"])
        cost = os.cpu_count() * max(forced - again, 0) / (args.number - 1)
        one = sum(spent.values())
        print("\nBare cost of the learner's cells and of the calls, all in one process; each in a fresh one behind the "
              "wall; ours:")
        for where, *bares, whole in (("one after the other", alone, walled, one),
                                     ("in the class above, of a core", everywhere, walled_there, cost)):
            print(f"  {where:38} {1000 * bares[0]:6.1f} ms {1000 * bares[1]:6.1f} ms {1000 * whole:6.1f} ms: "
                  f"{whole / bares[0]:.1f} and {whole / bares[1]:.1f} times")
        print(f"A new course with one submission takes {start:.1f} s: imports, the gradebook made, a secret set "
              "of cases drawn. That is left out of the class's figure (the class is graded again for the second) and "
              "counted in the ratios.")
        print(f"From the command to the first mark: {cold:.1f} s cold (a new course), {warm:.1f} s warm.")
        for name, seconds in spent.items():
            more = f" ({children:.1f} processes a submission)" if name == "process and wall" else ""
            print(f"  {name:38} {1000 * seconds:6.1f} ms{more}")
        pages = theirs.get("skips") or theirs.get("stock")
        if mine["page"] and pages:
            print(f"Feedback pages: ours {60 / mine['page']:.0f} a minute, stock {60 / pages['page']:.0f}, "
                  f"{pages['page'] / mine['page']:.1f} times")
        if "skips" in theirs:
            print(f"against stock with the same demonstrations skipped: {rate / theirs['skips']['rate']:.1f} times")
        if programs:
            print(f"against otter run: {rate / otter_rate:.1f} times")
        if "stock" in theirs:
            print(f"ratio: {rate / theirs['stock']['rate']:.1f}")


if __name__ == "__main__":
    main()
