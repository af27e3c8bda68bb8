"""Lesson 2: references against closed forms, finite differences and PyTorch; the lab; what the lesson's text says."""

import ipywidgets as widgets
import numpy as np
import pytest

from autograder.author.proof import result
from autograder.lessons import catalogue
from autograder.lessons.specify import specification
from autograder.lessons.weights import solutions as ref
from course import engine
from course.cards.result import report_text
from course.labs import panel
from course.labs import weights as lab

RNG = np.random.default_rng(5)
X, DZ = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 3))
W, B = RNG.normal(size=(4, 3)), RNG.normal(size=3)
LAYERS = [(RNG.normal(size=shape), RNG.normal(size=shape[1])) for shape in [(4, 5), (5, 3), (3, 2)]]


def relu(z):
    return np.maximum(z, 0)


def nudged(f, p, h=1e-6):
    """Central differences of the scalar f at every entry of p."""
    steps = h * np.eye(p.size).reshape(p.size, *p.shape)
    return np.array([(f(p + step) - f(p - step)) / (2 * h) for step in steps]).reshape(p.shape)


# --- references ---------------------------------------------------------------------------------------------

def test_the_numbers_that_the_lesson_works_out_by_hand():
    w, b = np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]]), np.array([0.5, -1.0])
    rows = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]])
    assert ref.linear_single(rows[0], w, b).tolist() == [5.5, -6.0]
    assert ref.linear(rows, w, b).tolist() == [[5.5, -6.0], [2.5, 1.0]]
    assert ref.dense(rows, w, b, relu).tolist() == [[5.5, 0.0], [2.5, 1.0]]
    zs, activations = ref.forward(rows[:1], [(w, b), (np.array([[1.0], [-2.0]]), np.array([0.5]))], relu)
    assert [z.tolist() for z in zs] == [[[5.5, -6.0]], [[6.0]]]
    assert [a.tolist() for a in activations] == [[[1, 2, -1]], [[5.5, 0.0]]]
    dX, dW, db = ref.linear_backward(np.array([[1.0, 0.0], [0.5, -1.0]]), rows, w)
    assert dX.tolist() == [[1, 2, 0], [0.5, 2, -3]]
    assert dW.tolist() == [[1, 0], [2.5, -1], [-0.5, -1]]
    assert db.tolist() == [1.5, -1]
    w, b = ref.collapse([(np.array([[1], [2]]), np.array([3])), (np.array([[1, -1]]), np.array([0.5, 0.25]))])
    assert (w.tolist(), b.tolist()) == ([[1, -1], [2, -2]], [3.5, -2.75])
    assert ref.count_parameters([3, 2]) == 8
    assert ref.count_parameters([64, 32, 10]) == 2410
    assert ref.count_parameters([64, 128, 128, 10]) == 26122
    assert ref.count_parameters([784, 100, 10]) == 79510


def test_one_vector_and_a_batch_of_one_agree():
    for x in X:
        np.testing.assert_allclose(ref.linear_single(x, W, B), ref.linear(x[None], W, B)[0], rtol=1e-14)


def test_parameters_are_those_of_a_network_that_is_made():
    sizes = [7, 5, 4, 3]
    layers = engine.init(sizes, np.random.default_rng(0))
    assert ref.count_parameters(sizes) == sum(w.size + b.size for w, b in layers)


@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_forward_equals_the_engine(name):
    f = {"relu": relu, "tanh": np.tanh}[name]
    zs, activations = ref.forward(X, LAYERS, f)
    np.testing.assert_allclose(zs[-1], engine.forward(X, LAYERS, name), rtol=1e-12)
    assert activations[0] is X
    assert len(zs) == len(activations) == 3
    for z, a in zip(zs, activations[1:], strict=False):
        np.testing.assert_array_equal(a, f(z))


def test_linear_backward_equals_finite_differences():
    dX, dW, db = ref.linear_backward(DZ, X, W)
    for gradient, f, at in [(dX, lambda p: np.sum(DZ * ref.linear(p, W, B)), X),
                            (dW, lambda p: np.sum(DZ * ref.linear(X, p, B)), W),
                            (db, lambda p: np.sum(DZ * ref.linear(X, W, p)), B)]:
        assert gradient.shape == at.shape
        np.testing.assert_allclose(gradient, nudged(f, at), rtol=1e-6, atol=1e-8)


