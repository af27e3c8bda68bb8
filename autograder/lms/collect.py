"""Collect: from what an LMS gives out to submitted/STUDENT/TOPIC/.

    python -m autograder collect loss --lms canvas ~/Downloads/submissions.zip

Nothing is written before it is certain that the download is of this LMS. private/collected/TOPIC.json keeps the LMS's
own number and name of each student: `grade` puts the number into records, and `export` finds people by it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.files import damaged, kept_in, name_problem, shown, student_id, write_private
from autograder.lms.archives import MOST_BYTES, Upload, bytes_of, in_folder, is_archive, lone, opened
from autograder.lms.sorting import Handed, is_notebook, sort
from autograder.lms.styles import STYLES, style_of
from autograder.lms.tables import Person, people, read_sheet
from autograder.problems import Misused, Problem

Entry = dict[str, Any]


@dataclass
class Collected:
    """What a run did, in the words of its lines."""

    taken: list[str] = field(default_factory=list)          # students
    same: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)        # not in the roster
    said: list[str] = field(default_factory=list)
    failed: int = 0


def known(root: Path, topic: str) -> dict[str, Entry]:
    """{student: {lms, identity, name, …}} of what was collected of a lesson. Raises Problem where that is damaged."""
    place, then = _place(root, topic), f"then collect {topic} again, with --force"
    return _entries(kept_in(place, then).get("students", {}), place, then)


def roster_of(root: Path) -> dict[str, Entry]:
    """{student: {keys, name, first, last}} of the roster that was given last. Raises Problem where it is damaged."""
    place, then = root / "private" / "roster.json", "then collect with --roster FILE again"
    return _entries(kept_in(place, then), place, then)


def _entries(kept: Any, place: Path, then: str) -> dict[str, Entry]:
    if not isinstance(kept, dict) or not all(
            isinstance(entry, dict) and isinstance(entry.get("keys", {}), dict) for entry in kept.values()):
        raise damaged(place, "it holds no people", then)
    return kept


def people_of(root: Path, topic: str) -> dict[str, dict[str, str]]:
    """{student: {"first", "last", "email"}}: the roster's people, and who handed in without being in one."""
    found = {student: {"first": each.get("first", ""), "last": each.get("last", ""),
                       "email": each.get("keys", {}).get("email", "")} for student, each in roster_of(root).items()}
    for student, entry in known(root, topic).items():
        first, _, last = str(entry.get("name", "")).rpartition(" ")
        found.setdefault(student, {"first": first, "last": last, "email": str(entry.get("email", ""))})
    return found


def _place(root: Path, topic: str) -> Path:
    return root / "private" / "collected" / f"{topic}.json"


def collect(root: Path, topic: str, lms: str, paths: Sequence[Path], roster: Path | None = None,
            zone: ZoneInfo | None = None, force: bool = False, dry: bool = False) -> Collected:
    """Collect one lesson's work. Raises Problem, with nothing written, for a download of another style."""
    if lms not in STYLES:
        raise Misused(f"There is no LMS {lms!r}; there are {', '.join(STYLES)}.")
    done = Collected()
    listed = people(read_sheet(roster)) if roster is not None else []
    with contextlib.ExitStack() as stack:
        uploads = _uploads(paths, stack, done)
        handed, said, odd = sort(uploads, topic, lms)
        _refuse_odd(lms, handed, odd, done)
        done.said += said
        done.said += [f"{upload.name()} is not collected: its name is not one of {lms}'s." for upload in odd]
        named = _identified(handed, listed, lms, done)
        if not dry:
            _write(root, topic, lms, named, zone, force, done)
        else:
            done.taken = list(named)
    if listed:
        everybody = _roster_ids(listed, lms)
        done.missing = sorted(f"{shown(person.name)} ({shown(student)})" for student, person in everybody.items()
                              if student not in named)
        if not dry:
            write_private(root / "private" / "roster.json", json.dumps(
                {student: {"keys": person.keys, "name": person.name, "first": person.first, "last": person.last}
                 for student, person in everybody.items()}, ensure_ascii=False) + "\n")
    return done


