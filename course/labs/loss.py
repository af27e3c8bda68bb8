"""Lab of lesson 1: a polynomial, its data, and the two losses that tell underfitting from overfitting."""

import warnings
from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np
from matplotlib.ticker import NullLocator

from course import plots
from course.labs import panel

DEGREES = np.arange(16)
CURVE = np.linspace(-1, 1, 401)
N_VALIDATION = 200
LOWEST = 1e-4                       # of the axis of losses
FIRST_SEED = 9                      # points that look as most do


def truth(x):
    """What the points lie around."""
    return np.sin(3 * x)


def sample(n_points, noise, seed):
    """Training points (n_points,) and validation points (200,), from the same source: x, y, x_val, y_val.

    More points keep the ones that are there; more noise pushes the same points further out.
    """
    def points(n, stream):
        x_rng, noise_rng = np.random.default_rng([seed, stream]).spawn(2)
        x = x_rng.uniform(-1, 1, n)
        return x, truth(x) + noise * noise_rng.normal(size=n)

    return *points(n_points, 0), *points(N_VALIDATION, 1)


def fits(x, y):
    """The least-squares polynomial of every degree. Too few points for a degree: the one with smallest coefficients."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.RankWarning)
        return [np.polynomial.Polynomial.fit(x, y, degree, domain=[-1, 1]) for degree in DEGREES]


def both_losses(mse, polynomials, x, y, x_val, y_val):
    """Training and validation loss of each polynomial, by the learner's `mse`: two arrays (16,)."""
    losses = np.array([[float(mse(p(x), y)), float(mse(p(x_val), y_val))] for p in polynomials])
    return losses[:, 0], losses[:, 1]


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once: a redraw moves lines and changes words, which takes half the time."""
    fig, left, right = panel.two_parts(0.07, 0.25)

    left.plot(CURVE, truth(CURVE), "--", color=plots.GREY, label="the truth, sin 3x")
    points, = left.plot([], [], "o", markersize=4, color=plots.INK, label="training points")
    fit, = left.plot(CURVE, CURVE, color=plots.BLUE, linewidth=2, label="the fit")
    left.set_ylim(-2.4, 2.4)
    plots.label(left, "", "x", "y")
    panel.legend(left, 3)

    right.set_yscale("log")
    right.yaxis.set_minor_locator(NullLocator())
    train, = right.plot([], [], "o-", markersize=4, color=plots.BLUE, label="training loss")
    validation, = right.plot([], [], "s-", markersize=4, color=plots.VERMILION, label="validation loss")
    floor = right.axhline(1.0, color=plots.GREY, linestyle=":", label="noise²")
    chosen = right.axvline(0, color=plots.GREY, linewidth=1)
    right.set(xlim=(-0.6, 15.6), ylim=(0.7 * LOWEST, 1e4), xticks=DEGREES[::3])
    plots.label(right, "", "degree of the polynomial", "L: your mse")
    panel.legend(right, 3)
    return SimpleNamespace(fig=fig, left=left, right=right, points=points, fit=fit, train=train,
                           validation=validation, floor=floor, chosen=chosen)


def draw(stage, x, y, polynomial, degree, noise, losses=None):
    """Set the figure to one position of the controls; `losses` is None while there is no `mse`."""
    stage.points.set_data(x, y)
    stage.fit.set_ydata(polynomial(CURVE))
    stage.left.set_title(f"degree {degree}, {len(x)} points", loc="left", y=1.01)
    stage.chosen.set_xdata([degree, degree])
    stage.floor.set_ydata([noise**2] * 2 if noise else [np.nan] * 2)
    for line, values in zip([stage.train, stage.validation], losses or [np.full(16, np.nan)] * 2, strict=True):
        line.set_data(DEGREES, np.maximum(values, LOWEST))          # smaller ones are drawn at the edge
    stage.right.set_title("both losses: once your mse is written" if losses is None else
                          f"training {losses[0][degree]:.3g}, validation {losses[1][degree]:.3g}", loc="left", y=1.01)
    return stage.fig


def picture(mse, degree=4, noise=0.3, n_points=25, presses=0):
    """The lab's figure for one position of its controls.

    Parameters
    ----------
    mse : the learner's function
    degree : int, 0 … 15
    noise : float, the standard deviation of the points around the curve
    n_points : int
    presses : int, how often other points were asked for

    Returns
    -------
    Picture
    """
    x, y, x_val, y_val = sample(n_points, noise, FIRST_SEED + presses)
    polynomials = fits(x, y)
    remark, losses = "", None
    try:
        losses = both_losses(mse, polynomials, x, y, x_val, y_val)
    except NotImplementedError:
        remark = panel.missing("mse")
    except Exception as error:                      # whatever the learner's function does, the lab stays
        remark = panel.failing("mse", f"{type(error).__name__}: {error}")
    fig = draw(_stage(), x, y, polynomials[degree], degree, noise, losses)
    words = f"A polynomial of degree {degree} fitted to {n_points} points with noise {noise:.2f}."
    if losses is not None:
        best = int(np.argmin(losses[1]))
        words += (f" Training loss {losses[0][degree]:.3g}, validation loss {losses[1][degree]:.3g}."
                  f" The validation loss is lowest at degree {best}: {losses[1][best]:.3g}.")
        remark = panel.note(words)
    return panel.Picture(panel.png(fig), words, remark)


def polynomial_lab(mse):
    """Degree, noise and number of points of a fit, with training and validation loss beside it, by your `mse`."""
    widgets = panel.widgets()
    style, layout = {"description_width": "10.5em"}, widgets.Layout(width="26.5em")
    panel.show(partial(picture, mse), {
        "degree": widgets.IntSlider(4, 0, 15, description="degree", style=style, layout=layout),
        "noise": widgets.FloatSlider(value=0.3, min=0, max=1, step=0.05, description="noise (std)", style=style,
                                     layout=layout),
        "n_points": widgets.IntSlider(25, 16, 200, description="training points", style=style, layout=layout),
        "presses": widgets.Button(description="other points", tooltip="Draw new training and validation points"),
    })
