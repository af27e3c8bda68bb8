"""carry("linear", "relu"): bring your own functions of earlier lessons into this notebook.

It reads the notebooks beside this one (work/weights/weights.ipynb), runs the functions found there, and pastes their
source above the carry(...) line, so that the notebook you hand in stands on its own. What you have not written yet, a
stand-in of the course's engine does for now.
"""

import ast
import builtins
import inspect
import json
import linecache
import os
import sys
import textwrap
from pathlib import Path

from markupsafe import Markup

from course import contents
from course.cards.text import card_html, inline_html, pre, text_plain
from course.notebook import cell_id, in_notebook, notebook_model, show
from course.quote import literal

_brought = {}            # name -> the object that carry put there itself, so that it is not taken for the learner's
_widget = None


# ------------------------------------------------------------------------------ what is in the other notebooks

def here():
    """The folder of the notebook that is running."""
    named = os.environ.get("JPY_SESSION_NAME", "")
    folder = Path(named).parent
    return folder if named.endswith(".ipynb") and folder.is_absolute() and folder.is_dir() else Path.cwd()


def notebooks(folder):
    """{lesson: notebook} in the folders beside this one."""
    found = {path.stem: path for path in sorted(folder.parent.glob("*/*.ipynb")) if path.stem == path.parent.name}
    found.pop(folder.name, None)
    return found


def code_cells(path):
    """[(id, source)] of a notebook's code cells; [] where it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found = []
        for cell in cells:
            if cell.get("cell_type") == "code":
                source = cell.get("source", "")
                grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
                found.append((grade_id or cell.get("id", ""), source if isinstance(source, str) else "".join(source)))
        return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _parsed(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _defines(node):
    """The names that a top-level statement gives meaning to, if it is one that can be copied alone."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign) and not any(isinstance(n, ast.Call) for n in ast.walk(node.value)):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def _text(source, node):
    """The lines of a statement. Of a long docstring the first line is enough."""
    lines = source.splitlines()
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    kept = lines[first - 1:node.end_lineno]
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
        told = node.body[0]
        opening = lines[told.lineno - 1][told.col_offset:]
        alone = not lines[told.lineno - 1][:told.col_offset].strip() and len(node.body) > 1 and (
            node.body[1].lineno > told.end_lineno)
        if told.end_lineno > told.lineno and alone and opening.startswith('"""') and opening[3:].strip():
            short = " " * told.col_offset + opening.rstrip() + '"""'
            kept[told.lineno - first:told.end_lineno - first + 1] = [short]
    return "\n".join(kept)


def _shape(source, name):
    """A function without its docstring and comments, to compare; None where there is none."""
    tree = _parsed(source)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            return ast.dump(node.args) + "".join(ast.dump(part) for part in body)
    return None


def _changed_since(name, function, cells):
    """Whether the earlier lesson has another version by now than the one that stands in this notebook."""
    try:
        here = _shape(textwrap.dedent(inspect.getsource(function)), name)
    except (OSError, TypeError):
        return False
    there = find(name, cells)[0]
    return bool(here and there) and _shape(there, name) != here


def written(node):
    """Whether a function is more than the stub: its first step is not `raise NotImplementedError`."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body or isinstance(body[0], ast.Pass) and len(body) == 1:
        return False
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.value.value is ...:
        return False
    if not isinstance(first, ast.Raise) or first.exc is None:
        return True
    return "NotImplementedError" not in ast.dump(first.exc)


def find(name, cells, known=()):
    """The source of a function in a notebook's cells, with the helpers of the same notebook that it uses.

    Returns (source, reason): the source is None where there is none, and the reason says why.
    """
    own = [(id, source) for id, source in cells if id == f"{name}-solution"]
    statements = {}                                         # name -> (statement, its cell's source), the last one
    broken = None
    for id, source in [*cells, *own]:                       # the exercise's own cell has the last word
        tree = _parsed(source)
        if tree is None:
            broken = broken or (id == f"{name}-solution")
            continue
        for node in tree.body:
            statements.update({defined: (node, source) for defined in _defines(node)})
    node, _ = statements.get(name, (None, ""))
    if not isinstance(node, ast.FunctionDef):
        return None, "its cell has a syntax error" if broken else "not written yet"
    if not written(node):
        return None, "not written yet"
    order, waiting = [], [name]
    while waiting:
        node, source = statements[waiting.pop()]
        text = _text(source, node)
        if text in order:
            order.remove(text)
        order.insert(0, text)
        if len(order) > 50:
            break
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        own = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {n.arg for n in ast.walk(node)
                                                                       if isinstance(n, ast.arg)}
        used = {n.id for n in names if isinstance(n.ctx, ast.Load)} - own       # not its arguments and local names
        for other in sorted(used - {name} - set(known) - set(dir(builtins))):
            found = statements.get(other)
            stub = found and isinstance(found[0], ast.FunctionDef) and not written(found[0])
            if found and not stub and found[0] is not node and _text(found[1], found[0]) not in order:
                waiting.append(other)
    return "\n\n\n".join(order), ""


# ------------------------------------------------------------------------------ bringing it here

def _run(source, name, lesson, namespace):
    """Execute a function's source in the notebook, with lines that a traceback can show."""
    filename = f"<{name}, from lesson {lesson}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)
    _brought[name] = namespace[name]


def _stand_in(name):
    try:
        from course.standin import stand_in

        return stand_in(name)
    except Exception:
        return None


def _own_check(name, function):
    """What the function's own check says of it: "" where it passes, or where there is nothing to ask."""
    try:
        from course.actions.check import quick

        passed, headline = quick(name, function)
    except Exception:
        return ""
    return "" if passed else headline


