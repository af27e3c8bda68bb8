"""review(): at most five items in two minutes, so that what was learned stays. Not graded.

In self-study an item comes back after 1, 3, 7, 21 and 60 days, and at once from the beginning where it went wrong:
questions, with their options in another order; a program with a fault that the learner once had; a function of the
learner's own to write again in two lines. In a class everybody has the same three questions of earlier lessons. All
that is kept is in the progress file.
"""

import ast
import inspect
import os
import random
import textwrap
import time
from datetime import date, timedelta
from pathlib import Path

from course import contents
from course.actions.check import quick, specifications
from course.answers import letter_of, value_of
from course.cards.keys import bank_entry, solution
from course.cards.question import QuestionCard, show_card
from course.cards.result import tell
from course.cards.solution import without_docstring
from course.cards.text import card_html
from course.checking.words import call_text
from course.contents import LETTERS
from course.notebook import in_notebook, show
from course.progress_file import alone, empty, number, place, read, record, write

DAY = 20 * 60 * 60        # seconds for which the same items stay; less than a day, for a later hour of the next one
DAYS = (1, 3, 7, 21, 60)  # after which an item comes back: the first time, the second, …
MOST = 5
HIDDEN = "With this input the program gives what is asked for."
NEVER = ("parts",)        # forms not asked again: what they ask about stands in the lesson
AGAIN = "again:"          # before a function's name: the item asks for it once more


# ------------------------------------------------------------------------------ what is asked

def questions(before):
    """{id: question} of the lessons before the one named, in the order of the lessons."""
    every = contents.questions()
    return {id: q for topic in contents.earlier(before) for id, q in every.items()
            if q["topic"] == topic and q.get("form") not in NEVER}


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


def overdue(entry, now):
    """For how many days an item is due; negative where it is not."""
    level = min(int(number(entry.get("level"))), len(DAYS) - 1)
    last = max(number(entry.get("last")), number(entry.get("reviewed")))
    return (now - last) / 86400 - DAYS[level] + 1 / 6


def due(state, now):
    """What is due: questions, faults, functions to write again; what went wrong first, then what is due longest."""
    every, found = contents.questions(), []
    for id, entry in state["questions"].items():
        asked = id in every and every[id]["topic"] not in contents.PAGES and every[id].get("form") not in NEVER
        if asked and (entry.get("answer") or entry.get("reviewed")):
            wrong = entry.get("review_right") is False or (not entry.get("reviewed") and entry.get("missed"))
            found.append((not wrong, -overdue(entry, now), id))
    exercises = []
    for name, entry in state["exercises"].items():
        if entry.get("passed") and contents.exercise_topics().get(name) not in (None, *contents.PAGES):
            told = [f"{name}/{mistake}" for mistake in entry.get("told", ()) if fault_card(name, mistake)]
            exercises.append((not told, -overdue(entry, now), told[0] if told else AGAIN + name))
    asked = [id for _, late, id in sorted(found) if late <= 0]
    faults = [id for _, late, id in sorted(exercises) if late <= 0 and "/" in id][:1]
    again = [id for _, late, id in sorted(exercises) if late <= 0 and id.startswith(AGAIN)][:1]
    return [*asked[:MOST - len(faults) - len(again)], *faults, *again]


def _today(lesson, self_study):
    """(ids to ask, when they were chosen): what was asked today, again, so that a second run does not change them."""
    every, path = questions(lesson), place()
    if not self_study or path is None:
        return fixed(every), 0
    try:
        state = read(path)
        asked = state["reviews"].get(lesson, {})
        ids = [id for id in asked.get("ids", []) if _known(id)]
        if ids and 0 <= time.time() - number(asked.get("at")) < DAY:
            return ids, number(asked["at"])
        now = round(time.time(), 1)
        ids = due(state, now) or chosen(every, state)
        if os.path.exists(path):
            with alone(path):                       # read anew: another notebook may have entered something meanwhile
                state = read(path)
                state["reviews"][lesson] = {"ids": ids, "at": now}
                write(path, state)
        return ids, now
    except Exception:
        return fixed(every), 0


def _known(id):
    return id.removeprefix(AGAIN).split("/")[0] in contents.exercise_topics() or id in contents.questions()


# ------------------------------------------------------------------------------ the cards

def question_card(id, at, letter=None):
    """A question of the course; with its options in an order of the day where `at` says when it was chosen."""
    question = contents.questions()[id]
    letters, draw = list(question["options"]), random.Random(f"{id} {at}")
    card = QuestionCard("review", id, question["stem"], {}, None, form=question.get("form", "letter"))
    card.sitting, card.heading = at, f"lesson {question['topic']}"
    for _ in range(20 if at else 1):
        if at:
            draw.shuffle(letters)
        card.originals = shown = dict(zip(LETTERS, letters, strict=False))
        item = card.known() if card.form == "order" else None
        if item is None or item["key"] != "".join(shown):      # an order that stands there already asks for nothing
            break
    card.options = {new: question["options"][old] for new, old in shown.items()}
    card.answer = value_of(card.form, letter) if letter is not None else None
    card.explained = bank_entry(id)[0] is not None
    return card


