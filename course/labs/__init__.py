"""The labs: one interactive figure a lesson, driven by the learner's own functions.

    labs.loss.polynomial_lab(mse)

Each module `labs.<topic>` draws; `labs.panel` holds the sliders and the still picture for where nothing can move.
"""

from course.labs import loss

__all__ = ["loss"]
