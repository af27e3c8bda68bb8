"""Broken notebooks of every kind through the reader and the repair: each gets a result, none stops anything."""

import json

import classroom
import nbformat
import pytest
from classroom import ROOT, filled, released
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marks import soaked

from autograder.judging import assignment, judge, repair
from course.checking.reader import read_answer, source_of

LESSON = assignment.Assignment("loss", repair.load_template(ROOT, "loss"), {}, {})
WHOLE = classroom.to_bytes(filled())
SETTINGS = settings(max_examples=soaked(300, 10_000), deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck))

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
    answer = read_answer(source, "q")
    assert (answer.value is None) != (answer.problem is None)
    answer = read_answer(f'quiz("q", answer={source})', "q")
    assert (answer.value is None) != (answer.problem is None)
