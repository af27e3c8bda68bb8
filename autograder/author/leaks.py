"""What must not reach a learner: the lines of a solution."""

from autograder.author.markdown import BuildError
from autograder.lessons import catalogue

LEAK_LENGTH = 24            # a line of a solution from this length on is not in a learner's notebook by accident


def no_solution(topic, nb):
    """No line of a solution in the learner's notebook, hints included."""
    lines = {line for name in catalogue.exercises(topic) for line in solution_lines(topic, name)}
    for cell in nb.cells:
        for line in cell.source.splitlines():
            if line.strip().strip("`") in lines:
                raise BuildError(f"{topic}.md: a line of a solution reaches the learner, in the cell {cell.id}: "
                                 f"{line.strip()}")


def solution_lines(topic, name):
    """The telling lines of a reference's body: long enough to be no accident, without comments."""
    body = catalogue.reference_source(topic, name).split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    lines = (line.split("  #")[0].strip() for line in body.splitlines())
    return [line for line in lines if len(line) >= LEAK_LENGTH and not line.startswith("#")]
