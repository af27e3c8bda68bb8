"""Figures of the course: one palette, one style, small functions that draw on the `ax` they are given.

    fig, ax = plots.new()
    ax.plot(epochs, losses, color=plots.SERIES[0])
    plots.label(ax, "Loss falls, then levels", "epoch", "mean loss $L$")
"""

import matplotlib.pyplot as plt
import numpy as np

from course import alt
from course.notebook import steps as steps

# Okabe and Ito (2008): told apart with any common kind of colour blindness.
INK, GREY, PALE = "#1B1B1B", "#6E6E6E", "#C9C9C9"
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"

SERIES = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY]

# One colour per activation, in every figure of every lesson.
COLOURS = {
    "linear": GREY, "sigmoid": BLUE, "tanh": VERMILION, "relu": GREEN, "leaky_relu": PURPLE, "prelu": ORANGE,
    "softmax": SKY, "swish": "#882255", "gelu": "#332288",
}

# Every figure brings its own white paper. A dark page turns it over: static/custom/page.css.
STYLE = {
    "figure.facecolor": "white", "savefig.facecolor": "white", "axes.facecolor": "white",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": GREY, "xtick.color": INK, "ytick.color": INK,
    "font.size": 10.5, "axes.titlesize": 11.5, "axes.labelsize": 10.5, "legend.fontsize": 9.5,
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#E6E6E6", "grid.linewidth": 0.8, "axes.axisbelow": True,
    "axes.prop_cycle": plt.cycler(color=SERIES),
}


def new(ncols=1, nrows=1, width=None, height=3.4, **kwargs):
    """A figure in the style of the course: fig, ax (one) or fig, axes (an array of them).

    width, height : inches of the whole figure's width and of one row; more arguments go to `plt.subplots`.
    """
    width = width or (5.6 if ncols == 1 else min(3.7 * ncols, 11.0))
    with plt.rc_context(STYLE):
        made = plt.subplots(nrows, ncols, figsize=(width, height * nrows), layout="constrained", **kwargs)
    alt.install()                       # after Matplotlib has told IPython how a figure becomes a picture
    return made


def label(ax, title, x, y):
    """Title and axis labels; a label names the quantity and its symbol."""
    ax.set_title(title, loc="left", color=INK)
    ax.set_xlabel(x, color=INK)
    ax.set_ylabel(y, color=INK)
    return ax


def legend(ax, **kwargs):
    """A legend without a frame, if anything on `ax` has a label."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(**{"frameon": False, "labelcolor": INK, "fontsize": STYLE["legend.fontsize"]} | kwargs)
    return ax


def band(ax, x, runs, colour=SERIES[0], name=None, **kwargs):
    """The median of several runs as a line, and their range (lowest to highest) as a band.

    runs : array, shape (n_runs, len(x)), one row a seed. Entries that are not finite are left out.
    """
    runs = np.ma.masked_invalid(np.atleast_2d(np.asarray(runs, dtype=float)))
    middle, low, high = np.ma.median(runs, axis=0), runs.min(axis=0), runs.max(axis=0)
    ax.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0)
    ax.plot(x, middle, color=colour, label=name, **kwargs)
    return ax


def activation(ax, name, z, values, **kwargs):
    """The curve of an activation (or of its derivative) in its colour of the course."""
    ax.plot(z, values, **{"color": COLOURS[name], "label": name.replace("_", " "), "linewidth": 2} | kwargs)
    return ax


def picture(ax, pixels, title=""):
    """One digit, 64 pixels or 8 x 8, dark ink on light paper."""
    ax.imshow(np.reshape(pixels, (8, 8)), cmap="gray_r", interpolation="nearest")
    ax.set_title(title, color=INK)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    return ax


def points(ax, X, labels, **kwargs):
    """Points of the plane, (n, 2); each class has its colour and its marker."""
    for k, c in enumerate(np.unique(labels)):
        rows = X[np.asarray(labels) == c]
        ax.scatter(rows[:, 0], rows[:, 1], **{"color": SERIES[k], "marker": "osD^vP"[k], "s": 28,
                                               "edgecolor": "white", "linewidth": 0.6, "label": f"class {c}",
                                               "zorder": 3} | kwargs)
    return ax


def regions(ax, score, span=((-3, 3), (-3, 3)), steps=161):
    """Shade the plane where score(points (n, 2)) -> (n,) is positive, and draw its zero line."""
    x, y = np.linspace(*span[0], steps), np.linspace(*span[1], steps)
    grid = np.stack(np.meshgrid(x, y), axis=-1)                        # (steps, steps, 2)
    values = np.reshape(score(grid.reshape(-1, 2)), (steps, steps))
    ax.contourf(x, y, values > 0, levels=[-0.5, 0.5, 1.5], colors=["#E3EEF6", "#FBE9DF"])
    if values.min() < 0 < values.max():
        ax.contour(x, y, values, levels=[0], colors=[GREY], linewidths=1.2)
    ax.grid(False)
    return ax
