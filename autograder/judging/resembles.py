"""Which text of the course's own a solution is: a stand-in, a part of the engine, a published solution.

Such a program is right, and a reader of the course may well write it again; so it costs nothing and accuses nobody. It
is noted for the instructor. Two programs are the same text where their syntax trees agree, whatever the layout, the
comments, the docstrings, the annotations and the names of what is local to a function.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import course
from autograder.lessons import catalogue
from course.statements import parsed

SHORT = 40              # nodes of a syntax tree; of fewer, many people write the same
SMALLEST = 5            # below this a function is nobody's text: `return x`
LONGEST = 100_000       # characters of a cell
COMMON = " (short: many write the same)"

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
OWN = ("course's stand-in for", "course's engine:")          # what no solution has a reason to hold


@dataclass(frozen=True)
class Text:
    """A function of the course's own."""

    kind: str
    name: str
    size: int               # nodes of its tree
    telling: bool           # whether nobody writes it by accident

    def words(self) -> str:
        return f"the {self.kind} {self.name}" + ("" if self.telling else COMMON)


@dataclass(frozen=True)
class Held:
    """What a cell holds of the course's own, and the names that it gives meaning to."""

    texts: tuple[tuple[str, Text], ...]         # (name it bears there, what it is)
    names: frozenset[str]
    used: frozenset[str]


def _tree(source: str) -> ast.Module | None:
    """A syntax tree of one's own: what `parsed` keeps is shared, and a fingerprint changes what it goes through."""
    return parsed.__wrapped__(source)


# --- a function as a hash -----------------------------------------------------------------------------------

class _Bare(ast.NodeTransformer):
    """A copy of a function without what does not change its results."""

    def __init__(self, local: Mapping[str, str]) -> None:
        self.local = local

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.local.get(node.id, node.id), ast.Load())

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self.local.get(node.arg, node.arg))

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return ast.keyword(node.arg, self.visit(node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        body = [self.visit(part) for part in _body(node)]
        return ast.FunctionDef(self.local.get(node.name, node.name), self.visit(node.args), body, [])

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return ast.Lambda(self.visit(node.args), self.visit(node.body))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return ast.Assign([self.visit(node.target)], self.visit(node.value)) if node.value else ast.Pass()


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """The statements that do something: no docstring, nor another text or number that stands alone."""
    return [part for part in node.body
            if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))] or [ast.Pass()]


def _parts(node: Function) -> tuple[list[ast.stmt], list[ast.AST]]:
    """The statements of a function, and all nodes in them."""
    body: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else _body(node)
    return body, [part for statement in body for part in ast.walk(statement) if not isinstance(part, ast.expr_context)]


def shape(node: Function) -> tuple[str, ...]:
    """The kinds of its nodes in order, which takes a tenth of a fingerprint's time; () where that says nothing."""
    kinds = tuple(type(part).__name__ for part in _parts(node)[1])
    return () if {"AnnAssign", "FunctionDef", "AsyncFunctionDef"} & set(kinds) else kinds


