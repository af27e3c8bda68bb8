"""A cell's text as Python's statements, magics or not: what each of them binds, what it reads, whether it is a stub.

Nothing here runs anything. The grader, the process that runs a learner's cells, and `check` read cells by it.
"""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from types import CodeType

CHOICE = "FRAMEWORK"        # a notebook's name that says in which framework its exercises are written
LONGEST_SOURCE = 100_000
JOINED = 40                 # pieces of a cell with a syntax error that are put together to find one that is whole
MOST_READ = 2_000_000       # characters that are read in search of them
ANYTHING = "*"              # among names: whatever there is
# Cell magics whose cell is not this notebook's Python. Of the others (%%time, and those of packages) it is.
NOT_PYTHON = frozenset({"!", "R", "HTML", "SVG", "bash", "bigquery", "cmd", "cpp", "cuda", "cython", "file", "html",
                        "javascript", "js", "julia", "latex", "markdown", "mermaid", "perl", "python", "python2",
                        "python3", "pypy", "ruby", "script", "sh", "shell", "sql", "svg", "sx", "system", "writefile"})
SHOWS = frozenset({"print", "display", "help", "check", "quiz", "predict", "review", "progress", "your_prediction"})
WIDE = frozenset({"exec", "eval", "globals", "locals", "vars", "setattr", "delattr", "get_ipython"})

MAKERS = frozenset({"partial", "vectorize", "frompyfunc", "jit", "njit", "cache", "lru_cache"})

