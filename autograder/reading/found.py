"""The file that holds a learner's answers: under another name, in a folder, in a zip, beside an empty one.

Nothing is written, no link is followed, and nothing of an archive is unpacked to the disk.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.files import shown
from autograder.reading.bounds import A_PERSON, TooMuch, own_time
from autograder.reading.files import LARGEST, Closed, Unreadable, digest, read_bytes, read_cells
from course.checking.reader import Template, read, read_answer, same_text
from course.quote import literal

DEEPEST = 4                   # folders below the student's
MOST_FILES = 50               # that are opened, of a folder or of an archive
MOST_BYTES = 200_000_000      # that are read of a folder, archives unpacked
MOST_NAMES = 2000             # that are looked at
BESIDE = {"timestamp.txt", "submission_secret.txt"}                  # what nbgrader's exchange puts there
SUBMITTED = 2                 # submitted/STUDENT/LESSON: neither folder may be a link, also one swapped in just now
NEVER = {"__MACOSX", "__pycache__"}
TEXTS = {".ipynb", ".json", ".txt", ".gz", ""}                       # the last ending of what may be a notebook


@dataclass(frozen=True)
class Found:
    """What is graded of a folder. `problem`: why there is nothing to grade; `note`: what is worth knowing."""

    path: Path | None = None
    member: str = ""            # its name in the zip that `path` is
    data: bytes | None = None
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _File:
    path: Path
    member: str
    name: str                   # below the folder, as it is shown
    data: bytes
    written: int                # answers in it; -1: it is no notebook of this lesson


def _named(name: str) -> str:
    """A file's name in a sentence that a page reads as Markdown."""
    return literal(shown(name))


def find(folder: Path, template: Template, closed: int = 0, beside: bool = False) -> Found:
    """The file of a student's folder that is graded. Raises Closed, or Unreadable where there is none.

    `closed`: how many folders, this one and those around it, must be no links. `beside`: only the lesson's notebooks
    in this very folder, which may be somebody's home.
    """
    if closed and (any(place.is_symlink() for place in (folder, *folder.parents)[:closed]) or not folder.is_dir()):
        where = _named("/".join(folder.parts[-closed - 1:]))
        raise Unreadable(f"{where} is not a folder (a link, or a file): nothing in it was opened.")
    wanted = f"{template.topic}.ipynb"
    names = _beside(folder, template.topic) if beside else _names(folder)
    others = [path for path in names if path.relative_to(folder).as_posix() != wanted]
    main = folder / wanted
    first, problem = None, None
    if os.path.lexists(main):
        try:
            first = read_bytes(main, folders=closed)
        except Closed:
            raise
        except Unreadable as reason:
            problem = reason
    if first is not None and not others and not _zipped(first):
        return Found(main, data=first)
    files = [_File(main, "", wanted, first, written(first, template))] if first is not None else []
    shut, left = None, MOST_BYTES - len(first or b"")
    for path in others[:MOST_FILES]:
        if left <= 0:
            break
        try:
            data = read_bytes(path, folders=closed + _below(folder, path))
        except Closed as reason:
            shut = shut or reason
        except Unreadable:
            continue
        else:
            left -= len(data)
            files.append(_File(path, "", path.relative_to(folder).as_posix(), data, written(data, template)))
    for file in [file for file in files if _zipped(file.data)]:
        inside = _members(file, template, left)
        left -= sum(len(inner.data) for inner in inside)
        files += inside
    chosen = _best(files, main)
    if chosen is not None:
        return Found(chosen.path, chosen.member, chosen.data, _note(chosen, files, wanted))
    if first is not None:
        return Found(main, data=first)
    if shut is not None:
        raise shut
    if problem is not None:
        raise problem
    alone = [file for file in files if ".ipynb" in Path(file.name).name.lower() and not _zipped(file.data)]
    if len(alone) == 1:                                  # it says itself what is wrong with it
        return Found(alone[0].path, alone[0].member, alone[0].data, _note(alone[0], alone, wanted))
    raise Unreadable(_nothing(folder, files))


def submitted(folder: Path, template: Template) -> Found:
    """The same of submitted/STUDENT/LESSON, whatever lies there: what takes the grader too long has to be looked at."""
    try:
        with own_time():
            return find(folder, template, SUBMITTED)
    except TooMuch as reason:
        raise Unreadable(str(reason)) from None
    except MemoryError:
        raise Unreadable(f"There is not enough memory to read what was handed in. {A_PERSON}") from None


def find_at(path: Path, template: Template) -> Found:
    """What is graded where one file (or a folder) is named. Another than that file, from beside it, only where it is
    as it was given out."""
    if path.is_dir() and not path.is_symlink():
        return find(path, template)
    data = read_bytes(path)
    if _zipped(data):
        file = _File(path, "", path.name, data, -1)
        chosen = _best(_members(file, template), path)
        if chosen is None:
            raise Unreadable(f"There is no notebook of the lesson in {_named(path.name)}.")
        return Found(path, chosen.member, chosen.data, f"{_named(chosen.member)} in {_named(path.name)} was graded.")
    if written(data, template) == 0 and path.name == f"{template.topic}.ipynb":
        try:
            return find(path.parent, template, beside=True)
        except Unreadable:
            pass
    return Found(path, data=data)


def _below(folder: Path, path: Path) -> int:
    """How many folders are between a folder and a file in it."""
    return len(path.relative_to(folder).parts) - 1


def load(path: Path, member: str, folder: Path) -> bytes:
    """The bytes of what `find` found in submitted/STUDENT/LESSON. Raises Unreadable."""
    data = read_bytes(path, folders=SUBMITTED + _below(folder, path))
    return data if not member else _member(_archive(data, path.name), member)


