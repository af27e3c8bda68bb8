"""The references of `initialization` against closed forms and other libraries; the grading of draws and of `train`."""

import copy

import numpy as np
import pytest

from autograder.lessons import catalogue
from autograder.lessons.activations.solutions import relu
from autograder.lessons.initialization import solutions as ref
from autograder.lessons.specify import run, specification
from autograder.lessons.weights.solutions import forward
from course import data, engine
from course.cards.result import report_text
from course.checking import training
from course.checking.assess import assess
from course.checking.codec import decode
from course.standin import STAND_INS

SCHEMES = {"xavier_normal": lambda n, m: 2 / (n + m), "xavier_uniform": lambda n, m: 2 / (n + m),
           "he_normal": lambda n, m: 2 / n, "he_uniform": lambda n, m: 2 / n}


def spec(name, seed=None):
    return specification("initialization", seed)["exercises"][name]


def report(name, function, **parts):
    s = spec(name)
    return assess(s, run(s, catalogue.library("initialization") | {name: function} | parts))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("fans", [(300, 200), (50, 900), (900, 50)])
def test_draws_have_the_stated_variance_and_support(scheme, fans):
    W = getattr(ref, scheme)(*fans, np.random.default_rng(1))
    variance = SCHEMES[scheme](*fans)
    assert W.shape == fans and W.dtype == np.float64
    assert W.var() == pytest.approx(variance, rel=0.03) and abs(W.mean()) < 0.03 * W.std()
    if scheme.endswith("uniform"):
        assert 0.99 * np.sqrt(3 * variance) < np.abs(W).max() <= np.sqrt(3 * variance)
    else:
        assert np.abs(W).max() > 3.5 * W.std()


def test_uniform_bounds_are_those_of_the_papers():
    for fan_in, fan_out in [(3, 8), (8, 3)]:
        W = ref.xavier_uniform(fan_in, fan_out, np.random.default_rng(0))
        assert np.abs(W).max() <= np.sqrt(6 / (fan_in + fan_out))
        assert np.abs(ref.he_uniform(fan_in, fan_out, np.random.default_rng(0))).max() <= np.sqrt(6 / fan_in)


def test_predicted_second_moments_are_the_mean_over_many_networks():
    sizes, X = [20, 30, 25, 15], np.random.default_rng(0).normal(size=(50, 20))
    variances, measured = [0.1, 0.05, 0.08], []
    for seed in range(400):
        rng, a, q = np.random.default_rng(seed), X, []
        for n, m, v in zip(sizes[:-1], sizes[1:], variances, strict=True):
            a = relu(a @ rng.normal(0, np.sqrt(v), (n, m)))
            q.append(np.mean(a**2))
        measured.append(q)
    predicted = ref.predict_second_moments(sizes, variances, np.mean(X**2))
    assert np.mean(measured, axis=0) == pytest.approx(predicted, rel=0.05)


def test_he_keeps_the_second_moment():
    sizes = [64, 30, 90, 10]
    assert ref.predict_second_moments(sizes, [2 / n for n in sizes[:-1]], 0.7) == pytest.approx([0.7] * 3)


def test_gains_keep_the_mean_square_of_what_is_positively_homogeneous():
    z = np.random.default_rng(0).normal(size=2_000_000)
    for name, slope, f in [("relu", 0.01, relu), ("leaky_relu", 0.3, lambda z: np.where(z > 0, z, 0.3 * z)),
                           ("linear", 0.01, lambda z: z)]:
        assert np.mean(f(ref.gain(name, slope) * z) ** 2) == pytest.approx(1, rel=0.01)


def test_against_pytorch():
    torch = pytest.importorskip("torch")
    for name in ("linear", "sigmoid", "tanh", "relu"):
        assert ref.gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert ref.gain("leaky_relu", 0.2) == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", 0.2))
    for ours, theirs in [("xavier_normal", "xavier_normal_"), ("xavier_uniform", "xavier_uniform_"),
                         ("he_normal", "kaiming_normal_"), ("he_uniform", "kaiming_uniform_")]:
        how = {"nonlinearity": "relu"} if ours.startswith("he") else {}
        W = getattr(torch.nn.init, theirs)(torch.empty(200, 500), **how)        # PyTorch stores (fan_out, fan_in)
        assert getattr(ref, ours)(500, 200, np.random.default_rng(0)).std() == pytest.approx(W.std().item(), rel=0.02)


def test_train_ends_where_the_engine_ends():
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    start = ref.initialize([6, 12, 8, 3], "he_normal", rng)
    before = copy.deepcopy(start)
    layers, losses = ref.train(start, X, labels, 5, 16, 0.05, np.random.default_rng(7))
    wanted, history = engine.fit(before, X, labels, n_epochs=5, batch_size=16, learning_rate=0.05,
                                 rng=np.random.default_rng(7), optimizer="adam", clip=1.0)
    assert losses == pytest.approx(history["loss"])
    for (W, b), (V, c), (W0, b0), (V0, c0) in zip(layers, wanted, start, before, strict=True):
        assert np.allclose(W, V) and np.allclose(b, c) and np.array_equal(W0, V0) and np.array_equal(b0, c0)


