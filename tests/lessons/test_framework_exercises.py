"""The exercises of `frameworks`: the oracle in NumPy, what training is known by, and each framework's adapters.

The frameworks run in a process of their own, tests/adapter_trial.py: their threads and their memory stay out of the
other tests.
"""

import ast
import functools
import importlib.util
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from autograder.lessons import catalogue
from autograder.lessons.exercise import PUBLIC_SEED, Draws
from autograder.lessons.frameworks import exercises, solutions
from autograder.lessons.gradients.exercises import network
from autograder.lessons.initialization.mistakes import train__drops_last_batch, train__rows_drawn_for_each_batch
from autograder.lessons.initialization.solutions import train
from autograder.lessons.loss.solutions import minibatches
from autograder.lessons.specify import run, specification
from course import engine
from course.checking import words
from course.checking.adapters import arrays, calls
from course.checking.assess import assess
from course.checking.codec import decode
from course.checking.observe import build
from course.checking.telling import explain

INSTALL = "python -m pip install -r requirements-frameworks.txt"
SEEDS = (PUBLIC_SEED, 3, 4, 5)


# --- the oracle ---------------------------------------------------------------------------------------------

def example(seed=0):
    rng = np.random.default_rng(seed)
    return network(Draws(seed, "oracle"), 4, 5, 3), rng.normal(size=(6, 4)), rng.integers(0, 3, 6)


def test_loss_and_gradients_are_those_of_the_course_s_engine():
    layers, X, labels = example()
    loss, grads, bits = solutions.model_loss(layers, X, labels)
    other, others = engine.loss_and_gradients(layers, X, labels)
    assert loss == pytest.approx(other, rel=1e-12) and bits == arrays.IN_64_BITS
    for pair, other_pair in zip(grads, others, strict=True):
        for a, b in zip(pair, other_pair, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-14)
    assert arrays.loss_of(layers, X, labels) == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(arrays.logits_of(layers, X), solutions.make_model(layers, X)[0], rtol=1e-12)


def test_a_clipped_step_goes_by_the_learning_rate_and_the_norm():
    layers, X, labels = example()
    losses, stepped = solutions.model_step(layers, 0.5, 0.0, X, labels, 0.01, 1)
    moved = [b - a for old, new in zip(layers, stepped, strict=True) for a, b in zip(old, new, strict=True)]
    assert np.sqrt(sum(np.sum(m**2) for m in moved)) == pytest.approx(0.5 * 0.01, rel=1e-9)
    assert losses == [solutions.model_loss(layers, X, labels)[0]]
    once = solutions.model_step(layers, 0.5, 0.0, X, labels, 0.01, 1)[1]
    twice = solutions.model_step(layers, 0.5, 0.0, X, labels, 0.01, 2)[0]
    assert twice[1] == pytest.approx(solutions.model_loss(once, X, labels)[0], rel=1e-12)


def test_dropout_and_batch_statistics_play_no_part_in_use():
    layers, X, labels = example()
    plain = solutions.evaluate(layers, [], 0.0, X, labels, True)
    assert plain[0] == pytest.approx(solutions.model_loss(layers, X, labels)[0], rel=1e-12)
    assert plain == solutions.evaluate(layers, [], 0.9, X, labels, True)
    still = [(np.ones(5), np.zeros(5), np.zeros(5), np.ones(5) - 1e-5)]     # a norm that changes nothing
    assert solutions.evaluate(layers, still, 0.5, X, labels, False)[:2] == pytest.approx(plain[:2], rel=1e-12)
    row = solutions.evaluate(layers, still, 0.5, X[:1], labels[:1], False)
    assert row[0] == pytest.approx(solutions.model_loss(layers, X[:1], labels[:1])[0], rel=1e-12)


@pytest.mark.parametrize(("value", "bits"), [
    (np.float64(1 / 3), arrays.IN_64_BITS), (np.float64(np.float32(1 / 3)), arrays.NARROWED),
    (np.float32(1 / 3), arrays.IN_32_BITS), (np.float64(0.4), arrays.IN_64_BITS), (np.float16(0.3), "float16")])
def test_bits_are_told_by_type_and_digits(value, bits):
    assert arrays.bits(value, 1 / 3) == bits


