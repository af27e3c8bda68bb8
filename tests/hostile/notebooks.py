"""Notebooks and folders made to gain points or to do harm. Each function is one; its docstring says what it tries.

It is given the untouched release notebook, may change it, and returns a notebook or the bytes of a file.
"""

import copy
import json

EVIL = "<script>hostileMarker()</script><img src=x onerror=hostileMarker()><svg onload=hostileMarker()>"


def _graded(notebook):
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def _output(text):
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text}}


def edited_points(notebook):
    """Points of 1000, -1, NaN and text in the metadata of the graded cells."""
    for cell, points in zip(_graded(notebook), [1000, -1, float("nan"), "all", 1e308, None, [5], {"a": 1}] * 9, strict=False):
        cell["metadata"]["nbgrader"]["points"] = points
    return notebook


def edited_ids(notebook):
    """Graded cells that carry one another's ids, and ids of cells that do not exist."""
    cells = _graded(notebook)
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells]
    for cell, name in zip(cells, names[1:] + ["../../gradebook"], strict=True):
        cell["metadata"]["nbgrader"]["grade_id"] = name
    return notebook


def edited_checksums(notebook):
    """Checksums that say: nothing was changed here."""
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["checksum"] = "0" * 32
            cell["metadata"]["nbgrader"]["schema_version"] = 99
    return notebook


def tags_that_skip(notebook):
    """Tags and flags that make other tools skip a cell: skip-execution, raises-exception, remove-cell."""
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell", "demo"]
        cell["metadata"]["nbgrader_skip"] = True
    return notebook


def flags_turned(notebook):
    """Check cells said to be ungraded, unlocked or solutions; solution cells said to be grade cells."""
    for cell in notebook["cells"]:
        meta = cell["metadata"].get("nbgrader")
        if meta:
            meta["grade"], meta["solution"], meta["locked"], meta["task"] = not meta["grade"], True, False, True
    return notebook


def edited_checks(notebook):
    """Locked cells that end in a score."""
    for cell in _graded(notebook):
        if not cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = "2.0"
    return notebook


def forged_outputs(notebook):
    """Outputs saved in the notebook that look like full marks."""
    for cell in _graded(notebook):
        cell["outputs"] = [_output(repr(float(cell["metadata"]["nbgrader"]["points"])))]
    return notebook


def copied_checks(notebook):
    """Each graded cell three times, with forged outputs in the copies."""
    for cell in _graded(notebook):
        for _ in range(2):
            twin = copy.deepcopy(cell)
            twin["source"], twin["outputs"] = "1000.0", [_output("1000.0")]
            notebook["cells"].append(twin)
    return notebook


def markdown_checks(notebook):
    """Graded cells turned into text and raw cells, which nbgrader hands to a person or passes over."""
    for number, cell in enumerate(_graded(notebook)):
        cell["cell_type"] = "markdown" if number % 2 else "raw"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return notebook


def every_answer_at_once(notebook):
    """Answers that name all letters: as a text, a list, a set, and by an expression."""
    forms = ('"ABCD"', '["A", "B", "C", "D"]', '{"A", "B", "C", "D"}', '"A" or "B"', 'type("S", (str,), {})("A")', '"*"', '"[A-D]"')
    for number, cell in enumerate(cell for cell in _graded(notebook) if cell["metadata"]["nbgrader"]["solution"]):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = source.replace("answer=None", "answer=" + forms[number % len(forms)])
    return notebook


def other_kernel(notebook):
    """A kernel of one's own, and a name for it with a path in it."""
    notebook["metadata"] = {"kernelspec": {"name": "../../tmp/evil", "display_name": EVIL, "language": "bash"},
                            "language_info": {"name": EVIL, "file_extension": "/../../x"}, "celltoolbar": "x"}
    return notebook


def ten_thousand_cells(notebook):
    """Ten thousand cells of one's own, each of which defines something."""
    own = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": f"x{number} = {number}"}
           for number in range(10_000)]
    notebook["cells"] = own + notebook["cells"]
    return notebook


def fifty_megabytes(notebook):
    """An output of 50 MB."""
    _graded(notebook)[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}]
    return notebook


def markup(notebook):
    """Markup for the instructor's browser: in outputs, text, attachments, sources, answers, ids and metadata."""
    notebook["metadata"]["title"] = EVIL
    for number, cell in enumerate(notebook["cells"]):
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade") and meta.get("solution"):
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            cell["source"] = source.replace("answer=None", f'answer="{EVIL}"')
        elif meta.get("solution"):
            cell["source"] = f'def broken(:\n    """{EVIL}"""'
        elif cell["cell_type"] == "markdown":
            cell["source"] = EVIL + f"\n\n[x](javascript:hostileMarker())\n\n```\n</code>{EVIL}\n```"
            cell["attachments"] = {"x.svg": {"image/svg+xml": EVIL}}
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "display_data", "metadata": {},
                 "data": {"text/html": EVIL, "application/javascript": "hostileMarker()", "image/svg+xml": EVIL}},
                {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]},
                {"output_type": "stream", "name": EVIL, "text": EVIL}]
        cell["metadata"]["name"] = EVIL
        cell["metadata"].setdefault("tags", []).append(EVIL)
        if number % 7 == 0:
            cell["id"] = EVIL
    for kind in ("code", "markdown", "raw"):
        notebook["cells"].append({"cell_type": kind, "metadata": {}, "source": "import os\n" + EVIL + "\n````\n" + EVIL,
                                  "outputs": [_output(EVIL)]})
    return notebook


def twice_the_same_key(notebook):
    """JSON with two lists of cells: readers differ in which one they take."""
    text = json.dumps(notebook)
    return ('{"cells": [], ' + text[1:-1] + ', "cells": []}').encode()


def strange_types(notebook):
    """Numbers, lists and nothing where text belongs, in every cell."""
    for cell, strange in zip(notebook["cells"], [None, 3, [1], {"a": 1}, [["x"]], True, 1e999] * 99, strict=False):
        cell["source"] = strange
        cell["metadata"]["tags"] = strange
        cell["id"] = strange
    notebook["cells"] += [None, 3, [], "x", {"cell_type": "code"}, {"cell_type": ["code"]}, {}]
    return notebook


def a_whole_lesson_in_one_string(notebook):
    """A cell of 30 MB of source."""
    notebook["cells"][3]["source"] = "x = 1\n" * 5_000_000
    return notebook
