"""Who handed in what in a download, and which of several files counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from autograder.files import name_problem, shown, student_id
from autograder.lms.archives import Upload, is_archive, is_litter, said_by_lms
from autograder.lms.styles import STYLES, Claim, Style, style_of

MOST_WRAPS = 3

Each = list[tuple[Claim, Upload]]


@dataclass(frozen=True)
class Handed:
    """What is taken of one student."""

    claim: Claim
    upload: Upload
    archive_times: bool              # whether the archive's time of it is that of handing in

    def time(self, zone: ZoneInfo | None) -> datetime | None:
        """When it was handed in, UTC; None where nothing says so. `zone` is the LMS's, this machine's by default."""
        when = self.claim.time
        if when is None and self.archive_times and self.upload.time[:1] > (1980,):
            year, month, day, hour, minute, second = self.upload.time
            when = datetime(year, month, day, hour, minute, second, tzinfo=None if self.upload.local else UTC)
        if when is None:
            return None
        return (when.replace(tzinfo=zone) if when.tzinfo is None and zone else when).astimezone(UTC)


def names_topic(file: str, topic: str) -> bool:
    """Whether a file's name is that of a lesson's notebook: loss.ipynb, Loss (2).ipynb, "loss - Copy.ipynb"."""
    return is_notebook(file) and bool(re.search(rf"(?<![a-z0-9]){re.escape(topic.lower())}(?![a-z])", file.lower()))


def is_notebook(file: str) -> bool:
    return file.lower().endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))


def newest(topic: str, each: Each, archive_times: bool) -> tuple[Claim, Upload]:
    """The file that counts of one student's: of the last hand-in the lesson's notebook, of several the newest."""
    last = max((claim.time for claim, _ in each if claim.time is not None), default=None)
    kept = [(claim, upload) for claim, upload in each if claim.time == last] or each

    def order(one: tuple[Claim, Upload]) -> tuple[object, ...]:
        claim, upload = one
        file = claim.file or upload.parts[-1]
        kind = 3 if names_topic(file, topic) else 2 if is_notebook(file) else 1 if is_archive(file) else 0
        count = re.search(r"(\d+)\)?\.\w+$", file)
        times = upload.time if archive_times or not claim.order else ()
        return kind, claim.order, times, int(count[1]) if count else 0, upload.parts
    return max(kept, key=order)


def sort(uploads: Iterable[Upload], topic: str, lms: str) -> tuple[dict[str, Handed], list[str], list[Upload]]:
    """({identity: what is taken}, what is to be said, the files whose names are not of this LMS's style)."""
    style = STYLES[lms]
    uploads = bared(sorted(uploads, key=lambda upload: (upload.archive, upload.parts)), style)
    meta = said_by_lms(uploads)
    claims, odd, said = dict[str, Each](), list[Upload](), list[str]()
    if lms == "gradescope" and not meta["gradescope"]:
        said.append("Gradescope's submission_metadata.yml is not there, or cannot be read: people are known by the "
                    "numbers of their submissions alone.")
    for upload in uploads:
        if is_litter(upload.parts) or upload.parts[-1] == "submission_metadata.yml":
            continue
        claim = style.read(upload.parts, meta)
        if claim is None:
            if not _of_the_lms(upload.parts):
                odd.append(upload)
        elif claim.file:                                # else what the LMS itself writes beside it
            reason = name_problem(student_id(claim.identity))
            if reason:
                said.append(f"{upload.name()} is not collected. {reason}")
            else:
                claims.setdefault(student_id(claim.identity), []).append((claim, upload))
    taken = {}
    for student, each in sorted(claims.items()):
        claim, upload = newest(topic, each, style.archive_times)
        taken[student] = Handed(claim, upload, style.archive_times)
        others = [other.name() for _, other in each if other is not upload and (
            is_notebook(other.parts[-1]) or is_archive(other.parts[-1]))]
        if others:
            said.append(f"{shown(student)}: {len(others) + 1} uploads; the newest was collected, {upload.name()}, not "
                        f"{', '.join(others[:3])}{f' and {len(others) - 3} more' if len(others) > 3 else ''}.")
    return taken, said, odd


def bared(uploads: list[Upload], style: Style) -> list[Upload]:
    """Without the folders that all of an archive lies in (Gradescope's export; an archive that was unpacked)."""
    for _ in range(MOST_WRAPS):
        uploads = _bared_once(uploads, style)
    return uploads


def _bared_once(uploads: list[Upload], style: Style) -> list[Upload]:
    tops: dict[str, set[str]] = {}
    for upload in uploads:
        if not is_litter(upload.parts):
            tops.setdefault(upload.archive, set()).add(upload.parts[0] if len(upload.parts) > 1 else "")
    alone = {archive: next(iter(names)) for archive, names in tops.items() if len(names) == 1}
    wraps = {archive for archive, top in alone.items()
             if top and style.name != "folder" and style.read((top, "x.ipynb"), {}) is None}
    return [replace(upload, parts=upload.parts[1:]) if upload.archive in wraps and len(upload.parts) > 1 else upload
            for upload in uploads]


def _of_the_lms(parts: tuple[str, ...]) -> bool:
    """What an LMS puts beside the files: online texts, comments, an index."""
    return parts[-1].lower().endswith((".html", ".htm")) and ("onlinetext" in "/".join(parts) or len(parts) == 1)


# --- nbgrader's own zip_collect, which is told neither the LMS nor a roster -----------------------------------

def sorted_out(uploads: Iterable[Upload], topic: str) -> tuple[dict[str, Upload], list[str]]:
    """{student: file}, and what is to be said of the files that are none's, each by its name.

    Whatever LMS a name is of. The id is a display name where the LMS puts one in front, as nbgrader's users know it;
    with its number behind where two people have one name.
    """
    said, claims = list[str](), dict[str, Each]()
    uploads = sorted(uploads, key=lambda upload: (upload.archive, upload.parts))
    meta = said_by_lms(uploads)
    # an archive with a bare loss.ipynb in it is one student's, and bears the student's name
    bare = re.compile(re.escape(topic) + r"(?:[-_ ]?\(?\d+\)?)?\.ipynb", re.IGNORECASE)
    single = any(upload.archive and len(upload.parts) == 1 and bare.fullmatch(upload.parts[0]) for upload in uploads)
    for upload in uploads:
        if is_litter(upload.parts) or not (is_notebook(upload.parts[-1]) or is_archive(upload.parts[-1])):
            continue
        claim = _claim(upload, meta, re.sub(r"(\.tar)?\.\w+$", "", upload.archive) if single else "")
        fits = claim is not None and (names_topic(claim.file, topic) or is_archive(claim.file))
        name = claim.name or claim.identity if claim is not None and fits else ""
        reason = name_problem(name) if name else f"It names no student, or not {topic}."
        if reason or claim is None:
            said.append(f"{upload.name()} is not collected. {reason}")
        else:
            claims.setdefault(student_id(name), []).append((claim, upload))
    chosen = {}
    for student, each in sorted(_apart(claims).items()):
        chosen[student] = newest(topic, each, False)[1]
        if len(each) > 1:
            names = ", ".join(upload.name() for _, upload in each)
            said.append(f"{shown(student)}: {len(each)} files ({names}); the newest was collected, "
                        f"{chosen[student].name()}.")
    return chosen, said


def _claim(upload: Upload, meta: dict[str, object], holder: str) -> Claim | None:
    if holder:
        return Claim(holder.partition("_")[0].strip(), upload.parts[-1])
    lms = style_of(upload.parts)
    claim = STYLES[lms].read(upload.parts, meta)
    if lms in ("brightspace", "gradescope") and claim is not None:
        return Claim(claim.identity, claim.file, "", claim.time, claim.order)
    if lms == "moodle" and claim is not None and claim.name.startswith(("Participant", "Teilnehmer")):
        return Claim(claim.identity, claim.file)                     # anonymous: no name to be known by
    return claim


def _apart(claims: dict[str, Each]) -> dict[str, Each]:
    """People of one name, told apart by the LMS's number."""
    found = dict[str, Each]()
    for student, each in claims.items():
        numbers = {claim.identity for claim, _ in each}
        for claim, upload in each:
            found.setdefault(f"{student} {claim.identity}" if len(numbers) > 1 else student, []).append((claim, upload))
    return found
