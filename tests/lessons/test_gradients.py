"""Lesson 4: references against closed forms, finite differences, the engine and PyTorch; what the text says."""

import re

import numpy as np
import pytest

from autograder.author.proof import result
from autograder.lessons import catalogue
from autograder.lessons.gradients import solutions as ref
from autograder.lessons.specify import specification
from autograder.lessons.weights.solutions import forward
from course import engine

RNG = np.random.default_rng(7)
X, LABELS = RNG.normal(size=(6, 4)), np.array([0, 2, 1, 1, 0, 2])
LAYERS = [(RNG.normal(size=(a, b)), RNG.normal(size=b)) for a, b in [(4, 5), (5, 4), (4, 3)]]


def slope_at(logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return (p - np.eye(logits.shape[1])[labels]) / len(labels)


def relu_grad(z):
    return (z > 0) * 1.0


# --- numerical_gradient -------------------------------------------------------------------------------------

def test_the_cube_by_hand():
    got = ref.numerical_gradient(lambda x: np.sum(x**3), np.array([2.0, 1.0]), eps=0.1)
    np.testing.assert_allclose(got, [12.01, 3.01], rtol=1e-12)


def test_it_is_exact_for_squares_and_leaves_x_alone():
    x = RNG.normal(size=(2, 3, 2))
    kept = x.copy()
    np.testing.assert_allclose(ref.numerical_gradient(lambda x: np.sum(x**2), x, eps=0.5), 2 * x, rtol=1e-12)
    assert np.array_equal(x, kept)


def test_entries_are_nudged_alone_where_f_couples_them():
    A = RNG.normal(size=(3, 3))
    x = RNG.normal(size=3)
    np.testing.assert_allclose(ref.numerical_gradient(lambda x: float(x @ A @ x), x), (A + A.T) @ x, atol=1e-8)


# --- backward -----------------------------------------------------------------------------------------------

def test_the_network_of_the_lesson_by_hand():
    layers = [(np.array([[1.0, 2.0]]), np.array([0.5, -1.0])), (np.array([[3.0], [-1.0]]), np.array([0.25]))]
    zs, activations = forward(np.array([[2.0]]), layers, np.square)
    assert (zs[0].tolist(), activations[1].tolist(), zs[1].tolist()) == ([[2.5, 3]], [[6.25, 9]], [[10]])
    (dW1, db1), (dW2, db2) = ref.backward(np.ones((1, 1)), zs, activations, layers, lambda z: 2 * z)
    assert (dW1.tolist(), db1.tolist()) == ([[30, -12]], [15, -6])
    assert (dW2.tolist(), db2.tolist()) == ([[6.25], [9]], [1])


@pytest.mark.parametrize("name, f, slope", [("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2),
                                            ("relu", lambda z: np.maximum(z, 0), relu_grad)])
def test_backward_is_the_engines_gradient(name, f, slope):
    zs, activations = forward(X, LAYERS, f)
    mine = ref.backward(slope_at(zs[-1], LABELS), zs, activations, LAYERS, slope)
    _, tape = engine.loss_and_gradients(LAYERS, X, LABELS, activation=name)
    for (dW, db), (eW, eb) in zip(mine, tape, strict=True):
        np.testing.assert_allclose(dW, eW, atol=1e-14)
        np.testing.assert_allclose(db, eb, atol=1e-14)


def test_backward_is_the_numerical_gradient_of_every_parameter():
    zs, activations = forward(X, LAYERS, np.tanh)
    grads = ref.backward(slope_at(zs[-1], LABELS), zs, activations, LAYERS, lambda z: 1 - np.tanh(z) ** 2)
    for index, pair in enumerate(LAYERS):
        for part in (0, 1):
            def loss(array, index=index, part=part):
                changed = [list(p) for p in LAYERS]
                changed[index][part] = array
                logits = forward(X, changed, np.tanh)[0][-1]
                return float(engine.cross_entropy(engine.Tensor(logits), LABELS).data)
            np.testing.assert_allclose(grads[index][part], ref.numerical_gradient(loss, pair[part]), atol=1e-8)


# --- norms and clipping -------------------------------------------------------------------------------------

def test_norm_of_three_and_four():
    assert ref.gradient_norms([(np.array([[3.0, 0.0], [0.0, -4.0]]), np.ones(2))]) == [5.0]


def test_clipping_geometry_of_the_lesson():
    g = [np.array([10.0, 1.0])]
    by_value, (by_norm, norm) = ref.clip_by_value(g, 1.0)[0], ref.clip_by_global_norm(g, 1.0)
    assert by_value.tolist() == [1, 1] and norm == pytest.approx(101**0.5)
    np.testing.assert_allclose(by_norm[0], [0.995, 0.0995], atol=5e-5)
    turned = [np.degrees(np.arctan2(v[1], v[0]) - np.arctan2(1, 10)) for v in (by_value, by_norm[0])]
    np.testing.assert_allclose(turned, [39.29, 0], atol=0.01)


def test_clipping_never_lengthens_and_takes_zeros():
    grads = [RNG.normal(size=(3, 2)), np.zeros(2), RNG.normal(size=4)]
    for limit in (0.1, 1.0, 100.0):
        clipped, norm = ref.clip_by_global_norm(grads, limit)
        after = np.sqrt(sum(np.sum(g**2) for g in clipped))
        assert after == pytest.approx(min(norm, limit))
    zeros, norm = ref.clip_by_global_norm([np.zeros(3)], 1.0)
    assert norm == 0 and not np.any(zeros[0])


def test_the_cliff():
    def descend(clip):
        w, path = 1.25, []
        with np.errstate(all="ignore"):
            for _ in range(200):
                slope = np.array([2 * (w**20 - 0.5) * 20 * w**19])
                w = np.float64(w - 0.02 * (ref.clip_by_global_norm([slope], clip)[0][0] if clip else slope)[0])
                path.append(float(w))
        return path

    wild, calm = descend(None), descend(1.0)
    assert wild[0] == pytest.approx(-4785.8, abs=0.1) and np.isnan(wild[-1])
    assert all(abs(w - 0.5**0.05) < 0.02 for w in calm[-10:]) and max(calm) <= 1.25


# --- steps --------------------------------------------------------------------------------------------------

def test_momentum_by_hand_and_as_a_geometric_sum():
    w, v = ref.sgd_momentum_step(np.array([5.0]), np.array([2.0]), np.array([1.0]), 0.1, 0.9)
    np.testing.assert_allclose([w[0], v[0]], [4.71, 2.9])
    w = v = np.zeros(2)
    for _ in range(40):
        w, v = ref.sgd_momentum_step(w, np.ones(2), v, 0.1, 0.5)
    np.testing.assert_allclose(v, 2 * (1 - 0.5**40))


def test_adam_by_hand():
    w, m, v = ref.adam_step(np.array([1.0]), np.array([0.2]), np.zeros(1), np.zeros(1), 1)
    np.testing.assert_allclose([w[0], m[0], v[0]], [0.999, 0.02, 0.00004], rtol=1e-6)


def test_adams_steps_have_the_length_of_the_learning_rate_whatever_the_gradients_size():
    for size in (1e-4, 1.0, 1000.0):
        w = m = v = np.zeros(1)
        for t in range(1, 11):
            w, m, v = ref.adam_step(w, np.array([size]), m, v, t, learning_rate=0.01)
        np.testing.assert_allclose(w, [-0.1], rtol=2e-4)


# --- batch norm ---------------------------------------------------------------------------------------------

def test_batch_norm_by_hand():
    one, zero = np.ones(1), np.zeros(1)
    out, mean, var = ref.batchnorm_forward(np.array([[1.0], [3.0]]), one, zero, zero, one, True)
    np.testing.assert_allclose(out[:, 0], [-1, 1], atol=1e-5)
    np.testing.assert_allclose([mean[0], var[0]], [0.2, 1.0])
    dX, _, _ = ref.batchnorm_backward(np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [3.0]]), one, eps=0.0)
    np.testing.assert_allclose(dX[:, 0], [0.354, -0.354, 0], atol=5e-4)


