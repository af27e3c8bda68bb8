"""What labs share: controls beside a picture that is redrawn when one of them moves.

A lab hands over a function `draw(**values) -> Picture`. Where there is a kernel and a front end, `show` displays
controls and picture. A still picture of the starting position is displayed as well: it is what a reader sees on GitHub,
in a feedback page or after the kernel is gone, and the live lab hides it.
"""

import base64
import io
import re
import weakref
from dataclasses import dataclass
from html import unescape

import matplotlib.pyplot as plt
import numpy as np
from markupsafe import Markup
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course import plots
from course.cards.text import card_html, paragraph
from course.quote import literal

# JupyterLab and Notebook: once the live lab is there, its still picture in the same cell is not wanted.
HIDE_STILL = ("<style>.jp-Cell:has(.hnl-lab) .jp-OutputArea-child:has(.jp-RenderedImage,.course-asleep){display:none}"
              ".hnl-lab img{max-width:100%;height:auto}.hnl-lab .widget-inline-hbox{max-width:100%}"
              ".hnl-lab .widget-readout{flex:none;max-width:none}</style>")
# A notebook that is opened again has the picture, but no kernel behind its controls.
ASLEEP = ("<style>.jp-Cell:has(.course-asleep):not(:has(.hnl-lab)) .jupyter-widgets{display:none}</style>"
          '<div class="course-asleep">%s</div>')


@dataclass
class Picture:
    """A drawn figure: its PNG, the same in words for who cannot see it, and a remark to set below it (HTML)."""

    png: bytes
    words: str
    remark: str = ""

    def html(self):
        data = base64.b64encode(self.png).decode("ascii")
        return str(Markup('<img src="data:image/png;base64,{}" alt="{}">').format(data, self.words))


    def plain(self):
        """Words and remark as text, for where no picture and no live lab is shown."""
        remark = re.sub(r"<style>.*?</style>", "", self.remark, flags=re.DOTALL)
        remark = unescape(re.sub(r"<[^<>]*>", "", re.sub(r"</?code\b[^<>]*>", "`", remark))).strip()
        return self.words if remark in ("", self.words) else f"{self.words}\n{remark}"


class _Still(dict):
    """The still picture's data. A script prints its text, not its bytes."""

    def __repr__(self):
        return self["text/plain"]


_frames = weakref.WeakKeyDictionary()      # figure -> {what a frame depends on: the frame, drawn}
MOST_FRAMES = 24                            # of a figure that are kept, a megabyte each


def png(fig, dpi=88):
    """The bytes of a figure. A redraw should take less than a blink: axes, ticks and legends, three quarters of the
    work, are drawn once for each part, and again only where one of them has changed. Level 1 of compression.
    """
    if fig.dpi != dpi:
        fig.set_dpi(dpi)
    canvas = fig.canvas if isinstance(fig.canvas, FigureCanvasAgg) else FigureCanvasAgg(fig)
    frames = _frames.setdefault(fig, {})
    looks = {(k, _frame(ax)): ax for k, ax in enumerate(fig.axes)}
    for look in (look for look in looks if look not in frames):
        if len(frames) >= MOST_FRAMES:
            frames.pop(next(old for old in frames if old not in looks))
        frames[look] = _drawn(fig, canvas, looks[look])
    pixels = np.asarray(canvas.get_renderer().buffer_rgba())
    pixels[...] = 255
    for look in looks:
        where, colours = frames[look]
        pixels.reshape(-1, 4).view(np.uint32)[where] = colours          # a pixel at a time, not four numbers
    for ax in fig.axes:
        for artist in sorted(_moving(ax), key=lambda a: a.get_zorder()):
            if artist.get_visible():
                artist.draw(canvas.get_renderer())
    with io.BytesIO() as file:
        Image.fromarray(pixels[..., :3]).save(file, "png", compress_level=1)
        return file.getvalue()


def _drawn(fig, canvas, ax):
    """The frame of one part on white paper: (which pixels, counted row by row, their colours in 32 bits)."""
    hidden = [artist for artist in [fig.patch, *_moving(ax), *(other for other in fig.axes if other is not ax)]
              if artist.get_visible()]
    for artist in hidden:
        artist.set_visible(False)
    canvas.draw()
    for artist in hidden:
        artist.set_visible(True)
    pixels = np.asarray(canvas.buffer_rgba()).reshape(-1, 4)
    where = np.flatnonzero(pixels[:, 3])
    share = pixels[where, 3:] / 255
    colours = np.full((len(where), 4), 255, dtype=np.uint8)
    colours[:, :3] = np.rint(255 + share * (pixels[where, :3] - 255.0))
    return where, colours.view(np.uint32)


def _moving(ax):
    """What a lab moves: all but the frame."""
    titles = [ax.title, ax._left_title, ax._right_title]
    return [*ax.lines, *ax.collections, *ax.patches, *ax.images, *ax.texts, *(t for t in titles if t.get_text())]


