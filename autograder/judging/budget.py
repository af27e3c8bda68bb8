"""How much time one submission has, and what is still run of a cell that took too long."""

from __future__ import annotations

import ast

from autograder.sandbox.clock import Limit
from course.statements import parsed

MOST_WALL = 30                # a cell or a call: ten times its computing time, and at most this
STILL_SECONDS = 60            # of a submission that waits for something and computes nothing
WALL_SECONDS = 600            # of a submission, without the time in which other programs had the processor
GRACE = 0.5                   # of computing, for a child that stops by itself


class Budget:
    """What a submission has left. All in seconds: of computing, in all, and of standing still."""

    def __init__(self, cpu: float) -> None:
        self.used = 0.0
        self.cpu, self.wall, self.still = cpu, float(WALL_SECONDS), float(STILL_SECONDS)

    def limit(self, seconds: float) -> Limit:
        """The limit of one cell or call that may compute for so long."""
        cpu = max(min(seconds, self.cpu), 0.05)
        wall = max(min(10 * seconds, MOST_WALL, self.wall), 0.05)
        still = max(min(wall, self.still), 0.05)
        return Limit(cpu + GRACE, wall + 4 * GRACE, still + 4 * GRACE, (cpu, still))

    def take(self, spent: tuple[float, float]) -> None:
        """Take off what an answer took: computing, and in all."""
        cpu, wall = spent
        self.used += cpu
        self.cpu -= cpu
        self.wall -= wall
        self.still -= max(wall - cpu, 0.0)

    @property
    def over(self) -> bool:
        return self.cpu <= 0 or self.wall <= 0 or self.still <= 0


def before(source: str, line: int | None) -> str:
    """The statements of a cell that end above a line: what had been done when it was stopped there."""
    tree = parsed(source)
    if tree is None or line is None:
        return definitions(source)
    done = [node.end_lineno or 0 for node in tree.body if (node.end_lineno or 0) < line]
    return "\n".join(source.split("\n")[:max(done, default=0)])


def definitions(source: str) -> str:
    """The functions, classes and imports of a cell alone; "" where there are none."""
    tree = parsed(source)
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    try:
        return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, kinds)) if tree else ""
    except (RecursionError, ValueError):            # very deep; an int of more digits than Python writes
        return ""


def same_program(source: str, other: str) -> bool:
    """Whether two texts do the same, but for how they are written."""
    one, two = parsed(source), parsed(other)
    try:
        return one is not None and two is not None and ast.dump(one) == ast.dump(two)
    except (RecursionError, ValueError):
        return False
