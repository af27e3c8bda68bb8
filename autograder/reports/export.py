"""Marks for an LMS, from the gradebook.

    python -m autograder export loss --lms canvas --into ~/Downloads/grades.csv

The sheet that the LMS gave out is read and written beside, with one column filled in; it is never changed itself.
With c.ExportApp.plugin_class = "autograder.reports.export.CanvasExporter" in private/nbgrader_config.py `nbgrader
export --CanvasExporter.into=FILE` does the same.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from autograder.files import make_folder, shown, write_private
from autograder.lessons.changes import changes_of
from autograder.lms import collect
from autograder.lms.sheets import TARGETS, Filled, Score, fill
from autograder.lms.tables import as_bytes, read_sheet, short
from autograder.problems import Misused, Problem
from autograder.reports.marks import LATE, Mark, marks_in, marks_of
from autograder.screen import table

Say = Callable[[str], object]
OWN_KEY = {"canvas": "number", "moodle": "number", "blackboard": "login", "gradescope": "number"}


def export(root: Path, topic: str, lms: str, into: Path | None = None, output: Path | None = None, column: str = "",
           title: str = "", late: str = "nbgrader", scale: bool = False, zeros: bool = False, dry: bool = False,
           feedback: bool = False, say: Say = print) -> Path | None:
    """Write the marks of a lesson for an LMS. Returns the file; None for a dry run. Raises Problem."""
    marks = marks_of(root, topic)
    return _export(root, topic, marks, lms, into, output, column, title, late, scale, zeros, dry, feedback, say)


def _export(root: Path, topic: str, marks: dict[str, Mark], lms: str, into: Path | None, output: Path | None,
            column: str, title: str, late: str, scale: bool, zeros: bool, dry: bool, feedback: bool,
            say: Say) -> Path | None:
    if late not in LATE:
        raise Misused(f"--late is one of {', '.join(LATE)}.")
    scores = scores_of(root, topic, marks, lms, late)
    _say_late(marks, late, say)
    _say_changes(root, topic, scores, say)
    if lms == "gradescope":
        if into is not None:
            raise Misused("Gradescope gives out no sheet that takes marks: leave --into out.")
        return _gradescope(root, topic, scores, output, dry, say)
    target = TARGETS[lms]
    sheet = read_sheet(into) if into is not None else None
    done = fill(target, sheet, scores, topic, title or topic, column, scale, zeros)
    _show(done, dry, say)
    path = output or root / "reports" / f"{topic}-{lms}{_suffix(into)}"
    if into is not None and path.resolve() == into.resolve():
        raise Problem("The sheet that the LMS gave out is not written over: name another file with --output.")
    if dry:
        say("Nothing was written (--dry-run).")
        return None
    _write(path, as_bytes(done.sheet, done.keys))
    say(f"wrote {path}")
    if feedback:
        _feedback(root, topic, lms, say)
    return path


def _suffix(into: Path | None) -> str:
    return into.suffix if into is not None and into.suffix in (".csv", ".txt", ".xls", ".tsv") else ".csv"


def scores_of(root: Path, topic: str, marks: dict[str, Mark], lms: str, late: str) -> list[Score]:
    """What is entered for each student, with the keys by which the LMS knows them."""
    known, roster = collect.known(root, topic), collect.roster_of(root)
    found = []
    for student, mark in sorted(marks.items()):
        entry: dict[str, Any] = known.get(student, {})
        keys = dict(entry.get("keys") or roster.get(student, {}).get("keys") or {})
        if entry.get("lms") in OWN_KEY and entry.get("identity"):
            keys[OWN_KEY[str(entry["lms"])]] = str(entry["identity"])
        if entry.get("email"):
            keys.setdefault("email", str(entry["email"]))
        name = str(entry.get("name") or roster.get(student, {}).get("name") or mark.name)
        found.append(Score(student, name, mark.final(late), mark.max_score, keys))
    return found


def _say_late(marks: dict[str, Mark], late: str, say: Say) -> None:
    penalised = [mark for mark in marks.values() if mark.penalty > 0]
    if late == "nbgrader":
        lost = ", ".join(f"{shown(mark.student)} −{short(mark.penalty)}" for mark in penalised)
        say(f"Late: nbgrader's penalties are taken away ({lost or 'there are none'}).")
    else:
        left = f"; nbgrader's own, of {len(penalised)} students, are left out" if penalised else ""
        say(f"Late: {'the LMS takes its penalties away itself' if late == 'lms' else 'no penalty'}{left}.")
    waiting = [shown(mark.student) for mark in marks.values() if mark.to_look_at]
    if waiting:
        say(f"Wait for a mark by hand ({len(waiting)}): {', '.join(waiting)}")


def _say_changes(root: Path, topic: str, scores: list[Score], say: Say) -> None:
    changes = changes_of(root, topic)
    if changes.void:
        most = f" The lesson counts {short(scores[0].max_score)} points." if scores else ""
        say(f"Counts for nobody: {', '.join(changes.void)}.{most}")
    if changes.given:
        say(f"Counts in full for all: {', '.join(changes.given)}")


def _show(done: Filled, dry: bool, say: Say) -> None:
    for line in done.said:
        say(line)
    if dry:
        rows = [(shown(student, 40), before or "–", after) for student, before, after in done.entered]
        for line in table((("student", "left"), ("before", "right"), ("after", "right")), rows):
            say(line)
    changed = [(student, before, after) for student, before, after in done.entered if before and before != after]
    if changed and not dry:
        say(f"Other marks stood there ({len(changed)}): " + ", ".join(
            f"{shown(student)} {shown(before, 20)} → {after}" for student, before, after in changed))
    if done.unmatched:
        say(f"Not in the sheet ({len(done.unmatched)}): " + ", ".join(
            f"{shown(score.name or score.student)} ({shown(score.student)}, {short(score.score)})"
            for score in done.unmatched))
    rest = f"; {done.without} in the sheet have handed nothing in" if done.without else ""
    say(f"{len(done.entered)} marks in column “{shown(done.column, 80)}”{rest}.")


def _write(path: Path, data: bytes) -> None:
    """For its owner alone: it holds a class's marks."""
    make_folder(path.parent)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(data)


