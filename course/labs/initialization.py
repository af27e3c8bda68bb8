"""Lab of lesson 5: what a scheme, an activation and a depth make of the activations; and the course's certificate."""

from functools import lru_cache, partial
from types import SimpleNamespace

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator, NullLocator

from course import data, engine, plots
from course.labs import panel

WIDTH, ROWS, BINS, MOST_LAYERS = 100, 200, 61, 30
SCHEMES = {
    "Xavier, normal": "xavier_normal", "Xavier, uniform": "xavier_uniform", "He, normal": "he_normal",
    "He, uniform": "he_uniform", "normal, std 0.01": 0.01, "normal, std 0.1": 0.1, "normal, std 1": 1.0,
}
ACTIVATIONS = ("tanh", "relu", "leaky_relu", "sigmoid", "linear")
SPAN = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0), "relu": (-0.5, 4.0), "leaky_relu": (-0.5, 4.0),
        "linear": (-4.0, 4.0)}
NODES, SHARES = np.polynomial.hermite_e.hermegauss(101)
SHARES = SHARES / SHARES.sum()                  # averages over a standard normal distribution
FLOOR, CEILING = 1e-12, 1e12                    # of the axis of standard deviations


def activate(name, z):
    """The activation of that name."""
    return engine.ACTIVATIONS[name](engine.Tensor(z)).data


def network(initialize, scheme, depth, seed):
    """Layers of a network with `depth` hidden layers, by the learner's `initialize` or by a fixed std."""
    sizes, rng = [64] + [WIDTH] * depth + [10], np.random.default_rng(seed)
    kind = SCHEMES[scheme]
    if isinstance(kind, str):
        return initialize(sizes, kind, rng)
    return [(rng.normal(0, kind, (n, m)), np.zeros(m)) for n, m in zip(sizes[:-1], sizes[1:], strict=True)]


def predicted(layers, activation, q0, predict_second_moments=None):
    """Standard deviation of each hidden layer's activations, as if every z were normal; needs no data.

    A unit's z has mean 0 and E[z²] = fan_in · Var(w) · E[a²] of the layer before. The mean and the mean square
    of f(z) follow; for ReLU the learner's `predict_second_moments` gives the latter.
    """
    hidden = [W for W, _ in layers[:-1]]
    if activation == "relu" and predict_second_moments is not None:
        sizes = [len(hidden[0])] + [W.shape[1] for W in hidden]
        q = np.asarray(predict_second_moments(sizes, [float(W.var()) for W in hidden], q0), dtype=float)
        return np.sqrt(q * (1 - 1 / np.pi))     # the mean of max(z, 0) is √(E[z²]/2π), and E[z²] is 2q
    stds, q = [], q0
    for W in hidden:
        a = activate(activation, np.sqrt(len(W) * W.var() * q) * NODES)
        mean, q = np.sum(SHARES * a), np.sum(SHARES * a**2)
        stds.append(np.sqrt(max(q - mean**2, 0.0)))
    return np.array(stds)


def histograms(X, layers, activation):
    """Share of the activations in each of 61 bins, an array (61, depth). Beyond the edges: in the outer bins."""
    low, high = SPAN[activation]
    shares, a = [], X
    for W, b in layers[:-1]:
        a = activate(activation, a @ W + b)
        places = np.nan_to_num((a - low) * (BINS / (high - low)), nan=0.0)      # np.histogram takes four times as long
        counts = np.bincount(np.clip(places, 0, BINS - 1).astype(int).ravel(), minlength=BINS)
        shares.append(counts / a.size)
    return np.array(shares).T


@lru_cache(maxsize=1)
def _stage():
    fig, left, right = panel.two_parts(0.09, 0.27, (8.8, 3.9), width_ratios=[1.1, 1])
    left.grid(False)
    right.set_yscale("log")
    right.yaxis.set_minor_locator(NullLocator())
    measured, = right.plot([], [], "o", color=plots.VERMILION, markersize=5, label="measured by yours")
    line, = right.plot([], [], "-", color=plots.BLUE, linewidth=1.8, label="predicted")
    plots.label(left, "", "hidden layer", "activation a")
    plots.label(right, "", "hidden layer", "standard deviation of a")
    panel.legend(right, 2)
    for ax in (left, right):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return SimpleNamespace(fig=fig, left=left, right=right, measured=measured, line=line)


