"""`python -m course progress`: show it in a terminal, put it into a file to take along, and take it back from one.
`python -m course review`: what is due today, in a terminal.
"""

import json
import os
import time
from pathlib import Path

from course.actions.review import cards, kept_text
from course.answers import SURE, how, value_of
from course.cards.progress import as_text
from course.cards.text import text_plain
from course.contents import questions
from course.notebook import say
from course.progress_file import FILE, alone, put, read, taken, upgraded, write

A_DAY = 86_400             # by which the clock of another machine may be ahead


def add_parser(parts):
    made = parts.add_parser("progress", help="show your progress, or take it along in a file", description="Show what "
                            "is done in each lesson. With --to, copy that to a file; with --from, take it from one, or "
                            "add what you answered on the course's pages.")
    made.add_argument("--work", metavar="FOLDER", help="where your notebooks are (default: work, beside the lessons)")
    way = made.add_mutually_exclusive_group()
    way.add_argument("--to", metavar="FILE", help="copy your progress to this file, for another machine")
    way.add_argument("--from", dest="source", metavar="FILE", help="take your progress from this file; what is there "
                     "is kept under another name. Of answers from the course's pages: add them")


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
    found = _json(source)
    answers = isinstance(found, dict) and "answers" in found
    state = events_of(found, source) if answers else _checked(source)
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {path.parent} yet: run `python -m course learn` first.")
    with alone(path):
        if answers:
            _take_answers(state, path)
            return
        if path.is_file():
            kept = path.with_name(f"progress-before-{time.strftime('%Y%m%d-%H%M%S')}.json")
            put(path, kept)
            say(f"What was there is kept in {kept}.")
        write(path, state)
    say(f"Your progress is now as in {source}.")


def _take_answers(events, path):
    """Enter what was answered on the course's pages into the progress file, beside what it has."""
    state = read(path)
    added = [event for event in events if taken(state, **event)]
    if added:
        write(path, state)
    which = len({(event["kind"], event["id"]) for event in added})
    say(f"Added to your progress: what you answered on {which} card{'s' * (which != 1)} of the pages." if added else
        "Your progress has all of that already.")


def events_of(found, source):
    """[what `taken` takes] of a file with the answers given on the course's pages, in the order of their times.

    Raises ValueError with a sentence; nothing is read of a file of which one entry makes no sense. What the course
    does not ask (any more) is left out.
    """
    known, events = questions(), []
    entries = found.get("events") if found["answers"] == 1 else None
    if not isinstance(entries, list):
        raise ValueError(f"{source} is no file of answers of this course, or one of a later version.")
    for number, entry in enumerate(entries, 1):
        entry = entry if isinstance(entry, dict) else {}
        kind, id, topic, at = (entry.get(name) for name in ("kind", "id", "topic", "at"))
        if kind == "question" and isinstance(id, str) and id not in known:
            continue
        form = known.get(id, {}).get("form", "letter") if isinstance(id, str) else None
        answer = value_of(form, entry.get("answer")) if form and isinstance(entry.get("answer"), str) else None
        whole = kind in ("question", "prediction") and isinstance(topic, str) and answer and entry.get("right") in (
            True, False, None) and entry.get("sure") in (*SURE, None)
        if not whole or isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 < at < time.time() + A_DAY:
            raise ValueError(f"{source}: entry {number} is no answer. Nothing was taken from the file.")
        facts = {"sure": entry.get("sure"), "topic": topic}
        if kind == "prediction":
            facts["guess"] = answer
        else:
            facts |= {"answer": answer, "right": entry.get("right")}
        events.append({"kind": kind, "id": id, "when": at, "facts": facts})
    return sorted(events, key=lambda event: event["when"])


def _json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None


def _checked(path):
    """The state in a file. Raises ValueError for one that holds no progress."""
    try:
        return upgraded(_json(path))
    except ValueError:
        raise ValueError(f"{path} is no progress file of this course, or one of a later version.") from None