def written(data: bytes, template: Template) -> int:
    """How many of the lesson's exercises and questions have an answer in a file; -1 where it is not the lesson."""
    try:
        reading = read(read_cells(data), template)
    except Unreadable:
        return -1
    if reading.notes.problem:
        return -1

    def changed(cell: str) -> bool:
        source = reading.source(cell)
        return source is not None and not same_text(source, template.source(cell))

    def answered(name: str) -> bool:
        source = reading.source(name)
        return source is not None and read_answer(source, name, template.forms[name]).value is not None

    return (sum(any(changed(cell) for cell in template.cells_of(name) if cell in template.cells)
                for name in template.solutions) + sum(map(answered, template.questions)))


# --- what is there ------------------------------------------------------------------------------------------

def _left_out(name: str) -> bool:
    """Files that systems and programs leave behind: `._loss.ipynb`, `.ipynb_checkpoints`, `.~loss.ipynb`."""
    return name.startswith(".") or name in NEVER or name in BESIDE


def _may_be(name: str) -> bool:
    """Whether a file of this name may hold a notebook."""
    last = os.path.splitext(name)[1].lower()
    return last in TEXTS or last == ".zip" or ".ipynb" in name.lower()


def _names(folder: Path) -> list[Path]:
    """The files of a folder that may be notebooks, the nearest first."""
    found: list[Path] = []
    seen = 0
    for place, folders, names in _walk(folder):
        depth = len(place.relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not _left_out(name)) if depth < DEEPEST else []
        seen += len(names) + len(folders)
        found += [place / name for name in sorted(names) if not _left_out(name) and _may_be(name)
                  and _is_file(place / name)]
        if seen > MOST_NAMES:
            break
    return sorted(found, key=lambda path: (len(path.parts), not path.name.lower().endswith(".ipynb"), str(path)))


def _beside(folder: Path, topic: str) -> list[Path]:
    """The lesson's notebooks in a folder, by their names (`loss (1).ipynb`), and none below it."""
    names = [name for name in sorted(os.listdir(folder)) if topic in name.lower() and ".ipynb" in name.lower()]
    return [folder / name for name in names if not _left_out(name) and _is_file(folder / name)]


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    for place, folders, names in os.walk(folder):                     # it follows no links to folders
        yield Path(place), folders, names


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


# --- archives -----------------------------------------------------------------------------------------------

def _zipped(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04"


def _archive(data: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception:                        # a damaged one raises half a dozen kinds
        raise Unreadable(f"{_named(name)} is a zip file that cannot be opened: hand in the .ipynb itself.") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as file:
            data = file.read(LARGEST + 1)
    except Exception:                        # damaged, locked with a password, packed in an unknown way
        raise Unreadable(f"{_named(name)} in the zip file cannot be read: hand in the .ipynb itself.") from None
    if len(data) > LARGEST:
        raise Unreadable(f"{_named(name)} in the zip file is larger than the {LARGEST / 1e6:.0f} MB that are graded.")
    return data


def _members(file: _File, template: Template, left: int = MOST_BYTES) -> list[_File]:
    """What of a zip may be a notebook, so many bytes in all. One that cannot be read is as good as not there."""
    try:
        archive = _archive(file.data, file.name)
    except Unreadable:
        return []
    names = [name for name in archive.namelist()[:MOST_NAMES] if not name.endswith("/") and _may_be(name)
             and not any(_left_out(part) for part in name.split("/"))]
    found = []
    for name in names[:MOST_FILES]:
        try:
            if archive.getinfo(name).file_size > left:          # an archive that lies about it is cut off in reading
                continue
            data = _member(archive, name)
        except Unreadable:
            continue
        left -= len(data)
        found.append(_File(file.path, name, f"{file.name}/{name}", data, written(data, template)))
    return found


# --- which one ----------------------------------------------------------------------------------------------

def _best(files: list[_File], main: Path) -> _File | None:
    """The one with the most answers; of equals the one of the right name, then the latest."""
    fit = [file for file in files if file.written >= 0]
    return max(fit, key=lambda file: (file.written, file.path == main and not file.member, _time(file.path)),
               default=None)


def _time(path: Path) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _note(chosen: _File, files: list[_File], wanted: str) -> str:
    """What is said of a choice; "" where there was none to make."""
    said = []
    main = next((file for file in files if file.name == wanted), None)
    if chosen.name != wanted and main is None:
        said.append(f"The file was called {_named(chosen.name)}, not {wanted}.")
    elif chosen.member and main is not None and chosen.path == main.path:
        said.append(f"{wanted} is a zip file; {_named(chosen.member)} in it was graded.")
    elif chosen.name != wanted and main is not None:
        few = "no answers" if main.written <= 0 else f"fewer answers ({main.written}, not {chosen.written})"
        said.append(f"There are {few} in {wanted}: {_named(chosen.name)} was graded.")
    same = digest(chosen.data)
    others = [_named(file.name) for file in files if file is not chosen and file.written > 0
              and digest(file.data) != same]
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        said.append(f"Other answers are in {', '.join(others[:3])}{more}; they were not graded.")
    return " ".join(said)


def _nothing(folder: Path, files: list[_File]) -> str:
    """Why there is nothing to grade, with the names of what is there."""
    outer = [file for file in files if not file.member]
    if len(outer) == 1 and _zipped(outer[0].data):
        return f"There is no notebook of the lesson in {_named(outer[0].name)}: hand in the .ipynb file itself."
    try:
        names = sorted(name for name in os.listdir(folder) if not _left_out(name))
    except OSError:
        names = []
    if not names:
        return "No notebook was handed in."
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (f"No notebook of the lesson was handed in, only {', '.join(map(_named, names[:3]))}{more}: hand in the "
            ".ipynb file itself.")
