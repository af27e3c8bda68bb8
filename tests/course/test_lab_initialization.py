"""The lab of lesson 5 and the certificate: what they show, with the learner's functions and without."""

from functools import partial

import numpy as np
import pytest

from autograder.lessons import catalogue
from course import plots
from course.labs import initialization as lab

OWN = catalogue.library("initialization")
FUNCTIONS = OWN["initialize"], OWN["activation_std"], OWN["predict_second_moments"]


def stub(*args, **kwargs):
    raise NotImplementedError


@pytest.mark.parametrize("activation", lab.ACTIVATIONS)
@pytest.mark.parametrize("scheme", lab.SCHEMES)
def test_every_position_gives_a_picture_and_its_words(scheme, activation):
    for depth in (2, 30):
        picture = lab.picture(*FUNCTIONS, scheme, activation, depth)
        assert picture.png.startswith(b"\x89PNG") and "Predicted" in picture.words
        assert f"{depth} hidden layers" in picture.words


def test_the_prediction_is_near_what_is_measured():
    for scheme, activation in [("Xavier, normal", "tanh"), ("He, uniform", "relu"), ("He, normal", "leaky_relu"),
                               ("normal, std 1", "tanh"), ("Xavier, uniform", "sigmoid"),
                               ("normal, std 0.1", "linear")]:
        X = lab.data.digits()[0][:lab.ROWS]
        layers = lab.network(FUNCTIONS[0], scheme, 6, 0)
        measured = FUNCTIONS[1](X, layers, partial(lab.activate, activation))
        line = lab.predicted(layers, activation, np.mean(X**2), FUNCTIONS[2])
        assert np.allclose(np.log(line), np.log(measured), atol=0.35), (scheme, activation)


def test_quadrature_and_formula_agree_on_relu():
    layers = lab.network(FUNCTIONS[0], "He, normal", 5, 0)
    assert np.allclose(lab.predicted(layers, "relu", 0.9), lab.predicted(layers, "relu", 0.9, FUNCTIONS[2]), rtol=0.02)


@pytest.mark.parametrize("missing", range(3))
def test_a_missing_or_failing_function_leaves_a_lab_that_says_so(missing):
    names = ("initialize", "activation_std", "predict_second_moments")
    for function, word in ((stub, "not written yet"), (lambda *a, **k: 1 / 0, "went wrong")):
        functions = [function if k == missing else f for k, f in enumerate(FUNCTIONS)]
        picture = lab.picture(*functions, "He, normal", "relu", 5)
        assert picture.png.startswith(b"\x89PNG") and names[missing] in picture.remark and word in picture.remark


def test_titles_and_labels():
    lab.picture(*FUNCTIONS, "He, normal", "relu", 5)
    stage = lab._stage()
    assert stage.left.get_title(loc="left").startswith("He, normal · relu")
    assert (stage.left.get_xlabel(), stage.left.get_ylabel()) == ("hidden layer", "activation a")
    assert (stage.right.get_xlabel(), stage.right.get_ylabel()) == ("hidden layer", "standard deviation of a")
    assert {stage.line.get_color(), stage.measured.get_color()} <= set(plots.SERIES)


def test_the_certificate_tells_own_parts_from_lent_ones(capsys, monkeypatch):
    from course.standin import STAND_INS
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    namespace = OWN | {"relu": STAND_INS["relu"], "train": None, "backward": lambda *args: []}
    layers = OWN["initialize"]([64, 20, 10], "he_normal", np.random.default_rng(0))
    lab.certificate(namespace, [0.97, 0.96, 0.98], 3 * [layers])
    said = capsys.readouterr().out
    assert "96.0 to 98.0 %" in said and "1510 numbers" in said
    assert "relu: the engine's stand-in" in said and "train: missing" in said and "backward: does not pass" in said
    assert "he_normal" in said.split("Not yet")[0]


def test_the_certificate_adds_up_points(tmp_path, monkeypatch, capsys):
    import json
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({"version": 1, "exercises": {
        "train": {"tries": 1, "passed": True, "score": 1.0}, "gain": {"tries": 2, "passed": False, "score": 0.5}},
        "questions": {"what-he-is-for": {"answer": "B"}}, "predictions": {}, "lessons": {}}))
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    lab.certificate(OWN)
    said = capsys.readouterr().out
    assert "No network has been trained here yet" in said
    assert "exercises 1 of 10, points 11 of 27, questions 1 of 18" in said
