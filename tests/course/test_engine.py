"""The tape: every operation against finite differences, networks against PyTorch; training; stand-ins."""

import numpy as np
import pytest

from course import data, engine
from course.checking.codec import decode, encode
from course.checking.observe import observe
from course.engine import Tensor
from course.standin import STAND_INS, StandIn, stand_in

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
ROW, SCALAR, M = RNG.normal(size=4), np.array(0.7), RNG.normal(size=(4, 2))

OPERATIONS = {
    "add": (lambda a, b: a + b, A, B),
    "add a row": (lambda a, b: a + b, A, ROW),
    "row plus matrix": (lambda a, b: a + b, ROW, A),
    "add a number": (lambda a: 2 + a + 1, A),
    "subtract": (lambda a, b: a - b, A, ROW),
    "subtract from a constant": (lambda a: ROW - a, A),
    "subtract a constant": (lambda a: a - ROW, A),
    "multiply": (lambda a, b: a * b, A, B),
    "multiply by a column": (lambda a, b: a * b, A, B[:, :1]),
    "multiply by a scalar tensor": (lambda a, b: a * b, A, SCALAR),
    "constant times": (lambda a: 3.0 * a, A),
    "divide": (lambda a, b: a / b, A, np.abs(ROW) + 1),
    "divide a constant": (lambda a: 2.0 / a, np.abs(A) + 1),
    "negative": (lambda a: -a, A),
    "square": (lambda a: a**2, A),
    "power -1/2": (lambda a: a**-0.5, np.abs(A) + 1),
    "matmul": (lambda a, b: a @ b, A, M),
    "constant matmul": (lambda b: A @ b, M),
    "matmul constant": (lambda a: a @ M, A),
    "item used twice": (lambda a: a[np.array([0, 2, 0]), np.array([1, 3, 1])], A),
    "slice": (lambda a: a[1:, ::2], A),
    "reshape": (lambda a: a.reshape(2, 6), A),
    "sum": (lambda a: a.sum(), A),
    "sum of rows": (lambda a: a.sum(axis=0), A),
    "sum, keepdims": (lambda a: a * a.sum(axis=1, keepdims=True), A),
    "mean": (lambda a: a.mean(), A),
    "mean of columns": (lambda a: a.mean(axis=1), A),
    "exp": (lambda a: a.exp(), A),
    "log": (lambda a: a.log(), np.abs(A) + 0.5),
    "relu": (lambda a: a.relu(), A),
    "leaky relu": (lambda a: a.leaky_relu(0.2), A),
    "tanh": (lambda a: a.tanh(), A),
    "sigmoid": (lambda a: a.sigmoid(), A),
    "softplus": (lambda a: a.softplus(), A),
    "log softmax": (lambda a: a.log_softmax(), A),
    "one tensor, two roads": (lambda a: a * a.tanh() + a, A),
    "cross entropy": (lambda a: engine.cross_entropy(a, [3, 0, 1]), A),
    "binary cross entropy": (lambda a: engine.binary_cross_entropy(a, [1, 0, 1]), A[:, :1]),
    "mse": (lambda a: engine.mse(a, B), A),
}


def central_difference(f, x, eps=1e-6):
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * eps) for step in steps]).reshape(x.shape)


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradient_equals_finite_difference(name):
    operation, *inputs = OPERATIONS[name]
    shape = operation(*map(Tensor, inputs)).shape
    weight = np.random.default_rng(1).normal(size=shape)   # no entry's gradient is like another's

    def number(*arrays):
        return (operation(*map(Tensor, arrays)) * weight).sum()

    tensors = [Tensor(x) for x in inputs]
    (operation(*tensors) * weight).sum().backward()
    for k, t in enumerate(tensors):
        def of_one(x, k=k):
            return float(number(*inputs[:k], x, *inputs[k + 1:]).data)
        expected = central_difference(of_one, inputs[k])
        assert t.grad.shape == inputs[k].shape
        np.testing.assert_allclose(t.grad, expected, rtol=1e-6, atol=1e-8)


