"""The release notebooks: nbgrader's own `generate_assignment` of the source notebooks, the same bytes each time.

What must not be in one: the lines of a solution.

And what such a page asks of the eye: how wide its code and its output are, and how long its cells. `verify` counts it.
Of what is folded (plots, cards) only the width counts; a solution's cell is as long as its docstring.
"""

import copy
import json
import logging
import re
import tempfile
from pathlib import Path

import nbformat

from autograder.author.cells import KERNEL, WIDEST
from autograder.author.markdown import BuildError
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT

LEAK_LENGTH = 24            # a line of a solution from this length on is not in a learner's notebook by accident
TELLING_LENGTH = 32         # and from this length on not in the midst of a sentence either
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.S)

LONGEST = 15                 # lines of a cell that demonstrates
WIDEST_OUTPUT = 95           # characters of a printed line
MOST_DIGITS = 6              # of a printed number
ALL = "# all digits"         # in a cell that is about all its digits
NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d*)?)(?:e[+-]?\d+)?(?!\w|\.\d)")


def release_notebooks(sources):
    """nbgrader's generate_assignment of {topic: source notebook}: {topic: release notebook}."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        config = _config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        for topic, nb in sources.items():
            _write(root / "source" / topic / f"{topic}.ipynb", nb)
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        api.log.setLevel(logging.ERROR)
        for topic in sources:
            done = api.generate_assignment(topic, force=True, create=True)
            if not done["success"]:
                raise BuildError(f"{topic}: nbgrader generate_assignment failed:\n{done.get('error') or done['log']}")
        return {topic: _normal(nbformat.read(root / "release" / topic / f"{topic}.ipynb", 4)) for topic in sources}


def release_cells(topic, source):
    """The release notebook as nbgrader's steps make it one after the other, in memory: no command, no gradebook.

    For `build --check --quick`. What it leaves out is the step that notes the cells in a gradebook; a test holds that
    both ways give the same bytes.
    """
    from nbgrader.preprocessors import SaveCells
    nb, resources = copy.deepcopy(source), {"nbgrader": {"notebook": topic, "assignment": topic}}
    config = _config()
    for step in config.GenerateAssignment.preprocessors:
        if step is not SaveCells:
            nb, resources = step(config=config)(nb, resources)
    return _normal(nb)


def _config():
    from traitlets.config import PyFileConfigLoader
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def _normal(nb):
    """The same notebook without what depends on when and where it was made."""
    nb.metadata = {key: nb.metadata[key] for key in ("course", "kernelspec", "language_info") if key in nb.metadata}
    nb.metadata["kernelspec"], nb.metadata["language_info"] = KERNEL, {"name": "python"}
    return nb


def _write(path, nb):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook_text(nb), encoding="utf-8", newline="\n")


def notebook_text(nb):
    return json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


# --- what must not reach a learner --------------------------------------------------------------------------

def no_solution(topic, nb):
    """No line of a solution in the learner's notebook, hints included.

    A source notebook is read without what stands between its solution markers.
    """
    lines = {line: name for name in catalogue.exercises(topic) for line in solution_lines(topic, name)}
    for cell in nb.cells:
        for text in SOLUTION.sub("", cell.source).splitlines():
            found = next((line for line in lines if _shows(text, line)), None)
            if found:
                raise BuildError(f"{_where(topic, found)}: a line of a solution reaches the learner, of {lines[found]} "
                                 f"in the cell {cell.id}: {found}")


def _shows(text, line):
    """Whether a line of text is a line of a solution, as a list's item or in backticks too, or holds a long one."""
    return text.strip().lstrip("-*> ").strip("`") == line or len(line) >= TELLING_LENGTH and line in text


def _where(topic, found):
    """The file and line of a lesson's text in which a line of a solution stands."""
    path = catalogue.home(topic) / "source" / f"{topic}.md"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return f"{topic}.md:{next((i for i, line in enumerate(lines, 1) if _shows(line, found)), 1)}"


def solution_lines(topic, name):
    """The telling lines of a reference's body: long enough to be no accident, without comments."""
    bodies = [source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
              for source in catalogue.written_sources(topic, name).values()]
    lines = (line.split("  #")[0].strip() for body in bodies for line in body.splitlines())
    return [line for line in lines if len(line) >= LEAK_LENGTH and not line.startswith("#")]


# --- what the page asks of the eye ---------------------------------------------------------------------------

def code_faults(nb):
    """The sentences on the code of a release notebook, one a cell: lines that are too wide, cells that are too long."""
    found = []
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        lines = cell.source.split("\n")
        wide = [number for number, line in enumerate(lines, 1) if len(line) > WIDEST]
        if wide:
            found.append(f"cell {cell.id}: {_lines(wide)} wider than {WIDEST} characters")
        if len(lines) > LONGEST and not _folded(cell) and "nbgrader" not in cell.metadata:
            found.append(f"cell {cell.id}: {len(lines)} lines, at most {LONGEST} are asked for; what draws goes into a "
                         "function, in a cell [demo folded] above")
    return found


def _lines(numbers):
    return f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))} {'are' if len(numbers) > 1 else 'is'}"


def _folded(cell):
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def output_faults(nb):
    """The sentences on what an executed notebook prints, one a cell."""
    found = []
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        text = "\n".join(filter(None, map(_printed, cell.get("outputs", ()))))
        wide = [line for line in text.split("\n") if len(line) > WIDEST_OUTPUT]
        long = [number for number in NUMBER.findall(text) if digits(number) > MOST_DIGITS]
        long = long if ALL not in cell.source else []
        if wide:
            found.append(f"cell {cell.id} prints a line of {max(map(len, wide))} characters, at most {WIDEST_OUTPUT} "
                         f"are asked for: {wide[0][:60]}…")
        if long:
            found.append(f"cell {cell.id} prints {long[0]}, a number of {digits(long[0])} digits; at most "
                         f"{MOST_DIGITS} are asked for")
    return found


def _printed(output):
    """The text that a reader sees of an output: of a card or a figure none, for those have a better form."""
    if output.output_type == "stream":
        return output.text
    data = output.get("data", {})
    return data.get("text/plain", "") if list(data) == ["text/plain"] else ""


def digits(number):
    """How many digits of a printed number carry something: leading zeros do not."""
    return len(number.replace(".", "").lstrip("0"))
