"""The result of one submission as data: what the judge hands on. docs/RECORD.md says what of it a record keeps."""

from __future__ import annotations

from typing import TypedDict

from course.checking.report import Told as Told


class CheckLine(TypedDict):
    """One check of an exercise."""

    case: str
    feature: str
    stage: str
    passed: bool
    checked: bool
    weight: float
    message: str


class ExerciseResult(TypedDict):
    points: float
    max_points: float
    score: float                # points / max_points
    passed: bool
    unwritten: bool
    unchecked: bool             # written in a framework that is not on the grader: a later run, or a person, marks it
    variant: str | None         # the framework that counted, or that is missing; of an exercise that may have one
    problem: str                # why nothing could be checked
    by_heart: bool              # right on the published inputs alone
    mistakes: list[str]
    told: Told
    checks: list[CheckLine]
    cell: str | None            # id of the cell whose function counted
    tree: str | None            # hash of its source without comments, blank lines and docstrings
    lent: bool                  # whether the notebook asks the course to lend it, and it is not right without
    resembles: str | None       # which text of the course's own it is, in words for the instructor
    html: str                   # as the graded notebook shows it
    text: str


class QuestionResult(TypedDict):
    points: float
    max_points: float
    answer: str | None
    right: bool
    problem: str                # why no answer counted
    kind: str
    misconception: str


class CellOutcome(TypedDict):
    """What the child said of a cell: only ever shown, never believed."""

    ok: bool
    type: str
    message: str
    line: int | None
    modules: list[str]          # that were to be imported and are not on the grader


class Result(TypedDict):
    topic: str
    content: str                # hash of the submitted file
    marks_version: str
    words_version: str
    draw: int | None            # which of the class's sets of cases; None: the public ones
    environment: str
    points: float
    max_points: float
    problem: str                # why the notebook could not be graded
    notes: list[str]
    cell_notes: dict[str, list[str]]
    exercises: dict[str, ExerciseResult]
    questions: dict[str, QuestionResult]
    cells: dict[str, CellOutcome]       # those that failed
    isolation: str
    children: int
    memory_kb: int
    seconds: float              # of the wall clock
    cpu: float                  # seconds of computing: the cells and the calls

