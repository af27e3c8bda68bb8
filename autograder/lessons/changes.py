"""What a class changed after handing in: what is void, and what counts in full for all. private/changes/TOPIC.json.

`regrade --apply` writes it, and every later grading keeps to it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.files import write_private

Aside = dict[str, dict[str, list[float | None]]]        # part -> student -> [mark by hand, extra credit, automatic]


@dataclass(frozen=True)
class Changes:
    """Ids of questions and exercises of one lesson, in the lesson's order."""

    given: tuple[str, ...] = ()         # full points for all
    void: tuple[str, ...] = ()          # out of the marks: 0 of 0 points for all
    aside: Aside = field(default_factory=dict)          # the marks of what is void, kept for an undo


def changes_of(root: Path, topic: str) -> Changes:
    """What stands in the class's file; nothing where there is none."""
    try:
        kept: Any = json.loads(_place(root, topic).read_text("utf-8"))
    except (OSError, ValueError):
        return Changes()
    if not isinstance(kept, dict):
        return Changes()
    return Changes(_names(kept.get("given")), _names(kept.get("void")), kept.get("aside") or {})


def _names(listed: Any) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def write_changes(root: Path, topic: str, changes: Changes) -> None:
    kept = {"given": changes.given, "void": changes.void, "aside": changes.aside}
    write_private(_place(root, topic), json.dumps(kept) + "\n")


def without_aside(changes: Changes, part: str) -> Changes:
    return replace(changes, aside={name: each for name, each in changes.aside.items() if name != part})


def with_aside(changes: Changes, part: str, marks: dict[str, list[float | None]]) -> Changes:
    """With these marks of a part put aside, beside those that were before."""
    return replace(changes, aside={**changes.aside, part: {**changes.aside.get(part, {}), **marks}})


def _place(root: Path, topic: str) -> Path:
    return root / "private" / "changes" / f"{topic}.json"
