"""What the learner and the instructor read in the graded notebook: cards and scores in its cells."""

from __future__ import annotations

from html import escape

from autograder.judging.assignment import Assignment
from autograder.judging.repair import Notebook, NotebookCell
from autograder.judging.result import QuestionResult, Result
from course.cards.result import STYLE, number


def _card(state: str, head: str, lines: list[str]) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f'{STYLE}<div class="hnl-card {state}"><p class="head">{head}</p>{body}</div>'


def _inline(text: str) -> str:
    """Escaped text with `code` marked; formulas between dollar signs stay: a feedback page shows them."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts)).replace("\n\n", "<br>")


def _notes_card(notes: list[str]) -> str:
    return _card("", "Notes of the grader", [_inline(note) for note in notes]) if notes else ""


def question_text(name: str, assignment: Assignment, outcome: QuestionResult) -> tuple[str, str, str]:
    """(state, head, explanation): the rationale of the chosen option, never the key."""
    most = number(outcome["max_points"])
    if outcome["answer"] is None:
        return "calm", f"No answer counted: 0 of {most}", outcome["problem"]
    why = assignment.bank[name].options[outcome["answer"]].why
    if outcome["right"]:
        return "ok", f"{outcome['answer']} is right: {most} of {most}", why
    return "bad", f"{outcome['answer']} is not right: 0 of {most}", why


def _display(html: str, text: str) -> NotebookCell:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": text}}


def score_output(points: float) -> NotebookCell:
    """The execute_result that nbgrader's own SaveAutoGrades reads as the score of a cell."""
    return {"output_type": "execute_result", "metadata": {}, "execution_count": None,
            "data": {"text/plain": repr(float(points))}}


def zero_scores(notebook: Notebook) -> None:
    """An explicit 0 in every grade cell: whatever fails after this, nobody gets points by accident."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["outputs"] = [score_output(0.0)]


def write_outputs(notebook: Notebook, result: Result, assignment: Assignment) -> None:
    """Put the cards and the scores into the cells of the graded notebook."""
    zero_scores(notebook)
    general = [f"This notebook could not be graded. {result['problem']}"] if result["problem"] else []
    general = general + result["notes"]
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        notes = result["cell_notes"].get(name, [])
        if name in result["exercises"]:
            exercise = result["exercises"][name]
            html = _notes_card(general + notes) + exercise["html"]
            text = "\n".join([*general, *notes, exercise["text"]])
            cell["outputs"] = [_display(html, text), score_output(exercise["points"])]
        elif name in result["questions"]:
            outcome = result["questions"][name]
            state, head, why = question_text(name, assignment, outcome)
            lines = [_inline(line) for line in [why, *notes] if line]
            cell["outputs"] = [_display(_card(state, escape(head), lines), "\n".join([head, why, *notes]))]
        if name in result["exercises"] or name in result["questions"]:
            general = []                                 # said once, at the first graded cell
