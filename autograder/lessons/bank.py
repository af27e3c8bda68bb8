"""The question banks: stems, options, keys and rationales."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import yaml

from autograder.lessons import catalogue
from autograder.lessons.catalogue import LessonFault
from autograder.problems import near
from course.answers import NOT_KNOWN, how, items_of, parts_said, same_answer, share_of, spoken, value_of
from course.contents import LETTERS

KINDS = ("recall", "predict", "plot", "bug", "choose")
FORMS = ("letter", "number", "set", "order", "parts")     # what an answer looks like
FIELDS = ("id", "kind", "form", "stem", "options", "key", "why", "tolerance", "wrong")
NEEDED = {"letter": ("options", "key"), "number": ("key", "why", "tolerance", "wrong"),
          "set": ("options", "key", "why", "wrong"), "order": ("options", "key", "why", "wrong"),
          "parts": ("key", "why", "wrong")}
OPTION_FIELDS = ("text", "why", "misconception")
WRONG_FIELDS = ("value", "why", "misconception")
OTHER = "other"                                   # a wrong answer that no author thought of
PLACE = "after"                 # of a class's own question: the exercise or question that it comes after


@dataclass(frozen=True)
class Option:
    text: str
    why: str
    misconception: str = ""


@dataclass(frozen=True)
class Wrong:
    """A usual wrong answer to a question that is not answered by one letter."""

    value: str
    why: str
    misconception: str


@dataclass(frozen=True)
class Question:
    """A question. Keys and values are texts in one spelling: "B", "2.3026", "AC", "BDAC", "7: C, 12: A"."""

    id: str
    topic: str
    kind: str
    stem: str
    options: dict[str, Option]          # {} where a number or parts are asked for
    key: str
    line: int = 0
    after: str = ""             # of a class's own, where it is new: what it comes after
    own: bool = False           # from private/quizzes
    form: str = "letter"
    tolerance: float = 0.0              # of a number: by how much an answer may differ from the key
    why: str = ""                       # why the key is right, where no option says it
    wrong: tuple[Wrong, ...] = ()       # the usual wrong answers, where no option is one

    def is_right(self, answer: str) -> bool:
        return same_answer(self.form, answer, self.key, self.tolerance)

    def share(self, answer: str) -> float:
        """What an answer is worth, 0 to 1."""
        return share_of(self.form, answer, self.key, self.tolerance)

    def group(self, answer: str) -> str:
        """The one of `values()` that an answer is, or OTHER. Of parts the first wrong one that is in it."""
        if self.form == "letter":
            return answer
        if self.form == "parts" and answer:
            given = items_of(answer).items()
            return next((value for value in self.values() if value == answer or value != self.key
                         and items_of(value).items() <= given), OTHER)
        return next((value for value in self.values() if same_answer(self.form, answer, value, self.tolerance)), OTHER)

    def values(self) -> list[str]:
        """The answers that something is known of: the letters of the options, or the key and the usual wrong ones."""
        return list(self.options) if self.form == "letter" else [self.key, *(wrong.value for wrong in self.wrong)]

    def why_of(self, answer: str) -> str:
        """Why an answer is right, or is not; a fixed sentence for a wrong one that nobody thought of."""
        if self.form == "letter":
            return self.options[answer].why
        if self.form == "parts":
            return parts_said(answer, self.key, self.why, [(wrong.value, wrong.why) for wrong in self.wrong])
        known = {self.key: self.why} | {wrong.value: wrong.why for wrong in self.wrong}
        return known.get(self.group(answer), NOT_KNOWN[self.form])

    def misconception_of(self, answer: str) -> str:
        """The wrong idea behind an answer; "" where it is right, or none is known."""
        if self.form == "letter":
            return self.options[answer].misconception if answer in self.options else ""
        return {wrong.value: wrong.misconception for wrong in self.wrong}.get(self.group(answer), "")

    def text_of(self, answer: str) -> str:
        """What stands beside an answer's letter; of the other forms the answer itself."""
        option = self.options.get(answer) if self.form == "letter" else None
        return option.text if option else spoken(self.form, answer)

    def whys(self) -> dict[str, str]:
        """{answer: rationale} of all that are known. A class sees that of its own answer, after it was marked."""
        return {value: self.why_of(value) for value in self.values()}


class BankError(LessonFault):
    """A question that cannot be used; the message says where."""


def bank_path(topic: str, root: Path | None = None) -> Path:
    """The bank that comes with a lesson. In a course of somebody's own ``private/quizzes`` may hold another in its
    place.
    """
    home = catalogue.home(topic)
    private = own_path(topic, root or home)
    return private if home != catalogue.ROOT and private.exists() else catalogue.folder(topic) / "quiz.yaml"


def own_path(topic: str, root: Path) -> Path:
    """Where a class keeps questions of its own: those that it has changed, under their ids, and new ones."""
    return Path(root) / "private" / "quizzes" / f"{topic}.yaml"


