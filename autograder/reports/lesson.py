"""What a class made of a lesson, counted: the records of all students, put together by exercise and by question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading import records
from autograder.grading.records import Part, Record
from autograder.lessons import catalogue
from autograder.lessons.bank import OTHER, Question, load_bank
from autograder.lms import collect
from autograder.problems import Problem
from autograder.reports import statistics as s
from autograder.reports.marks import Mark, marks_of
from course.checking.report import cause_among

STUCK = 1 / 3               # of the points, and less
FALLEN = 0.25               # of the points below a student's own mean of earlier lessons


@dataclass
class Told:
    """A mistake, or another reason, and who made it."""

    id: str
    words: str                  # what each of them read
    students: list[str] = field(default_factory=list)


@dataclass
class ExerciseLine:
    name: str
    points: float
    scores: list[float]
    full: int
    untouched: int
    told: list[Told]
    rest: s.Interval | None

    @property
    def mean(self) -> float:
        return s.mean(self.scores)


@dataclass
class QuestionLine:
    id: str
    question: Question
    answers: Counter[str]               # "" for none
    right: s.Interval | None
    rest: s.Interval | None
    options: dict[str, float | None]    # letter: its own correlation with the rest
    notes: list[str] = field(default_factory=list)


@dataclass
class StudentLine:
    student: str
    name: str
    points: float
    full: int
    right: int
    notes: list[str]
    problem: str = ""


@dataclass
class Lesson:
    """A class's lesson."""

    topic: str
    max_points: float
    people: list[StudentLine]
    missing: list[tuple[str, str]]              # (student, name) of the roster who have not handed in
    exercises: list[ExerciseLine]
    questions: list[QuestionLine]
    counted: int                                # whose notebooks the statistics are of
    alpha: float | None
    pairs: list[tuple[str, str, int, int, int, float]]      # idea, mistake, both, with idea, with mistake, chance
    looked_at: int                              # pairs in all
    packages: Counter[str]
    penalties: int = 0
    to_look_at: int = 0
    void: tuple[str, ...] = ()                  # what counts for nobody
    given: tuple[str, ...] = ()                 # what counts in full for all

    @property
    def few(self) -> bool:
        return self.counted < s.FEWEST


def read_all(root: Path, topic: str) -> list[Record]:
    """The records of a lesson that are of today's format, by student."""
    folder = root / "records" / topic
    found = (records.read(root, topic, path.stem) for path in sorted(folder.glob("*.json")))
    return [record for record in found if records.is_current(record)]


def lesson_of(root: Path, topic: str) -> Lesson:
    """Everything that a report says, as numbers. Raises Problem where nothing is graded."""
    every = read_all(root, topic)
    if not every:
        raise Problem(f"{topic}: nothing is graded yet. Run: python -m autograder grade {topic}")
    marks, roster = marks_of(root, topic), collect.roster_of(root)
    known = collect.known(root, topic)
    counted = [record for record in every if not record["problem"] and _written(record)
               and not records.unchecked(record)]
    totals = [record["points"] for record in counted]
    exercises = [_exercise(topic, name, counted, totals) for name in catalogue.exercises(topic)
                 if _graded(name, every)]
    bank = load_bank(topic, root)
    questions = [_question(bank[name], counted, totals) for name in bank if _graded(name, every)]
    items = [_scores(name, counted) for name in _ids(counted)]
    pairs, number = _pairs(topic, counted)
    people = [_student(root, topic, record, marks.get(record["student"]), known, roster) for record in every]
    handed_in = {record["student"] for record in every}
    missing = [(student, str(entry.get("name", ""))) for student, entry in sorted(roster.items())
               if student not in handed_in]
    return Lesson(
        topic, every[0]["max_points"], people, missing, exercises, questions, len(counted), s.alpha(items), pairs,
        number, _packages(every),
        sum(mark.penalty > 0 for mark in marks.values()), sum(mark.to_look_at for mark in marks.values()),
        *_changed(every))


def _written(record: Record) -> bool:
    return any(part["state"] != "unwritten" for part in records.counting(record).values())


def _ids(counted: list[Record]) -> list[str]:
    return list(records.counting(counted[0])) if counted else []


def _graded(name: str, every: list[Record]) -> bool:
    return any(name in records.counting(record) for record in every)


