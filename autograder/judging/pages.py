"""What the learner and the instructor read in the graded notebook: cards and scores in its cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from autograder.judging.assignment import Assignment
from autograder.judging.repair import Notebook, NotebookCell
from autograder.judging.result import QuestionResult, Result
from autograder.reading.bounds import MOST_SHOWN, as_shown
from course.answers import spoken
from course.cards.result import head_html, number
from course.cards.text import card_html, inline_html, paragraph, style, text_html
from course.checking.reader import source_of
from course.checking.report import STILL, cause_among


def _notes_card(notes: list[str]) -> Markup:
    body = head_html("calm", "Notes of the grader") + Markup("").join(map(paragraph, notes))
    return card_html(body, live=False, part=None) if notes else Markup("")


def question_text(name: str, assignment: Assignment, outcome: QuestionResult) -> tuple[str, str, str]:
    """(state, head, explanation): the rationale of the chosen option, never the key."""
    most = number(outcome["max_points"])
    if outcome["answer"] is None:
        return "calm", f"No answer counted: 0 of {most}", outcome["problem"]
    question = assignment.bank[name]
    why, said = question.why_of(outcome["answer"]), spoken(question.form, outcome["answer"])
    if outcome["right"]:
        return "ok", f"{said} is right: {most} of {most}", why
    if outcome["points"] > 0:
        return "bad", f"{said} is partly right: {number(outcome['points'])} of {most}", why
    return "bad", f"{said} is not right: 0 of {most}", why


def feedback_top(record: Mapping[str, Any], marks: Mapping[str, tuple[float, float]], comments: Mapping[str, str],
                 score: float, most: float, penalty: float) -> Markup:
    """What stands above the notebook on a feedback page: score, what to mend next, and every part by its name.

    Parameters
    ----------
    record : the submission's record
    marks : {exercise or question: (points, of how many)} as the gradebook has them, marks given by hand included
    comments : {cell: what a person wrote there}
    score, most, penalty : of the whole; `score` is after the penalty
    """
    parts = record["parts"]
    late = Markup(", %s taken away for lateness") % number(penalty) if penalty else Markup("")
    html = Markup('<style>%s</style><div class="course-top"><h2>%s of %s points%s</h2>') % (
        Markup(TOP), number(score), number(most), late)
    if record["problem"]:
        html += Markup("<p><strong>This notebook could not be graded.</strong> %s</p>") % inline_html(record["problem"])
    todo = next((name for name, part in parts.items() if part["kind"] == "exercise" and not part["passed"]
                 and part["state"] not in ("void", "unchecked")), None)
    if todo and not record["problem"]:
        html += Markup('<p><strong>To mend next: <a href="#%s"><code>%s</code></a>.</strong> %s</p>') % (
            todo, todo, inline_html(said_of(parts[todo])))
    for note in record["notes"]:
        html += paragraph(note)
    for kind, title in (("exercise", "Exercises"), ("question", "Questions")):
        names = [name for name, part in parts.items() if part["kind"] == kind]
        if names:
            html += Markup("<h3>%s</h3><table>") % title
            for name in names:
                points, whole = marks.get(name, (parts[name]["points"], parts[name]["max_points"]))
                if parts[name]["state"] == "unchecked" and not points:      # else a person has marked it
                    html += _top_row(name, None, whole, said_of(parts[name]))
                    continue
                said = "" if record["problem"] else _said_beside(parts[name])        # it stands on top, once
                html += _top_row(name, points, whole, said)
            html += Markup("</table>")
    for name, comment in comments.items():
        html += Markup('<p><a href="#comment-%s">A comment on <code>%s</code></a>: %s</p>') % (
            name, name if name in parts else name.rpartition("-")[0], comment[:300])
    return html + Markup("</div>")


TOP = """.course-top{font-size:15px;line-height:1.5}.course-top h2{margin:.2em 0 .6em}
.course-top h3{font-size:1.1em;margin:1em 0 .3em}.course-top table{border-collapse:collapse;width:100%}
.course-top td{padding:.25em .8em .25em 0;border-top:1px solid #ddd;vertical-align:top}
.course-top td:nth-child(-n+2){white-space:nowrap}.course-top td:nth-child(2){text-align:right;width:1%}
.course-top td:first-child{width:22em}.course-top td:nth-child(2){min-width:6em}"""


def _said_beside(part: Mapping[str, Any]) -> str:
    return "" if part["kind"] == "question" and part["passed"] and part["state"] != "void" else said_of(part)


def _top_row(name: str, points: float | None, most: float, said: str) -> Markup:
    """A row of the table; no points: not marked yet."""
    sign = "–" if most <= 0 or points is None else "✓" if points >= most - 1e-9 else "✗" if points <= 0 else "~"
    got = "not marked yet" if points is None else f"{number(points)} of {number(most)}"
    return Markup('<tr><td>%s <a href="#%s"><code>%s</code></a></td><td>%s</td><td>%s</td></tr>') % (
        sign, name, name, got, inline_html(said))


def said_of(part: Mapping[str, Any]) -> str:
    """One sentence on a part that is not right: what was told of it. No number of the class's own cases is in it."""
    if part["state"] == "void":
        return str(part["notes"][0])
    if part["passed"]:
        return "Right."
    if part["points"] >= part["max_points"] > 0 and part["notes"]:
        return str(part["notes"][0])                     # counted in full for all
    if part["state"] == "unwritten":
        return "No answer." if part["kind"] == "question" else "Not written."
    if part["kind"] == "question":
        answer = part["answer"]
        return f"Your answer: {answer}. Why it is not right stands below." if answer else str(part["problem"])
    told = part["told"] or {}
    first = cause_among(part["notes"])
    if told.get("text"):
        return f"{first} {STILL}: {told['text']}" if first else str(told["text"])
    if first:
        return first
    if part["problem"]:
        return str(part["problem"])
    right = sum(check["passed"] for check in part["checks"])
    return f"{right} of {len(part['checks'])} checks pass; the card below says where it goes wrong."


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
    room = MOST_SHOWN
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = as_shown(source_of(cell), room)
            room -= len(cell["source"])
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        notes = result["cell_notes"].get(name, [])
        if name in result["exercises"]:
            exercise = result["exercises"][name]
            said = cause_among(notes)
            if said and said in exercise["text"]:                       # the card says it itself
                notes = [note for note in notes if note != said]
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
    if result["problem"]:                                # and on top, where formgrader's page begins
        notebook["cells"].insert(0, {"cell_type": "markdown", "id": "not-graded", "metadata": {}, "source":
                                     f"**This notebook could not be graded.** {result['problem']}"})
