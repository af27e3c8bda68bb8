"""How much a Dask cluster costs: two workers of one core each beside the local pool of two, on the same class.

    python benchmarks/cluster.py                      200 submissions, three runs of each, in turns
    python benchmarks/cluster.py --class 40 --runs 1

Each run is the whole command, `grade loss --force`, from its start to its end; the cases are drawn before. All of it is
on this machine, so that scheduler and network cost what they cost here: run it where nothing else runs. The last line
is `ratio: N`, the median time of the cluster over that of the pool; 1.2 is the budget.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import classroom  # noqa: E402
from distributed import Client  # noqa: E402
from grading import hand_in  # noqa: E402
from postgres import free_port  # noqa: E402

BUDGET = 1.2


def start(cores, *command, cwd, log):
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=cwd, stdout=log, stderr=log)
    psutil.Process(process.pid).cpu_affinity(cores)          # what it starts has the same
    return process


def graded(root, count, cores, log, *options):
    """Seconds of one run."""
    began = time.monotonic()
    process = start(cores, "autograder", "grade", "loss", "--force", *options, cwd=root, log=log)
    assert process.wait() == 0, "the run failed: see its log"
    seconds = time.monotonic() - began
    assert len(list(root.glob("records/loss/*.json"))) == count
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class", dest="count", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    assert len(cores) == 2, "it takes two cores"
    print(f"{args.count} submissions, {args.runs} runs; load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        root = classroom.course_copy(Path(folder) / "class")
        node = classroom.course_copy(Path(folder) / "node")
        hand_in(root, "loss", args.count)
        address = f"tcp://127.0.0.1:{free_port()}"
        processes = [start(cores, "dask", "scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2],
                           "--no-dashboard", cwd=node, log=log)]
        processes += [start([core], "dask", "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard",
                            "--local-directory", folder, cwd=node, log=log) for core in cores]
        try:
            with Client(address, timeout=60) as client:
                client.wait_for_workers(2, timeout=60)
            graded(root, args.count, cores, log)             # draws the cases, enters the lesson
            pool, cluster = [], []
            for number in range(args.runs):
                pool.append(graded(root, args.count, cores, log, "--jobs", "2"))
                cluster.append(graded(root, args.count, cores, log, "--scheduler", address, "--insecure"))
                print(f"run {number + 1}: pool {pool[-1]:.1f} s, cluster {cluster[-1]:.1f} s")
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait()
    ratio = statistics.median(cluster) / statistics.median(pool)
    print(f"a submission: pool {1000 * statistics.median(pool) / args.count:.0f} ms, "
          f"cluster {1000 * statistics.median(cluster) / args.count:.0f} ms (budget {BUDGET:g} times)")
    print(f"ratio: {ratio:.2f}")


if __name__ == "__main__":
    main()
