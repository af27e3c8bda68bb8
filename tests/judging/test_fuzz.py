"""Broken notebooks of every kind through the reader and the repair: each gets a result, none stops anything."""

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path

import classroom
import nbformat
import pytest
import right_work
from classroom import ROOT, filled, released
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import soaked

from autograder.judging import assignment, judge, repair
from autograder.reading import found
from autograder.reading.files import Unreadable, read_cells, read_notebook
from course.answers import FORMS, letter_of, value_of
from course.checking.reader import read_answer, source_of
from course.contents import LETTERS
from course.statements import differing, readable, text_of, touched, without

LESSON = assignment.Assignment("loss", repair.load_template(ROOT, "loss"), {}, {})
WHOLE = classroom.to_bytes(filled())
LINES = json.dumps(filled(), ensure_ascii=False, indent=1).encode()
IDS_OF_CELLS = [cell.grade_id for cell in read_cells(WHOLE)]
SETTINGS = settings(max_examples=soaked(300, 10_000))

text = st.text(st.characters(exclude_categories=()), max_size=40)           # lone surrogates too
scalars = st.none() | st.booleans() | st.integers() | st.floats() | text
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
                     max_leaves=12)
IDS = [*LESSON.template.cells, "", "x", "mse-solution", "../..", "\0"]


def graded(data):
    """The repaired notebook and the notes: whatever is handed in, it is the lesson, and it can be written and run."""
    notebook, notes = judge.prepare(data, LESSON)
    assert isinstance(notes.problem, str) and (not notes.problem or notes.problem[-1] in ".”?")
    known = [cell for cell in notebook["cells"] if (cell["metadata"].get("nbgrader", {}).get("grade_id") or cell["id"])
             in LESSON.template.cells]
    assert [cell["metadata"] for cell in known] == [cell["metadata"] for cell in LESSON.template.cells.values()]
    assert notebook["metadata"] == LESSON.template.notebook["metadata"]
    json.dumps(notebook, ensure_ascii=False).encode()
    for _, source in repair.steps(notebook, notes.missing, LESSON.template):
        assert isinstance(source, str)
    for name in LESSON.template.questions:
        found = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
        answer = read_answer(source_of(found), name)
        assert (answer.value is None) != (answer.problem is None)
    return notebook, notes


@SETTINGS
@given(st.binary(max_size=300))
def test_random_bytes(data):
    assert graded(data)[1].problem


@SETTINGS
@given(st.integers(0, len(WHOLE)), st.binary(max_size=8), st.integers(0, 200))
def test_cut_and_overwritten_files(at, put, dropped):
    graded(WHOLE[:at] + put + WHOLE[at + dropped:] if dropped else WHOLE[:at] + put)


def spoiled(data, how):
    """A file after something happened to it on its way."""
    kind, at, other = how
    at = at % (len(data) + 1)
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    line = at % len(lines)
    return {
        "behind": lambda: data + other, "before": lambda: other + data, "cut": lambda: data[:at],
        "one byte": lambda: data[:at] + other[:1] + data[at + 1:], "comma": lambda: data[:at] + b"," + data[at:],
        "utf-16": lambda: text.encode("utf-16"), "utf-16-le": lambda: text.encode("utf-16-le"),
        "utf-32": lambda: text.encode("utf-32"), "cp1252": lambda: text.encode("cp1252", "replace"),
        "gzip": lambda: gzip.compress(data, 1), "zip": lambda: b"PK\x03\x04" + data,
        "text": lambda: json.dumps(text).encode(), "windows": lambda: text.replace("\n", "\r\n").encode(),
        "conflict": lambda: "\n".join([*lines[:line], "<<<<<<< HEAD", lines[line], "=======",
                                       lines[at % 7 % len(lines)], ">>>>>>> b", *lines[line + 1:]]).encode(),
    }[kind]()


HARM = st.tuples(st.sampled_from(["behind", "before", "cut", "one byte", "comma", "utf-16", "utf-16-le", "utf-32",
                                  "cp1252", "gzip", "zip", "text", "windows", "conflict"]),
                 st.integers(0, 2 * len(LINES)), st.binary(max_size=12))


