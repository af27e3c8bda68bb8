"""The references of lesson 3 against closed forms, differences, scikit-learn and PyTorch; and what `check` says."""

import numpy as np
import pytest

from autograder.author.proof import result
from autograder.lessons import catalogue
from autograder.lessons.activations import solutions as ref
from autograder.lessons.loss import solutions
from autograder.lessons.specify import run, specification
from course.checking.assess import assess

Z = np.linspace(-6, 6, 240).reshape(3, 80, 1) + 0.0123      # no entry at the kink
H = 1e-5


def slope(f, z):
    return (f(z + H) - f(z - H)) / (2 * H)


def test_sigmoid_by_hand_and_far_out():
    assert np.allclose(ref.sigmoid(np.array([0.0, np.log(3), -np.log(9)])), [0.5, 0.75, 0.1])
    with np.errstate(all="raise", under="ignore"):
        assert np.array_equal(ref.sigmoid(np.array([1000.0, -1000.0])), [1.0, 0.0])
    assert np.allclose(ref.sigmoid(Z) + ref.sigmoid(-Z), 1) and ref.sigmoid(Z).shape == Z.shape
    special = pytest.importorskip("scipy.special")
    assert np.allclose(ref.sigmoid(30 * Z), special.expit(30 * Z), rtol=1e-13, atol=0)


def test_slopes_are_those_of_the_curves():
    assert np.allclose(ref.sigmoid_grad(Z), slope(ref.sigmoid, Z), atol=1e-9)
    assert np.allclose(ref.tanh_grad(Z), slope(np.tanh, Z), atol=1e-9)
    assert np.allclose(ref.relu_grad(Z), slope(ref.relu, Z), atol=1e-9)
    assert ref.relu_grad(np.zeros(1))[0] == 0
    assert ref.sigmoid_grad(Z).max() <= 0.25 and ref.tanh_grad(Z).max() <= 1


def test_prelu_backward_by_differences():
    rng = np.random.default_rng(0)
    dout, z, alpha = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), 0.3
    dz, dslope = ref.prelu_backward(dout, z, alpha)
    assert np.allclose(dz, dout * slope(lambda v: ref.leaky_relu(v, alpha), z), atol=1e-8)
    assert np.isclose(dslope, np.sum(dout * slope(lambda a: ref.leaky_relu(z, a), alpha)))
    assert isinstance(dslope, float)
    assert np.array_equal(ref.leaky_relu(z, 0.0), ref.relu(z)) and np.array_equal(ref.leaky_relu(z, 1.0), z)


def test_softmax_and_its_gradient():
    rng = np.random.default_rng(1)
    logits, labels = 3 * rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    assert np.allclose(ref.softmax(logits), np.exp(solutions.log_softmax(logits)))
    assert np.allclose(ref.softmax(logits, axis=0).sum(axis=0), 1)
    assert np.allclose(ref.softmax(logits + 1000), ref.softmax(logits))
    assert np.allclose(ref.softmax(np.stack([0 * logits[:, 0], logits[:, 0]], 1))[:, 1], ref.sigmoid(logits[:, 0]))
    nudged = np.zeros_like(logits)
    for index in np.ndindex(logits.shape):
        bump = np.zeros_like(logits)
        bump[index] = H
        above, below = (solutions.cross_entropy(logits + sign * bump, labels) for sign in (1, -1))
        nudged[index] = (above - below) / 2 / H
    assert np.allclose(ref.softmax_cross_entropy_grad(logits, labels), nudged, atol=1e-9)


def test_counts():
    assert ref.saturated_fraction(np.array([[0.99, -0.99], [0.97, 0.0]])) == 0.5
    A = np.array([[0.0, 1.0, -1.0], [0.0, 0.0, -2.0]])
    assert np.isclose(ref.dead_fraction(A), 1 / 3)
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError):
            ref.dead_fraction(np.array([[0.0, bad]]))