def _gradescope(root: Path, topic: str, scores: list[Score], output: Path | None, dry: bool, say: Say) -> Path | None:
    """A results.json for each submission, and an autograder that hands each submission its own.

    Gradescope imports no marks: what an autograder writes while it runs is the mark. It knows people by the e-mail
    address in submission_metadata.json.
    """
    folder = (output or root / "reports" / f"{topic}-gradescope").resolve()         # "." too has a name then
    if dry:
        say(f"{len(scores)} files results.json would be in {folder}. Nothing was written (--dry-run).")
        return None
    by_address = dict[str, list[tuple[Score, Any]]]()
    for score in scores:
        result = {"score": round(score.score, 2), "visibility": "visible", "stdout_visibility": "hidden",
                  "tests": [{"name": topic, "score": round(score.score, 2), "max_score": round(score.max_score, 2)}]}
        write_private(folder / score.student / "results.json", json.dumps(result, indent=1) + "\n")
        by_address.setdefault(score.keys.get("email", "").casefold(), []).append((score, result))
    say(f"{len(scores)} files STUDENT/results.json in {folder}")
    strange = [shown(score.student) for score, _ in by_address.pop("", [])]
    if strange:
        say(f"Without an e-mail address, and so not in the autograder ({len(strange)}): {', '.join(strange)}")
    for address, each in by_address.items():
        if len(each) > 1:
            names = ", ".join(shown(score.student) for score, _ in each)
            say(f"{names} have one e-mail address, {shown(address)}, and so are not in the autograder.")
    marks = {address: each[0][1] for address, each in by_address.items() if len(each) == 1}
    path = folder.with_name(folder.name + ".zip")
    _write(path, _program({"setup.sh": "#!/bin/sh\n", "run_autograder": RUN_AUTOGRADER,
                           "marks.json": json.dumps(marks, indent=1)}))
    say(f"wrote {path} (Gradescope: Configure Autograder, upload it; then Manage Submissions, Regrade All Submissions)")
    return folder


