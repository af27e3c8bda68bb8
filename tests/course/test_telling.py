"""What is told of programs that no known mistake explains: a headline that is true of the program."""

import linecache
import re

import numpy as np
import pytest

from autograder.lessons import catalogue
from course.actions.check import run, specifications
from course.cards.result import report_text
from course.checking.telling import headline

SPECS = {name: spec for topic in ("loss", "weights", "activations", "gradients", "initialization")
         for name, spec in specifications(topic).items()}


def report(name, source, unnamed=True):
    """The report of a program; `unnamed`: as if no mistake of this exercise were known."""
    spec = SPECS[name]
    if unnamed:
        spec = {**spec, "mistakes": {}, "cases": [{**case, "mistakes": {}} for case in spec["cases"]]}
    cell = f"<cell {name}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
    namespace = {"np": np} | catalogue.library(spec["topic"])
    exec(compile(source, cell, "exec"), namespace)
    return run(spec, namespace)


def told(name, body, unnamed=True):
    signature = SPECS[name]["signature"]
    lines = "\n    ".join(body.split("; "))
    return report(name, f"def {signature}:\n    {lines}\n", unnamed).told


# exercise, body of the function, a part of what is said. None of these looks at the learner's text.
DESCRIBED = [
    ("initialize", "return [(np.ones((m, n)), np.zeros(m)) for n, m in zip(layer_sizes[:-1], layer_sizes[1:])]",
     "What `initialize` gives does not fit: W of layer 1"),
    ("sigmoid_grad", "a = 1 / (1 + np.exp(-z)); return np.outer(a, 1 - a)", "the shape (3,) is asked for; (3, 3) came"),
    ("minibatches", "return np.array_split(rng.permutation(n), -(-n // batch_size) - 1)", "7 items are asked for"),
    ("he_normal", "return np.sqrt(2 / fan_in) * np.random.default_rng().normal(size=(fan_in, fan_out))",
     "The same seed should give the same weights, and gave others"),
    ("mse_grad", "return (y_pred - y_true) / y_pred.size", "half of what is asked for"),
    ("mse_grad", "return -2 * (y_pred - y_true) / y_pred.size", "opposite sign"),
    ("mse_grad", "return 2 * (y_pred - y_true)", "times the number of entries of `y_pred`"),
    ("mse_grad", "return 2 * (y_pred - y_true) / len(y_pred)", "times the number of columns of `y_pred`"),
    ("cross_entropy", "p = log_softmax(logits); return -p[np.arange(len(p)), labels].mean() / np.log(2)", "base 2"),
    ("softmax_cross_entropy_grad", "p = softmax(logits); p[np.arange(len(p)), labels] -= 1; return p.T / len(p)",
     "transpose of what is asked for"),
    ("linear", "return X @ W", "minus `b`: it seems to be left out"),
    ("linear", "return X @ W + 2 * b", "plus `b`: it seems to be added once too often"),
    ("linear", "return X @ W - b", "minus twice `b`"),
    ("linear_backward", "return dz @ W.T, X.T @ dz, dz.sum(axis=1)", "`db` is the sum of each row of `dz`"),
    ("linear_backward", "return dz @ W.T, X.T @ dz, dz", "`db` is `dz` as it came in"),
    ("linear_backward", "return X.T @ dz, dz @ W.T, dz.sum(axis=0)", "come in another order: dW, dX, db"),
    ("linear_backward", "return dz @ W.T, X.T @ dz, dz.sum(axis=0, keepdims=True)", "right numbers in another shape"),
    ("prelu_backward", "return dout * np.where(z > 0, 1, slope), (dout * np.where(z > 0, 0, z)).sum(axis=0)",
     "dded up over all of them it would be right"),
    ("leaky_relu", "return np.where(z > 0, z, -slope * z)", "where it is below 0: there it has the opposite sign"),
    ("leaky_relu", "return np.where(z > 0, slope * z, 0)", "`slope` times `z` where `z` is above 0"),
    ("relu_grad", "return (z >= 0) * 1.0", "right where `z` is not 0"),
    ("softmax_cross_entropy_grad", "return softmax(logits) / len(logits)", "in the column of each row's own label"),
    ("softmax", "e = np.exp(logits); return e / e.sum(axis=axis, keepdims=True)", "right for numbers of ordinary size"),
    ("softmax", "return 1 / (1 + np.exp(-logits))", "does not add up to 1"),
    ("log_softmax", "return logits - logits.max(axis=1, keepdims=True)", "off by one amount within each row"),
    ("sigmoid", "return np.exp(np.minimum(z, 700))", "is exp(`z`)"),
    ("tanh_grad", "return 1 - np.tanh(z)", "stays between 0 and 1"),
    ("sgd_momentum_step", "v = momentum * velocity + grad; return w + learning_rate * v, v", "opposite sign"),
    ("forward", "zs, a = [], [X]; [(zs.append(a[-1] @ W + b), a.append(activation(zs[-1]))) for W, b in layers]; "
     "return zs, a", "1 item too many: without its last it would be right"),
    ("clip_by_value", "return [np.full(g.shape, -limit) for g in grads]", "the same number in every entry, −`limit`"),
    ("mse", "return np.mean((y_pred.ravel() - y_true.ravel()) ** 2)", "has to stop with ValueError"),
    ("relu", "z[z < 0] = 0; return z", "changed its own argument `z`"),
    ("batchnorm_forward", "m, v = X.mean(0), X.var(0); out = 1 + gamma * (X - m) / np.sqrt(v + eps) + beta; "
     "return out, running_mean, running_var", "wrong where `training` is True, and right where it is False"),
    ("early_stopping_epoch", "best = min(range(len(val_losses)), key=lambda k: val_losses[k]); return 0 * best",
     "is 0 in each case that is wrong"),
]


