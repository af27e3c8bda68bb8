"""Exercises that may be written in one framework or another: a learner's function as a plain function of arrays.

`torch.py` and `keras.py` beside this file hold a function for each such exercise, under its name: it takes what the
learner wrote, which works on the framework's models, and returns a function whose arguments and results are arrays and
numbers. Each imports its framework, so it is imported only where that one is asked for.
"""

import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from typing import Any

from course.statements import CHOICE as CHOICE

MODULES = {"torch": ("torch",), "keras": ("tensorflow", "keras")}       # what a variant needs
TITLES = {"torch": "PyTorch", "keras": "Keras"}
# What was tested: the pins of requirements-frameworks.txt.
PINS = {"torch": "torch==2.13.0", "keras": f"tensorflow{'' if sys.platform == 'darwin' else '-cpu'}==2.21.0"}

# TensorFlow as the backend of Keras, without a graphics card and without pages of start-up messages.
QUIET = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3",
         "TF_ENABLE_ONEDNN_OPTS": "0"}

Function = Callable[..., Any]


def quiet() -> None:
    """Before a framework is imported: what this process's environment should say to it."""
    os.environ["KERAS_BACKEND"] = QUIET["KERAS_BACKEND"]
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def title(variant: str) -> str:
    """How a variant is called in sentences."""
    return TITLES.get(variant, variant)


def titles(variants: Iterable[str]) -> str:
    return " and ".join(map(title, variants))


def installed(variant: str) -> bool:
    """Whether all that a variant needs is on this machine. Nothing is imported for that."""
    return all(importlib.util.find_spec(name) is not None for name in MODULES[variant])


def missing(variant: str) -> str:
    """What to do about a variant that is not installed, for a learner."""
    return (f"{title(variant)} is not installed here. To write in it, run `%pip install "
            f"{PINS.get(variant, variant)}` in a cell, restart the kernel, and start again at the top.")


def version(variant: str) -> str:
    """"torch 2.13.0", of the first module of a variant; "no torch" where that is not installed."""
    name = MODULES[variant][0]
    for package in (name, f"{name}-cpu"):
        try:
            return f"{name} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            continue
    return f"{name} of unknown version" if installed(variant) else f"no {name}"


@functools.cache
def _adapters(variant: str) -> Mapping[str, Any]:
    place = f"{__name__}.{variant}"
    return vars(importlib.import_module(place)) if importlib.util.find_spec(place) is not None else {}


def has(variant: str, name: str) -> bool:
    """Whether an exercise has an adapter of a variant, which has to be installed."""
    made = _adapters(variant).get(name)
    return callable(made) and getattr(made, "__module__", "") == f"{__name__}.{variant}"


def adapted(variant: str, name: str, function: Function) -> Function:
    """The learner's `function` of an exercise as a function of arrays; itself where nothing has to be adapted.

    A case may call one of the learner's other functions too, such as one that was carried from an earlier lesson.
    """
    return _adapters(variant)[name](function) if has(variant, name) else function
