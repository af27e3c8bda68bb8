"""Exercises that may be written in one framework or another: from a lesson's files to its notebook and its data."""

import json
import subprocess
import sys

import fixture_variants
import pytest
from classroom import ROOT
from fixture_variants import either_course, frameworks, handed_out

from autograder.author import build
from autograder.author.keys import solutions
from autograder.author.verify import permanent_ids, run_verify, verify_pace
from autograder.lessons import catalogue, private
from autograder.lessons.exercise import Exercise
from autograder.lessons.specify import _specification, specification
from course.checking.types import of_variant


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        frameworks(patch)
        yield patch
    catalogue.forget()
    _specification.cache_clear()


@pytest.fixture(scope="module")
def root(patched, tmp_path_factory):
    return either_course(tmp_path_factory.mktemp("either") / "course", patched)


@pytest.fixture
def one_missing(root, monkeypatch):
    frameworks(monkeypatch, ["right"])
    yield root
    monkeypatch.undo()
    _specification.cache_clear()


def cells(root):
    return {cell["id"]: "".join(cell["source"]) for cell in handed_out(root)["cells"]}


def test_one_check_cell_and_a_guarded_stub_for_each_framework(root):
    there = cells(root)
    assert [name for name in there if name.startswith("spread")] == ["spread-left", "spread-right", "spread"]
    assert "total-solution" in there and "spread-solution" not in there
    for variant in ("left", "right"):
        namespace = {"FRAMEWORK": variant}
        exec(there["spread-left"], namespace)
        exec(there["spread-right"], namespace)
        assert f"by way of {variant}" in namespace["spread"].__doc__
        with pytest.raises(NotImplementedError):
            namespace["spread"](1)
    written = there["spread-left"].replace("raise NotImplementedError()", "return 1")
    namespace = {"FRAMEWORK": "left"}
    exec(written, namespace)
    exec(there["spread-right"], namespace)              # the other framework's stub replaces nothing
    assert namespace["spread"](1) == 1


def test_a_specification_knows_which_mistake_belongs_to_which_framework(root):
    spec = specification("either")["exercises"]["spread"]
    assert spec["variants"] == ["left", "right"] and "variants" not in specification("either")["exercises"]["total"]
    assert {m["variant"] for m in spec["mistakes"].values()} == {"left", "right"}
    own = of_variant(spec, "right")
    assert list(own["mistakes"]) == ["standard_deviation", "half_right"] and own["variant"] == "right"
    assert all(set(case["mistakes"]) <= set(own["mistakes"]) for case in own["cases"])
    assert set(spec["cases"][0]["mistakes"]) == set(spec["mistakes"])           # `of_variant` leaves it as it was


def test_a_build_without_a_framework_changes_no_byte(one_missing):
    said = []
    assert build.build([], one_missing, check=True, show=said.append) == 0
    assert any("right is not installed" in line for line in said)
    assert "spread__half_right" in permanent_ids("either")


def test_a_build_without_a_framework_keeps_only_what_belongs_to_the_same_calls(one_missing):
    path = one_missing / "data" / "exercises" / "either.json"
    before = path.read_text("utf-8")
    data = json.loads(before)
    data["spread"]["cases"][0]["calls"][0]["args"] = [[1.0]]
    path.write_text(json.dumps(data), encoding="utf-8")
    _specification.cache_clear()
    try:
        fresh = specification("either")["exercises"]["spread"]["cases"]
    finally:
        path.write_text(before, encoding="utf-8")
    assert "half_right" not in fresh[0]["mistakes"] and "half" in fresh[0]["mistakes"]
    assert "half_right" in fresh[1]["mistakes"]


def test_verify_tries_each_framework_and_says_which_it_could_not(root, monkeypatch):
    said = []
    assert run_verify([], root, quick=True, show=said.append) == 0, said
    assert "mistakes rejected 45/45 · named 45/45" in said[0] and not any("not tried" in line for line in said)
    frameworks(monkeypatch, ["right"])
    said = []
    assert run_verify([], root, quick=True, show=said.append) == 0, said
    assert sum("not tried in right" in line and "2 mistakes" in line for line in said) == 2
    monkeypatch.undo()
    _specification.cache_clear()


