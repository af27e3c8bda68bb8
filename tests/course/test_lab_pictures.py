"""Every lab's picture: nothing in it lies upon something else, and a redraw shows what a fresh drawing would."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from autograder.lessons import catalogue
from course.labs import activations, gradients, initialization, loss, loss_bowl, panel, start, weights


def _activations():
    library = catalogue.library("activations")
    functions = {name: library[name] for name in ("sigmoid", "sigmoid_grad", "tanh_grad", "relu", "relu_grad",
                                                  "leaky_relu", "prelu_backward")}
    yield activations.picture(functions)
    yield activations.picture(functions, "leaky_relu", z=-6.0, slope=1.5, weight=-4.0, k=20)
    yield activations.picture(functions, "sigmoid", z=6.0, weight=4.0, k=1)


def _gradients():
    library = catalogue.library("gradients")
    functions = {name: library[name] for name in gradients.NEEDS}
    yield gradients.picture(functions, depth=2)
    yield gradients.picture(functions, depth=20, activation="relu", spread="3", rate=1.0)


def _initialization():
    library = catalogue.library("initialization")
    parts = [library[name] for name in ("initialize", "activation_std", "predict_second_moments")]
    yield initialization.picture(*parts)
    yield initialization.picture(*parts, scheme=list(initialization.SCHEMES)[-1], activation="relu", depth=30)


def _loss():
    mse = catalogue.library("loss")["mse"]
    yield loss.picture(mse)
    yield loss.picture(mse, degree=15, noise=1.0, n_points=16)


def _loss_bowl():
    fit_line = catalogue.library("loss")["fit_line"]
    yield loss_bowl.picture(fit_line)
    yield loss_bowl.picture(fit_line, rate=0.9, n_epochs=40, shift=2.0)


def _start():
    yield start.picture()
    yield start.picture(squares=[True] * 64)


def _weights():
    forward = catalogue.library("weights")["forward"]
    yield weights.picture(forward)
    yield weights.picture(forward, w=(3, -3, 3), b=(3, -3, 0), v=(4, -4, 4), c=3)
    yield weights.picture(forward, curve="a wave")


LABS = {activations: _activations, gradients: _gradients, initialization: _initialization, loss: _loss,
        loss_bowl: _loss_bowl, start: _start, weights: _weights}


def boxes(fig):
    """{what: its place in pixels} of all that must not touch: parts, titles, legends, axis labels."""
    renderer, found = fig.canvas.get_renderer(), {}
    for k, ax in enumerate(fig.axes):
        found[f"part {k}"] = ax.get_window_extent(renderer)
        for name, artist in (("title", ax._left_title), ("legend", ax.get_legend()), ("x label", ax.xaxis.label),
                             ("y label", ax.yaxis.label)):
            if artist is not None and not (hasattr(artist, "get_text") and not artist.get_text()):
                found[f"{name} {k}"] = artist.get_window_extent(renderer)
    return found


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.__name__.rpartition(".")[2])
def test_nothing_overlaps_or_is_cut_and_a_redraw_is_a_drawing(lab):
    for picture in LABS[lab]():
        fig = lab._stage().fig
        found = boxes(fig)
        for name, box in found.items():
            assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 + 0.5, f"{name} is cut at a side"
            assert fig.bbox.y0 <= box.y0 and box.y1 <= fig.bbox.y1 + 0.5, f"{name} is cut at the top or below"
            touching = [other for other, place in found.items() if other != name and box.overlaps(place)
                        and min(box.x1, place.x1) - max(box.x0, place.x0) > 1
                        and min(box.y1, place.y1) - max(box.y0, place.y0) > 1]
            assert not touching, f"{name} lies upon {touching}"
        shown = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"), dtype=float)
        FigureCanvasAgg(fig).draw()
        fresh = np.asarray(Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("L"), dtype=float)
        # Only where a curve crosses an axis line does the order of drawing show.
        assert shown.shape == fresh.shape and np.mean(np.abs(shown - fresh) > 60) < 0.002


def test_the_frame_is_drawn_once(monkeypatch):
    mse, drawn = catalogue.library("loss")["mse"], []
    loss.picture(mse)
    draw = FigureCanvasAgg.draw
    monkeypatch.setattr(FigureCanvasAgg, "draw", lambda canvas: drawn.append(1) or draw(canvas))
    first, second = loss.picture(mse, degree=3), loss.picture(mse, degree=9)
    assert not drawn and first.png != second.png
    loss._stage().right.set_ylabel("another")           # what the frame shows has changed
    assert panel.png(loss._stage().fig) and drawn
    loss._stage().right.set_ylabel("L: your mse")
