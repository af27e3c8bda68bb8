"""Marks for an LMS: its own sheet with one column filled in, or a new one. One entry of `TARGETS` an LMS.

What an importer looks for is from its own published rules (tests/importers.py names them):

canvas       an assignment is known by the number in its column's title; what is "(read only)" in the row of points, or
             called Final Score and the like, is passed over; UTF-8, with commas or semicolons
moodle       a person is known by the worksheet's Identifier; UTF-8 with commas, as its form is preset; more than the
             maximum is passed over without a word
blackboard   a column is known by the id behind its |; tabs, or commas with each value in quotes
brightspace  keys come first, the end-of-line column last; other columns than grades are not to be imported
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autograder.files import shown
from autograder.lms.tables import KEYS, Sheet, SheetError, bare_key, short


@dataclass(frozen=True)
class Score:
    """What is to be entered for one student."""

    student: str
    name: str
    score: float
    max_score: float
    keys: dict[str, str] = field(default_factory=dict)      # of tables.KEYS: kind -> value

    def key(self, kind: str) -> str:
        """The key of a kind. Of who was not collected from an LMS nothing is known but the id, which is any of them."""
        return self.keys.get(kind, "") if self.keys else self.student


@dataclass(frozen=True)
class Target:
    """How one LMS wants its marks."""

    name: str
    keys: tuple[str, ...]                       # kinds of tables.KEYS, the surest first
    column: str                                 # a regular expression: the title of a column of marks
    maximum: Callable[[Sheet, int], float | None]
    new: Callable[[str, str, Sequence[Score]], Sheet] | None = None
    capped: bool = False                        # whether it refuses more than the maximum
    locked: tuple[str, ...] = ()                # a column that says No where a mark cannot be changed
    one_column: bool = False                    # whether its sheet has one column of marks, whatever the lesson
    delimiters: str = ","                       # that its importer knows; a sheet with another gets the first
    encodings: tuple[str, ...] = ("utf-8", "utf-8-sig")
    quoted: bool = False                        # whether each value is to be in quotes
    bare: bool = False                          # whether it wants keys, the marks and its end of line, nothing else


@dataclass
class Filled:
    """What was done with a sheet."""

    sheet: Sheet
    column: str
    keys: list[int]
    entered: list[tuple[str, str, str]] = field(default_factory=list)      # (student, before, after)
    unmatched: list[Score] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    without: int = 0                            # rows of people who handed nothing in


def _points_possible(sheet: Sheet, column: int) -> float | None:
    row = next((row for row in sheet.rows if "points possible" in row[0].casefold()), None)
    return _number(row[column]) if row else None


def _read_only(sheet: Sheet, column: int) -> bool:
    return any("points possible" in row[0].casefold() and "read only" in row[column].casefold() for row in sheet.rows)


def _in_title(sheet: Sheet, column: int) -> float | None:
    found = re.search(r"(?:Total Pts: (?:up to )?|MaxPoints:)([\d.,]+)", sheet.header[column])
    return _number(found[1]) if found else None


MAXIMUM = ("Maximum Grade", "Bestwertung", "Note maximale", "Calificación máxima")


def _maximum_grade(sheet: Sheet, column: int) -> float | None:
    place = sheet.column(*MAXIMUM)
    found = {_number(row[place]) for row in sheet.rows} if place is not None else set()
    return found.pop() if len(found) == 1 else None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _new_canvas(topic: str, title: str, scores: Sequence[Score]) -> Sheet:
    rows = [["    Points Possible", "", "", "", "", short(scores[0].max_score) if scores else ""]]
    rows += [[s.name, s.key("number"), s.key("sis"), s.key("login"), "", ""] for s in scores]
    return Sheet(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title], rows, newline="\n")


def _new_moodle(topic: str, title: str, scores: Sequence[Score]) -> Sheet:
    """For Moodle's gradebook (Grades, Import, CSV file), which finds people by e-mail address or ID number."""
    rows = [[s.key("email"), s.key("sis"), s.name, ""] for s in scores]
    return Sheet(["Email address", "ID number", "Full name", title], rows)


