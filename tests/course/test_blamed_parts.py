"""Where a function fails because an earlier one is wrong, its card names that one; mended, the check passes."""

from functools import cache

import numpy as np
import pytest

from autograder.lessons import catalogue
from autograder.lessons.transplant import transplant
from course import contents
from course.actions.check import failing_parts, run, specifications
from course.contents import exercise_topics

# Functions that a program may call, and whose mistakes never show in what it gives.
UNTOUCHED = {("backward", "linear"), ("train", "numerical_gradient")}
MOST, FEW = 3, {"train": 1, "initialize": 1}    # mistakes of each part that show: a run of `train` takes a while


@cache
def sources(topic):
    """{function: source} of all that the lesson's notebook holds when everything in it is right."""
    return {name: catalogue.reference_source(exercise_topics()[name], name) for name in catalogue.library(topic)
            if name in exercise_topics()}


def notebook_of(topic):
    notebook = {"np": np}
    for source in sources(topic).values():
        exec(source, notebook)
    return notebook


def parts(name, topic):
    """The exercises that a right `name`, or its check, calls; and those that these call."""
    notebook, found, left = notebook_of(topic), [], [name]
    while left:
        one = left.pop()
        called = [*notebook[one].__code__.co_names, *(
            call["of"] for case in specifications(exercise_topics()[one])[one]["cases"] for call in case["calls"])]
        called = [n for n in dict.fromkeys(called) if n in sources(topic) and n not in (name, *found)]
        found += called
        left += called
    return dict.fromkeys(found)


# What is written in a framework calls nothing of the earlier lessons but `minibatches`.
COMPOSED = [(topic, name, part) for topic in contents.TOPICS for name, exercise in catalogue.exercises(topic).items()
            if not exercise.variants for part in parts(name, topic)]


def test_many_functions_are_composed():
    assert len(COMPOSED) > 30 and len({name for _, name, _ in COMPOSED}) > 12


@pytest.mark.parametrize(("lesson", "name", "part"), COMPOSED, ids=lambda value: value)
def test_the_part_that_is_blamed_is_the_one_to_mend(lesson, name, part):
    spec = specifications(lesson)[name]
    shown = 0
    for identity in catalogue.mistakes(exercise_topics()[part])[part]:
        notebook = notebook_of(lesson)
        transplant(f"{part}__{identity}", notebook)
        if run(spec, notebook).passed:
            continue                        # the mistake makes no difference here
        shown += 1
        assert failing_parts(name, notebook) == [part], identity
        exec(sources(lesson)[part], notebook)            # as the card says: that one is mended, and nothing else
        assert run(spec, notebook).passed, identity
        if shown == FEW.get(name, MOST):
            break
    assert bool(shown) != ((name, part) in UNTOUCHED)
