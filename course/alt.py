"""A figure in words, from what is drawn in it, for who cannot see it: the alternative text of its picture.

    The figure has 2 parts. "the line", y against x: after 1 epoch, from 0.2 to 1.4; …
"""

import re

import numpy as np

MOST_CURVES = 8
MOST_LETTERS = 900


def describe(fig):
    """The words of a figure: of each part its title, its axes, and from where to where each named curve goes."""
    parts = [_part(ax) for ax in fig.axes if ax.get_label() != "<colorbar>" and ax.has_data()]
    head = f"The figure has {len(parts)} parts. " if len(parts) > 1 else ""
    title = fig.get_suptitle() if hasattr(fig, "get_suptitle") else ""
    text = f"{_plain(title)}. " * bool(title) + head + " ".join(parts)
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS].rsplit(" ", 1)[0] + " …"


def _part(ax):
    title = _plain(ax.get_title("left") or ax.get_title())
    x, y = _plain(ax.get_xlabel()), _plain(ax.get_ylabel())
    said = f"“{title}”" if title else "A plot"
    if x or y:
        said += f", {y or 'values'} against {x or 'position'}"
    curves = _curves(ax)
    return f"{said}: {'; '.join(curves)}." if curves else f"{said}."


def _curves(ax):
    """What is said of each curve that has a name, else of all of them together."""
    named = [(line.get_label(), line) for line in ax.get_lines() if not line.get_label().startswith("_")]
    plain = [line for line in ax.get_lines() if line.get_label().startswith("_")]
    said = [f"{_plain(name)}{_ends(line)}" for name, line in named]
    others = [patch.get_label() for patch in [*ax.patches, *ax.collections, *ax.containers]
              if not str(patch.get_label()).startswith("_")]
    said += [_plain(str(name)) for name in dict.fromkeys(others)]
    if not said:
        said = [f"a curve{_ends(line)}" for line in plain if len(line.get_xdata()) > 2]
    if not said and ax.images:
        said = [f"{len(ax.images)} picture{'s' * (len(ax.images) > 1)}"]
    return said[:MOST_CURVES] + ["and others"] * (len(said) > MOST_CURVES)


def _ends(line):
    """From where to where a curve goes; "" for one that is only in the legend."""
    y = np.asarray(line.get_ydata(), dtype=float)
    y = y[np.isfinite(y)]
    if len(y) == 0:
        return ""
    first, last, low, high = y[0], y[-1], y.min(), y.max()
    if low == high:
        return f" at {first:.3g}"
    said = f" from {first:.3g} to {last:.3g}"
    beyond = [f"lowest {low:.3g}" if low < min(first, last) else "", f"highest {high:.3g}" if high > max(first, last)
              else ""]
    return said + "".join(f", {part}" for part in beyond if part)


def _plain(text):
    """A label without the marks of its formulas."""
    text = re.sub(r"\\(?:mathrm|text|mathbf)\{([^}]*)\}", r"\1", str(text).replace("$", ""))
    return re.sub(r"\\(\w+)", r"\1", text).replace("{", "").replace("}", "").replace("\n", " ").strip()


def install():
    """Have IPython give every figure its words beside its picture, as JupyterLab's page and others read them."""
    import sys

    if "IPython" not in sys.modules or (shell := sys.modules["IPython"].get_ipython()) is None:
        return
    from matplotlib.figure import Figure

    formatter = shell.display_formatter.formatters["image/png"]
    try:
        draw = formatter.lookup_by_type(Figure)
    except KeyError:
        return
    if getattr(draw, "says_alt", False):
        return

    def with_words(fig):
        made = draw(fig)
        picture, meta = made if isinstance(made, tuple) else (made, {})
        try:
            return picture, {**meta, "alt": describe(fig)}
        except Exception:                # a figure without words is better than none
            return picture, meta

    with_words.says_alt = True
    formatter.for_type(Figure, with_words)
