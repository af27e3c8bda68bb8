"""The files in what an LMS gives out: folders and archives, read and never unpacked to the disk.

A path in an archive is only looked at, never a place to write to. What is too large is found before it is read.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from autograder.files import shown
from autograder.lms.styles import style_of
from autograder.reading.files import LARGEST, read_bytes

ARCHIVES = (".zip", ".gz", ".tgz", ".tar")
MOST_BYTES = 5_000_000_000     # of all files of a download together
MOST_FILES = 50_000            # names in a download
RECEIPT = 20_000               # bytes of a text in which the LMS itself says something
METADATA = 20_000_000


@dataclass(frozen=True)
class Upload:
    """A file of a download: where it stands in it, and how its bytes are read (at most so many)."""

    archive: str                     # the archive's name; "" for a file that came as it is
    parts: tuple[str, ...]           # its path in there
    time: tuple[int, ...]            # as the archive gives it
    size: int
    read: Callable[[int], bytes]
    local: bool = False              # its time has no zone: the clock of the machine that made the zip

    def name(self) -> str:
        return shown("/".join(filter(None, (self.archive, *self.parts))), 200)


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def is_litter(parts: tuple[str, ...]) -> bool:
    """What macOS and Jupyter keep beside a file."""
    return parts[-1].startswith("._") or parts[-1] == ".DS_Store" or any(
        name in ("__MACOSX", "__pycache__") or name.startswith(".") for name in parts[:-1])


def in_folder(folder: Path, stack: contextlib.ExitStack) -> tuple[list[Upload], list[str]]:
    """The files in a folder and in the archives that lie directly in it, and what cannot be opened."""
    found, said = list[Upload](), list[str]()
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            parts = path.relative_to(folder).parts
            if len(parts) == 1 and is_archive(name) and style_of(parts) == "folder":   # else it is a student's own
                members, fault = opened(path, stack)
                found += members
                said += [fault] if fault else []
            else:
                found.append(lone(path, parts))
    return found, said


def lone(path: Path, parts: tuple[str, ...]) -> Upload:
    """A file that came as it is."""
    status = path.lstat()
    return Upload("", parts, time.gmtime(status.st_mtime)[:6], status.st_size, functools.partial(read_bytes, path))


def opened(path: Path, stack: contextlib.ExitStack) -> tuple[list[Upload], str]:
    """(the files in an archive, "") or ([], why it cannot be opened)."""
    try:
        return _members(path, stack), ""
    except tarfile.ReadError:
        return [], f"{shown(path.name)} cannot be opened: it is damaged, cut off, or no archive. Download it again."
    except Exception as problem:                     # half a dozen kinds
        return [], f"{shown(path.name)} cannot be opened: {shown(str(problem))}."


def _members(path: Path, stack: contextlib.ExitStack) -> list[Upload]:
    found = []
    if zipfile.is_zipfile(path):
        packed = stack.enter_context(zipfile.ZipFile(path))
        for info in packed.infolist()[:MOST_FILES]:
            if not info.is_dir():
                found.append(Upload(path.name, _parts(info.filename), info.date_time, info.file_size,
                                    functools.partial(_of_zip, packed, info), local=True))
    else:
        tar, size = stack.enter_context(tarfile.open(path)), 0
        for member in tar:
            size += member.size
            if size > MOST_BYTES or len(found) > MOST_FILES:   # to go on is to unpack what was passed over
                raise ValueError("what is in it is too large")
            if member.isreg():
                found.append(Upload(path.name, _parts(member.name), time.gmtime(member.mtime)[:6], member.size,
                                    functools.partial(_of_tar, tar, member)))
    return [upload for upload in found if upload.parts]


def _of_zip(packed: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    with packed.open(info) as file:
        return file.read(most)


def _of_tar(tar: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    file = tar.extractfile(member)
    return file.read(most) if file is not None else b""


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path in an archive, whatever system it is from."""
    return tuple(part for part in re.split(r"[\\/]", name) if part not in ("", ".", ".."))


def bytes_of(upload: Upload, left: int = MOST_BYTES) -> bytes:
    """The bytes of an upload. Raises ValueError for one that is too large, and whatever a damaged archive raises."""
    if upload.size > min(LARGEST, left):
        raise ValueError("it is too large")
    data = upload.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("it is too large")
    return data


# --- what an LMS says of its own files ------------------------------------------------------------------------

def said_by_lms(uploads: list[Upload]) -> dict[str, Any]:
    """{"gradescope": {folder: {sid, email, name, time}}, "blackboard": {beginning of a name: user name}}."""
    found: dict[str, Any] = {"gradescope": {}, "blackboard": {}}
    for upload in uploads:
        file = upload.parts[-1]
        with contextlib.suppress(Exception):         # of a damaged archive, no YAML, another shape: then as without
            if (file == "submission_metadata.yml" and upload.size <= METADATA and len(upload.parts) <= 2
                    and not any(part.startswith("submission_") for part in upload.parts[:-1])):   # nobody's own
                found["gradescope"].update(_gradescope(upload.read(METADATA)))
            elif file.endswith(".txt") and "_attempt_" in file and upload.size <= RECEIPT:
                found["blackboard"].update(_blackboard(file, upload.read(RECEIPT)))
    return found


class _Symbols(yaml.SafeLoader):
    """Gradescope writes Ruby's symbols and times."""


_Symbols.add_multi_constructor("!ruby/", lambda loader, suffix, node: str(getattr(node, "value", "")))


def _gradescope(data: bytes) -> dict[str, dict[str, Any]]:
    known = {}
    for folder, entry in yaml.load(io.BytesIO(data), Loader=_Symbols).items():      # a subclass of the safe loader
        plain = {str(key).lstrip(":"): value for key, value in entry.items()}
        first = {str(key).lstrip(":"): value for key, value in (plain.get("submitters") or [{}])[0].items()}
        when = plain.get("created_at")
        known[str(folder)] = {"sid": str(first.get("sid") or ""), "email": str(first.get("email") or ""),
                              "name": str(first.get("name") or ""),
                              "time": when if isinstance(when, datetime) else None}
    return known


def _blackboard(file: str, data: bytes) -> dict[str, str]:
    head = re.fullmatch(r"(.+?)_attempt_\d{4}(?:-\d\d){5}\.txt", file)
    name = re.search(r"^Name: .*\(([^()\s]+)\)\s*$", data.decode("utf-8", "replace"), re.MULTILINE)
    return {head[1]: name[1]} if head and name and head[1].endswith("_" + name[1]) else {}
