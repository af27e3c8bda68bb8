"""What counts where exercises may be written in one framework or another, behind the wall."""

import copy

import fixture_variants
import pytest
from classroom import Judging, cell, source, to_bytes
from fixture_variants import NAMES, either_course, filled, frameworks, handed_out, right, wrong

from autograder.lessons import catalogue
from autograder.lessons.specify import _specification
from course.checking.reader import Cell, make_template, read
from course.statements import choices, definitions, holds, parsed


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        frameworks(patch)
        yield either_course(tmp_path_factory.mktemp("either") / "course", patch)
    catalogue.forget()
    _specification.cache_clear()


@pytest.fixture(scope="module")
def judge(root):
    made = Judging("either", root=root)
    yield made
    made.close()


TOTAL = {"total-solution": "def total(x):\n    return float(np.sum(x))\n"}
LEFT = 'if FRAMEWORK == "left":\n'


def points(result):
    return {name: (part["points"], part["variant"]) for name, part in result["exercises"].items()}


# --- which run counts ----------------------------------------------------------------------------------------

def test_nothing_is_run_in_a_framework_that_nobody_wrote_in(judge, root):
    result = judge(handed_out(root))
    assert points(result) == dict.fromkeys((*NAMES, "total"), (0, None)) and result["children"] == 1
    assert all(part["unwritten"] and not part["unchecked"] for part in result["exercises"].values())
    assert result["cells"] == {} and result["notes"] == []


@pytest.mark.parametrize("variant", ["left", "right"])
def test_whatever_the_notebook_says_each_framework_is_run_by_its_own_name(judge, root, variant):
    """The learner's FRAMEWORK is left as it was handed out: "left"."""
    result = judge(filled(root, {**right(variant), **TOTAL}))
    assert points(result) == {"spread": (2, variant), "centred": (2, variant), "total": (1, None)}
    assert result["exercises"]["spread"]["cell"] == f"spread-{variant}" and not result["cell_notes"]


def test_one_exercise_in_one_framework_and_another_in_the_other(judge, root):
    result = judge(filled(root, {**right("left", "spread"), **right("right", "centred")}))
    assert points(result) == {"spread": (2, "left"), "centred": (2, "right"), "total": (0, None)}


@pytest.mark.parametrize("better", ["left", "right"])
def test_the_better_of_two_counts(judge, root, better):
    other = {"left": wrong("spread", "half_right"), "right": wrong("spread", "half")}[better]
    result = judge(filled(root, {**right(better, "spread"), **other}))
    assert points(result)["spread"] == (2, better) and result["exercises"]["spread"]["mistakes"] == []


def test_a_mistake_is_named_by_those_of_its_own_framework(judge, root):
    for mistake in ("half", "half_right"):
        told = judge(filled(root, wrong("spread", mistake)))["exercises"]["spread"]
        assert told["mistakes"] == [mistake] and told["points"] == 0 and told["told"]["ids"] == [mistake]


def test_what_passes_in_one_framework_is_not_run_in_the_other(judge, root):
    both = judge(filled(root, {**right("left", "spread"), **right("right", "spread")}))
    assert both["children"] == judge(filled(root, right("left", "spread")))["children"]


# --- what learners do to the choice and to the guard ----------------------------------------------------------

GUARD = "    def spread(x):\n        return float(np.max(x) - np.min(x))\n"
ODD = {
    "another choice": {"framework": "FRAMEWORK = 'right'", "spread-left": LEFT + GUARD},
    "nonsense": {"framework": "FRAMEWORK = 1 / 0", "spread-left": LEFT + GUARD},
    "a list": {"framework": "FRAMEWORK, other = ['left', 'right']", "spread-left": LEFT + GUARD},
    "deleted": {"framework": "del FRAMEWORK", "spread-left": LEFT + GUARD},
    "over many lines": {"framework": "FRAMEWORK = (\n    'right'\n)\nsome = 1", "spread-left": LEFT + GUARD},
    "set again in the cell": {"spread-left": "FRAMEWORK = 'right'\n" + LEFT + GUARD},
    "set in a loop above": {"setup": "import numpy as np\nfor FRAMEWORK in 'ab':\n    pass",
                            "spread-left": LEFT + GUARD},
    "by way of globals": {"setup": "import numpy as np\nglobals()['FRAMEWORK'] = 'right'",
                          "spread-left": LEFT + GUARD},
    "no guard": {"spread-left": "def spread(x):\n    return float(np.max(x) - np.min(x))\n"},
    "another guard": {"spread-left": "if FRAMEWORK in ('left', 'both'):\n" + GUARD},
    "a guard that says nothing": {"spread-left": "if True:\n" + GUARD},
    "else": {"spread-left": "if FRAMEWORK != 'left':\n    pass\nelse:\n" + GUARD},
    "in the other's cell, under its own guard": {"spread-right": LEFT + GUARD},
    "in a cell of one's own": {"setup": "import numpy as np\n" + LEFT + GUARD},
    "in a cell of one's own, without a guard": {
        "setup": "import numpy as np\ndef spread(x):\n    return float(np.max(x) - np.min(x))\n"},
    "a magic above": {"spread-left": "%%time\n" + LEFT + GUARD},
}