def test_batch_norm_forgets_scale_and_shift_of_its_input():
    gamma, beta, rest = np.ones(3), np.zeros(3), (np.zeros(3), np.ones(3), True)
    batch = RNG.normal(size=(8, 3))
    out = ref.batchnorm_forward(batch, gamma, beta, *rest, eps=0.0)[0]
    np.testing.assert_allclose(ref.batchnorm_forward(100 * batch + 7, gamma, beta, *rest, eps=0.0)[0], out, atol=1e-9)
    np.testing.assert_allclose([out.mean(axis=0), out.var(axis=0)], [np.zeros(3), np.ones(3)], atol=1e-12)


def test_batch_norm_backward_is_the_numerical_gradient():
    batch, dout = RNG.normal(3, 2, (5, 3)), RNG.normal(size=(5, 3))
    gamma, beta = RNG.normal(size=3), RNG.normal(size=3)

    def pulled(batch, gamma, beta):
        return float(np.sum(dout * ref.batchnorm_forward(batch, gamma, beta, 0 * beta, 1 + 0 * beta, True)[0]))

    dX, dgamma, dbeta = ref.batchnorm_backward(dout, batch, gamma)
    np.testing.assert_allclose(dX, ref.numerical_gradient(lambda x: pulled(x, gamma, beta), batch), atol=1e-8)
    np.testing.assert_allclose(dgamma, ref.numerical_gradient(lambda g: pulled(batch, g, beta), gamma), atol=1e-8)
    np.testing.assert_allclose(dbeta, ref.numerical_gradient(lambda b: pulled(batch, gamma, b), beta), atol=1e-8)
    np.testing.assert_allclose(dX.sum(axis=0), 0, atol=1e-12)       # a common shift of the batch changes nothing


