"""`python -m course progress`: show it in a terminal, put it into a file to take along, and take it back from one.
`python -m course review`: what is due today, in a terminal.
"""

import json
import os
import time
from pathlib import Path

from course.actions.review import cards, kept_text
from course.answers import how, value_of
from course.cards.progress import as_text
from course.cards.text import text_plain
from course.notebook import say
from course.progress_file import FILE, alone, put, upgraded, write


def add_parser(parts):
    made = parts.add_parser("progress", help="show your progress, or take it along in a file", description="Show what "
                            "is done in each lesson. With --to, copy that to a file; with --from, take it from one.")
    made.add_argument("--work", metavar="FOLDER", help="where your notebooks are (default: work, beside the lessons)")
    way = made.add_mutually_exclusive_group()
    way.add_argument("--to", metavar="FILE", help="copy your progress to this file, for another machine")
    way.add_argument("--from", dest="source", metavar="FILE", help="take your progress from this file; what is there "
                     "is kept under another name")


def add_review(parts):
    made = parts.add_parser("review", help="review what is due, in two minutes", description="Ask what is due today: "
                            "at most five items. Answer with a letter; an empty line ends it.")
    made.add_argument("--work", metavar="FOLDER", help="where your notebooks are (default: work, beside the lessons)")


def review(work, keys, ask=input):
    """Ask what is due, one item after the other. Where the keys are is in `keys`, None where there are none."""
    os.environ["COURSE_PROGRESS"] = str(work / FILE)
    if keys is not None:
        os.environ["COURSE_KEYS"] = str(keys)
    made = cards("", only_due=True)
    say(f"{len(made)} to review." if made else "Nothing is due today.")
    for card in made:
        if isinstance(card, str):
            say(f"\n{text_plain(card)}")
            continue
        say(f"\n{card.plain()}")
        while not (card.tries > 1 or card.answer is not None and (card.verdict() or {"right": True})["right"]):
            try:
                typed = ask("Your letter: " if card.form == "letter" else "Your answer: ").strip()
            except EOFError:
                return
            if not typed:
                return
            answer = typed.upper()[:1] if card.form == "letter" else value_of(card.form, typed)
            if answer is None:
                say(f"Write {how(card.form)}.")
            elif (answer in card.options or card.form != "letter") and answer != card.answer:
                card.answer = answer
                card.count()
                card.note()
                say(told(card))
    say(kept_text())


def told(card):
    """What a terminal shows after an answer."""
    verdict = card.verdict()
    if verdict is None:
        return "Noted."
    whys = [text_plain(why, "  ") for _, _, why in verdict["told"] if why]
    return "\n".join([card.verdict_line(verdict), *whys])


def run(arguments, work):
    """Do what was asked for. Raises ValueError or OSError with a sentence.

    Parameters
    ----------
    work : Path
        The folder of the learner's notebooks.
    """
    path = work / FILE
    if arguments.to:
        _copy_to(path, Path(arguments.to).expanduser())
    elif arguments.source:
        _take_from(Path(arguments.source).expanduser(), path)
    else:
        say(as_text(path))


def _copy_to(path, target):
    if not path.is_file():
        raise ValueError(f"There is no progress yet: {path} is not there.")
    if target.is_dir():
        target = target / FILE
    if target.exists() and target.resolve() == path.resolve():
        raise ValueError("That is the progress file itself. Name another one.")
    if target.exists():
        raise ValueError(f"{target} is there already. Name another file.")
    write(target, _checked(path))
    say(f"Copied your progress to {target}. Take it back with: python -m course progress --from {target}")


def _take_from(source, path):
    if source.is_dir():
        source = source / FILE
    state = _checked(source)
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {path.parent} yet: run `python -m course learn` first.")
    with alone(path):
        if path.is_file():
            kept = path.with_name(f"progress-before-{time.strftime('%Y%m%d-%H%M%S')}.json")
            put(path, kept)
            say(f"What was there is kept in {kept}.")
        write(path, state)
    say(f"Your progress is now as in {source}.")


def _checked(path):
    """The state in a file. Raises ValueError for one that holds no progress."""
    try:
        return upgraded(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        raise ValueError(f"{path} is no progress file of this course, or one of a later version.") from None
