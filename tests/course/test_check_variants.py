"""check, lend and check("all") where an exercise may be written in one framework or another, as a notebook has them."""

import json
import os

import numpy as np
import pytest
from fixture_variants import either_course, filled, frameworks, right

from autograder.author.cells import guarded
from autograder.author.keys import program, write_keys
from autograder.lessons import catalogue
from autograder.lessons.specify import _specification
from course import check, lend
from course.actions import check as checking
from course.actions import lend as lending
from course.actions.check import CheckFailed, failing_parts, quick
from course.actions.handin import reading
from course.cards.keys import solution, solutions
from course.cards.solution import beside_html
from course.progress_file import failures


def forget_data():
    for cached in (checking.specifications, checking.topics, lending._library):
        cached.cache_clear()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        frameworks(patch)
        made = either_course(tmp_path_factory.mktemp("either") / "course", patch)
        patch.setenv("COURSE_DATA", str(made / "data"))
        forget_data()
        yield made
    forget_data()
    catalogue.forget()
    _specification.cache_clear()


@pytest.fixture(autouse=True)
def progress(root, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def notebook(choice, *sources, **names):
    """What a notebook's kernel holds after its cells were run."""
    space = {"np": np, "FRAMEWORK": choice, **names}
    for source in sources:
        exec(source, space)
    return space


def of_mistake(identity):
    function = catalogue.mistakes("either")["spread"][identity]
    return guarded(program(function, "spread"), catalogue.variant_of(function))


def test_check_goes_by_the_notebook_s_choice(root, capsys):
    source = {v: right(v, "spread")[f"spread-{v}"] for v in ("left", "right")}
    for variant in ("left", "right"):
        space = notebook(variant, *source.values())
        exec("import statistics, fractions", space)
        check("spread", space)
        assert "all 4 checks pass" in capsys.readouterr().out


def test_only_mistakes_of_the_chosen_framework_are_named(root, capsys):
    for mistake, variant in (("half", "left"), ("half_right", "right")):
        with pytest.raises(CheckFailed) as failed:
            check("spread", notebook(variant, of_mistake(mistake)))
        assert [d["id"] for d in failed.value.report.diagnoses] == [mistake]


@pytest.mark.parametrize("choice", [None, "", "both", 3, ["left"], "LEFT"])
def test_a_choice_that_is_none_is_said_and_nothing_has_failed(root, capsys, progress, choice):
    check("spread", notebook(choice, "def spread(x):\n    return 0\n"))
    said = capsys.readouterr().out
    assert 'FRAMEWORK = "left"' in said and 'FRAMEWORK = "right"' in said
    assert failures("spread") == 0 and not progress.exists()


def test_a_framework_that_is_not_installed_is_said_with_the_command_and_nothing_has_failed(
        root, capsys, progress, monkeypatch):
    frameworks(monkeypatch, ["right"])
    check("spread", notebook("right", "def spread(x):\n    return 0\n"))
    said = capsys.readouterr().out
    assert "was not tried" in said and "%pip install" in said and "is not installed here" in said
    assert failures("spread") == 0 and not progress.exists()
    with pytest.raises(CheckFailed):
        check("spread", notebook("left", "def spread(x):\n    return 0\n"))
    monkeypatch.undo()
    _specification.cache_clear()


def test_a_function_of_the_other_framework_s_cell_is_told_as_that(root, monkeypatch):
    source = right("left", "spread")["spread-left"]
    space = notebook("left", source, "import statistics")
    monkeypatch.setattr(checking, "made_from", lambda function: ("spread-left", source))
    check("spread", space)
    space["FRAMEWORK"] = "right"
    with pytest.raises(CheckFailed, match="Run your cell for right"):
        check("spread", space)


def test_a_part_in_a_framework_that_cannot_be_tried_is_not_blamed(root, monkeypatch):
    space = notebook("left", "def spread(x):\n    return 0.0\ndef total(x):\n    return spread(x)\n")
    assert failing_parts("total", space) == ["spread"]
    frameworks(monkeypatch, ["left"])
    assert failing_parts("total", space) == []
    monkeypatch.undo()
    _specification.cache_clear()
    passed, said = quick("spread", notebook("", "def spread(x):\n    return 0.0\n")["spread"])
    assert not passed and "FRAMEWORK" in said or not passed


@pytest.fixture
def keys(root, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_KEYS", str(write_keys(root, tmp_path / "keys")))
    forget_data()
    yield os.environ["COURSE_KEYS"]
    forget_data()


def test_lend_lends_the_chosen_framework_s_function(keys, root, capsys):
    for variant in ("left", "right"):
        space = notebook(variant)
        lend("spread", namespace=space)
        assert f"by way of {variant}" in space["spread"].__doc__ and space["spread"](np.array([1.0, 4.0])) == 3
        with pytest.raises(CheckFailed, match="earns nothing"):
            check("spread", space)
    space = notebook("neither")
    lend("spread", namespace=space)
    assert "spread" not in space and "cannot be lent" in capsys.readouterr().out
    lend("total", namespace=space)
    assert space["total"](np.array([1.0, 4.0])) == 5


def test_solutions_are_those_of_one_framework_or_none(keys, root):
    assert solution("spread") is None and "total" in solutions() and "spread" not in solutions()
    assert "by way of right" in solution("spread", "right")["source"]
    assert solution("spread", ["right"]) is None and solution("spread", "up") is None


def test_ones_own_way_stands_beside_the_course_s_in_the_same_framework(keys, root):
    cell = guarded("def spread(x):\n    width = float(np.max(x) - np.min(x))\n    return width\n", "right")
    html = beside_html("spread", cell, "right")
    assert "fractions.__name__" in html and "statistics" not in html and "width" in html
    assert beside_html("spread", cell) == ""


def states(root, sources, tmp_path):
    folder = tmp_path / "either"
    folder.mkdir(exist_ok=True)
    file = folder / "either.ipynb"
    file.write_text(json.dumps(filled(root, sources)), encoding="utf-8")
    return file


def test_check_all_says_in_which_framework_each_is_written(root, tmp_path, monkeypatch):
    monkeypatch.setattr("course.actions.handin.lesson_of", lambda file: "either")
    broken = "if FRAMEWORK == 'right':\n    def centred(x)\n        return x\n"
    found = reading(states(root, {**right("left", "spread"), **right("right", "spread"), "centred-right": broken},
                           tmp_path))
    assert dict(found.exercises) == {"spread": "written in left and right: the better counts",
                                     "centred": "its cell for right has a syntax error", "total": "not written yet"}
    assert found.open == 2
    one = reading(states(root, right("right", "spread"), tmp_path))
    assert dict(one.exercises)["spread"] == "written in right" and not one.notes
    own = {"setup": "import numpy as np\nif FRAMEWORK == 'left':\n    def spread(x):\n        return 1\n"}
    assert "written, in cell" in dict(reading(states(root, own, tmp_path)).exercises)["spread"]
