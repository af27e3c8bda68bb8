"""The labs: one interactive figure a lesson, driven by the learner's own functions.

    labs.loss.polynomial_lab(mse)

Each module `labs.<topic>` draws, and is loaded when it is first used; `labs.panel` holds the controls and the still
picture for where nothing can move.
"""

from importlib import import_module, util


def __getattr__(name):
    if name.startswith("_") or util.find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"there is no lab {name!r}")
    return import_module(f"{__name__}.{name}")
