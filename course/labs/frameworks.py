"""What the coda needs around the frameworks: load them quietly, run without them, and keep a list of what agreed.

    torch, tf, keras = labs.frameworks.load()           # None for what is not installed
    agree = labs.frameworks.Agreement()
    agree("the logits", ours, torch=lambda: …, keras=lambda: …)
    agree.draw(ax)

A comparison with a framework that is not there is one line that says what to install.
"""

import importlib
import os
import sys

import numpy as np

from course import plots

NAMES = {"torch": "PyTorch", "keras": "Keras"}
COLOURS = {"yours": plots.GREEN, "PyTorch": plots.VERMILION, "Keras": plots.BLUE}
# What was tested: the pins of requirements-frameworks.txt.
PINS = {"torch": "torch==2.13.0", "keras": f"tensorflow{'' if sys.platform == 'darwin' else '-cpu'}==2.21.0"}
SAME = 1e-6

_loaded = {}


def load():
    """The modules (torch, tensorflow, keras), computing in 64 bits; None for each that is not installed.

    Prints a line on each framework: its version, or what to do.
    """
    for framework, load_it in (("torch", _torch), ("keras", _keras)):
        _loaded[framework] = None
        try:
            _loaded[framework] = load_it()
        except ModuleNotFoundError:
            print(missing(framework))
        except Exception as error:          # installed, and broken: the rest of the notebook does not need it
            print(f"{NAMES[framework]} does not load ({type(error).__name__}: {error}).\n{missing(framework)}")
        else:
            versions = ", ".join(f"{m.__name__} {m.__version__}" for m in _loaded[framework])
            print(f"{NAMES[framework]}: {versions}")
    return (*(_loaded["torch"] or [None]), *(_loaded["keras"] or [None, None]))


def has(framework):
    """Whether "torch" or "keras" is there; prints what to install where it is not."""
    if _loaded.get(framework):
        return True
    print(missing(framework))
    return False


def missing(framework):
    """What to do about a framework that is not installed."""
    return (f"{NAMES[framework]} is not installed. To see its side, run  %pip install {PINS[framework]}\n"
            f"in a cell, restart the kernel, and start again at the top.")


def _torch():
    torch = importlib.import_module("torch")
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)                # matrices as small as here only wait for one another
    return [torch]


def _keras():
    # No graphics card is needed, and no start-up messages: a page of them would bury the numbers.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    for name, value in (("CUDA_VISIBLE_DEVICES", "-1"), ("TF_CPP_MIN_LOG_LEVEL", "3"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
        os.environ.setdefault(name, value)
    tensorflow, keras = importlib.import_module("tensorflow"), importlib.import_module("keras")
    keras.backend.set_floatx("float64")
    return [tensorflow, keras]


def difference(mine, other):
    """Largest difference of any entry, divided by the largest entry of `other`; lists of arrays are taken together."""
    if isinstance(mine, (list, tuple)) or isinstance(other, (list, tuple)):
        return max(difference(a, b) for a, b in zip(mine, other, strict=True))
    mine, other = _array(mine), _array(other)
    if mine.shape != other.shape:
        raise ValueError(f"the shapes are {mine.shape} and {other.shape}")
    gap = np.max(np.abs(mine - other)) / (np.max(np.abs(other)) or 1.0)
    return float(gap) if np.isfinite(gap) else np.inf


def _array(x):
    """A plain array of what any of the three returns."""
    if hasattr(x, "detach"):
        x = x.detach()
    return np.asarray(x.numpy() if hasattr(x, "numpy") else x, dtype=float)


class Agreement:
    """Compare results, print how far apart they are, and remember it for one figure at the end."""

    def __init__(self):
        self.found = {}                     # (what, framework) -> difference

    def __call__(self, what, ours, **theirs):
        """ours : array, number or list of them; theirs : functions that return the same, by framework."""
        print(what)
        for framework, compute in theirs.items():
            if not _loaded.get(framework):
                print(f"  {NAMES[framework]:8s} not installed: %pip install {PINS[framework]}")
                continue
            try:
                gap = difference(ours, compute())
            except ValueError as error:
                print(f"  {NAMES[framework]:8s} cannot be compared: {error}")
                continue
            self.found[what, framework] = gap
            print(f"  {NAMES[framework]:8s} largest difference {f'{gap:.0e}' if gap else '0'}" + (
                "" if gap <= SAME else f", more than {SAME:.0e}"))

    def draw(self, ax):
        """Every comparison as a point, on a log axis."""
        rows = list(dict.fromkeys(what for what, _ in self.found))
        for (what, framework), gap in self.found.items():
            ax.plot(max(gap, 1e-17), len(rows) - rows.index(what) - (framework == "keras") * 0.25,
                    "os"[framework == "keras"], color=COLOURS[NAMES[framework]], clip_on=False)
        for framework, name in NAMES.items():
            ax.plot([], [], "os"[framework == "keras"], color=COLOURS[name], label=name)
        ax.set_xscale("log")
        ax.set_xlim(1e-17, 1)
        ax.set_ylim(0.3, len(rows) + 1.4)
        ax.set_yticks(np.arange(len(rows), 0, -1) - 0.12, rows)
        for at, name, style in ((2.2e-16, " 64 bits", ":"), (1.2e-7, " 32 bits", ":"), (SAME, "", "--")):
            ax.axvline(at, color=plots.GREY, linestyle=style, linewidth=1.2)
            ax.text(at, len(rows) + 1.3, name, color=plots.GREY, fontsize=9, va="top")
        return ax
