"""Lab of lesson 3: an activation, its slope, its flat zones, and what they leave of a gradient after k layers."""

from functools import lru_cache, partial
from math import erf, pi, sqrt
from types import SimpleNamespace

import numpy as np
from matplotlib.ticker import NullLocator

from course import plots
from course.labs import panel

Z = np.linspace(-6, 6, 601)
FLAT = 0.06                         # flat: a slope below this share of the steepest one
LOWEST = 1e-9                       # of the axis of gradients; smaller ones are drawn at its edge
DEEPEST = 20
NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "swish", "gelu")
TITLES = {"swish": "Swish", "gelu": "GELU"}


class Trouble(Exception):
    """A remark to show in the place of curves."""


def _learners(name, function, *args):
    """What a function of the learner returns, as an array of the shape of its first argument."""
    try:
        value = np.asarray(function(*args), dtype=float)
    except NotImplementedError:
        raise Trouble(panel.missing(name)) from None
    except Exception as error:                      # whatever the learner's function does, the lab stays
        raise Trouble(panel.failing(name, f"{type(error).__name__}: {error}")) from None
    if value.shape != np.shape(args[0]):
        raise Trouble(panel.failing(name, f"its result has the shape {value.shape}, not {np.shape(args[0])}"))
    return value


def curves(functions, name, slope):
    """Two functions of an array z: the activation and its derivative, made of the learner's own."""
    if name == "leaky_relu":
        def derivative(z):
            return _learners("prelu_backward", lambda z: functions["prelu_backward"](np.ones_like(z), z, slope)[0], z)
        return (lambda z: _learners(name, functions[name], z, slope)), derivative
    if name == "swish":                             # z σ(z), of the learner's sigmoid
        def sigma(z):
            return _learners("sigmoid", functions["sigmoid"], z)

        def steepness(z):
            return _learners("sigmoid_grad", functions["sigmoid_grad"], z)
        return (lambda z: z * sigma(z)), lambda z: sigma(z) + z * steepness(z)
    if name == "gelu":                              # z Φ(z), Φ the share of a normal distribution below z
        return (lambda z: z * _below(z)), lambda z: _below(z) + z * np.exp(-z**2 / 2) / sqrt(2 * pi)
    forward = np.tanh if name == "tanh" else functions[name]
    return (lambda z: _learners(name, forward, z)), lambda z: _learners(f"{name}_grad", functions[f"{name}_grad"], z)


def _below(z):
    return np.array([0.5 + 0.5 * erf(x / sqrt(2)) for x in np.asarray(z, dtype=float)])


def chain(f, derivative, z, weight, k):
    """The factor that a gradient has after passing back 0, 1, … k layers of one unit: k + 1 numbers.

    Forward, each unit hands weight · f(z) to the next. Backward, each multiplies by weight · f'(z).
    """
    local = []
    for _ in range(k):
        here = np.array([z])
        local.append(weight * derivative(here)[0])
        z = weight * f(here)[0]
    return np.concatenate([[1.0], np.cumprod(local[::-1])])         # the last layer is passed first