@pytest.mark.parametrize("odd", ODD)
def test_a_right_program_counts_whatever_the_notebook_says_around_it(judge, root, odd):
    result = judge(filled(root, ODD[odd]))
    assert points(result)["spread"] == (2, "left"), result["exercises"]["spread"]["text"]


def test_a_stub_below_does_not_replace_what_is_written_in_another_cell(judge, root):
    own = copy.deepcopy(handed_out(root))
    own["cells"].insert(3, {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "execution_count": None,
                            "source": LEFT + GUARD})
    result = judge(own)
    assert points(result)["spread"] == (2, "left") and result["exercises"]["spread"]["cell"].startswith("extra")
    assert "does not define the function" in result["cell_notes"]["spread"][0]


def test_one_in_a_cell_of_ones_own_is_in_the_framework_that_the_notebook_chooses(judge, root):
    text = "import numpy as np\nFRAMEWORK = 'right'\ndef spread(x):\n    return float(np.max(x) - np.min(x))\n"
    result = judge(filled(root, {"setup": text}))
    assert points(result)["spread"] == (2, "right")


def test_the_other_framework_s_cells_are_not_run(judge, root):
    """It would raise, and its definition would be the last one."""
    broken = "def spread(x):\n    return 0.0\nraise RuntimeError('not to be run')\n"
    result = judge(filled(root, {**right("left"), "spread-right": broken}))
    assert points(result)["spread"] == (2, "left") and points(result)["centred"] == (2, "left")


def test_a_syntax_error_is_told_at_its_exercise(judge, root):
    result = judge(filled(root, {"spread-right": "if FRAMEWORK == 'right':\n    def spread(x)\n        return 1\n"}))
    spread = result["exercises"]["spread"]
    assert spread["variant"] == "right" and "SyntaxError" in spread["problem"] and spread["points"] == 0
    assert result["exercises"]["centred"]["unwritten"]


def test_without_the_other_framework_s_cells_nothing_is_said(judge, root):
    """Who writes in one framework may take the other's cells away."""
    notebook = filled(root, right("right"))
    notebook["cells"] = [one for one in notebook["cells"] if not one["id"].endswith("-left")]
    result = judge(notebook)
    assert points(result)["spread"] == (2, "right") and not result["cell_notes"] and not result["notes"]


def test_cells_that_lost_their_ids_are_known_by_function_and_guard(judge, root):
    notebook = filled(root, {**right("right", "spread"), **right("left", "centred")})
    for number, one in enumerate(notebook["cells"]):
        if one["id"].endswith(("-left", "-right")):
            one["id"] = f"lost-{number}"
            del one["metadata"]["nbgrader"]
    result = judge(notebook)
    assert points(result) == {"spread": (2, "right"), "centred": (2, "left"), "total": (0, None)}
    assert result["exercises"]["spread"]["cell"] == "spread-right"


def test_what_a_later_exercise_calls_is_of_the_same_framework(judge, root):
    uses = LEFT + "    def centred(x):\n        return x - np.mean(x) + 0 * spread(x)\n"
    result = judge(filled(root, {**wrong("spread", "half_right"), **right("left", "spread"), "centred-left": uses}))
    assert points(result)["centred"] == (2, "left")
    alone = judge(filled(root, {"centred-left": uses, **right("right", "spread")}))
    assert points(alone) == {"spread": (2, "right"), "centred": (0, "left"), "total": (0, None)}


def test_an_exercise_that_needs_no_framework_is_run_in_none(judge, root):
    """Not even the cell that loads them."""
    total = "import sys\nknown = sorted({'statistics', 'fractions'} & set(globals()))\n" + (
        "def total(x):\n    return float(np.sum(x)) if known == ['fractions'] else 0.0\n")      # of `else`
    result = judge(filled(root, {"total-solution": total, **right("left")}))
    assert points(result)["total"] == (1, None)


# --- a framework that is not on the grader --------------------------------------------------------------------

@pytest.fixture
def without_right(judge, root, monkeypatch):
    frameworks(monkeypatch, ["right"])
    yield judge
    monkeypatch.undo()
    _specification.cache_clear()


def test_what_is_written_only_in_a_missing_framework_is_unchecked_and_no_zero(without_right, root):
    result = without_right(filled(root, {**right("right", "spread"), **right("left", "centred")}))
    spread, centred = result["exercises"]["spread"], result["exercises"]["centred"]
    assert spread["unchecked"] and not spread["unwritten"] and spread["variant"] == "right"
    assert spread["cell"] == "spread-right" and "not marked yet" in spread["text"] and "not marked" in spread["html"]
    assert centred["points"] == 2 and not centred["unchecked"] and centred["variant"] == "left"
    assert result["notes"] == ["right is not installed where this was graded. What is written in it is not marked yet: "
                               "`spread`."]
    assert "no no_such_framework" in result["environment"]