def test_against_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    z = rng.normal(size=(5, 4))

    def torch_slope(f):
        t = torch.tensor(z, requires_grad=True)
        value = f(t)
        value.sum().backward()
        return value.detach().numpy(), t.grad.numpy()

    for f, value, grad in [(torch.sigmoid, ref.sigmoid, ref.sigmoid_grad), (torch.tanh, np.tanh, ref.tanh_grad),
                           (torch.relu, ref.relu, ref.relu_grad)]:
        a, da = torch_slope(f)
        assert np.allclose(a, value(z)) and np.allclose(da, grad(z))
    functional = torch.nn.functional
    assert np.allclose(functional.leaky_relu(torch.tensor(z), 0.2).numpy(), ref.leaky_relu(z, 0.2))
    t, alpha = torch.tensor(z, requires_grad=True), torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
    dout = rng.normal(size=z.shape)
    (functional.prelu(t, alpha) * torch.tensor(dout)).sum().backward()
    dz, dslope = ref.prelu_backward(dout, z, 0.25)
    assert np.allclose(t.grad.numpy(), dz) and np.isclose(alpha.grad.item(), dslope)
    labels = rng.integers(0, 4, 5)
    t = torch.tensor(z, requires_grad=True)
    functional.cross_entropy(t, torch.tensor(labels)).backward()
    assert np.allclose(t.grad.numpy(), ref.softmax_cross_entropy_grad(z, labels))
    assert np.allclose(torch.softmax(torch.tensor(z), 0).numpy(), ref.softmax(z, axis=0))


# --- what a learner is told ---------------------------------------------------------------------------------

def report(name, **functions):
    """The Report of an exercise when some of the lesson's references are replaced."""
    spec = specification("activations")["exercises"][name]
    return assess(spec, run(spec, catalogue.references("activations") | functions))


def test_a_right_gradient_of_a_wrong_forward_fails_only_beside_that_forward():
    outcome = report("sigmoid_grad", sigmoid_grad=lambda z: (1 - np.tanh(z / 2) ** 2) / 4, sigmoid=np.tanh)
    failed = [c for c in outcome.checks if not c.passed and c.checked]
    assert {c.case for c in failed} == {"against differences of your own `sigmoid`"}
    assert 0.6 < outcome.score < 1


@pytest.mark.parametrize("name, forward", [("sigmoid_grad", "sigmoid"), ("relu_grad", "relu"),
                                           ("prelu_backward", "leaky_relu"), ("softmax_cross_entropy_grad", "softmax")])
def test_a_forward_function_that_is_missing_or_broken_is_named(name, forward):
    right = next(iter(catalogue.alternatives("activations")[name].values()))

    def stub(*args, **kwargs):
        raise NotImplementedError

    for broken in (stub, lambda *args, **kwargs: None, lambda *args, **kwargs: 1 / 0, lambda z, *rest, **kw: z[:1],
                   lambda z, *rest, **kw: z * np.nan, lambda z, *rest, **kw: z.astype(str), 3):
        outcome = report(name, **{name: right, forward: broken})
        first = outcome.first_failure()
        assert f"your `{forward}`" in first.message and not outcome.unwritten and not outcome.problem
    assert "not written yet" in report(name, **{name: right, forward: stub}).first_failure().message


@pytest.mark.parametrize("name", ["sigmoid_grad", "relu_grad", "prelu_backward", "softmax_cross_entropy_grad"])
def test_a_stub_is_unwritten_also_where_its_forward_is_written(name):
    def stub(*args):
        raise NotImplementedError

    stub.__code__ = stub.__code__.replace(co_name=name)     # as given out: the traceback names the function itself
    outcome = report(name, **{name: stub})
    assert outcome.unwritten and outcome.score == 0


@pytest.mark.parametrize("odd", ["text", None, [1.0, 2.0], {"a": 1}, np.array(["x"]), 1j, np.array(1.0), np.nan])
@pytest.mark.parametrize("name", ["sigmoid_grad", "relu_grad", "prelu_backward", "softmax_cross_entropy_grad"])
def test_odd_results_are_refused_in_words(name, odd):
    for value in (odd, (odd, odd)):
        outcome = report(name, **{name: lambda *args, v=value: v})
        assert outcome.score < 0.05 and not outcome.problem


def test_a_sigmoid_that_warns_keeps_nearly_all_its_points():
    spec = specification("activations")["exercises"]["sigmoid"]
    with np.errstate(over="ignore"):
        outcome = result(spec, "activations", lambda z: 1 / (1 + np.exp(-z)))
    assert 0.9 < outcome.score < 1 and [d["id"] for d in outcome.diagnoses] == ["overflow"]