def _uploads(paths: Sequence[Path], stack: contextlib.ExitStack, done: Collected) -> list[Upload]:
    found: list[Upload] = []
    for path in paths:
        if not path.exists():
            raise Misused(f"There is no file or folder {path}.")
        if path.is_dir():
            members, faults = in_folder(path, stack)
            found += members
            done.said += faults
        elif is_archive(path.name):
            members, fault = opened(path, stack)
            if fault and len(paths) == 1:
                raise Problem(fault)
            found += members
            done.said += [fault] if fault else []
        else:
            found.append(lone(path, (path.name,)))
    if not found:
        raise Problem("There is nothing in what was given. Nothing was collected.")
    return found


def _refuse_odd(lms: str, handed: dict[str, Handed], odd: list[Upload], done: Collected) -> None:
    """Another LMS's download, or nobody's: the names are shown, and nothing is copied."""
    notebooks = [upload for upload in odd if is_notebook(upload.parts[-1]) or is_archive(upload.parts[-1])]
    if handed and len(notebooks) <= len(handed):
        return
    seen = notebooks or odd
    styles = Counter(style_of(upload.parts) for upload in seen)
    looks = styles.most_common(1)[0][0] if styles else ""
    names = "\n".join(f"  {upload.name()}" for upload in seen[:5]) or "  (no files)"
    hint = f"\nThey look like {looks}'s: --lms {looks}" if looks and looks != lms else ""
    if looks == "folder" and not any(STYLES["folder"].read(upload.parts, {}) for upload in seen):
        hint = "\nThere is an archive in the archive: unpack it, and collect the inner one." if all(
            is_archive(upload.parts[-1]) for upload in seen) else ""
    raise Problem(f"These are not names of {lms} (like {STYLES[lms].example}). Nothing was collected:\n{names}{hint}")


def _identified(handed: dict[str, Handed], listed: list[Person], lms: str, done: Collected) -> dict[str, Entry]:
    """{student: {"handed", "identity", "person"}}: the id is the roster's where the LMS's number is a lesson's."""
    found: dict[str, Entry] = {}
    if STYLES[lms].per_lesson and not listed and handed:
        done.said.append(f"{lms.capitalize()} numbers people anew in each lesson, so their ids here are this lesson's. "
                         "With its grading worksheet, --roster FILE, they are e-mail addresses and last for the term.")
    by_id = _roster_ids(listed, lms)
    for identity, each in handed.items():
        person = _person(identity, each, listed, lms)
        student = next((key for key, other in by_id.items() if other is person), identity) if person else identity
        if listed and person is None:
            who = f"{shown(each.claim.name or identity)} ({shown(identity)})"
            twice = [other for other in listed if other.is_called(identity)]
            if len(twice) > 1:
                done.said.append(f"{who} stands {len(twice)} times in the roster: nobody there is taken for them.")
            else:
                done.unknown.append(who)
        if student in found:
            done.said.append(f"{shown(student)}: two people of the download are this one in the roster; "
                             f"{each.upload.name()} is not collected.")
            continue
        found[student] = {"handed": each, "identity": identity, "person": person}
    return found


def _person(identity: str, each: Handed, listed: list[Person], lms: str) -> Person | None:
    """Who it is in the roster: by number or user name. Brightspace's downloads have a number that stands in no list of
    the class, so there the full name must do, where only one bears it.
    """
    if lms != "brightspace":
        fits = [person for person in listed if person.is_called(identity)
                or each.claim.email and person.is_called(each.claim.email)]
    else:
        fits = [person for person in listed if person.name.casefold() == each.claim.name.casefold()]
    return fits[0] if len(fits) == 1 else None


def _roster_ids(listed: list[Person], lms: str) -> dict[str, Person]:
    """{the id of each person of a roster: the person}: a number that lasts, or else a name that does."""
    kinds = {"moodle": ("login", "sis", "email", "number"), "blackboard": ("login", "number"),
             "folder": ("login", "number", "sis", "email"),
             "gradescope": ("number", "sis", "email")}.get(lms, ("number", "login", "sis", "email"))
    found = {}
    for person in listed:
        key = next((person.keys[kind] for kind in kinds if person.keys.get(kind)), "")
        if key and not name_problem(student_id(key)):
            found[student_id(key)] = person
    return found