def _gather(names, namespace, folder, ask):
    """Bring every name; [(name, state, what to say)], and the sources to paste."""
    topics, books = contents.exercise_topics(), notebooks(folder)
    known = {key for key in namespace if not key.startswith("_")} | set(names)   # not to be brought as helpers
    lines, pasted = [], []
    for name in names:
        value = namespace.get(name)
        if callable(value) and _brought.get(name) is not value:
            lesson, said = topics.get(name, ""), "yours, in this notebook"
            if ask and lesson in books and _changed_since(name, value, code_cells(books[lesson])):
                said += (f". Lesson {lesson} has another version by now: to take that one, delete the function here "
                         "and restart the kernel")
            lines.append((name, "own", said, ask and _own_check(name, value)))
            continue
        lesson, source, reason = topics.get(name, ""), None, "not written yet"
        for candidate in [lesson, *(book for book in books if book != lesson)]:
            if candidate in books:
                source, reason = find(name, code_cells(books[candidate]), known)
                if source is not None:
                    lesson = candidate
                    break
        if source is not None:
            try:
                _run(source, name, lesson, namespace)
                failing = ask and _own_check(name, namespace[name])
                home = topics.get(name, lesson)
                said = f"yours, from lesson {lesson}" if lesson == home else (
                    f"as lesson {lesson} gives it; yours, of lesson {home}, is not written, or not saved")
                lines.append((name, "carried", said, failing))
                text = f"# {name}, from lesson {lesson}\n{source}\n"
                if source not in "\n".join(pasted):
                    pasted.append(text)
                continue
            except Exception as error:
                reason = f"it stops with {literal(f'{type(error).__name__}: {error}')}"
        function = _stand_in(name)
        if lesson and lesson not in books:
            advice = f"the notebook of lesson {lesson} is not beside this one"
        elif reason == "not written yet":
            # A stub on the disk: the page of that lesson may hold more than its file.
            advice = (f"not written, or not saved, in lesson {lesson}. Write it there, save that notebook, and run "
                      "this cell again") if lesson else reason
        else:
            advice = f"{reason}: mend it in lesson {lesson}"
        if function is None:
            namespace.pop(name, None)
            lines.append((name, "missing", f"missing, and the engine has no stand-in: {advice}", ""))
        else:
            namespace[name] = _brought[name] = function
            lines.append((name, "stand-in", f"the engine's stand-in for now: {advice}", ""))
    return lines, pasted


# ------------------------------------------------------------------------------ the summary card

def _bundle(lines, pasted, done):
    failing = any(line[3] for line in lines)
    missing = any(line[1] == "missing" for line in lines)
    rows, plain = [], ["Carried from earlier lessons"]
    for name, _, said, failure in lines:
        extra = f"But its own check does not pass: {failure}" if failure else ""
        rows.append(Markup('<tr><th scope="row"><code>{}</code></th><td>{}{}{}</td></tr>').format(
            name, inline_html(said), Markup("<br>") if extra else "", inline_html(extra)))
        plain.append(f"  {name}: {said}{f'. {text_plain(extra)}' if extra else ''}")
    body, text = "", "\n".join(pasted)
    if pasted and done:
        body = Markup('<div class="course-status">Their code now stands in the cell above, so that this notebook is '
                      "complete.</div>")
        plain.append("Their code now stands in the cell, above the carry line.")
    elif pasted:
        body = Markup(
            "<details><summary>Only if you hand this notebook in: paste this code above the <code>carry</code> line"
            "</summary>{}</details>").format(pre(text))
        plain += ["Only if you hand this notebook in: paste this code above the carry line:", "", text]
    table = Markup('<span class="course-kind">Carried from earlier lessons</span><table class="course-table">{}</table>'
                   ).format(Markup("").join(rows))
    return {
        "text/plain": "\n".join(plain),
        "text/html": str(card_html(table + body, "bad" if failing or missing else "calm", live=False, part="table")),
    }


def _show(lines, pasted):
    global _widget
    shell = in_notebook()
    if shell is None or not pasted:
        show(_bundle(lines, pasted, False))
        return
    from IPython.display import display

    handle = display(_bundle(lines, pasted, False), raw=True, display_id=f"carry-{os.urandom(6).hex()}")
    try:
        widget = notebook_model()(kind="paste", function="carry", cell_id=cell_id(shell), text="\n".join(pasted) + "\n")
    except Exception:
        return

    def answer(_, content, __):
        if content.get("type") == "pasted":
            if content.get("done") and handle is not None:
                handle.update(_bundle(lines, pasted, True), raw=True)
            widget.close()

    widget.on_msg(answer)
    _widget = widget


def carry(*names):
    """Bring your functions of earlier lessons here: carry("linear", "relu").

    Yours are taken where you have written them; the engine's stand-ins do for the rest. Never raises.

    Parameters
    ----------
    *names : str
        Functions of earlier lessons.
    """
    namespace = sys._getframe(1).f_globals
    try:
        wanted = [name for name in dict.fromkeys(names) if isinstance(name, str) and name.isidentifier()]
        strange = [repr(name) for name in names if not isinstance(name, str) or not name.isidentifier()]
        lines, pasted = _gather(wanted, namespace, here(), ask=in_notebook() is not None)
        lines += [(name[:60], "missing", "is no name of a function", "") for name in strange]
        _show(lines, pasted)
    except Exception as error:
        print(f"carry: nothing was carried over ({type(error).__name__}: {error}).")
