"""Lab of lesson 3: one ReLU unit, step by step, on its way to death, or past it."""

from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np

from course import plots
from course.labs import panel

X = np.linspace(0.2, 2.0, 19)       # the examples; a unit's z is w x + b on each
TARGETS = 0.8 * X                   # what the unit's output should be
START = (1.5, 0.6)                  # w and b: all examples on the right of the bend, the outputs too high
STEPS = 20


def course_of(learning_rate, leak, steps=STEPS):
    """w and b before each step and after the last, (steps + 1, 2): plain descent on half the mean squared error."""
    path, (w, b) = [START], START
    for _ in range(steps):
        z = w * X + b
        dz = (np.where(z > 0, z, leak * z) - TARGETS) * np.where(z > 0, 1.0, leak) / len(X)
        w, b = np.clip([w - learning_rate * np.sum(dz * X), b - learning_rate * np.sum(dz)], -1e6, 1e6)
        path.append((w, b))
    return np.array(path)


@lru_cache(maxsize=1)
def _stage():
    fig, left, right = panel.two_parts(0.085, 0.27)
    left.plot(X, TARGETS, "o", color=plots.GREY, markersize=4, label="target")
    z, = left.plot(X, X, "--", color=plots.INK, linewidth=1.2, label="z = w x + b")
    a, = left.plot(X, X, color=plots.COLOURS["relu"], linewidth=2, label="output")
    left.axhline(0, color=plots.PALE, linewidth=1)
    left.set(xlim=(0, 2.2), ylim=(-4, 4))
    plots.label(left, "", "x: the input of an example", "z and output")
    panel.legend(left, 3)
    highest, = right.plot([], [], "o-", color=plots.COLOURS["relu"], markersize=3, label="highest z of all examples")
    lowest, = right.plot([], [], "o-", color=plots.GREY, markersize=3, label="lowest")
    right.axhline(0, color=plots.INK, linewidth=1)
    right.set(xlim=(-0.5, STEPS + 0.5), ylim=(-4, 4), xticks=range(0, STEPS + 1, 5))
    plots.label(right, "", "step", "z, cut at ±4")
    panel.legend(right, 2)
    return SimpleNamespace(fig=fig, left=left, right=right, z=z, a=a, highest=highest, lowest=lowest)


def picture(learning_rate=0.8, leak=0.0, step=0, **_):
    """The unit after `step` steps.

    Parameters
    ----------
    learning_rate : float
    leak : float, the slope on the left of the bend; 0 is ReLU
    step : int, 0 to STEPS

    Returns
    -------
    Picture
    """
    stage, path = _stage(), course_of(learning_rate, leak)[:step + 1]
    z = path[:, :1] * X + path[:, 1:]                           # (step + 1, examples)
    now = z[-1]
    stage.z.set_ydata(now)
    stage.a.set_ydata(np.where(now > 0, now, leak * now))
    for line, values in ((stage.highest, z.max(axis=1)), (stage.lowest, z.min(axis=1))):
        line.set_data(range(step + 1), np.clip(values, -4, 4))
    on = int(np.sum(now > 0))
    below = "dead: its gradient is 0" if leak == 0 else "silent, but the leak lets a gradient through"
    state = "alive" if on else below
    stage.left.set_title(f"step {step}: on for {on} of {len(X)} examples", loc="left", y=1.01)
    stage.right.set_title(state, loc="left", y=1.01)
    words = (f"Step {step}, learning rate {learning_rate:.2f}, leak {leak:.2f}: z lies between {now.min():.2f} and "
             f"{now.max():.2f} and is above 0 for {on} of {len(X)} examples. The unit is {state}.")
    return panel.Picture(panel.png(stage.fig), words, panel.note(words))


def film():
    """A unit and its z, step by step: press play, or move the step."""
    widgets = panel.widgets()
    style, layout = {"description_width": "10.5em"}, widgets.Layout(width="26.5em")
    slider = partial(widgets.FloatSlider, style=style, layout=layout)
    step = widgets.IntSlider(0, 0, STEPS, description="step", style=style, layout=layout)
    play = widgets.Play(value=0, min=0, max=STEPS, interval=600)
    widgets.jslink((play, "value"), (step, "value"))
    panel.show(picture, {
        "learning_rate": slider(value=0.8, min=0.05, max=1.5, step=0.05, description="learning rate"),
        "leak": slider(value=0.0, min=0, max=0.5, step=0.05, description="leak"),
        "step": step, "play": play,
    })
