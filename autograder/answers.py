"""Read the answer to a quiz question from the source of its cell. Nothing is executed.

The record of an answer is the literal in the source, `answer="C"`. It is read with `ast`, so a cell that cannot
run, or that would print a forged answer, changes nothing.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass

LETTERS = "ABCD"
LONGEST_SOURCE = 100_000


@dataclass(frozen=True)
class Answer:
    """`letter` is one of A–D, or None; `problem` says in words why there is none."""

    letter: str | None = None
    problem: str | None = None


def _shown(node: ast.expr) -> str:
    try:
        text = ast.unparse(node)
    except RecursionError:
        return "a very deep expression"
    return text if len(text) <= 40 else text[:37] + "…"


@functools.lru_cache(maxsize=4096)
def quiz_call(source: str, question_id: str | None = None) -> ast.Call | None:
    """The call `quiz("question_id", …)` in a cell's source: the last one, or None.

    SyntaxError goes to the caller.
    """
    if len(source) > LONGEST_SOURCE:
        raise SyntaxError("the cell is far too long")
    try:
        tree = ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as problem:     # null bytes, very deep nesting
        raise SyntaxError(str(problem)) from None
    found = None
    # a question's cell is one call; only where it is something else is all of it searched
    whole = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) and isinstance(tree.body[0].value, ast.Call)
    for node in [tree.body[0].value] if whole else ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "quiz"):
            continue
        first = node.args[0] if node.args else None
        name = first.value if isinstance(first, ast.Constant) else None
        if isinstance(name, str) and (question_id is None or name == question_id):
            found = node
    return found


def read_answer(source: str, question_id: str, letters: str = LETTERS) -> Answer:
    """What a learner answered in the cell of question `question_id`."""
    try:
        call = quiz_call(source, question_id)
    except SyntaxError as problem:
        line = f" in line {problem.lineno}" if problem.lineno else ""
        return Answer(problem=f"the cell has a syntax error{line}: {problem.msg}")
    if call is None:
        return Answer(problem=f'the cell no longer holds quiz("{question_id}", …)')
    given = [keyword.value for keyword in call.keywords if keyword.arg == "answer"]
    if not given:
        return Answer(problem="no answer yet: the cell has no answer=…")
    value = given[-1]
    if isinstance(value, ast.Name) and value.id.strip().upper() in letters and len(value.id) == 1:
        return Answer(problem=f'put quotes around the letter: answer="{value.id.upper()}"')
    if not isinstance(value, ast.Constant):
        return Answer(problem=f"{_shown(value)} is not a letter")
    if value.value is None:
        return Answer(problem="no answer yet")
    if not isinstance(value.value, str):
        return Answer(problem=f"{_shown(value)} is not a letter")
    letter = value.value.strip().upper()
    if not letter:
        return Answer(problem="no answer yet")
    if len(letter) == 1 and letter in letters:
        return Answer(letter=letter)
    return Answer(problem=f"{_shown(value)} is no option: choose {', '.join(letters[:-1])} or {letters[-1]}")