PLANTED = {     # in which file, what in place of what, what verify says
    "a mistake that is none": ("mistakes_right.py", "return float(np.max(x) - np.min(x)) / 2",
                               "return float(np.max(x) - np.min(x))", "either/mistakes_right.py:"),
    "a published solution that is wrong": ("solutions_left.py", "return float(np.max(x) - np.min(x))",
                                           "return float(np.max(x))", "either/solutions_left.py:"),
    "another right program that is none": ("right_right.py", "return np.ptp(x)", "return 0 * np.ptp(x)",
                                           "either/right_right.py:"),
    "a framework without a solution": ("solutions_right.py", "def spread(x)", "def spreads(x)",
                                       "either/solutions_right.py:1: the reference spread has 0 lines"),
    "no other right program": ("right_left.py", "def centred__sum_left", "def _sum_left",
                               "either/right_left.py:1: centred: 0 alternatives"),
    "a body that is published": ("../../source/either.md", "NumPy has a function for each of the two.",
                                 "`return float(np.max(x) - np.min(x))`", "a line of a solution reaches the learner"),
    "another signature": ("../../source/either.md", "`spread(x)` → one number", "`spread(x, y)` → one number",
                          "the statement says spread(x, y)"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_wrong_in_a_framework_s_file_is_said_with_its_place(patched, tmp_path, planted):
    file, old, new, wanted = PLANTED[planted]
    with pytest.MonkeyPatch.context() as patch:
        root = either_course(tmp_path / "course", patch)
        path = root / "lessons" / "either" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        catalogue.forget()
        _specification.cache_clear()
        said = []
        assert run_verify([], root, quick=True, show=said.append) == 1
        assert any(wanted in line for line in said), said
    catalogue.forget()
    _specification.cache_clear()


def test_what_an_exercise_with_variants_is_not(root):
    for odd in ("left", ("left", "left"), ("up",), 3):
        with pytest.raises(ValueError, match="variants is a tuple of names of torch, keras, left, right"):
            Exercise("spread", 1, 1, 1, lambda rng: [], variants=odd)


def test_keys_hold_the_solution_of_each_installed_framework(root, monkeypatch):
    both = solutions("either")
    assert set(both["spread"]["variants"]) == {"left", "right"} and "source" not in both["spread"]
    own = both["spread"]["variants"]["right"]
    assert "by way of right" in own["source"] and own["imports"] == "import fractions\nimport numpy as np"
    assert list(own["mistakes"]) == ["standard_deviation", "half_right"] and len(own["others"]) == 1
    assert "source" in both["total"]
    frameworks(monkeypatch, ["right"])
    assert set(solutions("either")["spread"]["variants"]) == {"left"}
    monkeypatch.undo()
    _specification.cache_clear()


def test_time_is_counted_for_one_of_the_two_cells(root):
    one = verify_pace("either").notes[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.exercises("either"), "spread",
                      Exercise("spread", 2, 2, 1, catalogue.exercises("either")["spread"].cases, variants=("left",)))
        assert verify_pace("either").notes[0] == one


def test_cases_are_drawn_anew_where_a_framework_s_mistakes_change(root):
    names = {path.name for path in private.drawn_from("either")}
    assert {"mistakes.py", "mistakes_left.py", "mistakes_right.py"} <= names
    assert not any(name.startswith(("solutions_", "right")) for name in names)


def test_the_catalogue_loads_no_framework():
    """A build, a class's own cases and the words of all mistakes need none."""
    code = ("import sys; from autograder.lessons import catalogue; from autograder.lessons.specify import"
            " specification;"
            "topics = [t for t in catalogue.topics() if catalogue.variants(t)];"
            "[specification(t, '5eed', mistakes=False) for t in topics];"
            "[(catalogue.mistake_messages(t), catalogue.written_sources(t, n)) for t in topics"
            " for n in catalogue.exercises(t)];"
            "print(len(topics), sorted(set(sys.modules) & {'torch', 'keras', 'tensorflow'}))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]") and int(done.stdout.split()[0]) >= 0, done.stdout


def test_the_fixture_is_as_the_tests_take_it(root):
    assert fixture_variants.NAMES == tuple(name for name, e in catalogue.exercises("either").items() if e.variants)