@pytest.mark.parametrize(("name", "body", "words"), DESCRIBED)
def test_a_difference_is_described(name, body, words):
    found = told(name, body)
    assert found["kind"] == "described" and words in found["text"], found["text"]
    assert found["call"] and found["call"].startswith(name)


LEADING = [
    ("mse", "np.mean((y_pred - y_true) ** 2)", "gives nothing back"),
    ("linear_backward", "return dz @ W.T, X.T @ dz", "has to give 3 results, dX, dW, db, in this order; 2 came back"),
    ("relu", "return np.maximum(z, 0).tolist()", "a NumPy array is asked for; a list"),
    ("sigmoid", "return str(z)", "a NumPy array is asked for; a str"),
]


@pytest.mark.parametrize(("name", "body", "words"), LEADING)
def test_nothing_or_another_kind_of_result_leads(name, body, words):
    assert words in told(name, body, unnamed=False)["text"]


EXPLAINED = [
    ("leaky_relu", "return z if z > 0 else slope * z", ["one yes-or-no question", "`z` is an array of the shape (3,)"]),
    ("softmax", "e = np.exp(logits); return e / e.sum(axis=axis)", ["(5,3) and (5,)", "has lost it"]),
    ("linear", "return X @ W.T + b", ["as many columns", "3 and 2", "`X` is an array of the shape (2, 3)"]),
    ("relu_grad", "g = np.zeros(z); return g", ["One whole number is needed"]),
    ("distinct_units", "return len({column for column in W.T})", ["never change", "numbers of a ndarray can"]),
    ("distinct_units", "return len(set(W.T.tolist()))", ["never change", "numbers of a list can"]),
    ("sigmoid", "import math; return 1 / (1 + math.exp(-z))", ["take one number"]),
    ("clip_by_value", "return grads - limit", ["A list is not an array", "`grads` is a list"]),
    ("log_softmax", "return logits - logits.sum(axis=2)", ["An axis 2"]),
    ("mse", "return np.mean(error ** 2)", ["no `error` at that line"]),
    ("mse_grad", "y_pred.append(3); return y_pred", ["has no `append`"]),
    ("numerical_gradient", "return np.array([f(x[i]) for i in range(5)])", ["there is 1 row", "the last is 0"]),
    ("cross_entropy", "logits.sort(); return logits.sort()[0]", ["is None"]),
]


