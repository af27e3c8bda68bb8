"""The question banks: stems, options, keys and rationales."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from autograder.lessons import catalogue
from autograder.screen import Problem
from course.contents import LETTERS

KINDS = ("recall", "predict", "plot", "bug", "choose")


@dataclass(frozen=True)
class Option:
    text: str
    why: str
    misconception: str = ""


@dataclass(frozen=True)
class Question:
    id: str
    topic: str
    kind: str
    stem: str
    options: dict[str, Option]
    key: str
    line: int = 0


class BankError(Problem):
    """A question that cannot be used; the message says where."""


def bank_path(topic: str, root: Path | None = None) -> Path:
    """The bank of a lesson: the class's own in ``private/quizzes`` under its root if there is one, else the public one.

    The root is the checkout's, or that of a course of somebody's own, where no other is given.
    """
    private = Path(root or catalogue.home(topic)) / "private" / "quizzes" / f"{topic}.yaml"
    return private if private.exists() else catalogue.folder(topic) / "quiz.yaml"


def load_bank(topic: str, root: Path | None = None) -> dict[str, Question]:
    """{question id: Question} of a lesson, in its order. Raises BankError with file and line."""
    path = bank_path(topic, root)
    return read_bank(path, topic, path.stat().st_mtime_ns) if path.exists() else {}


def bank_name(path: Path) -> str:
    """How messages call a bank: loss/quiz.yaml, or quizzes/loss.yaml where a class has its own."""
    return f"{path.parent.name}/{path.name}"


@functools.lru_cache(maxsize=64)
def read_bank(path: Path, topic: str, changed: int | None = None) -> dict[str, Question]:
    """The questions of one file; `changed` is its time, so that what was read before is read anew after a change."""
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text)
        entries = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise BankError(f"{bank_name(path)}: {error}") from error
    bank: dict[str, Question] = {}
    for node, entry in zip(root.value if root else [], entries, strict=True):
        line = node.start_mark.line + 1
        question = _question(entry, topic, f"{bank_name(path)}:{line}", line)
        if question.id in bank:
            raise BankError(f"{bank_name(path)}:{question.line}: the id {question.id!r} stands here a second time")
        bank[question.id] = question
    return bank


def _question(entry: Any, topic: str, where: str, line: int) -> Question:
    missing = {"id", "kind", "stem", "options", "key"} - set(entry)
    if missing:
        raise BankError(f"{where}: a question without {', '.join(sorted(missing))}")
    name = f"{where}: {entry['id']}"
    if entry["kind"] not in KINDS:
        raise BankError(f"{name}: kind is one of {', '.join(KINDS)}")
    if tuple(entry["options"]) != LETTERS:
        raise BankError(f"{name}: the options are A, B, C and D")
    if entry["key"] not in LETTERS:
        raise BankError(f"{name}: the key is one of A, B, C and D")
    options = {}
    for letter, option in entry["options"].items():
        if not option.get("text") or not option.get("why"):
            raise BankError(f"{name}: option {letter} has no {'text' if not option.get('text') else 'rationale'}")
        wrong = letter != entry["key"]
        if wrong != bool(option.get("misconception")):
            raise BankError(f"{name}: option {letter} " + (
                "is wrong and names no misconception" if wrong else "is the key and names a misconception"))
        options[letter] = Option(str(option["text"]).strip(), str(option["why"]).strip(),
                                 option.get("misconception", ""))
    if len({o.text for o in options.values()}) < 4:
        raise BankError(f"{name}: two options say the same")
    return Question(entry["id"], topic, entry["kind"], entry["stem"].strip(), options, entry["key"], line)
