"""Keys, explanations and solutions, where they are on this machine: in the folder that COURSE_KEYS names.

    TOPIC/quiz.yaml         the question bank, with keys and rationales
    TOPIC/solutions.json    {exercise: {source, remarks: [[line, text]], others: [source], mistakes: {id: source}}}, of
                            one with variants {exercise: {"variants": {framework: the same, with its imports}}}

In self-study `python -m course learn` makes the folder and names it. A class has none before the date on which its
instructor gives it out. Nothing of it is in this package.
"""

import functools
import json
import os
from pathlib import Path

from course.answers import FORMS, parts_said, same_answer, value_of


def folder():
    """The folder with the keys; None in a class."""
    named = os.environ.get("COURSE_KEYS")
    return Path(named) if named else None


def _files(name):
    """{topic: file} of what is there."""
    return {path.parent.name: path for path in sorted(folder().glob(f"*/{name}"))} if folder() else {}


@functools.lru_cache(maxsize=32)
def _bank(path, changed):
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    items = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=loader) or []
    return {str(item["id"]): item for item in items if isinstance(item, dict) and "id" in item}


def bank_entry(id):
    """The question of that id with its key and explanations, and its topic; (None, None) where they are not at hand.

    A bank that cannot be read is as good as none: an answer is recorded all the same.
    """
    for topic, path in _files("quiz.yaml").items():
        try:
            item = _bank(str(path), path.stat().st_mtime_ns).get(id)
        except Exception:
            continue
        if item and _whole(item):
            return item, topic
    return None, None


def _whole(item):
    """Whether an answer can be held against an entry: its form, its key, and what is said of wrong answers."""
    told = item.get("options") if form_in(item) == "letter" else item.get("wrong")
    return form_in(item) in FORMS and key_of(item) is not None and isinstance(told, (dict, list))


def form_in(item):
    return str(item.get("form", "letter"))


def key_of(item):
    """The key of an entry, as answers are spelt."""
    return value_of(form_in(item), item.get("key"))


def is_right(item, answer):
    return _same(item, answer, key_of(item))


def _same(item, answer, value):
    tolerance = item.get("tolerance", 0)
    tolerance = tolerance if isinstance(tolerance, (int, float)) else 0
    return value is not None and same_answer(form_in(item), answer, value, tolerance)


def why_of(item, answer):
    """What an entry says of an answer; "" for one that it does not know."""
    if form_in(item) == "letter":
        return str(item["options"].get(answer, {}).get("why", "")).strip()
    if form_in(item) == "parts":
        wrong = [(value_of("parts", known.get("value")), str(known.get("why", "")).strip()) for known in item["wrong"]
                 if isinstance(known, dict)]
        return parts_said(answer, key_of(item), str(item.get("why", "")).strip(), [pair for pair in wrong if pair[0]])
    if is_right(item, answer):
        return str(item.get("why", "")).strip()
    known = [wrong for wrong in item["wrong"] if isinstance(wrong, dict)
             and _same(item, answer, value_of(form_in(item), wrong.get("value")))]
    return str(known[0].get("why", "")).strip() if known else ""


@functools.lru_cache(maxsize=32)
def _solutions(path, changed):
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def solution(exercise, variant=None):
    """The published solution of an exercise: a dict as above, or None where it is not at hand.

    variant : the framework that the notebook has chosen; without it there is none of an exercise with variants
    """
    return solutions(variant).get(exercise)


def solution_files():
    """(file, when it was changed) of every published set of solutions."""
    return [(str(path), path.stat().st_mtime_ns) for path in _files("solutions.json").values()]


def solutions(variant=None):
    """{exercise: published solution} of all lessons that are at hand, of exercises with variants in one framework."""
    found = {}
    for path, changed in solution_files():
        try:
            found |= {name: item for name, item in _in(_solutions(path, changed), variant).items()
                      if isinstance(item, dict) and isinstance(item.get("source"), str)}
        except (OSError, ValueError):
            continue
    return found


def _in(items, variant):
    return {name: item["variants"].get(str(variant)) if isinstance(item, dict) and "variants" in item else item
            for name, item in items.items()}
