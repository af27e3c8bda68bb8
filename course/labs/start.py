"""Lab of the first page: a small network, trained when it is first asked for, reads a digit that is picked or drawn."""

from functools import lru_cache
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course import data, engine, plots
from course.labs import panel
from course.notebook import STATIC, clickable

INK = 16.0                          # of a full square; paper is 0
FIRST = 7                           # the test image that is shown first


def two_tone(images):
    """Images (n, 64) in ink and paper alone, as one draws them on squares."""
    return np.where(images >= INK / 2, INK, 0.0)


def moved(images, by):
    """Images (n, 64) moved to the right by some columns; what leaves at one side is lost."""
    wide = np.pad(images.reshape(-1, 8, 8), ((0, 0), (0, 0), (1, 1)))           # (n, 8, 10)
    return wide[:, :, 1 - by:9 - by].reshape(-1, 64)


@lru_cache(maxsize=1)
def _images():
    """Images (n, 64) and labels (n,) of the training set and of the test set, 0 … 16."""
    images, labels, test = data.digits_images().reshape(-1, 64).astype(float), data.digits_labels(), data.is_test()
    return images[~test], labels[~test], images[test], labels[test]


@lru_cache(maxsize=1)
def reader():
    """A function from images (n, 64) to probabilities (n, 10): 2410 numbers, trained in about a second.

    It learns each training image as it is, and in two tones, in its place and moved by a column to either side: so it
    can read drawings as well.
    """
    images, labels, _, _ = _images()
    shown = np.vstack([images, *(moved(two_tone(images), by) for by in (-1, 0, 1))])
    rng = np.random.default_rng(0)
    layers, _ = engine.fit(engine.init([64, 32, 10], rng), shown / INK, np.tile(labels, 4), n_epochs=20,
                           batch_size=64, learning_rate=0.15, rng=rng)

    def probabilities(pixels):
        logits = engine.forward(np.atleast_2d(pixels) / INK, layers)
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return probabilities


@lru_cache(maxsize=1)
def _stage():
    """The figure and its moving parts, made once."""
    with plt.rc_context(plots.STYLE):
        fig = Figure(figsize=(7.4, 3.3))
        left, right = fig.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1.6]})
    fig.subplots_adjust(left=0.03, right=0.985, bottom=0.17, top=0.9, wspace=0.25)
    image = left.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=0, vmax=INK)
    left.set(xticks=[], yticks=[])
    left.grid(False)
    bars = right.bar(range(10), np.zeros(10), color=plots.BLUE)
    right.set(ylim=(0, 1), xticks=range(10))
    plots.label(right, "", "digit", "how sure it is")
    return SimpleNamespace(fig=fig, left=left, right=right, image=image, bars=bars)


def picture(number=FIRST, squares=()):
    """The lab's figure.

    Parameters
    ----------
    number : int, 0 … 449, which test image is read
    squares : sequence of 64 booleans, the squares that somebody has inked; while there are none, the image is read

    Returns
    -------
    Picture
    """
    _, _, images, labels = _images()
    drawn = any(squares)
    pixels = INK * np.array(squares, dtype=float) if drawn else images[number]
    p = reader()(pixels)[0]
    read, sure = int(p.argmax()), float(p.max())
    stage = _stage()
    stage.image.set_data(pixels.reshape(8, 8))
    for digit, (bar, height) in enumerate(zip(stage.bars, p, strict=True)):
        bar.set(height=height, color=plots.VERMILION if digit == read else plots.BLUE)
    stage.left.set_title("your drawing" if drawn else f"image {number}", loc="left", y=1.01)
    stage.right.set_title(f"it reads a {read}, {sure:.0%} sure", loc="left", y=1.01)
    truth = "Your drawing." if drawn else f"Image {number}: somebody wrote a {labels[number]}."
    words = f"{truth} The network reads a {read}, and is {sure:.0%} sure."
    return panel.Picture(panel.png(stage.fig), words, panel.note(words))


def squares():
    """The field to draw on, a widget by mouse, pen, finger or keyboard. Its `value` is a list of 64 booleans."""
    import anywidget
    import traitlets

    class Squares(anywidget.AnyWidget):
        _esm, _css = STATIC / "squares.js", STATIC / "squares.css"
        value = traitlets.List(traitlets.Bool(), [False] * 64, minlen=64, maxlen=64).tag(sync=True)

    return Squares()


def reader_lab():
    """Pick one of 450 handwritten digits, or draw one, and see how a trained network reads it."""
    widgets = panel.widgets()
    number = widgets.IntSlider(value=FIRST, min=0, max=len(_images()[2]) - 1, description="image",
                               layout=widgets.Layout(width="25em"))
    panel.show(picture, {"number": number} | ({"squares": squares()} if clickable() else {}))