def test_what_is_written_in_both_is_marked_by_the_one_that_is_there(without_right, root):
    result = without_right(filled(root, {**right("right", "spread"), **wrong("spread", "half")}))
    assert result["exercises"]["spread"]["variant"] == "left" and not result["exercises"]["spread"]["unchecked"]
    assert not result["notes"]


def test_what_is_written_in_none_is_a_zero_as_always(without_right, root):
    result = without_right(handed_out(root))
    assert result["exercises"]["spread"]["unwritten"] and not result["exercises"]["spread"]["unchecked"]


# --- hostile: the adapter runs beside the learner's program, so only values come back --------------------------

HOSTILE = {
    "replaces the adapters": "import course.checking.adapters as a\na.adapted = lambda v, n, f: (lambda *x: 1.0)\n"
                             "import course.checking.observe as o\no.adapted = a.adapted\n",
    "answers for the observer": "import course.checking.observe as o\no.observe = lambda *a: {'result': 1.0}\n",
    "says it is another framework": "import sys\nsys.modules['statistics'] = sys.modules['fractions'] = None\n"
                                    "FRAMEWORK = type('F', (str,), {'__eq__': lambda s, o: True})('left')\n",
    "writes both cells and no guard": "def spread(x):\n    return 0.0\ndef centred(x):\n    return 0.0\n",
    "asks what is expected": "import gc\n"
                             "found = [o for o in gc.get_objects() if isinstance(o, dict) and 'expected' in o]\n"
                             "def spread(x):\n    return found[0]['expected']\n",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_programs_gain_nothing(judge, root, attack):
    text = "import numpy as np\n" + HOSTILE[attack]
    wrong_ones = {"spread-left": LEFT + "    def spread(x):\n        return 1.0\n",
                  "spread-right": "def spread(x):\n    return 1.0\n"}
    result = judge(filled(root, {"setup": text, **wrong_ones}))
    assert result["points"] == 0 and result["max_points"] == 5, result["exercises"]
    # and the next one is not touched by it
    assert points(judge(filled(root, right("left"))))["spread"] == (2, "left")


# --- reading -------------------------------------------------------------------------------------------------

def test_a_template_knows_its_variants(root):
    template = make_template("either", handed_out(root))
    assert template.variants == {"spread": ("left", "right"), "centred": ("left", "right")}
    assert template.cells_of("spread") == ["spread-left", "spread-right"]
    assert template.cells_of("total") == ["total-solution"] and template.cell("total", "left") == "total-solution"
    assert template.exercise_of("spread-right") == "spread" and template.exercise_of("some-question") == "some-question"


def test_the_reader_reads_each_framework_s_cell(root):
    notebook = filled(root, right("right", "spread"))
    cells = [Cell(one["cell_type"], "".join(one["source"]), one["id"],
                  one["metadata"].get("nbgrader", {}).get("grade_id", "")) for one in notebook["cells"]]
    reading = read(cells, make_template("either", handed_out(root)))
    assert reading.notes.cells == {} and not reading.notes.notebook and not reading.found
    assert "np.max" in reading.source("spread-right") and "NotImplementedError" in reading.source("spread-left")


def test_which_guards_are_understood():
    for text, left, right_ in (("FRAMEWORK == 'left'", True, False), ("'left' == FRAMEWORK", True, False),
                               ("FRAMEWORK != 'left'", False, True), ("FRAMEWORK in ('left', 'right')", True, True),
                               ("FRAMEWORK not in ['left']", False, True), ("other == 'left'", None, None),
                               ("FRAMEWORK", None, None), ("FRAMEWORK == f()", None, None),
                               ("FRAMEWORK in 3", None, None), ("1 == 1", None, None),
                               ("FRAMEWORK < 'left' < 'x'", None, None)):
        test = parsed(text).body[0].value
        assert (holds(test, "left"), holds(test, "right")) == (left, right_), text
    text = "if FRAMEWORK == 'left':\n    def f():\n        return 1\nelse:\n    def f():\n        pass\n"
    assert len(definitions(text, "f")) == 2 and len(definitions(text, "f", "left")) == 1
    assert [value for _, value in choices("FRAMEWORK = 'a'\nif x:\n    FRAMEWORK = y\nF, FRAMEWORK = 1, 2")] == [
        "a", None]


def test_bytes_of_a_graded_notebook_show_the_better_one(judge, root):
    judge(to_bytes(filled(root, {**right("right", "spread"), **wrong("spread", "half")})))
    shown = cell(judge.graded, "spread")["outputs"]
    assert shown[-1]["data"]["text/plain"] == "2.0" and "all 4 checks pass" in shown[0]["data"]["text/plain"]
    assert "np.max" in source(judge.graded, "spread-right") and fixture_variants.MODULES
