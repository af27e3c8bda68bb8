"""The lesson `frameworks` behind each wall: its own solutions, and programs that turn on what runs beside them.

A framework's warm process is started when the first submission needs it, and never for a class that does not.
"""

import copy
import json

import pytest
from classroom import ROOT, Judging, released, says_it_gained, to_bytes

from autograder.author.cells import guarded
from autograder.author.keys import program
from autograder.lessons import catalogue
from autograder.sandbox import child_course, walls
from autograder.sandbox.sandbox import PlainSandbox, Sandbox
from course.checking import adapters

WALLS = [how for how, problem in (("bubblewrap", walls.bubblewrap_problem()),
                                  ("landlock", walls.landlock_problem())) if not problem]
EXERCISES = list(catalogue.exercises("frameworks"))
VARIANTS = [pytest.param(variant, marks=pytest.mark.skipif(
    not adapters.installed(variant), reason="PyTorch or TensorFlow is not there (requirements-frameworks.txt)"))
    for variant in ("torch", "keras")]


@pytest.fixture(scope="module", params=WALLS)
def judge(request):
    made = Judging("frameworks", how=request.param)
    yield made
    made.close()


def written(programs):
    """The release notebook with these cells: {cell id: source}."""
    notebook = copy.deepcopy(released("frameworks"))
    for one in notebook["cells"]:
        if one["id"] in programs:
            one["source"] = programs[one["id"]]
    return notebook


def solutions(variant, names=EXERCISES):
    return {f"{name}-{variant}": guarded(catalogue.reference_source("frameworks", name, variant), variant)
            for name in names}


def earned(result):
    return {name: (part["points"], part["variant"]) for name, part in result["exercises"].items() if part["points"]}


# one after the other in one sandbox: the order in which these tests stand

def test_a_notebook_in_no_framework_starts_none(judge):
    judge(released("frameworks"))
    assert judge.sandbox._beside == {}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_published_solutions_get_full_marks(judge, variant):
    """A framework's steps, its optimizers and its models, behind the wall."""
    result = judge(written(solutions(variant)))
    full = {name: (e.points, variant) for name, e in catalogue.exercises("frameworks").items()}
    assert earned(result) == full, [part["text"] for part in result["exercises"].values() if not part["passed"]]
    assert result["cells"] == {} and result["children"] == 1
    assert set(judge.sandbox._beside) <= {"torch", "keras"} and variant in judge.sandbox._beside


def test_a_class_that_uses_one_framework_loads_no_other(judge):
    if not adapters.installed("torch"):
        pytest.skip("PyTorch (torch) is optional (requirements-frameworks.txt)")
    with Sandbox(judge.sandbox.how, ROOT) as fresh:
        child = fresh.of("torch").open("frameworks")
        loaded = "import sys\ngained = sorted({'torch', 'torch._dynamo', 'tensorflow', 'keras'} & set(sys.modules))\n"
        child.ask(json.dumps({"do": "cell", "source": loaded + "def look():\n    return gained"}).encode(), 20)
        call = {"of": "look", "args": [], "kwargs": {}}
        reply = json.loads(child.ask(json.dumps({"do": "call", "call": call, "seconds": None}).encode(), 20))
        child.close()
        assert reply["result"] == ["torch", "torch._dynamo"]
        assert fresh.process is None and list(fresh._beside) == ["torch"]
    assert fresh._beside["torch"].process is None           # closed with it


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_known_mistake_is_told_from_the_cases_that_learners_have(judge, variant):
    wrong = next(f for f in catalogue.mistakes("frameworks")["make_model"].values()
                 if catalogue.variant_of(f) == variant)
    identity = wrong.__name__.partition("__")[2]
    result = judge(written({f"make_model-{variant}": guarded(program(wrong, "make_model"), variant)}))
    part = result["exercises"]["make_model"]
    assert part["told"]["ids"] == [identity] and part["variant"] == variant
    assert abs(part["score"] - wrong.worth) < 0.03