# --- cases --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", SEEDS)
def test_training_does_not_depend_on_where_the_epsilon_stands(seed):
    """A learner's Keras program with the default ε passes, for it differs by less than a tenth of the tolerance."""
    rng, how = Draws(seed, "train_model"), (6, 12, 0.05)
    layers, X, labels = exercises.one_batch(rng, *how)
    paper, keras = (program(layers, X, labels, *how, np.random.default_rng(1), **step)[1] for program, step in (
        (train, {}), (exercises.train_otherwise, {"step": exercises.adam_of_keras})))
    assert exercises.apart(paper, keras) < 1e-4
    unclipped = exercises.train__no_clip(layers, X, labels, *how, np.random.default_rng(1))[1]
    assert exercises.apart(paper, unclipped) > 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_nor_in_whatever_order_a_learner_deals(seed):
    how, at = (4, 2, 0.05), np.random.default_rng(99)
    layers, X, labels = exercises.four_examples(Draws(seed, "train_model"), *how, seeds=(1, 2))
    for _ in range(60):
        dealt = [at.permutation(4).reshape(2, 2) for _ in range(4)]
        losses = []
        for step in ({}, {"step": exercises.adam_of_keras}):
            left = iter(dealt)
            losses.append(exercises.losses_of(exercises.train_otherwise, layers, X, labels, *how, **step,
                                              batches=lambda *_, left=left: next(left))[0])
        assert exercises.apart(*losses) < 2e-4


def training(function):
    """The Report of a NumPy program in the place of an adapted `train_model`."""
    def adapted(*arguments):
        trained, losses = function(*arguments)
        return arrays.logits_of(trained, arguments[1]), losses
    spec = specification("frameworks", mistakes=False)["exercises"]["train_model"]
    return assess(spec, run(spec, catalogue.library("frameworks") | {"train_model": adapted}))


def failed(report):
    return {(check.case, check.feature) for check in report.checks if check.checked and not check.passed}


FOUR = "4 examples, two at a time, 4 epochs: three seeds"


