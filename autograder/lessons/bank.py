"""The question banks: stems, options, keys and rationales."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from autograder.lessons import catalogue
from autograder.lessons.catalogue import LessonFault
from autograder.screen import near
from course.contents import LETTERS

KINDS = ("recall", "predict", "plot", "bug", "choose")
FIELDS = ("id", "kind", "stem", "options", "key")
OPTION_FIELDS = ("text", "why", "misconception")


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


class BankError(LessonFault):
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
    """How messages call a bank: loss/quiz.yaml, or private/quizzes/loss.yaml where a class has its own."""
    return f"{'private/' * (path.parent.name == 'quizzes')}{path.parent.name}/{path.name}"


def yaml_fault(error: yaml.YAMLError, first: int = 1) -> tuple[int, str]:
    """(line, reason in one sentence) of an error of YAML, in a text whose first line has the number `first`."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    if "mapping values" in reason:
        reason += " (a text with a colon needs quotes around it)"
    return first + (mark.line if mark else 0), "not YAML: " + " ".join(reason.split())


@functools.lru_cache(maxsize=64)
def read_bank(path: Path, topic: str, changed: int | None = None) -> dict[str, Question]:
    """The questions of one file; `changed` is its time, so that what was read before is read anew after a change."""
    text = path.read_text(encoding="utf-8")
    bank: dict[str, Question] = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        line, reason = yaml_fault(error)
        raise BankError(f"{bank_name(path)}:{line}: {reason}") from error
    if root is None:
        return bank
    if not isinstance(root, yaml.SequenceNode):
        raise BankError(f"{bank_name(path)}:1: a list of questions is asked for, each beginning with `- id: …`")
    for node in root.value:
        question = _Reader(bank_name(path), node).question(topic)
        if question.id in bank:
            raise BankError(f"{bank_name(path)}:{question.line}: the id {question.id!r} stands here a second time")
        bank[question.id] = question
    return bank


class _Reader:
    """Reads one question from its YAML, and refuses with the line of the field that is wrong."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        self.file, self.node, self.name = file, node, ""

    def fail(self, node: yaml.Node, text: str) -> NoReturn:
        raise BankError(f"{self.file}:{node.start_mark.line + 1}: {self.name}{text}")

    def fields(self, node: yaml.Node, known: Sequence[str], what: str) -> dict[str, yaml.Node]:
        """{name: node} of a mapping whose names are all known, each once."""
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, f"{what} is a mapping with {', '.join(known)}")
        found = {}
        for key, value in node.value:
            if key.value in found:
                self.fail(key, f"{what} has {key.value!r} twice")
            if key.value not in known:
                self.fail(key, f"{what} has no field {key.value!r}{near(key.value, known)} "
                               f"(there are {', '.join(known)})")
            found[key.value] = value
        return found

    def text(self, node: yaml.Node, what: str) -> str:
        """The text of a field, stripped. A bare yes, no or null is none: YAML takes it for something else."""
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, f"{what} is a text")
        if node.tag.rpartition(":")[2] in ("bool", "null") and node.value:
            self.fail(node, f"{what} is the bare word {node.value}, which YAML does not take for text: quote it")
        return str(node.value).strip()

    def question(self, topic: str) -> Question:
        fields = self.fields(self.node, FIELDS, "a question")
        missing = [field for field in FIELDS if field not in fields]
        if "id" in fields:
            id_ = self.text(fields["id"], "an id")
            self.name = f"{id_}: "
            if not re.fullmatch(r"[a-z0-9_-]{1,64}", id_):
                self.fail(fields["id"], "an id is of a-z, 0-9, - and _")
        if missing:
            self.fail(self.node, f"a question without {', '.join(missing)}")
        kind, stem, key = (self.text(fields[field], f"the {field}") for field in ("kind", "stem", "key"))
        if kind not in KINDS:
            self.fail(fields["kind"], f"kind is one of {', '.join(KINDS)}, not {kind!r}{near(kind, KINDS)}")
        if not stem:
            self.fail(fields["stem"], "the stem is empty")
        options = self.options(fields["options"])
        if key not in LETTERS:
            self.fail(fields["key"], f"the key is one of A, B, C and D, not {key!r}{near(key, LETTERS)}")
        self.one_key(fields, options, key)
        if len({option.text for option in options.values()}) < len(options):
            self.fail(fields["options"], "two options say the same")
        return Question(id_, topic, kind, stem, options, key, self.node.start_mark.line + 1)

    def options(self, node: yaml.Node) -> dict[str, Option]:
        if not isinstance(node, yaml.MappingNode) or tuple(key.value for key, _ in node.value) != LETTERS:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            here = ", ".join(str(key.value) for key, _ in pairs) or f"a {node.tag.rpartition(':')[2]}"
            self.fail(node, f"the options are A, B, C and D, in this order; here: {here}")
        options = {}
        for key, value in node.value:
            fields = self.fields(value, OPTION_FIELDS, f"option {key.value}")
            texts = {field: self.text(part, f"option {key.value}: {field}") for field, part in fields.items()}
            for field, what in (("text", "text"), ("why", "rationale (why)")):
                if not texts.get(field):
                    self.fail(key, f"option {key.value} has no {what}")
            options[key.value] = Option(texts["text"], texts["why"], texts.get("misconception", ""))
        return options

    def one_key(self, fields: dict[str, yaml.Node], options: dict[str, Option], key: str) -> None:
        """Every wrong option names the misconception behind it, and the key names none."""
        right = [letter for letter, option in options.items() if not option.misconception]
        if len(right) == 1 and right[0] != key:
            self.fail(fields["key"], f"the key is {key}, but option {right[0]} alone names no misconception: "
                                     f"is the key {right[0]}?")
        lines = {letter.value: letter for letter, _ in fields["options"].value}
        for letter, option in options.items():
            if (letter != key) != bool(option.misconception):
                self.fail(lines[letter], f"option {letter} is " + (
                    "wrong and names no misconception" if letter != key else "the key and names a misconception"))
