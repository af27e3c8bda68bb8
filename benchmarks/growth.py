"""Whether a large class costs as much a submission as a small one: time, memory, gradebook; and starting again.

    python benchmarks/growth.py                       classes of 100 and 1,000
    python benchmarks/growth.py --most 10000          and of 10,000: a quarter of an hour on two cores, 3 GB of disk
    python benchmarks/growth.py --figure growth.svg   drawn, too

Each class is a new course: the mix of benchmarks/grading.py, a thousand different notebooks handed in again and again.
Its row is of one command, `grade loss`: seconds from start to end, and of a submission without the start-up; the most
memory that it and all below it held (PSS); what is on the disk then. "again" is the same command where all is done.
"writer" is what the one process that writes all marks takes for a submission, which more cores do not shorten. The last
line is the time a submission of the largest class over that of the one before it: 1 is flat.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import classroom  # noqa: E402
from grading import run, submissions  # noqa: E402

from autograder.grading import gradebook  # noqa: E402
from autograder.grading.work import Sets, find_work  # noqa: E402
from autograder.grading.workers import judge_work  # noqa: E402
from autograder.grading.writer import Writer  # noqa: E402
from autograder.sandbox.sandbox import make_sandbox  # noqa: E402
from autograder.sandbox.walls import choose  # noqa: E402

SIZES = (1, 100, 1_000, 10_000)         # the class of one is the start-up
DIFFERENT = 1_000
COLUMNS = ("class", "seconds", "a submission", "memory", "gradebook", "on disk", "again", "memory")


def hand_in(root, topic, count):
    """Notebooks in submitted/: so many different ones, and then links to them."""
    made = []
    for number, notebook in zip(range(min(count, DIFFERENT)), submissions(topic), strict=False):
        made.append(classroom.hand_in(root, f"student-{number:06d}", notebook, topic))
    for number in range(len(made), count):
        folder = root / "submitted" / f"student-{number:06d}" / topic
        folder.mkdir(parents=True)
        os.link(made[number % DIFFERENT], folder / f"{topic}.ipynb")


def size_of(*folders):
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def graded(folder, topic, count):
    """What a class costs; all sizes in bytes, times in seconds."""
    root = classroom.course_copy(Path(folder) / str(count))
    hand_in(root, topic, count)
    command = [sys.executable, "-m", "autograder", "grade", topic]
    seconds, memory = run(command, root)
    assert len(list(root.glob(f"records/{topic}/*.json"))) == count, (root / "said.log").read_text()[-2000:]
    again, held = run(command, root)
    assert ": 0 graded in" in (root / "said.log").read_text()
    row = {"class": count, "seconds": seconds, "memory": memory, "again": again, "held": held,
           "gradebook": (root / "gradebook.db").stat().st_size,
           "disk": size_of(root / "records", root / "autograded")}
    shutil.rmtree(root)
    return row


def written(folder, topic, count=64, batch=16):
    """Seconds of the one writer for a submission, where so many wait for it at once: notebook, gradebook and record."""
    root = classroom.course_copy(Path(folder) / "written")
    hand_in(root, topic, count)
    gradebook.ensure(root, [topic])
    sets, works, taken = Sets(root, topic), find_work(root, topic), []
    with make_sandbox(choose(), root) as sandbox:
        graded = [judge_work(work, sets.of(work.student), sandbox) for work in works]
    with gradebook.open_gradebook(gradebook.default_url(root)) as book:
        writer = Writer(root, book, topic)
        for first in range(0, count, batch):
            began = time.monotonic()
            writer.write(graded[first:first + batch])
            taken.append((time.monotonic() - began) / batch)
    return statistics.median(taken)


def shown(row, start):
    """A line of the table. Time and gradebook of a submission are without those of the class of one."""
    count, left = row["class"], row["class"] - 1
    each = "" if not left else f"{1000 * (row['seconds'] - start['seconds']) / left:.1f} ms"
    book = f"{row['gradebook'] / 1e6:.1f} MB" if not left else (
        f"{(row['gradebook'] - start['gradebook']) / left / 1e3:.1f} kB")
    return (f"{count:,}", f"{row['seconds']:.1f} s", each, f"{row['memory']:.0f} MB", book,
            f"{row['disk'] / count / 1e3:.0f} kB", f"{row['again']:.1f} s", f"{row['held']:.0f} MB")


def draw(rows, path):
    """Three small plots: time, memory, gradebook, each against the size of the class."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"], plt.rcParams["svg.fonttype"] = "growth", "none"
    start, rows = rows[0], rows[1:]
    counts = [row["class"] for row in rows]
    each = {"time a submission, ms": [1000 * (r["seconds"] - start["seconds"]) / (r["class"] - 1) for r in rows],
            "memory of the whole run, MB": [r["memory"] for r in rows],
            "gradebook a submission, kB": [(r["gradebook"] - start["gradebook"]) / (r["class"] - 1) / 1e3
                                           for r in rows]}
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.4), constrained_layout=True)
    for ax, (title, values) in zip(axes, each.items(), strict=True):
        ax.plot(counts, values, "o-", color="#0072b2")
        ax.set(xscale="log", xlabel="submissions", title=title, ylim=(0, 1.5 * max(values)))
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--topic", default="loss")
    parser.add_argument("--most", type=int, default=1_000, help="the largest class")
    parser.add_argument("--figure", metavar="FILE", help="draw it there")
    args = parser.parse_args()
    gradebook.put_venv_first()
    print(f"{args.topic}, {len(os.sched_getaffinity(0))} cores; load before: {os.getloadavg()[0]:.1f}")
    print("".join(f"{title:>14}" for title in COLUMNS), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        for count in (size for size in SIZES if size <= args.most):
            rows.append(graded(folder, args.topic, count))
            print("".join(f"{text:>14}" for text in shown(rows[-1], rows[0])), flush=True)
        print(f"writer: {1000 * written(folder, args.topic):.1f} ms a submission")
    if args.figure:
        draw(rows, args.figure)
    each = {row["class"]: (row["seconds"] - rows[0]["seconds"]) / (row["class"] - 1) for row in rows[1:]}
    if len(each) > 1:
        print(f"ratio: {each[max(each)] / each[sorted(each)[-2]]:.2f}")


if __name__ == "__main__":
    main()