_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[\w.\[\]'\"]+\s*\?{1,2}\s*)$")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, ]+?\s*=\s*)(?:%|!).*$")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


# --- text to statements -------------------------------------------------------------------------------------

def cell_magic(source: str) -> tuple[str, str] | None:
    """(name, the cell with that line and those above it blank) of a cell with `%%name` on top, else None.

    Comments may stand above it, which IPython would not allow.
    """
    if "%%" not in source:
        return None
    lines = source.split("\n")
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("%%"):
            name = re.match(r"%%(!|\w*)", text)
            return (name[1] if name else ""), "\n".join([""] * (number + 1) + lines[number + 1:])
        if text and not text.startswith("#"):
            return None
    return None


@functools.lru_cache(maxsize=1024)
def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, its magics and shell commands taken for `pass`. None where it has none."""
    try:
        return ast.parse(source)
    except SyntaxError:
        pass
    except (ValueError, RecursionError, MemoryError):
        return None
    text = _without_magics(source)
    for way in (text, textwrap.dedent(text), text.lstrip(" \t")):
        try:
            return ast.parse(way)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _without_magics(source: str) -> str:
    """The cell with `pass` for its magics, line by line; nothing where the cell is in another language."""
    magic = cell_magic(source)
    if magic is not None:
        name, source = magic
        if name in NOT_PYTHON:
            return ""
    return "\n".join(_ASSIGNED_MAGIC.sub(r"\1None", _MAGIC.sub(r"\1pass", line)) for line in source.split("\n"))


@functools.lru_cache(maxsize=1024)
def readable(source: str) -> ast.Module:
    """The statements of a cell; of one with a syntax error those that have none themselves."""
    return parsed(source) or ast.Module(list(whole_pieces(_without_magics(source))), [])


def whole_pieces(text: str) -> Iterator[ast.stmt]:
    """The statements of a text with a syntax error that have none themselves."""
    lines = text.split("\n")
    if any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in lines):
        return                                          # two versions of one text: which is meant, nobody knows
    starts = [number for number, line in enumerate(lines) if _begins(line)
              and not (number and lines[number - 1].startswith("@"))]
    ends, at, read = [*starts[1:], len(lines)], 0, 0
    while at < len(starts) and read < MOST_READ:
        step = 1
        for last in range(at, min(at + JOINED, len(starts))):
            part = "\n".join(lines[starts[at]:ends[last]])
            read += len(part)
            try:
                piece = ast.parse(part)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            yield from ast.increment_lineno(piece, starts[at]).body
            step = last - at + 1
            break
        at += step


def _begins(line: str) -> bool:
    """Whether a statement may begin with this line."""
    word = re.split(r"[(: ]", line, maxsplit=1)[0]
    return line[:1] not in ("", " ", "\t", "#", ")", "]", "}") and word not in ("else", "elif", "except", "finally")


def text_of(nodes: Iterable[ast.stmt], source: str) -> str:
    """The lines of a cell that hold these statements of it, as they were written where each has lines of its own."""
    lines, parts = source.split("\n"), []
    spans = [_span(node) for node in readable(source).body]
    for node in nodes:
        first, last = _span(node)
        alone = sum(not (last < start or end < first) for start, end in spans) == 1
        try:
            parts.append(textwrap.dedent("\n".join(lines[first - 1:last])) if alone else ast.unparse(node))
        except (RecursionError, ValueError):                # very deep; an int of more digits than Python writes
            continue
    return "\n".join(parts)


def without(nodes: Iterable[ast.stmt], source: str) -> str:
    """A cell with these statements taken out, each other line where it was."""
    lines, gone = source.split("\n"), list(nodes)
    for node in gone:
        first, last = _span(node)
        beside = [other for other in readable(source).body if other not in gone
                  and not (_span(other)[1] < first or last < _span(other)[0])]
        if not beside:
            lines[first - 1:last] = [""] * (last - first + 1)
    return "\n".join(lines)


def _span(node: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, decorators too."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return first, node.end_lineno or first


def differing(source: str, original: str) -> list[ast.stmt]:
    """The statements of a cell that the cell it was handed out as has not."""
    known = {_dumped(node) for node in readable(original).body}
    return [node for node in readable(source).body if _dumped(node) not in known]


def _dumped(node: ast.stmt) -> str:
    """A statement as text; "" for one that cannot be written."""
    try:
        return ast.dump(node)
    except (RecursionError, ValueError):                    # very deep; an int of more digits than Python writes
        return ""


# --- what a statement does ----------------------------------------------------------------------------------

def _outer(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is below it, without the bodies of functions and lambdas, which do not run here."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def binds(node: ast.stmt) -> set[str]:
    """The names that a statement gives a value, or takes it from. `ANYTHING` for `from m import *`."""
    names: set[str] = set()
    for one in _outer(node):
        if isinstance(one, (*FUNCTIONS, ast.ClassDef)):
            names.add(one.name)
        elif isinstance(one, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in one.names}
        elif isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            names.add(one.id)
        elif isinstance(one, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and one.name:
            names.add(one.name)
        elif isinstance(one, ast.MatchMapping) and one.rest:
            names.add(one.rest)
    return names


def overwrites(node: ast.stmt) -> set[str]:
    """The names that a statement binds, and those of which it replaces a part: `np.mean = f`, `t[0] = 1`."""
    return binds(node).union(*(_root(one) for one in _outer(node) if isinstance(one, (ast.Attribute, ast.Subscript))
                               and not isinstance(one.ctx, ast.Load)))


def touches(node: ast.stmt) -> set[str]:
    """The names that a statement binds, or whose value it may change: `t.append(1)`, `t[0] = 1`, `fill(t)`."""
    names = overwrites(node)
    for one in _outer(node):
        if isinstance(one, ast.Call):
            names |= {ANYTHING} if isinstance(one.func, ast.Name) and one.func.id in WIDE else set()
            names |= _root(one.func) if isinstance(one.func, ast.Attribute) else set()
            for value in (*one.args, *(keyword.value for keyword in one.keywords)):
                names |= _root(value)
    return names


def _root(node: ast.AST) -> set[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


@functools.lru_cache(maxsize=1024)
def touched(source: str) -> frozenset[str]:
    """The names that a whole cell binds or may change."""
    if (cell_magic(source) or ("",))[0] in ("writefile", "file"):
        return frozenset({ANYTHING})
    return frozenset().union(*map(touches, readable(source).body))


@functools.lru_cache(maxsize=1024)
def bound(source: str) -> frozenset[str]:
    """The names that a whole cell gives a value."""
    return frozenset().union(*map(binds, readable(source).body))


@functools.lru_cache(maxsize=1024)
def reads(source: str) -> frozenset[str]:
    """The names that a whole cell looks up outside of its functions' own variables; attributes are among them."""
    return frozenset(looked_up(readable(source)))


def looked_up(tree: ast.Module) -> set[str]:
    """The same of statements."""
    names: set[str] = set()
    try:
        waiting = [compile(tree, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {ANYTHING}
    while waiting:
        code = waiting.pop()
        names |= set(code.co_names)
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return names


def meet(some: AbstractSet[str], others: AbstractSet[str]) -> AbstractSet[str]:
    """The names in both, where `ANYTHING` is in every set that has a name."""
    if ANYTHING in some or ANYTHING in others:
        return (some | others) if some and others else set()
    return some & others


def only_shows(source: str, functions: Iterable[str] = ()) -> bool:
    """Whether a cell does nothing that a later one could need: it prints, draws, calls one of these `functions`."""
    tree = parsed(source)
    return tree is not None and cell_magic(source) is None and all(shows(node, functions) for node in tree.body)


def shows(node: ast.stmt, functions: Iterable[str] = ()) -> bool:
    """The same of one statement."""
    if isinstance(node, ast.Pass):
        return True
    if not isinstance(node, ast.Expr):
        return False
    for one in ast.walk(node):
        if isinstance(one, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
            return False
        if isinstance(one, ast.Call):
            plain = isinstance(one.func, ast.Name) and (one.func.id in SHOWS or one.func.id in functions)
            drawn = isinstance(one.func, ast.Attribute) and _root(one.func) == {"plt"}
            if not (plain or drawn):
                return False
    return True


# --- functions that are asked for ---------------------------------------------------------------------------

def _names_for(node: ast.stmt) -> list[str]:
    if isinstance(node, FUNCTIONS):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def definitions(source: str, name: str, framework: str | None = None) -> list[ast.stmt]:
    """The statements on the top of a cell, or in an `if` or `try` there, that make the function `name`.

    `framework`: those alone that are run where FRAMEWORK is this one.
    """
    if name not in source:
        return []
    return [node for node in _top(readable(source).body, framework) if name in _names_for(node)
            and (isinstance(node, FUNCTIONS) or _makes_function(node) or is_stub(node))]


def _top(nodes: Iterable[ast.stmt], framework: str | None = None) -> Iterator[ast.stmt]:
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            taken = None if framework is None or isinstance(node, ast.Try) else holds(node.test, framework)
            waiting += [*(node.body if taken is not False else ()), *(node.orelse if taken is not True else ()),
                        *getattr(node, "finalbody", ())][::-1]


def holds(test: ast.expr, framework: str) -> bool | None:
    """Whether a test such as `FRAMEWORK == "torch"` holds where FRAMEWORK is `framework`; None for another test."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides, known = (test.left, test.comparators[0]), []
    for side in sides:
        if isinstance(side, ast.Name) and side.id == CHOICE:
            known.append(framework)
        else:
            try:
                known.append(ast.literal_eval(side))
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return None
    if not any(isinstance(side, ast.Name) for side in sides):
        return None
    try:
        return {ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b, ast.In: lambda a, b: a in b,
                ast.NotIn: lambda a, b: a not in b}[type(test.ops[0])](*known)
    except (KeyError, TypeError):
        return None


def choices(source: str) -> list[tuple[ast.expr, object]]:
    """(value, what it says where it is a literal, else None) of each `FRAMEWORK = …` on the top of a cell."""
    found: list[tuple[ast.expr, object]] = []
    for node in _top(readable(source).body) if CHOICE in source else ():
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if value is not None and isinstance(node, (ast.Assign, ast.AnnAssign)) and all(
                isinstance(target, ast.Name) and target.id == CHOICE for target in targets):
            found.append((value, value.value if isinstance(value, ast.Constant) else None))
    return found


def _makes_function(node: ast.stmt) -> bool:
    """Whether an assignment's value may be a function: a lambda, another function's name, what is made of one."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        made = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return made in MAKERS or any(isinstance(argument, ast.Lambda) for argument in value.args)
    return isinstance(value, (ast.Lambda, ast.Name, ast.Attribute))


def is_stub(node: ast.stmt) -> bool:
    """Whether a definition says nothing yet: `pass`, `...`, `return`, `raise NotImplementedError`; `mse = None`."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return isinstance(node.value, ast.Constant) and node.value.value in (None, ...)
    return isinstance(node, FUNCTIONS) and all(map(_says_nothing, node.body))


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(what, ast.Name) and what.id == "NotImplementedError"
    if isinstance(node, (ast.Expr, ast.Return)):
        return node.value is None or (isinstance(node.value, ast.Constant) and (isinstance(node, ast.Expr)
                                                                               or node.value.value in (None, ...)))
    return isinstance(node, ast.Pass)


def writes(source: str, name: str, framework: str | None = None) -> bool:
    """Whether a cell defines this function, and not as a stub."""
    return any(not is_stub(node) for node in definitions(source, name, framework))
