"""Why a student has these points for an exercise or a question: what an appeal asks, on one screen.

    python -m autograder why ada mse
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograder.files import shown, student_id
from autograder.grading import records
from autograder.grading.records import Part, Record
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.lms.tables import short
from autograder.problems import Misused, Problem, near
from autograder.reports.marks import marks_of
from course.checking.codec import Named, Rng, decode
from course.checking.types import CaseSpec
from course.checking.words import brief

Say = Callable[[str], object]
MOST_ENTRIES = 120          # of an array that is written out


def why(root: Path, student: str, name: str, say: Say = print) -> None:
    """Say it. Raises Problem for a student or a part that has no record."""
    topic = _topic_of(root, name)
    student = student_id(student)
    record = records.read(root, topic, student)
    if not records.is_current(record):
        known = [path.stem for path in (root / "records" / topic).glob("*.json")]
        raise Problem(f"{shown(student)} has no graded work of {topic}{near(student, known) or '.'}")
    if name not in record["parts"]:
        raise Problem(f"{shown(student)}'s record of {topic} has no {name}: it was graded before {name} was there.")
    part = record["parts"][name]
    points = f"{short(part['points'])} of {short(part['max_points'])}"
    say(f"{shown(student)}, {topic}, {name}: {points} points by the grader.")
    _say_total(root, topic, student, say)
    for line in filter(None, (record["problem"], *record["notes"], *part["notes"])):
        say(f"note: {line}")
    if part["kind"] == "question":
        _question(root, topic, name, part, say)
    else:
        _exercise(root, topic, name, part, record, say)


def _topic_of(root: Path, name: str) -> str:
    parts = {}
    for topic in catalogue.judged_topics(root):
        parts.update(dict.fromkeys([*catalogue.exercises(topic), *load_bank(topic, root)], topic))
    if name not in parts:
        raise Misused(f"There is no exercise or question {name!r}{near(name, parts) or '.'}")
    return parts[name]


def _say_total(root: Path, topic: str, student: str, say: Say) -> None:
    mark = marks_of(root, topic).get(student)
    if mark is not None:
        late = f", {short(mark.penalty)} of them taken away for lateness" if mark.penalty else ""
        say(f"In the gradebook the lesson has {short(mark.score)} of {short(mark.max_score)} points{late}.")


def _question(root: Path, topic: str, name: str, part: Part, say: Say) -> None:
    question = load_bank(topic, root)[name]
    if part["answer"] is None:
        say(f"No answer counted. {part['problem']}")
    else:
        say(f"Answer {part['answer']}: {question.text_of(part['answer'])}")
        say(f"Why it is {'right' if part['passed'] else 'wrong'}: {question.why_of(part['answer'])}")
    if not part["passed"]:
        say(f"Key {question.key}: {question.text_of(question.key)}")


def _exercise(root: Path, topic: str, name: str, part: Part, record: Record, say: Say) -> None:
    told: Any = part["told"] or {}
    say(f"Cell that counted: {part['cell'] or 'none'}" + (f" ({part['variant']})" if part["variant"] else ""))
    if part["problem"]:
        say(part["problem"])
    if told.get("ids"):
        say(f"Known mistake: {', '.join(told['ids'])}")
    if told.get("text"):
        say(f"Told: {told['text']}")
    if part["by_heart"]:
        say("Right on the published inputs alone: the class's own cases fail.")
    if part["resembles"]:
        say(f"Its text is {part['resembles']}.")
    failed = [check for check in part["checks"] if check["checked"] and not check["passed"]]
    passed = sum(check["passed"] for check in part["checks"])
    say(f"{passed} of {len(part['checks'])} checks passed" + (", of set " + str(record["draw"]) if record["draw"]
                                                             is not None else "") + ".")
    for check in failed[:6]:
        say(f"  {check['case']}: {check['message']}")
    if len(failed) > 6:
        say(f"  and {len(failed) - 6} more")
    if not part["passed"] and part["state"] != "unwritten":
        _to_paste(topic, name, part, say)
    _program(root, topic, record["student"], part, say)


def _to_paste(topic: str, name: str, part: Part, say: Say) -> None:
    """A public call that shows it, as lines for the student's own notebook."""
    told: Any = part["told"] or {}
    if told.get("call"):
        say("To see it, below the student's cell:")
        say(f"  {told['call']}")
        say(f"  asked for: {told['expected']}   comes back: {told['returned']}")
        return
    spec = json.loads((catalogue.data_folder(topic) / "exercises" / f"{topic}.json").read_text("utf-8"))[name]
    wrong = told.get("cases") or [check["case"] for check in part["checks"] if check["checked"] and not check["passed"]]
    case: CaseSpec | None = next((case for case in spec["cases"] if case["name"] in wrong and len(case["calls"]) <= 2
                                  and all(is_short(decode(value)) for call in case["calls"] for value in
                                          (*call["args"], *call.get("kwargs", {}).values()))), None)
    if case is None:
        say(f"To see it, in the student's notebook: check(\"{name}\")")
        return
    say(f"To see it, below the student's cell (a public case, “{case['name']}”):")
    for call in case["calls"]:
        say(f"  {line_of(call)}")
    expected = case["expected"]
    gave = case["mistakes"].get(told["ids"][0], {}) if told.get("ids") else {}
    for feature in expected:
        came = f"   comes back: {brief(gave[feature])}" if feature in gave else ""
        say(f"  {feature} asked for: {brief(expected[feature])}{came}")


def line_of(call: Any) -> str:
    """One call as a line of Python that can be pasted."""
    words = [literal(decode(value)) for value in call["args"]]
    words += [f"{key}={literal(decode(value))}" for key, value in call.get("kwargs", {}).items()]
    return f"{call['of']}({', '.join(words)})"


def is_short(value: Any) -> bool:
    """Whether a value can be pasted: no array in it is too long to be written out."""
    if isinstance(value, np.ndarray):
        return value.size <= MOST_ENTRIES
    if isinstance(value, (list, tuple)):
        return len(value) <= MOST_ENTRIES and all(map(is_short, value))
    return not isinstance(value, dict) or all(map(is_short, value.values()))


def literal(value: Any) -> str:
    """A value as Python writes it."""
    if isinstance(value, np.ndarray):
        plain = value.dtype == np.float64 or value.dtype == np.int64 and value.size
        kind = "" if plain else f", dtype={value.dtype.name!r}"
        return f"np.array({_listed(value.tolist())}{kind})"
    if isinstance(value, Rng):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, Named):
        return f"np.{value.name}" if hasattr(np, value.name) else value.name
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {literal(each)}" for key, each in value.items()) + "}"
    return _listed(value.item() if isinstance(value, np.generic) else value)


def _listed(value: Any) -> str:
    """repr, with NaN and infinity as NumPy writes them."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_listed, value)) + "]"
    if isinstance(value, float) and not np.isfinite(value):
        return "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def source_of(root: Path, topic: str, student: str, cell: str | None) -> str:
    """The program of the cell that counted, from the graded notebook; "" where it is not there."""
    path = root / "autograded" / student / topic / f"{topic}.ipynb"
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return ""
    for one in cells:
        if one.get("metadata", {}).get("nbgrader", {}).get("grade_id") == cell or one.get("id") == cell:
            text = one["source"]
            return text if isinstance(text, str) else "".join(text)
    return ""


def _program(root: Path, topic: str, student: str, part: Part, say: Say) -> None:
    text = source_of(root, topic, student, part["cell"])
    if text:
        say("The program:")
        for line in text.splitlines()[:60]:
            say(f"  | {shown(line, 160)}")
