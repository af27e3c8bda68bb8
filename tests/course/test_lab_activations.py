"""The lab of lesson 3: what it shows, with the learner's functions, without them, and with wrong ones."""


import ipywidgets as widgets
import numpy as np
import pytest

from autograder.lessons.activations import solutions as reference
from course import plots
from course.labs import activations as lab
from course.labs import panel

FUNCTIONS = {name: getattr(reference, name) for name in
             ("sigmoid", "sigmoid_grad", "tanh_grad", "relu", "relu_grad", "leaky_relu", "prelu_backward")}


def stub(*args):
    raise NotImplementedError


@pytest.mark.parametrize("name", lab.NAMES)
@pytest.mark.parametrize("position", [dict(), dict(z=-6.0), dict(z=6.0, weight=4.0, k=20), dict(z=0.0, weight=0.0)])
def test_every_position_gives_a_picture_and_its_words(name, position):
    picture = lab.picture(FUNCTIONS, name, **position)
    assert picture.png.startswith(b"\x89PNG") and f"z = {position.get('z', 0.8):.1f}" in picture.words
    assert f"through {position.get('k', 10)} layers" in picture.words


@pytest.mark.parametrize("name", lab.NAMES)
def test_title_labels_and_colour(name):
    lab.picture(FUNCTIONS, name, k=7)
    stage = lab._stage()
    assert stage.left.get_title(loc="left").startswith(lab.TITLES.get(name, name.replace("_", " ")) + ": f(0.8) = ")
    assert stage.right.get_title(loc="left").startswith("after 7 layers: × ")
    assert (stage.left.get_xlabel(), stage.left.get_ylabel()) == ("z", "f(z) and f'(z)")
    assert stage.right.get_xlabel() and stage.right.get_ylabel() and stage.right.get_yscale() == "log"
    assert stage.f.get_color() == stage.derivative.get_color() == stage.factors.get_color() == plots.COLOURS[name]


def test_the_gradient_after_k_layers():
    f, derivative = lab.curves(FUNCTIONS, "sigmoid", 0.1)
    factors = lab.chain(f, derivative, 0.3, 2.0, 3)
    z1 = 0.3
    z2 = 2 * reference.sigmoid(np.array([z1]))[0]
    z3 = 2 * reference.sigmoid(np.array([z2]))[0]
    steps = [2 * reference.sigmoid_grad(np.array([z]))[0] for z in (z3, z2, z1)]
    assert np.allclose(factors, np.cumprod([1.0, *steps]))
    height = 1e-6                                    # the whole chain, nudged at its start

    def end(z):
        for _ in range(3):
            z = 2 * reference.sigmoid(np.array([z]))[0]
        return z
    assert np.isclose(factors[-1], (end(0.3 + height) - end(0.3 - height)) / (2 * height))


@pytest.mark.parametrize("name, lowest, at", [("swish", -0.278, -1.28), ("gelu", -0.170, -0.75)])
def test_the_smooth_relatives_of_relu_have_their_published_lowest_points_and_slopes(name, lowest, at):
    f, derivative = lab.curves(FUNCTIONS, name, 0.1)
    values = f(lab.Z)
    assert np.isclose(values.min(), lowest, atol=1e-3) and np.isclose(lab.Z[values.argmin()], at, atol=0.02)
    assert np.allclose(derivative(lab.Z), (f(lab.Z + 1e-6) - f(lab.Z - 1e-6)) / 2e-6, atol=1e-6)


def test_flat_zones_are_the_ends_of_the_sigmoid_and_the_left_of_relu():
    assert np.allclose(lab.flat_zones(reference.tanh_grad(lab.Z)), [(-6, -2.1), (2.1, 6)], atol=0.05)
    assert np.allclose(lab.flat_zones(reference.sigmoid_grad(lab.Z)), [(-6, -4.16), (4.16, 6)], atol=0.05)
    assert np.allclose(lab.flat_zones(reference.relu_grad(lab.Z)), [(-6, 0)], atol=0.05)
    _, leaky = lab.curves(FUNCTIONS, "leaky_relu", 0.1)
    assert lab.flat_zones(leaky(lab.Z)) == []


def test_a_relu_below_zero_passes_nothing():
    assert "nothing arrives" in lab.picture(FUNCTIONS, "relu", z=-1.0).words
    assert "nothing arrives" not in lab.picture(FUNCTIONS, "leaky_relu", z=-1.0).words


@pytest.mark.parametrize("name, used", [("sigmoid", "sigmoid"), ("tanh", "tanh_grad"), ("relu", "relu_grad"),
                                        ("leaky_relu", "prelu_backward"), ("swish", "sigmoid_grad")])
def test_a_stub_is_named_and_the_others_go_on(name, used):
    picture = lab.picture(FUNCTIONS | {used: stub}, name)
    assert "not written yet" in picture.remark and f"<code>{used}</code>" in picture.remark and picture.png
    other = "relu" if name != "relu" else "tanh"
    assert "not written" not in lab.picture(FUNCTIONS | {used: stub}, other).remark


@pytest.mark.parametrize("wrong", [lambda z: None, lambda z: 1 / 0, lambda: 0.0, lambda z: "<b>x</b>",
                                   lambda z: 0.5])
def test_a_function_that_fails_is_named_and_the_lab_stays(wrong):
    picture = lab.picture(FUNCTIONS | {"tanh_grad": wrong}, "tanh")
    assert "your <code>tanh_grad</code>" in picture.remark and "<b>x" not in picture.remark and picture.png


def test_sliders_redraw_and_the_still_picture_comes_with_the_lab(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    assert lab.explorer(**FUNCTIONS) is None
    still, asleep, live = shown
    assert "run this cell" in asleep["text/html"]
    assert still["image/png"] and "Tanh at z = 0.8" in still["text/plain"]
    controls, figure, remark = live.children
    name, z, slope, weight, k = controls.children
    assert [type(c) for c in controls.children] == [widgets.Dropdown, *[widgets.FloatSlider] * 3, widgets.IntSlider]
    name.value, z.value = "relu", -2.0
    assert "Relu at z = -2.0" in remark.value and "nothing arrives" in remark.value
    before = figure.value
    name.value, slope.value, weight.value, k.value = "leaky_relu", 0.5, 2.0, 4
    assert "through 4 layers with weight 2.0 is multiplied by 1." in remark.value and figure.value != before
    assert panel.HIDE_STILL in figure.value
