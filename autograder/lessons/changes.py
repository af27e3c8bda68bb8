"""What a class changed after handing in: what is void, and what counts in full for all. private/changes/TOPIC.json.

`regrade --apply` writes it, and every later grading keeps to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.files import damaged, kept_in, write_private

Aside = dict[str, dict[str, list[float | None]]]        # part -> student -> [mark by hand, extra credit, automatic]


@dataclass(frozen=True)
class Changes:
    """Ids of questions and exercises of one lesson, in the lesson's order."""

    given: tuple[str, ...] = ()         # full points for all
    void: tuple[str, ...] = ()          # out of the marks: 0 of 0 points for all
    aside: Aside = field(default_factory=dict)          # the marks of what is void, kept for an undo


def changes_of(root: Path, topic: str) -> Changes:
    """What stands in the class's file; nothing where there is none. Raises Problem for one that is damaged."""
    place = _place(root, topic)
    kept = kept_in(place, THEN)
    given, void, aside = kept.get("given") or [], kept.get("void") or [], kept.get("aside") or {}
    if not (_are_names(given) and _are_names(void)):
        raise damaged(place, "given and void are lists of ids", THEN)
    if not _are_marks(aside):
        raise damaged(place, "aside holds marks", THEN)
    return Changes(tuple(given), tuple(void), aside)


THEN = "then everything counts as it did before `void` and `give`"


def _are_names(listed: Any) -> bool:
    return isinstance(listed, list) and all(isinstance(name, str) for name in listed)


def _are_marks(aside: Any) -> bool:
    return isinstance(aside, Mapping) and all(
        isinstance(each, Mapping) and all(
            isinstance(marks, list) and len(marks) == 3 and all(
                mark is None or isinstance(mark, (int, float)) for mark in marks)
            for marks in each.values())
        for each in aside.values())


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