def test_backward_starts_from_a_single_number():
    with pytest.raises(ValueError, match="single number"):
        Tensor(A).backward()


def test_backward_twice_gives_the_same_gradient():
    t = Tensor(A)
    loss = (t * t).sum()
    loss.backward()
    loss.backward()
    np.testing.assert_allclose(t.grad, 2 * A)


def test_relu_has_slope_zero_at_zero():
    t = Tensor(np.zeros(3))
    t.relu().sum().backward()
    assert not t.grad.any()


@pytest.mark.filterwarnings("error")
def test_nothing_overflows_at_1000():
    z = Tensor([[1000.0, -1000.0]])
    assert engine.cross_entropy(z, [1]).data == 2000
    assert engine.binary_cross_entropy(z, [[0, 1]]).data == 1000
    np.testing.assert_array_equal(z.sigmoid().data, [[1, 0]])


def test_a_long_chain_needs_no_deep_recursion():
    h = w = Tensor(1.0)
    for _ in range(5000):
        h = h * w
    h.backward()
    assert w.grad == 5001


@pytest.mark.parametrize("activation", engine.ACTIVATIONS)
def test_network_gradients_equal_pytorch(activation):
    torch = pytest.importorskip("torch", reason="PyTorch is optional (requirements-frameworks.txt)")
    act = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda z: z,
           "leaky_relu": torch.nn.functional.leaky_relu}[activation]
    rng = np.random.default_rng(3)
    layers = [(W, rng.normal(size=b.shape)) for W, b in engine.init([5, 7, 6, 4], rng)]
    X, labels = rng.normal(size=(9, 5)), rng.integers(4, size=9)
    loss, grads = engine.loss_and_gradients(layers, X, labels, activation=activation)
    parameters = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in layers]
    a = torch.tensor(X)
    for W, b in parameters[:-1]:
        a = act(a @ W + b)
    value = torch.nn.functional.cross_entropy(a @ parameters[-1][0] + parameters[-1][1], torch.tensor(labels))
    value.backward()
    assert loss == pytest.approx(value.item(), rel=1e-12)
    for pair, tensors in zip(grads, parameters, strict=True):
        for g, t in zip(pair, tensors, strict=True):
            np.testing.assert_allclose(g, t.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_init_draws_he_or_the_std_asked_for():
    layers = engine.init([400, 300, 10], np.random.default_rng(0))
    assert [(W.shape, b.shape) for W, b in layers] == [((400, 300), (300,)), ((300, 10), (10,))]
    assert layers[0][0].std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not layers[0][1].any()
    (W, _), = engine.init([400, 300], np.random.default_rng(0), std=0.5)
    assert W.std() == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam", "learning_rate": 1e-3}, {"clip": 1.0},
                                      {"activation": "tanh"}, {"batch_size": None, "learning_rate": 0.5}])
