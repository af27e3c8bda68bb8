"""Stand-ins: what a later lesson uses in place of an earlier function that its learner has not written.

Each has the course's signature and is computed with the tape of `course.engine` where that says more than a
formula would. Its results are `StandIn` arrays: they calculate like any array, and a check refuses them as
answers to the exercise they stand in for (`result.origin`), so that a stand-in earns nobody a mark.
"""

from itertools import pairwise

import numpy as np

from course import engine
from course.engine import Tensor


class StandIn(np.ndarray):
    """An array that a stand-in returned; `origin` names the function it stood in for ("": no check takes it).

    Whatever is calculated from it is a plain array again: what a learner makes with a stand-in is their own.
    """

    origin = ""

    def __array_finalize__(self, source):
        self.origin = getattr(source, "origin", "")

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        if out is not None:
            kwargs["out"] = tuple(_plain(o) for o in out)
        result = getattr(ufunc, method)(*(_plain(i) for i in inputs), **kwargs)
        return out[0] if out is not None and len(out) == 1 else result


def _plain(x):
    return x.view(np.ndarray) if isinstance(x, StandIn) else x


def _mark(result, origin):
    if isinstance(result, (tuple, list)):
        return type(result)(_mark(part, origin) for part in result)
    marked = np.array(_plain(result)).view(StandIn)
    marked.origin = origin
    return marked


STAND_INS = {}


def stand_in(name):
    """The stand-in of an earlier lesson's function, for a learner who has not written it."""
    return STAND_INS[name]


def _stand_in(function, origin=None):
    """Enter a function under its name; what it returns is marked with that name, or with `origin`."""
    def stand_in(*args, **kwargs):
        return _mark(function(*args, **kwargs), function.__name__ if origin is None else origin)
    stand_in.__name__ = function.__name__
    stand_in.__doc__ = f"The course's stand-in for `{function.__name__}`."
    STAND_INS[function.__name__] = stand_in
    return stand_in


def _enter(name, function, origin=None):
    function.__name__ = name
    _stand_in(function, origin)


def _pulled(output, g, *inputs):
    """Gradients of sum(output · g) at the inputs: what a backward function returns for the gradient g."""
    (output * g).sum().backward()
    return tuple(t.grad for t in inputs)


def _same_shape(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError(f"shapes {np.shape(a)} and {np.shape(b)} differ")


# A part for each lesson, under its topic, which uses what stands above this line and nothing of another part: what a
# class gets of some lessons is without their parts.

# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────

@_stand_in
def mse(y_pred, y_true):
    _same_shape(y_pred, y_true)
    return engine.mse(Tensor(y_pred), y_true).data


@_stand_in
def mse_grad(y_pred, y_true):
    _same_shape(y_pred, y_true)
    y_pred = Tensor(y_pred)
    engine.mse(y_pred, y_true).backward()
    return y_pred.grad


@_stand_in
def binary_cross_entropy_with_logits(z, y_true):
    return engine.binary_cross_entropy(Tensor(z), y_true).data


@_stand_in
def log_softmax(logits):
    return Tensor(logits).log_softmax().data


@_stand_in
def cross_entropy(logits, labels):
    return engine.cross_entropy(Tensor(logits), labels).data


@_stand_in
def minibatches(n, batch_size, rng):
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


# ── weights ─────────────────────────────────────────────────────────────────────────────────────────────────

@_stand_in
def linear_single(x, W, b):
    return engine.forward(np.asarray(x)[None], [(W, b)])[0]


@_stand_in
def linear(X, W, b):
    return engine.forward(X, [(W, b)])


@_stand_in
def dense(X, W, b, activation):
    return activation(engine.forward(X, [(W, b)]))


@_stand_in
def count_parameters(layer_sizes):
    return sum(W.size + b.size for W, b in engine.init(layer_sizes, np.random.default_rng(0)))


@_stand_in
def forward(X, layers, activation):
    zs, activations = [], [np.asarray(X)]
    for layer in layers:
        if zs:
            activations.append(_plain(activation(zs[-1])))
        zs.append(engine.forward(activations[-1], [layer]))
    return zs, activations


@_stand_in
def linear_backward(dz, X, W):
    X, W, b = Tensor(X), Tensor(W), Tensor(np.zeros(np.shape(W)[1]))
    return _pulled(X @ W + b, dz, X, W, b)


@_stand_in
def collapse(layers):
    # Two questions tell all of an affine map: where the origin goes, and where each unit vector goes.
    fan_in = np.shape(layers[0][0])[0]
    b = engine.forward(np.zeros((1, fan_in)), layers, "linear")[0]
    return engine.forward(np.eye(fan_in), layers, "linear") - b, b


# ── activations ─────────────────────────────────────────────────────────────────────────────────────────────

def _slope_of(operation):
    def slope(z):
        z = Tensor(z)
        operation(z).sum().backward()
        return z.grad
    return slope


_enter("sigmoid", lambda z: Tensor(z).sigmoid().data)
_enter("relu", lambda z: Tensor(z).relu().data)
_enter("leaky_relu", lambda z, slope=0.01: Tensor(z).leaky_relu(slope).data)
_enter("sigmoid_grad", _slope_of(Tensor.sigmoid))
_enter("tanh_grad", _slope_of(Tensor.tanh))
_enter("relu_grad", _slope_of(Tensor.relu))


@_stand_in
def prelu_backward(dout, z, slope):
    z, slope = Tensor(z), Tensor(slope)
    return _pulled(z.relu() - slope * (-z).relu(), dout, z, slope)


@_stand_in
def softmax(logits, axis=-1):
    rows = Tensor(np.moveaxis(logits, axis, -1)).log_softmax().exp()
    return np.moveaxis(rows.data, -1, axis)


@_stand_in
def softmax_cross_entropy_grad(logits, labels):
    logits = Tensor(logits)
    engine.cross_entropy(logits, labels).backward()
    return logits.grad


@_stand_in
def saturated_fraction(a, threshold=0.97):
    return np.mean(np.abs(a) > threshold)


@_stand_in
def dead_fraction(A):
    if np.isnan(A).any() or np.isinf(A).any():
        raise ValueError("activations are not finite: the run diverged")
    return np.mean(~np.any(A, axis=0))


# ── gradients ───────────────────────────────────────────────────────────────────────────────────────────────

@_stand_in
def numerical_gradient(f, x, eps=1e-6):
    x = np.array(x, dtype=np.float64)
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * eps) for step in steps]).reshape(x.shape)


