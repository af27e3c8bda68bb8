"""From the bytes of a file to the JSON in it, also where something happened to the file on its way.

What is whole is read, with a note on what was wrong. What is not is told as what it is: a file that is cut off, a
conflict of Git, a link, a script. It never guesses at an answer.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from typing import Any

from autograder.problems import Problem
from autograder.reading.bounds import A_PERSON

LARGEST = 100_000_000         # bytes of a notebook: 50 MB of outputs still opens
MOST_PARTS = 5_000_000        # commas and brackets: each may be an object of a hundred bytes
MOST_COMMAS = 20              # too many, that are left out
LONGEST_MENDED = 5_000_000    # characters of a file that is read more than once


class Unreadable(Problem):
    """The file is no notebook that can be graded. The text is for the learner and the instructor."""


BEGINNINGS = (                # of the bytes, and what they mean
    (b"PK\x03\x04", "This is a zip file (or an office document), not a notebook: hand in the .ipynb itself."),
    (b"Rar!", "This is an archive, not a notebook: hand in the .ipynb itself."),
    (b"7z\xbc\xaf", "This is an archive, not a notebook: hand in the .ipynb itself."),
    (b"%PDF", "This is a PDF, not a notebook: hand in the .ipynb itself."),
    (b"\x89PNG", "This is a picture, not a notebook: hand in the .ipynb itself."),
    (b"\xff\xd8\xff", "This is a picture, not a notebook: hand in the .ipynb itself."),
    (b"{\\rtf", "This is a text document (RTF), not a notebook: hand in the .ipynb itself, as Jupyter saved it."),
    (b"version https://git-lfs", "This is a pointer of Git LFS, which stands for the notebook: run `git lfs pull`, and "
                                 "hand in the file that comes."),
    (b"http://", "This is a link, not a notebook: open it, download the .ipynb, and hand that in."),
    (b"https://", "This is a link, not a notebook: open it, download the .ipynb, and hand that in."),
    (b"[InternetShortcut]", "This is a link, not a notebook: open it, download the .ipynb, and hand that in."),
    (b"<", "This is a web page, not a notebook: download the .ipynb itself."),
)
SCRIPT = re.compile(r"\s*(#|import |from \w+ import |def |\"\"\"|%%|---\n)")
QUOTES = re.compile(r"\{\s*[“”„»«]")
SIDE = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)


def json_of(data: bytes) -> tuple[Any, list[str]]:
    """The JSON in a file, and notes on what was wrong with it. Raises Unreadable, with a sentence, and nothing else."""
    notes: list[str] = []
    data = _unpacked(data, notes)
    if not data.strip():
        raise Unreadable("The file is empty.")
    for beginning, meaning in BEGINNINGS:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(beginning):
            raise Unreadable(meaning)
    text = _text(data, notes)
    _check_parts(text)
    try:
        whole = _parsed(text, notes)
        if isinstance(whole, str) and whole.lstrip()[:1] == "{":
            notes.append("The notebook stood in the file as one long text; it was unpacked.")
            _check_parts(whole)
            whole = _parsed(whole, notes)
    except (RecursionError, MemoryError):
        raise Unreadable("The file is JSON, but not of a notebook.") from None
    return whole, notes


def _check_parts(text: str) -> None:
    """Refuse what would take gigabytes once it is read."""
    parts = sum(map(text.count, ",[{"))
    if parts > MOST_PARTS:
        raise Unreadable(f"The file holds {parts / 1e6:.0f} million values, more than the "
                         f"{MOST_PARTS / 1e6:.0f} million that are read. {A_PERSON}")


# --- bytes --------------------------------------------------------------------------------------------------

def _unpacked(data: bytes, notes: list[str]) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(data, LARGEST + 1)
    except zlib.error:
        raise Unreadable("The file is compressed (gzip) and damaged: hand in the .ipynb itself.") from None
    if len(data) > LARGEST:
        raise Unreadable(f"The file is larger than the {LARGEST / 1e6:.0f} MB that are graded.")
    if not unpacker.eof:
        raise Unreadable("The file is compressed (gzip) and cut off: hand in the .ipynb itself.")
    notes.append("The file was compressed (gzip); it was unpacked.")
    return data


def _text(data: bytes, notes: list[str]) -> str:
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
                       (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return _in(name, data, notes)
    head = data[:400]
    if head.count(0) > len(head) / 4:                    # half of each character of plain text
        return _in("utf-16-be" if head[:1] == b"\0" else "utf-16-le", data, notes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", "as-western")
        notes.append("Some letters of the file were not in UTF-8; they were read as Western European ones (save the "
                     "notebook in Jupyter to mend that).")
        return text


def _in(name: str, data: bytes, notes: list[str]) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        raise Unreadable("The file is not text in UTF-8: it is damaged or no notebook.") from None
    notes.append(f"The file was in {name[:6].upper()}, not in UTF-8; it was read all the same.")
    return text


def _western(problem: UnicodeError) -> tuple[str, int]:
    """One byte that is no UTF-8, as Windows-1252 or Latin-1 has it."""
    assert isinstance(problem, UnicodeDecodeError)
    byte = problem.object[problem.start:problem.start + 1]
    try:
        return byte.decode("cp1252"), problem.start + 1
    except UnicodeDecodeError:
        return byte.decode("latin-1"), problem.start + 1


codecs.register_error("as-western", _western)


# --- JSON ---------------------------------------------------------------------------------------------------

DECODER = json.JSONDecoder(strict=False)                 # a line end inside a string is a line end


def _parsed(text: str, notes: list[str]) -> Any:
    """The JSON that a text begins with."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n\0"))
    try:
        whole, end = DECODER.raw_decode(text, start)
    except json.JSONDecodeError as problem:
        return _mended(text, start, problem, notes)
    except ValueError:                                   # a number of more digits than Python reads
        raise Unreadable("The file is JSON, but not of a notebook.") from None
    rest = text[end:].strip("\ufeff \t\r\n\0")
    if rest and not isinstance(whole, (dict, str)):      # "404: Not Found" begins with a number
        raise Unreadable(_what(text, start, json.JSONDecodeError("Extra data", text, end)))
    if rest:
        what = "a second notebook" if rest[:1] == "{" and '"cells"' in rest else "something else"
        notes.append(f"Behind the notebook {what} stood in the file; it was left out.")
    return whole