@settings(SETTINGS, max_examples=soaked(150, 10_000))
@given(st.sampled_from([WHOLE, LINES]), st.lists(HARM, min_size=1, max_size=3))
def test_files_that_something_happened_to(data, harms):
    """Each is read, or told in a sentence; what is read where only its outside was changed is what was handed in."""
    for how in harms:
        data = spoiled(data, how)
    graded(data)
    try:
        cells, notes = read_notebook(data)
    except Unreadable as told:
        assert str(told)[-1] in ".”?)" and len(str(told)) < 300
    else:
        assert len(notes) <= 6
        if {kind for kind, *_ in harms} <= {"behind", "utf-16", "utf-32", "text", "gzip", "windows"} and not any(
                kind == "behind" and b"\x00" in other for kind, _, other in harms):
            assert [cell.grade_id for cell in cells] == IDS_OF_CELLS


@settings(SETTINGS, max_examples=soaked(60, 3_000))
@given(st.binary(max_size=60), HARM)
def test_zips_and_folders_that_something_happened_to(junk, how):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("work/loss.ipynb", WHOLE)
        archive.writestr("._loss.ipynb", junk)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("a.zip", spoiled(packed.getvalue(), how)), ("b.ipynb", spoiled(WHOLE, how)),
                           ("c.txt", junk)):
            (Path(folder) / name).write_bytes(data)
        try:
            chosen = found.find(Path(folder), LESSON.template)
        except Unreadable as told:
            assert str(told)[-1] == "."
        else:
            assert chosen.data == found.load(chosen.path, chosen.member, Path(folder))
            graded(chosen.data)


@SETTINGS
@given(trees)
def test_any_json(tree):
    assert graded(json.dumps(tree).encode())[1].problem


cells = st.fixed_dictionaries({}, optional={
    "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", None, 3]) | trees,
    "source": text | st.lists(text, max_size=3) | trees | st.sampled_from([
        "def mse(y_pred, y_true):\n    return 1", "def mse(", 'quiz("loss-or-profit", answer="A")', "%%bash\nls"]),
    "id": st.sampled_from(IDS) | trees,
    "outputs": trees,
    "metadata": trees | st.fixed_dictionaries({}, optional={
        "tags": trees, "nbgrader": trees | st.fixed_dictionaries({}, optional={
            "grade_id": st.sampled_from(IDS) | trees, "points": scalars, "grade": scalars, "solution": scalars,
            "locked": scalars, "schema_version": scalars, "checksum": scalars, "task": scalars})})})


@SETTINGS
@given(st.lists(cells | trees, max_size=8), st.sampled_from([4, 3, 5, "4", None, 4.5, -1, True]) | scalars, trees)
def test_notebooks_of_strange_cells(own, version, metadata):
    graded(json.dumps({"cells": own, "nbformat": version, "nbformat_minor": 5, "metadata": metadata}).encode())


@SETTINGS
@given(st.data())
def test_a_good_notebook_with_something_replaced(data):
    notebook = released()
    for _ in range(data.draw(st.integers(1, 4))):
        place, key = notebook, "cells"
        for _ in range(data.draw(st.integers(1, 5))):
            keys = list(place) if isinstance(place, dict) else range(len(place)) if isinstance(place, list) else ()
            if not keys:
                break
            key = data.draw(st.sampled_from(list(keys)))
            if isinstance(place[key], (dict, list)) and place[key]:
                parent, place = place, place[key]
            else:
                parent = place
                break
        if isinstance(parent, (dict, list)):
            with_keys = parent if isinstance(parent, dict) else dict(enumerate(parent))
            if key in with_keys:
                parent[key] = data.draw(trees)
    graded(json.dumps(notebook).encode())


@pytest.mark.parametrize("data", [
    WHOLE[:-1], b"\xef\xbb\xbf" + WHOLE, WHOLE.decode().encode("utf-16"), WHOLE.replace(b"\n", b"\r\n"),
    WHOLE + b"\0",
    WHOLE.replace(b'"nbformat": 4', b'"nbformat": 99'), b"\0" * 1000, WHOLE * 2, b"9" * 100_000, b'"' + b"x" * 100_000,
    b'{"a":' * 50_000, WHOLE.replace(b"mse", "μσε".encode()), b"[" + WHOLE + b"]", b"NaN",
    b"Infinity", b"-", b'"\\ud800"',
], ids=range(17))
def test_files_with_a_history(data):
    graded(data)


