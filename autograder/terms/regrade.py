"""Regrade: what a changed key, exercise or number of points would do to marks that are given, then doing it.

    python -m autograder regrade loss                      before and after of each student; nothing is written
    python -m autograder regrade loss --apply
    python -m autograder void loss dice-by-heart --apply        a question or an exercise counts for nobody
    python -m autograder give loss dice-by-heart --apply        or in full for all; --undo, or regrade --take-back

What is void or given stands in private/changes/TOPIC.json, and every later grading keeps to it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.files import shown
from autograder.grading import records
from autograder.grading.grade import grade
from autograder.grading.gradebook import GO_BACK, file_fault
from autograder.grading.work import Sets, Work, find_work
from autograder.grading.workers import graded
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank, own_questions
from autograder.lessons.changes import Changes, changes_of, write_changes
from autograder.lms.tables import short
from autograder.problems import Misused, Problem, near
from autograder.sandbox import walls
from autograder.screen import Bar, table

Say = Callable[[str], object]


def regrade(root: Path, topic: str, *, apply: bool = False, give: Sequence[str] = (), void: Sequence[str] = (),
            take_back: Sequence[str] = (), how: str = "auto", jobs: int = 0, say: Say = print) -> int:
    """Show what would change; with `apply`, change it. Returns how many students' marks change. Raises Problem.

    give, void, take_back : ids of questions and exercises that count in full for all, that count for nobody, and that
    count as they did before either
    """
    stale = _not_built(root, topic) or _other_parts(root, topic)
    if stale:
        raise Problem(stale)
    changes = _planned(root, topic, give, void, take_back)
    changed = _compared(root, topic, changes, walls.choose(how), jobs, say)
    for words, names in (("Counts in full for all", changes.given), ("Counts for nobody", changes.void)):
        if names:
            say(f"{words}: {', '.join(names)}.")
    if not apply:
        say(f"{changed} students' marks would change. Nothing was written; --apply does it.")
        return changed
    write_changes(root, topic, changes)
    try:
        grade(root, [topic], force=True, how=how, jobs=jobs, show=lambda line: None)
    except OSError as problem:
        raise Problem(file_fault(problem)) from None
    say(f"{changed} students' marks were changed. Marks that were given by hand stay; where one stands on a part that "
        "changed, formgrader asks for another look.")
    if any(hand is not None for each in changes_of(root, topic).aside.values() for hand, *_ in each.values()):
        say("Marks by hand on what counts for nobody are kept aside: they come back with it.")
    return changed


def _planned(root: Path, topic: str, give: Sequence[str], void: Sequence[str], take_back: Sequence[str]) -> Changes:
    """What stands after this run. Raises Misused for a name that is no part of the lesson, or that means two things."""
    known = list(load_template(root, topic).points)
    now = changes_of(root, topic)
    for name in (*give, *void, *take_back):
        if name not in known:
            raise Misused(f"{topic} has no exercise or question {name!r}{near(name, known) or '.'}")
        if (name in give) + (name in void) + (name in take_back) > 1:
            raise Misused(f"{name} is named for two things: it counts in full, or for nobody, or as it did.")
    for name in take_back:
        if name not in (*now.given, *now.void):
            raise Misused(f"{name} counts as it always did: there is nothing to take back.")
    given = [name for name in known if name in give or name in now.given and name not in (*void, *take_back)]
    none = [name for name in known if name in void or name in now.void and name not in (*give, *take_back)]
    if len(none) == len(known):
        raise Misused(f"Then nothing of {topic} would count: leave the lesson's column in the LMS out instead.")
    return replace(now, given=tuple(given), void=tuple(none))


def _not_built(root: Path, topic: str) -> str:
    """Why the lesson cannot be graded as it stands: its sources were changed and not built. "" where all fits."""
    template = load_template(root, topic)
    points = {name: float(exercise.points) for name, exercise in catalogue.exercises(topic).items()}
    for name, wanted in points.items():
        if name in template.points and abs(template.points[name] - wanted) > 1e-9:
            return (f"{name} counts {short(wanted)} points in exercises.py and {short(template.points[name])} in the "
                    f"notebook that was handed out. Run first: {catalogue.command('build', topic)}")
    own = own_questions(topic, root)
    bank = own or load_bank(topic)                       # else the class's own notebook may lack a later one
    lost = [name for name in bank if name not in template.questions]
    if lost:
        return (f"The question {lost[0]} is in the bank and not in the notebook that was handed out: it has another id "
                "there, or the lesson was not built. Give it the id of the one that it takes the place of, or run: "
                f"{catalogue.command('build', topic, root if own else catalogue.ROOT)}")
    return ""


def _other_parts(root: Path, topic: str) -> str:
    """Why today's lesson is none that the graded submissions can be compared with; "" where it is. Of who has left, or
    cannot be graded, a record may stand that no grading makes new.
    """
    now = load_template(root, topic).points.keys()
    for work in _gradable(root, topic):
        record = records.read(root, topic, work.student)
        if record is not None and records.is_current(record) and record["parts"] and record["parts"].keys() != now:
            names = ", ".join(sorted(record["parts"].keys() ^ now))
            return (f"{topic} has other exercises or questions than when it was graded ({names}); all marks are as "
                    f"they were. {GO_BACK}")
    return ""


def _gradable(root: Path, topic: str) -> list[Work]:
    return [each for each in find_work(root, topic) if not each.refused]


def _compared(root: Path, topic: str, changes: Changes, how: str, jobs: int, say: Say) -> int:
    """The table of before and after, from a grading that writes nothing."""
    sets = Sets(root, topic)
    work = _gradable(root, topic)
    rows: list[tuple[str, ...]] = []
    number = jobs or os.cpu_count() or 1
    with Bar(len(work), topic) as bar, contextlib.closing(
            graded(work, sets, root, how, min(number, max(len(work), 1)))) as results:
        for batch in results:
            for one in batch:
                student = shown(one.work.student, 40)
                old = records.read(root, topic, one.work.student)
                new = records.with_changes(records.make(one.work.student, one.result), changes)
                bar.step(student)
                what = _differences(old, new)
                if what or old is None:
                    most = old is not None and old.get("max_points") != new["max_points"]
                    rows.append((student, _points(old, most), _points(new, most), ", ".join(what)))
    for line in table((("student", "left"), ("before", "right"), ("after", "right"), ("what", "left")), sorted(rows)):
        say(line)
    return len(rows)


def _points(record: records.Record | None, most: bool) -> str:
    """A whole record's points; with the share of the maximum where that changes."""
    if record is None:
        return "–"
    points, whole = record["points"], record.get("max_points") or 0
    return f"{short(points)} of {short(whole)} ({100 * points / whole:.0f} %)" if most and whole else short(points)


def _differences(old: records.Record | None, new: records.Record) -> list[str]:
    """What changes part by part, in words."""
    if old is None:
        return []
    before, after = records.marks(old), records.marks(new)
    void_before = {name for name in before if name not in records.counting(old)} if records.is_current(old) else set()
    open_before = records.unchecked(old) if records.is_current(old) else {}
    said = [f"{name} {short(before[name])} → not marked" for name in records.unchecked(new) if name in before]
    for name, points in after.items():
        void = new["parts"][name]["state"] == "void"
        if name in open_before:
            said.append(f"{name} not marked → {'void' if void else short(points)}")
        elif name not in before:
            said += [f"{name} is new"] if before else []
        elif void or name in void_before:
            first = "void" if name in void_before else short(before[name])
            said += [] if void and name in void_before else [f"{name} {first} → {'void' if void else short(points)}"]
        elif abs(before[name] - points) > 1e-9:
            said.append(f"{name} {short(before[name])} → {short(points)}")
    return said
