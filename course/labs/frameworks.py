"""What the lesson `frameworks` needs around PyTorch and Keras: which is there, how to run without, how to compare.

    labs.frameworks.use(FRAMEWORK)                      # says what is there, or what to install
    agree = labs.frameworks.Agreement()
    agree("the logits", ours, lambda: …)                # prints how far apart the two are, and keeps it
    labs.frameworks.measured("default start", lambda: …)    # runs it, or gives what was recorded

Where the framework is not installed, `measured` gives the numbers of a real run: course/data/frameworks.json, written
by `python benchmarks/record_frameworks.py`.
"""

import contextlib
import importlib
import json
import os
import sys
from pathlib import Path

import numpy as np

from course import plots
from course.checking import adapters
from course.contents import DATA

NAMES = {"torch": "PyTorch", "keras": "Keras"}
COLOURS = {"yours": plots.GREEN, "PyTorch": plots.VERMILION, "Keras": plots.BLUE}
# What was tested: the pins of requirements-frameworks.txt.
PINS = {"torch": "torch==2.13.0", "keras": f"tensorflow{'' if sys.platform == 'darwin' else '-cpu'}==2.21.0"}
SAME, ROUNDING = 1e-6, 1e-13             # what is accepted, and what 64 bits leave after many updates
RECORDED = DATA / "frameworks.json"

_used, _modules = "torch", {}           # the framework that was chosen, {name: module} of it where it is installed


def quiet():
    """Before the imports: TensorFlow as the backend of Keras, without a graphics card and without pages of messages."""
    adapters.quiet()


def use(framework):
    """Say which framework is there, or what to install."""
    global _used
    _modules.clear()
    if framework not in NAMES:
        print(f'FRAMEWORK is {framework!r}. Write FRAMEWORK = "torch" or FRAMEWORK = "keras" in the cell above, and '
              "run on from there.")
        return
    _used = framework
    try:
        for name in {"torch": ["torch"], "keras": ["tensorflow", "keras"]}[framework]:
            _modules[name] = importlib.import_module(name)
    except ImportError:
        _modules.clear()
        print(f"{missing(framework)}\nUntil then the cells below show the numbers of a run with {_versions()}.")
        return
    if framework == "torch":
        torch = _modules["torch"]
        torch.set_num_threads(1)                    # matrices as small as here only wait for one another
        torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)        # the first one takes seconds: now
    print("You write in", ", ".join(f"{module.__name__} {module.__version__}" for module in _modules.values()))


def missing(framework):
    """What to do about a framework that is not installed."""
    return (f"{NAMES[framework]} is not installed. Run  %pip install {PINS[framework]}\n"
            f"in a cell, restart the kernel, and start again at the top.")


def has():
    """Whether the framework that was chosen is there."""
    return bool(_modules)


def name():
    """PyTorch or Keras."""
    return NAMES[_used]


# --- measured now, or recorded ------------------------------------------------------------------------------

def recorded():
    """{framework: {name: numbers}} of the run that was recorded."""
    try:
        return json.loads(RECORDED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _versions():
    return recorded().get(_used, {}).get("versions", NAMES[_used])


def measured(what, measure):
    """What `measure()` gives, as plain lists and numbers; what was recorded of it where the framework is missing.

    With the environment variable COURSE_RECORD, a file, what was measured is written there.
    """
    if not has():
        found = recorded().get(_used, {})
        if what not in found:
            raise LookupError(f"nothing is recorded of {what!r} for {NAMES[_used]}")
        return found[what]
    found = _plain(measure())
    if os.environ.get("COURSE_RECORD"):
        path = Path(os.environ["COURSE_RECORD"])
        every = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps({**every, what: found, "versions": ", ".join(
            f"{module.__name__} {module.__version__.partition('+')[0]}" for module in _modules.values())}), "utf-8")
    return found


def both(what, measure):
    """{name: numbers} of both frameworks: of the one that was chosen as in `measured`, of the other as recorded."""
    return {NAMES[_used]: measured(what, measure), **{
        f"{NAMES[other]} (recorded)": found[what] for other, found in recorded().items() if other != _used}}


