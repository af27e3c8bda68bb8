"""`check("mse")`: compare the learner's function with the public cases, and say at once what is wrong and why."""

import ast
import contextlib
import functools
import inspect
import json
import linecache
import re
import symtable
import sys
import uuid
from collections import deque
from pathlib import Path

from course.assess import Report, assess, cause
from course.cards import Card, card_html, code, headline, report_text, show
from course.observe import from_cell, keeps_time, observe
from course.progress import record, renew
from course.quiz import cell_id, greet, in_notebook, keep, notebook_model, page_reached, unquoted
from course.standin import STAND_INS

_running = []                        # the cells that run now; one inside the other where a cell runs code itself
_runs = deque(maxlen=2000)           # (the cell's id where it is known, its source) of what was run in this session
FOLDER = Path(__file__).parent / "data" / "exercises"


class CheckFailed(AssertionError):
    """A check that does not pass. The card above it says all; the traceback would say nothing."""

    def __init__(self, report):
        super().__init__(report_text(report))
        self.report = report

    def _render_traceback_(self):
        return [_summary(self.report)]


def _summary(report):
    """The few lines that nbgrader's Validate, terminals and logs show."""
    _, head = headline(report)
    lines = [f"{report.name}: {head}."]
    if report.problem:
        lines += [report.problem] if not report.unwritten else []
    elif report.causes:
        lines.append(cause(report.name, report.causes))
    elif report.diagnoses:
        lines.append(report.diagnoses[0]["message"])
    else:
        first = report.first_failure()
        lines += [f"{first.call}: {first.message}" if first.call else first.message] if first else []
    return "\n".join(lines)


@functools.cache
def specifications(topic):
    """{exercise: specification} of a lesson, from the public cases."""
    return json.loads((FOLDER / f"{topic}.json").read_text(encoding="utf-8"))


@functools.cache
def topics():
    """{exercise: topic} of all lessons."""
    return json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))


def check(name, namespace=None):
    """Check your function `name` and show a card of what passes, what does not, and why.

    Parameters
    ----------
    name : str
        The function's name, as the exercise gives it.
    namespace : dict, optional
        Where to look it up; the calling notebook by default.

    Raises
    ------
    CheckFailed (an AssertionError)
        If any check fails, so that nbgrader's Validate sees it. "Run All" goes on: the cell has a tag for that.
    """
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    topic = topics().get(name) if isinstance(name, str) else None
    if topic is None:
        near = ", ".join(f'check("{n}")' for n in topics())
        raise ValueError(f"there is no exercise {name!r}. The exercises are: {near}")
    said = _left_behind(name, namespace)
    if said:
        show(Card(card_html(f"<p>{code(said)}</p>", "bad"), said))
        raise CheckFailed(Report(name, 0.0, problem=said))
    if not keeps_time():
        _say_no_limit()         # before the call: after one that never ends nothing more would be said
    report = run(specifications(topic)[name], namespace)
    if not report.passed and not report.problem:
        report.causes = failing_parts(name, namespace)

    def note():
        record("exercise", name, passed=report.passed, score=report.score, topic=topic, unwritten=report.unwritten)

    if not _show_to_page(report, made_from(namespace.get(name))[1], note):
        note()
        show(Card(report.html(), report.text()))
    if not report.passed:
        raise CheckFailed(report)


@functools.cache
def _say_no_limit():
    """Said once a session."""
    text = ("This Python cannot start threads, so `check` has no time limit here. If a check does not end, restart the "
            "kernel.")
    show(Card(card_html(f"<p>{code(text)}</p>"), text))


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


def _left_behind(name, namespace):
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


