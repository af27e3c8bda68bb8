"""Second lab of lesson 1: the loss of every line, seen from above, and the way down that `fit_line` takes."""

from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np

from course import plots
from course.labs import panel

GRID = 161
W_AXIS, B_AXIS = np.linspace(-1, 4, GRID), np.linspace(-4, 3, GRID)
LEVELS = np.geomspace(0.05, 60, 12)         # how much higher than the lowest loss each ring lies
FAR = 12.0                                  # a path that is as far away as this is drawn no further


def sample(shift):
    """Forty points around a line, x (40,) and y (40,), the same ones as in the lesson, moved right by `shift`."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 40)
    y = 1.5 * x - 0.7 + rng.normal(0, 0.5, 40)
    return x + shift, y


def bowl(x, y):
    """The mean squared error of every line of the grid, (GRID, GRID): a row for each b, a column for each w."""
    errors = W_AXIS[None, :, None] * x + B_AXIS[:, None, None] - y          # (GRID, GRID, n)
    return np.mean(errors**2, axis=-1)


def lowest(x, y):
    """The best line there is: w, b and its loss."""
    w, b = np.polyfit(x, y, 1)
    return w, b, float(np.mean((w * x + b - y) ** 2))


def border(x):
    """The learning rate above which each step lands higher than the one before."""
    curvature = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    return 2 / np.linalg.eigvalsh(curvature)[-1]


def path(fit_line, x, y, rate, n_epochs):
    """Where the learner's `fit_line` stands after 0, 1, … epochs: rows of w and b, up to the first that is far away."""
    places = []
    for k in range(n_epochs + 1):
        places.append([float(value) for value in fit_line(x, y, rate, k)[:2]])
        if not np.abs(places[-1]).max() < FAR:
            break
    return np.array(places)


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once: a redraw only moves them."""
    fig, left, right = panel.two_parts(0.07, 0.25)
    points, = left.plot([], [], "o", markersize=4, color=plots.INK, label="points")
    line, = left.plot([], [], color=plots.BLUE, linewidth=2, label="your line")
    left.set_ylim(-5.5, 4)
    plots.label(left, "", "x", "y")
    panel.legend(left, 2)

    # Rings as an image: at each move it is drawn again in a tenth of the time of filled contours.
    rings = right.imshow(np.zeros((GRID, GRID)), vmin=0, vmax=len(LEVELS), cmap="Blues_r", origin="lower",
                         aspect="auto", interpolation="nearest",
                         extent=(W_AXIS[0], W_AXIS[-1], B_AXIS[0], B_AXIS[-1]))
    least, = right.plot([], [], "*", markersize=13, color=plots.ORANGE, markeredgecolor="white", label="lowest loss")
    steps, = right.plot([], [], "o-", markersize=3.5, linewidth=1.2, color=plots.VERMILION, label="your path")
    right.set(xlim=(W_AXIS[0], W_AXIS[-1]), ylim=(B_AXIS[0], B_AXIS[-1]))
    right.grid(False)
    plots.label(right, "", "w", "b")
    panel.legend(right, 2)
    return SimpleNamespace(fig=fig, left=left, right=right, points=points, line=line, rings=rings, lowest=least,
                           steps=steps)


def picture(fit_line, rate=0.1, n_epochs=20, shift=0.0):
    """The lab's figure for one position of its controls.

    Parameters
    ----------
    fit_line : the learner's function
    rate : float, the learning rate
    n_epochs : int
    shift : float, how far the points are moved to the right

    Returns
    -------
    Picture
    """
    stage, (x, y) = _stage(), sample(shift)
    best_w, best_b, least = lowest(x, y)
    edge = shift + np.array([-2.2, 2.2])
    stage.left.set_xlim(*edge)
    stage.points.set_data(x, y)
    stage.rings.set_data(np.searchsorted(least + LEVELS, bowl(x, y)))
    stage.lowest.set_data([best_w], [best_b])
    remark, places = "", None
    words = f"The bowl of the loss over w and b for 40 points around x = {shift:.1f}, without a path."
    try:
        with np.errstate(all="ignore"):
            places = path(fit_line, x, y, rate, n_epochs)
    except NotImplementedError:
        remark = panel.missing("fit_line")
    except Exception as error:                      # whatever the learner's function does, the lab stays
        remark = panel.failing("fit_line", f"{type(error).__name__}: {error}")
    if places is None:
        stage.line.set_data([], [])
        stage.steps.set_data([], [])
        titles = "the points", "the path: once fit_line is written"
    else:
        w, b = places[-1]
        loss = float(np.mean((w * x + b - y) ** 2))
        stage.line.set_data(edge, w * edge + b)
        stage.steps.set_data(*places.T)
        far = not np.abs(places[-1]).max() < FAR
        titles = f"after {n_epochs} epochs", f"η = {rate:.2f}, " + ("gone" if far else f"loss {loss:.3g}")
        words = (f"Learning rate {rate:.2f}, points around x = {shift:.1f}: after {n_epochs} epochs "
                 + ("the path has left the picture." if far else
                    f"w = {w:.2f}, b = {b:.2f}, loss {loss:.3g}; the lowest there is: {least:.3g}."))
        remark = panel.note(words)
    for ax, title in zip((stage.left, stage.right), titles, strict=True):
        ax.set_title(title, loc="left", y=1.01)
    return panel.Picture(panel.png(stage.fig), words, remark)


def bowl_lab(fit_line):
    """Learning rate, epochs and place of the points, and the path of your `fit_line` down the bowl of the loss."""
    widgets = panel.widgets()
    style, layout = {"description_width": "10.5em"}, widgets.Layout(width="26.5em")
    panel.show(partial(picture, fit_line), {
        "rate": widgets.FloatSlider(value=0.1, min=0.01, max=0.9, step=0.01, description="learning rate η", style=style,
                                    layout=layout),
        "n_epochs": widgets.IntSlider(20, 0, 40, description="epochs", style=style, layout=layout),
        "shift": widgets.FloatSlider(value=0.0, min=0, max=2, step=0.5, description="points moved right", style=style,
                                     layout=layout),
    })