def load_bank(topic: str, root: Path | None = None) -> dict[str, Question]:
    """{question id: Question} of a lesson, in its order. Raises BankError with file and line.

    With a class's `root` its own questions too: a changed one in the place of the public one, a new one after what
    it names, or at the end.
    """
    public = _read(bank_path(topic, root), topic)
    return _merged(public, own_questions(topic, root)) if root is not None else public


def own_questions(topic: str, root: Path) -> dict[str, Question]:
    """The questions that a class has changed in a lesson of the course, or added to it."""
    return _read(own_path(topic, root), topic) if catalogue.home(topic) == catalogue.ROOT else {}


def _read(path: Path, topic: str) -> dict[str, Question]:
    return read_bank(path, topic, path.stat().st_mtime_ns) if path.exists() else {}


def _merged(public: dict[str, Question], own: dict[str, Question]) -> dict[str, Question]:
    order = list(public)
    for name, question in own.items():
        if name not in public:
            order.insert(order.index(question.after) + 1 if question.after in order else len(order), name)
    return {name: own.get(name) or public[name] for name in order}


def file_of(question: Question) -> str:
    """The file of a question, for messages."""
    return f"private/quizzes/{question.topic}.yaml" if question.own else bank_name(bank_path(question.topic))


def place_of(question: Question) -> str:
    """File and line of a question, for messages."""
    return f"{file_of(question)}:{question.line}"


def as_yaml(bank: dict[str, Question]) -> str:
    """A bank as a file of its own."""
    entries = [_lettered(q) if q.form == "letter" else _other(q) for q in bank.values()]
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=100)


def _lettered(q: Question) -> dict[str, object]:
    return {"id": q.id, "kind": q.kind, "stem": q.stem, "key": q.key, "options": {
        letter: {field: text for field in OPTION_FIELDS if (text := getattr(option, field))}
        for letter, option in q.options.items()}}


def _other(q: Question) -> dict[str, object]:
    entry: dict[str, object] = {"id": q.id, "kind": q.kind, "form": q.form, "stem": q.stem, "key": q.key, "why": q.why,
             "wrong": [{field: getattr(wrong, field) for field in WRONG_FIELDS} for wrong in q.wrong]}
    if q.form == "number":
        return entry | {"tolerance": repr(q.tolerance)}
    if q.form == "parts":
        return entry
    return entry | {"options": {letter: option.text for letter, option in q.options.items()}}


def bank_name(path: Path) -> str:
    """How messages call a bank: loss/quiz.yaml, or private/quizzes/loss.yaml where a class has its own."""
    return f"{'private/' * (path.parent.name == 'quizzes')}{path.parent.name}/{path.name}"


