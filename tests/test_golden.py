"""What learners read of every known mistake, and the ids that last, as text: a change is read in the diff.

    tests/golden/LESSON.txt     the card of each known mistake, of the stub, of `return None` and of each program of
                                tests/foreign, on the public cases
    tests/golden/ids.txt        every id of an exercise, a mistake and a question, with its lesson

After a change that is meant (and `python -m autograder build`): python -m pytest tests/test_golden.py --renew-golden
"""

import difflib
import functools
import linecache
import math
import re

import nbformat
import numpy as np
import pytest

from autograder.author import verify
from autograder.author.keys import program
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.lessons.specify import run
from course import contents
from course.cards.result import NUMBER, next_step, report_text, smallest_failure
from course.checking.adapters import adapted
from course.checking.assess import assess
from course.checking.codec import Named, Rng, decode
from course.checking.types import of_variant
from course.checking.words import is_whole

GOLDEN = ROOT / "tests" / "golden"
FOREIGN = ROOT / "tests" / "foreign" / "wrong"
RENEW = "python -m pytest tests/test_golden.py --renew-golden"
LESSONS = catalogue.judged_topics()
PATIENCE = 10               # times the exercise's own limit: what a card says must not hang on a busy machine
DECIMAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)")       # whole numbers are counts: exact


# --- cards --------------------------------------------------------------------------------------------------

def stub(topic, name, variant=""):
    """The cell as it is given out."""
    notebook = nbformat.read(catalogue.notebook_path(topic, "release"), 4)
    return next(cell.source for cell in notebook.cells if cell.id == f"{name}-{variant or 'solution'}")


def programs(topic, name):
    """(heading, source, imports, framework or "") of the programs whose cards are kept, each as a learner would have it
    in the cell.
    """
    for variant in catalogue.exercises(topic)[name].variants or ("",):
        way = f" in {variant}" if variant else ""
        yield f"{name}{way}, the stub", stub(topic, name, variant), {"np": np}, variant
        yield f"{name}{way}, returns None", f"def {name}(*args, **kwargs):\n    return None\n", {}, variant
    for identity, function in catalogue.mistakes(topic).get(name, {}).items():
        yield f"{name}__{identity}", program(function, name), function.__globals__, catalogue.variant_of(function)
    for path in sorted(FOREIGN.glob(f"{name}/*.py")):
        yield f"{name}, an outsider's {path.stem}", path.read_text(encoding="utf-8"), {"np": np}, ""


def report(topic, spec, source, imports, variant=""):
    """The report on this source in the place of an exercise, all other functions right."""
    cell, name = f"<cell {spec['name']}>", spec["name"]
    linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)      # cards quote the line
    library = catalogue.library(topic)
    # in a framework the other functions are as a learner writes them
    others = catalogue.variant_functions(topic, "solutions", variant) if variant else {}
    namespace = imports | library | others | {"FRAMEWORK": variant}
    exec(compile(source, cell, "exec"), namespace)
    spec = {**(of_variant(spec, variant) if variant else spec), "seconds": PATIENCE * spec["seconds"]}
    called = library | {name: adapted(variant, name, namespace[name])} if variant else namespace
    return assess(spec, run(spec, called))


def _all_frameworks(topic):
    for variant in catalogue.absent(topic):
        pytest.skip(f"{variant} (torch, TensorFlow) is optional (requirements-frameworks.txt)")


@functools.cache
def reports(topic):
    """[(heading, specification, report)] of all programs whose cards are kept."""
    return [(heading, spec, report(topic, spec, source, imports, variant))
            for name, spec in contents.read_data(f"exercises/{topic}.json").items()
            for heading, source, imports, variant in programs(topic, name)]


def cards(topic):
    """The text of tests/golden/TOPIC.txt."""
    parts = [f"# What `check` says of each known mistake of the lesson {topic}, on the public cases.\n# {RENEW}\n"]
    parts += [f"=== {heading}\n{report_text(found)}\n" for heading, _, found in reports(topic)]
    return re.sub(r"\bsequential(_\d+)?\b", "sequential", "\n".join(parts))      # Keras counts its models