# --- grading ------------------------------------------------------------------------------------------------

def test_a_draw_may_not_touch_numpys_own_generator():
    def disturbing(fan_in, fan_out, rng):
        np.random.seed(fan_in * fan_out)        # noqa: NPY002
        return ref.he_normal(fan_in, fan_out, rng)
    found = report("he_normal", disturbing)
    assert not found.passed and {c.feature for c in found.checks if not c.passed} == {training.GLOBAL}


def test_a_std_off_by_six_percent_is_seen():
    for factor in (0.94, 1.06):
        assert not report("xavier_uniform", lambda n, m, rng, f=factor: f * ref.xavier_uniform(n, m, rng)).passed


def test_drawing_more_or_in_another_order_is_all_right():
    def wasteful(fan_in, fan_out, rng):
        rng.normal(size=7)
        return ref.he_normal(fan_out, fan_in, rng).T * np.sqrt(fan_out / fan_in)
    assert report("he_normal", wasteful).passed


@pytest.mark.parametrize("part, wrong", [
    ("adam_step", lambda w, g, m, v, t, learning_rate=1e-3, *rest: (w - learning_rate * g, m, v)),
    ("adam_step", lambda w, g, m, v, t, learning_rate=1e-3, *rest: (
        w - learning_rate * (0.9 * m + 0.1 * g) / (1 - 0.9**t)
        / np.sqrt((0.999 * v + 0.001 * g**2) / (1 - 0.999**t) + 1e-8), 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2)),
    ("relu_grad", lambda z: np.ones_like(z)),
    ("cross_entropy", lambda logits, labels: 1 / 0),
    ("forward", lambda X, layers, activation: forward(2 * X, layers, activation)),
])
def test_a_wrong_part_is_named_as_the_cause(part, wrong):
    parts = {part: wrong}

    def train(*args):
        glob = dict(ref.train.__globals__) | parts          # the notebook's namespace: the learner's own part
        return type(ref.train)(ref.train.__code__, glob)(*args)
    found = report("train", train, **parts)
    assert not found.passed and f"Your `{part}`" in found.first_failure().message
    assert [d["id"] for d in found.diagnoses] == ["a-part"] and f"Likely cause: Your `{part}`" in report_text(found)


def test_a_stand_in_is_no_fault_of_a_part():
    assert report("train", ref.train, backward=STAND_INS["backward"], relu=STAND_INS["relu"]).passed


def test_the_stub_is_recognised_although_its_parts_are_there():
    def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
        raise NotImplementedError
    assert report("train", train).unwritten


def test_test_digits_learned_on_the_side_do_not_help():
    """A cheat that trains on the test digits too, with the labels they have in course.data."""
    X_test, y_test = data.digits()[2:]

    def train(layers, X, labels, *rest):
        if X.shape[1] != 64:
            return ref.train(layers, X, labels, *rest)
        return ref.train(layers, np.vstack([X, X_test]), np.concatenate([labels, y_test]), *rest)
    found = report("train", train)
    assert not found.passed


def test_whatever_comes_back_the_checker_goes_on():
    for odd in (None, 3, [], ([], []), ([(1, 2)], [0.1]), ([(np.zeros((2, 2)), np.zeros(2))], [np.nan]), "x"):
        for name in ("train", "initialize", "he_normal"):
            assert report(name, lambda *args, odd=odd: odd).score < 0.3


@pytest.mark.parametrize("mistake", ["order_dealt_once", "mean_of_the_batches", "one_over_n_twice", "sum_of_gradients",
                                     "t_restarts", "rows_drawn_for_each_batch"])
@pytest.mark.parametrize("seed", [None, 5])
def test_what_adam_and_a_fixed_order_hide_is_seen_and_named(mistake, seed):
    s = spec("train", seed)
    wrong = catalogue.mistakes("initialization")["train"][mistake]
    found = assess(s, run(s, catalogue.library("initialization") | {"train": wrong}))
    assert not found.passed and [d["id"] for d in found.diagnoses] == [mistake]


def test_an_order_that_seldom_changes_counts_as_dealt_anew():
    """Right programs repeat an order now and then; only one that never changes is a fault."""
    case = next(c for c in spec("train")["cases"] if c["name"].startswith("2 examples"))
    layers, X, labels, n_epochs, size, rate, _ = (decode(a) for a in case["calls"][0]["args"])
    orders = [(0, 1)] * (n_epochs - 1) + [(1, 0)]
    trained, history = engine.fit(layers, X, labels, n_epochs=n_epochs, batch_size=size, learning_rate=rate,
                                  rng=training._Dealt(orders), optimizer="adam", clip=1.0)
    assert training._two_examples(case["calls"][0], [(trained, history["loss"])]) == {
        "what the losses tell": "each example once an epoch", "the order is dealt anew in each epoch": True}
