"""The lab of lesson 1: what it shows, with the learner's `mse`, without it, and with one that is wrong."""


import ipywidgets as widgets
import numpy as np
import pytest

from course import plots
from course.labs import loss as lab
from course.labs import loss_bowl as bowl
from course.labs import panel


def mse(y_pred, y_true):
    return float(np.mean((y_pred - y_true) ** 2))


def stub(y_pred, y_true):
    raise NotImplementedError


POSITIONS = [dict(), dict(degree=0), dict(degree=15), dict(degree=15, n_points=16, noise=1.0), dict(noise=0.0),
             dict(n_points=200, presses=7)]


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_gives_a_picture_and_its_words(position):
    picture = lab.picture(mse, **position)
    assert picture.png.startswith(b"\x89PNG") and "validation loss" in picture.words
    assert f"degree {position.get('degree', 4)} " in picture.words
    assert 'alt="A polynomial' in picture.html()


def test_title_and_labels():
    lab.picture(mse, degree=7)
    stage = lab._stage()
    assert stage.left.get_title(loc="left") == "degree 7, 25 points"
    assert stage.right.get_title(loc="left").startswith("training 0.")
    assert (stage.right.get_xlabel(), stage.right.get_ylabel()) == ("degree of the polynomial", "L: your mse")
    assert stage.right.get_yscale() == "log"
    assert stage.train.get_color() != stage.validation.get_color()
    assert {stage.train.get_color(), stage.validation.get_color()} <= set(plots.SERIES)


def test_it_is_the_learners_mse_that_is_plotted():
    lab.picture(lambda y_pred, y_true: 7.0)
    assert set(lab._stage().validation.get_ydata()) == {7.0}


def test_the_training_loss_never_rises_with_the_degree():
    for seed in range(5):
        x, y, x_val, y_val = lab.sample(25, 0.3, seed)
        train, validation = lab.both_losses(mse, lab.fits(x, y), x, y, x_val, y_val)
        assert (np.diff(train) < 1e-9).all() and validation[15] > validation[4]


def test_more_points_keep_those_that_are_there_and_noise_moves_the_same_ones():
    few, many, louder = lab.sample(20, 0.3, 1), lab.sample(60, 0.3, 1), lab.sample(20, 0.6, 1)
    assert np.array_equal(few[0], many[0][:20]) and np.array_equal(few[1], many[1][:20])
    assert np.allclose(louder[1] - lab.truth(louder[0]), 2 * (few[1] - lab.truth(few[0])))
    assert not np.array_equal(few[0], lab.sample(20, 0.3, 2)[0])
    assert len(many[2]) == lab.N_VALIDATION and not np.isin(many[0], many[2]).any()


def test_without_mse_the_fit_is_drawn_and_a_message_says_what_is_missing():
    picture = lab.picture(stub)
    assert "not written yet" in picture.remark and "<code>mse</code>" in picture.remark
    assert "loss" not in picture.words and picture.png
    assert "not written" not in lab.picture(mse).remark


@pytest.mark.parametrize("wrong", [lambda a, b: None, lambda a, b: 1 / 0, lambda a: 0.0, lambda a, b: "<b>x</b>"])
def test_an_mse_that_fails_is_named_and_the_lab_stays(wrong):
    picture = lab.picture(wrong)
    assert "your <code>mse</code>" in picture.remark and "<b>x" not in picture.remark and picture.png


def test_sliders_redraw_and_the_still_picture_comes_with_the_lab(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    assert lab.polynomial_lab(mse) is None
    still, asleep, live = shown
    assert "run this cell" in asleep["text/html"]
    assert still["image/png"] and "degree 4" in still["text/plain"]
    controls, figure, remark = live.children
    degree, noise, n_points, button = controls.children
    assert [type(c) for c in controls.children] == [widgets.IntSlider, widgets.FloatSlider, widgets.IntSlider,
                                                    widgets.Button]
    before = figure.value
    degree.value = 9
    assert "degree 9" in remark.value and figure.value != before
    n_points.value, noise.value = 100, 0.0
    assert "fitted to 100 points with noise 0.00" in remark.value
    before = figure.value
    button.click()
    assert figure.value != before
    assert panel.HIDE_STILL in figure.value


def fit_line(x, y_true, learning_rate, n_epochs):
    w = b = 0.0
    for _ in range(n_epochs):
        g = 2 * (w * x + b - y_true) / len(x)
        w, b = w - learning_rate * np.sum(g * x), b - learning_rate * np.sum(g)
    return w, b, []


@pytest.mark.parametrize("shift, below, above", [(0.0, 0.66, 0.67), (2.0, 0.14, 0.15)])
def test_the_path_is_the_learners_and_leaves_the_bowl_above_the_border(shift, below, above):
    x, y = bowl.sample(shift)
    assert below < bowl.border(x) < above
    assert "left the picture" in bowl.picture(fit_line, 2 * above, 40, shift).words
    assert bowl._stage().right.get_title(loc="left").endswith("gone")
    picture = bowl.picture(fit_line, 0.9 * below, 40, shift)
    stage = bowl._stage()
    assert picture.png.startswith(b"\x89PNG") and f"Learning rate {0.9 * below:.2f}" in picture.words
    assert np.allclose(np.transpose(stage.steps.get_data())[-1], fit_line(x, y, 0.9 * below, 40)[:2])
    assert np.array_equal(stage.points.get_xdata(), x)
    assert (stage.right.get_xlabel(), stage.right.get_ylabel()) == ("w", "b")


@pytest.mark.parametrize("wrong", [lambda *a: None, lambda *a: 1 / 0, lambda *a: (np.nan, 0.0, []), stub])
def test_a_fit_line_that_fails_or_is_missing_leaves_the_bowl(wrong):
    picture = bowl.picture(wrong if wrong is not stub else lambda *a: stub(0, 0))
    assert picture.png and ("<code>fit_line</code>" in picture.remark or "left the picture" in picture.words)
