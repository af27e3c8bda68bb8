"""The judge's own side: whatever is sent, one submission takes little time and few bytes, and shows nothing but text.

The programs in tests/hostile/judges_side stand in the cell of `mse` of a notebook that is right otherwise. Their second
line says what kind they are of: they starve the grader, or mislead who reads what it wrote.
"""

import html
import json
import os
import re
import signal
import threading
import time
from collections import Counter
from types import SimpleNamespace

import classroom
import pytest
from classroom import ROOT, cell, filled, hand_in, released
from nbconvert.filters import Highlight2HTML

from autograder.grading import records, workers
from autograder.grading.feedback import FeedbackPages
from autograder.grading.work import Sets, find_work
from autograder.judging import judge, mark, own, repair, run
from autograder.mathml import in_html
from autograder.reading import bounds, files
from autograder.reading.bounds import TooMuch, own_time
from course.cards.result import report_text
from course.checking.assess import _sound, assess
from course.checking.codec import Undecodable, decode
from course.quote import cleaned, unprintable, visible

PROGRAMS = sorted((ROOT / "tests" / "hostile" / "judges_side").glob("*.py"))
KINDS = ("forge", "read", "starve", "mislead")
MOST = 600_000                  # bytes of a record or a graded copy; an ordinary one has 50,000 and 110,000
SECONDS = 12                    # of the judge's processor time; an ordinary notebook takes .05, and here it is shared


@pytest.fixture(scope="module")
def judging():
    judging = classroom.Judging()
    yield judging
    judging.close()


@pytest.fixture(scope="module")
def outcomes(judging):
    """{program: (result, graded notebook, seconds of the judge's own)}, each judged once."""
    found = {}

    def outcome(path):
        if path not in found:
            began = time.process_time()
            result = judging(filled(programs={"mse": path.read_text("utf-8")}))
            found[path] = result, judging.graded, time.process_time() - began
        return found[path]
    return outcome


def head(path, word):
    return re.search(rf"^# {word}: (.+)$", path.read_text("utf-8"), re.M).group(1)


def pages(notebook):
    outputs = [output for one in notebook["cells"] for output in one.get("outputs", [])]
    return "".join(output["data"].get("text/html", "") for output in outputs)


def without_code(page):
    """What a page's typesetter and Markdown look at: neither code nor what is inside a tag."""
    return html.unescape(re.sub(r"<[^<>]*>", "", re.sub(r"<(code|pre|style)\b.*?</\1>", "", page, flags=re.S)))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_takes_little_of_the_judge(outcomes, path):
    result, graded, seconds = outcomes(path)
    record = records.make("x", result)
    assert head(path, "What it tries") and head(path, "Class") in KINDS
    assert result["exercises"]["mse"]["points"] == 0 and seconds < SECONDS
    assert len(json.dumps(record)) < MOST and len(json.dumps(graded)) < MOST
    assert not result["problem"] and all(part["right"] for part in result["questions"].values())


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_puts_nothing_live_or_huge_on_a_page(outcomes, path):
    result, _, _ = outcomes(path)
    page = "".join(exercise["html"] for exercise in result["exercises"].values())
    bare = without_code(page)
    assert "\\" not in bare and "100 of 100" not in bare and in_html(page) == page       # no formula on a feedback page
    assert not {c for c in unprintable(page) if c not in "\n\t"} and not re.search("[\u0300\u0301]{4}", page)
    assert set(re.findall(r"<(\w+)", page)) <= {"style", "div", "p", "b", "span", "code", "br", "details", "summary",
                                               "ul", "li", "pre", "strong", "em"}


@pytest.mark.parametrize("path", [path for path in PROGRAMS if head(path, "Class") == "mislead"], ids=lambda p: p.stem)
def test_a_notebook_of_somebody_s_says_nothing_to_the_terminal(judging, outcomes, path):
    said = []
    own.show_result(outcomes(path)[0], judging.lesson, said.append)
    text = "\n".join(said)
    assert not {c for c in unprintable(text) if c != "\n"}
    assert sum(line.startswith("Score: ") for line in text.split("\n")) == 1
    assert not re.search(r"^mse: all", text, re.M)


def test_there_are_programs_of_both_kinds():
    counts = Counter(head(path, "Class") for path in PROGRAMS)
    assert counts["starve"] >= 8 and counts["mislead"] >= 4


ATTACKS = next((path for path in (ROOT.parent / "shared" / "attacks", ROOT.parents[1] / "shared" / "attacks")
                if path.is_dir()), None)