def test_linear_layer_equals_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is optional (requirements-frameworks.txt)")
    layer = torch.nn.Linear(4, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(W.T.copy()))        # torch keeps the units in the rows
        layer.bias.copy_(torch.tensor(B))
    x = torch.tensor(X, requires_grad=True)
    z = layer(x)
    (z * torch.tensor(DZ)).sum().backward()
    dX, dW, db = ref.linear_backward(DZ, X, W)
    np.testing.assert_allclose(ref.linear(X, W, B), z.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(dX, x.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(dW.T, layer.weight.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(db, layer.bias.grad.numpy(), rtol=1e-12)


def test_collapse_does_what_the_stack_does():
    w, b = ref.collapse(LAYERS)
    assert (w.shape, b.shape) == ((4, 2), (2,))
    np.testing.assert_allclose(X @ w + b, ref.forward(X, LAYERS, lambda z: z)[0][-1], rtol=1e-10)


def test_xor_network_is_xor_and_has_no_smaller_rival():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert ref.forward(corners, ref.xor_network(), relu)[0][-1][:, 0].tolist() == [0, 1, 1, 0]
    # the best linear fit says ½ everywhere
    best = np.linalg.lstsq(np.column_stack([corners, np.ones(4)]), np.array([0, 1, 1, 0]), rcond=None)[0]
    np.testing.assert_allclose(np.column_stack([corners, np.ones(4)]) @ best, 0.5)


# --- what the checks say ------------------------------------------------------------------------------------

def report(name, function):
    return result(specification("weights")["exercises"][name], "weights", function)


def test_a_gradient_is_compared_with_the_learners_own_linear():
    """A linear without its bias is still linear: the slopes agree. One with a factor 2 does not."""
    spec = specification("weights")["exercises"]["linear_backward"]
    from autograder.lessons.specify import run
    from course.checking.assess import assess

    def with_linear(linear):
        library = catalogue.references("weights") | {"linear": linear}
        return assess(spec, run(spec, library))

    assert with_linear(lambda X, W, b: X @ W + b[None, :]).passed
    doubled = with_linear(lambda X, W, b: 2 * (X @ W + b))
    failed = [check for check in doubled.checks if not check.passed and check.checked]
    assert failed
    assert all("your own `linear`" in check.feature for check in failed)
    missing = with_linear(lambda X, W, b: None)
    assert 0.7 < missing.score < 1
    assert any("your `linear`" in check.message for check in missing.checks)


@pytest.mark.parametrize("wrong, word", [
    (lambda: None, "None"), (lambda: 3, "list of pairs"), (lambda: [], "list of pairs"), (lambda: [3], "pair"),
    (lambda: [(np.ones((2, 2)), 0.0)], "(fan_out,)"), (lambda: [("a", "b")], ""), (lambda: 1 / 0, "ZeroDivision"),
    (lambda: [(np.ones((2, 2)), np.ones(2))], "one output"), (lambda: [(np.ones((3, 1)), np.ones(1))], "2 numbers"),
    (lambda: [(np.full((2, 1), np.nan), np.zeros(1))], "nan"),
])
def test_an_xor_network_that_is_none_gets_a_sentence(wrong, word):
    outcome = report("xor_network", wrong)
    assert outcome.score == 0
    assert word in report_text(outcome)


def test_every_mistake_message_is_a_sentence_or_three():
    for name, wrong in catalogue.mistakes("weights").items():
        for identity, function in wrong.items():
            text = catalogue.message(function)
            assert 40 <= len(text) <= 330, f"{name}__{identity}"
            assert text.endswith((".", "?"))


# --- the lab ------------------------------------------------------------------------------------------------

def stub(X, layers, activation):
    raise NotImplementedError


@pytest.mark.parametrize("setting, pieces", [
    ({}, 4), ({"w": (1, -1, 0), "b": (0, 0, 0), "v": (1, -1, 0)}, 1), ({"w": (1, 1, 1), "b": (0, 0, 0)}, 1),
    ({"w": (2, 1, 1), "b": (0, 0, 0), "v": (1, 1, 1)}, 2), ({"b": (9, 9, 9)}, 1), ({"w": (0, 0, 0)}, 1),
    ({"w": (1, 2.75, -3), "b": (0.25, -0.5, 2.75), "v": (1, 1, 0.25)}, 4),
])
def test_the_lab_counts_the_pieces_of_what_forward_draws(setting, pieces):
    y, _ = lab.outputs(ref.forward, lab.network(**(lab.START | setting)))
    assert len(lab.kinks(y)) + 1 == pieces
    words = lab.picture(ref.forward, **setting).words
    assert ("one straight piece" if pieces == 1 else f"{pieces} straight pieces") in words


def test_the_four_tasks_of_the_lab_can_be_done():
    kinks = {b2: lab.kinks(lab.outputs(ref.forward, lab.network((1, 1, 1), (1, b2, -1), (1, -2, 1), 0))[0])
             for b2 in (0.0, 0.5)}
    assert kinks[0.5][1] == pytest.approx(kinks[0.0][1] - 0.5, abs=0.01)
    tall, _ = lab.outputs(ref.forward, lab.network((1, 1, 1), (1, 0, -1), (2, -4 + 1, 2), 0))
    twice, _ = lab.outputs(ref.forward, lab.network((2, 2, 2), (2, 0, -2), (1, -2, 1), 0))
    flat, _ = lab.outputs(ref.forward, lab.network((1, 1, 1), (1, 0, -1), (1, -2, 1), 0))
    np.testing.assert_allclose(twice, 2 * flat, atol=1e-12)
    assert not np.allclose(tall, 2 * flat)
    line, _ = lab.outputs(ref.forward, lab.network((1, -1, 1), (0, 0, 0), (1, -1, 0), 0))
    np.testing.assert_allclose(line, lab.LINE, atol=1e-12)
    two, _ = lab.outputs(ref.forward, lab.network((1, 1, 1), (1, 1, 1), (1, -2, 3), 1))
    assert len(lab.kinks(two)) == 1


def test_the_lab_without_forward_and_with_one_that_fails():
    assert "not written yet" in lab.picture(stub).remark
    for wrong in (lambda *a: None, lambda *a: 1 / 0, lambda X, layers, f: ([X], [X])):
        picture = lab.picture(wrong)
        assert "your <code>forward</code>" in picture.remark
        assert picture.png.startswith(b"\x89PNG")


def test_the_lab_has_titles_labels_and_the_learners_line():
    lab.picture(lambda X, layers, f: ([X, 2 * X], [X, np.hstack([X, X, X])]))
    stage = lab._stage()
    assert np.allclose(stage.total.get_ydata(), 2 * lab.LINE)
    assert stage.right.get_title(loc="left") == "their sum: 1 straight piece"
    assert stage.left.get_title(loc="left") == "three bent lines"
    assert stage.right.get_xlabel() == stage.left.get_xlabel() == "x"
    assert len({line.get_color() for line in stage.shares}) == 3


def test_the_labs_sliders_redraw(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    lab.bend_lab(ref.forward)
    still, asleep, live = shown
    assert "run this cell" in asleep["text/html"]
    assert still["image/png"]
    controls, figure, remark = live.children
    *sliders, curve = controls.children
    assert len(sliders) == 10 and all(isinstance(control, widgets.FloatSlider) for control in sliders)
    before = figure.value
    controls.children[0].value = 0.0
    assert figure.value != before
    assert panel.HIDE_STILL in figure.value
    assert "3 straight pieces" in remark.value
    curve.value = "a valley"
    assert "score of 0 of 100" in remark.value


EXACT = {"a step up": ((1, 1, 0), (1, -1, 0), (1, -1, 0), 0), "a valley": ((1, -1, 0), (0, 0, 0), (1, 1, 0), -1),
         "a zigzag": ((1, 1, 1), (2, 0, -1.5), (1.5, -3, 3), -1)}


@pytest.mark.parametrize("curve", [name for name in lab.CURVES if name != "none"])
def test_a_curve_to_draw_can_be_had_and_scores_100(curve):
    if curve in EXACT:
        assert "score of 100 of 100" in lab.picture(ref.forward, *EXACT[curve], curve=curve).words
    start = lab.score(lab.outputs(ref.forward, lab.network(*lab.START.values()))[0], lab.CURVES[curve])
    assert start < 50
    assert lab.score(np.full(len(lab.LINE), lab.CURVES[curve].mean()), lab.CURVES[curve]) == pytest.approx(0)
