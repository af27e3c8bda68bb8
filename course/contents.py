"""What the course holds: its lessons in their order, and which exercise and which question stands in which of them.

This is the one list of lessons, and the one place that knows the letters of a question's options. A lesson is named by
its topic (`loss`), the same in every folder; nbgrader calls it an assignment.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LETTERS = ("A", "B", "C", "D")
DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Lesson:
    """One lesson: its topic, whether it counts, and how many of each `verify` asks for at least.

    A page stands before the lessons and is none of them: it counts nothing, and no lesson builds on it.
    """

    topic: str
    graded: bool = True
    page: bool = False
    mistakes: int = 5           # of each exercise
    alternatives: int = 2       # right programs of each exercise
    questions: int = 10


LESSONS = (
    Lesson("start", graded=False, page=True, questions=1),
    Lesson("numpy", graded=False, page=True, mistakes=2, questions=0),
    Lesson("loss"),
    Lesson("weights"),
    Lesson("activations"),
    Lesson("gradients"),
    Lesson("initialization"),
    Lesson("frameworks"),
)
TOPICS = tuple(lesson.topic for lesson in LESSONS)
PAGES = tuple(lesson.topic for lesson in LESSONS if lesson.page)


def lesson(topic: str) -> Lesson:
    """The entry of a topic; for a lesson of somebody's own course, which stands in no list, one that counts."""
    return next((entry for entry in LESSONS if entry.topic == topic), Lesson(topic, questions=0))


def earlier(topic: str) -> tuple[str, ...]:
    """The topics before this one, all for a topic that is not in the list. Pages are left out."""
    before = TOPICS[:TOPICS.index(topic)] if topic in TOPICS else TOPICS
    return tuple(name for name in before if name not in PAGES)


def folders() -> list[Path]:
    """Where the public data of lessons are: this package's, then a course's own, which COURSE_DATA names."""
    own = os.environ.get("COURSE_DATA")
    return [DATA, *([Path(own)] if own else [])]


def read_data(name: str) -> dict[str, Any]:
    """A data file as a dict, those of all folders together; {} where there is none that can be read."""
    found: dict[str, Any] = {}
    for folder in folders():
        try:
            part = json.loads((folder / name).read_text(encoding="utf-8"))
            found |= part if isinstance(part, dict) else {}
        except (OSError, ValueError):
            continue
    return found


def exercise_topics() -> dict[str, str]:
    """{exercise: topic} of all lessons, in the course's order."""
    return read_data("exercises/index.json")


def questions() -> dict[str, dict[str, Any]]:
    """{question: {"topic", "stem", "options"}} of all lessons, in the course's order; "form" where it is not a letter,
    and of parts "asked", how many. No key is in it."""
    return {id: question for id, question in read_data("questions.json").items()
            if isinstance(question, dict) and question.get("topic")}


def contents() -> dict[str, dict[str, list[str]]]:
    """{topic: {"exercises": [names], "questions": [ids]}} of the lessons that hold any, pages left out."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, topic in exercise_topics().items():
        found.setdefault(topic, {"exercises": [], "questions": []})["exercises"].append(name)
    for id, question in questions().items():
        found.setdefault(question["topic"], {"exercises": [], "questions": []})["questions"].append(id)
    order = [topic for topic in TOPICS if topic in found]
    return {topic: found[topic] for topic in order + sorted(set(found) - set(order)) if topic not in PAGES}