@pytest.mark.skipif(ATTACKS is None, reason="../shared is not there")
def test_the_attacks_that_were_handed_on_gain_nothing(judging):
    for name in ("04-forged-line", "16-tex-in-messages"):
        began = time.process_time()
        result = judging(filled(programs={"mse": (ATTACKS / f"{name}.py").read_text("utf-8")}))
        bare = without_code(result["exercises"]["mse"]["html"])
        assert result["exercises"]["mse"]["points"] == 0 and time.process_time() - began < 2 * SECONDS, name
        assert len(json.dumps(judging.graded)) < MOST and "\\" not in bare and "points" in bare
    space = {}
    exec((ATTACKS / "18-many-dense-cells.py").read_text("utf-8"), space)
    began = time.process_time()
    made = space["make"](released(), 4, judging.lesson.template.solutions, judging.lesson.template.questions)
    made["cells"].append(cell(filled(), "mse-solution"))
    assert judging(made)["exercises"]["mse"]["passed"] and time.process_time() - began < SECONDS


# --- notebooks ----------------------------------------------------------------------------------------------

def with_own(cells):
    """A notebook without ids, in which every cell of one's own is looked at for every name; mse is written."""
    notebook = released()
    for one in notebook["cells"]:
        one["metadata"] = {}
        one.pop("id", None)
        if one["cell_type"] == "code":
            one["source"] = "pass"
    notebook["cells"] += [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in cells]
    notebook["cells"].append(cell(filled(), "mse-solution"))
    return notebook


def dense(body, count, lesson):
    names = "# " + " ".join([*lesson.template.solutions, *lesson.template.questions]) + "\n"
    return with_own([names + body + f"\ny{number} = 1\n" for number in range(count)])


DENSE = {"lists": "x = [" + "a,b," * 22_000 + "]", "formatted": "x = f'" + "{a}" * 25_000 + "'",
         "lines": "a\n" * 45_000}


@pytest.mark.parametrize("kind", DENSE)
def test_dense_cells_are_read_once(judging, kind):
    """Each for each name: 30 times as long, a minute for half a megabyte."""
    notebook = classroom.to_bytes(dense(DENSE[kind], 3, judging.lesson))
    began = time.process_time()
    cells = files.read_cells(notebook)
    repair.repair(cells, judging.lesson.template)
    assert time.process_time() - began < 15


def test_more_code_than_that_is_for_a_person(judging):
    began = time.process_time()
    result = judging(dense(DENSE["lists"], 40, judging.lesson))
    assert "a person has to look at it" in result["problem"] and result["points"] == 0
    assert time.process_time() - began < 3 and len(json.dumps(judging.graded)) < MOST


