"""The notebook around a learner's program: is there one, which cell is run, and how something is shown in it."""

import contextlib
import functools
import importlib.util
import os
import re
import sys
import time
import uuid
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).resolve().parent / "static"
_widgets = {}      # (function, id) -> the widget of the card shown last, closed when a new one is shown
_page = {"reached": False}     # whether the notebook's page has told this kernel that it can see its cells


def in_notebook():
    """The running IPython shell where a Jupyter kernel serves it; None in a terminal, a script or while grading."""
    if "IPython" not in sys.modules:
        return None
    shell = sys.modules["IPython"].get_ipython()
    return shell if shell is not None and getattr(shell, "kernel", None) is not None else None


def cell_id(shell):
    """The id of the cell being run, as JupyterLab tells it; "" elsewhere."""
    try:
        metadata = shell.get_parent().get("metadata", {})
        return str(metadata.get("cellId") or "")
    except Exception:
        return ""


def say(text):
    """Print, also where the terminal's code page lacks some of the signs (Windows: √, σ): "?" stands for them then."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(str(text).encode(encoding, "replace").decode(encoding), flush=True)


def show(bundle):
    """Display HTML with its plain text; print the text where there is no notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        say(bundle["text/plain"])
        return
    from IPython.display import display

    display(bundle, raw=True)


@functools.cache
def clickable():
    """Whether cards can be more than read here: Colab, for one, has no anywidget of its own."""
    return importlib.util.find_spec("anywidget") is not None


@functools.cache
def notebook_model():
    """The anywidget class behind every card (made late: its import takes a moment, and a script needs none)."""
    import anywidget
    import traitlets

    class NotebookModel(anywidget.AnyWidget):
        _esm = STATIC / "notebook.js"
        kind = traitlets.Unicode("card").tag(sync=True)
        function = traitlets.Unicode("").tag(sync=True)
        keyword = traitlets.Unicode("").tag(sync=True)
        card_id = traitlets.Unicode("").tag(sync=True)
        cell_id = traitlets.Unicode("").tag(sync=True)
        slot = traitlets.Unicode("").tag(sync=True)
        answer = traitlets.Unicode("").tag(sync=True)
        form = traitlets.Unicode("letter").tag(sync=True)
        sure = traitlets.Unicode("").tag(sync=True)
        invitation = traitlets.Unicode("").tag(sync=True)
        after = traitlets.Unicode("").tag(sync=True)
        text = traitlets.Unicode("").tag(sync=True)

    return NotebookModel


def keep(name, widget):
    """Hold on to the widget of a card, and let go of the one that it had before."""
    old = _widgets.get(name)
    _widgets[name] = widget
    if old is not None:
        old.close()


def greet():
    """Ask the notebook's page whether it sees its cells. JupyterLab and its kin alone name the cell by a plain id."""
    shell = in_notebook()
    if shell is None or not re.fullmatch(r"[\w-]{1,64}", cell_id(shell)):
        return
    with contextlib.suppress(Exception):
        widget = notebook_model()(kind="hello", text=page_style())
        widget.on_msg(lambda _, content, __: _page.update(reached=content.get("type") == "here"))
        keep(("hello", ""), widget)


def page_style():
    """What the page around the lessons is to look like. In self-study nothing is marked, so no points are shown."""
    parts = [STATIC / "custom" / "page.css"] + [STATIC / "self-study" / "points.css"] * ("COURSE_KEYS" in os.environ)
    return "".join(path.read_text(encoding="utf-8") for path in parts)


def page_reached():
    return _page["reached"]


def steps(items, what):
    """The items one after the other, and above the cell's other output a bar that is gone when they are through.

    `what` says what the cell does, and how long that takes about. Outside a notebook nothing is shown.
    """
    items = list(items)
    shell = in_notebook()
    if shell is None:
        yield from items
        return
    from IPython.display import display

    handle = display(_bundle(0, len(items), what), raw=True, display_id=f"steps-{uuid.uuid4().hex}")

    def over(*_):                       # also where a cell stops in the middle
        shell.events.unregister("post_run_cell", over)
        handle.update({"text/html": "", "text/plain": ""}, raw=True)

    shell.events.register("post_run_cell", over)
    start = time.perf_counter()
    for done, item in enumerate(items):
        if done:
            left = (time.perf_counter() - start) / done * (len(items) - done)
            handle.update(_bundle(done, len(items), what, left), raw=True)
        yield item


def _bundle(done, number, what, left=None):
    said = f"{what}: {done} of {number}"
    if left is not None and left >= 1:
        seconds = round(left)
        said += f", about {seconds} second{'s' * (seconds != 1)} more"
    html = Markup('<p style="margin:2px 0;font:var(--jp-content-font-size1,14px) var(--jp-content-font-family,serif)">'
                  '<progress max="{}" value="{}" aria-label="{}"></progress> {}</p>').format(number, done, what, said)
    return {"text/html": str(html), "text/plain": said}
