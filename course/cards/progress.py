"""`progress()`: the sum of the progress file, as a card."""

import os
from pathlib import Path

from markupsafe import Markup

from course.cards.rebuild import rebuild
from course.cards.text import card_html, inline_html, paragraph, text_plain
from course.contents import contents
from course.notebook import in_notebook, show
from course.progress_file import empty, knows_itself, next_step, number, place, read, tally
from course.quote import code_span, literal

_shown = {}              # where the progress was shown last in this session


def _minutes(state, topic):
    return round(number(state["lessons"].get(topic, {}).get("seconds")) / 60)


def _part(done, all):
    """A count and a bar of the same length for all."""
    share = 100 * done / all if all else 0
    full = " course-full" if all and done == all else ""
    return Markup('<span class="course-bar{}" aria-hidden="true"><span style="width:{:.0f}%"></span></span>'
                  '<span class="course-number">{} of {}</span>').format(full, share, done, all)


def _report(state, lesson):
    rows, plain = [], []
    for topic, inside in contents().items():
        counts, minutes = tally(state, inside), _minutes(state, topic)
        right = "" if counts["right"] is None or not counts["answered"] else f"{counts['right']} right"
        lent = f"{counts['lent']} lent" if counts["lent"] else ""
        written = _part(counts["passed"], len(inside["exercises"])) + (f", {lent}" if lent else "")
        time_spent = f"{minutes} min" if minutes else ""
        rows.append(Markup(
            '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>'
        ).format(inline_html(f"**{topic}** (here)") if topic == lesson else topic,
                 written, _part(counts["answered"], len(inside["questions"])),
                 right, time_spent))
        extra = ", ".join(part for part in (right, lent, time_spent) if part)
        plain.append(f"  {topic + (' (here)' if topic == lesson else ''):24} exercises {counts['passed']} of "
                     f"{len(inside['exercises'])}, questions {counts['answered']} of {len(inside['questions'])}"
                     f"{', ' + extra if extra else ''}")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(text)
                           for text in ("Lesson", "Exercises passed", "Questions answered"))
    table = Markup('<table class="course-table course-progress"><thead><tr>{}<td></td><td></td></tr></thead>'
                   "<tbody>{}</tbody></table>").format(head, Markup("").join(rows))
    return table, plain


def _sure(state):
    """How well one knows what one knows: "Right at the first try when you were sure 8 of 9." "" where nobody said."""
    parts = [f"when you were {words} {right} of {every}" for (right, every), words in
             zip(knows_itself(state).values(), ("sure", "not sure"), strict=True) if every]
    return f"Right at the first try {', '.join(parts)}." if parts else ""


def _again(exercises, answers):
    """What was read from the notebooks, since the progress file did not have it; "" where nothing was."""
    if not exercises and not answers:
        return ""
    parts = [f"{exercises} exercise{'s' * (exercises != 1)}"] if exercises else []
    parts += [f"{answers} answer{'s' * (answers != 1)}"] if answers else []
    return (f"The progress file did not have {' and '.join(parts)} of yours: read again from your notebooks, without "
            "times and tries.")


def as_text(path):
    """The progress in a file as text."""
    return _bundle(path)["text/plain"]


def _bundle(path=None):
    try:
        path = path or place()
        found = rebuild(path) if path is not None else (0, 0)
        state = read(path) if path is not None else empty()
        folder = Path(os.getcwd()).name
        lesson = folder if folder in contents() else None
        table, plain = _report(state, lesson)
        step = next_step(state, lesson)
        again = _again(*found)
        where = f"Kept in {code_span(f'{path.parent.name}/{path.name}')}, on this machine only." if path else (
            "Nothing is kept for a notebook in this folder: `python -m course learn` gives you copies of your own.")
    except Exception as error:
        why = literal(f"{type(error).__name__}: {error}")
        state = empty()
        table, plain, step, again, where = "", [], "", "", f"The progress could not be read ({why})."
    said = f"Next: {step}" if step else ""
    sure = _sure(state)
    where = " ".join(filter(None, [again, where]))
    body = Markup('<span class="course-kind">Your progress</span>{}{}<p><strong>{}</strong></p>'
                  '<div class="course-status">{}</div>').format(
                      table, paragraph(sure) if sure else "", inline_html(said), inline_html(where))
    return {
        "text/plain": "\n".join(["Your progress", *plain, *filter(None, [sure]), text_plain(said), text_plain(where)]),
        "text/html": str(card_html(body, live=False, part="table")),
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