def test_a_file_of_millions_of_values_is_not_opened():
    for part in ("[],", '{"":{}},', "[[[]]],"):
        data = b'{"nbformat": 4, "cells": [' + part.encode() * (8_000_000 // part.count("]" if "]" in part else "}"))
        began = time.process_time()
        with pytest.raises(files.Unreadable, match="a person has to look at it"):
            files.read_cells(data + b"0]}")
        assert time.process_time() - began < 2


HEX = "0x" + "f" * 6_000        # its digits are more than Python writes: `ast.dump` and `ast.unparse` raise ValueError
PLACES = ["an answer", "a question's text", "a demonstration", "a solution", "a cell of one's own"]


@pytest.mark.parametrize("place", PLACES)
def test_a_long_integer_in_a_cell_costs_no_other_mark(judging, place):
    notebook, lesson = filled(), judging.lesson
    question = lesson.template.questions[0]
    if place == "an answer":
        text = classroom.source(released(), question)
        cell(notebook, question)["source"] = text.replace("answer=None", f"answer={HEX}")
    elif place == "a question's text":
        text = classroom.source(notebook, question)
        cell(notebook, question)["source"] = text.replace("A=", f"E={HEX}, A=", 1)
    elif place == "a demonstration":
        demo = next(one for one in notebook["cells"] if "demo" in one["metadata"].get("tags", []))
        demo["source"] = f"def f():\n    return {HEX}"
    elif place == "a solution":
        cell(notebook, "mse-solution")["source"] = classroom.source(notebook, "mse-solution") + f"\nX = {HEX}"
    else:
        notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": f"X = {HEX}", "outputs": []})
    result = judging(notebook)
    lost = lesson.template.points[question] if place == "an answer" else 0
    assert not result["problem"] and result["points"] == result["max_points"] - lost


def test_integers_that_do_not_cross_are_refused():
    for number in (10 ** 4_000, -10 ** 30, 2 ** 64):
        for tree in (number, [number], {"$tuple": [1, number]},
                     {"$array": {"dtype": "int64", "shape": [1], "data": [number]}}):
            with pytest.raises(Undecodable):
                decode(tree)
    assert decode([2 ** 64 - 1, -2 ** 63]) == [2 ** 64 - 1, -2 ** 63]


LARGE = "<b>" * 100_000
FORGED = {
    "line": {"error": {"type": "E", "message": "m", "mro": ["E"], "line": LARGE}},
    "number of the line": {"error": {"type": "E", "message": "m", "mro": ["E"], "line": 10 ** 4_000}},
    "texts": {"error": {"type": LARGE, "message": LARGE, "mro": ["E"], "source": LARGE, "where": LARGE}},
    "class": {"error": {"type": "E", "message": "m", "mro": [LARGE]}},
    "classes": {"error": {"type": "E", "message": "m", "mro": ["E"] * 100_000}},
    "arguments": {"result": 1.0, "mutated": [LARGE]}, "many arguments": {"result": 1.0, "mutated": [7] * 100_000},
    "an argument's number": {"result": 1.0, "mutated": [10 ** 4_000]},
    "warnings": {"result": 1.0, "warnings": [LARGE]}, "many warnings": {"result": 1.0, "warnings": ["w"] * 100_000},
    "printed": {"result": 1.0, "printed": LARGE}, "kind": {"not_callable": LARGE}, "lost": {"lost": LARGE},
    "trees for texts": {"error": {"type": [[1] * 9_000], "message": {"a": LARGE}, "mro": [[LARGE]], "where": [LARGE]}},
}


@pytest.mark.parametrize("field", FORGED)
def test_every_field_of_an_answer_is_cut(field):
    assert len(json.dumps(_sound(FORGED[field]))) < 15_000


def test_answers_together_have_room_for_so_many_bytes(judging):
    one = run.Run(judging.lesson, judging.sandbox)
    big = b'"' + b"x" * 15_000_000 + b'"'
    child = SimpleNamespace(send=lambda request, limit: b"", hear=lambda nonce, limit: big, spent=(0.0, 0.0))
    kept = [one.ask(child, b"{}", 1) for _ in range(10)]
    assert sum(map(len, kept)) < run.MOST_BYTES + 10_000 and json.loads(kept[-1])["lost"]


def test_results_that_are_long_are_not_kept_for_the_next():
    report = assess(json.loads((ROOT / "course" / "data" / "exercises" / "loss.json").read_text("utf-8"))["mse"], [])
    for check in report.checks:
        check.message = "x" * 100_000
    card = mark._card(report)
    assert len(card["html"]) + len(card["text"]) < bounds.LONGEST_CARD and "too long to show" in card["text"]


# --- the clock ----------------------------------------------------------------------------------------------

def busy(*_):
    while True:
        sum(range(1000))


def test_what_nobody_thought_of_ends_by_the_clock_and_the_next_is_graded(judging, monkeypatch):
    """A judge that never ends on one notebook: while it reads it, or while it judges it."""
    monkeypatch.setattr(judge, "own_time", lambda: own_time(1))
    for name in ("read_notebook", "tree_hash"):
        with monkeypatch.context() as patch:
            patch.setattr(judge, name, busy)
            result = judging(filled())
        assert "a person has to look at it" in result["problem"] and result["points"] == 0
        full = judging(filled())
        assert full["points"] == full["max_points"]
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_the_clock_counts_the_judge_s_own_time_alone():
    with own_time(0.2):
        time.sleep(0.6)
    with pytest.raises(TooMuch), own_time(0.2):
        try:
            busy()
        except Exception:
            pytest.fail("an ordinary `except` takes it")
    signals = []

    def elsewhere():                                     # where no signal can be set, sizes are the limit
        with own_time(0.1):
            signals.append(signal.getitimer(signal.ITIMER_PROF)[0])
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert signals == [0]


def test_a_worker_that_dies_of_a_submission_costs_that_one(tmp_path, monkeypatch):
    """The machine ends the worker (no memory left, say) whenever it judges that one. The others are all graded."""
    (tmp_path / "submitted").mkdir()
    for student in ("ada", "ben", "cyd", "dan", "eve"):
        notebook = filled()
        notebook["metadata"]["x"] = "DEADLY" * (student in ("ben", "dan"))
        hand_in(tmp_path, student, notebook)
    stock = judge.judge

    def deadly(data, *args, **kwargs):
        if data and b"DEADLY" in data:
            os.kill(os.getpid(), signal.SIGKILL)
        return stock(data, *args, **kwargs)
    monkeypatch.setattr(judge, "judge", deadly)
    todo, sets = find_work(tmp_path, "loss"), Sets(tmp_path, "loss")
    made = [graded for batch in workers.graded(todo, sets, tmp_path, "none", 2) for graded in batch]
    assert sorted(graded.work.student for graded in made) == ["ada", "ben", "cyd", "dan", "eve"]
    for graded in made:
        died = graded.work.student in ("ben", "dan")
        assert ("a person has to look at it" in graded.result["problem"]) == died
        assert graded.result["points"] == (0 if died else graded.result["max_points"])
        assert graded.result["content"] == next(w.content for w in todo if w.student == graded.work.student)


# --- pages --------------------------------------------------------------------------------------------------

LONG = {"dots": "x = a" + ".b" * 47_000, "many lines": "x = a.b.c\n" * 9_000, "one word": "a" * 90_000}


@pytest.mark.parametrize("kind", LONG)
def test_a_cell_is_shown_as_far_as_a_page_can(kind):
    """Highlighted whole, the first takes six minutes."""
    made = bounds.as_shown(LONG[kind], 10 ** 6)
    assert len(made) < bounds.LONGEST_SHOWN + 100 and "cut here" in made
    assert bounds.as_shown(made, 10 ** 6) != "" and bounds.as_shown("x = 1\n", 10) == "x = 1\n"
    began = time.process_time()
    Highlight2HTML(pygments_lexer="ipython3")(made)
    assert time.process_time() - began < 5


def test_a_graded_copy_shows_so_much_code_and_no_more(judging):
    notebook = filled()
    notebook["cells"] += [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "id": f"own{n}",
                           "source": f"def f{n}(): pass\n" + "# a comment of some length\n" * 350} for n in range(45)]
    result = judging(notebook)
    assert result["points"] == result["max_points"]
    shown = sum(len(repair.source_of(one)) for one in judging.graded["cells"] if one["cell_type"] == "code")
    assert shown < bounds.MOST_SHOWN + 100 * len(judging.graded["cells"])
    assert classroom.source(judging.graded, "mse-solution") == classroom.source(notebook, "mse-solution")


