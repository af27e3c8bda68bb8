"""Put a known mistake into another's program: it goes wrong in its own way, and calls what is written there."""

import functools
import types
from collections.abc import Callable, MutableMapping
from typing import Any

from autograder.lessons import catalogue
from autograder.lessons.catalogue import LessonFault
from autograder.problems import near
from course import contents


def transplant(identity: str, namespace: MutableMapping[str, Any]) -> Callable[..., Any]:
    """Write a mistake into `namespace` under its exercise's name; returns the function.

    What the mistake builds on is looked up in `namespace` whenever it is called: the exercises that it calls are those
    written there, for as long as they are there, and the lesson's own where there is none.

    Parameters
    ----------
    identity : str
        As records and cards have it with the exercise in front: ``"forward__no_bias"``.
    namespace : dict
        A notebook's, or any other program's.

    Raises
    ------
    LessonFault
        If no lesson has such a mistake.
    """
    exercise, _, short = identity.partition("__")
    known = {f"{name}__{one}": function for topic in contents.TOPICS
             for name, wrong in catalogue.mistakes(topic).items() for one, function in wrong.items()}
    if identity not in known:
        raise LessonFault(f"there is no mistake {identity!r}{near(identity, known)}")
    function = _rooted(known[identity], exercise, namespace)
    function.__name__ = function.__qualname__ = exercise
    namespace[exercise] = function
    return function


def _rooted(function: Callable[..., Any], exercise: str, namespace: MutableMapping[str, Any]) -> types.FunctionType:
    """A copy of a mistake and of its file's helpers, in which names of other exercises mean those of `namespace`."""
    assert isinstance(function, types.FunctionType)
    home = function.__globals__
    world = dict(home)
    for name, value in home.items():
        if isinstance(value, types.FunctionType):
            if value.__globals__ is home:
                world[name] = _moved(value, world)
            elif name in contents.exercise_topics() and name != exercise:
                world[name] = _late(name, value, namespace)
    return _moved(function, world)


def _moved(function: types.FunctionType, world: dict[str, Any]) -> types.FunctionType:
    moved = types.FunctionType(function.__code__, world, function.__name__, function.__defaults__, function.__closure__)
    moved.__kwdefaults__, moved.__doc__ = function.__kwdefaults__, function.__doc__
    return moved


def _late(name: str, own: Callable[..., Any], namespace: MutableMapping[str, Any]) -> Callable[..., Any]:
    """A function that calls what `namespace` has under a name at the time of the call, else the lesson's own."""
    @functools.wraps(own)
    def call(*args: Any, **kwargs: Any) -> Any:
        return namespace.get(name, own)(*args, **kwargs)
    return call
