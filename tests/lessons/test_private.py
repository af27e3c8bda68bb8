"""What a class keeps to itself: its cases follow what they are drawn from, its bank is found under its own root."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from classroom import ROOT, course_copy
from fixture_course import tiny_course

from autograder.author.cells import card_call
from autograder.grading import hooks
from autograder.judging.assignment import _same_questions, load_assignment
from autograder.lessons import private
from autograder.lessons.bank import load_bank, read_bank
from autograder.problems import Problem
from course.checking.reader import make_template

KEY = "import sys; from autograder.lessons import private; print(private.source_key('weights', '5eed'))"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return course_copy(tmp_path_factory.mktemp("key") / "clone")


def key(clone):
    done = subprocess.run([sys.executable, "-c", KEY], cwd=clone, capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1"})
    return done.stdout.strip()


@pytest.mark.parametrize("name", [
    "course/data/__init__.py", "course/data/digits.npz", "course/checking/compare.py", "course/checking/training.py",
    "course/engine.py", "autograder/lessons/specify.py", "autograder/lessons/exercise.py",
    "autograder/lessons/weights/exercises.py", "autograder/lessons/weights/mistakes.py",
    "autograder/lessons/loss/solutions.py"])
def test_a_change_of_what_cases_are_drawn_from_is_noticed(clone, name):
    before = key(clone)
    path = clone / name
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n# changed\n" if path.suffix == ".py" else kept + b"\0")
    try:
        assert key(clone) != before
    finally:
        path.write_bytes(kept)
    assert key(clone) == before


@pytest.mark.parametrize("name", ["course/cards/result.py", "course/static/card.css", "source/weights.md",
                                  "autograder/lessons/weights/quiz.yaml", "autograder/grading/grade.py"])
def test_what_no_case_depends_on_draws_nothing_anew(clone, name):
    before = key(clone)
    path = clone / name
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    try:
        assert key(clone) == before
    finally:
        path.write_bytes(kept)


def test_each_file_that_drawing_cases_imports_is_in_the_key():
    """Read from the imports, and compared with what a process really loads."""
    code = ("import sys; from autograder.lessons import catalogue\n"
            "from autograder.lessons.specify import specification\n"
            "specification('initialization', '5eed')\n"
            "print('\\n'.join(m.__file__ for n, m in list(sys.modules.items()) if m and m.__name__.split('.')[0] in "
            "('course', 'autograder') and getattr(m, '__file__', None)))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(line).resolve() for line in done.stdout.split("\n") if line}
    # importing any part of `course` runs its __init__, which loads what notebooks see: that draws no case
    shown = {path for path in loaded if path.parent.name in ("cards", "actions") or path.parent == ROOT / "course"
             and path.stem in ("__init__", "answers", "earlier", "notebook", "progress_file", "statements")}
    shown.add(ROOT / "course" / "checking" / "reader.py")            # check("all") reads a notebook with it
    said = {path for path in loaded if path.parent == ROOT / "autograder" or path.name == "bank.py"}
    missing = loaded - shown - said - private.drawn_from("initialization")
    assert not missing
    assert ROOT / "course" / "data" / "__init__.py" in private.drawn_from("initialization")


# --- a bank of one's own, and a server that stays up ---------------------------------------------------------

def own_bank(root, change):
    """A class's own bank of lesson 1: the public one, changed."""
    bank = yaml.safe_load((ROOT / "autograder" / "lessons" / "loss" / "quiz.yaml").read_text("utf-8"))
    change(bank[0])
    path = root / "private" / "quizzes" / "loss.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(bank, allow_unicode=True, sort_keys=False), "utf-8")
    return bank[0]["id"]


def test_a_class_s_own_bank_is_found_under_its_own_root(tmp_path):
    """Here with another key: it is this class's, and nobody else's."""
    def other_key(entry):
        old, new = entry["key"], next(letter for letter in "ABCD" if letter != entry["key"])
        entry["key"] = new
        entry["options"][old]["misconception"] = entry["options"][new].pop("misconception")

    kept = {name: question.key for name, question in load_assignment(tmp_path, "loss").bank.items()}
    name = own_bank(tmp_path, other_key)
    assert load_assignment(tmp_path, "loss").bank[name].key != kept[name]
    assert load_bank("loss")[name].key == kept[name]
    assert load_assignment(tmp_path, "loss").marks_version != load_assignment(ROOT, "loss").marks_version