def test_the_repaired_notebook_is_valid():
    notebook, _ = graded(WHOLE)
    nbformat.validate(nbformat.from_dict(notebook))
    notebook, _ = graded(b"nothing")
    nbformat.validate(nbformat.from_dict(notebook))


@SETTINGS
@given(text | st.text("()[]{}quiz\"'=,ABCD answer\n\\#:", max_size=80))
def test_no_source_breaks_the_reading_of_an_answer(source):
    for form in FORMS:
        for cell in (source, f'quiz("q", answer={source})', f'quiz("q", answer={source!r})'):
            answer = read_answer(cell, "q", form)
            assert (answer.value is None) != (answer.problem is None)
            assert answer.value is None or value_of(form, answer.value) == answer.value


# --- right notebooks, changed in ways that take nothing away ---------------------------------------------------

OWN_CELLS = ["np = 3", "for mse in range(2):\n    pass", "mse = mse_grad = None", right_work.TRIAL, "%reset -f",
             "del np",
             "import no_such_package", "%nope 3", "files = !ls\nfiles[0]", "sum = 3", "x = 1\nx += 1", "1 / 0",
             "def fit_line(x):\n    pass", "print(", "class cross_entropy:\n    pass", "from math import *",
             "with open('a') as log_softmax:\n    1", "exec('np = 3')", "%%bash\nls", "%%html\n<b>", "(mse_grad := 3)"]
ON_TOP = ["import pandas as pd, math", "%%time", "# seconds\n%%memit", "undefined", "My notes on this (see above",
          "%nope",
          "assert False", "x: pd.Series = 3", "import sys; sys.exit()", "\n\n", '"""What I did"""',
          "def helper(a):\n    pass"]
PIECES = ["if a:\n    b = 1\nelse:\n    c = 2", "x = 1; y = 2", "@f\ndef g(): pass", "    indented", ")", "else:",
          "<<<<<<< HEAD", 't = """', "for i in t:"]


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


@settings(SETTINGS, max_examples=soaked(12, 1_000))
@given(st.lists(st.tuples(st.integers(0, 130), st.sampled_from(OWN_CELLS)), max_size=4),
       st.dictionaries(st.sampled_from(LESSON.template.solutions), st.sampled_from(ON_TOP), max_size=3))
def test_right_work_keeps_its_marks_whatever_stands_around_it(judging, own, tops):
    notebook = filled()
    for name, line in tops.items():
        right_work.on_top(notebook, f"{name}-solution", line)
    for number, (place, line) in enumerate(own):
        notebook["cells"].insert(place, right_work.code(line, f"own-{number}"))
    result = judging(notebook)
    parts = {**result["exercises"], **result["questions"]}
    assert {name: part["points"] for name, part in parts.items() if part["points"] < part["max_points"]} == {}


@SETTINGS
@given(st.lists(st.sampled_from([*OWN_CELLS, *ON_TOP, *PIECES]) | text, max_size=6))
def test_any_cell_is_read_as_statements(lines):
    source = "\n".join(lines)
    tree = readable(source)
    assert differing(source, source) == [] and differing(source, "") in (tree.body, [])
    assert isinstance(touched(source), frozenset)
    for node in tree.body:
        assert without([node], source).count("\n") == source.count("\n")
        assert isinstance(text_of([node], source), str)


@SETTINGS
@given(st.sampled_from(LETTERS), st.sampled_from(["{}", "({})", "[{}]", "{})", "{}.", "Option {}", "answer: {}",
                                                  "  {}  ", "“{}”", "{}) as it falls"]),
       st.sampled_from([str, str.lower, lambda t: "".join(chr(ord(c) + 0xFEE0) if c in LETTERS else c for c in t),
                        lambda t: t.translate(str.maketrans("ABC", "АВС")), lambda t: t + "\u200b"]))
def test_a_letter_is_read_however_it_is_dressed(letter, dress, change):
    assert letter_of(change(dress.format(letter))) == letter


@SETTINGS
@given(text)
def test_any_text_means_one_letter_or_none(given_text):
    assert letter_of(given_text) in (*LETTERS, None)
