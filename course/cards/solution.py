"""The course's own program, where it is at hand: line by line, and beside the learner's with what differs. Folded."""

import ast
import difflib
import io
import textwrap
import tokenize

from markupsafe import Markup

from course.cards import keys
from course.cards.text import inline_html, paragraph
from course.statements import definitions, parsed

SAME = "Yours and {} do the same steps."
LOOPS = {ast.For: "a `for` loop", ast.While: "a `while` loop", ast.ListComp: "a list comprehension",
         ast.GeneratorExp: "a generator", ast.If: "an `if`", ast.IfExp: "an `if` within an expression",
         ast.Lambda: "a `lambda`", ast.Try: "a `try`"}


# ------------------------------------------------------------------------------ the whole solution, with remarks

def solution_html(name, variant=None):
    """A fold with every line of the solution, and beside a line what is to be said of it."""
    found = keys.solution(name, variant)
    remarks = dict(map(tuple, found.get("remarks", ())))
    rows = Markup("").join(
        Markup("<tr><td><code>{}</code></td><td>{}</td></tr>").format(line or " ", inline_html(remarks.get(number, "")))
        for number, line in bare(found["source"]))
    return Markup('<details><summary>Give up on <code>{}</code>: show the whole solution</summary>'
                  '<table class="course-table course-lines">{}</table></details>').format(name, rows)


def solution_text(name):
    """The same for a terminal: it is not in sight unless asked for, so here is only how to see it."""
    return f"To see the whole solution: import inspect; print(inspect.getsource({name}))"


def without_docstring(source):
    return [line for _, line in bare(source)]


def bare(source):
    """[(number, line)] of a program without its docstrings and comments; the rest as it stands."""
    tree, lines = parsed(source), source.rstrip("\n").split("\n")
    if tree is None:
        return list(enumerate(lines, 1))
    drop = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None and node.body[1:]:
            drop |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    cut = {}
    for token in _tokens(source):
        if token.type == tokenize.COMMENT:
            cut[token.start[0]] = token.start[1]
    kept = []
    for number, line in enumerate(lines, 1):
        if number in drop:
            continue
        text = line[:cut[number]].rstrip() if number in cut else line.rstrip()
        if text or (number not in cut and kept and kept[-1][1]):
            kept.append((number, text))
    return kept


def _tokens(source):
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except (tokenize.TokenError, SyntaxError):
        return


# ------------------------------------------------------------------------------ beside the learner's

def beside_html(name, cell, variant=None):
    """A fold: the learner's function beside the course's, and another right way; "" where there is nothing to show.

    Parameters
    ----------
    cell : str
        The source of the cell that the learner's function was made from.
    variant : str or None
        The framework that it is written in.
    """
    ways, own = _ways(name, cell, variant)
    if not ways:
        return ""
    shown = [way for i, way in enumerate(ways) if i == 0 or way[2] != SAME.format(way[0].lower())]
    columns = Markup("").join(_column(title, lines, own) for title, lines, _ in shown)
    said = Markup("").join(paragraph(text) for _, _, text in ways if text)
    return Markup('<details><summary>Yours beside the course\'s</summary>{}<div class="course-ways">{}</div></details>'
                  ).format(said, columns)


def _ways(name, cell, variant=None):
    """[(title, lines, what differs)] of the learner's program, the course's and another right one; and the first."""
    found, own = keys.solution(name, variant), function_lines(cell, name)
    if found is None or not own:
        return [], []
    course = without_docstring(found["source"])
    other = _most_unlike(own, course, [without_docstring(source) for source in found.get("others", ())])
    ways = [("Yours", own, ""), ("The course's", course, differs(own, course, "the course's"))]
    return ways + ([("Another right way", other, differs(own, other, "the other way"))] if other else []), own


def _most_unlike(own, course, others):
    def likeness(lines):
        return max(difflib.SequenceMatcher(None, lines, known).ratio() for known in (own, course))
    return min(others, key=likeness, default=None)


def function_lines(cell, name):
    """The lines of a function in a cell's source, without docstring and comments; [] where it has none."""
    made = [node for node in definitions(cell, name) if isinstance(node, ast.FunctionDef)]
    if parsed(cell) is None or not made:
        return []
    lines = cell.split("\n")[made[-1].lineno - 1:made[-1].end_lineno]
    return without_docstring(textwrap.dedent("\n".join(lines)))


def _column(title, lines, own):
    """A program; of another's than the learner's, the lines that the learner has not are marked."""
    known = {line.strip() for line in own}
    rows = [line if line.strip() in known else Markup("{}<mark>{}</mark>").format(
        line[:len(line) - len(line.lstrip())], line.lstrip()) for line in lines]
    code = Markup("\n").join(rows)
    return Markup('<div><b>{}</b><pre><code>{}</code></pre></div>').format(title, code)


def differs(own, other, which):
    """In one sentence or two: what only one of two programs uses."""
    mine, theirs = uses("\n".join(own)), uses("\n".join(other))
    if _shape(own) == _shape(other):
        return SAME.format(which)
    parts = [f"only {whose}: {', '.join(only)}" for whose, only in (
        ("yours", [u for u in mine if u not in theirs]), (which, [u for u in theirs if u not in mine])) if only]
    lines = [len([line for line in part if line]) for part in (own, other)]
    length = f"{lines[0]} lines, {which} {lines[1]}" if lines[0] != lines[1] else f"as many lines as {which}"
    return f"Yours has {length}{'; ' + '; '.join(parts) if parts else ''}."


def uses(source):
    """The functions that a program calls and the ways it goes, in the order of its text, as code to be read."""
    tree = parsed(source)
    found = {}
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call):
            found[f"`{ast.unparse(node.func)}`"] = None
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found["`@`"] = None
        elif type(node) in LOOPS:
            found[LOOPS[type(node)]] = None
    return list(found)


def _shape(lines):
    """A program with its own names replaced by numbers: two that differ in names alone have one shape."""
    tree = parsed("\n".join(lines))
    if tree is None:
        return "\n".join(lines)
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    numbers = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in stored:
            node.id = f"v{numbers.setdefault(node.id, len(numbers))}"
    return ast.dump(tree)