def _changed(every: list[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what counts for nobody, what counts in full for all) by the records, in the lesson's order."""
    parts = [item for record in every for item in record["parts"].items()]
    void = dict.fromkeys(name for name, part in parts if part["state"] == "void")
    return tuple(void), tuple(dict.fromkeys(name for name, part in parts if records.is_given(part)))


def _part(name: str, counted: list[Record]) -> list[Part]:
    return [record["parts"][name] for record in counted if name in record["parts"]]


def _scores(name: str, counted: list[Record]) -> list[float]:
    return [record["parts"][name]["points"] if name in record["parts"] else 0.0 for record in counted]


def _rest(scores: list[float], totals: list[float]) -> s.Interval | None:
    return s.correlated(scores, [total - own for own, total in zip(scores, totals, strict=True)])


def _exercise(topic: str, name: str, counted: list[Record], totals: list[float]) -> ExerciseLine:
    parts = _part(name, counted)
    told: dict[str, Told] = {}
    for record in counted:
        part = record["parts"].get(name)
        if part is not None and not part["passed"] and part["state"] != "unwritten":
            for id_, words in _reasons(topic, name, part):
                known = id_ in catalogue.mistake_messages(topic).get(name, {})
                told.setdefault(id_ if known else f"{id_}: {words}", Told(id_, words)).students.append(
                    record["student"])
    scores = _scores(name, counted)
    points = parts[0]["max_points"] if parts else 0.0
    return ExerciseLine(name, points, scores, sum(part["passed"] for part in parts),
                        sum(part["state"] == "unwritten" for part in parts),
                        sorted(told.values(), key=lambda each: (-len(each.students), each.id)), _rest(scores, totals))


def _reasons(topic: str, name: str, part: Part) -> Iterable[tuple[str, str]]:
    """(id, words) of what a student read: the known mistakes, else what was said of the program, else what failed."""
    told = part["told"]
    ids = told["ids"] if told else []
    known = catalogue.mistake_messages(topic).get(name, {})
    first = cause_among(part["notes"])
    if first:
        yield "what it builds on", first
    headline = told["text"] if told and told["kind"] in ("described", "explained") else ""
    if told and headline:
        yield "no known mistake" if told["kind"] == "described" and not ids else (
            "what is wrong" if told["kind"] == "described" else "an error"), headline
    for id_ in ids:
        plain = id_.removeprefix(f"{name}__")
        text, read = known[plain][0] if plain in known else "", told["text"] if told else ""
        yield plain, text or (read if not headline else "") or plain.replace("_", " ")
        if text and read.startswith("Two things at once") and text in read:
            yield "besides", read.partition(text)[2].strip()
    if ids or headline:
        return
    if part["problem"]:
        yield "could not be called", part["problem"]
    else:
        failed = next((check for check in part["checks"] if check["checked"] and not check["passed"]), None)
        yield (f"{failed['stage']}, not one of the known mistakes" if failed else "not one of the known mistakes",
               failed["message"] if failed else "")


def _question(question: Question, counted: list[Record], totals: list[float]) -> QuestionLine:
    name = question.id
    answers = Counter(question.group(part["answer"]) if part["answer"] else "" for part in _part(name, counted))
    scores = _scores(name, counted)
    given = sum(number for letter, number in answers.items() if letter)
    right = s.share(answers[question.key], len(counted))
    line = QuestionLine(name, question, answers, right, _rest(scores, totals), {})
    rests = [total - own for own, total in zip(scores, totals, strict=True)]
    for value in dict.fromkeys([*question.values(), *filter(None, answers)]):
        chosen = [float(name in record["parts"] and question.group(record["parts"][name]["answer"] or "") == value)
                  for record in counted]
        line.options[value] = s.correlation(chosen, rests)
    if len(counted) >= s.FEWEST:
        line.notes += _suspicions(line, given)
    return line


def _suspicions(line: QuestionLine, given: int) -> list[str]:
    """What the answers say against the question itself."""
    key, said = line.question.key, []
    better = [letter for letter, r in line.options.items() if letter != key and r is not None
              and r > max(line.options[key] or 0, 0.1) and line.answers[letter] > line.answers[key]]
    if line.rest is not None and line.rest.high < 0 or better:
        other = f" {better[0]} was chosen more often, and by those who know more." if better else ""
        said.append(f"Is the key {key} right? Who answers as it says does not do better elsewhere.{other}")
    options = line.question.options if line.question.form == "letter" else ()
    dead = [letter for letter in options if letter != key and not line.answers[letter]]
    if dead and given >= 30:
        said.append(f"Nobody of {given} chose {' or '.join(dead)}: that option distracts nobody.")
    return said


def _pairs(topic: str, counted: list[Record]) -> tuple[list[tuple[str, str, int, int, int, float]], int]:
    """Which wrong idea (of the questions) goes with which mistake (of the exercises), the least likely first."""
    ideas, bugs = dict[str, set[str]](), dict[str, set[str]]()
    for record in counted:
        for name, part in records.counting(record).items():
            if part["misconception"]:
                ideas.setdefault(part["misconception"], set()).add(record["student"])
            for id_ in (part["told"]["ids"] if part["told"] else []):
                bug = f"{name}: {id_.removeprefix(name + '__').replace('_', ' ')}"
                bugs.setdefault(bug, set()).add(record["student"])
    found = []
    for idea, first in ideas.items():
        for bug, second in bugs.items():
            both = len(first & second)
            if both >= 3:
                chance = s.together(both, len(first), len(second), len(counted))
                if chance < 0.01:
                    found.append((idea, bug, both, len(first), len(second), chance))
    return sorted(found, key=lambda pair: pair[-1])[:8], len(ideas) * len(bugs)


_MODULE = re.compile(r"[Mm]odule(?:s)? `?'?([A-Za-z_][\w.]*)|`([A-Za-z_]\w*)` is not (?:installed|on the grader)")


def _packages(every: list[Record]) -> Counter[str]:
    """Modules that notebooks import and the grader has not, by how many notebooks."""
    found: Counter[str] = Counter()
    for record in every:
        texts = [*record["notes"], *(note for part in record["parts"].values() for note in part["notes"])]
        found.update({match[1] or match[2] for text in texts for match in _MODULE.finditer(text)})
    return found


def _student(root: Path, topic: str, record: Record, mark: Mark | None, known: dict[str, Any],
             roster: dict[str, Any]) -> StudentLine:
    student = record["student"]
    name = str((roster.get(student) or known.get(student) or {}).get("name", "")) or (mark.name if mark else "")
    points = mark.score if mark is not None else record["points"]
    kinds = {kind: sum(part["passed"] for part in records.counting(record).values()
                       if part["kind"] == kind) for kind in ("exercise", "question")}
    notes = []
    if record["problem"]:
        notes.append("unreadable")
    elif not _written(record):
        notes.append("nothing written")
    elif open_ := records.unchecked(record):
        notes.append(f"not marked yet: {', '.join(open_)}")
    elif points <= STUCK * record["max_points"]:
        notes.append("stuck")
    if not records.unchecked(record) and _fallen(root, topic, record, points):
        notes.append("falling back")
    if mark is not None and mark.penalty:
        notes.append(f"late: −{mark.penalty:g}")
    elif (known.get(student) or {}).get("late"):
        notes.append("late")
    if mark is not None and mark.to_look_at:
        notes.append("waits for a mark by hand")
    copies = sorted(name for name, part in record["parts"].items() if part["resembles"]
                    and "(short" not in part["resembles"])
    if copies:
        notes.append(f"a published text: {', '.join(copies)}")
    return StudentLine(student, name, points, kinds["exercise"], kinds["question"], notes, record["problem"])


def _fallen(root: Path, topic: str, record: Record, points: float) -> bool:
    earlier = []
    for other in catalogue.judged_topics(root):
        if other == topic:
            break
        kept = records.read(root, other, record["student"])
        if records.is_current(kept) and kept["max_points"] and not kept["problem"]:
            earlier.append(kept["points"] / kept["max_points"])
    return bool(earlier) and record["max_points"] > 0 and points / record["max_points"] < s.mean(earlier) - FALLEN


def say_tomorrow(lesson: Lesson) -> list[tuple[int, str, str]]:
    """The things that most of the class would gain from: (how many, headline, words), the most first."""
    found: list[tuple[int, str, str]] = []
    for exercise in lesson.exercises:
        if exercise.told and len(exercise.told[0].students) > 1:
            first = exercise.told[0]
            found.append((len(first.students), f"`{exercise.name}`: {first.id.replace('_', ' ')}", first.words))
    unwritten = sorted((each for each in lesson.exercises if each.untouched > 1), key=lambda each: -each.untouched)
    if unwritten:                                       # one thing to say, however many exercises it is of
        most, *others = unwritten
        more = ", ".join(f"`{each.name}` ({each.untouched})" for each in others)
        found.append((most.untouched, f"`{most.name}` is not written" + (f", nor is {more}" if more else ""),
                      "Show how it begins, or ask what stands in the way."))
    for line in lesson.questions:
        known = ("", OTHER, line.question.key)
        wrong = [(number, letter) for letter, number in line.answers.items() if letter not in known]
        if wrong and max(wrong)[0] > 1:
            number, letter = max(wrong)
            said = f"{letter}, “{line.question.text_of(letter)}”" if line.question.form == "letter" else letter
            found.append((number, f"Question {line.id}: {said}", line.question.why_of(letter)))
    return sorted(found, key=lambda each: -each[0])[:3]
