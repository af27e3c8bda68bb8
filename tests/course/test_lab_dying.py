"""The film of lesson 3: a unit that dies at a large step, and comes back where its bend leaks."""

import ipywidgets as widgets
import numpy as np
import pytest

from course.labs import dying


def on(learning_rate, leak):
    path = dying.course_of(learning_rate, leak)
    return np.sum(path[:, :1] * dying.X + path[:, 1:] > 0, axis=1)


def test_what_the_lesson_says_of_the_unit():
    assert on(0.5, 0.0).min() == 19 and on(0.7, 0.0)[1] == 8 and on(0.7, 0.0)[2:].min() == 19
    assert on(0.8, 0.0)[0] == 19 and on(0.8, 0.0)[1:].max() == 0
    assert on(0.8, 0.1)[[1, 2, 3, -1]].tolist() == [0, 2, 16, 19]


def test_a_dead_unit_does_not_move():
    path = dying.course_of(0.8, 0.0)
    assert np.array_equal(path[1:], np.repeat(path[1:2], dying.STEPS, axis=0))


def test_a_step_is_the_gradient_of_the_loss():
    def loss(w, b, leak):
        z = w * dying.X + b
        return np.mean((np.where(z > 0, z, leak * z) - dying.TARGETS) ** 2) / 2
    (w, b), after = dying.course_of(0.3, 0.1)[:2]
    slopes = [(loss(w + 1e-6, b, 0.1) - loss(w - 1e-6, b, 0.1)) / 2e-6,
              (loss(w, b + 1e-6, 0.1) - loss(w, b - 1e-6, 0.1)) / 2e-6]
    assert np.allclose(after, np.array([w, b]) - 0.3 * np.array(slopes), atol=1e-8)


@pytest.mark.parametrize("step, leak, said", [(0, 0.0, "alive"), (3, 0.0, "dead"), (1, 0.1, "silent")])
def test_the_picture_says_in_words_how_the_unit_is(step, leak, said):
    picture = dying.picture(0.8, leak, step)
    assert picture.png.startswith(b"\x89PNG") and f"Step {step}," in picture.words and f"is {said}" in picture.words


def test_play_moves_the_step_and_redraws_once(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    dying.film()
    rate, leak, step, play = shown[-1].children[0].children
    assert isinstance(play, widgets.Play) and play.max == step.max == dying.STEPS
    before = shown[-1].children[1].value
    play.value = 2
    assert shown[-1].children[1].value == before        # the page's link moves the slider, not this
    step.value = 2
    assert "Step 2," in shown[-1].children[2].value
