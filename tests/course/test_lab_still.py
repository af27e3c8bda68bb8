"""Labs where ipywidgets or anywidget is not installed: a picture of the start, and nothing of a lesson stops."""

import pytest

from autograder.lessons import catalogue
from course import notebook
from course.labs import activations, dying, gradients, initialization, loss, loss_bowl, panel, start, weights


def of(topic, *names):
    return [catalogue.library(topic)[name] for name in names]


LABS = {
    "loss": lambda: loss.polynomial_lab(*of("loss", "mse")),
    "loss_bowl": lambda: loss_bowl.bowl_lab(*of("loss", "fit_line")),
    "weights": lambda: weights.bend_lab(*of("weights", "forward")),
    "activations": lambda: activations.explorer(*of(
        "activations", "sigmoid", "sigmoid_grad", "tanh_grad", "relu", "relu_grad", "leaky_relu", "prelu_backward")),
    "dying": dying.film,
    "gradients": lambda: gradients.gradient_lab(*of("gradients", *gradients.NEEDS)),
    "initialization": lambda: initialization.start_lab(*of(
        "initialization", "initialize", "activation_std", "predict_second_moments")),
    "start": start.reader_lab,
}


@pytest.mark.parametrize("name", LABS)
def test_a_lab_without_ipywidgets_is_the_picture_of_its_start(name, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **keywords: shown.append(value))
    LABS[name]()
    with_widgets = shown[0]
    shown.clear()
    monkeypatch.setattr(panel, "widgets", panel._NoWidgets)
    monkeypatch.setattr(start, "clickable", lambda: False)
    LABS[name]()
    picture, said = shown
    assert picture["text/plain"] == with_widgets["text/plain"] and picture["image/png"] == with_widgets["image/png"]
    assert "not installed here" in said["text/plain"] and "not installed here" in said["text/html"]


def test_without_anywidget_alone_the_first_lab_has_its_slider(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **keywords: shown.append(value))
    monkeypatch.setattr(start, "clickable", lambda: False)
    start.reader_lab()
    controls, _, remark = shown[-1].children
    number, = controls.children
    number.value = 8
    assert "Image 8" in remark.value


def test_every_lab_is_here():
    from pathlib import Path

    folder = Path(panel.__file__).parent
    showing = {path.stem for path in folder.glob("*.py") if "panel.show(" in path.read_text(encoding="utf-8")}
    assert showing == set(LABS)
    for path in folder.glob("*.py"):
        assert path.stem == "panel" or "ipywidgets" not in path.read_text(encoding="utf-8"), path


def test_a_card_that_cannot_be_clicked_does_not_ask_for_a_click(monkeypatch):
    from course.cards import question

    card = question._card("quiz", "q", "Which?", dict(zip("ABCD", "abcd", strict=True)), None, {})
    assert card.invitation.startswith("Run this cell, and then click an option. Or type a letter")
    assert notebook.clickable()
    monkeypatch.setattr(question, "clickable", lambda: False)
    assert card.invitation.startswith("Type a letter in the cell above, as answer=\"A\", and run it")
    assert "click" not in card.plain().split("Type a letter")[0]
