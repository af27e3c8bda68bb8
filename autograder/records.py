"""One JSON file for each graded submission: records/TOPIC/STUDENT.json, for its owner alone.

Reports, regrades and the resumption of a run that was killed read these files; nothing else is parsed again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from autograder.files import name_problem, write_private
from autograder.judge import summary


def safe_name(student: str) -> bool:
    """Whether a student's id can be a file name."""
    return not name_problem(student)


def path_of(root: Path, topic: str, student: str) -> Path:
    if not safe_name(student):
        raise ValueError(f"{student!r} cannot be a file name")
    return Path(root) / "records" / topic / f"{student}.json"


def write(root: Path, student: str, result: dict) -> dict:
    record = {"student": student, **summary(result), "graded": datetime.now(UTC).isoformat(timespec="seconds")}
    write_private(path_of(root, result["topic"], student), json.dumps(record, ensure_ascii=False) + "\n")
    return record


def read(root: Path, topic: str, student: str) -> dict | None:
    """The record, or None where there is none, or one that was written by hand and cannot be read."""
    try:
        record = json.loads(path_of(root, topic, student).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("topic") == topic else None