def test_training_in_any_order_is_right():
    def shuffled(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
        def batches(n, size, rng):
            order = np.arange(n)
            rng.shuffle(order)
            return [order[start:start + size] for start in range(0, n, size)]
        return exercises.train_otherwise(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=batches)

    assert training(train).passed
    assert training(shuffled).passed


def test_an_example_twice_in_an_epoch_is_seen_in_the_losses():
    report = training(train__rows_drawn_for_each_batch)
    assert failed(report) == {(FOUR, "what the losses tell")}
    assert any("one example twice in an epoch" in check.message for check in report.checks)


def test_an_order_that_stays_is_seen():
    def dealt_once(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
        batches = minibatches(len(X), batch_size, rng)
        return exercises.train_otherwise(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                                         batches=lambda *_: batches)
    report = training(dealt_once)
    assert failed(report) == {(FOUR, "what the losses tell")} and report.score < 0.56
    assert any("the same order in each epoch" in check.message for check in report.checks)


@pytest.mark.parametrize(("seed", "words"), [(None, "another order for the same seed"),
                                             (0, "the same order for every seed")])
def test_an_order_that_is_not_the_rng_s_costs_half(seed, words):
    def own(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
        return train(layers, X, labels, n_epochs, batch_size, learning_rate, np.random.default_rng(seed))
    report = training(own)
    assert report.score < 0.56 and any(words in check.message for check in report.checks)


def test_a_batch_that_is_left_out_is_seen_where_it_is_smaller():
    assert {case for case, _ in failed(training(train__drops_last_batch))} == {
        "10 examples, all alike, in batches of 4: the last is smaller"}


def test_training_that_goes_on_from_other_losses_is_none_of_these():
    def cooler(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
        return train(layers, X, labels, n_epochs, batch_size, learning_rate / 2, rng)
    assert (FOUR, "what the losses tell") in failed(training(cooler))


# --- words ----------------------------------------------------------------------------------------------------

def public_cases(name):
    return specification("frameworks", mistakes=False)["exercises"][name]["cases"]


@pytest.mark.parametrize("name", [e.name for e in exercises.EXERCISES])
def test_a_call_is_shown_as_the_learner_s_own(name):
    """The card never shows the arguments of the adapter as if they were those of the learner's function."""
    variant = next(iter(catalogue.exercises("frameworks")[name].variants))
    asked = ast.parse(catalogue.reference_source("frameworks", name, variant)).body[0].args.args
    for case in public_cases(name):
        shown = words.call_text(case).split(" where ")[0]
        short = re.sub(r"an array of shape \([^)]*\)|a list of \d+ items?", "left_out", shown)
        call = ast.parse(f"({short},)").body[0].value.elts[0]
        assert call.func.id == name and len(call.args) == len(asked), shown
        assert name == "train_model" or words.is_described(words.call_text(case))


def test_only_the_learner_s_own_arguments_are_spoken_of():
    assert [what for what in calls.CALLS["model_step"][0] if calls.is_own("model_step", what)] == [
        "X", "labels", "max_norm"]
    assert calls.is_own("train_model", "learning_rate") and not calls.is_own("make_model", "X")


@pytest.mark.parametrize("name", calls.CALLS)
def test_all_numbers_of_a_call_can_be_pasted(name):
    for case in public_cases(name):
        namespace = {"np": np}
        exec(words.whole_call(case), namespace)
        given = [build(decode(argument)) for argument in case["calls"][min(len(case["calls"]), 2) - 1]["args"]]
        for what, value in zip(calls.CALLS[name][0], given, strict=True):
            if what != "rng":
                np.testing.assert_equal(namespace[what], value)


def test_a_call_that_says_what_the_model_was_is_not_to_be_pasted():
    case = public_cases("model_loss")[0]
    assert words.call_text(case) == ("model_loss(model, np.array([[2.0]]), np.array([1])) where model has the layers "
                                     "[(np.array([[1.0, -1.0]]), np.array([0.5, 0.25]))]")
    assert not words.is_whole(words.call_text(case))
    assert calls.written("mse", ["1", "2"]) is None and calls.written("evaluate", ["1"]) is None


def stopped(name, kind, message, source, where):
    """The Report where every call stops with this error in this line of the learner's."""
    spec = specification("frameworks", mistakes=False)["exercises"][name]
    error = {"type": kind, "message": message, "mro": [kind], "line": 7, "source": source, "where": where}
    raw = {"mutated": [], "warnings": [], "printed": "", "global_rng": False, "error": error}
    return assess(spec, [[raw for _ in case["calls"]] for case in spec["cases"]])


def test_what_a_framework_has_not_implemented_is_no_unwritten_exercise():
    message = "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'"
    found = stopped("model_loss", "NotImplementedError", message,
                    "return torch.nn.functional.cross_entropy(y, model(x))", "cross_entropy")
    assert not found.problem and not found.unwritten and "The logits come first" in found.told["text"]
    found = stopped("model_loss", "NotImplementedError", "", "raise NotImplementedError", "model_loss")
    assert found.unwritten
    found = stopped("model_step", "NotImplementedError", "", "raise NotImplementedError", "model_loss")
    assert "`model_step` calls `model_loss`, which is not written yet" in found.problem


# what beginners do: (in which framework, what it says then, what the card says)
SAID = {
    "a parameter is written to": (
        "torch", "a leaf Variable that requires grad is being used in an in-place operation.",
        "`with torch.no_grad():`"),
    "a tensor for a parameter": (
        "torch", "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
        "`weight.copy_(…)`"),
    "an array for a parameter's data": (
        "torch", "Variable data has to be a tensor, but got numpy.ndarray", "`torch.tensor(…)` makes one of it"),
    "an array into the model": (
        "torch", "linear(): argument 'input' (position 1) must be Tensor, not numpy.ndarray",
        "and a numpy.ndarray was handed to it"),
    "arguments of the loss swapped": (
        "torch", "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'", "The logits come first"),
    "labels of another type": (
        "torch", "expected target dtype to be Long or Byte, but got Short", "whole numbers in 64 bits"),
    "32 bits meet 64": (
        "torch", "mat1 and mat2 must have the same dtype, but got Float and Double",
        "Float and Double. Double is float64"),
    "a recorded tensor to NumPy": (
        "torch", "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        "`.detach()` comes first"),
    "rows left out": (
        "torch", "Expected input batch_size (2) to match target batch_size (3).", "2 rows and 3 labels"),
    "a device of no name": (
        "torch", "Expected one of cpu, cuda, ipu, xpu device type at start of device string: CUDA",
        "no device of the name CUDA"),
    "a layer without weights": (
        "keras", "You called `set_weights(weights)` on layer 'dense' with a weight list of length 2, but the layer was "
        "expecting 0 weights.", "no weights yet"),
    "a kernel that is not there": (
        "keras", "You must build the layer before accessing `kernel`.", "no weights yet"),
    "an array for a kernel": (
        "keras", "property 'kernel' of 'Dense' object has no setter", "`kernel.assign(…)`"),
    "a variable for a bias": (
        "keras", "You cannot add new elements of state (variables or sub-layers) to a layer that is already built. All "
        "state must be created in the `__init__()` method or in the `build()` method.", "`bias.assign(…)`"),
    "arguments of Keras' loss swapped": (
        "keras", "Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(3, 2), "
        "output.shape=(3,)", "labels first"),
    "arguments of TensorFlow's loss swapped": (
        "keras", "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: labels.shape=(3, 2) of rank 2 and "
        "logits.shape=(3,) of rank 1", "wrong order"),
    "rows left out for Keras": (
        "keras", "Arguments `target` and `output` must have the same shape up until the last dimension: "
        "target.shape=(3,), output.shape=(2, 2)", "3 labels and 2 rows"),
    "rows left out for TensorFlow": (
        "keras", "`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape=(3,) "
        "and logits.shape=(2, 2)", "3 labels and 2 rows"),
    "both results of clipping": (
        "keras", "{{function_node __wrapped__Pack_N_4_device_/device:CPU:0}} Shapes of all inputs must match: "
        "values[0].shape = [3,4] != values[1].shape = [4]", "returns two things"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_a_framework_says_is_explained(what):
    _, message, told = SAID[what]
    assert told in stopped("make_model", "RuntimeError", message, "…", "x").told["text"]


def test_no_explanation_is_without_an_error_that_it_meets():
    for pattern, _ in explain.OF_FRAMEWORKS:
        assert any(re.search(pattern, message) for _, message, _ in SAID.values()), pattern


# --- the adapters -------------------------------------------------------------------------------------------

@functools.cache
def trial(variant):
    package = "tensorflow" if variant == "keras" else variant
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed: {INSTALL}")
    done = subprocess.run([sys.executable, "tests/adapter_trial.py", variant], cwd=catalogue.ROOT, capture_output=True,
                          text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(params=["torch", "keras"])
def found(request):
    return trial(request.param)


def test_what_learners_are_to_write_gives_what_the_oracle_gives(found):
    """To rounding; clipping in PyTorch adds 1e-6 to the norm, and Keras' Adam has another ε."""
    for name, gaps in found["agreement"].items():
        for case, gap in gaps.items():
            clipped = "clipped" in case or name == "train_model"
            assert gap < (2e-3 if name == "train_model" else 1e-6 if clipped else 1e-9), f"{name}, {case}"


def test_what_is_not_as_asked_is_said_in_words(found):
    assert all(text.startswith("NotAsked: ") for text in found["words"].values()), found["words"]
    for label, text in found["words"].items():
        name, _, what = label.partition(": ")
        assert name in text or "the checker's own" in what, label
        assert "None (is a `return` missing?)" in text or "nothing" not in what, label
        assert "object at 0x" not in text and len(text) < 160
    assert all("build it itself" in text for label, text in found["words"].items() if "the checker's own" in label)


def test_other_kinds_of_a_right_result_are_taken(found):
    assert [label for label, is_taken in found["taken"].items() if not is_taken] == []


def test_adapters_leave_the_framework_as_it_was(found):
    assert all(found["state"]) and len(found["state"]) >= 4


def test_the_frameworks_still_say_what_is_explained(found, request):
    variant = request.node.callspec.params["found"]
    assert found["errors"].keys() == {what for what, (framework, *_) in SAID.items() if framework == variant}
    for what, error in found["errors"].items():
        assert SAID[what][2] in explain.explained(error, {}, "f(x)"), (what, error["message"])


def test_the_part_that_makes_train_model_fail_is_named(found):
    """Each of its three parts, and the part of a part: that one is there to be mended."""
    assert found["blamed"] == {part: [part] for part in ("make_model", "model_step", "minibatches", "model_loss")}


def test_what_is_left_otherwise_in_a_model_or_in_pytorch_is_seen():
    found = trial("torch")["left otherwise"]
    assert found["evaluate"] == ["training", "unchanged"] and found["undropped"] == ["training", "changed"]
    assert found["frozen"][0] == "frozen" and "nothing is recorded" in found["unrecorded"][0]
    assert "goes on without dropout" in found["in evaluation"] and "can no longer be trained" in found["untrainable"]


def test_the_first_optimizer_of_pytorch_is_made_before_any_time_limit():
    """It loads PyTorch's compiler, for seconds; an import that a limit breaks off stays half done in the kernel."""
    code = ("import sys\nfrom course.checking import adapters\nadapters.adapted('torch', 'model_step', print)\n"
            "print('torch._dynamo' in sys.modules)")
    if importlib.util.find_spec("torch") is None:
        pytest.skip(f"torch is not installed: {INSTALL}")
    done = subprocess.run([sys.executable, "-c", code], cwd=catalogue.ROOT, capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "True", done.stderr


def test_biases_alone_that_are_replaced_are_told_as_that():
    assert trial("torch")["told of replaced biases"] == ["biases_left"]


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_no_adapter_takes_a_step_of_its_own(framework):
    """`course` holds no solution: what an optimizer is handed, and when, stands in the learner's function alone."""
    tree = ast.parse((catalogue.ROOT / "course/checking/adapters" / f"{framework}.py").read_text(encoding="utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"step", "apply", "apply_gradients", "backward", "zero_grad", "clip_grad_norm_",
                         "clip_by_global_norm", "cross_entropy", "sparse_softmax_cross_entropy_with_logits"}


def test_wrong_programs_give_the_same_numbers_everywhere(found):
    assert found["dropout falls on the same units each time"]


def test_without_a_framework_the_exercises_are_still_specified():
    """A build, or a class's own draw, needs neither: only NumPy is imported for the cases and the expected values."""
    code = ("import sys; sys.modules['torch'] = sys.modules['keras'] = sys.modules['tensorflow'] = None; "
            "from autograder.lessons.specify import specification; "
            "specs = specification('frameworks', 7, mistakes=False)['exercises']; "
            "print(len([case for spec in specs.values() for case in spec['cases']]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=catalogue.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25