def _mended(text: str, start: int, problem: json.JSONDecodeError, notes: list[str]) -> Any:
    """The notebook in a text that is not JSON as it stands, where there is only one that it can mean."""
    if len(text) <= LONGEST_MENDED:
        if mark := SIDE.search(text):
            return _without_conflict(text, text[:mark.start()].count("\n") + 1, notes)
        for mend in (_without_commas, _without_head):
            found = mend(text, start)
            if found is not None:
                notes.append(found[1])
                return found[0]
    raise Unreadable(_what(text, start, problem))


def _without_commas(text: str, start: int) -> tuple[Any, str] | None:
    """Commas before a closing bracket are left out, one after the other."""
    line = 0
    for _ in range(MOST_COMMAS):
        try:
            whole, _ = DECODER.raw_decode(text, start)
            return (whole, f"There was a comma too many in line {line} of the file; it was left out.") if line else None
        except ValueError as problem:
            at = getattr(problem, "pos", 0)
        before = text[:at].rstrip()
        if text[at:at + 1] == ",":                       # newer Pythons point at the comma itself
            before = text[:at + 1]
        after = text[len(before):].lstrip()
        if not before.endswith(",") or after[:1] not in ("}", "]"):
            return None
        line = line or before.count("\n") + 1
        text = before[:-1] + text[len(before):]
    return None


def _without_head(text: str, start: int) -> tuple[Any, str] | None:
    """A whole notebook with other text before it: headers of a mail, a comment."""
    begin = text.find("{", start + 1)
    if text[start:start + 1] in ("{", "[", '"') or begin < 0 or '"cells"' not in text:
        return None
    try:
        whole, _ = DECODER.raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None
    return (whole, "Before the notebook something else stood in the file; it was left out.") if (
        isinstance(whole, dict) and "cells" in whole) else None


def _without_conflict(text: str, line: int, notes: list[str]) -> Any:
    """A notebook with marks of Git's in it, from this line on, where both sides have the same cells."""
    sides = [_side(text, ours) for ours in (True, False)]
    try:
        both = [DECODER.decode(side) for side in sides]
    except (ValueError, RecursionError):
        both = []
    if len(both) == 2 and all(isinstance(one, dict) for one in both) and _work(both[0]) == _work(both[1]):
        notes.append(f"Two versions from Git were mixed in the file (line {line}), which differ in outputs alone; the "
                     "answers were read.")
        return both[0]
    raise Unreadable(f"The file holds a conflict of Git that was not solved (line {line}): two versions of the "
                     "notebook are mixed in it. Keep one (`git checkout --ours` or `--theirs`), and hand that in.")


def _side(text: str, ours: bool) -> str:
    """One of the two versions that are mixed in a text."""
    kept, place = [], "both"
    for line in text.split("\n"):
        mark = SIDE.match(line)
        if mark:
            place = {"<": "ours", "|": "base", "=": "theirs", ">": "both"}[mark[1][0]]
        elif place in ("both", "ours" if ours else "theirs"):
            kept.append(line)
    return "\n".join(kept)


def _work(whole: dict[str, Any]) -> list[Any] | None:
    """What of a notebook is the learner's: the cells, and what stands in them."""
    cells = whole.get("cells")
    if not isinstance(cells, list):
        return None
    return [(cell.get("cell_type"), _joined(cell.get("source"))) if isinstance(cell, dict) else cell for cell in cells]


def _joined(source: object) -> object:
    """A cell's text, which a file may hold as lines."""
    return "".join(map(str, source)) if isinstance(source, list) else source


def _what(text: str, start: int, problem: json.JSONDecodeError) -> str:
    """What a text is that is no JSON, and what to do about it."""
    place = f"line {problem.lineno}, column {problem.colno}"
    at_end = problem.pos >= len(text.rstrip()) - 1 or problem.msg.startswith("Unterminated")
    if text[start:start + 1] == "{" and at_end:
        return ("The file is cut off: its end is missing. Save the notebook again, look whether it opens, and hand it "
                "in again.")
    if QUOTES.match(text, start):
        return ("The quotes in the file were made curly (“ ”), as a word processor does, so it is no notebook any "
                "more: hand in the .ipynb as Jupyter saved it.")
    if text[start:start + 1] != "{" and SCRIPT.match(text, start):
        return ("This is a script (Python or text), not a notebook: open the notebook in Jupyter, and hand in the "
                ".ipynb that it saves.")
    odd = sum(not (c.isprintable() or c.isspace()) for c in text[:2000])
    if odd > len(text[:2000]) / 20:
        return "The file is not text in UTF-8: it is damaged or no notebook."
    return f"The file is not JSON ({place}): it is damaged, or no notebook. Hand in the .ipynb as Jupyter saved it."
