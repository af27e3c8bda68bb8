"""What the answers of one exercise's calls are worth, as data."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TypedDict

from autograder.judging.assignment import Assignment
from autograder.judging.result import ExerciseResult
from autograder.judging.run import decoded
from autograder.reading.bounds import LONGEST_CARD, LONGEST_CHECK
from course.cards.result import headline, report_html, report_text
from course.checking.assess import assess
from course.checking.report import Check, Report

CACHE_SIZE = 20_000
WARNED = b'"origins":[['            # of an answer: there were warnings
LONGEST_CACHED = 20_000         # characters of a card; longer ones are seldom met twice


def mark(assignment: Assignment, name: str, raws: list[list[bytes]], stopped: str = "",
         paid: frozenset[str] = frozenset()) -> ExerciseResult:
    """The result of an exercise from what came back for each call of each case.

    `stopped` says why its cell stopped, which is told where there is no function. `paid` are lines of the notebook
    whose warnings have cost another exercise something: they cost it once. What was met before is not compared again.
    """
    paid = paid if any(WARNED in raw for case in raws for raw in case) else frozenset()
    key = _key((name, stopped, sorted(paid)), raws)
    if key not in assignment.seen:
        if len(assignment.seen) > CACHE_SIZE:
            assignment.seen.clear()
        made = result_of(report_on(assignment, name, raws, stopped, paid), assignment, name)
        if len(made["html"]) > LONGEST_CACHED:
            return made
        assignment.seen[key] = made
    return assignment.seen[key]


def report_once(assignment: Assignment, name: str, raws: list[list[bytes]], stopped: str = "") -> Report:
    """The same report for the same answers: many make the same mistake, and to say which one takes a while."""
    key = _key((name, stopped), raws)
    if key not in assignment.told:
        if len(assignment.told) > CACHE_SIZE:
            assignment.told.clear()
        made = report_on(assignment, name, raws, stopped)
        if len(made.printed) + sum(len(check.message) for check in made.checks) > LONGEST_CACHED:
            return made
        assignment.told[key] = made
    return assignment.told[key]


def _key(about: tuple[object, ...], raws: list[list[bytes]]) -> bytes:
    given = b"\0".join(raw for case in raws for raw in case)
    return hashlib.sha256(repr(about).encode("utf-8", "replace") + given).digest()


def report_on(assignment: Assignment, name: str, raws: list[list[bytes]], stopped: str = "",
              paid: frozenset[str] = frozenset()) -> Report:
    """The report of an exercise from what came back for each call of each case."""
    spec, trees = assignment.specs[name], [[_uncharged(decoded(raw), paid) for raw in case] for case in raws]
    trees, probed = trees[:len(spec["cases"])], trees[len(spec["cases"]):]
    missing = isinstance(trees[0][0], dict) and trees[0][0].get("missing")
    report = (assess(spec, [], problem=stopped) if missing and stopped else
              assess(spec, trees, words=not assignment.public, ask=lambda: probed[0] if probed else []))
    # One that is not written is not asked again on the public cases: what it prints may be a secret input.
    return replace(report, printed="") if report.unwritten else report


def charged_lines(result: ExerciseResult, raws: list[list[bytes]]) -> set[str]:
    """The lines of the notebook whose warnings have cost something in a result."""
    if not any(c["feature"] == "quiet" and c["checked"] and not c["passed"] for c in result["checks"]):
        return set()
    return {line for case in raws for raw in case if WARNED in raw for line in _lines_that_warn(decoded(raw))} - {""}


def _lines_that_warn(tree: object) -> list[str]:
    """The line of the notebook that each warning of a call came from, "" where it is not known."""
    origins = tree.get("origins") if isinstance(tree, dict) else None
    return [str(one[1]) if isinstance(one, list) and len(one) == 2 else "" for one in origins
            ] if isinstance(origins, list) else []


def _uncharged(tree: object, paid: frozenset[str]) -> object:
    """An observation without the warnings of lines that have cost another exercise something."""
    lines = _lines_that_warn(tree) if paid else []
    if not isinstance(tree, dict) or not paid & set(lines):
        return tree
    texts = tree.get("warnings")
    if not isinstance(texts, list) or len(texts) != len(lines):
        return tree
    left = [k for k, line in enumerate(lines) if line not in paid]
    return {**tree, "warnings": [texts[k] for k in left], "origins": [tree["origins"][k] for k in left]}


def reworded(marks: ExerciseResult, words: Report, slow: bool = False) -> ExerciseResult:
    """The result on the class's cases in the words of the public ones, so that no secret input is told.

    `slow`: a call did not end, which says nothing of what the function computes.
    """
    if words.passed:        # right there: which of the other cases fail is said, and nothing of them
        checks = [Check(c["case"], c["feature"], "value", c["passed"], c["weight"], checked=False)
                  for c in marks["checks"]]
        shown = Report(words.name, words.max_points, checks=checks, earned=marks["score"])
    else:
        shown = replace(words, earned=marks["score"])
    said = {(check.case, check.feature): check.message for check in shown.checks}
    return {**marks, "problem": shown.problem, "mistakes": [d["id"] for d in shown.diagnoses], "told": shown.told,
            "checks": [{**c, "message": "" if c["passed"] else said.get((c["case"], c["feature"]), "")[:LONGEST_CHECK]}
                       for c in marks["checks"]],
            "by_heart": words.score >= 0.9 and marks["score"] < 0.5 and not slow, **_card(shown)}


def unmarked(assignment: Assignment, name: str, problem: str) -> ExerciseResult:
    """The result of an exercise that could not be called at all."""
    return result_of(assess(assignment.specs[name], [], problem=problem), assignment, name)


def result_of(report: Report, assignment: Assignment, name: str) -> ExerciseResult:
    """A report as data, the score kept within [0, points] whatever happened."""
    most = assignment.template.points[name]
    points = float(report.score) * most
    points = min(max(round(points, 2), 0.0), most) if math.isfinite(points) else 0.0
    return {
        "points": points, "max_points": most, "score": round(points / most, 6) if most else 0.0,
        "passed": bool(report.passed), "unwritten": bool(report.unwritten), "unchecked": False,
        "variant": assignment.variant or None, "problem": report.problem,
        "by_heart": False, "mistakes": [diagnosis["id"] for diagnosis in report.diagnoses], "told": report.told,
        "checks": [{"case": c.case, "feature": c.feature, "stage": c.stage, "passed": bool(c.passed),
                    "checked": bool(c.checked), "weight": round(c.weight, 6), "message": c.message[:LONGEST_CHECK]}
                   for c in report.checks],
        "cell": None, "tree": None, "lent": False, "resembles": None, **_card(report),
    }


class Card(TypedDict):
    html: str
    text: str


def _card(report: Report) -> Card:
    """What is shown of a report: of one that no page can show, the points and the likely causes."""
    html, text = str(report_html(report, alone=False)), report_text(report)
    if len(html) + len(text) <= LONGEST_CARD:
        return {"html": html, "text": text}
    said = f"{headline(report)[1]}. The whole result is too long to show."
    bare = replace(report, checks=[], printed="", problem=said)
    return {"html": str(report_html(bare, alone=False)), "text": report_text(bare)}
