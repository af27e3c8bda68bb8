"""Sheets that an LMS gives out and takes back: read whatever its encoding and its separator, written back the same.

Also who is in a class: a gradebook, a grading worksheet or a class list has a row for each person.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.files import shown
from autograder.problems import Problem

LARGEST_SHEET = 50_000_000
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)%?")
# what keys of a person are called, by what they are; the first of a kind that a sheet has is taken
KEYS = {
    "number": ("ID", "Identifier", "OrgDefinedId", "Student ID", "SID", "Identifikator", "Identifiant",
               "Identificador"),
    "login": ("SIS Login ID", "Username", "Login", "User name", "Anmeldename", "Nom d'utilisateur",
              "Nombre de usuario"),
    "sis": ("SIS User ID", "ID number", "ID-Nummer", "Numéro d'identification", "Número de ID"),
    "email": ("Email address", "Email", "E-mail", "E-Mail-Adresse",
              "Adresse de courriel", "Dirección de correo"),      # codespell:ignore
}
STAFF = ("instructor", "ta", "reader", "observer")      # in the column Role of Gradescope's roster
NAMES = ("Student", "Full name", "Name", "Vollständiger Name", "Nom complet", "Nombre completo")  # codespell:ignore
FIRST, LAST = ("First Name", "FirstName", "Vorname"), ("Last Name", "LastName", "Nachname")


class SheetError(Problem):
    """A file that is no sheet of this LMS; the sentence says what is missing."""


@dataclass
class Sheet:
    """A table of texts, and how it was written."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\r\n"
    name: str = ""
    quoted: bool = False        # whether each value is written in quotes

    def column(self, *names: str) -> int | None:
        """The place of the first of these columns that is there, whatever its capitals."""
        plain = [title.strip().casefold() for title in self.header]
        return next((plain.index(name.casefold()) for name in names if name.casefold() in plain), None)


@dataclass(frozen=True)
class Person:
    """One row of a roster."""

    keys: dict[str, str] = field(default_factory=dict)      # of KEYS: kind -> value
    name: str = ""
    first: str = ""
    last: str = ""

    def is_called(self, identity: str) -> bool:
        return identity.casefold() in {key.casefold() for key in self.keys.values()}


def read_sheet(path: Path) -> Sheet:
    """A sheet in UTF-8, UTF-16 or Windows-1252, separated by comma, semicolon or tab. Raises SheetError."""
    if path.stat().st_size > LARGEST_SHEET:
        raise SheetError(f"{shown(path.name)} is too large for a class's sheet.")
    data = path.read_bytes()
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise SheetError(f"{shown(path.name)} is an Excel workbook: save it as CSV (UTF-8), or download it as CSV.")
    encoding, text = _decoded(data)
    text = re.sub(r"\Asep=.\r?\n", "", text)             # Excel's own note of what separates the columns
    newline = "\r\n" if "\r\n" in text else "\n"
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise SheetError(f"{shown(path.name)} is no CSV: {problem}.") from None
    table = [row for row in table if any(cell.strip() for cell in row)]
    if len(table) < 1 or len(table[0]) < 2:
        raise SheetError(f"{shown(path.name)} has no columns: a sheet with a line of titles is asked for.")
    width = len(table[0])
    rows = [row + [""] * (width - len(row)) for row in table[1:]]
    return Sheet(table[0], rows, delimiter, encoding, newline, path.name)


def _decoded(data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", data.decode("utf-16", "replace")
    if data[:3] == b"\xef\xbb\xbf":
        return "utf-8-sig", data.decode("utf-8-sig", "replace")
    if b"\0" in data[:2]:                                  # of a text that begins in ASCII: UTF-16 without its mark
        return "utf-16", data.decode("utf-16-le" if data[:1] != b"\0" else "utf-16-be", "replace")
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", data.decode("cp1252", "replace")


def as_bytes(sheet: Sheet, untouched: Iterable[int] = ()) -> bytes:
    """A sheet as it was read. No text in it is one that Excel or LibreOffice would compute, but in the columns of keys
    (`untouched`), by which the LMS knows people.
    """
    keys = set(untouched)
    made = io.StringIO()
    writer = csv.writer(made, delimiter=sheet.delimiter, lineterminator=sheet.newline,
                        quoting=csv.QUOTE_ALL if sheet.quoted else csv.QUOTE_MINIMAL)
    writer.writerow(sheet.header)
    for row in sheet.rows:
        writer.writerow([cell if place in keys else plain_text(cell) for place, cell in enumerate(row)])
    return made.getvalue().encode(sheet.encoding, "replace")


def plain_text(text: str) -> str:
    """Text that a sheet would take for a formula gets the sheets' own mark of text, a '. Numbers and dashes stay."""
    bare = text.lstrip()
    if bare[:1] not in tuple("=+-@＝＋－＠") or bare.strip() in ("", "-", "--", "—") or NUMBER.fullmatch(bare.strip()):
        return text
    return f"'{text}"


def short(number: float) -> str:
    """A mark without needless zeros: 31, 28.5, 17.33."""
    return f"{round(number, 2):.2f}".rstrip("0").rstrip(".")


# --- who is in the class ---------------------------------------------------------------------------------------

def people(sheet: Sheet) -> list[Person]:
    """A Person for each row of a gradebook, a grading worksheet or a class list. Raises SheetError for another."""
    columns = {kind: place for kind, names in KEYS.items() if (place := sheet.column(*names)) is not None}
    if not columns:
        raise SheetError(f"{shown(sheet.name)} has no column by which people are known: one of "
                         f"{', '.join(names[0] for names in KEYS.values())} is asked for; it has "
                         f"{', '.join(shown(title, 30) for title in sheet.header[:8])}.")
    name, first, last = (sheet.column(*names) for names in (NAMES, FIRST, LAST))
    role = sheet.column("Role")
    found = []
    for row in sheet.rows:
        keys = {kind: bare_key(row[place]) for kind, place in columns.items() if bare_key(row[place])}
        if not keys or "points possible" in row[0].casefold():
            continue
        if role is not None and row[role].strip().casefold() in STAFF:
            continue
        parts = tuple(row[place].strip() if place is not None else "" for place in (first, last))
        whole = row[name].strip() if name is not None else " ".join(parts).strip()
        if not any(parts) and "," in whole:
            parts = tuple(part.strip() for part in reversed(whole.split(",", 1)))
        elif not any(parts):
            parts = whole.rpartition(" ")[0], whole.rpartition(" ")[2]
        found.append(Person(keys, whole, *parts))
    if not found:
        raise SheetError(f"{shown(sheet.name)} names nobody: below its titles no line has a key of a person.")
    return found


def bare_key(text: str) -> str:
    """A key without what its LMS puts around it: "Participant 123", "Teilnehmer/in123", "#123"."""
    text = text.strip()
    if fits := re.fullmatch(r"\D* (\d+)|Teilnehmer/?[Ii]n(\d+)", text):
        return fits[1] or fits[2]
    return text.removeprefix("#")