def test_a_bank_whose_options_are_not_those_that_were_given_out_is_refused(tmp_path):
    """A letter would be marked by another option's key, in silence."""
    def swapped(entry):
        entry["options"]["A"], entry["options"]["B"] = entry["options"]["B"], entry["options"]["A"]
        entry["key"] = {"A": "B", "B": "A"}.get(entry["key"], entry["key"])

    name = own_bank(tmp_path, swapped)
    with pytest.raises(Problem, match=f"quizzes/loss.yaml: option A of {name} is not as the notebook"):
        load_assignment(tmp_path, "loss")


@pytest.mark.parametrize("form, key, moved", [("set", "AC", "BD"), ("order", "BDAC", "ACBD")])
def test_a_class_may_have_the_options_of_a_set_or_an_order_in_another_order(tmp_path, form, key, moved):
    """As with letters: what was given out and the class's own bank go together, or are refused."""
    texts = ["one", "two", "three", "four"]
    turned = {"A": "B", "B": "A", "C": "D", "D": "C"}
    entry = {"id": "q", "kind": "choose", "form": form, "stem": "?", "options": dict(zip("ABCD", texts, strict=True)),
             "key": key, "why": "So.", "wrong": [{"value": key[::-1] if form == "order" else "B", "why": "No.",
                                                 "misconception": "none"}]}
    own = {**entry, "options": {turned[letter]: text for letter, text in entry["options"].items()}, "key": moved}
    own["options"] = dict(sorted(own["options"].items()))
    own["wrong"] = [{**entry["wrong"][0], "value": "".join(turned[letter] for letter in entry["wrong"][0]["value"])}]
    banks = []
    for number, one in enumerate((entry, own)):
        path = tmp_path / f"{number}.yaml"
        path.write_text(yaml.safe_dump([one], sort_keys=False), "utf-8")
        banks.append(read_bank(path, "t"))
    ours, theirs = ({letter: option.text for letter, option in bank["q"].options.items()} for bank in banks)
    assert [ours[letter] for letter in banks[0]["q"].key] == [theirs[turned[letter]] for letter in key]
    assert banks[1]["q"].is_right(moved) and not banks[1]["q"].is_right(key)
    for bank, other in (banks, banks[::-1]):
        options = {letter: option.text for letter, option in bank["q"].options.items()}
        source = card_call("quiz", "q", "?", options, "answer", form)
        meta = {"nbgrader": {"grade": True, "solution": True, "grade_id": "q", "points": 1}}
        template = make_template("t", {"cells": [{"cell_type": "code", "id": "q", "source": source, "metadata": meta}]})
        assert template.forms == {"q": form}
        _same_questions(template, bank, "bank")
        with pytest.raises(Problem, match="option A of q is not as the notebook"):
            _same_questions(template, other, "bank")
        with pytest.raises(Problem, match=f"q has the form letter, and {form} in the notebook"):
            _same_questions(template, {"q": replace(bank["q"], form="letter")}, "bank")


def test_a_server_that_stays_up_judges_by_the_lesson_as_it_is_now(tmp_path):
    """formgrader grades in its own process: after a rebuild it must not go on with the lesson it read first."""
    root = tiny_course(tmp_path / "course")
    build = [sys.executable, "-m", "autograder", "build", "--root", str(root)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    first = hooks.assignment_of(root, "tiny")
    assert hooks.assignment_of(root, "tiny") is first
    bank = root / "lessons" / "tiny" / "quiz.yaml"
    bank.write_text(bank.read_text("utf-8").replace("  key: B", "  key: B\n").replace("100 is added", "1000 is added"),
                    "utf-8")
    exercises = root / "lessons" / "tiny" / "exercises.py"
    exercises.write_text(exercises.read_text("utf-8").replace("points=2, minutes=2, difficulty=1, cases=spread_cases",
                                                              "points=5, minutes=2, difficulty=1, cases=spread_cases"),
                         "utf-8")
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    second = hooks.assignment_of(root, "tiny")
    assert second is not first and second.template.points["spread"] == 5 and second.specs["spread"]["points"] == 5
    assert "1000 is added" in second.bank["what-shifts"].stem
    shutil.rmtree(root)
