"""Files that something happened to on their way: read, with a note, or told as what they are."""

import gzip
import json

import classroom
import pytest
from classroom import ROOT, cell, filled, source

from autograder.judging import assignment, judge, repair
from autograder.reading.files import LONGEST_CELL, Unreadable, read_cells, read_notebook

LESSON = assignment.Assignment("loss", repair.load_template(ROOT, "loss"), {}, {}, others={"weights": {"linear"}})
FULL = filled()
WHOLE = classroom.to_bytes(FULL)
LINES = json.dumps(FULL, ensure_ascii=False, indent=1)           # as Jupyter and Git have it
CELLS = read_cells(WHOLE)


def conflict(text, line, ours, theirs, base=None):
    """A text in which one line was changed on two sides, as Git leaves it."""
    assert text.count(line) >= 1
    middle = "" if base is None else f"||||||| 1234567\n{base}\n"
    return text.replace(line, f"<<<<<<< HEAD\n{ours}\n{middle}=======\n{theirs}\n>>>>>>> feature/loss", 1).encode()


COUNT = '   "execution_count": null,'
ANSWER = next(line for line in LINES.split("\n") if "def mse(" in line)
READ = {
    "junk behind": (WHOLE + b"\n-- \nSent from my phone", "something else stood"),
    "a page behind": (WHOLE + b"\n<html><body>Saved</body></html>", "something else stood"),
    "twice": (WHOLE + WHOLE, "a second notebook"),
    "zeros behind": (WHOLE + b"\0" * 4096, ""),
    "a mail's head": (b"Content-Type: application/json\r\nX-Mailer: web\r\n\r\n" + WHOLE, "Before the notebook"),
    "utf-16 with a mark": (WHOLE.decode().encode("utf-16"), "UTF-16"),
    "utf-16-be": (WHOLE.decode().encode("utf-16-be"), "UTF-16"),
    "utf-32": (WHOLE.decode().encode("utf-32"), "UTF-32"),
    "utf-8 with a mark": (b"\xef\xbb\xbf" + WHOLE, ""),
    "windows line ends": (LINES.replace("\n", "\r\n").encode(), ""),
    "gzip": (gzip.compress(WHOLE), "gzip"),
    "gzip of utf-16": (gzip.compress(WHOLE.decode().encode("utf-16")), "gzip"),
    "text of text": (json.dumps(WHOLE.decode()).encode(), "one long text"),
    "comma after the last cell": (LINES.replace("\n ],\n", ",\n ],\n", 1).encode(), "comma too many in line"),
    "two commas": (LINES[:LINES.rindex("}")].encode() + b",\n}", "comma too many in line"),
    "conflict in a count": (conflict(LINES, COUNT, COUNT.replace("null", "3"), COUNT.replace("null", "41")),
                            "differ in outputs alone"),
    "conflict of three": (conflict(LINES, COUNT, COUNT.replace("null", "3"), COUNT.replace("null", "41"), COUNT),
                          "differ in outputs alone"),
    "half a conflict": (LINES.replace(COUNT, "=======\n" + COUNT + "\n>>>>>>> main", 1).encode(),
                        "differ in outputs alone"),
    "a real line end in a text": (WHOLE.replace(rb"\n\n", b"\n\n", 1), ""),
}
TOLD = {
    "cut off": (WHOLE[:len(WHOLE) // 2], "cut off"),
    "cut in a word": (WHOLE[:WHOLE.index(b"def mse(") + 3], "cut off"),
    "without its last sign": (WHOLE[:-1], "cut off"),
    "gzip cut off": (gzip.compress(WHOLE)[:2000], "compressed (gzip) and cut off"),
    "conflict in an answer": (conflict(LINES, ANSWER, ANSWER, ANSWER.replace("mean", "sum")),
                              "conflict of Git that was not solved (line"),
    "conflict without an end": (conflict(LINES, COUNT, COUNT, COUNT).split(b">>>>>>>")[0], "conflict of Git"),
    "git-lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12345\n", "git lfs pull"),
    "a link": (b"https://colab.research.google.com/drive/abc", "This is a link"),
    "a Windows link": (b"[InternetShortcut]\r\nURL=https://example.org\r\n", "This is a link"),
    "a page": (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "web page"),
    "rtf": (rb"{\rtf1\ansi " + WHOLE, "text document (RTF)"),
    "a script": (b"# %% [markdown]\n# # Loss\n# %%\ndef mse(a, b):\n    return 1\n", "script"),
    "text with a head": (b"---\njupytext:\n---\n\n# Loss\n", "script"),
    "curly quotes": (WHOLE.replace(b'"', "“".encode()), "made curly"),
    "an answer of the server": (b"404: Not Found", "not JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture"),
    "an archive": (b"Rar!\x1a\x07\x00", "archive"),
    "nothing": (b" \n", "empty"),
}


@pytest.mark.parametrize("kind", READ)
def test_a_whole_notebook_in_it_is_read(kind):
    data, words = READ[kind]
    cells, notes = read_notebook(data)
    assert cells == CELLS and len(notes) <= 2
    assert words in " ".join(notes) and bool(words) == bool(notes)
    assert judge.prepare(data, LESSON)[1].notebook == notes


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_no_notebook_is_told_as_what_it_is(kind):
    data, words = TOLD[kind]
    with pytest.raises(Unreadable) as told:
        read_cells(data)
    said = str(told.value)
    assert words in said and said.endswith("."), said
    assert ("cut off" in said) == ("cut off" in words)              # no wrong guess
    assert judge.prepare(data, LESSON)[1].problem == said


def test_letters_of_another_table_are_read_as_what_they_were():
    notebook = filled()
    cell(notebook, "mse-solution")["source"] = "# größer “so”\n" + source(notebook, "mse-solution")
    for data in (json.dumps(notebook, ensure_ascii=False).encode("cp1252", "ignore"),
                 classroom.to_bytes(notebook).replace("ß".encode(), b"\xdf")):
        cells, notes = read_notebook(data)
        found = next(c for c in cells if c.grade_id == "mse-solution")
        assert found.source.startswith("# größer “so”\n") and "not in UTF-8" in notes[0]
        assert [c.grade_id for c in cells] == [c.grade_id for c in CELLS]


def test_a_bomb_of_zeros_is_refused():
    with pytest.raises(Unreadable, match="larger than"):
        read_cells(gzip.compress(b"0" * 100_000_001, 1))


def test_a_very_long_cell_is_read_or_told():
    notebook = filled()
    text = "DATA = [" + "1.2345678, " * 25_000 + "]\n" + source(notebook, "mse-solution")
    cell(notebook, "mse-solution")["source"] = text
    cells, notes = read_notebook(classroom.to_bytes(notebook))
    assert next(c for c in cells if c.grade_id == "mse-solution").source == text and not notes
    cell(notebook, "mse-solution")["source"] = "#" * LONGEST_CELL + "\n" + text
    number = notebook["cells"].index(cell(notebook, "mse-solution")) + 1
    _, notes = read_notebook(classroom.to_bytes(notebook))
    assert f"first {LONGEST_CELL:,} characters of cell {number} were read" in notes[0]


def test_a_conflict_in_an_answer_is_named_with_its_line():
    notebook = filled()
    text = source(notebook, "mse-solution")
    cell(notebook, "mse-solution")["source"] = f"# mine\n<<<<<<< HEAD\n{text}\n=======\n{text}\n>>>>>>> theirs"
    notes = judge.prepare(classroom.to_bytes(notebook), LESSON)[1]
    assert "conflict of Git that was not solved (line 2)" in " ".join(notes.cells["mse"])
    assert not notes.problem and not judge.prepare(WHOLE, LESSON)[1].cells


@pytest.mark.parametrize("changed, named", [
    ({"mse": "old-mse", "mse-solution": "old-mse-solution"}, ["old-mse", "old-mse-solution"]),
    ({"loss-or-profit": "profit"}, ["profit"]),
    ({name: f"v1-{name}" for name in ("mse", "mse-solution", "mse_grad", "mse_grad-solution", "fit_line")}, ["v1-mse"]),
])
def test_another_version_of_the_lesson_is_told_as_such(changed, named):
    notebook = filled()
    for one in notebook["cells"]:
        meta = one["metadata"].get("nbgrader", {})
        if meta.get("grade_id") in changed:
            meta["grade_id"] = one["id"] = changed[meta["grade_id"]]
    said = " ".join(judge.prepare(classroom.to_bytes(notebook), LESSON)[1].notebook)
    assert "another version of the lesson" in said and all(name in said for name in named)
    assert "another version" not in " ".join(judge.prepare(WHOLE, LESSON)[1].notebook)