def flat_zones(slopes):
    """Pairs of z between which the slope is below FLAT of the steepest."""
    flat = np.abs(slopes) < FLAT * np.abs(slopes).max()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
    return [(Z[a], Z[b - 1]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once: a redraw moves lines and changes words."""
    fig, left, right = panel.two_parts(0.085, 0.27)
    for line, words in (("-", "f(z)"), ("--", "its slope f'(z)")):
        left.plot([], [], line, color=plots.INK, label=words)       # in the legend: any colour
    f, = left.plot(Z, np.nan * Z, linewidth=2)
    derivative, = left.plot(Z, np.nan * Z, linewidth=1.6, linestyle="--")
    tangent, = left.plot([], [], color=plots.INK, linewidth=1)
    point, = left.plot([], [], "o", color=plots.INK, markersize=6)
    left.fill_between([], [], [], color=plots.PALE, alpha=0.5, linewidth=0,
                      label="flat: 6 % of its steepest")
    left.set(xlim=(-6, 6), ylim=(-1.4, 2.6))
    plots.label(left, "", "z", "f(z) and f'(z)")
    panel.legend(left, 3)
    factors, = right.plot([], [], "o-", markersize=4)
    zeros, = right.plot([], [], "x", color=plots.INK, markersize=7, label="exactly 0")
    right.set_yscale("log")
    right.axhline(1, color=plots.GREY, linewidth=1)
    right.yaxis.set_minor_locator(NullLocator())
    right.set(xlim=(-0.6, DEEPEST + 0.6), ylim=(0.5 * LOWEST, 1e4), xticks=range(0, DEEPEST + 1, 5))
    plots.label(right, "", "layers passed on the way back", "gradient, as a multiple of its start")
    panel.legend(right, 1)
    return SimpleNamespace(fig=fig, left=left, right=right, f=f, derivative=derivative, tangent=tangent, point=point,
                           factors=factors, zeros=zeros, zones=[])


def _clear(stage):
    for line in (stage.tangent, stage.point, stage.factors, stage.zeros):
        line.set_data([], [])
    stage.f.set_ydata(np.nan * Z)
    stage.derivative.set_ydata(np.nan * Z)
    while stage.zones:
        stage.zones.pop().remove()
    for ax in (stage.left, stage.right):
        ax.set_title("", loc="left", y=1.01)


def picture(functions, name="tanh", z=0.8, slope=0.1, weight=1.0, k=10):
    """The lab's figure for one position of its controls.

    Parameters
    ----------
    functions : dict {name: the learner's function}
    name : str, one of NAMES
    z : float, where the first unit stands
    slope : float, of the leaky ReLU
    weight : float, between one layer and the next
    k : int, number of layers

    Returns
    -------
    Picture
    """
    stage = _stage()
    _clear(stage)
    colour, title = plots.COLOURS[name], TITLES.get(name, name.replace("_", " "))
    try:
        f, derivative = curves(functions, name, slope)
        values, slopes, here = f(Z), derivative(Z), np.array([float(z)])
        height, steepness = f(here)[0], derivative(here)[0]
        factors = chain(f, derivative, float(z), weight, k)
    except Trouble as trouble:
        return panel.Picture(panel.png(stage.fig), f"Nothing is drawn yet for {title}.", str(trouble))
    stage.f.set_ydata(values)
    stage.derivative.set_ydata(slopes)
    for line in (stage.f, stage.derivative, stage.factors):
        line.set_color(colour)
    stage.zones += [stage.left.axvspan(*zone, color=plots.PALE, alpha=0.5, linewidth=0, zorder=0)
                    for zone in flat_zones(slopes)]
    stage.point.set_data(here, [height])
    stage.tangent.set_data([z - 1.5, z + 1.5], [height - 1.5 * steepness, height + 1.5 * steepness])
    layers, sizes = np.arange(k + 1), np.abs(factors)
    stage.factors.set_data(layers[sizes > 0], np.clip(sizes[sizes > 0], LOWEST, 1e4))
    stage.zeros.set_data(layers[sizes == 0], np.full(int(np.sum(sizes == 0)), LOWEST))
    stage.left.set_title(f"{title}: f({z:.1f}) = {height:.3f}, slope {steepness:.3f}", loc="left", y=1.01)
    stage.right.set_title(f"after {k} layers: × {factors[-1]:.2g}", loc="left", y=1.01)
    words = (f"{title[0].upper() + title[1:]} at z = {z:.1f}: value {height:.3f}, slope {steepness:.3f}. "
             f"A gradient that passes back through {k} layers with weight {weight:.1f} "
             + (f"is multiplied by {factors[-1]:.2g}." if factors[-1] else "is 0: nothing arrives."))
    return panel.Picture(panel.png(stage.fig), words, panel.note(words))


def explorer(sigmoid, sigmoid_grad, tanh_grad, relu, relu_grad, leaky_relu, prelu_backward):
    """An activation, its slope and flat zones, and a gradient passed back through k layers, by your functions."""
    widgets = panel.widgets()

    functions = {"sigmoid": sigmoid, "sigmoid_grad": sigmoid_grad, "tanh_grad": tanh_grad, "relu": relu,
                 "relu_grad": relu_grad, "leaky_relu": leaky_relu, "prelu_backward": prelu_backward}
    style, layout = {"description_width": "10.5em"}, widgets.Layout(width="26.5em")
    slider = partial(widgets.FloatSlider, style=style, layout=layout)
    panel.show(partial(picture, functions), {
        "name": widgets.Dropdown(options=[(TITLES.get(n, n.replace("_", " ")), n) for n in NAMES], value="tanh",
                                 description="activation", style=style, layout=layout),
        "z": slider(value=0.8, min=-6, max=6, step=0.1, description="z"),
        "slope": slider(value=0.1, min=0, max=1.5, step=0.05, description="slope (leaky ReLU)"),
        "weight": slider(value=1.0, min=-4, max=4, step=0.1, description="weight"),
        "k": widgets.IntSlider(10, 1, DEEPEST, description="layers k", style=style, layout=layout),
    })
