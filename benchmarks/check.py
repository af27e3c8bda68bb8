"""How long a learner waits for `check(...)`: the median and the 95th percentile, exercise by exercise.

    python benchmarks/check.py [lesson …]

The references are checked: every stage of every case is gone through. The last line is the slowest 95th
percentile.
"""

import argparse
import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.lessons import catalogue
from course.actions.check import check


def times(topic, name, runs):
    """Seconds that `check(name)` takes, once the data are read."""
    namespace = dict(catalogue.references(topic))
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            check(name, namespace)
        taken.append(time.perf_counter() - start)
    return taken[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", default=catalogue.graded_topics())
    parser.add_argument("--runs", type=int, default=20)
    args = parser.parse_args()
    print(f"{'exercise':40} {'p50 ms':>8} {'p95 ms':>8}")
    worst = (0.0, "")
    for topic in args.topics:
        for name in catalogue.exercises(topic):
            taken = times(topic, name, args.runs if name != "train" else 3)
            p95 = statistics.quantiles(taken, n=20)[-1]
            print(f"{name:40} {1e3 * statistics.median(taken):8.1f} {1e3 * p95:8.1f}", flush=True)
            worst = max(worst, (p95, name)) if name != "train" else worst
    print(f"slowest p95 (`train` apart): {1e3 * worst[0]:.1f} ms, {worst[1]}")


if __name__ == "__main__":
    main()