def alike(old, new):
    """The same words, and decimals that differ in the last digit at most: processors round exp differently."""
    def near(a, b):
        return math.isclose(float(a), float(b), rel_tol=1e-3, abs_tol=1e-9)
    return DECIMAL.sub("#", old) == DECIMAL.sub("#", new) and all(
        map(near, DECIMAL.findall(old), DECIMAL.findall(new)))


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_learners_read_is_as_it_was(lesson, renew_golden):
    _all_frameworks(lesson)
    path, new = GOLDEN / f"{lesson}.txt", cards(lesson)
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if alike(old, new):
        return
    if renew_golden:
        path.write_text(new, encoding="utf-8", newline="\n")
        return
    changed = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "as it was", "as it is", n=1, lineterm=""))
    pytest.fail("\n".join([f"cards of {lesson} say something else. If that is meant: {RENEW}", *changed[:60]]))


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_call_that_is_shown_can_be_pasted_and_what_is_to_be_worked_out_is_little(lesson):
    _all_frameworks(lesson)
    for heading, spec, found in reports(lesson):
        check = smallest_failure(found)
        if check is None or not check.call or "variants" in spec:       # a call on a model is told in words
            continue
        step, numbers = next_step(found), len(NUMBER.findall(check.call))
        assert len(check.call) <= 420, heading
        assert "out by hand" not in step or "your own" in step or numbers <= (24 if "one entry" in step else 8), heading
        assert is_whole(check.line or check.call), f"{heading}: {check.call}"
        calls = pasted(check.line or check.call, spec["name"])
        case = next(case for case in spec["cases"] if check.case in (case["name"], "inputs"))
        for (args, keywords), call in zip(calls, case["calls"][:2], strict=True):
            given = [*call["args"], *call.get("kwargs", {}).values()]
            assert list(keywords) == list(call.get("kwargs", {}))
            assert all(map(same, [*args, *keywords.values()], map(decode, given))), f"{heading}: {check.call}"


def pasted(text, name):
    """[(arguments, keywords)] of the calls in a line of Python."""
    made = []
    known = dict.fromkeys(catalogue.library(contents.exercise_topics()[name]), lambda *a, **k: made.append((a, k)))
    eval(text, {"np": np} | known)
    return made


def same(value, meant):
    """Whether a pasted argument is the one of the case, to the digits that are shown."""
    if isinstance(meant, (list, tuple)):
        return type(value) is type(meant) and len(value) == len(meant) and all(map(same, value, meant))
    if isinstance(meant, (Rng, Named)):
        return isinstance(value, np.random.Generator) if isinstance(meant, Rng) else callable(value)
    if isinstance(meant, np.ndarray):
        alike = value.dtype == meant.dtype and value.shape == meant.shape
        return alike and np.allclose(value, meant, 1e-4, 0, equal_nan=True)
    return type(value) is type(meant) and (value == meant or np.isclose(value, meant, 1e-4, 0))


def test_a_changed_word_or_number_is_seen_and_a_last_digit_is_not():
    old = "mse: 3 of 7 checks pass (0.6 of 2 points)\n  got 0.33333, expected -1e-05"
    assert alike(old, old.replace("0.33333", "0.33334")) and alike("got 2.2204e-16", "got 0.0")
    for change in (("got", "gives"), ("3 of", "4 of"), ("0.6", "0.7"), ("0.33333", "0.334"), ("-1e-05", "1e-05"),
                   ("0.6 ", "1 ")):
        assert not alike(old, old.replace(*change)), change


def test_nothing_of_one_machine_or_moment_is_in_the_cards():
    """Times, addresses and paths; nor a NameError, which would be this file's fault: a mistake lacks an import."""
    for lesson in LESSONS:
        for line in (GOLDEN / f"{lesson}.txt").read_text(encoding="utf-8").splitlines():
            odd = re.search(r"0x[0-9a-f]{4}|\bin \d+(\.\d+)? s\b|did not end|\.py\b|NameError", line)
            assert line.startswith("# ") or not odd, f"{lesson}: {line}"