def yaml_fault(error: yaml.YAMLError, first: int = 1) -> tuple[int, str]:
    """(line, reason in one sentence) of an error of YAML, in a text whose first line has the number `first`."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    if "mapping values" in reason:
        reason += " (a text with a colon needs quotes around it; else compare the indentation with the lines above)"
    elif "\\t" in reason:
        reason = "a tab; indent with spaces"
    elif "expected <block end>" in reason or "could not find expected" in reason:
        reason = "the indentation does not fit the lines above, or a sign of YAML is missing there"
    return first + (mark.line if mark else 0), "not YAML: " + " ".join(reason.split())


@functools.lru_cache(maxsize=64)
def read_bank(path: Path, topic: str, changed: int | None = None) -> dict[str, Question]:
    """The questions of one file; `changed` is its time, so that what was read before is read anew after a change."""
    text = catalogue.text_of(path, bank_name(path))
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
        own = self.file.startswith("private/")
        fields = self.fields(self.node, (*FIELDS, PLACE) if own else FIELDS, "a question")
        if "id" in fields:
            id_ = self.text(fields["id"], "an id")
            self.name = f"{id_}: "
            if not re.fullmatch(r"[a-z0-9_-]{1,64}", id_):
                self.fail(fields["id"], "an id is of a-z, 0-9, - and _")
        form = self.text(fields["form"], "the form") if "form" in fields else "letter"
        if form not in FORMS:
            self.fail(fields["form"], f"form is one of {', '.join(FORMS)}, not {form!r}{near(form, FORMS)}")
        missing = [field for field in ("id", "kind", "stem", *NEEDED[form]) if field not in fields]
        if missing:
            self.fail(self.node, f"a question without {', '.join(missing)}")
        odd = next((field for field in ("options", "why", "tolerance", "wrong") if field in fields
                    and field not in NEEDED[form]), None)
        if odd:
            self.fail(fields[odd], f"a question of the form {form} has no field {odd!r}")
        kind, stem = (self.text(fields[field], f"the {field}") for field in ("kind", "stem"))
        if kind not in KINDS:
            self.fail(fields["kind"], f"kind is one of {', '.join(KINDS)}, not {kind!r}{near(kind, KINDS)}")
        if not stem:
            self.fail(fields["stem"], "the stem is empty")
        after = self.text(fields[PLACE], PLACE) if PLACE in fields else ""
        made = Question(id_, topic, kind, stem, {}, "", self.node.start_mark.line + 1, after, own, form)
        return self.lettered(made, fields) if form == "letter" else self.other(made, fields)

    def lettered(self, made: Question, fields: dict[str, yaml.Node]) -> Question:
        """The question with its four options, of which one is right."""
        key = self.text(fields["key"], "the key")
        options = self.options(fields["options"])
        if key not in LETTERS:
            self.fail(fields["key"], f"the key is one of A, B, C and D, not {key!r}{near(key, LETTERS)}")
        self.one_key(fields, options, key)
        self.distinct(fields["options"], options)
        return replace(made, options=options, key=key)

    def other(self, made: Question, fields: dict[str, yaml.Node]) -> Question:
        """The question that asks for a number, a set, an order or parts, with its key and the usual wrong answers."""
        options = {}
        if "options" in fields:
            self.four(fields["options"])
            options = {key.value: Option(self.text(value, f"option {key.value}"), "")
                       for key, value in fields["options"].value}
            empty = next((key for key, _ in fields["options"].value if not options[key.value].text), None)
            if empty is not None:
                self.fail(empty, f"option {empty.value} has no text")
            self.distinct(fields["options"], options)
        key, why = self.value(made.form, fields["key"], "the key"), self.text(fields["why"], "why")
        if not why:
            self.fail(fields["why"], "the key has no rationale (why)")
        if made.form == "order" and key == "".join(LETTERS):
            self.fail(fields["key"], "the key is the order in which the options stand: put them otherwise")
        tolerance = self.tolerance(fields["tolerance"]) if "tolerance" in fields else 0.0
        made = replace(made, options=options, key=key, why=why, tolerance=tolerance)
        if not isinstance(fields["wrong"], yaml.SequenceNode) or not fields["wrong"].value:
            self.fail(fields["wrong"], "wrong is a list of the usual wrong answers, each with value, why and "
                                       "misconception")
        wrong: list[Wrong] = []
        for node in fields["wrong"].value:
            wrong.append(self.wrong(made, node, wrong))
        return replace(made, wrong=tuple(wrong))

    def tolerance(self, node: yaml.Node) -> float:
        found = value_of("number", self.text(node, "the tolerance"))
        if found is None or float(found) < 0:
            self.fail(node, "the tolerance is a number, 0 or more: by how much an answer may differ from the key")
        return float(found)

    def value(self, form: str, node: yaml.Node, what: str) -> str:
        """A key or a wrong answer, in one spelling."""
        if form == "parts" and isinstance(node, yaml.MappingNode):
            pairs = [(self.text(item, what), self.text(given, what)) for item, given in node.value]
            texts = [f"{item}: {given}" for item, given in pairs]
            found = value_of(form, ", ".join(texts))
        else:
            items = node.value if isinstance(node, yaml.SequenceNode) else [node]
            texts = [self.text(item, what) for item in items]
            found = value_of(form, texts if isinstance(node, yaml.SequenceNode) else texts[0])
        if found is None:
            self.fail(node, f"{what} is {how(form)}; here: {', '.join(texts)!r}")
        return found

    def wrong(self, made: Question, node: yaml.Node, before: list[Wrong]) -> Wrong:
        """A usual wrong answer: one that is not taken for the key, nor for another of them."""
        fields = self.fields(node, WRONG_FIELDS, "a wrong answer")
        missing = [field for field in WRONG_FIELDS if field not in fields]
        if missing:
            self.fail(node, f"a wrong answer without {', '.join(missing)}")
        value = self.value(made.form, fields["value"], "a wrong value")
        why, misconception = (self.text(fields[field], field) for field in ("why", "misconception"))
        if not why or not misconception:
            self.fail(node, f"the wrong value {value} has no {'rationale (why)' if not why else 'misconception'}")
        inside = made.form == "parts" and items_of(value).items() <= items_of(made.key).items()
        if made.is_right(value) or inside:
            self.fail(fields["value"], f"the wrong value {value} is taken for the key, {made.key}")
        if twin := next((w.value for w in before if same_answer(made.form, value, w.value, 2 * made.tolerance)), ""):
            self.fail(fields["value"], f"the wrong value {value} cannot be told apart from {twin}")
        return Wrong(value, why, misconception)

    def distinct(self, node: yaml.Node, options: dict[str, Option]) -> None:
        if len({option.text for option in options.values()}) < len(options):
            self.fail(node, "two options say the same")

    def four(self, node: yaml.Node) -> None:
        """Refuse what is not a mapping with the four letters in their order."""
        if not isinstance(node, yaml.MappingNode) or tuple(key.value for key, _ in node.value) != LETTERS:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            here = ", ".join(str(key.value) for key, _ in pairs) or f"a {node.tag.rpartition(':')[2]}"
            self.fail(node, f"the options are A, B, C and D, in this order; here: {here}")

    def options(self, node: yaml.Node) -> dict[str, Option]:
        self.four(node)
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
