"""Lab of lesson 4: how much gradient arrives in each layer of a network that you set up with sliders.

Signal, gradient and clipping are computed by the learner's own functions, on digits, for every picture.
"""

from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np
from matplotlib.ticker import NullLocator

from course import data, engine, plots
from course.labs import panel
from course.quote import literal

WIDTH, N_ROWS, N_UPDATES = 32, 48, 15
SPREADS = {"0.01": 0.01, "0.05": 0.05, "0.1": 0.1, "Xavier: √(1/fan_in)": "xavier", "He: √(2/fan_in)": "he",
           "0.5": 0.5, "1": 1.0, "3": 3.0}
FLOOR, CEILING = 1e-16, 1e16         # of the axis of norms; what lies beyond is drawn at the edge
MAX_LOSS = 1e3
MOST_LAYERS = 20                     # hidden ones
NEEDS = ("forward", "backward", "gradient_norms", "clip_by_global_norm", "batchnorm_forward", "batchnorm_backward")


def bend(name, z):
    """An activation and its slope at z."""
    if name == "relu":
        return np.maximum(z, 0), (z > 0) * 1.0
    if name == "leaky_relu":
        return np.where(z > 0, z, 0.01 * z), np.where(z > 0, 1.0, 0.01)
    if name == "tanh":
        return np.tanh(z), 1 - np.tanh(z) ** 2
    half = np.tanh(0.5 * z)
    return 0.5 + 0.5 * half, 0.25 * (1 - half**2)