@pytest.mark.parametrize(("name", "body", "words"), EXPLAINED)
def test_an_exception_is_explained_by_names_and_shapes(name, body, words):
    found = told(name, body)
    assert found["kind"] == "explained" and all(word in found["text"] for word in words), found["text"]
    assert f"`{name}` stops with" in found["text"]


def test_a_function_that_takes_other_arguments_is_told_its_first_line():
    found = report("mse", "def mse(a):\n    return a\n").told
    assert "compare its first line" in found["text"] and "mse(y_pred, y_true)" in found["text"]


def test_a_call_that_does_not_end_leads(monkeypatch):
    monkeypatch.setitem(SPECS, "mse", {**SPECS["mse"], "seconds": 0.2})
    found = told("mse", "while True: pass", unnamed=False)
    assert found["text"].startswith("`mse` did not end within 0.2 seconds")


def test_a_name_leads_only_where_it_explains_the_first_ordinary_case():
    """An overflow at ±1000 was the headline over values that are wrong everywhere."""
    found = told("sigmoid", "return np.exp(-z)", unnamed=False)
    assert (found["kind"], found["text"], found["ids"]) == ("described", "Your result is exp(−`z`).", ["overflow"])
    text = report_text(report("sigmoid", "def sigmoid(z):\n    return np.exp(-z)\n", unnamed=False))
    assert text.index("What is wrong: Your result is exp(") < text.index("It also shows: NumPy warns of an overflow")
    found = told("sigmoid", "return 1 / (1 + np.exp(-z))", unnamed=False)
    assert found["kind"] == "named" and found["ids"] == ["overflow"]


def test_an_error_alone_names_no_mistake():
    """Many programs raise a ValueError; the sentence about one of them would be false of the others."""
    found = told("sigmoid", "return z.reshape(7)", unnamed=False)
    assert found["kind"] == "explained" and "do not fill the shape" in found["text"]


def test_two_faults_of_which_one_is_a_factor():
    known = told("log_softmax", "e = np.exp(logits); return -2 * (logits - np.log(e.sum()))", unnamed=False)
    assert "over_all" in known["ids"] and "twice" in known["text"], known


@pytest.mark.parametrize("lesson", ["loss", "weights", "activations", "gradients"])
def test_every_wrong_program_has_a_headline_and_a_call_and_no_relation_fails(lesson, monkeypatch):
    """Nothing is hidden here by the net that keeps a check going; and what is said is one or two short lines."""
    from course.checking import assess
    failures = []

    def tell(*args):
        try:
            return headline.tell(*args)
        except Exception as error:
            failures.append(error)
            raise
    monkeypatch.setattr(assess, "tell", tell)
    for name, spec in specifications(lesson).items():
        for identity, function in catalogue.mistakes(lesson)[name].items():
            bare = {**spec, "mistakes": {}, "cases": [{**case, "mistakes": {}} for case in spec["cases"]]}
            found = run(bare, catalogue.library(lesson) | {name: function}).told
            assert failures == [], f"{name}__{identity}: {failures}"
            assert found["text"] and len(found["text"]) < 700, f"{name}__{identity}: {found}"
            assert not re.search(r"<lambda>|array\(|nan times|\bTrue\b.*is True", found["text"]), found["text"]
            assert found["call"], f"{name}__{identity}"


PROBED = [
    ("leaky_relu", "return np.where(z > 0, z, 0.01 * z)", "stays the same when another `slope` is given"),
    ("prelu_backward", "return dout * np.where(z > 0, 1, slope), np.sum(np.where(z > 0, 0, z))",
     "`dslope` stays the same when another `dout` is given"),
    ("linear", "return (X @ W) ** 2", "stays the same when another `b` is given"),
    ("sgd_momentum_step", "v = 0.9 * velocity + grad; return w - learning_rate * v, v",
     "stays the same when another `momentum` is given"),
]