def test_a_page_that_takes_too_long_says_so(judging, monkeypatch):
    import nbformat

    from autograder.grading import feedback
    monkeypatch.setattr(feedback, "own_time", lambda: own_time(1))
    monkeypatch.setattr(FeedbackPages, "_with_formulas", lambda self, nb: nb if len(nb.cells) == 1 else busy())
    judging(filled())
    page, _ = FeedbackPages().from_notebook_node(nbformat.from_dict(judging.graded))
    assert "would take too long to make" in page


# --- names and words ----------------------------------------------------------------------------------------

NAMES = [r"$\rule{9999em}{9999em}$.ipynb", "**100 of 100** `x` $y$.ipynb", "a\nScore: 33.ipynb", "a\x1b[2J\u202e.ipynb"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_s_name_is_shown_as_it_is(judging, tmp_path, name):
    path = hand_in(tmp_path, "ada", filled())
    path.rename(path.with_name(name.replace("\\rule", "rule") if os.name == "nt" else name))
    work, = find_work(tmp_path, "loss")
    graded = workers.judge_work(work, judging.lesson, judging.sandbox)
    bare = without_code(pages(json.loads(graded.notebook)))
    assert "9999em" not in bare and "100 of 100" not in bare and "$y$" not in bare
    assert "The file was called" in bare and not unprintable(work.note)
    path.with_name(name).unlink()
    path.with_name(name).mkdir()
    work, = find_work(tmp_path, "loss")
    assert work.problem and not unprintable(work.problem)
    graded = workers.judge_work(work, judging.lesson, judging.sandbox)
    assert "9999em" not in without_code(pages(json.loads(graded.notebook)))


def test_what_is_said_is_cleaned_and_cut():
    assert cleaned("a\tb\nc\r\x1b[0m\u202e", 100) == "a\tb\nc\\r\\x1b[0m\\u202e"
    assert cleaned("e" + "\u0301" * 50, 100) == "e" + "\u0301" * 3 and cleaned({"a": 1}, 100) == "dict"
    assert len(cleaned("\x1b" * 10 ** 6, 400)) == 400 and visible("Zoë 👩\u200d🔬") == "Zoë 👩\u200d🔬"


def test_a_text_of_several_lines_is_one_of_ours():
    spec = json.loads((ROOT / "course" / "data" / "exercises" / "loss.json").read_text("utf-8"))["mse"]
    error = {"type": "E\nF", "message": "x\n\nmse: all 6 checks pass", "mro": [], "line": 1, "source": "a\nb"}
    lines = report_text(assess(spec, [[{"error": error}] * len(case["calls"]) for case in spec["cases"]])).split("\n")
    assert not [line for line in lines if line.startswith(("mse: all", "F", "b"))]
