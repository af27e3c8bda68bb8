"""What labs share: controls beside a picture that is redrawn when one of them moves.

A lab hands over a function `draw(**values) -> Picture`. Where there is a kernel and a front end, `show` displays
controls and picture. A still picture of the starting position is displayed as well: it is what a reader sees on GitHub,
in a feedback page or after the kernel is gone, and the live lab hides it.
"""

import base64
import io
import re
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

from course.cards.text import card_html, paragraph
from course.quote import literal

# JupyterLab and Notebook: once the live lab is there, its still picture in the same cell is not wanted.
HIDE_STILL = ("<style>.jp-Cell:has(.hnl-lab) .jp-OutputArea-child:has(.jp-RenderedImage){display:none}"
              ".hnl-lab img{max-width:100%;height:auto}</style>")


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


def png(fig, dpi=88):
    """The bytes of a figure. Level 1 of compression: a redraw should take less than a blink."""
    with io.BytesIO() as file:
        fig.savefig(file, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
        return file.getvalue()


def missing(name):
    """The remark of a lab whose function is still the stub."""
    return note(f"This lab uses `{name}`, which is not written yet. Until then it shows what it can without it. "
                f"Write `{name}` in its exercise, run that cell, and then this one.")


def failing(name, error):
    """The remark of a lab whose function raises, or returns no number."""
    return note(f"This lab calls your `{name}`, and that went wrong: {literal(error)}. Its `check` says more.")


def note(text):
    return str(card_html(paragraph(text)))


def show(draw, controls):
    """Display a lab.

    Parameters
    ----------
    draw : function of the controls' values -> Picture
    controls : dict {name: widget}; a widget with a `value` is an argument of `draw`, a button adds 1 to its own count
    """
    import ipywidgets as widgets
    from IPython.display import display

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
        else:
            control.observe(redraw, names="value")
    class Live(widgets.VBox):
        def __repr__(self):         # a terminal's text, and a page's that has no controls
            return "The controls of this lab move in a notebook: JupyterLab, Notebook, VS Code or Colab."

    live = Live([widgets.HBox(list(controls.values()), layout=widgets.Layout(flex_flow="row wrap")),
                 figure, remark])
    live.add_class("hnl-lab")
    display(_Still({"image/png": base64.b64encode(first.png).decode("ascii"), "text/plain": first.plain()}),
            metadata={"image/png": {"alt": first.words}}, raw=True)
    display(live)
    return live
