"""Who handed in what: the folders of submitted/ as students, or a sentence that says why one cannot be graded.

`grade` and `nbgrader autograde` ask the same, so that they grade the same students and refuse the same folders.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder import times
from autograder.files import name_problem, shown, student_id, write_private
from autograder.lms.archives import MOST_BYTES, bytes_of, in_folder, is_archive
from autograder.lms.sorting import sorted_out
from autograder.reading.files import Closed, Unreadable, read_submission

LONGEST_SECRET = 1000          # bytes; nbgrader writes 128, and 30 for the time


@dataclass(frozen=True)
class Place:
    """A student's folder of one lesson. Where `refused` says why, nothing is graded and no earlier mark is touched."""

    student: str
    folder: Path
    refused: str = ""
    note: str = ""
    known: bool = True        # False: nobody can see whether this lesson is in the student's folder


def handed_in(base: Path, topic: str) -> list[Place]:
    """The folders of a lesson, in the order of the students' ids, one for each student."""
    try:
        names = sorted(os.listdir(base))
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise Closed(f"{base.name}/ cannot be read: {problem.strerror}.") from None
    found: dict[str, list[Place]] = {}
    for name in names:
        place = _place(base / name, topic)
        if place is not None:
            found.setdefault(place.student, []).append(place)
    return [_one_of(places) for _, places in sorted(found.items())]


def _place(folder: Path, topic: str) -> Place | None:
    student, place = student_id(folder.name), folder / topic
    reason = name_problem(folder.name)
    try:
        os.lstat(place)
        if not reason and os.path.isdir(place) and not os.path.islink(place):
            os.listdir(place)
    except NotADirectoryError:
        return None                                       # a file beside the folders
    except FileNotFoundError:
        alike = [name for name in _names(folder) if name.casefold() == topic.casefold()]
        if not alike:
            return None                                   # only other lessons' folders
        reason = reason or (f"submitted/{shown(folder.name)}/{shown(alike[0])} is not called {topic}: give the folder "
                            "that name.")
    except OSError as problem:
        known = not isinstance(problem, PermissionError) or os.access(folder, os.X_OK)
        closed = f"submitted/{shown(folder.name)}{f'/{topic}' if known else ''} cannot be read: {problem.strerror}."
        return Place(student, place, reason or closed, known=known)
    return Place(student, place, reason)


def _one_of(places: list[Place]) -> Place:
    """Of two folders whose names differ in the form of their accents alone, the one that was handed in last."""
    if len(places) == 1:
        return places[0]
    latest = max(places, key=lambda place: (not place.refused, _moment(place.folder)))
    return Place(latest.student, latest.folder, latest.refused,
                 f"{len(places)} folders in submitted/ are this student's, with the accents of the name written in two "
                 "ways: the work that was handed in last was graded.", latest.known)


def folder_of(path: Path) -> Path:
    """A student's folder of a lesson, also where its name writes the accents in another way than the id."""
    if path.is_dir() or not path.parent.parent.is_dir():
        return path
    wanted = student_id(path.parent.name)
    found = [place.folder for place in handed_in(path.parent.parent, path.name) if place.student == wanted]
    return found[0] if found else path


def _moment(folder: Path) -> tuple:
    """When it was handed in, as far as the folder knows."""
    stamp = submitted_at(travelling(folder).get("timestamp.txt", ""))
    times = [os.lstat(folder / name).st_mtime for name in _names(folder) if name.endswith(".ipynb")]
    return stamp or datetime.min, max(times, default=0.0)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


# --- what the exchange put beside a submission ---------------------------------------------------------------

def travelling(folder: Path) -> dict[str, str]:
    """What nbgrader's exchange put beside a submission and needs again for its feedback: file name -> text.

    A submission may hold anything under these names. What is a link, too long, no text or no time is left out.
    """
    found = {}
    if folder.is_symlink() or folder.parent.is_symlink():
        return found
    for name, valid in (("timestamp.txt", _is_time), ("submission_secret.txt", _is_secret)):
        with contextlib.suppress(Unreadable, UnicodeDecodeError):
            text = read_submission(folder / name, LONGEST_SECRET).decode("utf-8")
            if valid(text.strip()):
                found[name] = text
    return found


def submitted_at(text: str):
    """The time in a timestamp.txt, or None where there is none to be read, or its zone is not known."""
    try:
        return times.moment(text) if text.strip() else None
    except times.NoTime:
        return None


def zone_note(folder: Path) -> str:
    """What is to be said of a timestamp.txt whose zone is not known; "" of any other."""
    try:
        times.moment(read_submission(folder / "timestamp.txt", LONGEST_SECRET).decode("utf-8"))
    except times.NoTime as fault:
        return f"timestamp.txt: {fault}. It counts as handed in on time." if "time zone" in str(fault) else ""
    except (Unreadable, UnicodeDecodeError):
        pass
    return ""


def _is_time(text: str) -> bool:
    return submitted_at(text) is not None


def _is_secret(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def carry_over(source: Path, target: Path) -> None:
    """Time and secret of a submission, in the next folder on its way. Those of an earlier submission are removed."""
    found = travelling(source)
    for name in ("timestamp.txt", "submission_secret.txt"):
        if name in found:
            write_private(target / name, found[name])
        else:
            (target / name).unlink(missing_ok=True)


# --- nbgrader's zip_collect ------------------------------------------------------------------------------------

def unpacked(download: Path, target: Path, topic: str) -> list[str]:
    """Put what was handed in to target/STUDENT/: a notebook as TOPIC.ipynb, an archive as it is, which grading looks
    into. Returns what is to be said.
    """
    with contextlib.ExitStack() as stack:
        uploads, said = in_folder(download, stack)
        chosen, more = sorted_out(uploads, topic)
        left = MOST_BYTES
        for student, upload in chosen.items():
            try:
                data = bytes_of(upload, left)
            except Exception as problem:             # damaged, encrypted, of a kind that Python does not know
                more.append(f"{shown(student)}: {upload.name()} cannot be read: {shown(str(problem))}.")
                continue
            left -= len(data)
            place = target / student / (f"{topic}.zip" if is_archive(upload.parts[-1]) else f"{topic}.ipynb")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    return said + more
