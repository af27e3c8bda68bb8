"""The question banks: stems, options, keys and rationales."""

import functools
from dataclasses import dataclass

import yaml

from autograder.lesson import ROOT

LETTERS = ("A", "B", "C", "D")
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
    options: dict
    key: str
    line: int = 0


class BankError(ValueError):
    """A question that cannot be used; the message says where."""


def bank_path(topic):
    """The bank of a lesson: the class's own in ``private/quizzes`` if there is one, else the public one."""
    private = ROOT / "private" / "quizzes" / f"{topic}.yaml"
    return private if private.exists() else ROOT / "autograder" / "quizzes" / f"{topic}.yaml"


@functools.cache
def load_bank(topic, path=None):
    """{question id: Question} of a lesson, in its order. Raises BankError with file and line."""
    path = path or bank_path(topic)
    if not path.exists():
        return {}
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise BankError(f"{path.name}: {error}") from error
    bank = {}
    for node, entry in zip(root.value if root else [], entries, strict=True):
        question = _question(entry, topic, f"{path.name}:{node.start_mark.line + 1}", node.start_mark.line + 1)
        if question.id in bank:
            raise BankError(f"{path.name}:{question.line}: the id {question.id!r} stands here a second time")
        bank[question.id] = question
    return bank


def _question(entry, topic, where, line):
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