def _frame(ax):
    """What the frame of a part depends on."""
    legend = ax.get_legend()
    return (ax.get_xlim(), ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale(), ax.get_yscale(),
            tuple(ax.get_xticks()), tuple(ax.get_yticks()),
            tuple(text.get_text() for text in legend.get_texts()) if legend else None,
            tuple(str(handle.get_color()) for handle in legend.get_lines()) if legend else None)


def two_parts(left_edge, gap, figsize=(8.6, 3.9), **ratios):
    """A figure of two parts side by side, with room below for their legends: fig, left, right."""
    with plt.rc_context(plots.STYLE):
        fig = Figure(figsize=figsize)
        left, right = fig.subplots(1, 2, **ratios)
    fig.subplots_adjust(left=left_edge, right=0.985, bottom=0.25, top=0.92, wspace=gap)
    return fig, left, right


def room(number, most):
    """How long an axis of layers is: a quarter, half or all of `most`. One that grew with each layer would have to be
    drawn anew at each move.
    """
    return next(length for length in (most // 4, most // 2, most, number) if number <= length)


def legend(ax, ncols):
    """The legend of a part, below its axes: nowhere else is there room at every position of the controls."""
    return plots.legend(ax, loc="upper left", bbox_to_anchor=(-0.02, -0.18), ncols=ncols, columnspacing=1.1,
                        handlelength=1.6, handletextpad=0.5, borderaxespad=0)


def missing(name):
    """The remark of a lab whose function is still the stub."""
    return note(f"This lab uses `{name}`, which is not written yet. Until then it shows what it can without it. "
                f"Write `{name}` in its exercise, run that cell, and then this one.")


def failing(name, error):
    """The remark of a lab whose function raises, or returns no number."""
    return note(f"This lab calls your `{name}`, and that went wrong: {literal(error)}. Its `check` says more.")


def note(text):
    return str(card_html(paragraph(text)))


class _Fixed:
    """A control where ipywidgets is missing: it stands at its start."""

    def __init__(self, value=None, *_, options=(), **__):
        first = next(iter(options), None)
        self.value = value if value is not None else first[1] if isinstance(first, tuple) else first


class _NoWidgets:
    """In place of ipywidgets where that is missing: what a lab asks it for, as far as a still picture needs it."""

    def __getattr__(self, name):
        return _Fixed if name[0].isupper() else lambda *args, **keywords: None


def widgets():
    """ipywidgets, or what stands in for it where it is missing."""
    try:
        import ipywidgets
    except ImportError:
        return _NoWidgets()
    return ipywidgets


def show(draw, controls):
    """Display a lab. Where ipywidgets is missing, as a picture of its start.

    Parameters
    ----------
    draw : function of the controls' values -> Picture
    controls : dict {name: widget}; a widget with a `value` is an argument of `draw`, a button adds 1 to its own count
    """
    from IPython.display import display

    if any(isinstance(control, _Fixed) for control in controls.values()):
        still(draw(**{name: control.value for name, control in controls.items() if control.value is not None}))
        said = ("This is the lab as it starts. Its controls need ipywidgets and anywidget, which are not installed "
                "here; the lesson goes on without.")
        display({"text/html": note(said), "text/plain": said}, raw=True)
        return None
    import ipywidgets as widgets

    presses = {name: 0 for name, control in controls.items() if isinstance(control, widgets.Button)}

    def values():
        return {name: presses.get(name, getattr(control, "value", None)) for name, control in controls.items()}

    def redraw(_=None):
        picture = draw(**values())
        figure.value, remark.value = HIDE_STILL + picture.html(), picture.remark

    def press(name):
        def pressed(_):
            presses[name] += 1
            redraw()
        return pressed

    first = draw(**values())
    figure, remark = widgets.HTML(HIDE_STILL + first.html()), widgets.HTML(first.remark)
    for name, control in controls.items():
        if name in presses:
            control.on_click(press(name))
        elif not isinstance(control, widgets.Play):       # it moves a slider, which redraws
            control.observe(redraw, names="value")
    class Live(widgets.VBox):
        def __repr__(self):         # a terminal's text, and a page's that has no controls
            return "The controls of this lab move in a notebook: JupyterLab, Notebook, VS Code or Colab."

    live = Live([widgets.HBox(list(controls.values()), layout=widgets.Layout(flex_flow="row wrap")),
                 figure, remark])
    live.add_class("hnl-lab")
    still(first)
    said = "This is the lab as it starts. To move its controls, run this cell."
    display({"text/html": ASLEEP % note(said), "text/plain": said}, raw=True)
    display(live)
    return live


def still(picture):
    """Display a picture by itself."""
    from IPython.display import display

    display(_Still({"image/png": base64.b64encode(picture.png).decode("ascii"), "text/plain": picture.plain()}),
            metadata={"image/png": {"alt": picture.words}}, raw=True)
