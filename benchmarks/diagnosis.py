"""What `check` says of wrong programs whose authors had not seen the known mistakes, and of right ones.

    python benchmarks/diagnosis.py [--rows] [folder …]

A folder has wrong/EXERCISE/NAME.py and right/EXERCISE/NAME.py; the first line of each is a comment that says what is
wrong. The default is tests/foreign, and ../shared/foreign where that is there. For each set: how many are rejected,
named, described or explained, and the time that a check takes. Whether a headline is true is for a reader to say:
`--rows` prints each below what is wrong, and benchmarks/headlines.tsv holds such judgements.
"""

import argparse
import collections
import linecache
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from autograder.lessons import catalogue
from course import contents
from course.actions.check import run

ROOT = catalogue.ROOT
PLACES = (ROOT / "tests" / "foreign", *(above / "shared" / "foreign" for above in ROOT.parents))
FOLDERS = list(dict.fromkeys(place.resolve() for place in PLACES if place.is_dir()))
KINDS = ("named", "described", "explained", "none")


def topic_of(name):
    return next(topic for topic in catalogue.judged_topics() if name in catalogue.exercises(topic))


def namespace_of(path, topic):
    """The notebook's names, all functions right but the one in the file."""
    source = path.read_text(encoding="utf-8")
    cell = f"<cell {path.parent.name} {path.stem}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
    namespace = {"np": np} | catalogue.library(topic)
    exec(compile(source, cell, "exec"), namespace)
    return namespace


def judged(path):
    """(report, seconds) of a file's program in a notebook where all other functions are right."""
    name = path.parent.name
    topic = topic_of(name)
    spec, namespace = contents.read_data(f"exercises/{topic}.json")[name], namespace_of(path, topic)
    began = time.perf_counter()
    report = run(spec, namespace)
    return report, time.perf_counter() - began


def fault(path):
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").partition(":")[2].strip()


def measure(folder, wanted, rows):
    for kind in ("wrong", "right"):
        files = sorted(path for path in folder.glob(f"{kind}/*/*.py") if not wanted or path.parent.name in wanted)
        counted, taken, slow = collections.Counter(), [], []
        for path in files:
            report, seconds = judged(path)
            told = report.told
            counted["accepted" if report.passed else told["kind"]] += 1
            (slow if path.parent.name == "train" else taken).append(seconds)
            if rows:
                print(f"{path.parent.name}/{path.stem}\n    fault: {fault(path)}\n    {told['kind']}: {told['text']}"
                      f"\n    {told['call']} -> {told['returned']}, not {told['expected']}")
        if files:
            print(summary(f"{folder.parent.name}/{folder.name}/{kind}", len(files), counted, taken))
            if slow:
                print(f"    train apart: {max(slow):.2f} s at most")


def summary(title, total, counted, taken):
    rejected = total - counted["accepted"]
    told = sum(counted[kind] for kind in KINDS[:3])
    p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else sum(taken)
    share = f"{100 * told / rejected:.0f} %" if rejected else "-"
    return (f"{title}: {total} programs, {rejected} rejected, "
            + ", ".join(f"{counted[kind]} {kind}" for kind in KINDS)
            + f"; told {share} of those rejected; a check takes {1e3 * statistics.median(taken):.0f} ms, "
              f"p95 {1e3 * p95:.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=FOLDERS)
    parser.add_argument("--only", action="append", default=[], metavar="EXERCISE")
    parser.add_argument("--rows", action="store_true", help="print what is said of each program")
    args = parser.parse_args()
    for folder in args.folders:
        measure(folder, args.only, args.rows)


if __name__ == "__main__":
    main()