@pytest.mark.parametrize(("name", "body", "words"), PROBED)
def test_an_argument_that_changes_nothing_is_told(name, body, words):
    assert words in told(name, body)["text"]


def test_what_is_kept_between_the_calls_is_told():
    source = "seen = []\ndef mse(a, b):\n    seen.extend(np.ravel(a - b) ** 2)\n    return sum(seen)\n"
    assert "another result when it is called a second time" in report("mse", source).told["text"]


def test_the_calls_beside_the_check_are_made_only_after_a_failure():
    for wrong in (False, True):
        calls = []

        def mse(a, b, wrong=wrong, calls=calls):
            calls.append(a)
            return catalogue.references("loss")["mse"](a, b) * (1 + wrong)
        run(SPECS["mse"], {"mse": mse})
        asked = len(SPECS["mse"]["cases"])
        assert len(calls) == (asked + len(SPECS["mse"]["probes"]) if wrong else asked)


def test_labels_counted_in_another_order_are_no_labels_ignored():
    """Who adds up over the rows gives the same for labels in another order: that says nothing about the labels."""
    found = told("cross_entropy", "return float(-np.take(log_softmax(logits), labels).mean())", unnamed=False)
    assert "`labels`" not in found["text"]
    assert "stays the same when another `labels`" in told("cross_entropy", "return log_softmax(logits)[0, 0]")["text"]


# What the numbers of a call do not show: a trial with one argument, which the right function passes.
TRIED = [
    ("linear", "return np.hstack([np.ones((len(X), 1)), X]) @ np.vstack([W, b])",
     "has to be `b` in each row where every entry of `X` is 0, and is the first row of `W` there"),
    ("softmax", "e = np.exp(logits / (1 + np.abs(logits).max())); return e / e.sum(axis=axis, keepdims=True)",
     "changes when 1 is added to every entry of `logits`, and should not"),
    ("tanh_grad", "return np.exp(-z ** 2) * (1 + 0.1 * np.sin(z.sum()))",
     "changes in other entries too when one entry of `z` is changed"),
    ("softmax_cross_entropy_grad", "p = np.exp(logits - logits.min()) ** 1.1; "
     "p = p / (p.sum() + p.sum(axis=1, keepdims=True)); return p - 0.3 * np.sqrt(labels.sum())",
     "changes in other rows too when one row of `logits` is changed"),
]


@pytest.mark.parametrize(("name", "body", "words"), TRIED)
def test_what_a_trial_shows_is_told(name, body, words):
    assert words in told(name, body)["text"]


def test_a_result_of_another_form_in_one_case_leads():
    assert "in the case “a batch of shape (4, 3)”: a NumPy array is asked for; a tuple of 2 items came" in told(
        "relu_grad", "return np.gradient(np.maximum(z, 0))")["text"]


def test_batches_that_leave_the_rest_out_are_told():
    source = ("rows = len(X) // batch_size * batch_size; "
              "return train_right(layers, X[:rows], labels[:rows], n_epochs, batch_size, learning_rate, rng)")
    lines = "\n    ".join(source.split("; "))
    right = catalogue.reference_source("initialization", "train").replace("def train(", "def train_right(")
    found = report("train", f"{right}\ndef {SPECS['train']['signature']}:\n    {lines}\n").told["text"]
    assert "the number of rows of `X` is a multiple of `batch_size`" in found


def test_a_network_for_units_of_another_kind_is_told():
    ones, sides = "np.ones((2, 2))", "np.array([[1.0], [-1.0]])"
    body = f"return [({ones}, np.array([-0.5, -1.5])), ({sides}, np.array([-0.5]))]"
    assert "says XOR with units that give 1 where their sum is above 0, and 0 elsewhere" in told(
        "xor_network", body)["text"]


