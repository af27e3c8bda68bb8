"""What the learner and the instructor read in the graded notebook: cards and scores in its cells."""

from __future__ import annotations

from markupsafe import Markup

from autograder.judging.assignment import Assignment
from autograder.judging.repair import Notebook, NotebookCell
from autograder.judging.result import QuestionResult, Result
from course.cards.result import head_html, number
from course.cards.text import card_html, paragraph, style, text_html


def _notes_card(notes: list[str]) -> Markup:
    body = head_html("calm", "Notes of the grader") + Markup("").join(map(paragraph, notes))
    return card_html(body, live=False, part=None) if notes else Markup("")


def question_text(name: str, assignment: Assignment, outcome: QuestionResult) -> tuple[str, str, str]:
    """(state, head, explanation): the rationale of the chosen option, never the key."""
    most = number(outcome["max_points"])
    if outcome["answer"] is None:
        return "calm", f"No answer counted: 0 of {most}", outcome["problem"]
    why = assignment.bank[name].options[outcome["answer"]].why
    if outcome["right"]:
        return "ok", f"{outcome['answer']} is right: {most} of {most}", why
    return "bad", f"{outcome['answer']} is not right: 0 of {most}", why


def _display(html: Markup, text: str) -> NotebookCell:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": str(html), "text/plain": text}}


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
    sheet = style("checks")                              # once: this notebook is read as a whole
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        notes = result["cell_notes"].get(name, [])
        if name in result["exercises"]:
            exercise = result["exercises"][name]
            html = sheet + _notes_card(general + notes) + Markup(exercise["html"])
            text = "\n".join([*general, *notes, exercise["text"]])
            cell["outputs"] = [_display(html, text), score_output(exercise["points"])]
        elif name in result["questions"]:
            outcome = result["questions"][name]
            state, head, why = question_text(name, assignment, outcome)
            told = text_html(why) if outcome["answer"] is not None else paragraph(why)
            body = Markup("").join([head_html(state, head), told, *map(paragraph, notes)])
            html = sheet + card_html(body, state, live=False, part=None)
            cell["outputs"] = [_display(html, "\n".join([head, why, *notes]))]
        if name in result["exercises"] or name in result["questions"]:
            general, sheet = [], Markup("")              # said once, at the first graded cell
