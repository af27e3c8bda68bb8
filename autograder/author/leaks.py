"""What must not reach a learner: the lines of a solution."""

import re

from autograder.author.markdown import BuildError
from autograder.lessons import catalogue

LEAK_LENGTH = 24            # a line of a solution from this length on is not in a learner's notebook by accident
TELLING_LENGTH = 32         # and from this length on not in the midst of a sentence either
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.S)


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
    body = catalogue.reference_source(topic, name).split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    lines = (line.split("  #")[0].strip() for line in body.splitlines())
    return [line for line in lines if len(line) >= LEAK_LENGTH and not line.startswith("#")]