def test_one_wrong_row_is_shown_beside_the_right_one_and_the_row_that_came_in():
    body = "e = np.exp(logits - logits.max(axis=axis, keepdims=True)); p = e / e.sum(axis=axis, keepdims=True)"
    lines = "\n    ".join([*body.split("; "), "if len(p) == 5: p[-1] = 0.25", "return p"])
    found = report("softmax", f"def {SPECS['softmax']['signature']}:\n    {lines}\n")
    check = next(c for c in found.checks if c.case == "a batch of shape (5, 3)")
    assert check.message.startswith("row [4] is [0.25, 0.25, 0.25], not [")
    assert check.message.endswith("(the other 4 rows are right)")
    assert check.got == "row [4] is [0.25, 0.25, 0.25]" and check.expected in check.message


def test_each_probe_changes_what_the_reference_gives():
    for name, spec in SPECS.items():
        assert all(probe["moves"] or probe.get("wants") for probe in spec["probes"] if probe["argument"]), name
    assert {p["argument"] for p in SPECS["prelu_backward"]["probes"]} == {"", "dout", "z", "slope"}


def test_what_is_rounded_away_is_not_said_to_be_ignored():
    found = told("mse_grad", "return 2 * (y_pred - y_true) // y_pred.size")["text"]
    assert "whole numbers alone" in found and "another `y_true`" not in found


def test_results_that_cannot_be_read_are_told_of_without_a_failure():
    for body in ("return object()", "return {1: 2}", "return [[1], [2, 3]]", "return np.zeros((0, 3))", "return 1j * z",
                 "return np.full(z.shape, np.nan)", "return [z, [z]]", "return z.astype(object)", "return ()"):
        found = report("relu", f"def relu(z):\n    {body}\n")
        assert found.told["text"], body


def test_a_list_with_none_in_it_is_told_of():
    """It broke the check: None was taken for "no odd item"."""
    found = report("backward", f"def {SPECS['backward']['signature']}:\n    return [None for _ in layers]\n")
    assert not found.passed and "each item is a pair (dW, db); here is None" in found.first_failure().message


def test_no_argument_on_a_card_is_longer_than_a_line():
    for spec in SPECS.values():
        for case in spec["cases"]:
            for call in case["calls"][:2]:
                from course.checking.codec import decode
                from course.checking.words import argument_text
                assert all(len(argument_text(decode(arg))) <= 120 for arg in call["args"]), (spec["name"], case["name"])


def test_a_program_that_passes_is_told_nothing():
    for name, spec in specifications("loss").items():
        assert run(spec, catalogue.library("loss")).told["text"] == "", name


@pytest.mark.parametrize("name", ["relu", "tanh_grad", "leaky_relu", "sigmoid"])
@pytest.mark.parametrize("size", ["np.inf", "-np.inf", "np.nan"])
def test_what_is_infinite_on_one_side_is_told(name, size):
    assert told(name, f"return np.where(z < 0, {size}, z)")["text"]


def test_texts_that_two_parts_share_are_in_no_other_order():
    """A loss that is wrong, beside parts that are words, some of them the same: nothing was exchanged."""
    from course.checking.telling.describe import _swapped
    from course.checking.telling.differences.rows import Row

    spec = {"name": "f", "components": ["loss", "share", "mode", "state"]}

    def rows(*got):
        want = (0.5, 0.25, "training", "unchanged")
        return [Row("one", part, {}, w, g, w == g, True)
                for part, w, g in zip(spec["components"], want, got, strict=True)]

    assert _swapped(spec, rows(3.0, 0.25, "training", "unchanged")) is None
    assert _swapped(spec, rows(0.5, 0.25, "unchanged", "unchanged")) is None
    assert "share, loss, mode, state" in _swapped(spec, rows(0.25, 0.5, "training", "unchanged")).text
