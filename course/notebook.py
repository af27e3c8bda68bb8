"""The notebook around a learner's program: is there one, which cell is run, and how something is shown in it."""

import contextlib
import functools
import re
import sys
from pathlib import Path

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


def show(bundle):
    """Display HTML with its plain text; print the text where there is no notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(bundle["text/plain"])
        return
    from IPython.display import display

    display(bundle, raw=True)


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
        widget = notebook_model()(kind="hello")
        widget.on_msg(lambda _, content, __: _page.update(reached=content.get("type") == "here"))
        keep(("hello", ""), widget)


def page_reached():
    return _page["reached"]