def _new_brightspace(topic: str, title: str, scores: Sequence[Score]) -> Sheet:
    rows = [[s.key("number"), s.key("login"), "", "#"] for s in scores]
    return Sheet(["OrgDefinedId", "Username", f"{title} Points Grade", "End-of-Line Indicator"], rows)


TARGETS = {target.name: target for target in (
    Target("canvas", ("number", "sis", "login"),
           r"(?!.*(?:Current|Final|Override) (?:Score|Points|Grade|Status)).+ \(\d+\)", _points_possible, _new_canvas,
           delimiters=",;"),
    Target("moodle", ("number", "email", "sis", "login"), r"Grade|Bewertung|Note|Calificación|Nota", _maximum_grade,
           _new_moodle, capped=True, locked=("Grade can be changed", "Bewertung kann geändert werden",
                                             "La note peut être modifiée"), one_column=True),
    Target("blackboard", ("login", "number"), r".*\[Total Pts: .* Score\] \|\d+", _in_title, delimiters="\t,",
           encodings=("utf-16", "utf-8", "utf-8-sig"), quoted=True),
    Target("brightspace", ("number", "login"), r".+ Points Grade(?: <.*>)?", _in_title, _new_brightspace, capped=True,
           delimiters=",\t", bare=True),
)}


def fill(target: Target, sheet: Sheet | None, scores: Sequence[Score], topic: str, title: str, column: str = "",
         scale: bool = False, zeros: bool = False) -> Filled:
    """A sheet with the marks in it. `sheet` is the LMS's own; None: a new one.

    Raises SheetError where no column, or more than one, can be meant, or where it counts to another maximum.
    """
    if sheet is None:
        if target.new is None:
            raise SheetError(f"{target.name.capitalize()} takes marks only into a column that it has made: download "
                             "its sheet with the lesson's column, and name it with --into FILE.")
        sheet = target.new(topic, title, scores)
        place = sheet.header.index(title if target.name != "brightspace" else f"{title} Points Grade")
    else:
        place = _column(target, sheet, topic, title, column)
    columns = {kind: at for kind in target.keys if (at := sheet.column(*KEYS[kind])) is not None}
    if not columns:
        raise SheetError(f"{shown(sheet.name)} has no column by which {target.name} knows people.")
    done = Filled(sheet, sheet.header[place], list(columns.values()))
    _enter(target, sheet, place, columns, scores, _factor(target, sheet, place, scores, scale, done), zeros, done)
    return _as_the_importer_reads(target, done, place)


def _as_the_importer_reads(target: Target, done: Filled, place: int) -> Filled:
    """With the separator, the encoding and the columns that the LMS takes, whatever a spreadsheet made of its file."""
    sheet = done.sheet
    delimiter = sheet.delimiter if sheet.delimiter in target.delimiters else target.delimiters[0]
    encoding = sheet.encoding if sheet.encoding in target.encodings else target.encodings[0]
    if (delimiter, encoding) != (sheet.delimiter, sheet.encoding):
        done.said.append(f"{shown(sheet.name)} is not as {target.name} gives it out: the new one is in "
                         f"{encoding.upper()}, with {'commas' if delimiter == ',' else 'tabs'} between the columns.")
    kept = [at for at, title in enumerate(sheet.header) if not target.bare or at == place or at in done.keys
            or title.strip().casefold() == "end-of-line indicator"]
    left = [shown(title, 40) for at, title in enumerate(sheet.header) if at not in kept]
    if left:
        done.said.append(f"Left out, since {target.name} imports marks alone: {', '.join(left)}.")
    rows = sheet.rows
    if delimiter == "," and sheet.delimiter != ",":     # then its numbers may have commas too, by the same spreadsheet
        most = sheet.column(*MAXIMUM)
        numbers = {at for at, title in enumerate(sheet.header)
                   if at == most or re.fullmatch(target.column, title.strip())}
        rows = [[cell.replace(",", ".") if at in numbers and re.fullmatch(r"\s*\d+,\d+\s*", cell) else cell
                 for at, cell in enumerate(row)] for row in rows]
        if rows != sheet.rows:
            done.said.append("Its marks have a point now where they had a decimal comma.")
    done.sheet = replace(sheet, header=[sheet.header[at] for at in kept],
                         rows=[[row[at] for at in kept] for row in rows],
                         delimiter=delimiter, encoding=encoding, quoted=target.quoted)
    done.keys = [kept.index(at) for at in done.keys]
    return done


