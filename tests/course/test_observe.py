import sys
import time
import warnings

import numpy as np
import pytest

from autograder.lessons.exercise import call, callable_, rng_
from course.checking.codec import decode
from course.checking.observe import ITERATOR_CAP, PRINT_CAP, observe


def look(function, *args, seconds=None, **kwargs):
    return observe({"f": function}, dict(call(*args, **kwargs), of="f"), seconds)


def test_the_result_is_data():
    raw = look(lambda x, k: x * k, np.array([1.0, 2.0]), k=3)
    assert np.array_equal(decode(raw["result"]), [3.0, 6.0])
    assert raw["mutated"] == [] and raw["warnings"] == [] and raw["printed"] == "" and not raw["global_rng"]


def test_a_missing_name_and_a_name_that_is_no_function():
    assert observe({}, dict(call(), of="f")) == {"missing": True}
    assert observe({"f": 3}, dict(call(), of="f")) == {"not_callable": "int"}


def test_an_exception_is_described():
    def f():
        raise KeyError("gone")
    error = look(f)["error"]
    assert error["type"] == "KeyError" and "LookupError" in error["mro"] and "gone" in error["message"]


@pytest.mark.parametrize("leave", [lambda: sys.exit(3), lambda: exec("raise GeneratorExit")])
def test_leaving_is_an_error_like_any_other(leave):
    assert "error" in look(leave)


def test_an_exception_that_cannot_be_printed():
    class Bad(Exception):
        def __str__(self):
            raise RuntimeError

    def f():
        raise Bad
    assert look(f)["error"]["type"] == "Bad"


def test_mutated_arguments_are_named_by_position_or_keyword():
    def f(x, items, y=None):
        x += 1
        items.append(4)
        y[0] = 0.0
        return 0
    assert look(f, np.ones(2), [1, 2], y=np.ones(3))["mutated"] == [0, 1, "y"]


def test_writing_and_restoring_is_no_mutation():
    def f(x):
        old = x[0]
        x[0] = 7
        x[0] = old
        return 0
    assert look(f, np.ones(2))["mutated"] == []


def test_warnings_are_noted_and_do_not_stop():
    with warnings.catch_warnings():
        warnings.simplefilter("error")          # as pytest -W error, or a learner's own filter, would have it
        raw = look(lambda z: 1 / (1 + np.exp(-z)), np.array([-1000.0]))
    assert decode(raw["result"]) == [0.0] and "overflow" in raw["warnings"][0]


def test_underflow_is_no_warning():
    assert look(lambda z: np.exp(-z), np.array([2000.0]))["warnings"] == []


def test_a_megabyte_of_print_costs_nothing():
    raw = look(lambda: print("x" * 1_000_000))
    assert len(raw["printed"]) == PRINT_CAP


def test_a_generator_is_drawn_and_an_endless_one_ends():
    def count():
        n = 0
        while True:
            yield n
            n += 1
    assert decode(look(lambda: (i for i in range(3)))["result"]) == [0, 1, 2]
    assert str(ITERATOR_CAP) in look(count)["error"]["message"]


def test_an_endless_loop_is_stopped_even_if_it_catches_everything():
    def f():
        while True:
            try:
                time.sleep(0.01)
            except BaseException as error:
                if time.perf_counter() - start > 0.5:
                    raise error
    start = time.perf_counter()
    assert look(f, seconds=0.2) == {"timeout": 0.2, "mutated": [], "warnings": [], "origins": [], "printed": "",
                                     "global_rng": False}


def test_the_alarm_leaves_nothing_behind():
    for _ in range(50):
        assert "result" in look(lambda: 1, seconds=0.5)
    time.sleep(0.7)


def test_an_rng_is_built_for_each_call_and_named_functions_work():
    draws = [decode(look(lambda rng: rng.normal(size=3), rng_(5))["result"]) for _ in range(2)]
    assert np.array_equal(*draws) and np.array_equal(draws[0], np.random.default_rng(5).normal(size=3))
    x = np.array([0.5, 2.0])
    assert np.array_equal(decode(look(lambda f, x: f(x), callable_("tanh"), x)["result"]), np.tanh(x))
    assert np.array_equal(decode(look(lambda f, x: f(x), callable_("poly", 1, 0, 2), x)["result"]), 1 + 2 * x**2)
    assert decode(look(lambda f, x: f(x), callable_("sum_of", "square"), x)["result"]) == 4.25


def test_use_of_the_global_generator_is_noted():
    assert look(lambda rng: np.random.rand(), rng_(5))["global_rng"]
    assert look(lambda rng: np.random.seed(0), rng=rng_(5))["global_rng"]
    assert not look(lambda rng: rng.normal(), rng_(5))["global_rng"]