def _show_to_page(report, source, note):
    """Show a report that the page may take back, where the cell says something else by now than what was run.

    Nothing is noted before the page has compared them. False where no page can: then the report stands as it is.
    """
    shell = in_notebook()
    if shell is None or not source or not page_reached():
        return False
    name, slot = report.name, uuid.uuid4().hex
    said = (f"About the cell of `{name}`: you changed this cell and have not run it. Run it, and then run this check "
            "again.")
    # The failure's own lines below the card would be about the old function as well.
    hide = ("<style>.jp-OutputArea:has(.course-stale) .jp-OutputArea-child:has([data-mime-type*='std'],"
            "[data-mime-type*='error']){display:none}</style>")
    taken_back = f'<div class="course-stale">{card_html(f"<p>{code(said)}</p>", "bad")}{hide}</div>'
    try:
        widget = notebook_model()(kind="check", function=name, cell_id=cell_id(shell), slot=slot, text=source,
                                  invitation=taken_back)
    except Exception:
        return False
    from IPython.display import display

    def found(change):
        if change["new"] == "fresh":
            note()
            renew()
        elif change["new"] == "stale" and handle is not None:
            handle.update({"text/html": taken_back, "text/plain": said}, raw=True)

    widget.observe(found, "answer")
    keep(("check", name), widget)
    html = f'<div class="course-verdict" data-slot="{slot}">{report.html()}</div>'
    handle = display({"text/html": html, "text/plain": report.text()}, raw=True, display_id=slot)
    return True


def run(spec, namespace):
    """The Report of the function in `namespace`, on the cases of `spec`, in this process."""
    raws, late = [], False
    for case in spec["cases"]:
        # After one call that did not end, the others would only cost the learner more time.
        raws.append([{"lost": "not tried, since another call did not end"} if late
                     else observe(namespace, call, spec["seconds"]) for call in case["calls"]])
        late = late or any("timeout" in raw for raw in raws[-1])
    return assess(spec, raws)


def part(name, namespace):
    """The Report of a function that others build on: on those cases whose functions are all the learner's own.

    A check may call another of the learner's functions too, a gradient its forward. Where that is not in the
    notebook, or is the course's stand-in, the case says nothing of this function.
    """
    written = {key for key, value in namespace.items() if callable(value) and value is not STAND_INS.get(key)} | {name}
    spec = specifications(topics()[name])[name]
    cases = [case for case in spec["cases"] if all(call["of"] in written for call in case["calls"])]
    return run({**spec, "cases": cases or spec["cases"]}, namespace)


def failing_parts(name, namespace):
    """The learner's functions that `name` depends on, by its code or by its check, and that fail their own check."""
    called = getattr(getattr(namespace[name], "__code__", None), "co_names", ())
    checked = [call["of"] for case in specifications(topics()[name])[name]["cases"] for call in case["calls"]]
    used = [n for n in dict.fromkeys([*called, *checked]) if n not in (name, "train") and n in topics()
            and callable(namespace.get(n)) and namespace[n] is not STAND_INS.get(n)]
    return [n for n in used if not part(n, namespace).passed]


def quick(name, function):
    """(passed, headline) of a function, without a card: for functions carried from an earlier lesson."""
    report = part(name, getattr(function, "__globals__", {}) | {name: function})
    return report.passed, report.diagnoses[0]["message"] if report.diagnoses else headline(report)[1]


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
    show(Card(card_html(f"<p>{code(text)}</p>", state), text))


def _deepest(trace):
    """The code object in which an exception was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace and trace.tb_frame.f_code


def _stub_text(trace):
    where = _deepest(trace)
    if where is None or where.co_name not in topics():
        return ""
    return (f"This cell uses `{where.co_name}`, which is not written yet. Write it in its exercise above, run that "
            f"cell, and then this one.")


def _unmade_text(error, trace):
    """What to say where a name is missing only because a cell above has stopped, or was not run; "" elsewhere."""
    name, where = getattr(error, "name", None), _deepest(trace)
    if not name or where is None or not from_cell(where.co_filename):
        return ""
    if name in _unmade and where.co_name not in topics():
        exercise = _unmade[name]
        why, then = (f"it needs `{exercise}`", f"Once `{exercise}` is written") if exercise not in ("", name) else (
            "it has an error", "Once that is mended")
        return (f"This cell uses `{name}`, which a cell above was to make, but that cell stopped: {why}. {then}, run "
                f"that cell again, and then this one.")
    if name in topics():
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
            _unmade[name] = _unmade.get(error.name, error.name if error.name in topics() else "")
        else:
            where = _deepest(error.__traceback__)
            stub = isinstance(error, NotImplementedError) and where is not None and where.co_name in topics()
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
