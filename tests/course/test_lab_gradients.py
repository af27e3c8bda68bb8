"""The lab of lesson 4: what it shows, with the learner's functions, without them, and with wrong ones."""


import ipywidgets as widgets
import numpy as np
import pytest

from autograder.lessons import catalogue
from course import plots
from course.labs import gradients as lab
from course.labs import panel

LIBRARY = catalogue.references("weights") | catalogue.references("gradients")
YOURS = {name: LIBRARY[name] for name in lab.NEEDS}
XAVIER, HE = "Xavier: √(1/fan_in)", "He: √(2/fan_in)"
POSITIONS = [dict(), dict(depth=1), dict(depth=20, activation="relu", spread="3"), dict(depth=20, batch_norm=True),
             dict(activation="leaky_relu", spread=HE, clip=1.0), dict(rate=1.0, activation="relu"),
             dict(depth=20, activation="relu", spread="0.01", batch_norm=True, clip=0.1)]


def stub(*args, **kwargs):
    raise NotImplementedError


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_gives_a_picture_and_its_words(position):
    picture = lab.picture(YOURS, **position)
    assert picture.png.startswith(b"\x89PNG") and "Gradient in layer 1" in picture.words
    assert picture.words.startswith(f"{position.get('depth', 8)} hidden")


def test_title_and_labels():
    lab.picture(YOURS)
    stage = lab._stage()
    assert stage.left.get_title(loc="left").startswith("first layer / last layer: ")
    assert stage.right.get_title(loc="left").startswith("loss ")
    assert (stage.left.get_xlabel(), stage.left.get_ylabel()) == ("layer", "‖dW‖ of each layer")
    assert (stage.right.get_xlabel(), stage.right.get_ylabel()) == ("update", "loss on 48 digits")
    assert stage.left.get_yscale() == stage.right.get_yscale() == "log"
    assert {line.get_color() for line in (stage.before, stage.after, stage.loss, stage.lost)} <= set(plots.SERIES)


def run(**position):
    settings = dict(depth=8, activation="sigmoid", spread=XAVIER, rate=-1.0, clip=0.0, batch_norm=False) | position
    return lab.updates(lab.SimpleNamespace(**YOURS), settings["depth"], settings["activation"], settings["spread"],
                       10 ** settings["rate"], settings["clip"], settings["batch_norm"])


def test_what_the_lesson_asks_to_try_can_be_done():
    before, _, losses = run(depth=12)
    assert before[0] < 1e-6 and losses[-1] > 2.2                                # sigmoid, 12 layers: nothing
    assert run(depth=12, batch_norm=True)[2][-1] < 1.6                          # with batch norm it learns
    tanh, relu = (run(depth=20, activation=name)[0] for name in ("tanh", "relu"))
    assert 0.2 < tanh[0] / tanh[-1] < 5 and max(relu) < 0.02                    # level for tanh, not for ReLU
    fast = dict(activation="relu", spread=HE, rate=0.5)
    assert np.isnan(run(**fast)[2][-1]) and run(**fast, clip=0.1)[2][-1] < 1.5  # clipping mends it
    assert run(depth=12, clip=1.0)[2] == run(depth=12, clip=10.0)[2]            # and does nothing here


def test_both_ways_give_the_gradient_of_the_loss():
    X, labels = lab._digits()
    layers = lab.network(3, XAVIER)
    yours = lab.SimpleNamespace(**YOURS)
    for gradients in (lab.plain_gradients, lab.normed_gradients):
        _, pairs = gradients(yours, X, labels, layers, "tanh")
        direction = [(np.cos(W), np.sin(1 + b)) for W, b in layers]

        def at(step, gradients=gradients, direction=direction):
            moved = [(W + step * dW, b + step * db) for (W, b), (dW, db) in zip(layers, direction, strict=True)]
            return gradients(yours, X, labels, moved, "tanh")[0]

        slope = sum(np.sum(g * d) for pair, along in zip(pairs, direction, strict=True)
                    for g, d in zip(pair, along, strict=True))
        assert (at(1e-6) - at(-1e-6)) / 2e-6 == pytest.approx(slope, rel=1e-5)


def test_it_is_the_learners_function_that_is_shown():
    lab.picture(YOURS | {"gradient_norms": lambda grads: [7.0] * len(grads)})
    assert set(lab._stage().before.get_ydata()) == {7.0}


@pytest.mark.parametrize("name", ["forward", "backward", "gradient_norms"])
def test_without_a_function_a_message_says_what_is_missing(name):
    picture = lab.picture(YOURS | {name: stub})
    assert "not written yet" in picture.remark and f"<code>{name}</code>" in picture.remark and picture.png
    assert not len(lab._stage().loss.get_xdata())


def test_functions_are_needed_only_where_they_are_used():
    assert "not written" not in lab.picture(YOURS | {"clip_by_global_norm": stub, "batchnorm_forward": stub}).remark
    assert "clip_by_global_norm" in lab.picture(YOURS | {"clip_by_global_norm": stub}, clip=1.0).remark
    assert "batchnorm_backward" in lab.picture(YOURS | {"batchnorm_backward": stub}, batch_norm=True).remark


@pytest.mark.parametrize("name", lab.NEEDS)
@pytest.mark.parametrize("wrong", [lambda *a: None, lambda *a: 1 / 0, lambda: 0, lambda *a: "<b>x</b>"])
def test_a_function_that_fails_leaves_the_lab_standing(name, wrong):
    picture = lab.picture(YOURS | {name: wrong}, clip=1.0, batch_norm=name.startswith("batch"))
    assert picture.png and picture.remark and "<b>x" not in picture.remark and "Loss" not in picture.words


def test_sliders_redraw_and_the_still_picture_comes_with_the_lab(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    assert lab.gradient_lab(*(YOURS[name] for name in lab.NEEDS)) is None
    still, asleep, live = shown
    assert "run this cell" in asleep["text/html"]
    assert still["image/png"] and "8 hidden sigmoid layers" in still["text/plain"]
    controls, figure, remark = live.children
    depth, activation, spread, rate, clip, batch_norm = controls.children
    assert [type(c) for c in controls.children] == [
        widgets.IntSlider, widgets.Dropdown, widgets.SelectionSlider, widgets.FloatSlider, widgets.SelectionSlider,
        widgets.Checkbox]
    before = figure.value
    depth.value, activation.value, spread.value = 3, "relu", HE
    assert "3 hidden relu layers" in remark.value and figure.value != before
    rate.value, clip.value, batch_norm.value = 0.0, 1.0, True
    assert "clipped at 1, batch norm on" in remark.value and panel.HIDE_STILL in figure.value
