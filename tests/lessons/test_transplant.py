"""A known mistake put into another's program goes wrong in its own way, and calls what that program holds."""

import numpy as np
import pytest

from autograder.lessons import catalogue
from autograder.lessons.catalogue import LessonFault
from autograder.lessons.transplant import transplant
from course import contents

RNG = np.random.default_rng(3)
LAYERS = [(RNG.normal(size=(3, 4)), RNG.normal(size=4)), (RNG.normal(size=(4, 2)), RNG.normal(size=2))]
X, LABELS = RNG.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
TRAIN = (LAYERS, X, LABELS, 1, 5, 0.01, np.random.default_rng(0))
CALLS = {       # a composed mistake, what it is called with, a part of it
    "cross_entropy__sum": ((X, LABELS), "log_softmax"),
    "fit_line__uphill": ((X[:, 0], X[:, 1], 0.1, 2), "mse_grad"),
    "fit_line__b_never_moves": ((X[:, 0], X[:, 1], 0.1, 2), "mse"),
    "dense__twice": ((X, *LAYERS[0], np.tanh), "linear"),
    "forward__bent_logits": ((X, LAYERS, np.tanh), "linear"),
    "sigmoid_grad__value": ((X,), "sigmoid"),
    "softmax_cross_entropy_grad__sign": ((X, LABELS), "softmax"),
    "backward__reversed": ((np.ones((5, 2)), [np.ones((5, 4)), np.ones((5, 2))], [X, np.ones((5, 4))], LAYERS, np.cos),
                           "linear_backward"),
    "activation_std__variance": ((X, LAYERS, np.tanh), "forward"),
    "initialize__no_last_layer": (([4, 3, 2], "he_normal", np.random.default_rng(0)), "he_normal"),
    "train__biases_stay": (TRAIN, "adam_step"),
    "train__tanh": (TRAIN, "clip_by_global_norm"),
}


class Called(Exception):
    """Raised by a part that was called."""


def stop(*_):
    raise Called


@pytest.mark.parametrize("identity", CALLS)
def test_a_composed_mistake_calls_the_parts_of_the_program_that_it_is_put_into(identity):
    arguments, part = CALLS[identity]
    exercise, notebook = identity.partition("__")[0], {}
    transplant(identity, notebook)
    notebook[part] = stop                               # written after it, as in a cell that was run again
    with pytest.raises(Called):
        notebook[exercise](*arguments)


def test_what_the_program_lacks_is_the_lessons_own():
    notebook = {}
    function = transplant("forward__lists_swapped", notebook)
    activations, zs = notebook["forward"](X, LAYERS, np.tanh)
    right = catalogue.references("weights")["forward"](X, LAYERS, np.tanh)
    np.testing.assert_allclose(zs[-1], right[0][-1])
    np.testing.assert_allclose(activations[-1], right[1][-1])
    assert function is notebook["forward"] and function.__name__ == "forward"


def test_every_known_mistake_can_be_put_into_an_empty_program():
    for topic in contents.TOPICS:
        for exercise, wrong in catalogue.mistakes(topic).items():
            for identity, function in wrong.items():
                notebook = {}
                put = transplant(f"{exercise}__{identity}", notebook)
                assert list(notebook) == [exercise] and put.__doc__ == function.__doc__
                assert put.__globals__ is not function.__globals__


def test_two_transplants_into_two_programs_know_nothing_of_one_another():
    one, other = {"sigmoid": np.zeros_like}, {"sigmoid": np.ones_like}
    for notebook in (one, other):
        transplant("sigmoid_grad__value", notebook)
    assert one["sigmoid_grad"](X).max() == 0 and other["sigmoid_grad"](X).min() == 1


def test_a_mistake_that_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(LessonFault, match="no mistake 'forward__no_bais'; did you mean 'forward__no_bias'"):
        transplant("forward__no_bais", {})