def _plain(value):
    """Lists, numbers and texts of what any of the three returns."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _array(value).tolist()


def _array(x):
    """A plain array of what any of the three returns."""
    if hasattr(x, "detach"):
        x = x.detach()
    return np.asarray(x.numpy() if hasattr(x, "numpy") else x, dtype=float)


# --- comparing ----------------------------------------------------------------------------------------------

def called(exercise, function):
    """Your function of models as one of arrays, as its check sees it."""
    from course.checking.adapters import adapted
    return adapted(_used, exercise, function)


def logits(model, X):
    """What a model gives for the rows of X, as an array."""
    return _array(model(_modules["torch"].tensor(X)) if _used == "torch" else model(X))


def difference(mine, other):
    """Largest difference of any entry, divided by the largest entry of `other`; lists of arrays are taken together."""
    if isinstance(mine, (list, tuple)) or isinstance(other, (list, tuple)):
        return max(difference(a, b) for a, b in zip(mine, other, strict=True))
    mine, other = _array(mine), _array(other)
    if mine.shape != other.shape:
        raise ValueError(f"the shapes are {mine.shape} and {other.shape}")
    gap = np.max(np.abs(mine - other)) / (np.max(np.abs(other)) or 1.0)
    return float(gap) if np.isfinite(gap) else np.inf


class Agreement:
    """Compare results, print how far apart they are, and remember it for one figure at the end."""

    def __init__(self):
        self.found = {}                     # what -> difference

    def __call__(self, what, ours, theirs):
        """ours : array, number or list of them; theirs : function that returns the same from the framework."""
        try:
            gap = measured(f"agreement: {what}", lambda: difference(ours, theirs()))
        except ValueError as error:
            print(f"{what}: cannot be compared, {error}")
            return
        self.found[what] = gap
        print(f"{what}: largest difference {f'{gap:.0e}' if gap else '0'}" + (
            "" if gap <= SAME else f", more than {SAME:.0e}") + ("" if has() else " (recorded)"))

    def draw(self, ax):
        """Every comparison as a point, on a log axis."""
        rows = list(self.found)
        for row, what in enumerate(reversed(rows), 1):
            ax.plot(max(self.found[what], 1e-18), row, "o", color=COLOURS[NAMES[_used]], clip_on=False)
        ax.set_xscale("log")
        ax.set_xlim(1e-18, 10)
        ax.set_ylim(0.3, len(rows) + 1.4)
        ax.set_yticks(range(1, len(rows) + 1), reversed(rows))
        for at, words, style, side in ((ROUNDING, "rounding in 64 bits ", ":", "right"),
                                       (1.2e-7, "one in 32 bits ", ":", "right"),
                                       (SAME, " accepted at most", "--", "left")):
            ax.axvline(at, color=plots.GREY, linestyle=style, linewidth=1.2)
            ax.text(at, len(rows) + 1.3, words, color=plots.GREY, fontsize=9, va="top", ha=side)
        return ax


@contextlib.contextmanager
def as_yours():
    """The framework's one step that differs from yours, for a while as in yours.

    PyTorch: clipping without the 1e-6 that it adds to the norm. Keras: Adam with ε = 1e-8 beside the corrected root,
    and with its learning rate and its two β in 64 bits.
    """
    if not has():
        yield
    elif _used == "torch":
        torch = _modules["torch"]

        def clip(parameters, max_norm, *_, **__):
            parameters = list(parameters)
            norm = torch.sqrt(sum(torch.sum(p.grad**2) for p in parameters))
            for p in parameters:
                p.grad *= min(1.0, max_norm / float(norm)) if norm > 0 else 1.0
            return norm
        with _put(torch.nn.utils, "clip_grad_norm_", clip):
            yield
    else:
        keras = _modules["keras"]

        class Adam(keras.optimizers.Adam):
            def __init__(self, learning_rate=1e-3, **more):
                super().__init__(learning_rate, beta_1=np.float64(0.9), beta_2=np.float64(0.999), **more)

                self.exact = np.float64(learning_rate)

            def _get_current_learning_rate(self):
                return self.exact                   # Keras keeps it in 32 bits

            def apply(self, grads, *given):
                self.epsilon = 1e-8 * np.sqrt(1 - 0.999 ** (int(self.iterations) + 1))
                return super().apply(grads, *given)
        with _put(keras.optimizers, "Adam", Adam):
            yield


@contextlib.contextmanager
def _put(module, name, value):
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


# --- the broken script --------------------------------------------------------------------------------------

def broken_script():
    """Print the script with five faults, with the numbers of its lines."""
    for number, line in enumerate(recorded()[_used]["script"], 1):
        print(f"{number:2d}  {line}")


# the right script, then the faults: colour, line and marker, so that two that lie on one another can be told apart
LOOKS = [(plots.INK, "-o"), (plots.BLUE, "-s"), (plots.VERMILION, "--D"), (plots.GREEN, "-^"), (plots.PURPLE, "-v"),
         (plots.SKY, "--P")]


def draw_broken(axes):
    """What each of the five faults alone does to loss and accuracy, beside the right script (three seeds each)."""
    runs = recorded()[_used]["broken"]
    for ax, part in zip(axes, ("loss", "accuracy"), strict=True):
        for (which, found), (colour, style) in zip(runs.items(), LOOKS, strict=False):
            epochs = np.arange(1, len(found[part][0]) + 1)
            plots.band(ax, epochs, found[part], colour, which, linestyle=style[:-1], marker=style[-1], markersize=4)
    axes[0].set_yscale("log")           # one of them bursts
    axes[0].set_yticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
    axes[0].minorticks_off()
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False,
                          fontsize=9)
    return axes
