"""The same lesson as an assignment of Otter-Grader, graded by `otter run`: for benchmarks/grading.py --otter.

Each exercise is a test file in otter's own format, with the class's cases, one test case each, compared as `check`
compares them; points as in the lesson. The notebooks are those that are handed in to us, with otter's `grader.check` in
the place of ours. Our multiple choice is left out of the marks: otter has none of its own.
"""

import copy
import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from autograder.judging import assignment
from autograder.lessons import private

ROOT = Path(__file__).resolve().parent.parent
VERSION = "7.0.0"
START = f"import otter\ngrader = otter.Notebook()      # otter-grader {VERSION}"
TEST = '''\
import json

from course.checking.assess import observed
from course.checking.compare import compare
from course.checking.observe import observe
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}
SPEC = json.loads({spec!r})


def look(env, number):
    case = SPEC["cases"][number]
    features = observed(SPEC, case, [observe(env, call) for call in case["calls"]])
    for feature, expected in case["expected"].items():
        fault = compare(SPEC, feature, expected, features[feature])[1]
        assert not fault, fault

'''
CASE = '''
@test_case(name={name!r})
def case_{number}(env):
    look(env, {number})

'''


def environment(folder):
    """The programs of an environment of otter's own, made where it is not there yet: its pins are not ours."""
    programs = Path(folder) / "bin"
    if not (programs / "otter").exists():
        needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        print(f"making an environment with otter-grader {VERSION} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, f"otter-grader[grading]=={VERSION}", *needed], check=True)
    return programs


def write_tests(folder, root, topic):
    """One file an exercise; its name is the exercise's."""
    folder.mkdir(parents=True)
    specs = assignment.load_assignment(root, topic, private.secret_seed(root)).specs
    for name, spec in specs.items():
        text = TEST.format(name=name, points=spec["points"], spec=json.dumps({**spec, "mistakes": []}))
        text += "".join(CASE.format(name=case["name"], number=number) for number, case in enumerate(spec["cases"]))
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return {name: float(spec["points"]) for name, spec in specs.items()}


def for_otter(notebook, names):
    """The notebook as one would have handed it in to otter."""
    made = copy.deepcopy(notebook)
    made["cells"].insert(0, {"cell_type": "code", "execution_count": None, "id": "otter-start", "metadata": {},
                             "outputs": [], "source": START})
    for cell in made["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in names:
            cell["source"] = f"grader.check({name!r})"
    return made


def times(folder, root, topic, notebooks, programs):
    """Seconds of `otter run` for each notebook, and the share of the exercises' points that each got."""
    points = write_tests(folder / "tests", root, topic)
    env = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(root)}
    subprocess.run([str(programs / "otter"), "generate", "-t", "tests", "--no-requirements", "--no-environment"],
                   cwd=folder, env=env, check=True, capture_output=True)
    command = [str(programs / "otter"), "run", f"{topic}.ipynb", "-a", "autograder.zip", "-o", "."]
    taken, shares = [], []
    for notebook in notebooks:
        (folder / f"{topic}.ipynb").write_text(json.dumps(for_otter(notebook, points)), encoding="utf-8")
        began = time.monotonic()
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        taken.append(time.monotonic() - began)
        assert not done.returncode, done.stderr[-2000:]
        tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
        shares.append(sum(test.get("score", 0) for test in tests) / sum(points.values()))
    return taken, shares
