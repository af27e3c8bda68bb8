"""How each LMS names the files of a download: who handed in, when, and what. One entry of `STYLES` an LMS.

    canvas       lovelaceada_LATE_4101_88123_loss.ipynb     the person's number, then the file's
    moodle       Ada Lovelace_1234567_assignsubmission_file_/loss.ipynb         the participant's number
    blackboard   Lesson 1_alovelace_attempt_2026-03-03-11-31-00_loss.ipynb      the user name
    brightspace  12345-67890 - Ada Lovelace - Mar 3, 2026 1131 AM/loss.ipynb    the person's number
    gradescope   submission_123456789/loss.ipynb            submission_metadata.yml beside it knows who
    folder       alovelace/loss.ipynb or alovelace_loss.ipynb

A person is whom the LMS's own number or user name says. The display name, which people choose, is only shown; what
stands behind the LMS's part of a name is of the student's choice and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Parts = Sequence[str]
Meta = Mapping[str, Any]                # what the archive itself says of its members (Gradescope, Blackboard)


@dataclass(frozen=True)
class Claim:
    """Whose file it is, by the LMS's part of its name."""

    identity: str                       # the LMS's number or user name
    file: str                           # as the student called it; "" where that is not told
    name: str = ""                      # the display name
    time: datetime | None = None        # when it was handed in: without a zone the LMS's own
    order: int = 0                      # a number that grows with every upload
    late: bool = False
    email: str = ""


Reader = Callable[[Parts, Meta], "Claim | None"]


@dataclass(frozen=True)
class Style:
    """One LMS. `example` is shown where a download is of another style."""

    name: str
    read: Reader
    example: str
    archive_times: bool = False         # whether a member's time in the archive is that of handing in
    per_lesson: bool = False            # whether its numbers are others in each lesson


_CANVAS = re.compile(r"(?P<name>[^/]+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<order>\d+)_(?P<file>.+)")
_ANONYMOUS = re.compile(r"anon_(?P<late>LATE_)?(?P<id>[A-Za-z0-9]{5})_(?P<order>\d+)_(?P<file>.+)")
_MOODLE = re.compile(r"(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
_BLACKBOARD = re.compile(r"(?P<head>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)")
_BRIGHTSPACE = re.compile(r"(?P<id>\d+)-\d+ - (?P<name>.+?) - "
                          r"(?P<time>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{1,2}:?\d\d ?[AP]M)(?: - (?P<file>.+))?")
_GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")


def _canvas(parts: Parts, meta: Meta) -> Claim | None:
    found = _ANONYMOUS.fullmatch(parts[-1]) or _CANVAS.fullmatch(parts[-1])
    if not found or len(parts) > 1:
        return None
    name = found.groupdict().get("name") or ""
    return Claim(found["id"], found["file"], name, order=int(found["order"]), late=bool(found["late"]))


def _moodle(parts: Parts, meta: Meta) -> Claim | None:
    found = _MOODLE.fullmatch(parts[0])
    if not found or found["kind"] != "file":
        return None
    return Claim(found["id"], parts[-1] if len(parts) > 1 else found["file"] or "", found["name"])


def _blackboard(parts: Parts, meta: Meta) -> Claim | None:
    found = _BLACKBOARD.fullmatch(parts[-1])
    if not found or len(parts) > 1:
        return None
    names: Mapping[str, str] = meta.get("blackboard", {})
    # the receipt beside the file knows the user name; without it, an underscore in that name cannot be told
    user = names.get(found["head"]) or found["head"].rpartition("_")[2]
    return Claim(user, found["file"] or "", time=datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S"))


def _brightspace(parts: Parts, meta: Meta) -> Claim | None:
    found = _BRIGHTSPACE.fullmatch(parts[0])
    if not found:
        return None
    return Claim(found["id"], found["file"] or parts[-1], found["name"], _brightspace_time(found["time"]))


def _brightspace_time(text: str) -> datetime | None:
    plain = re.sub(r"(\d{1,2}):?(\d\d) ?([AP]M)$", r"\1:\2 \3", text)
    for form in ("%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p"):
        try:
            return datetime.strptime(plain, form)
        except ValueError:
            continue
    return None


def _gradescope(parts: Parts, meta: Meta) -> Claim | None:
    found = _GRADESCOPE.fullmatch(parts[0])
    if not found or len(parts) < 2:
        return None
    known = meta.get("gradescope", {}).get(parts[0], {})
    identity = known.get("sid") or known.get("email") or found["id"]
    return Claim(str(identity), parts[-1], known.get("name", ""), known.get("time"), int(found["id"]),
                 email=known.get("email", ""))


def _folder(parts: Parts, meta: Meta) -> Claim | None:
    if len(parts) > 1:
        return Claim(parts[0].strip(), parts[-1], parts[0].strip())
    student, mark, file = parts[0].partition("_")
    return Claim(student.strip(), file, student.strip()) if mark and student.strip() and file else None


STYLES = {style.name: style for style in (
    Style("canvas", _canvas, "lovelaceada_4101_88123_loss.ipynb"),
    Style("moodle", _moodle, "Ada Lovelace_1234567_assignsubmission_file_/loss.ipynb", archive_times=True,
          per_lesson=True),
    Style("blackboard", _blackboard, "Lesson 1_alovelace_attempt_2026-03-03-11-31-00_loss.ipynb"),
    Style("brightspace", _brightspace, "12345-67890 - Ada Lovelace - Mar 3, 2026 1131 AM/loss.ipynb"),
    Style("gradescope", _gradescope, "submission_123456789/loss.ipynb"),
    Style("folder", _folder, "alovelace/loss.ipynb"),
)}

# the most particular first: a name that fits one of these is not taken for a looser one
SURE = ("moodle", "blackboard", "brightspace", "gradescope", "canvas")


def style_of(parts: Parts) -> str:
    """The style that a name has; "folder" where it has none of an LMS."""
    return next((name for name in SURE if STYLES[name].read(parts, {})), "folder")
