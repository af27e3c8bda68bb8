"""The references against PyTorch and TensorFlow/Keras, an oracle that this project did not write.

The frameworks run in a process of their own: their threads and their memory stay out of the other tests. The figures
are those of the README, `python benchmarks/frameworks.py`. The lesson is run without the frameworks here, and with
what is installed by the test of all notebooks.
"""

import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
import types

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from autograder.author.cells import source_notebook
from autograder.author.execute import execute
from autograder.lessons.bank import load_bank
from autograder.lessons.catalogue import ROOT
from autograder.lessons.frameworks import broken
from benchmarks import frameworks
from course.answers import items_of
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
    """The oracle is sharp: the lessons' wrong programs fail its comparisons, in each function that is compared.

    Not all do: an exception, a warning, an edited argument, an array of whole numbers or another default is nothing
    that these values show. Each such mistake that a lesson gets lowers the share (.85 of 371), so that is no limit; how
    many are told only grows, and a comparison that has lost its edge shows in its function.
    """
    shares = {}
    for identity, told in measured["told_apart"].items():
        shares.setdefault(identity.partition("__")[0], []).append(told)
    assert len(shares) > 20 and sum(map(sum, shares.values())) > 300
    assert {name for name, told in shares.items() if sum(told) <= len(told) / 2} == set()


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
@pytest.mark.parametrize("framework", lab.NAMES)
def test_the_notebook_runs_to_its_end_without_the_frameworks(framework):
    nb = source_notebook("frameworks")
    nb.cells.insert(0, new_code_cell(ABSENT, id="absent"))
    chosen = next(cell for cell in nb.cells if cell.id == "framework")
    chosen.source = f'FRAMEWORK = "{framework}"'
    run_ = execute(nb)
    assert run_.errors == []
    text = {c.id: "".join(o.get("text", "") for o in c.outputs) for c in run_.notebook.cells if c.cell_type == "code"}
    assert text["versions"].count(f"%pip install {lab.PINS[framework]}\n") == 1
    assert lab.recorded()[framework]["versions"] in text["versions"]
    assert text["same-digits-result"].count("(recorded)") == text["evaluate-agrees"].count("(recorded)") == 1
    shown = "".join(str(out) for c in run_.notebook.cells if c.id == "make_model" for out in c.outputs)
    assert lab.PINS[framework] in shown


def test_the_notebook_names_the_tested_versions():
    wanted = (ROOT / "requirements-frameworks.txt").read_text(encoding="utf-8")
    for framework, pin in lab.PINS.items():
        assert f"\n{pin}" in wanted
        assert pin.partition("==")[2] in lab.recorded()[framework]["versions"]


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.setattr(lab, "_used", "torch")
    monkeypatch.setattr(lab, "_modules", {})
    return monkeypatch


def test_what_is_missing_or_misspelled_is_said(fresh, capsys):
    def broken(name):
        raise ImportError("libcudart.so: cannot open shared object file")

    fresh.setattr(lab.importlib, "import_module", broken)
    lab.use("keras")
    assert lab.PINS["keras"] in capsys.readouterr().out and not lab.has() and lab.name() == "Keras"
    lab.use("tensorflow")
    assert 'FRAMEWORK = "keras"' in capsys.readouterr().out
    with pytest.raises(LookupError, match="nothing is recorded"):
        lab.measured("no such thing", lambda: 1)


def test_what_is_measured_is_recorded_as_plain_numbers(fresh, tmp_path):
    module = types.ModuleType("torch")
    module.__version__ = "9.9+cpu"
    fresh.setitem(lab._modules, "torch", module)
    fresh.setenv("COURSE_RECORD", str(tmp_path / "found.json"))
    found = lab.measured("one", lambda: {"b": np.arange(3), "a": (np.float64(0.5), "text", [True])})
    assert found == {"b": [0, 1, 2], "a": [0.5, "text", [True]]} and list(found) == ["b", "a"]
    assert json.loads((tmp_path / "found.json").read_text()) == {"one": found, "versions": "torch 9.9"}


def test_both_frameworks_have_a_record_of_everything():
    every = lab.recorded()
    assert set(every["keras"]) - {"fit"} == set(every["torch"])
    nb = source_notebook("frameworks")
    asked = {name for cell in nb.cells if cell.cell_type == "code"
             for name in re.findall(r'(?:measured|both)\(\s*"([^"]+)"', cell.source)}
    assert asked <= set(every["keras"]) and len(asked) > 10
    for framework, found in every.items():
        assert "\n".join(found["script"]) == broken.SCRIPTS[framework].rstrip()


# --- the program with five faults ---------------------------------------------------------------------------

def test_the_faults_stand_on_the_same_lines_in_both():
    key = items_of(load_bank("frameworks")["broken-script"].key)
    assert {int(line): letter for line, letter in key.items()} == broken.KEY
    for framework, text in broken.SCRIPTS.items():
        lines, right = text.split("\n"), broken.script(framework).split("\n")
        assert len(lines) == len(right) == 25 and set(broken.REPAIRS[framework]) == set(broken.KEY)
        assert broken.script(framework, *broken.KEY) == text
        for line in broken.KEY:
            assert lines[line - 1] != right[line - 1]
            alone = broken.script(framework, line).split("\n")
            assert alone[line - 1] == lines[line - 1] and sum(map(str.__ne__, alone, right)) <= 2


SILENT = """
import sys, warnings
warnings.simplefilter("error")
import numpy as np
from course.labs import frameworks as lab
from autograder.lessons.frameworks import broken
lab.quiet()
if sys.argv[1] == "torch":
    import torch
    names = {"torch": torch, "nn": torch.nn}
else:
    warnings.simplefilter("default")
    import keras, tensorflow as tf
    warnings.simplefilter("error")
    names = {"tf": tf, "keras": keras, "Dense": keras.layers.Dense, "Dropout": keras.layers.Dropout}
rng = np.random.default_rng(0)
layers = [(rng.normal(size=(64, 64)), rng.normal(size=64)) for _ in range(2)]
X, y = rng.normal(size=(100, 64)), rng.integers(0, 10, 100)
for faults in ([], list(broken.KEY), *([line] for line in broken.KEY)):
    space = {"np": np, **names}
    exec(broken.script(sys.argv[1], *faults), space)
    losses, accuracies = space["fine_tune"](layers, X, y, X, y, 2, rng)
    assert len(losses) == 4 and len(accuracies) == 2
print("silent")
"""


@pytest.mark.parametrize("framework", lab.NAMES)
def test_no_fault_raises_or_warns(framework):
    package = {"torch": "torch", "keras": "tensorflow"}[framework]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed: {INSTALL}")
    done = subprocess.run([sys.executable, "-c", SILENT, framework], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "silent\n", done.stderr[-2000:]