def _column(target: Target, sheet: Sheet, topic: str, title: str, column: str) -> int:
    """The column of the lesson: the one that is named, or the only one whose title has the lesson's name in it."""
    marks = [at for at, text in enumerate(sheet.header)
             if re.fullmatch(target.column, text.strip()) and not _read_only(sheet, at)]
    if column:
        fits = [at for at in marks if column.casefold() in sheet.header[at].casefold()]
    elif target.one_column:
        fits = marks[:1]
    else:
        words = [re.compile(rf"(?<![a-z]){re.escape(name.casefold())}(?![a-z])") for name in (topic, title)]
        fits = [at for at in marks if any(word.search(sheet.header[at].casefold()) for word in words)]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(shown(sheet.header[at], 60) for at in marks[:12]) or "none"
    what = f"{len(fits)} columns fit" if fits else "no column fits"
    raise SheetError(f"{shown(sheet.name)}: {what} {column or topic!r}. Name one with --column TEXT; its columns of "
                     f"{target.name}'s marks are: {there}.")


def _factor(target: Target, sheet: Sheet, place: int, scores: Sequence[Score], scale: bool, done: Filled) -> float:
    most, ours = target.maximum(sheet, place), scores[0].max_score if scores else 0
    if most is None or not ours or abs(most - ours) < 1e-9:
        return 1.0
    if not scale:
        raise SheetError(f"{shown(sheet.header[place], 60)} counts to {short(most)} points, the lesson to "
                         f"{short(ours)}. Set {short(ours)} there, or let the marks be converted with --scale.")
    done.said.append(f"Marks are converted: {short(ours)} points are {short(most)} there.")
    return most / ours


def _enter(target: Target, sheet: Sheet, place: int, columns: dict[str, int], scores: Sequence[Score], factor: float,
           zeros: bool, done: Filled) -> None:
    locked = sheet.column(*target.locked) if target.locked else None
    rows = [row for row in sheet.rows if any(bare_key(row[at]) for at in columns.values())
            and "points possible" not in row[0].casefold()]
    of_row: dict[int, list[Score]] = {}
    taken: set[int] = set()                     # rows that bear a key of somebody who has a mark, entered or not
    for score in scores:
        fits = _rows_of(score, rows, columns)
        taken.update(at for each in fits for at in each)
        # by the surest key that both have; never by a name
        found = next((each[0] for each in fits if len(each) == 1), None)
        if found is None and any(len(each) > 1 for each in fits):
            done.said.append(f"{shown(score.student)} stands more than once in the sheet: no mark was entered.")
        elif found is None:
            done.unmatched.append(score)
        else:
            of_row.setdefault(found, []).append(score)
    if zeros and done.unmatched:
        done.said.append("No zeros were entered: who is not in the sheet may stand there by another key.")
    for at, row in enumerate(rows):
        each = of_row.get(at, [])
        if len(each) > 1:
            names = ", ".join(shown(score.student) for score in each)
            done.said.append(f"{names} are one person in the sheet: no mark was entered.")
        elif not each and at not in taken:
            done.without += 1
            if zeros and not done.unmatched and not row[place].strip():
                row[place] = "0"
        elif not each:
            continue
        elif locked is not None and row[locked].strip().casefold() in ("no", "nein", "non"):
            done.said.append(f"{shown(each[0].student)}: the sheet says that the mark cannot be changed.")
        else:
            value = each[0].score * factor
            if target.capped:
                value = min(value, each[0].max_score * factor)
            done.entered.append((each[0].student, row[place].strip(), short(value)))
            row[place] = short(value)


def _rows_of(score: Score, rows: list[list[str]], columns: dict[str, int]) -> list[list[int]]:
    """The rows that bear a student's key, for each kind of key that the sheet has."""
    wanted = {at: bare_key(score.key(kind)).casefold() for kind, at in columns.items()}
    return [[number for number, row in enumerate(rows) if key and bare_key(row[at]).casefold() == key]
            for at, key in wanted.items()]