def draw(stage, shares, activation, scheme, measured, line):
    """Set the figure to one position of the controls. `measured` or `line` is None where a function is missing."""
    depth = shares.shape[1]
    for image in list(stage.left.images):
        image.remove()
    low, high = SPAN[activation]
    stage.left.imshow(np.sqrt(shares), aspect="auto", origin="lower", cmap="Blues", interpolation="nearest",
                      extent=(0.5, depth + 0.5, low, high), vmin=0, vmax=0.7)
    stage.left.set_title(f"{scheme} · {activation.replace('_', ' ')}: darker, more units", loc="left", y=1.01)
    layer = np.arange(1, depth + 1)
    for artist, values in ((stage.measured, measured), (stage.line, line)):
        shown = np.full(depth, np.nan) if values is None else np.clip(np.asarray(values, dtype=float), FLOOR, CEILING)
        artist.set_data(layer, shown)
    both = np.concatenate([np.asarray(a.get_ydata(), dtype=float) for a in (stage.measured, stage.line)])
    both = both[np.isfinite(both)]
    lowest, highest = (both.min(), both.max()) if both.size else (0.1, 1.0)
    low, high = 10 ** np.floor(np.log10(lowest / 1.5)), 10 ** np.ceil(np.log10(1.5 * highest))
    length = panel.room(depth, MOST_LAYERS) + 0.5
    stage.left.set_xlim(0.5, length)
    stage.right.set(xlim=(0.5, length), ylim=(0.8 * min(low, 0.1), 1.25 * max(high, 1.0)))
    stage.right.set_title("spread, layer by layer", loc="left", y=1.01)
    return stage.fig


def picture(initialize, activation_std, predict_second_moments, scheme="Xavier, normal", activation="tanh", depth=10,
            presses=0):
    """The lab's figure for one position of its controls, made with the learner's three functions."""
    X = data.digits()[0][:ROWS]
    remark, layers, measured, line = "", None, None, None
    try:
        layers = network(initialize, scheme, depth, presses)
        shares = histograms(X, layers, activation)
    except NotImplementedError:
        remark = panel.missing("initialize")
    except Exception as error:                  # whatever the learner's function does, the lab stays
        remark = panel.failing("initialize", f"{type(error).__name__}: {error}")
    if remark:
        layers = network(None, "normal, std 0.1", depth, presses)
        scheme, shares = "normal, std 0.1", histograms(X, layers, activation)
    try:
        measured = [float(s) for s in activation_std(X, layers, partial(activate, activation))]
        if len(measured) != depth:
            raise ValueError(f"{len(measured)} numbers for {depth} hidden layers")
    except NotImplementedError:
        measured, remark = None, remark or panel.missing("activation_std")
    except Exception as error:
        measured, remark = None, remark or panel.failing("activation_std", f"{type(error).__name__}: {error}")
    try:
        line = predicted(layers, activation, float(np.mean(X**2)), predict_second_moments)
        if len(line) != depth:
            raise ValueError(f"{len(line)} numbers for {depth} layers")
    except NotImplementedError:
        line, remark = None, remark or panel.missing("predict_second_moments")
    except Exception as error:
        line, remark = None, remark or panel.failing("predict_second_moments", f"{type(error).__name__}: {error}")
    fig = draw(_stage(), shares, activation, scheme, measured, line)
    words = f"{scheme}, {activation.replace('_', ' ')}, {depth} hidden layers of {WIDTH} units."
    if measured is not None:
        words += (f" Standard deviation of the activations: {measured[0]:.3g} in layer 1, {measured[-1]:.3g} in layer "
                  f"{depth}.")
    if line is not None:
        words += f" Predicted: {line[0]:.3g} and {line[-1]:.3g}."
    return panel.Picture(panel.png(fig), words, remark or panel.note(words))


def start_lab(initialize, activation_std, predict_second_moments):
    """Scheme, activation and depth; all activations layer by layer, and their predicted spread beside the measured."""
    widgets = panel.widgets()
    style, layout = {"description_width": "7em"}, widgets.Layout(width="22em")
    panel.show(partial(picture, initialize, activation_std, predict_second_moments), {
        "scheme": widgets.Dropdown(options=list(SCHEMES), value="Xavier, normal", description="scheme", style=style,
                                   layout=layout),
        "activation": widgets.Dropdown(options=[(name.replace("_", " "), name) for name in ACTIVATIONS], value="tanh",
                                       description="activation", style=style, layout=layout),
        "depth": widgets.IntSlider(10, 2, MOST_LAYERS, description="hidden layers", style=style, layout=layout),
        "presses": widgets.Button(description="draw again", tooltip="Draw the weights anew, with another seed"),
    })


def raw_test_digits():
    """The pictures behind X_test, ndarray (450, 8, 8), 0 (paper) to 16 (ink)."""
    return data.digits_images()[data._stored()["is_test"]]