def fingerprint(node: Function) -> tuple[str, int]:
    """(hash of what a function computes, size of its tree); ("", 0) for one that is too small to be anybody's."""
    body, parts = _parts(node)
    if len(parts) < SMALLEST:
        return "", 0
    names = [arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)]
    names += [part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    names += [part.arg for part in parts if isinstance(part, ast.arg)]
    names += [part.name for part in parts if isinstance(part, ast.FunctionDef)]
    bare = _Bare({name: f"_{number}" for number, name in enumerate(dict.fromkeys(names))})
    whole = ast.FunctionDef("f", bare.visit(node.args), [bare.visit(statement) for statement in body], [])
    return hashlib.sha256(ast.dump(whole).encode("utf-8", "replace")).hexdigest()[:24], len(parts)


def _functions(tree: ast.AST) -> Iterator[tuple[str, Function]]:
    """(name, function) of all functions in a tree: methods bear the name of their class, texts are read as programs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, function) for _, function in _functions(node))
            continue
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Call):                            # _enter("relu", lambda z: …)
            named = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from ((named[0], arg) for arg in node.args if isinstance(arg, ast.Lambda) and named)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "def " in node.value:
            inner = _tree(textwrap.dedent(node.value))
            yield from _functions(inner) if inner is not None and len(node.value) <= LONGEST else ()
        yield from _functions(node)


# --- the course's own texts ---------------------------------------------------------------------------------

@functools.cache
def published(topics: tuple[str, ...]) -> tuple[dict[str, Text], frozenset[tuple[str, ...]]]:
    """{hash: text} of the course's functions, the telling ones last: they win where two are alike; and their shapes."""
    package, found, shapes = Path(course.__file__).parent, dict[str, Text](), set[tuple[str, ...]]([()])
    sources = [("published right program for", path) for topic in topics for path in _files(topic, "right")]
    sources += [("published solution of", path) for topic in topics for path in _files(topic, "solutions")]
    sources += [(kind, package / name) for kind, name in zip(OWN, ("standin.py", "engine.py"), strict=True)]
    for kind, path in sources:
        tree = ast.parse(path.read_text("utf-8") if path.exists() else "")
        inside = _bound(tree) | {"engine", "Tensor"} if kind in OWN else set()
        for name, function in _functions(tree):
            key, size = fingerprint(function)
            if key:
                shapes.add(shape(function))
                used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
                found[key] = Text(kind, name.partition("__")[0] or name, size, size >= SHORT or bool(used & inside))
    return found, frozenset(shapes)


def _files(topic: str, part: str) -> list[Path]:
    """A part of a lesson, and what it is in each of its variants: solutions.py, solutions_torch.py, …"""
    folder = catalogue.folder(topic)
    return [folder / f"{part}.py", *sorted(folder.glob(f"{part}_*.py"))]


def _bound(tree: ast.Module) -> set[str]:
    """The names that a module or a cell gives meaning to, imports left out."""
    names = {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
             if isinstance(target, ast.Name)}
    return names | {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}



# --- a notebook ---------------------------------------------------------------------------------------------

@functools.lru_cache(maxsize=512)
def _held(source: str, topics: tuple[str, ...]) -> Held:
    tree = _tree(source) if len(source) <= LONGEST else None
    if tree is None:
        return Held((), frozenset(), frozenset())
    known, shapes = published(topics)
    try:
        texts = tuple((name, known[key]) for name, function in _functions(tree)
                      if shape(function) in shapes and (key := fingerprint(function)[0]) in known)
        used = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    except (RecursionError, ValueError):        # a very deep expression; an int of more digits than Python writes
        return Held((), frozenset(), frozenset())
    return Held(texts, frozenset(_bound(tree)), used)


def published_topics() -> tuple[str, ...]:
    """The lessons whose solutions a program can resemble."""
    return (*catalogue.topics(), *catalogue.entered())


def resembles(name: str, own: str, others: Iterable[str], topics: tuple[str, ...] = ()) -> str | None:
    """What of the course's own the solution of an exercise is, in words for the instructor; None where it is not.

    Parameters
    ----------
    own : source of the exercise's solution cell; "" where it is as it was handed out
    others : sources of the other cells that are run, which may hold the function, or what it calls
    topics : `published_topics()`, where that is known
    """
    topics = topics or published_topics()
    mine = _held(own, topics)
    found = [text for _, text in mine.texts]
    for held in (_held(source, topics) for source in others if source != own):
        if name not in mine.names:
            found += [text for called, text in held.texts if called == name]
        pasted = [(called, text) for called, text in held.texts if text.kind in OWN and text.telling]
        if pasted and mine.used & held.names:
            found += [text for called, text in pasted if called in mine.used] or [text for _, text in pasted]
    best = max(found, key=lambda text: (text.telling, text.name == name, text.size), default=None)
    return best.words() if best else None
