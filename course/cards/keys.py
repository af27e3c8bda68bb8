"""Keys, explanations and solutions, where they are on this machine: in the folder that COURSE_KEYS names.

    TOPIC/quiz.yaml         the question bank, with keys and rationales
    TOPIC/solutions.json    {exercise: {source, remarks: [[line, text]], others: [source], mistakes: {id: source}}}

In self-study `python -m course learn` makes the folder and names it. A class has none before the date on which its
instructor gives it out. Nothing of it is in this package.
"""

import functools
import json
import os
from pathlib import Path

from course.contents import LETTERS


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
        if item and str(item.get("key")) in LETTERS and isinstance(item.get("options"), dict):
            return item, topic
    return None, None


@functools.lru_cache(maxsize=32)
def _solutions(path, changed):
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def solution(exercise):
    """The published solution of an exercise: a dict as above, or None where it is not at hand."""
    for path in _files("solutions.json").values():
        try:
            found = _solutions(str(path), path.stat().st_mtime_ns).get(exercise)
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            return found
    return None