# --- the certificate ----------------------------------------------------------------------------------------

PARTS = ("minibatches", "forward", "relu", "relu_grad", "cross_entropy", "softmax_cross_entropy_grad", "backward",
         "clip_by_global_norm", "adam_step", "he_normal", "initialize", "train")


def origin(name, namespace):
    """("yours" | "stand-in" | "missing", whether it passes its own check) of a part in a notebook's namespace."""
    from course.actions.check import quick
    from course.standin import STAND_INS

    function = namespace.get(name)
    if not callable(function):
        return "missing", False
    if function is STAND_INS.get(name):
        return "stand-in", False
    try:
        return "yours", bool(quick(name, function)[0])
    except Exception:
        return "yours", False


def lessons(state):
    """[(lesson, exercises passed, of, points, of, questions answered, of)] from a progress file's content."""
    from course.actions.check import specifications
    from course.contents import contents

    rows = []
    for topic, inside in contents().items():
        specs = specifications(topic)
        done = {name: state["exercises"].get(name, {}) for name in inside["exercises"]}
        points = sum(specs[name]["points"] * float(entry.get("score") or 0) for name, entry in done.items())
        rows.append((topic, sum(bool(e.get("passed")) for e in done.values()), len(done), round(points, 1),
                     sum(specs[name]["points"] for name in done),
                     sum(bool(state["questions"].get(q, {}).get("answer")) for q in inside["questions"]),
                     len(inside["questions"])))
    return rows


def certificate(namespace, accuracies=(), trained=()):
    """Show what was built in the course, and how it scored.

    Parameters
    ----------
    namespace : dict
        Of the notebook: ``globals()``. Its parts of `train` are checked once more.
    accuracies : sequence of float
        On the test digits, one for each seed.
    trained : list of networks
        One for each seed; a network is a list of (W, b).
    """
    from course.cards.result import ResultCard, show
    from course.cards.text import card_html, paragraph
    from course.progress_file import place, read

    parts = {name: origin(name, namespace) for name in PARTS}
    own = [name for name, (whose, passes) in parts.items() if whose == "yours" and passes]
    other = {name: "does not pass its check" if whose == "yours" else "the engine's stand-in" if whose == "stand-in"
             else "missing" for name, (whose, passes) in parts.items() if name not in own}
    path = place()
    rows = lessons(read(path)) if path is not None else []
    built = "No network has been trained here yet: write `train`, and run the cells below it."
    if len(accuracies) and len(trained):
        numbers = sum(W.size + b.size for W, b in trained[0])
        built = (f"A network of {len(trained[0])} layers and {numbers} numbers, trained on 1347 handwritten digits, "
                 f"reads {100 * min(accuracies):.1f} to {100 * max(accuracies):.1f} % of 450 others correctly "
                 f"({len(accuracies)} seeds).")
    whose = (f"Of the {len(PARTS)} functions that did it, {len(own)} are yours and pass their checks: "
             f"{', '.join(own) or 'none yet'}.")
    rest = "; ".join(f"{name}: {why}" for name, why in other.items())
    total = "" if not rows else (
        f"Course: {sum(r[1] for r in rows)} of {sum(r[2] for r in rows)} exercises passed, "
        f"{sum(r[3] for r in rows):g} of {sum(r[4] for r in rows)} points, "
        f"{sum(r[5] for r in rows)} of {sum(r[6] for r in rows)} questions answered.")
    plain = ["How neural networks learn: what was built here", built, whose]
    plain += [f"Not yet: {rest}."] if rest else []
    plain += [f"  {t:16} exercises {a} of {b}, points {c:g} of {d}, questions {e} of {f}"
              for t, a, b, c, d, e, f in rows]
    plain += [total or "No progress is kept for this notebook, so lessons and points are not shown."]
    table = "" if not rows else Markup(
        '<table class="course-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        Markup("").join(Markup('<th scope="col">{}</th>').format(t)
                        for t in ("Lesson", "Exercises", "Points", "Questions")),
        Markup("").join(Markup('<tr><th scope="row">{}</th><td>{} of {}</td><td>{:g} of {}</td><td>{} of {}</td></tr>'
                               ).format(*row) for row in rows))
    html = Markup('<span class="course-kind">{}</span>').format(plain[0]) + paragraph(f"**{built}**") + paragraph(whose)
    html += (paragraph(f"Not yet: {rest}.") if rest else "") + table + paragraph(plain[-1])
    show(ResultCard(card_html(html, "calm" if rest else "ok", part="table"), "\n".join(plain)))
