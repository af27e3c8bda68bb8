"""Lab of lesson 2: three ReLU units on sliders, and the line with kinks that they add up to."""

from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from course import plots
from course.labs import panel

EDGE = 3.0
REACHES = (2, 5, 10, 20, 50)
LINE = np.linspace(-EDGE, EDGE, 1201)
START = {"w": (1.0, 1.0, 1.0), "b": (1.0, 0.0, -1.0), "v": (1.0, -2.0, 1.0), "c": 0.0}
COLOURS = plots.SERIES[:3]
# Curves to follow. All but the wave can be had exactly, at positions that the sliders have.
CURVES = {
    "none": None,
    "a step up": np.clip(LINE + 1.0, 0.0, 2.0),
    "a valley": np.abs(LINE) - 1.0,
    "a zigzag": np.interp(LINE, [-3.0, -2.0, 0.0, 1.5, 3.0], [-1.0, -1.0, 2.0, -0.25, 2.0]),
    "a wave": np.sin(1.5 * LINE),
}


def network(w, b, v, c):
    """The layers of a network with one input, three hidden units and one output."""
    return [(np.array([w], dtype=float), np.array(b, dtype=float)),
            (np.array(v, dtype=float)[:, None], np.array([float(c)]))]


def outputs(forward, layers):
    """The output along LINE, and each unit's share of it, (1201,) and (1201, 3), by the learner's `forward`."""
    # ReLU stands here unnamed: nothing in `course` that a learner could call answers an exercise.
    zs, activations = forward(LINE[:, None], layers, lambda z: np.maximum(z, 0.0))
    y, hidden = np.asarray(zs[-1], dtype=float)[:, 0], np.asarray(activations[-1], dtype=float)
    if y.shape != LINE.shape or hidden.shape != (len(LINE), 3):
        raise ValueError(f"logits of shape {np.shape(zs[-1])} and hidden activations of shape {hidden.shape}")
    return y, hidden * layers[1][0][:, 0]


def kinks(y):
    """Where a line drawn through (LINE, y) changes its slope: an array of places, from left to right."""
    change = np.abs(np.diff(y, 2)) > 1e-9 * (1.0 + np.abs(y).max())
    places = LINE[1:-1][change]
    if len(places) == 0:
        return places
    # One kink between two grid points shows at both of them.
    groups = np.split(places, np.flatnonzero(np.diff(places) > 1.5 * (LINE[1] - LINE[0])) + 1)
    return np.array([group.mean() for group in groups])


def score(y, curve):
    """How well a line follows a curve, both (1201,): 100 upon it, 0 as far off as the best flat line, or further."""
    off, flat = np.sqrt(np.mean((y - curve) ** 2)), curve.std()
    return max(0.0, 100.0 * (1.0 - off / flat)) if np.isfinite(off) else 0.0


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once: a redraw only moves them."""
    fig, left, right = panel.two_parts(0.095, 0.24)
    shares = [left.plot([], [], color=colour, linewidth=2, label=f"unit {j + 1}")[0]
              for j, colour in enumerate(COLOURS)]
    wanted, = right.plot([], [], "--", color=plots.VERMILION, linewidth=2)
    total, = right.plot([], [], color=plots.INK, linewidth=2.2)
    bends, = right.plot([], [], "o", markersize=8, color=plots.ORANGE, markeredgecolor="white")
    for ax in (left, right):
        ax.axhline(0, color=plots.GREY, linewidth=0.8)
        ax.set(xlim=(-EDGE, EDGE), ylim=(-5, 5))
    plots.label(left, "", "x", "vⱼ · ReLU(wⱼ x + bⱼ)")
    left.set_title("three bent lines", loc="left", y=1.01)      # at a place of its own: a redraw does not look for one
    plots.label(right, "", "x", "z: output of your forward")
    panel.legend(left, 3)
    return SimpleNamespace(fig=fig, left=left, right=right, shares=shares, wanted=wanted, total=total,
                           bends=bends)


def picture(forward, w=START["w"], b=START["b"], v=START["v"], c=START["c"], curve="none"):
    """The lab's figure for one position of its controls.

    Parameters
    ----------
    forward : the learner's function
    w, b : 3 weights from the input and 3 biases
    v, c : 3 weights to the output, and its bias
    curve : the name of a curve to follow, in CURVES

    Returns
    -------
    Picture
    """
    stage, layers, wanted = _stage(), network(w, b, v, c), CURVES[curve]
    y, remark, words = None, "", "A network of three ReLU units, not drawn."
    try:
        y, shares = outputs(forward, layers)
    except NotImplementedError:
        remark = panel.missing("forward")
    except Exception as error:                      # whatever the learner's function does, the lab stays
        remark = panel.failing("forward", f"{type(error).__name__}: {error}")
    if y is None:
        empty = np.full(len(LINE), np.nan)
        y, shares, bends, title = empty, np.tile(empty[:, None], 3), np.zeros(0), "the sum: once forward is written"
    else:
        bends = kinks(y)
        pieces = len(bends) + 1
        title = f"their sum: {pieces} straight piece{'s' * (pieces > 1)}"
        places = ", ".join(f"{x:.2f}" for x in bends) or "nowhere"
        words = (f"Between -3 and 3 the output has {pieces} straight piece{'s' * (pieces > 1)}; "
                 f"it bends at x = {places}." if len(bends) else
                 "Between -3 and 3 the output is one straight piece; it bends nowhere.")
        if wanted is not None:
            points = score(y, wanted)
            title += f", score {points:.0f}"
            words += f" It follows {curve} with a score of {points:.0f} of 100."
        remark = panel.note(words)
    for line, share in zip(stage.shares, shares.T, strict=True):
        line.set_data(LINE, share)
    wanted = np.full(len(LINE), np.nan) if wanted is None else wanted
    stage.wanted.set_data(LINE, wanted)
    stage.total.set_data(LINE, y)
    stage.bends.set_data(bends, np.interp(bends, LINE, y))
    for ax, values in ((stage.left, shares), (stage.right, np.append(y, wanted))):
        most = 1.1 * np.abs(np.nan_to_num(values)).max()
        reach = next((step for step in REACHES if step >= most), most)      # a frame that stays is not drawn again
        ax.set_ylim(-reach, reach)
    stage.right.set_title(title, loc="left", y=1.01)
    return panel.Picture(panel.png(stage.fig), words, remark)


def bend_lab(forward):
    """Weights and biases of a network with three ReLU units, and what your `forward` makes of them."""
    widgets = panel.widgets()

    def slider(value, reach, name):
        return widgets.FloatSlider(value=value, min=-reach, max=reach, step=0.25, description=name,
                                   readout_format=".2f", style={"description_width": "2.2em"},
                                   layout=widgets.Layout(width="15em"))

    controls = {}
    for j in range(3):                              # one row a unit: its weight, its bias, its weight to the output
        controls |= {f"w{j + 1}": slider(START["w"][j], 3, f"w{j + 1}"),
                     f"b{j + 1}": slider(START["b"][j], 3, f"b{j + 1}"),
                     f"v{j + 1}": slider(START["v"][j], 4, f"v{j + 1}")}
    controls["c"] = slider(START["c"], 3, "c")
    controls["curve"] = widgets.Dropdown(options=list(CURVES), description="draw this curve",
                                         style={"description_width": "9em"}, layout=widgets.Layout(width="19em"))

    def draw(w1, b1, v1, w2, b2, v2, w3, b3, v3, c, curve):
        return picture(forward, (w1, w2, w3), (b1, b2, b3), (v1, v2, v3), c, curve)

    panel.show(draw, controls)
