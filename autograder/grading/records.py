"""One JSON file for each graded submission: records/TOPIC/STUDENT.json, for its owner alone.

Reports, regrades and the resumption of a run that was killed read these files; nothing else is parsed again, and
reading one loads nothing of the judge. docs/RECORD.md says what each field means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeGuard

from autograder.files import name_problem, write_private
from autograder.lessons.changes import Changes
from autograder.problems import Problem

if TYPE_CHECKING:
    from autograder.judging.result import CheckLine, ExerciseResult, QuestionResult, Result
    from course.checking.report import Told

FORMAT = 2

State = Literal["graded", "unchecked", "unwritten", "missing", "void"]


class Part(TypedDict):
    """What one exercise or one question came to."""

    kind: Literal["exercise", "question"]
    state: State
    points: float
    max_points: float
    variant: str | None
    passed: bool
    problem: str
    checks: list[CheckLine]
    told: Told | None
    by_heart: bool
    notes: list[str]
    cell: str | None
    tree: str | None
    answer: str | None
    misconception: str | None
    lent: bool | None
    resembles: str | None


class Record(TypedDict):
    """One graded submission."""

    format: int
    student: str
    identity: str | None
    submitted: str | None
    topic: str
    content: str
    marks_version: str
    words_version: str
    draw: int | None
    environment: str
    isolation: str
    graded: str
    points: float
    max_points: float
    problem: str
    notes: list[str]
    parts: dict[str, Part]
    seconds: dict[str, float | None]


def safe_name(student: str) -> bool:
    """Whether a student's id can be a file name."""
    return not name_problem(student)


def path_of(root: Path, topic: str, student: str) -> Path:
    if not safe_name(student):
        raise ValueError(f"{student!r} cannot be a file name")
    return Path(root) / "records" / topic / f"{student}.json"


def make(student: str, result: Result, submitted: str | None = None,
         identity: str | None = None) -> Record:
    """The record of a result. What nobody fills yet is null."""
    parts: dict[str, Part] = {name: _exercise(outcome, result["cell_notes"].get(name, []))
                              for name, outcome in result["exercises"].items()}
    parts |= {name: _question(outcome, result["cell_notes"].get(name, []))
              for name, outcome in result["questions"].items()}
    return {
        "format": FORMAT, "student": student, "identity": identity, "submitted": submitted, "topic": result["topic"],
        "content": result["content"], "marks_version": result["marks_version"],
        "words_version": result["words_version"], "draw": result["draw"], "environment": result["environment"],
        "isolation": result["isolation"], "graded": datetime.now(UTC).isoformat(timespec="seconds"),
        "points": result["points"], "max_points": result["max_points"], "problem": result["problem"],
        "notes": result["notes"], "parts": parts, "seconds": {"cpu": result["cpu"], "wall": result["seconds"]},
    }


def _exercise(outcome: ExerciseResult, notes: list[str]) -> Part:
    state: State = ("unchecked" if outcome["unchecked"] else "unwritten" if outcome["unwritten"] else
                    "missing" if outcome["problem"] else "graded")
    return {"kind": "exercise", "state": state, "points": outcome["points"], "max_points": outcome["max_points"],
            "variant": outcome["variant"], "passed": outcome["passed"], "problem": outcome["problem"],
            "checks": outcome["checks"], "told": outcome["told"], "by_heart": outcome["by_heart"], "notes": notes,
            "cell": outcome["cell"], "tree": outcome["tree"], "answer": None, "misconception": None,
            "lent": outcome["lent"], "resembles": outcome["resembles"]}


def _question(outcome: QuestionResult, notes: list[str]) -> Part:
    return {"kind": "question", "state": "graded" if outcome["answer"] is not None else "unwritten",
            "points": outcome["points"], "max_points": outcome["max_points"], "variant": None,
            "passed": outcome["right"], "problem": outcome["problem"], "checks": [], "told": None, "by_heart": False,
            "notes": notes, "cell": None, "tree": None, "answer": outcome["answer"],
            "misconception": outcome["misconception"] or None, "lent": None, "resembles": None}


def write(root: Path, record: Record) -> Record:
    """Write a record whole or not at all."""
    path = path_of(root, record["topic"], record["student"])
    write_private(path, json.dumps(record, ensure_ascii=False) + "\n")
    return record


class TooNew(Problem):
    """A record of a later version of this program."""


def read(root: Path, topic: str, student: str) -> Record | None:
    """The record; None where there is none, or one that cannot be read. One of an earlier format comes as it is.

    Raises TooNew for one of a later format: nothing of it is guessed.
    """
    try:
        record = json.loads(path_of(root, topic, student).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or record.get("topic") != topic:
        return None
    version = record.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise TooNew(f"records/{topic}/{student}.json is in format {version}; this version of the course knows "
                     f"{FORMAT}. Use the newer version, or move the file away to grade anew.")
    return record  # type: ignore[return-value]  # what an earlier format calls its fields, `is_current` keeps apart


def is_current(record: Record | None) -> TypeGuard[Record]:
    """Whether a record is of today's format: an earlier one is not done, its marks are only compared."""
    return record is not None and record.get("format") == FORMAT


def marks(record: Any) -> dict[str, float]:
    """{exercise or question: points} of a record of any format; without what could not be marked yet."""
    if record.get("format") == FORMAT:
        return {name: part["points"] for name, part in record["parts"].items() if part["state"] != "unchecked"}
    old = {**record.get("exercises", {}), **record.get("questions", {})}
    return {name: part["points"] for name, part in old.items() if isinstance(part, dict) and "points" in part}


def unchecked(record: Mapping[str, Any]) -> dict[str, str]:
    """{exercise: framework that was missing where it was graded} of what is not marked yet."""
    return {name: part["variant"] or "" for name, part in record["parts"].items() if part["state"] == "unchecked"}


# --- what was changed after handing in ---------------------------------------------------------------------------

GIVEN = "This counts in full for all."
VOID = "This is taken out of the marks: it counts for nobody."


def with_changes(record: Record, changes: Changes) -> Record:
    """The record, changed: full points for what is given, none of none for what is void. What was told stays."""
    for name, part in record["parts"].items():
        if name in changes.void and part["state"] != "void":
            record["points"] = round(record["points"] - part["points"], 6)
            record["max_points"] = round(record["max_points"] - part["max_points"], 6)
            part["state"], part["points"], part["max_points"] = "void", 0.0, 0.0
            part["notes"] = [VOID, *part["notes"]]
        elif name in changes.given and name not in changes.void and not is_given(part):
            record["points"] = round(record["points"] + part["max_points"] - part["points"], 6)
            part["points"] = part["max_points"]
            part["state"] = "graded" if part["state"] == "unchecked" else part["state"]
            part["notes"] = [GIVEN, *part["notes"]]
    return record


def is_given(part: Mapping[str, Any]) -> bool:
    """Whether a part counts in full for all, whatever was answered."""
    return GIVEN in (part.get("notes") or [])[:1]


def counting(record: Mapping[str, Any]) -> dict[str, Part]:
    """The parts that count: all but what is void."""
    return {name: part for name, part in record["parts"].items() if part["state"] != "void"}


def keeps_to(record: Record, changes: Changes) -> bool:
    """Whether the record was made with these changes."""
    parts = record["parts"]
    void = {name for name, part in parts.items() if part["state"] == "void"}
    given = {name for name, part in parts.items() if is_given(part)}
    return void == parts.keys() & set(changes.void) and given == parts.keys() & set(changes.given) - void
