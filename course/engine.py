"""A small tape of NumPy operations that differentiates itself.

Every operation on a `Tensor` gives a new `Tensor` that remembers what it was made from and how a gradient
flows back to each of its makers. `backward` walks that record from the end to the start: the chain rule, one
link at a time. Lessons 1 to 3 use it as a black box, lesson 4 opens it.

    W = Tensor(np.ones((2, 1)))
    loss = ((X @ W - y) ** 2).mean()
    loss.backward()
    W.grad                          # d loss / d W, the shape of W

The second half trains networks, written as in the lessons: layers = [(W1, b1), …, (WL, bL)].
"""

from itertools import count, pairwise

import numpy as np

_ticket = count()


class Tensor:
    """An array of floats, and the record of how it was made."""

    __array_ufunc__ = None   # NumPy then leaves `ndarray @ tensor` to Tensor.__rmatmul__

    def __init__(self, data, *made_from):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None                # filled in by backward()
        # Pairs (parent, pull): pull turns d loss/d self into d loss/d parent. A parent that is a plain array
        # or a number is a constant: nobody asks for its gradient, so it is not recorded.
        self.made_from = [(parent, pull) for parent, pull in made_from if isinstance(parent, Tensor)]
        self.ticket = next(_ticket)     # parents are made before their children: their tickets are smaller

    def __repr__(self):
        return f"Tensor({self.data})"

    @property
    def shape(self):
        return self.data.shape

    def backward(self):
        """Fill in `.grad` = d self / d t for every tensor t behind self, a number."""
        if self.data.size != 1:
            raise ValueError(f"backward() wants a single number, not shape {self.shape}")
        tape, to_visit = {}, [self]
        while to_visit:
            t = to_visit.pop()
            if t.ticket not in tape:
                tape[t.ticket] = t
                t.grad = np.zeros_like(t.data)
                to_visit.extend(parent for parent, _ in t.made_from)
        self.grad = np.ones_like(self.data)
        # Newest first: at a tensor's turn, all that used it has already sent its share.
        for ticket in sorted(tape, reverse=True):
            t = tape[ticket]
            for parent, pull in t.made_from:
                share = _fit_shape(pull(t.grad), parent.shape)
                parent.grad = parent.grad + share               # two uses: two shares

    # Each operation: the value, then for each maker the local derivative times the incoming gradient g.
    def __add__(self, other):
        return Tensor(self.data + _value(other), (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        a, b = self.data, _value(other)
        return Tensor(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        a, b = self.data, _value(other)
        return Tensor(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __pow__(self, exponent):
        """self ** exponent, for an exponent that is a plain number."""
        return Tensor(self.data**exponent, (self, lambda g: g * exponent * self.data ** (exponent - 1)))

    def __matmul__(self, other):
        return _matmul(self, other)

    def __rmatmul__(self, other):
        return _matmul(other, self)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + other * -1.0 if isinstance(other, Tensor) else self + -_value(other)

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return Tensor(_value(other)) / self

    __radd__, __rmul__ = __add__, __mul__

    def __getitem__(self, index):
        def pull(g):
            whole = np.zeros_like(self.data)
            np.add.at(whole, index, g)      # add, not set: an index may name an entry twice
            return whole
        return Tensor(self.data[index], (self, pull))

    def reshape(self, *shape):
        return Tensor(self.data.reshape(*shape), (self, lambda g: g.reshape(self.shape)))

    def sum(self, axis=None, keepdims=False):
        def pull(g):                        # each entry that was added receives the whole gradient of the sum
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return np.broadcast_to(g, self.shape)
        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self, pull))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def exp(self):
        value = np.exp(self.data)
        return Tensor(value, (self, lambda g: g * value))

    def log(self):
        return Tensor(np.log(self.data), (self, lambda g: g / self.data))

    def relu(self):
        on = self.data > 0                  # the derivative at 0 is taken to be 0
        return Tensor(np.where(on, self.data, 0.0), (self, lambda g: np.where(on, g, 0.0)))

    def leaky_relu(self, slope=0.01):
        steepness = np.where(self.data > 0, 1.0, slope)
        return Tensor(self.data * steepness, (self, lambda g: g * steepness))

    def tanh(self):
        value = np.tanh(self.data)
        return Tensor(value, (self, lambda g: g * (1 - value**2)))

    def sigmoid(self):
        value = 0.5 + 0.5 * np.tanh(0.5 * self.data)    # the same curve as 1/(1 + e^-z), and cannot overflow
        return Tensor(value, (self, lambda g: g * value * (1 - value)))

    def softplus(self):
        """log(1 + e^z), without overflow."""
        return Tensor(np.logaddexp(0, self.data), (self, lambda g: g * self.sigmoid().data))

    def log_softmax(self):
        """Logarithms of the softmax along the last axis."""
        shifted = self.data - self.data.max(axis=-1, keepdims=True)                # exp cannot overflow
        value = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return Tensor(value, (self, lambda g: g - np.exp(value) * g.sum(axis=-1, keepdims=True)))


def _value(x):
    return x.data if isinstance(x, Tensor) else np.asarray(x, dtype=np.float64)


def _matmul(left, right):
    A, B = _value(left), _value(right)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError(f"the tape has matrices, not {A.shape} and {B.shape}")
    return Tensor(A @ B, (left, lambda g: g @ B.T), (right, lambda g: A.T @ g))


def _fit_shape(g, shape):
    """Undo broadcasting: a value that was used many times receives the sum of the gradients of its copies."""
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


# ── Networks ────────────────────────────────────────────────────────────────────────────────────────────────

ACTIVATIONS = {
    "relu": Tensor.relu, "leaky_relu": Tensor.leaky_relu, "tanh": Tensor.tanh, "sigmoid": Tensor.sigmoid,
    "linear": lambda z: z,
}


def cross_entropy(logits, labels):
    """Mean of −log p(right class), from logits (n, C) and integer labels (n,)."""
    return -logits.log_softmax()[np.arange(len(labels)), np.asarray(labels)].mean()


def binary_cross_entropy(logits, targets):
    """Mean of log(1 + e^z) − z y, from logits of n entries and targets in [0, 1]."""
    y = np.reshape(np.asarray(targets, dtype=np.float64), logits.shape)
    return (logits.softplus() - logits * y).mean()


def mse(outputs, targets):
    """Mean of (output − target)² over all entries."""
    return ((outputs - Tensor(np.reshape(targets, outputs.shape))) ** 2).mean()


LOSSES = {"cross_entropy": cross_entropy, "binary_cross_entropy": binary_cross_entropy, "mse": mse}


def init(layer_sizes, rng, std=None):
    """Layers with normal weights of that std (None: He's √(2/fan_in)) and biases 0. Sizes: input first."""
    return [(rng.normal(scale=np.sqrt(2 / fan_in) if std is None else std, size=(fan_in, fan_out)),
             np.zeros(fan_out))
            for fan_in, fan_out in pairwise(layer_sizes)]


def _network(X, layers, activation):
    """Logits, from layers of Tensors. Hidden layers share one activation, the last layer is linear."""
    a = np.asarray(X, dtype=np.float64)
    for W, b in layers[:-1]:
        a = ACTIVATIONS[activation](a @ W + b)      # (n, fan_out)
    W, b = layers[-1]
    return a @ W + b


def _taped(layers):
    return [(Tensor(W), Tensor(b)) for W, b in layers]


def forward(X, layers, activation="relu"):
    """Logits (n, C) of a batch X (n, fan_in), as an ndarray."""
    return _network(X, _taped(layers), activation).data


def accuracy(layers, X, labels, activation="relu"):
    """The share of rows whose largest logit is the label's."""
    return float(np.mean(forward(X, layers, activation).argmax(axis=1) == np.asarray(labels)))


def loss_and_gradients(layers, X, labels, *, loss="cross_entropy", activation="relu"):
    """The mean loss of a batch (float), and its gradients [(dW, db), …]."""
    taped = _taped(layers)
    value = LOSSES[loss](_network(X, taped, activation), labels)
    value.backward()
    return float(value.data), [(W.grad, b.grad) for W, b in taped]


def fit(layers, X, labels, *, loss="cross_entropy", n_epochs, batch_size, learning_rate, rng, optimizer="sgd",
        activation="relu", clip=None, watch=None):
    """Train on shuffled batches; the layers passed in stay as they are.

    Parameters
    ----------
    loss : "cross_entropy" (integer labels), "binary_cross_entropy" (labels 0/1, one logit) or "mse"
    batch_size : int, or None for all rows at once
    optimizer : "sgd" or "adam"
    clip : None, or the largest allowed norm of all gradients together
    watch : None, or watch(epoch, layers) -> dict of numbers, called after each epoch (1, 2, …)

    Returns
    -------
    layers : list of (W, b)
    history : dict of lists, one entry an epoch: "loss" (the mean over the epoch's rows) and what `watch`
        returned. A run that diverges shows nan or inf there; it raises nothing.
    """
    X, labels = np.asarray(X, dtype=np.float64), np.asarray(labels)
    n = len(X)
    history = {"loss": []}
    m = v = [(0.0, 0.0)] * len(layers)      # Adam's memory: mean gradient and mean square, entry by entry
    t = 0
    with np.errstate(all="ignore"):
        for epoch in range(1, n_epochs + 1):
            order, total = rng.permutation(n), 0.0
            for start in range(0, n, batch_size or n):
                rows = order[start:start + (batch_size or n)]
                value, grads = loss_and_gradients(layers, X[rows], labels[rows], loss=loss,
                                                  activation=activation)
                total += value * len(rows)
                if clip is not None:
                    norm = np.sqrt(sum((g**2).sum() for pair in grads for g in pair))
                    shrink = clip / norm if norm > clip else 1.0
                    grads = _pairs(lambda g, k=shrink: g * k, grads)
                if optimizer == "adam":     # Kingma & Ba (2015)
                    t += 1
                    m = _pairs(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
                    v = _pairs(lambda v, g: 0.999 * v + 0.001 * g**2, v, grads)
                    late, later = 1 - 0.9**t, 1 - 0.999**t      # both memories start at 0 and lag behind
                    grads = _pairs(lambda m, v, c=late, d=later: m / c / (np.sqrt(v / d) + 1e-8), m, v)
                elif optimizer != "sgd":
                    raise ValueError(f"optimizer is 'sgd' or 'adam', not {optimizer!r}")
                layers = _pairs(lambda w, g: w - learning_rate * g, layers, grads)
            history["loss"].append(total / n)
            for name, number in (watch(epoch, layers) if watch else {}).items():
                history.setdefault(name, []).append(number)
    return layers, history


def _pairs(f, *lists):
    """Apply f to every W and every b of lists of pairs, side by side."""
    return [tuple(f(*entries) for entries in zip(*pairs, strict=True)) for pairs in zip(*lists, strict=True)]