TURNED = {
    "torch": "import torch, torch.nn.functional as F\nF.cross_entropy = lambda *a, **k: torch.zeros(())\n"
             "torch.nn.functional.cross_entropy = F.cross_entropy\n"
             "torch.autograd.grad = lambda loss, parameters, **k: [torch.zeros_like(p) for p in parameters]\n"
             "import course.checking.adapters.torch as a\na.model_loss = lambda f: (lambda *x: (0.0, [], '64 bits'))\n",
    "keras": "import keras, tensorflow as tf\nkeras.losses.sparse_categorical_crossentropy = lambda *a, **k: 0.0\n"
             "tf.GradientTape = None\n"
             "import course.checking.adapters.keras as a\na.model_loss = lambda f: (lambda *x: (0.0, [], '64 bits'))\n",
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_who_turns_the_framework_or_its_adapter_gains_nothing(judge, variant):
    """All that runs beside the program may be its own: only values come back, and it does not know the right ones."""
    stub = guarded("def model_loss(model, X, labels):\n    return 0.0\n", variant)
    notebook = written({f"model_loss-{variant}": stub})
    first = next(one for one in notebook["cells"] if one["id"] == f"model_loss-{variant}")
    notebook["cells"].insert(notebook["cells"].index(first), {
        "cell_type": "code", "id": "turned", "metadata": {}, "outputs": [], "execution_count": None,
        "source": TURNED[variant]})
    assert earned(judge(notebook)) == {}
    assert earned(judge(written(solutions(variant, ["model_loss"])))) == {"model_loss": (3, variant)}


HELPS = "import course.checking.adapters.{v} as a\ngiven = [f for n, f in vars(a).items() if callable(f)]\n" + (
    "def make_model(layers):\n"
    "    for f in given:\n"
    "        try:\n"
    "            return f(layers)\n"
    "        except Exception:\n"
    "            continue\n")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_checker_s_own_models_are_no_answer(judge, variant):
    result = judge(written({f"make_model-{variant}": guarded(HELPS.format(v=variant), variant)}))
    assert earned(result) == {}


def test_without_a_wall_too():
    """One's own notebook, on any system."""
    variant = next((v for v in ("torch", "keras") if adapters.installed(v)), None)
    if variant is None:
        pytest.skip("PyTorch (torch) and TensorFlow are optional (requirements-frameworks.txt)")
    made = Judging("frameworks")
    made.close()
    made.sandbox = PlainSandbox(ROOT)
    result = made(to_bytes(written(solutions(variant, ["model_loss", "pick_device"]))))
    assert earned(result) == {"model_loss": (3, variant), "pick_device": (1, variant)}


# --- what of the course is there -----------------------------------------------------------------------------

def test_the_adapters_are_in_the_copy_of_a_lesson_with_variants_alone(tmp_path):
    for topic, there in (("frameworks", True), ("loss", False), ("", False)):
        folder = child_course.make(topic, tmp_path / (topic or "none")) / "course" / "checking" / "adapters"
        for variant in ("torch", "keras"):
            assert ("def model_loss" in (folder / f"{variant}.py").read_text("utf-8")) == there


def test_no_solution_of_a_framework_is_in_the_copy(tmp_path):
    from autograder.author.release import solution_lines

    text = "\n".join(path.read_text("utf-8") for path in child_course.make("frameworks", tmp_path).rglob("*.py"))
    for name in EXERCISES:
        for line in solution_lines("frameworks", name):
            assert len(line) < 60 or line not in text, (name, line)
    for word in ("solutions_torch", "solutions_keras", "mistakes_", "expected"):
        assert word not in text


@pytest.mark.skipif(not WALLS, reason="no isolation here")
def test_a_process_of_another_lesson_holds_no_adapter():
    with Sandbox(WALLS[0], ROOT) as sandbox:
        text = "import sys\ngained = [n for n in sys.modules if n.startswith('course.checking.adapters.')]"
        assert says_it_gained(sandbox, text) == ""
