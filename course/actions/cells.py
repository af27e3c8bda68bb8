"""What was run in this notebook, and what to say of a cell that fails because another one was not run, or stopped."""

import ast
import contextlib
import functools
import inspect
import linecache
import re
import symtable
import sys
from collections import deque

from course.actions.borrowed import asked_for
from course.cards.figure import SUMMARY, figure_html
from course.cards.keys import solution
from course.cards.result import ResultCard, show
from course.cards.text import card_html, paragraph
from course.cards.typed import unquoted
from course.checking.adapters import CHOICE
from course.checking.observe import from_cell
from course.contents import exercise_topics
from course.notebook import greet, in_notebook
from course.progress_file import STUCK, failures

_running = []                        # the cells that run now; one inside the other where a cell runs code itself
_runs = deque(maxlen=2000)           # (the cell's id where it is known, its source) of what was run in this session


def made_from(function):
    """(id, source) of the cell that the function was made from, as it was run; ("", "") where that is not known."""
    file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", "") if callable(function) else ""
    lines = "".join(linecache.getlines(file)).strip() if file else ""
    for id, raw in reversed(_runs if lines else ()):
        if raw.strip() == lines or _transformed(raw).strip() == lines:
            return id, raw
    return "", ""


@functools.lru_cache(maxsize=500)
def _transformed(raw):
    """A cell as Python gets it, without its magics."""
    shell = in_notebook()
    if shell is None or not any(sign in raw for sign in "%!?"):
        return raw
    try:
        return shell.transform_cell(raw)
    except Exception:
        return raw


def running_source():
    """The source of the cell that runs now; "" where that is not known."""
    return str(getattr(_running[-1], "raw_cell", "")) if _running else ""


def left_behind(name, namespace):
    """What to say where the function's cell was run again and did not make the function: a SyntaxError, say."""
    shell = in_notebook()
    if shell is None or namespace is not shell.user_ns or name not in namespace:
        return ""
    id, source = made_from(namespace[name])
    if not source:
        return ""
    for later, raw in reversed(_runs):
        if raw == source:
            return ""
        if raw.strip() and ((later and later == id) or re.search(rf"^def\s+{name}\b", raw, re.MULTILINE)):
            break
    else:
        return ""
    try:
        compile(_transformed(raw), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        why = f"and did not get as far as making `{name}`"
    except (SyntaxError, ValueError):
        why = "and stopped with a SyntaxError"
    return (f"`{name}` is still the one from before: its cell was run again {why}. "
            "Mend that cell, run it, and then run this check again.")


def _needs(shell, kind, error, trace, tb_offset=None):
    """What a demonstration shows while a function it needs is still the stub, and a question for answer=C."""
    if issubclass(kind, NameError):
        letter = unquoted(error, str(shell.user_ns.get("In", [""])[-1]))
        text, state = (letter, "bad") if letter else (_unmade_text(error, trace), "calm")
    else:
        text, state = _stub_text(trace), "calm"
    if not text:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")     # a figure begun in this cell would come up in the next one that shows its own
    _tell_with_figure(text, state, _wanted(error, trace))


def _tell_with_figure(text, state, wanted):
    """The card; and the figure that the course recorded of this cell, open for somebody who asked for the function."""
    opened = wanted in asked_for or failures(wanted) >= STUCK if wanted else False
    figure = figure_html(running_source(), opened)
    shell = in_notebook()
    if wanted and solution(wanted, shell.user_ns.get(CHOICE) if shell else None) is not None:
        text += f' To see it run before that, `lend("{wanted}")` lends you the course\'s own.'
    said = text + (f" {SUMMARY} is in the notebook's page." if figure else "")
    show(ResultCard(card_html(paragraph(text) + figure, state, part="checks" if figure else ""), said))


def _wanted(error, trace):
    """The exercise for want of which a cell stopped; "" where it stopped for another reason."""
    where, name = _deepest(trace), getattr(error, "name", None)
    found = where.co_name if isinstance(error, NotImplementedError) and where else _unmade.get(name, name)
    return found if found in exercise_topics() else ""


def _deepest(trace):
    """The code object in which an exception was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace and trace.tb_frame.f_code


def _stub_text(trace):
    where = _deepest(trace)
    if where is None or where.co_name not in exercise_topics():
        return ""
    return (f"This cell uses `{where.co_name}`, which is not written yet. Write it in its exercise above, run that "
            f"cell, and then this one.")


def _unmade_text(error, trace):
    """What to say where a name is missing only because a cell above has stopped, or was not run; "" elsewhere."""
    name, where = getattr(error, "name", None), _deepest(trace)
    if not name or where is None or not from_cell(where.co_filename):
        return ""
    if name in _unmade and where.co_name not in exercise_topics():
        exercise = _unmade[name]
        why, then = (f"it needs `{exercise}`", f"Once `{exercise}` is written") if exercise not in ("", name) else (
            "it has an error", "Once that is mended")
        return (f"This cell uses `{name}`, which a cell above was to make, but that cell stopped: {why}. {then}, run "
                f"that cell again, and then this one.")
    if name in exercise_topics():
        return (f"This cell uses `{name}`, which is not in this notebook's memory yet. Run the cell above that makes "
                f"it, and then this one.")
    return ""


_unmade = {}        # name -> the exercise for want of which the cell that makes it stopped; "" for another error


def _remember(result):
    """After each cell: the names that it was to make and could not, so that the cells below can say why they fail."""
    error = result.error_before_exec or result.error_in_exec
    if error is None and not _unmade:
        return
    try:
        source = _shell().transform_cell(result.info.raw_cell)
        symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for name in (s.get_name() for s in symbols if s.is_assigned() or s.is_imported()):
        if error is None:
            _unmade.pop(name, None)
        elif isinstance(error, NameError):
            _unmade[name] = _unmade.get(error.name, error.name if error.name in exercise_topics() else "")
        else:
            where = _deepest(error.__traceback__)
            stub = isinstance(error, NotImplementedError) and where is not None and where.co_name in exercise_topics()
            _unmade[name] = where.co_name if stub else ""


def _shell():
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _keep_figures(shell):
    """Handle a widget's message that comes while a cell runs as a part of that cell.

    For each message the comm tells IPython that an execution has ended. Matplotlib then shows every open figure under
    that message, where nobody sees it, and closes it: the running cell loses the figure it draws. A message comes so
    in a cell that awaits, and in ipykernel's subshells.
    """
    from comm.base_comm import BaseComm

    if hasattr(BaseComm.handle_msg, "between_cells"):
        return
    between_cells = BaseComm.handle_msg

    def handle_msg(comm, msg):
        if _running and comm._msg_callback:
            comm._msg_callback(msg)
        else:
            between_cells(comm, msg)

    handle_msg.between_cells = between_cells
    BaseComm.handle_msg = handle_msg


def _starts(info):
    _running.append(info)
    _runs.append((getattr(info, "cell_id", None) or "", info.raw_cell))


def _ends(_):
    if _running:           # empty in the very cell that imports the course
        _running.pop()


def install():
    """Show calm cards instead of a stub's traceback, and keep note of what is run. Called when `course` is imported."""
    shell = _shell()
    if shell is not None:
        shell.set_custom_exc((NotImplementedError, NameError), _needs)
        shell.events.register("post_run_cell", _remember)
    if in_notebook() is not None:
        with contextlib.suppress(ImportError):
            _keep_figures(shell)
        shell.events.register("pre_run_cell", _starts)
        shell.events.register("post_run_cell", _ends)
        greet()