def test_fit_learns_the_digits_and_edits_nothing(settings):
    X, y, X_test, y_test = data.digits()
    rng = np.random.default_rng(0)
    layers = engine.init([64, 32, 10], rng)
    before = [(W.copy(), b.copy()) for W, b in layers]
    settings = {"n_epochs": 8, "batch_size": 32, "learning_rate": 0.1} | settings
    fitted, history = engine.fit(layers, X, y, rng=rng, watch=lambda epoch, now: {"epoch": epoch}, **settings)
    assert len(history["loss"]) == 8
    assert history["epoch"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    if settings["batch_size"]:
        assert engine.accuracy(fitted, X_test, y_test, settings.get("activation", "relu")) > 0.9
    for (W, b), (W0, b0) in zip(layers, before, strict=True):
        np.testing.assert_array_equal(W, W0)
        np.testing.assert_array_equal(b, b0)


def test_fit_with_the_other_losses():
    rng = np.random.default_rng(0)
    X, y = data.two_moons(300, 0.1, rng)
    for loss in ("binary_cross_entropy", "mse"):
        fitted, history = engine.fit(engine.init([2, 20, 1], rng), X, y, loss=loss, n_epochs=60,
                                     batch_size=30, learning_rate=0.02, rng=rng, optimizer="adam")
        threshold = 0.0 if loss == "binary_cross_entropy" else 0.5
        assert np.mean((engine.forward(X, fitted)[:, 0] > threshold) == y) > 0.97
        assert history["loss"][-1] < history["loss"][0]


@pytest.mark.filterwarnings("error")
def test_a_diverging_run_ends_quietly():
    rng = np.random.default_rng(0)
    X, y, *_ = data.digits()
    _, history = engine.fit(engine.init([64, 10], rng, std=1.0), X, X[:, :10] * 1e30, loss="mse", n_epochs=4,
                            rng=rng, batch_size=64, learning_rate=1e99)
    assert not np.isfinite(history["loss"][-1])


def test_fit_is_repeatable_by_seed():
    X, y, *_ = data.digits()
    losses = [engine.fit(engine.init([64, 10], rng), X, y, n_epochs=2, batch_size=64, learning_rate=0.1,
                         rng=rng)[1]["loss"] for rng in (np.random.default_rng(4), np.random.default_rng(4))]
    assert losses[0] == losses[1]


def test_unknown_optimizer_is_named():
    with pytest.raises(ValueError, match="adagrad"):
        engine.fit(engine.init([2, 1], RNG), A[:, :2], [0, 0, 0], n_epochs=1, batch_size=3, learning_rate=1,
                   rng=RNG, optimizer="adagrad")


def leaves(result):
    if isinstance(result, (list, tuple)):
        for part in result:
            yield from leaves(part)
    else:
        yield result


LAYERS = [(A[:, :].T.copy(), RNG.normal(size=3)), (RNG.normal(size=(3, 2)), RNG.normal(size=2))]
ZS, ACTS = [A @ LAYERS[0][0] + LAYERS[0][1]], [A]
ACTS.append(np.tanh(ZS[0]))
ZS.append(ACTS[1] @ LAYERS[1][0] + LAYERS[1][1])
LABELS = np.array([3, 0, 1])
STAND_IN_CALLS = {
    "mse": (A, B), "mse_grad": (A, B), "binary_cross_entropy_with_logits": (A[0], [1, 0, 0, 1]),
    "log_softmax": (A,), "cross_entropy": (A, LABELS), "minibatches": (10, 4, np.random.default_rng(0)),
    "linear_single": (A[0], M, np.ones(2)), "linear": (A, M, np.ones(2)),
    "dense": (A, M, np.ones(2), np.tanh), "count_parameters": ([4, 3, 2],),
    "forward": (A, LAYERS, np.tanh), "linear_backward": (A @ M, A, M),
    "collapse": (LAYERS,), "sigmoid": (A,), "relu": (A,), "leaky_relu": (A,), "sigmoid_grad": (A,),
    "tanh_grad": (A,), "relu_grad": (A,), "prelu_backward": (B, A, 0.2), "softmax": (A,),
    "softmax_cross_entropy_grad": (A, LABELS), "saturated_fraction": (A,),
    "dead_fraction": (np.maximum(A, 0),),
    "numerical_gradient": (lambda x: float((x**2).sum()), A),
    "backward": (np.ones((3, 2)), ZS, ACTS, LAYERS, lambda z: 1 - np.tanh(z) ** 2),
    "gradient_norms": (LAYERS,), "clip_by_value": ([A, ROW], 0.5), "clip_by_global_norm": ([A, ROW], 0.5),
    "sgd_momentum_step": (A, B, A, 0.1, 0.9), "adam_step": (A, B, A, B**2, 3),
    "batchnorm_forward": (A, ROW, ROW, ROW, ROW**2, True), "batchnorm_backward": (B, A, ROW),
    "he_normal": (4, 3, np.random.default_rng(0)), "he_uniform": (4, 3, np.random.default_rng(0)),
    "xavier_normal": (4, 3, np.random.default_rng(0)), "xavier_uniform": (4, 3, np.random.default_rng(0)),
    "initialize": ([4, 3, 2], "he_normal", np.random.default_rng(0)),
    "train": (LAYERS, A, [1, 0, 1], 2, 2, 0.01, np.random.default_rng(0)),
}


def test_every_stand_in_is_tried_below():
    assert set(STAND_IN_CALLS) == set(STAND_INS)


@pytest.mark.parametrize("name", STAND_IN_CALLS)
def test_stand_in_marks_all_it_returns(name):
    result = stand_in(name)(*STAND_IN_CALLS[name])
    for leaf in leaves(result):
        assert isinstance(leaf, StandIn)
        assert leaf.origin == ("" if name.startswith(("he_", "xavier_")) else name)
        assert np.all(np.isfinite(leaf))


def test_stand_in_of_an_unknown_name():
    with pytest.raises(KeyError):
        stand_in("no_such_function")


def test_what_is_calculated_from_a_stand_in_is_a_plain_array():
    p = stand_in("softmax")(A)
    for result in (p + 1, p @ M, p - p, p.sum(), np.exp(p), A - p, p.mean(axis=0)):
        assert not isinstance(result, StandIn)
    p += 1
    assert p.origin == "softmax"
    assert f"{stand_in('mse')(A, B):.3f}" == f"{np.mean((A - B) ** 2):.3f}"


def test_stand_ins_agree_with_formulas():
    call = {name: stand_in(name)(*arguments) for name, arguments in STAND_IN_CALLS.items()}
    np.testing.assert_allclose(call["collapse"][0], LAYERS[0][0] @ LAYERS[1][0])
    np.testing.assert_allclose(call["collapse"][1], LAYERS[0][1] @ LAYERS[1][0] + LAYERS[1][1])
    np.testing.assert_allclose(call["forward"][0][1], ZS[1])
    np.testing.assert_allclose(call["backward"][1][0], ACTS[1].T @ np.ones((3, 2)))
    np.testing.assert_allclose(call["linear_backward"][0], A @ M @ M.T)
    np.testing.assert_allclose(call["linear_backward"][2], (A @ M).sum(axis=0))
    np.testing.assert_allclose(call["mse_grad"], 2 * (A - B) / A.size)
    np.testing.assert_allclose(call["softmax"].sum(axis=1), 1)
    np.testing.assert_allclose(call["prelu_backward"][1], (B * np.minimum(A, 0)).sum())
    np.testing.assert_allclose(call["numerical_gradient"], 2 * A, rtol=1e-6)
    assert call["count_parameters"] == 4 * 3 + 3 + 3 * 2 + 2
    assert sorted(np.concatenate(stand_in("minibatches")(10, 4, RNG))) == list(range(10))
    with pytest.raises(ValueError, match="shapes"):
        stand_in("mse")(A, ROW)
    x_hat = (A - A.mean(axis=0)) / np.sqrt(A.var(axis=0) + 1e-5)
    np.testing.assert_allclose(call["batchnorm_forward"][0], ROW * x_hat + ROW)
    np.testing.assert_allclose(call["batchnorm_backward"][1], (B * x_hat).sum(axis=0))


def test_a_borrowed_result_may_be_handed_on_but_not_under_its_own_name():
    """A learner's `dense` on the stand-in for `linear` is theirs; the stand-in itself is nobody's."""
    linear = stand_in("linear")
    functions = {"linear": linear, "dense": lambda X, W, b: (linear(X, W, b), [linear(X, W, b)])}
    arguments = [encode(A), encode(M), encode(np.ones(2))]
    assert observe(functions, {"of": "linear", "args": arguments})["result"] == {"$type": "StandIn"}
    z, (again,) = decode(observe(functions, {"of": "dense", "args": arguments})["result"])
    assert type(z) is type(again) is np.ndarray
    np.testing.assert_allclose(z, A @ M + 1)