@_stand_in
def backward(dlogits, zs, activations, layers, activation_grad):
    taped = [(Tensor(W), Tensor(b)) for W, b in layers]
    a = activations[0]
    for index, (W, b) in enumerate(taped):
        z = a @ W + b
        if index + 1 < len(taped):          # an operation made for the occasion: value known, slope given
            a = Tensor(activations[index + 1], (z, lambda g, z=zs[index]: g * activation_grad(z)))
    (z * dlogits).sum().backward()
    return [(W.grad, b.grad) for W, b in taped]


@_stand_in
def gradient_norms(grads):
    return [np.linalg.norm(dW) for dW, _ in grads]


@_stand_in
def clip_by_value(grads, limit):
    return [np.minimum(np.maximum(g, -limit), limit) for g in grads]


@_stand_in
def clip_by_global_norm(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
    return [g * (max_norm / norm) if norm > max_norm else g for g in grads], norm


@_stand_in
def sgd_momentum_step(w, grad, velocity, learning_rate, momentum):
    step = grad + velocity * momentum
    return w + step * -learning_rate, step


@_stand_in
def adam_step(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _normalised(X, eps):
    centred = X - X.mean(axis=0)
    return centred * ((centred**2).mean(axis=0) + eps) ** -0.5


@_stand_in
def batchnorm_forward(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    if not training:
        return gamma * (X - running_mean) / np.sqrt(running_var + eps) + beta, running_mean, running_var
    return (gamma * _normalised(Tensor(X), eps).data + beta,
            momentum * running_mean + (1 - momentum) * np.mean(X, axis=0),
            momentum * running_var + (1 - momentum) * np.var(X, axis=0))


@_stand_in
def batchnorm_backward(dout, X, gamma, eps=1e-5):
    X, gamma, beta = Tensor(X), Tensor(gamma), Tensor(np.zeros(np.shape(gamma)))
    return _pulled(gamma * _normalised(X, eps) + beta, dout, X, gamma, beta)


# ── initialization ──────────────────────────────────────────────────────────────────────────────────────────

def _normal(std):
    return lambda fan_in, fan_out, rng: engine.init([fan_in, fan_out], rng, std(fan_in, fan_out))[0][0]


def _uniform(std):
    """A uniform draw of the same spread: its bound is √3 standard deviations."""
    return lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) * 3**0.5 * std(fan_in, fan_out)


def _he(fan_in, fan_out):
    return (2 / fan_in) ** 0.5


def _xavier(fan_in, fan_out):
    return (2 / (fan_in + fan_out)) ** 0.5


for _name, _std in (("he", _he), ("xavier", _xavier)):
    # These four are alike: lent for one, a draw must not earn a part of another's marks. So none may be handed on.
    _enter(f"{_name}_normal", _normal(_std), origin="")
    _enter(f"{_name}_uniform", _uniform(_std), origin="")


@_stand_in
def initialize(layer_sizes, scheme, rng):
    weights = STAND_INS[scheme]
    return [(weights(*sizes, rng), np.zeros(sizes[1])) for sizes in pairwise(layer_sizes)]


@_stand_in
def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    layers, history = engine.fit(layers, X, labels, n_epochs=n_epochs, batch_size=batch_size,
                                 learning_rate=learning_rate, rng=rng, optimizer="adam", clip=1.0)
    return layers, history["loss"]