def _write(root: Path, topic: str, lms: str, named: dict[str, Entry], zone: ZoneInfo | None, force: bool,
           done: Collected) -> None:
    before, left = known(root, topic), MOST_BYTES
    entries = dict(before)
    for student, found in sorted(named.items()):
        handed: Handed = found["handed"]
        try:
            data = bytes_of(handed.upload, left)
        except Exception as problem:                 # damaged, encrypted, too large: this one alone
            done.failed += 1
            done.said.append(f"{shown(student)}: {handed.upload.name()} cannot be read: {shown(str(problem))}. "
                             "It is not collected.")
            continue
        left -= len(data)
        stamp = handed.time(zone)
        entry = _entry(lms, found, data, stamp, topic)
        reason = _reason_to_keep(root, topic, student, before.get(student), entry, force)
        if reason:
            done.said.append(f"{shown(student)}: {reason}")
            continue
        same = before.get(student, {}).get("sha256") == entry["sha256"] and _there(root, topic, student, entry)
        (done.same if same else done.taken).append(student)
        if not same:
            _put(root / "submitted" / student / topic, before.get(student), entry, data)
        _stamp(root / "submitted" / student / topic, stamp)
        entries[student] = entry
    kept = {"lms": lms, "students": entries}
    write_private(_place(root, topic), json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _entry(lms: str, found: Entry, data: bytes, stamp: datetime | None, topic: str) -> Entry:
    handed: Handed = found["handed"]
    person: Person | None = found["person"]
    return {"lms": lms, "identity": found["identity"], "name": person.name if person else handed.claim.name,
            "email": handed.claim.email or (person.keys.get("email", "") if person else ""),
            "keys": person.keys if person else {}, "late": handed.claim.late,
            "submitted": stamp.isoformat() if stamp else None, "order": handed.claim.order,
            "upload": handed.upload.name(), "place": _file_name(handed, topic, data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "holder": handed.upload.parts[0] if lms == "moodle" and len(handed.upload.parts) > 1 else ""}


def _file_name(handed: Handed, topic: str, data: bytes) -> str:
    """A notebook is called as the lesson is; what is none keeps its name, and grading says what it is."""
    file = handed.claim.file or handed.upload.parts[-1]
    if is_notebook(file) and data[:4] != b"PK\x03\x04":
        return f"{topic}.ipynb"
    if name_problem(file) or file in ("timestamp.txt", "submission_secret.txt"):
        return "handed-in" + (".zip" if data[:4] == b"PK\x03\x04" else ".txt")
    return file


def _there(root: Path, topic: str, student: str, entry: Entry) -> bool:
    return Path(root, "submitted", student, topic, str(entry["place"])).is_file()


def _reason_to_keep(root: Path, topic: str, student: str, before: Entry | None, entry: Entry, force: bool) -> str:
    """Why what is there already is not replaced; "" where it may be."""
    folder = root / "submitted" / student / topic
    if folder.is_symlink() or folder.parent.is_symlink():
        return "the folder in submitted/ is a link: nothing was written there."
    if force or not folder.is_dir() or not any(folder.iterdir()):
        return ""
    if before is None:
        return (f"submitted/{shown(student)}/{topic} holds work that did not come from here; it stays. "
                "--force replaces it.")
    if _when(before) > _when(entry):
        return (f"what was collected before is newer ({shown(str(before.get('upload')))}); it stays. "
                "--force replaces it.")
    return ""


def _when(entry: Entry) -> tuple[str, int]:
    return entry.get("submitted") or "", entry.get("order") or 0


def _put(folder: Path, before: Entry | None, entry: Entry, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if before and before.get("place") and before["place"] != entry["place"]:
        (folder / Path(before["place"]).name).unlink(missing_ok=True)
    beside = folder / f".{entry['place']}.part"
    beside.write_bytes(data)
    beside.replace(folder / entry["place"])


def _stamp(folder: Path, stamp: datetime | None) -> None:
    """The time of handing in, as nbgrader reads it."""
    if stamp is None:
        (folder / "timestamp.txt").unlink(missing_ok=True)
    else:
        (folder / "timestamp.txt").write_text(f"{stamp.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")


def show(done: Collected, topic: str, say: Callable[[str], object] = print) -> None:
    """What was done, one line a matter."""
    for line in done.said:
        say(line)
    for what, names in (("Missing", done.missing), ("Not in the roster", done.unknown)):
        if names:
            say(f"{what} ({len(names)}): {', '.join(names)}")
    same = f", {len(done.same)} unchanged" if done.same else ""
    failed = f", {done.failed} unreadable" if done.failed else ""
    say(f"{topic}: {len(done.taken)} collected{same}{failed}.")
