"""The references against PyTorch and TensorFlow/Keras, an oracle that this project did not write.

The frameworks run in a process of their own: their threads and their memory stay out of the other tests. The figures
are those of the README, `python benchmarks/frameworks.py`. The coda is run without the frameworks here, and with
what is installed by the test of all notebooks.
"""

import functools
import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from autograder.author.cells import source_notebook
from autograder.author.execute import execute
from autograder.lessons.catalogue import ROOT
from benchmarks import frameworks
from course.labs import frameworks as lab

INSTALL = "python -m pip install -r requirements-frameworks.txt"


@functools.cache
def run(package):
    """What benchmarks/frameworks.py prints as data about one framework."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed: {INSTALL}")
    done = subprocess.run([sys.executable, "benchmarks/frameworks.py", "--json", "--mistakes", package], cwd=ROOT,
                          capture_output=True, text=True, timeout=240, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)[package]


@pytest.fixture(params=frameworks.PACKAGES)
def measured(request):
    return run(request.param)


@pytest.mark.parametrize("what", frameworks.COMPARISONS)
def test_the_references_agree(measured, what):
    assert measured["agreement"][what] < frameworks.LIMIT


def test_agreement_is_to_rounding(measured):
    """Nearly all of it is fifteen digits, not six: what is worse is PyTorch's 1e-6 in clipping, and is explained."""
    far = {what for what, difference in measured["agreement"].items() if difference > 1e-14}
    assert far <= {what for what in far if "clipping" in what or "`train`" in what}
    assert not far or measured["name"] == "PyTorch"


@pytest.mark.parametrize("scheme", frameworks.SCHEMES)
def test_initializers_have_the_same_spread_and_shape(measured, scheme):
    mine, theirs = measured["initializers"][scheme]
    assert theirs[0] == pytest.approx(mine[0], rel=frameworks.DRAWN_LIMIT)
    if measured["name"] == "PyTorch" or "uniform" in scheme:
        assert theirs[1] == pytest.approx(mine[1], rel=0.02)            # kurtosis: 3 for normal, 1.8 for uniform
    else:       # Keras cuts its normal draws off at two of their standard deviations, and widens them to make up
        assert theirs[2] == pytest.approx(2 / 0.8796, rel=1e-3)


def conventions(package):
    return run(package)["conventions"].values()


def test_what_pytorch_does_by_another_convention():
    biased, unbiased, tiny, first, length, std, largest_weight, largest_bias = conventions("torch")
    assert biased > 0.01 and unbiased < 1e-14       # the running variance divides by n − 1
    assert tiny == pytest.approx(0.5, rel=1e-9)     # ε outside the root, 1e-8: as here
    assert first == pytest.approx(-1e-8, rel=1e-6)
    assert length == pytest.approx(-1e-6 / 5, rel=1e-4)     # max_norm / (norm + 1e-6), and the norm was 5
    # nn.Linear starts at U(±1/√fan_in), weights and biases
    assert std == pytest.approx(1 / np.sqrt(3), rel=0.01)
    assert largest_weight == pytest.approx(1, rel=0.001) and largest_bias == pytest.approx(1, rel=0.01)
    assert max(largest_weight, largest_bias) <= 1


def test_what_keras_does_by_another_convention():
    biased, unbiased, tiny, first, length, std, largest_weight, largest_bias = conventions("tensorflow")
    assert biased < 1e-14 and unbiased > 0.01
    # ε = 1e-7 is added to the uncorrected root: as if it were 1e-7 / √(1 − 0.999) = 3.2e-6 in the first step
    assert tiny == pytest.approx(1e-8 / (1e-8 + 1e-7 / np.sqrt(0.001)), rel=1e-4)
    assert -1.2e-5 < first < -0.8e-5                # that ε, and 0.999 rounded to 32 bits
    assert abs(length) < 1e-15
    # Dense starts at glorot_uniform, biases at 0
    fan_in, fan_out = frameworks.FAN_IN, frameworks.FAN_OUT
    assert std == pytest.approx(np.sqrt(2 * fan_in / (fan_in + fan_out)), rel=0.01)
    assert largest_weight == pytest.approx(np.sqrt(6 * fan_in / (fan_in + fan_out)), rel=0.001)
    assert largest_bias == 0


def test_the_frameworks_reject_the_known_wrong_programs(measured):
    """The oracle is sharp: the lessons' wrong programs fail its comparisons.

    Not all do: an exception, a warning, an edited argument or another default is nothing that these values show.
    """
    told = measured["told_apart"].values()
    assert len(told) > 100
    assert sum(told) >= 0.85 * len(told)


def test_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert frameworks.main([]) == 1
    assert INSTALL in capsys.readouterr().err


# As if they were not installed: no finder finds them.
ABSENT = """
from importlib.machinery import PathFinder

find_spec = PathFinder.find_spec
PathFinder.find_spec = lambda name, path=None, target=None: (
    None if name in ("torch", "tensorflow", "keras") else find_spec(name, path, target))
"""


@pytest.mark.notebook
def test_the_notebook_runs_to_its_end_without_the_frameworks():
    nb = source_notebook("frameworks")
    nb.cells.insert(0, new_code_cell(ABSENT, id="absent"))
    run_ = execute(nb)
    assert run_.errors == []
    text = {c.id: "".join(o.get("text", "") for o in c.outputs) for c in run_.notebook.cells if c.cell_type == "code"}
    for pin in lab.PINS.values():
        assert text["frameworks"].count(f"%pip install {pin}\n") == 1
        assert text["same-digits-result"].count(pin) == 1
    assert "largest difference" not in "".join(text.values())


def test_the_notebook_names_the_tested_versions():
    wanted = (ROOT / "requirements-frameworks.txt").read_text(encoding="utf-8")
    for pin in lab.PINS.values():
        assert f"\n{pin}" in wanted


def test_a_broken_installation_stops_nothing(monkeypatch, capsys):
    def broken():
        raise OSError("libcudart.so: cannot open shared object file")

    def absent():
        raise ModuleNotFoundError("keras")

    monkeypatch.setattr(lab, "_torch", broken)
    monkeypatch.setattr(lab, "_keras", absent)
    assert lab.load() == (None, None, None)
    said = capsys.readouterr().out
    first, second = said.split("start again at the top.\n")[:2]
    assert "libcudart" in first and "does not load" not in second and max(map(len, said.splitlines())) <= 95


def test_a_comparison_says_how_far_apart_results_are(monkeypatch, capsys):
    monkeypatch.setattr(lab, "_loaded", {"torch": ["there"], "keras": None})
    agree = lab.Agreement()
    for what, theirs in (("right", [1.0, 2.0]), ("off", [1.0, 2.5]), ("nan", [1.0, np.nan]), ("shape", [1.0])):
        agree(what, np.array([1.0, 2.0]), torch=lambda theirs=theirs: np.array(theirs), keras=lambda: 1 / 0)
    said = capsys.readouterr().out
    assert agree.found == {("right", "torch"): 0.0, ("off", "torch"): 0.2, ("nan", "torch"): np.inf}
    for text in ("largest difference 0\n", "2e-01, more than 1e-06", "the shapes are (2,) and (1,)"):
        assert text in said
    assert said.count(f"not installed: %pip install {lab.PINS['keras']}") == 4


def test_the_picture_of_all_comparisons():
    from course import plots
    agree = lab.Agreement()
    agree.found = {("forward pass", "torch"): 0.0, ("forward pass", "keras"): 2e-16, ("Adam", "keras"): 0.7}
    _, ax = plots.new()
    agree.draw(ax)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["forward pass", "Adam"]
    assert ax.get_xscale() == "log"