# runs in Gradescope, as /autograder/run_autograder; the zip is unpacked into /autograder/source
RUN_AUTOGRADER = '''#!/usr/bin/env python3
"""The mark that was given elsewhere, for whoever handed this submission in. Nothing of the submission is run."""
import json
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
people = [each["email"] for each in json.loads((here / "submission_metadata.json").read_text("utf-8"))["users"]]
marks = json.loads((here / "source" / "marks.json").read_text("utf-8"))
found = [marks[address.casefold()] for address in people if address.casefold() in marks]
if not found:
    sys.exit("No mark was given yet for " + ", ".join(people))
(here / "results").mkdir(exist_ok=True)
(here / "results" / "results.json").write_text(json.dumps(found[0]), "utf-8")
'''


def _program(files: dict[str, str]) -> bytes:
    """A zip of texts, each of which may be run."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o100755 << 16
            packed.writestr(member, text)
    return made.getvalue()


def _feedback(root: Path, topic: str, lms: str, say: Say) -> None:
    """The pages as one zip, named as Moodle gave the submissions out: it knows whose each is."""
    if lms != "moodle":
        raise Misused("--feedback is for Moodle, which takes pages back in one zip file.")
    made, number = io.BytesIO(), 0
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for student, entry in sorted(collect.known(root, topic).items()):
            page = root / "feedback" / student / topic / f"{topic}.html"
            if page.is_file() and entry.get("lms") == "moodle":
                name = str(entry.get("name", "")).replace("_", " ").replace("/", " ")
                holder = entry.get("holder") or f"{name}_{entry.get('identity')}_assignsubmission_file_"
                packed.writestr(f"{holder}/{topic}-feedback.html", page.read_bytes())
                number += 1
    path = root / "reports" / f"{topic}-moodle-feedback.zip"
    _write(path, made.getvalue())
    say(f"wrote {path}, with {number} feedback pages (Moodle: View all submissions, Upload multiple feedback files in "
        "a zip)")


# --- from nbgrader's side --------------------------------------------------------------------------------------

class _LmsExporter(ExportPlugin):              # type: ignore[misc]  # nbgrader has no types
    """`nbgrader export`: one lesson (--assignment), into the LMS's sheet (--into) or a new one."""

    lms = "canvas"
    into = Unicode("", help="the sheet that the LMS gave out").tag(config=True)
    column = Unicode("", help="which of its columns").tag(config=True)
    late = Unicode("nbgrader", help="nbgrader, lms or none: whose penalty for lateness counts").tag(config=True)
    scale = Bool(False, help="convert to the sheet's maximum").tag(config=True)

    def export(self, gradebook: Any) -> None:
        named = [str(name) for name in self.assignment or []]
        topics = named or [each.name for each in gradebook.assignments if each.submissions]
        if len(topics) != 1:
            self.log.error("Name one assignment: --assignment \"['%s']\"", topics[0] if topics else "loss")
            raise SystemExit(1)
        wanted = {str(student) for student in self.student or []}
        root = Path(self.parent.coursedir.root) if self.parent is not None else Path.cwd()
        try:
            marks = {student: mark for student, mark in marks_in(gradebook, topics[0]).items()
                     if not wanted or student in wanted}
            _export(root, topics[0], marks, self.lms, Path(self.into).expanduser() if self.into else None,
                    Path(self.to) if self.to else None, self.column, "", self.late, self.scale, False, False, False,
                    self.log.info)
        except Problem as problem:
            self.log.error(str(problem))
            raise SystemExit(1) from None
        except OSError as problem:
            self.log.error("%s: %s", problem.filename, problem.strerror)
            raise SystemExit(1) from None


class CanvasExporter(_LmsExporter):
    """Into Canvas's gradebook."""

    lms = "canvas"


class MoodleExporter(_LmsExporter):
    """Into Moodle's grading worksheet."""

    lms = "moodle"


class BlackboardExporter(_LmsExporter):
    """Into Blackboard's Grade Center file."""

    lms = "blackboard"


class BrightspaceExporter(_LmsExporter):
    """Into Brightspace's grades file."""

    lms = "brightspace"

