"""The other notebooks on this machine: where they are, and what functions a learner has written in them."""

import ast
import builtins
import json
import os
import re
from pathlib import Path

from course import contents


def own_file():
    """The file of the notebook that is running; None where nothing tells it."""
    named = os.environ.get("JPY_SESSION_NAME", "")
    file = Path(named)
    if named.endswith(".ipynb") and file.is_absolute() and file.parent.is_dir():
        return file
    file = Path.cwd() / f"{Path.cwd().name}.ipynb"
    return file if file.is_file() else None


def here():
    """The folder of the notebook that is running."""
    file = own_file()
    return file.parent if file is not None else Path.cwd()


def notebooks(folder):
    """{lesson: notebook}: in the folders beside this one, and those that were put into this folder itself.

    An uploaded one may be called "loss (1).ipynb": it is known by the lesson that it says it is.
    """
    found = {path.stem: path for path in sorted(folder.parent.glob("*/*.ipynb")) if path.stem == path.parent.name}
    found.pop(folder.name, None)
    own = own_file()
    uploaded = [path for path in folder.glob("*.ipynb") if own is None or path.name != own.name]
    for path in sorted(uploaded, key=lambda path: path.stat().st_mtime):
        lesson = lesson_of(path)
        if lesson and lesson != folder.name:
            found[lesson] = path
    return found


def lesson_of(path):
    """The lesson of a notebook, by what it says of itself, or by its name; "" where it is none of the course's."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))["metadata"]["course"]["topic"]
    except (OSError, ValueError, KeyError, TypeError):
        said = ""
    named = re.match(r"[A-Za-z]*", path.stem)[0].lower()
    return next((name for name in (said, named) if name in contents.TOPICS), "")


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


def shape(source, name):
    """A function without its docstring and comments, to compare; None where there is none."""
    tree = _parsed(source)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            return ast.dump(node.args) + "".join(ast.dump(part) for part in body)
    return None


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