def fault_card(name, mistake, at=0, letter=None):
    """A program with a fault that the learner once had, and calls of which one shows it; None where there is none."""
    found, spec = solution(name), specifications(contents.exercise_topics()[name]).get(name)
    source = (found or {}).get("mistakes", {}).get(mistake)
    if source is None or spec is None:
        return None
    cases = [case for case in spec["cases"] if len(case["calls"]) == 1]
    texts = {case["name"]: call_text(case) for case in cases}
    show_it = [texts[case["name"]] for case in cases if mistake in case["mistakes"]]
    hide_it = [texts[case["name"]] for case in cases if mistake not in case["mistakes"]]
    both = set(show_it) & set(hide_it)                  # long arrays are shortened, and then two calls read alike
    show_it, hide_it = ([text for text in dict.fromkeys(texts) if text not in both] for texts in (show_it, hide_it))
    if not show_it or not hide_it:
        return None
    right = min(show_it, key=len)
    calls = [right, *hide_it[:3]]
    random.Random(f"{name} {mistake} {at}").shuffle(calls)
    program = "\n".join(without_docstring(source))
    card = QuestionCard("review", f"{name}/{mistake}", f"This program has a fault that you once had in `{name}`. Which "
                        f"input shows it?\n\n```\n{program}\n```",
                        {new: f"`{text}`" for new, text in zip(LETTERS, calls, strict=False)}, letter)
    card.sitting, card.heading = at, f"lesson {contents.exercise_topics()[name]}"
    why = spec["mistakes"].get(mistake, {}).get("message", "")
    key = LETTERS[calls.index(right)]
    card.item = {"key": key, "options": {new: {"why": why if new == key else HIDDEN} for new in card.options}}
    return card


def again_text(name):
    """What the item says that asks for a function once more."""
    return (f"**Write `{name}` again**, lesson {contents.exercise_topics()[name]}: from memory, in a cell of its own, "
            f"as a function of the name `again`, with a body of at most two lines. Then run `review(again)`.")


def cards(lesson, answers=(), only_due=False):
    """What there is to review today: QuestionCards, and texts for functions to write again."""
    if only_due:
        at, path = round(time.time(), 1), place()
        ids = due(read(path), at) if path is not None and path.is_file() else []
    else:
        ids, at = _today(lesson, bool(os.environ.get("COURSE_KEYS")))
    letters, made = [*answers, *[None] * len(ids)], []
    for id in ids:
        if id.startswith(AGAIN):
            made.append(again_text(id.removeprefix(AGAIN)))
            continue
        letter = letters.pop(0)
        card = fault_card(*id.split("/"), at, letter_of(str(letter))) if "/" in id else question_card(id, at, letter)
        if card is not None:
            made.append(card)
    for i, card in enumerate(made, 1):
        if isinstance(card, QuestionCard):
            card.heading = f"Review {i} of {len(made)} · {card.heading}"
    return made


# ------------------------------------------------------------------------------ days kept

def kept(state, today=None):
    """(days in a row up to today or yesterday, days in all) on which something was reviewed."""
    today = today or date.today()
    times = [when for kind in ("questions", "exercises") for entry in state[kind].values()
             for when in entry.get("reviews", ())]
    days = {date.fromtimestamp(number(when)) for when in times}
    at = today if today in days else today - timedelta(days=1)
    row = 0
    while at in days:
        row, at = row + 1, at - timedelta(days=1)
    return row, len(days)


def kept_text():
    """Days kept, in a sentence; "" before the first."""
    path = place()
    row, total = kept(read(path)) if path is not None and path.is_file() else (0, 0)
    if not total:
        return ""
    return f"You have reviewed on {total} day{'s' * (total != 1)}{f', {row} in a row' if row > 1 else ''}."


# ------------------------------------------------------------------------------ what a learner calls

def review(lesson=None, answers="", **strange):
    """Ask what is worth asking again: at most five items. Not graded.

    Parameters
    ----------
    lesson : str or function
        This lesson's name; or the function `again` that you wrote for a review.
    answers : str or list
        Your letters, as in answers="BCA", where a click on an option does not work; a list where one of them is a
        number, a set or an order: answers=["B", 0.5, "AC"].
    """
    try:
        if callable(lesson):
            _written_again(lesson)
            return
        _review(str(lesson or Path(os.getcwd()).name), answers if isinstance(answers, (str, list, tuple)) else "")
    except Exception as error:
        print(f"review: there are no questions to show ({type(error).__name__}: {error}).")


def _review(lesson, answers):
    if isinstance(answers, str):
        answers = [letter for letter in answers.upper() if letter in LETTERS]
    made = cards(lesson, answers)
    if not made:
        said = "No review: nothing is due, and there is no earlier lesson here."
        show({"text/plain": said, "text/html": str(card_html(said, live=False))})
        return
    for card in made:
        if isinstance(card, str):
            tell(card)
            continue
        card.count()
        show_card(card)
        card.note()
    said = kept_text()
    if said and in_notebook() is not None:
        tell(said)


def _written_again(function):
    """Check a function that was written again: of which exercise, the items of today say."""
    path = place()
    state, now = read(path) if path else empty(), time.time()
    ids = [id for entry in state["reviews"].values() if 0 <= now - number(entry.get("at")) < DAY
           for id in entry.get("ids", ())]
    # those that the terminal's review asks for are not kept
    asked = [id.removeprefix(AGAIN) for id in dict.fromkeys([*due(state, now), *ids]) if id.startswith(AGAIN)]
    if not asked:
        tell("No function is to be written again today.")
        return
    right = next((name for name in reversed(asked) if quick(name, function)[0]), None)
    lines = body_lines(function)
    if right is None:
        name = asked[-1]
        tell(f"This does not pass the check of `{name}`: {quick(name, function)[1]}", "bad")
    elif lines is not None and lines > 2:
        tell(f"Right, and in {lines} lines. Two are enough: can you see how?", "bad")
    else:
        tell(f"Right: this is `{right}`, in two lines at most.", "ok")
        record("practice", right, right=True)


def body_lines(function):
    """How many lines the body of a function has, without docstring and comments; None where its text is not known."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return None
    made = tree.body[0]
    if not isinstance(made, ast.FunctionDef):
        return 1
    first = made.body[0].lineno if ast.get_docstring(made) is None else made.body[0].end_lineno + 1
    lines = source.split("\n")[first - 1:made.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)
