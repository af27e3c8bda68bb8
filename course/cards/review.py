"""review("weights"): three questions from the lessons before this one, so that what was learned stays.

In self-study those that went wrong come first, then those not seen for longest; in a class everybody has the same
three. Nothing is graded.
"""

import os
import time
from pathlib import Path

from course import contents
from course.cards.keys import bank_entry
from course.cards.question import QuestionCard, show_card
from course.cards.text import card_html
from course.contents import LETTERS
from course.notebook import show
from course.progress_file import alone, number, place, read, write

DAY = 20 * 60 * 60        # seconds for which the same three questions stay


def questions(before):
    """{id: question} of the lessons before the one named, in the order of the lessons."""
    every = contents.questions()
    return {id: q for topic in contents.earlier(before) for id, q in every.items() if q["topic"] == topic}


def fixed(every, n=3):
    """The same n questions for everybody, spread over what there is, the last lesson's included."""
    ids = list(every)
    return [ids[(2 * i + 1) * len(ids) // (2 * n)] for i in range(n)] if len(ids) > n else ids


def chosen(every, state, n=3):
    """The n questions that need it most: missed last time, then never seen or longest not seen."""
    def need(id):
        seen = state["questions"].get(id, {})
        last = max(number(seen.get("last")), number(seen.get("reviewed")))
        right = seen["review_right"] if seen.get("reviewed") else seen.get("right")
        return (right is not False, last)
    ids = list(every)
    spread = sorted(ids, key=lambda id: ((ids.index(id) * 7) % len(ids)))     # ties: not all from the first lesson
    return sorted(spread, key=need)[:n]


def _today(every, lesson, self_study):
    """The ids to ask: what was asked today, again, so that running the cell twice does not change them."""
    path = place()
    if not self_study or path is None:
        return fixed(every)
    try:
        state = read(path)
        asked = state["reviews"].get(lesson, {})
        ids = [id for id in asked.get("ids", []) if id in every]
        if len(ids) == min(3, len(every)) and 0 <= time.time() - number(asked.get("at")) < DAY:
            return ids
        ids = chosen(every, state)
        if os.path.exists(path):
            state["reviews"][lesson] = {"ids": ids, "at": round(time.time(), 1)}
            with alone(path):
                write(path, state)
        return ids
    except Exception:
        return fixed(every)


def review(lesson=None, answers="", **strange):
    """Ask three questions about the lessons before this one. Not graded.

    Parameters
    ----------
    lesson : str
        This lesson's name.
    answers : str
        Your letters, as in answers="BCA", where a click on an option does not work.
    """
    try:
        _review(str(lesson or Path(os.getcwd()).name), answers if isinstance(answers, str) else "")
    except Exception as error:
        print(f"review: there are no questions to show ({type(error).__name__}: {error}).")


def _review(lesson, answers):
    every = questions(lesson)
    if not every:
        said = "No review: there is no earlier lesson here."
        show({"text/plain": said, "text/html": str(card_html(said, live=False))})
        return
    ids = _today(every, lesson, self_study=bool(os.environ.get("COURSE_KEYS")))
    letters = [letter for letter in answers.upper() if letter in LETTERS]
    for i, id in enumerate(ids):
        question = every[id]
        card = QuestionCard("review", id, question["stem"], dict(question["options"]), (letters + [None] * 3)[i])
        card.heading = f"Review {i + 1} of {len(ids)} · lesson {question['topic']}"
        card.explained = bank_entry(id)[0] is not None
        show_card(card)
        card.note()