def network(depth, spread, seed=0):
    """Layers 64, 32, …, 32, 10 with `depth` hidden layers; the last layer starts as He's in every network."""
    rng = np.random.default_rng(seed)
    sizes = [64] + depth * [WIDTH]
    std = {"he": lambda fan_in: (2 / fan_in) ** 0.5, "xavier": lambda fan_in: (1 / fan_in) ** 0.5}.get(
        SPREADS[spread], lambda fan_in: SPREADS[spread])
    layers = [(std(a) * rng.normal(size=(a, b)), np.zeros(b)) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    return layers + engine.init([WIDTH, 10], rng)


def loss_and_slope(logits, labels):
    """The mean cross-entropy and its gradient at the logits, by the engine."""
    logits = engine.Tensor(logits)
    loss = engine.cross_entropy(logits, labels)
    loss.backward()
    return float(loss.data), logits.grad


def plain_gradients(yours, X, labels, layers, activation):
    """Loss and pairs (dW, db), by the learner's forward and backward."""
    zs, activations = yours.forward(X, layers, lambda z: bend(activation, z)[0])
    loss, dlogits = loss_and_slope(zs[-1], labels)
    return loss, yours.backward(dlogits, zs, activations, layers, lambda z: bend(activation, z)[1])


def normed_gradients(yours, X, labels, layers, activation):
    """The same with batch norm (gamma 1; the bias is beta) before every activation."""
    products, slopes, activations = [], [], [X]
    for W, b in layers[:-1]:
        one = np.ones(len(b))
        products.append(activations[-1] @ W)
        out = yours.batchnorm_forward(products[-1], one, b, 0 * one, one, True)[0]
        a, slope = bend(activation, out)
        activations.append(a)
        slopes.append(slope)
    W, b = layers[-1]
    loss, dz = loss_and_slope(activations[-1] @ W + b, labels)
    grads = [(activations[-1].T @ dz, dz.sum(axis=0))]
    da = dz @ W.T
    for k in reversed(range(len(products))):
        W, b = layers[k]
        dz, _, dbeta = yours.batchnorm_backward(da * slopes[k], products[k], np.ones(len(b)))
        grads.insert(0, (activations[k].T @ dz, dbeta))
        da = dz @ W.T
    return loss, grads


@lru_cache(maxsize=1)
def _digits():
    X, labels, _, _ = data.digits()
    return X[:N_ROWS], labels[:N_ROWS]


def updates(yours, depth, activation, spread, learning_rate, max_norm, batch_norm):
    """Norms of every layer's dW before the first and after the last update, and the loss before each: 16 numbers."""
    X, labels = _digits()
    layers = network(depth, spread)
    gradients = normed_gradients if batch_norm else plain_gradients
    losses, norms = [], []
    with np.errstate(all="ignore"):             # an explosion is to be seen
        for k in range(N_UPDATES + 1):
            loss, pairs = gradients(yours, X, labels, layers, activation)
            losses.append(loss)
            if k in (0, N_UPDATES):
                norms.append([float(norm) for norm in yours.gradient_norms(pairs)])
            if k < N_UPDATES:
                flat = [g for pair in pairs for g in pair]
                if max_norm:
                    flat = yours.clip_by_global_norm(flat, max_norm)[0]
                layers = [(W - learning_rate * flat[2 * i], b - learning_rate * flat[2 * i + 1])
                          for i, (W, b) in enumerate(layers)]
    return norms[0], norms[1], losses


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once."""
    fig, left, right = panel.two_parts(0.095, 0.27)
    before, = left.plot([], [], "o-", markersize=4, color=plots.BLUE, label="before training")
    after, = left.plot([], [], "s--", markersize=4, color=plots.VERMILION, label=f"after {N_UPDATES} updates")
    left.set_yscale("log")
    left.set_ylim(FLOOR / 3, CEILING * 3)
    powers(left, range(-16, 17, 4))
    plots.label(left, "", "layer", "‖dW‖ of each layer")
    panel.legend(left, 2)
    loss, = right.plot([], [], "o-", markersize=4, color=plots.BLUE)
    right.axhline(np.log(10), color=plots.GREY, linestyle=":", label="guessing: ln 10")
    lost, = right.plot([], [], "x", markersize=9, markeredgewidth=2, color=plots.VERMILION,
                       label="nan, or beyond the axis")
    right.set_yscale("log")
    right.set(xlim=(-0.5, N_UPDATES + 0.5), ylim=(1e-2, MAX_LOSS * 2))
    powers(right, range(-2, 4))
    plots.label(right, "", "update", "loss on 48 digits")
    panel.legend(right, 2)
    return SimpleNamespace(fig=fig, left=left, right=right, before=before, after=after, loss=loss, lost=lost)


def powers(ax, exponents):
    """Ticks at powers of ten, in plain text: typeset ones would double the time of a redraw."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    ax.set_yticks([10.0**k for k in exponents], ["10" + str(k).translate(raised) for k in exponents])
    ax.yaxis.set_minor_locator(NullLocator())


def draw(stage, results=None):
    """Set the figure to one result; None while functions are missing."""
    before, after, losses = results or ([], [], [])
    for line, norms in ((stage.before, before), (stage.after, after)):
        norms = np.array(norms, dtype=float)
        line.set_data(np.arange(1, len(norms) + 1), np.clip(norms, FLOOR, CEILING))     # nan stays nan: no point
    stage.left.set_xlim(0.5, panel.room(len(before), MOST_LAYERS + 1) + 0.5)
    losses = np.array(losses, dtype=float)
    gone = ~(losses < MAX_LOSS)
    stage.loss.set_data(np.flatnonzero(~gone), np.maximum(losses[~gone], 1e-2))
    stage.lost.set_data(np.flatnonzero(gone), np.full(gone.sum(), MAX_LOSS))
    stage.left.set_title(f"first layer / last layer: {ratio(before)}" if len(before) else "", loc="left", y=1.01)
    stage.right.set_title(f"loss {number(losses[0])} → {number(losses[-1])}" if len(losses) else "", loc="left", y=1.01)
    return stage.fig


def ratio(norms):
    return number(norms[0] / norms[-1]) if norms[-1] else "0/0"


def number(value):
    return f"{value:.2g}"


def picture(functions, depth=8, activation="sigmoid", spread="Xavier: √(1/fan_in)", rate=-1.0, clip=0.0,
            batch_norm=False):
    """The lab's figure for one position of its controls.

    Parameters
    ----------
    functions : dict of the learner's functions, by the names in NEEDS
    depth : int, 1 … 20, hidden layers of 32 units
    activation : name of an activation
    spread : key of SPREADS, the standard deviation of the hidden layers' first weights
    rate : float, the learning rate's decimal logarithm
    clip : float, the largest norm of all gradients together; 0 for no clipping
    batch_norm : bool

    Returns
    -------
    Picture
    """
    yours = SimpleNamespace(**{name: _named(name, functions[name]) for name in NEEDS})
    words = (f"{depth} hidden {activation.replace('_', ' ')} layers, spread {spread}, learning rate {10**rate:.2g}, "
             f"{f'clipped at {clip:g}' if clip else 'no clipping'}, batch norm {'on' if batch_norm else 'off'}.")
    remark, results = "", None
    try:
        results = updates(yours, depth, activation, spread, 10**rate, clip, batch_norm)
        fig = draw(_stage(), results)
        before, _, losses = results
        words += (f" Gradient in layer 1 before training: {number(before[0])}, in the last layer {number(before[-1])}."
                  f" Loss {number(losses[0])} at first, {number(losses[-1])} after {N_UPDATES} updates.")
        remark = panel.note(words)
    except _Trouble as trouble:
        remark = trouble.remark
    except Exception as error:          # a result of a shape that the next step cannot use
        remark = panel.note(f"Your functions do not fit together here: "
                            f"{literal(f'{type(error).__name__}: {error}')}. The `check` of each says more.")
    if not remark.count("Loss"):
        fig = draw(_stage())
    return panel.Picture(panel.png(fig), words, remark)


class _Trouble(Exception):
    def __init__(self, remark):
        super().__init__(remark)
        self.remark = remark


def _named(name, function):
    """The learner's function; what goes wrong in it is reported under its name."""
    def call(*args):
        try:
            return function(*args)
        except NotImplementedError:
            raise _Trouble(panel.missing(name)) from None
        except Exception as error:
            raise _Trouble(panel.failing(name, f"{type(error).__name__}: {error}")) from None
    return call


def gradient_lab(forward, backward, gradient_norms, clip_by_global_norm, batchnorm_forward, batchnorm_backward):
    """Depth, activation, spread, learning rate, clipping and batch norm → the gradient in every layer, and the loss."""
    widgets = panel.widgets()

    functions = dict(zip(NEEDS, (forward, backward, gradient_norms, clip_by_global_norm, batchnorm_forward,
                                 batchnorm_backward), strict=True))
    style, layout = {"description_width": "10.5em"}, widgets.Layout(width="26.5em")
    common = {"style": style, "layout": layout}
    panel.show(partial(picture, functions), {
        "depth": widgets.IntSlider(8, 1, MOST_LAYERS, description="hidden layers", **common),
        "activation": widgets.Dropdown(options=[(name.replace("_", " "), name) for name in
                                                ("sigmoid", "tanh", "relu", "leaky_relu")],
                                       value="sigmoid", description="activation", **common),
        "spread": widgets.SelectionSlider(options=list(SPREADS), value="Xavier: √(1/fan_in)",
                                          description="spread of W", style=style,
                                          layout=widgets.Layout(width="33em")),       # its values are long
        "rate": widgets.FloatSlider(value=-1.0, min=-3, max=1, step=0.25, description="log₁₀ learning rate", **common),
        "clip": widgets.SelectionSlider(options=[("off", 0.0), ("10", 10.0), ("1", 1.0), ("0.1", 0.1)], value=0.0,
                                        description="clip the norm at", **common),
        "batch_norm": widgets.Checkbox(value=False, description="batch norm", indent=False),
    })
