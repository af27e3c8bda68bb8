"""How long a lab takes to redraw after a control has moved, with the references in the learner's place.

    python benchmarks/labs.py [lesson …]

Every slider and choice of every lab is moved through some of its positions. What is measured is the kernel's
share: the learner's functions, the drawing, the PNG. The browser adds what it takes to show a picture. The last
line is the slowest median of a control.
"""

import argparse
import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ipywidgets as widgets

from autograder.lessons import catalogue
from course import labs
from course.labs import panel

MOVES = 8
LABS = {
    "loss": ("polynomial_lab", ["mse"]),
    "weights": ("bend_lab", ["forward"]),
    "activations": ("explorer", ["sigmoid", "sigmoid_grad", "tanh_grad", "relu", "relu_grad", "leaky_relu",
                                 "prelu_backward"]),
    "gradients": ("gradient_lab", ["forward", "backward", "gradient_norms", "clip_by_global_norm",
                                   "batchnorm_forward", "batchnorm_backward"]),
    "initialization": ("start_lab", ["initialize", "activation_std", "predict_second_moments"]),
}


def controls(widget):
    """All that has a value and moves, wherever it stands in the lab."""
    if isinstance(widget, widgets.HTML):
        return []
    inner = [control for child in getattr(widget, "children", ()) for control in controls(child)]
    return inner or ([widget] if hasattr(widget, "value") else [])


def positions(control):
    """Some of the values that a control can take, none twice in a row."""
    if hasattr(control, "options"):
        options = [o[1] if isinstance(o, tuple) else o for o in control.options]
        return [options[i % len(options)] for i in range(1, MOVES + 1)] if len(options) > 1 else []
    if isinstance(control.value, bool):
        return [not control.value, control.value] * (MOVES // 2)
    low, high = control.min, control.max
    values = [low + (high - low) * k / (MOVES - 1) for k in range(MOVES)]
    return [int(v) for v in values] if isinstance(control.value, int) else values


def lab(topic):
    name, parts = LABS[topic]
    library = catalogue.library(topic)
    shown, show = [], panel.show
    panel.show = lambda draw, controls: shown.append(show(draw, controls))
    with contextlib.redirect_stdout(io.StringIO()):
        getattr(getattr(labs, topic), name)(*[library[part] for part in parts])
    panel.show = show
    return shown[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", default=list(LABS))
    args = parser.parse_args()
    print(f"{'lab':16} {'control':28} {'p50 ms':>8} {'most ms':>8}")
    worst = (0.0, "")
    for topic in args.topics:
        for control in controls(lab(topic)):
            taken = []
            for value in positions(control):
                start = time.perf_counter()
                control.value = value
                taken.append(1e3 * (time.perf_counter() - start))
            if taken:
                name = control.description or type(control).__name__
                print(f"{topic:16} {name[:28]:28} {statistics.median(taken):8.0f} {max(taken):8.0f}", flush=True)
                worst = max(worst, (statistics.median(taken), f"{topic}, {name}"))
    print(f"slowest median: {worst[0]:.0f} ms, {worst[1]}")


if __name__ == "__main__":
    main()
