"""How closely the reference functions of the lessons agree with PyTorch and with TensorFlow/Keras, in float64.

    python benchmarks/frameworks.py [--json] [--mistakes] [torch | tensorflow …]

Prints the tables of the README. A figure is the largest difference of any entry, divided by the largest entry of the
framework's array. Where conventions differ, the framework's own settings are set to the course's; what no setting
removes, and what the defaults do, is in the second table. `--mistakes` then compares the lessons' known wrong programs
in place of the references: how many of them does a framework tell apart?

To install both: python -m pip install -r requirements-frameworks.txt. One that is missing has no column.
"""

import argparse
import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.lessons import catalogue
from course import data

LIMIT = 1e-6                # two computations agree
DRAWN_LIMIT = 0.005         # two samples of fan_in · fan_out weights have the same standard deviation
FAN_IN, FAN_OUT = 2000, 1000
STEPS = 20
SLOPES = (0.25, 2.0)        # of leaky ReLU; TensorFlow keeps them in 32 bits, which these two do not mind
PACKAGES = ("torch", "tensorflow")
BENDS = ("relu", "tanh", "sigmoid")
SCHEMES = ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform")


class Torch:
    """The course's computations, by PyTorch's modules. nn.Linear keeps its weights as (fan_out, fan_in)."""

    name = "PyTorch"

    def __init__(self):
        import torch
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(1)
        self.torch, self.nn, self.F = torch, torch.nn, torch.nn.functional
        self.version = torch.__version__.partition("+")[0]

    def tensor(self, x, grad=False):
        return self.torch.tensor(np.array(x), requires_grad=grad)

    def array(self, tensor):
        return tensor.detach().numpy().copy()

    def network(self, layers, bend):
        modules = []
        for W, b in layers:
            modules += [self.nn.Linear(*W.shape), {"relu": self.nn.ReLU, "tanh": self.nn.Tanh,
                                                   "sigmoid": self.nn.Sigmoid}[bend]()]
            with self.torch.no_grad():
                modules[-2].weight.copy_(self.tensor(W.T))
                modules[-2].bias.copy_(self.tensor(b))
        return self.nn.Sequential(*modules[:-1])

    def forward(self, X, layers, bend):
        return self.array(self.network(layers, bend)(self.tensor(X)))

    def activations(self, z, slope):
        F, z = self.F, self.tensor(z)
        results = F.relu(z), F.leaky_relu(z, slope), F.sigmoid(z), F.softmax(z, dim=-1), F.log_softmax(z, dim=-1)
        return [self.array(a) for a in results]

    def losses(self, y_pred, y_true, targets, labels):
        F, z = self.F, self.tensor(y_pred)
        results = (F.mse_loss(z, self.tensor(y_true)), F.cross_entropy(z, self.tensor(labels)),
                   F.binary_cross_entropy_with_logits(z, self.tensor(targets)))
        return [self.array(loss) for loss in results]

    def loss_gradients(self, y_pred, y_true, labels):
        results = []
        for loss in (lambda z: self.F.mse_loss(z, self.tensor(y_true)),
                     lambda z: self.F.cross_entropy(z, self.tensor(labels))):
            z = self.tensor(y_pred, grad=True)
            loss(z).backward()
            results.append(self.array(z.grad))
        return results

    def gradients(self, X, labels, layers, bend):
        X, network = self.tensor(X, grad=True), self.network(layers, bend)
        self.F.cross_entropy(network(X), self.tensor(labels)).backward()
        linear = [m for m in network if isinstance(m, self.nn.Linear)]
        return [g for m in linear for g in (self.array(m.weight.grad).T, self.array(m.bias.grad))]

    def slopes(self, z, dout, slope):
        results = []
        for f in (self.F.relu, self.F.sigmoid, self.F.tanh):
            at = self.tensor(z, grad=True)
            f(at).sum().backward()
            results.append(self.array(at.grad))
        at, slope = self.tensor(z, grad=True), self.tensor([slope], grad=True)
        self.F.prelu(at, slope).backward(self.tensor(dout))
        return [*results, self.array(at.grad), self.array(slope.grad)[0]]

    def momentum(self, w, grads, learning_rate, momentum):
        return self._steps(w, grads, lambda p: self.torch.optim.SGD(p, lr=learning_rate, momentum=momentum))

    def adam_as_it_comes(self, w, grads, learning_rate):
        return self._steps(w, grads, lambda p: self.torch.optim.Adam(p, lr=learning_rate))

    def adam(self, w, grads, learning_rate, eps):
        return self._steps(w, grads, lambda p: self.torch.optim.Adam(p, lr=learning_rate, eps=eps))

    def _steps(self, w, grads, make):
        w = self.nn.Parameter(self.tensor(w))
        optimizer, path = make([w]), []
        for g in grads:
            w.grad = self.tensor(g)
            optimizer.step()
            path.append(self.array(w))
        return path

    def clip(self, grads, limit, max_norm):
        def parameters():
            made = [self.nn.Parameter(self.tensor(g)) for g in grads]
            for p in made:
                p.grad = p.detach().clone()
            return made
        by_value, by_norm = parameters(), parameters()
        self.nn.utils.clip_grad_value_(by_value, limit)
        norm = self.nn.utils.clip_grad_norm_(by_norm, max_norm)
        return [self.array(p.grad) for p in by_value], [self.array(p.grad) for p in by_norm], self.array(norm)

    def batchnorm(self, X, gamma, beta, momentum, eps):
        layer = self.nn.BatchNorm1d(X.shape[1], eps=eps, momentum=1 - momentum)
        with self.torch.no_grad():
            layer.weight.copy_(self.tensor(gamma))
            layer.bias.copy_(self.tensor(beta))
        return layer

    def batchnorm_run(self, batches, gamma, beta, momentum, eps):
        layer = self.batchnorm(batches[0], gamma, beta, momentum, eps)
        outs = [self.array(layer(self.tensor(X))) for X in batches]
        return outs, self.array(layer.running_mean), self.array(layer.running_var)

    def batchnorm_eval(self, X, gamma, beta, mean, var, eps):
        layer = self.batchnorm(X, gamma, beta, 0.9, eps).eval()
        layer.running_mean.copy_(self.tensor(mean))
        layer.running_var.copy_(self.tensor(var))
        return [self.array(t) for t in (layer(self.tensor(X)), layer.running_mean, layer.running_var)]

    def batchnorm_gradients(self, dout, X, gamma, eps):
        layer, X = self.batchnorm(X, gamma, np.zeros_like(gamma), 0.9, eps), self.tensor(X, grad=True)
        layer(X).backward(self.tensor(dout))
        return [self.array(t.grad) for t in (X, layer.weight, layer.bias)]

    def draw(self, scheme, fan_in, fan_out, seed):
        init = self.nn.init
        generator = self.torch.Generator().manual_seed(seed)
        fill = {"xavier_normal": init.xavier_normal_, "xavier_uniform": init.xavier_uniform_,
                "he_normal": init.kaiming_normal_, "he_uniform": init.kaiming_uniform_}[scheme]
        more = {"nonlinearity": "relu"} if scheme.startswith("he") else {}
        return self.array(fill(self.torch.empty(fan_out, fan_in), generator=generator, **more)).T

    def default_layer(self, fan_in, fan_out, seed):
        self.torch.manual_seed(seed)
        layer = self.nn.Linear(fan_in, fan_out)
        return self.array(layer.weight).T, self.array(layer.bias)

    def train(self, X, labels, layers, batches, learning_rate):
        """The mean loss of every epoch; batches[epoch] is a list of arrays of row numbers."""
        network = self.network(layers, "relu")
        optimizer = self.torch.optim.Adam(network.parameters(), lr=learning_rate, eps=1e-8)
        X, labels, losses = self.tensor(X), self.tensor(labels), []
        for epoch in batches:
            total = 0.0
            for rows in epoch:
                loss = self.F.cross_entropy(network(X[rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                self.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                total += len(rows) * loss.item()
            losses.append(total / len(X))
        return losses


class TensorFlow:
    """The course's computations, by Keras 3 on TensorFlow."""

    name = "TensorFlow/Keras"

    def __init__(self):
        os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0",
                          KERAS_BACKEND="tensorflow")
        import keras
        import tensorflow
        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        keras.backend.set_floatx("float64")
        self.tf, self.keras = tensorflow, keras
        self.version = f"{tensorflow.__version__} / {keras.__version__}"

    def tensor(self, x):
        return self.tf.constant(np.array(x))

    def array(self, tensor):
        return self.keras.ops.convert_to_numpy(tensor).copy()

    def network(self, layers, bend):
        model = self.keras.Sequential([self.keras.layers.Dense(W.shape[1], activation=bend) for W, _ in layers[:-1]]
                                      + [self.keras.layers.Dense(layers[-1][0].shape[1])])
        model.build((None, len(layers[0][0])))
        model.set_weights([part for pair in layers for part in pair])
        return model

    def forward(self, X, layers, bend):
        return self.array(self.network(layers, bend)(self.tensor(X)))

    def activations(self, z, slope):
        f, z = self.keras.activations, self.tensor(z)
        results = f.relu(z), f.leaky_relu(z, slope), f.sigmoid(z), f.softmax(z), f.log_softmax(z)
        return [self.array(a) for a in results]

    def cross_entropy(self, logits, labels):
        return self.keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)

    def losses(self, y_pred, y_true, targets, labels):
        losses, z = self.keras.losses, self.tensor(y_pred)
        results = (losses.MeanSquaredError()(y_true, z), self.cross_entropy(z, labels),
                   losses.BinaryCrossentropy(from_logits=True)(targets, z))
        return [self.array(loss) for loss in results]

    def _pull(self, f, *inputs, upstream=None):
        variables = [self.tf.Variable(x) for x in inputs]
        with self.tf.GradientTape() as tape:
            out = f(*variables)
        return [self.array(g) for g in tape.gradient(out, variables, output_gradients=upstream)]

    def loss_gradients(self, y_pred, y_true, labels):
        return [*self._pull(lambda z: self.keras.losses.MeanSquaredError()(y_true, z), y_pred),
                *self._pull(lambda z: self.cross_entropy(z, labels), y_pred)]

    def gradients(self, X, labels, layers, bend):
        model = self.network(layers, bend)
        with self.tf.GradientTape() as tape:
            loss = self.cross_entropy(model(self.tensor(X)), labels)
        return [self.array(g) for g in tape.gradient(loss, model.trainable_weights)]

    def slopes(self, z, dout, slope):
        f = self.keras.activations
        results = [self._pull(bend, z)[0] for bend in (f.relu, f.sigmoid, f.tanh)]
        layer = self.keras.layers.PReLU(shared_axes=[1])
        layer.build((None, z.shape[1]))
        layer.set_weights([np.array([slope])])
        at = self.tf.Variable(z)
        with self.tf.GradientTape() as tape:
            out = layer(at)
        pulled = tape.gradient(out, [at, layer.trainable_weights[0]], output_gradients=self.tensor(dout))
        return [*results, self.array(pulled[0]), self.array(pulled[1])[0]]

    # Keras rounds a Python float to 32 bits, also in the optimizer of a float64 network. It leaves np.float64 alone.
    betas = {"beta_1": np.float64(0.9), "beta_2": np.float64(0.999)}

    def momentum(self, w, grads, learning_rate, momentum):
        return self._steps(w, grads, self.keras.optimizers.SGD(learning_rate, momentum=np.float64(momentum)))

    def adam_as_it_comes(self, w, grads, learning_rate):
        return self._steps(w, grads, self.keras.optimizers.Adam(learning_rate))

    def adam(self, w, grads, learning_rate, eps):
        # Keras adds its ε to the uncorrected root; divided out, the course's ε is ε √(1 − β₂ᵗ) there.
        optimizer = self.keras.optimizers.Adam(learning_rate, epsilon=eps, **self.betas)
        return self._steps(w, grads, optimizer, lambda t: eps * np.sqrt(1 - 0.999**t))

    def _steps(self, w, grads, optimizer, epsilon=None):
        w, path = self.keras.Variable(np.array(w)), []
        for t, g in enumerate(grads, 1):
            if epsilon:
                optimizer.epsilon = epsilon(t)
            optimizer.apply([self.tensor(g)], [w])
            path.append(self.array(w))
        return path

    def clip(self, grads, limit, max_norm):
        by_value = [self.tf.clip_by_value(self.tensor(g), -limit, limit) for g in grads]
        by_norm, norm = self.tf.clip_by_global_norm([self.tensor(g) for g in grads], max_norm)
        return [self.array(g) for g in by_value], [self.array(g) for g in by_norm], self.array(norm)

    def batchnorm(self, d, gamma, beta, mean, var, momentum, eps):
        layer = self.keras.layers.BatchNormalization(momentum=momentum, epsilon=eps)
        layer.build((None, d))
        layer.set_weights([gamma, beta, mean, var])
        return layer

    def batchnorm_run(self, batches, gamma, beta, momentum, eps):
        d = batches[0].shape[1]
        layer = self.batchnorm(d, gamma, beta, np.zeros(d), np.ones(d), momentum, eps)
        outs = [self.array(layer(self.tensor(X), training=True)) for X in batches]
        return outs, self.array(layer.moving_mean), self.array(layer.moving_variance)

    def batchnorm_eval(self, X, gamma, beta, mean, var, eps):
        layer = self.batchnorm(X.shape[1], gamma, beta, mean, var, 0.9, eps)
        results = layer(self.tensor(X), training=False), layer.moving_mean, layer.moving_variance
        return [self.array(t) for t in results]

    def batchnorm_gradients(self, dout, X, gamma, eps):
        d = X.shape[1]
        layer = self.batchnorm(d, gamma, np.zeros(d), np.zeros(d), np.ones(d), 0.9, eps)
        at = self.tf.Variable(X)
        with self.tf.GradientTape() as tape:
            out = layer(at, training=True)
        pulled = tape.gradient(out, [at, layer.gamma, layer.beta], output_gradients=self.tensor(dout))
        return [self.array(g) for g in pulled]

    def draw(self, scheme, fan_in, fan_out, seed):
        init = self.keras.initializers
        make = {"xavier_normal": init.GlorotNormal, "xavier_uniform": init.GlorotUniform,
                "he_normal": init.HeNormal, "he_uniform": init.HeUniform}[scheme]
        return self.array(make(seed=seed)((fan_in, fan_out)))

    def default_layer(self, fan_in, fan_out, seed):
        self.keras.utils.set_random_seed(seed)
        layer = self.keras.layers.Dense(fan_out)
        layer.build((None, fan_in))
        return self.array(layer.kernel), self.array(layer.bias)

    def train(self, X, labels, layers, batches, learning_rate):
        model = self.network(layers, "relu")
        optimizer = self.keras.optimizers.Adam(learning_rate, epsilon=1e-8, global_clipnorm=1.0, **self.betas)
        losses, t = [], 0
        for epoch in batches:
            total = 0.0
            for rows in epoch:
                with self.tf.GradientTape() as tape:
                    loss = self.cross_entropy(model(self.tensor(X[rows])), labels[rows])
                t += 1
                optimizer.epsilon = 1e-8 * np.sqrt(1 - 0.999**t)
                optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
                total += len(rows) * float(loss)
            losses.append(total / len(X))
        return losses


FRAMEWORKS = dict(zip(PACKAGES, (Torch, TensorFlow), strict=True))


# --- comparisons: (ours, theirs) -> pairs of results ----------------------------------------------------------

def case(seed=0):
    """A small network and a batch for it: no two sizes alike, biases not zero."""
    rng = np.random.default_rng(seed)
    sizes = [7, 9, 6, 4]
    layers = [(rng.normal(size=pair) / np.sqrt(pair[0]), rng.normal(size=pair[1]) / 3)
              for pair in zip(sizes, sizes[1:], strict=False)]
    return rng, rng.normal(size=(11, 7)), rng.integers(0, 4, 11), layers


def forward_pass(ours, theirs):
    _, X, _, layers = case()
    bends = {"relu": ours["relu"], "tanh": np.tanh, "sigmoid": ours["sigmoid"]}
    yield from ((ours["forward"](X, layers, bends[b])[0][-1], theirs.forward(X, layers, b)) for b in BENDS)
    yield ours["dense"](X, *layers[0], np.tanh), np.tanh(theirs.forward(X, layers[:1], "tanh"))
    yield ours["linear"](X, *layers[0]), theirs.forward(X, layers[:1], "relu")


def activation_functions(ours, theirs):
    z = np.concatenate([case(1)[1], [[0.0, 30.0, -30.0, 1000.0, -1000.0, 1e-9, -1e-9]]])
    for slope in SLOPES:
        results = (ours["relu"](z), ours["leaky_relu"](z, slope), ours["sigmoid"](z), ours["softmax"](z),
                   ours["log_softmax"](z))
        yield from zip(results, theirs.activations(z, slope), strict=True)


def losses(ours, theirs):
    for size in (1, 1000):
        rng, y_pred, _, _ = case(2)
        y_pred, y_true, targets = size * y_pred, rng.normal(size=(11, 7)), rng.integers(0, 2, (11, 7)) * 1.0
        labels = rng.integers(0, 7, 11)
        results = (ours["mse"](y_pred, y_true), ours["cross_entropy"](y_pred, labels),
                   ours["binary_cross_entropy_with_logits"](y_pred, targets))
        yield from zip(results, theirs.losses(y_pred, y_true, targets, labels), strict=True)


def gradients(ours, theirs):
    rng, X, labels, layers = case(3)
    y_true, classes = rng.normal(size=X.shape), rng.integers(0, 7, 11)
    yield from zip((ours["mse_grad"](X, y_true), ours["softmax_cross_entropy_grad"](X, classes)),
                   theirs.loss_gradients(X, y_true, classes), strict=True)
    bends = {"relu": ours["relu"], "tanh": np.tanh, "sigmoid": ours["sigmoid"]}
    for bend in BENDS:
        zs, activations = ours["forward"](X, layers, bends[bend])
        dlogits = ours["softmax_cross_entropy_grad"](zs[-1], labels)
        grads = ours["backward"](dlogits, zs, activations, layers, ours[f"{bend}_grad"])
        yield from zip([g for pair in grads for g in pair], theirs.gradients(X, labels, layers, bend), strict=True)
    dout, z = rng.normal(size=(11, 7)), np.concatenate([X[:-1], np.zeros((1, 7))])
    ours_ = ours["relu_grad"](z), ours["sigmoid_grad"](z), ours["tanh_grad"](z), *ours["prelu_backward"](dout, z, 0.2)
    # At z = 0 PReLU has no derivative, and neither has the course a convention: left out.
    for mine, other in zip(ours_, theirs.slopes(z, dout, 0.2), strict=True):
        yield (mine[:-1], other[:-1]) if np.ndim(mine) and mine is ours_[3] else (mine, other)


def walk(rng):
    """A point, and gradients of very different sizes for STEPS updates."""
    return rng.normal(size=(5, 3)), rng.normal(size=(STEPS, 5, 3)) * 10.0 ** rng.integers(-9, 2, (5, 3))


def moved(w, mine, other):
    """Where each update has taken w: only the way, which is short against w itself."""
    yield from ((a - w, b - w) for a, b in zip(mine, other, strict=True))


def momentum_steps(ours, theirs):
    w, grads = walk(np.random.default_rng(4))
    mine, at, velocity = [], w, np.zeros_like(w)
    for g in grads:
        at, velocity = ours["sgd_momentum_step"](at, g, velocity, 0.1, 0.9)
        mine.append(at)
    yield from moved(w, mine, theirs.momentum(w, grads, 0.1, 0.9))


def adam_steps(ours, theirs):
    w, grads = walk(np.random.default_rng(5))
    mine, at, m, v = [], w, np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        at, m, v = ours["adam_step"](at, g, m, v, t, 0.01)
        mine.append(at)
    yield from moved(w, mine, theirs.adam(w, grads, 0.01, 1e-8))


def clipping(ours, theirs):
    rng = np.random.default_rng(6)
    drawn = [10 * rng.normal(size=(4, 3)), rng.normal(size=5)]
    for grads, limit, max_norm in ((drawn, 0.5, 1.0), (drawn, 100.0, 100.0), ([np.zeros(3)], 1.0, 1.0)):
        by_value, by_norm, norm = theirs.clip(grads, limit, max_norm)
        yield from zip(ours["clip_by_value"](grads, limit), by_value, strict=True)
        clipped, before = ours["clip_by_global_norm"](grads, max_norm)
        yield from zip([*clipped, before], [*by_norm, norm], strict=True)


def norm_case():
    rng = np.random.default_rng(7)
    return [2 + 3 * rng.normal(size=(n, 3)) for n in (8, 5, 12)], rng.normal(size=3), rng.normal(size=3)


def train_batchnorm(ours):
    batches, gamma, beta = norm_case()
    mean, var, outs = np.zeros(3), np.ones(3), []
    for X in batches:
        out, mean, var = ours["batchnorm_forward"](X, gamma, beta, mean, var, True)
        outs.append(out)
    return outs, mean, var


def batchnorm_training(ours, theirs):
    outs, mean, var = train_batchnorm(ours)
    batches, gamma, beta = norm_case()
    their_outs, their_mean, their_var = theirs.batchnorm_run(batches, gamma, beta, 0.9, 1e-5)
    yield from zip([*outs, mean], [*their_outs, their_mean], strict=True)
    if theirs.name != "PyTorch":            # its running variance is in `conventions`
        yield var, their_var


def batchnorm_evaluation(ours, theirs):
    batches, gamma, beta = norm_case()
    _, mean, var = train_batchnorm(ours)
    mine = ours["batchnorm_forward"](batches[0], gamma, beta, mean, var, False)
    yield from zip(mine, theirs.batchnorm_eval(batches[0], gamma, beta, mean, var, 1e-5), strict=True)


def batchnorm_gradients(ours, theirs):
    batches, gamma, _ = norm_case()
    dout = np.random.default_rng(8).normal(size=batches[0].shape)
    for eps in (1e-5, 0.1):
        yield from zip(ours["batchnorm_backward"](dout, batches[0], gamma, eps),
                       theirs.batchnorm_gradients(dout, batches[0], gamma, eps), strict=True)


def training(ours, theirs):
    X, labels, _, _ = data.digits()
    layers = ours["initialize"]([64, 32, 32, 10], "he_normal", np.random.default_rng(9))
    n_epochs, rng = 10, np.random.default_rng(10)
    batches = [list(ours["minibatches"](len(X), 64, rng)) for _ in range(n_epochs)]
    _, mine = ours["train"](layers, X, labels, n_epochs, 64, 1e-3, np.random.default_rng(10))
    yield np.array(mine), np.array(theirs.train(X, labels, layers, batches, 1e-3))


COMPARISONS = {
    "forward pass: ReLU, tanh, sigmoid": forward_pass,
    "activations, softmax, log-softmax (also at ±1000)": activation_functions,
    "MSE, binary and multi-class cross-entropy (logits up to ±3000)": losses,
    "gradients: of the losses, of every W and b, of the slopes": gradients,
    f"SGD with momentum, {STEPS} updates": momentum_steps,
    f"Adam, {STEPS} updates, gradients from 1e−9 to 10": adam_steps,
    "clipping by value and by global norm": clipping,
    "batch norm in training: outputs, running statistics": batchnorm_training,
    "batch norm in evaluation": batchnorm_evaluation,
    "batch norm backward: dX, dγ, dβ": batchnorm_gradients,
    "`train` on the digits: loss of 10 epochs, 220 updates": training,
}


# --- measuring ------------------------------------------------------------------------------------------------

def difference(mine, other):
    """Largest difference of two arrays, in units of the second one's largest entry; inf where shapes differ."""
    mine, other = np.asarray(mine, dtype=float), np.asarray(other, dtype=float)
    if mine.shape != other.shape:
        return np.inf
    with np.errstate(all="ignore"):
        gap = np.max(np.abs(mine - other)) / (np.max(np.abs(other)) or 1.0)
    return float(gap) if np.isfinite(gap) else np.inf


def agreement(ours, theirs):
    """{what: largest difference} of all comparisons."""
    return {what: max(difference(*pair) for pair in compare(ours, theirs)) for what, compare in COMPARISONS.items()}


def moments(W):
    """Standard deviation, and two numbers of the shape that do not depend on it: kurtosis, largest |w| / std."""
    std = W.std()
    return float(std), float(np.mean((W - W.mean()) ** 4) / std**4), float(np.abs(W).max() / std)


def initializers(ours, theirs):
    """{scheme: (ours, theirs)}, each the moments of one large draw."""
    return {scheme: (moments(np.asarray(ours[scheme](FAN_IN, FAN_OUT, np.random.default_rng(11)))),
                     moments(theirs.draw(scheme, FAN_IN, FAN_OUT, 12))) for scheme in SCHEMES}


def conventions(ours, theirs):
    """{what: number} of what a default or a convention of the framework does."""
    batches, gamma, beta = norm_case()
    _, _, biased = train_batchnorm(ours)
    _, _, running = theirs.batchnorm_run(batches, gamma, beta, 0.9, 1e-5)
    unbiased = np.ones(3)
    for X in batches:
        unbiased = 0.9 * unbiased + 0.1 * X.var(axis=0, ddof=1)
    W, b = theirs.default_layer(FAN_IN, FAN_OUT, 13)
    _, (clipped,), _ = theirs.clip([np.array([3.0, 4.0])], 1.0, 1.0)
    zero, one = np.zeros(1), np.ones(1)
    tiny = theirs.adam_as_it_comes(zero, [1e-8 * one], 1e-3)[0]
    first = theirs.adam_as_it_comes(zero, [one], 1e-3)[0]
    return {
        "running variance, difference from the one divided by n": difference(biased, running),
        "running variance, difference from the one divided by n − 1": difference(unbiased, running),
        "Adam with its defaults, first step at gradient 1e−8, in learning rates (here 0.5)": float(-tiny[0]) / 1e-3,
        "the same at gradient 1, less 1 (here −1e−8)": float(-first[0]) / 1e-3 - 1,
        "a gradient clipped to length 1: its length, less 1": float(np.linalg.norm(clipped) - 1),
        "default layer, std of W · √fan_in": float(W.std() * np.sqrt(FAN_IN)),
        "default layer, largest absolute W · √fan_in": float(np.abs(W).max() * np.sqrt(FAN_IN)),
        "default layer, largest absolute b · √fan_in": float(np.abs(b).max() * np.sqrt(FAN_IN)),
    }


def told_apart(theirs):
    """{mistake: whether a comparison shows it} of the known wrong programs of compared functions."""
    right = catalogue.library("initialization")
    used = _used(right, theirs)
    found = {}
    for topic in catalogue.graded_topics():
        for name, programs in catalogue.mistakes(topic).items():
            for identity, wrong in programs.items() if name in used else ():
                found[f"{name}__{identity}"] = any(_shows(right | {name: wrong}, theirs, c) for c in used[name])
    return found


def _used(right, theirs):
    """{function: comparisons that call it}. `training` is left out: its library's functions call each other."""
    used = {}
    for compare in COMPARISONS.values():
        if compare is training:
            continue
        seen = _Watched(right)
        list(compare(seen, theirs))
        for name in seen.names:
            used.setdefault(name, []).append(compare)
    return used


class _Watched(dict):
    """A library that notes what is asked of it."""

    def __init__(self, library):
        super().__init__(library)
        self.names = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def _shows(ours, theirs, compare):
    with np.errstate(all="ignore"):
        try:
            return any(difference(*pair) > LIMIT for pair in compare(ours, theirs))
        except Exception:       # a wrong program that raises is told apart too
            return True


def measured(package, mistakes=False):
    """All that is measured of one framework, as data."""
    ours, theirs = catalogue.library("initialization"), FRAMEWORKS[package]()
    found = {"name": theirs.name, "version": theirs.version, "agreement": agreement(ours, theirs),
             "initializers": initializers(ours, theirs), "conventions": conventions(ours, theirs)}
    return found | ({"told_apart": told_apart(theirs)} if mistakes else {})


# --- the command ----------------------------------------------------------------------------------------------

def table(results):
    """The Markdown of the README, from {package: measured(package)}."""
    head = " | ".join(f"{r['name']} {r['version']}" for r in results.values())
    rule = "|---|" + "---|" * len(results)

    def row(what, cell):
        return f"| {what} | {' | '.join(cell(r) for r in results.values())} |"

    lines = [f"| largest difference, relative | {head} |", rule]
    lines += [row(what, lambda r, what=what: _power(r["agreement"][what])) for what in COMPARISONS]
    for scheme in SCHEMES:
        lines.append(row(f"`{scheme}`: standard deviation of two million weights",
                         lambda r, s=scheme: _percent(r["initializers"][s][1][0] / r["initializers"][s][0][0] - 1)))
    lines += ["", f"| where a convention or a default differs | {head} |", rule]
    lines += [row(what, lambda r, what=what: f"{r['conventions'][what]:.3g}".replace("-", "−"))
              for what in next(iter(results.values()))["conventions"]]
    for scheme in ("xavier_normal", "he_normal"):
        mine = next(iter(results.values()))["initializers"][scheme][0]
        lines.append(row(f"`{scheme}`, largest weight in standard deviations (here {mine[2]:.2f})",
                         lambda r, s=scheme: f"{r['initializers'][s][1][2]:.2f}"))
    return "\n".join(lines)


def _power(number):
    return f"{number:.0e}".replace("e-0", "e-").replace("e-", "e−") if number else "0"


def _percent(number):
    return f"{100 * number:+.2f} %".replace("-", "−")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="torch, tensorflow; by default what is installed")
    parser.add_argument("--json", action="store_true", help="print the figures as data")
    parser.add_argument("--mistakes", action="store_true", help="compare the known wrong programs too")
    args = parser.parse_args(argv)
    packages = args.packages or [p for p in PACKAGES if importlib.util.find_spec(p)]
    if not packages:
        print("Neither framework is installed: python -m pip install -r requirements-frameworks.txt", file=sys.stderr)
        return 1
    results = {p: measured(p, args.mistakes) for p in packages}
    if args.json:
        print(json.dumps(results))
        return 0
    print(table(results))
    for r in results.values() if args.mistakes else ():
        found = r["told_apart"]
        print(f"\n{r['name']} tells {sum(found.values())} of {len(found)} wrong programs from the references. Not:")
        print(*(f"  {name}" for name, told in found.items() if not told), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
