"""`progress()`: the sum of the progress file, as a card."""

import os
from pathlib import Path

from course.cards.text import inline_html, style, text_plain
from course.contents import contents
from course.notebook import in_notebook, show
from course.progress_file import empty, next_step, number, place, read, tally

_shown = {}              # where the progress was shown last in this session


def _minutes(state, topic):
    return round(number(state["lessons"].get(topic, {}).get("seconds")) / 60)


def _part(done, all):
    """A count and a bar of the same length for all."""
    share = 100 * done / all if all else 0
    full = " course-full" if all and done == all else ""
    return (f'<span class="course-bar{full}" aria-hidden="true"><span style="width:{share:.0f}%"></span></span>'
            f'<span class="course-number">{done} of {all}</span>')


def _report(state, lesson):
    rows, plain = [], []
    for topic, inside in contents().items():
        counts, minutes = tally(state, inside), _minutes(state, topic)
        right = "" if counts["right"] is None or not counts["answered"] else f"{counts['right']} right"
        time_spent = f"{minutes} min" if minutes else ""
        name = f"<strong>{topic}</strong> (here)" if topic == lesson else topic
        rows.append(
            f'<tr><th scope="row">{name}</th><td>{_part(counts["passed"], len(inside["exercises"]))}</td>'
            f'<td>{_part(counts["answered"], len(inside["questions"]))}</td><td>{right}</td><td>{time_spent}</td></tr>'
        )
        extra = ", ".join(part for part in (right, time_spent) if part)
        plain.append(f"  {topic + (' (here)' if topic == lesson else ''):24} exercises {counts['passed']} of "
                     f"{len(inside['exercises'])}, questions {counts['answered']} of {len(inside['questions'])}"
                     f"{', ' + extra if extra else ''}")
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Lesson", "Exercises passed", "Questions answered"))
    table = (f'<table class="course-table course-progress"><thead><tr>{head}<td></td><td></td></tr></thead>'
             f'<tbody>{"".join(rows)}</tbody></table>')
    return table, plain


def _bundle():
    try:
        path = place()
        state = read(path) if path is not None else empty()
        folder = Path(os.getcwd()).name
        lesson = folder if folder in contents() else None
        table, plain = _report(state, lesson)
        step = next_step(state, lesson)
        where = f"Kept in `{path.parent.name}/{path.name}`, on this machine only." if path is not None else (
            "Nothing is kept for a notebook in this folder: `python -m course learn` gives you copies of your own.")
    except Exception as error:
        table, plain, step, where = "", [], "", f"The progress could not be read ({type(error).__name__}: {error})."
    said = f"Next: {step}" if step else ""
    return {
        "text/plain": "\n".join(["Your progress", *plain, text_plain(said), text_plain(where)]),
        "text/html": f'{style()}<div class="course-card"><span class="course-kind">Your progress</span>{table}'
                     f'<p><strong>{inline_html(said)}</strong></p>'
                     f'<div class="course-status">{inline_html(where)}</div></div>',
    }


def progress():
    """Show what is done in each lesson, and what comes next.

    The numbers come from progress.json beside your lesson folders. They stay on this machine.
    """
    if in_notebook() is None:
        show(_bundle())
        return
    from IPython.display import display

    _shown["handle"] = display(_bundle(), raw=True, display_id=f"progress-{os.urandom(6).hex()}")


def renew():
    """Show the progress shown last as it is now: a check that ran before it may be noted after it."""
    if _shown.get("handle") is not None:
        _shown["handle"].update(_bundle(), raw=True)

