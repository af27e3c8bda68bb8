"""Submissions for the grading tests and benchmarks: release notebooks filled in like a learner's."""

import copy
import json
import shutil
import sys
from pathlib import Path

from autograder.author.cells import guarded
from autograder.author.keys import program
from autograder.judging import assignment, judge
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.sandbox import sandbox, walls
from autograder.sandbox.link import Lost
from course.checking import adapters

ROOT = Path(__file__).resolve().parent.parent
COURSE_PARTS = ("autograder", "course", "source", "release", "nbgrader_config.py", "pyproject.toml")


def course_copy(folder):
    """A fresh clone of the course, without gradebook and submissions."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in COURSE_PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def python_for_all(folder, cwd):
    """What comes before a command of root's that starts others' processes: Python's own folder may lie in a home that
    is closed to them. Then it is there for all, in a space of mounts that ends with the command.
    """
    python, home = Path(sys.base_prefix).resolve(), Path.home().resolve()
    if not python.is_relative_to(home):
        return []
    beside = Path(folder) / "python"
    beside.mkdir(exist_ok=True)
    script = ('set -e; mount --bind "$1" "$2"; mount -t tmpfs -o mode=755 tmpfs "$3"; mkdir -p "$1"; '
              'mount --bind "$2" "$1"; cd "$4"; shift 4; exec "$@"')
    return ["unshare", "-m", "bash", "-c", script, "bash", str(python), str(beside), str(home), str(cwd)]


def released(topic="loss"):
    """The untouched release notebook."""
    return json.loads((ROOT / "release" / topic / f"{topic}.ipynb").read_text("utf-8"))


def cell(notebook, name):
    """The cell with this nbgrader id or cell id."""
    for one in notebook["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == name or one.get("id") == name:
            return one
    raise KeyError(name)


def source(notebook, name):
    text = cell(notebook, name)["source"]
    return text if isinstance(text, str) else "".join(text)


def set_answer(notebook, question, literal):
    """Write `answer=literal` into a question's cell; `literal` is Python source."""
    text = source(notebook, question)
    assert text.count("answer=None") == 1
    cell(notebook, question)["source"] = text.replace("answer=None", f"answer={literal}")


def mistake_source(topic, exercise, mistake):
    """A known wrong program, as a learner would have written it: with the exercise's name."""
    return program(catalogue.mistakes(topic)[exercise][mistake], exercise)


def framework(topic, name):
    """The framework that an exercise is written in by default: the first that is installed; "" where it needs none."""
    return next(filter(adapters.installed, catalogue.exercises(topic)[name].variants), "")


def solution_cell(topic, name):
    """The id of the cell that is filled by default."""
    return f"{name}-{framework(topic, name) or 'solution'}"


def published(topic, name):
    """What is published of it, in that framework."""
    return catalogue.reference_source(topic, name, framework(topic, name))


def filled(topic="loss", programs=None, answers=None, wrong=(), variant=""):
    """The release notebook with right answers everywhere, but `programs` (exercise -> source) and `answers`.

    `wrong` names questions that get an answer which is not the key. `variant` is the framework that exercises are
    written in where they may be: by default the first that is installed.
    """
    notebook = copy.deepcopy(released(topic))
    for name, exercise in catalogue.exercises(topic).items():
        own = (variant or framework(topic, name)) if exercise.variants else ""
        if exercise.variants and not own:
            import pytest
            pytest.skip("PyTorch or TensorFlow is not there (requirements-frameworks.txt)")
        text = (programs or {}).get(name, catalogue.reference_source(topic, name, own))
        if text is not None:
            cell(notebook, f"{name}-{own or 'solution'}")["source"] = guarded(text, own)
    for name, question in load_bank(topic).items():
        given = wrong_answer(question) if name in wrong else question.key
        literal = (answers or {}).get(name, f'"{given}"')
        if literal is not None:
            set_answer(notebook, name, literal)
    return notebook


def wrong_answer(question):
    """The letter after the key, or a usual wrong answer of another form."""
    return "ABCD"[("ABCD".index(question.key) + 1) % 4] if question.form == "letter" else question.wrong[0].value


def to_bytes(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8", "surrogatepass")


def hand_in(root, student, notebook, topic="loss"):
    """Put a submission where nbgrader looks for it. `notebook` is a dict, or bytes as they are."""
    folder = Path(root) / "submitted" / student / topic
    folder.mkdir(parents=True, exist_ok=True)
    data = notebook if isinstance(notebook, bytes) else to_bytes(notebook)
    path = folder / f"{topic}.ipynb"
    path.write_bytes(data)
    return path


def says_it_gained(sandbox, program, topic="loss"):
    """What a hostile program, in a child of its own, has in `gained`; "" for nothing, or where it was ended."""
    child = sandbox.open(topic)

    def ask(request):
        return json.loads(child.ask(json.dumps(request).encode(), 5))

    def call(name):
        return ask({"do": "call", "call": {"of": name, "args": [[1.0], [2.0]], "kwargs": {}}, "seconds": None})
    try:
        ask({"do": "cell", "source": program})
        call("mse")
        ask({"do": "cell", "source": "def _look(*_):\n    return repr(gained)[:500] if gained else ''"})
        return call("_look").get("result", "")      # "": there is no such variable
    except (Lost, ValueError, AttributeError, RecursionError):          # it answers with whatever it likes
        return ""
    finally:
        child.close()


class Judging:
    """One lesson and one warm sandbox for a whole test module: judging takes a few hundredths of a second."""

    def __init__(self, topic="loss", how="auto", seed="5eed", root=ROOT):
        self.lesson = assignment.load_assignment(root, topic, seed)
        self.sandbox = sandbox.Sandbox(walls.choose(how), root)

    def __call__(self, notebook):
        data = notebook if isinstance(notebook, bytes) or notebook is None else to_bytes(notebook)
        self.graded, result = judge.judge(data, self.lesson, self.sandbox)
        return result

    def points(self, notebook):
        """{exercise or question: points} of a notebook."""
        result = self(notebook)
        return {name: part["points"] for name, part in {**result["exercises"], **result["questions"]}.items()}

    def full(self):
        return dict(self.lesson.template.points)

    def close(self):
        self.sandbox.close()
