"""What is told of a program stands in its record, on its card, at the top of the feedback page and in the report."""

import html
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import Judging, cell, filled

from autograder.grading import records
from autograder.judging import pages
from autograder.reports.lesson import _reasons

NAMED = """def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("unequal shapes")
    return np.sum((y_pred - y_true) ** 2)"""
DESCRIBED = "def mse(y_pred, y_true):\n    return np.mean((y_pred - y_true) ** 2) * 1.7"
EXPLAINED = "def mse(y_pred, y_true):\n    return np.mean((y_pred - y_tru) ** 2)"
PART = "def log_softmax(logits):\n    return logits - np.log(np.sum(np.exp(logits)))"


@pytest.fixture(scope="module")
def judging():
    judging = Judging("loss", how="none")
    yield judging
    judging.close()


def judged(judging, name, source):
    """(the part of the record, the page's cards as text) of a right notebook with another function in it."""
    notebook = filled()
    cell(notebook, f"{name}-solution")["source"] = source
    result = judging(notebook)
    pages.write_outputs(judging.graded, result, judging.lesson)
    found = "".join(o["data"].get("text/html", "") for c in judging.graded["cells"] for o in c.get("outputs", []))
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^<>]*>", "", found, flags=re.DOTALL))
    return records.make("kim", result)["parts"], text


@pytest.mark.parametrize(("source", "kind"), [(NAMED, "named"), (DESCRIBED, "described"), (EXPLAINED, "explained")],
                         ids=["named", "described", "explained"])
def test_what_is_told_is_said_in_all_places(judging, source, kind):
    parts, page = judged(judging, "mse", source)
    told = parts["mse"]["told"]
    said = re.sub(r"[`*]", "", told["text"])
    assert told["kind"] == kind and said
    assert said in re.sub(r"[`*]", "", page)
    assert told["text"] in pages.said_of(parts["mse"])
    assert told["text"] in [words for _, words in _reasons("loss", "mse", parts["mse"])]


def test_the_function_to_mend_first_is_said_in_all_places(judging):
    """`cross_entropy` is right, and builds on one that is not."""
    parts, page = judged(judging, "log_softmax", PART)
    first = "Look at your `log_softmax` first"
    assert not parts["cross_entropy"]["passed"]
    assert page.count("Look at your log_softmax first") == 1
    assert pages.said_of(parts["cross_entropy"]).startswith(first)
    assert next(iter(_reasons("loss", "cross_entropy", parts["cross_entropy"])))[1].startswith(first)
    assert "Look at your" not in pages.said_of(parts["log_softmax"])