def test_in_use_one_example_is_answered_as_among_others():
    gamma, beta, mean, var = RNG.normal(size=(4, 3)) ** 2
    together = ref.batchnorm_forward(X[:, :3], gamma, beta, mean, var, False)[0]
    alone = ref.batchnorm_forward(X[:1, :3], gamma, beta, mean, var, False)[0]
    np.testing.assert_allclose(alone[0], together[0])


# --- PyTorch, where it is installed -------------------------------------------------------------------------

def test_against_pytorch():
    torch = pytest.importorskip("torch")
    w, steps = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True), []
    optimiser = torch.optim.Adam([w], lr=0.1)
    mine = [np.array([1.0, -2.0, 0.5]), np.zeros(3), np.zeros(3)]
    for t in range(1, 6):
        optimiser.zero_grad()
        (w**2).sum().backward()
        steps.append(w.grad.numpy().copy())
        optimiser.step()
        mine = list(ref.adam_step(mine[0], steps[-1], *mine[1:], t, learning_rate=0.1))
        np.testing.assert_allclose(mine[0], w.detach().numpy(), rtol=1e-9)
    batch = torch.tensor(X, requires_grad=True)
    norm = torch.nn.BatchNorm1d(4, dtype=torch.float64)
    out = norm(batch)
    (out * torch.tensor(X + 1)).sum().backward()
    ones, zeros = np.ones(4), np.zeros(4)
    mine = ref.batchnorm_forward(X, ones, zeros, zeros, ones, True)[0]
    np.testing.assert_allclose(mine, out.detach().numpy(), atol=1e-9)
    np.testing.assert_allclose(ref.batchnorm_backward(X + 1, X, ones)[0], batch.grad.numpy(), atol=1e-9)


# --- the check ----------------------------------------------------------------------------------------------

def test_backward_is_checked_against_the_learners_own_numerical_gradient():
    spec = specification("gradients")["exercises"]["backward"]
    library = catalogue.references("gradients")
    own = next(case for case in spec["cases"] if len(case["calls"]) == 2)
    assert own["calls"][1]["of"] == "numerical_gradient"
    report = result(spec, "gradients", library["backward"])
    assert report.passed
    from autograder.lessons.specify import run
    from course.checking.assess import assess
    broken = library | {"numerical_gradient": catalogue.mistakes("gradients")["numerical_gradient"]["one_eps"]}
    failed = [c for c in assess(spec, run(spec, broken)).checks if not c.passed]
    assert {c.case for c in failed} == {own["name"]} | ({"inputs"} & {c.case for c in failed})


@pytest.mark.parametrize("answer", [lambda *a: None, lambda *a: [], lambda *a: [1, 2], lambda *a: [(1,)] * 9,
                                    lambda *a: {"dW": 1}, lambda *a: np.zeros(3),
                                    lambda d, z, a, layers, f: [(None, "x")] * len(layers)])
def test_whatever_backward_returns_there_is_a_report(answer):
    report = result(specification("gradients")["exercises"]["backward"], "gradients", answer)
    assert report.score == 0 and not report.problem
    assert all(c.message for c in report.checks if not c.passed)


@pytest.mark.parametrize("lesson", ["gradients", "frameworks"])
def test_the_text_counts_the_engines_lines(lesson):
    text = (catalogue.ROOT / "source" / f"{lesson}.md").read_text(encoding="utf-8")
    engines = (catalogue.ROOT / "course" / "engine.py").read_text(encoding="utf-8")
    said = [int(number) for number in re.findall(r"(\d+) lines", text)]
    assert len(engines.splitlines()) in said