# --- ids ----------------------------------------------------------------------------------------------------

HEAD = f"# Every id that records and progress files may hold: nothing is ever taken out.\n# {RENEW}\n"


def ids():
    """{id: "lesson kind"} of the whole course."""
    found = {}
    for lesson in catalogue.topics():
        for identity, kind in verify.permanent_ids(lesson).items():
            assert identity not in found, f"{identity}: an id of {found[identity]} and of {lesson} {kind}"
            found[identity] = f"{lesson} {kind}"
    return found


def kept_ids(text):
    """The same, as it stands in tests/golden/ids.txt."""
    rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return {identity: where for where, identity in rows}


def ids_text(there):
    order = sorted(there.items(), key=lambda row: (row[1].split()[0] not in contents.TOPICS, row[1], row[0]))
    return HEAD + "".join(f"{where} {identity}\n" for identity, where in order)


def id_faults(kept, there, retired):
    """What is wrong with the ids of the course, as sentences. `renew` mends what is new, and nothing else."""
    faults = [f"{identity} ({kept[identity]}) is gone: put it into RETIRED in autograder/lessons/catalogue.py, or give "
              "it back its name" for identity in kept if identity not in there and identity not in retired]
    faults += [f"{identity} is {there[identity]} now and was {kept[identity]}: an id stays where it is"
               for identity in there if kept.get(identity, there[identity]) != there[identity]]
    faults += [f"{identity} is retired and used again: choose another id" for identity in there if identity in retired]
    faults += [f"{identity} is retired and was never there" for identity in retired
               if identity not in kept and identity not in there]
    return faults


def test_ids_are_permanent(renew_golden):
    path, there = GOLDEN / "ids.txt", ids()
    kept = kept_ids(path.read_text(encoding="utf-8")) if path.exists() else {}
    assert id_faults(kept, there, catalogue.RETIRED) == []
    if renew_golden:
        path.write_text(ids_text(there | kept), encoding="utf-8", newline="\n")
    new = [] if renew_golden else sorted(set(there) - set(kept))
    assert not new, f"new ids: {', '.join(new)}. To keep them for good: {RENEW}"


def test_an_id_that_is_gone_moved_or_used_again_is_a_fault():
    kept = {"mse": "loss exercise", "mse__half": "loss mistake", "old": "loss question"}
    there = {"mse": "loss exercise", "mse__half": "loss mistake", "new": "loss question"}
    assert id_faults(kept, there, ("old",)) == []
    gone, = id_faults(kept, there, ())
    assert gone.startswith("old (loss question) is gone: put it into RETIRED")
    assert "old is retired and used again" in id_faults(kept, there | {"old": "loss question"}, ("old",))[0]
    assert "mse is weights exercise now" in id_faults(kept, there | {"mse": "weights exercise"}, ("old",))[0]
    assert "never there" in id_faults(kept, there, ("old", "odl"))[0]
    assert kept_ids(ids_text(kept)) == kept


def test_verify_says_that_a_retired_id_is_used_again(monkeypatch):
    assert verify.verify_ids("loss").faults == []
    retired = ("mse", "mse__" + next(iter(catalogue.mistakes("loss")["mse"])), "loss-or-profit", "not-there")
    monkeypatch.setattr(catalogue, "RETIRED", retired)
    faults = verify.verify_ids("loss").faults
    assert [fault.partition(":")[0] for fault in faults] == list(retired[:3])
    assert "retired" in faults[0] and "question" in faults[2]
    assert faults[0] in verify.verify("loss", notebook=False).faults


def test_each_lesson_has_its_file_and_each_file_its_lesson():
    assert {path.name for path in GOLDEN.iterdir()} == {"ids.txt", *(f"{lesson}.txt" for lesson in LESSONS)}
