"""The edits: each turns one node of a right program's syntax tree into a wrong one, and says so in a clause.

A clause fits "those of a right program in which …". It speaks of arguments by their names, and of nothing else that
stands in the program: a learner's own has other names, and the right line is never told.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

# function or method -> [(what takes its place, the clause)]
EXCHANGED = {
    "mean": [("sum", "a mean is a sum")], "sum": [("mean", "a sum is a mean")],
    "var": [("std", "a standard deviation stands where the variance belongs")],
    "std": [("var", "a variance stands where the standard deviation belongs")],
    "max": [("min", "a largest entry is the smallest"), ("mean", "a mean stands where the largest entry belongs")],
    "min": [("max", "a smallest entry is the largest")],
    "maximum": [("minimum", "of two numbers the smaller is taken in place of the larger")],
    "minimum": [("maximum", "of two numbers the larger is taken in place of the smaller")],
    "any": [("all", "*all* is asked where *any* is meant")], "all": [("any", "*any* is asked where *all* is meant")],
    "exp": [("expm1", "1 is taken off an exponential")], "log": [("log2", "a logarithm has base 2"),
                                                            ("log10", "a logarithm has base 10")],
    "log1p": [("log", "1 is not added inside a logarithm")],
    "tanh": [("sin", "another function stands where tanh belongs")], "argmin": [("argmax", "a place of the smallest "
                                                                                 "entry is that of the largest")],
}
DROPPED = {"exp": "an exponential is left out", "log": "a logarithm is left out", "sqrt": "a square root is left out",
           "abs": "an absolute value is left out", "log1p": "a logarithm is left out", "tanh": "tanh is left out",
           "reversed": "an order is not reversed", "square": "a square is left out"}
BETWEEN = {
    ast.Add: [(ast.Sub, "{b} is subtracted where it has to be added")],
    ast.Sub: [(ast.Add, "{b} is added where it has to be subtracted")],
    ast.Mult: [(ast.Div, "there is a division by {b} where {b} has to be a factor")],
    ast.Div: [(ast.Mult, "{b} is a factor where there has to be a division by {b}")],
    ast.MatMult: [(ast.Mult, "a product is taken entry by entry where the matrix product belongs")],
}
# The same where the part has no name
PLAINLY = {ast.Add: "one part is subtracted where it has to be added",
           ast.Sub: "one part is added where it has to be subtracted",
           ast.Mult: "there is a division where a product belongs",
           ast.Div: "there is a product where a division belongs"}
LEFT_OUT = {ast.Add: "{x} is left out of a sum", ast.Sub: "{x} is left out of a difference",
            ast.Mult: "the factor {x} is left out", ast.Div: "the division by {x} is left out",
            ast.Pow: "a power is left out", ast.MatMult: "the product with {x} is left out"}
COMPARED = {ast.Gt: [(ast.GtE, "a bound is taken in that has to stay out"), (ast.Lt, "a comparison is turned round")],
            ast.GtE: [(ast.Gt, "a bound stays out that has to be taken in"), (ast.Lt, "a comparison is turned round")],
            ast.Lt: [(ast.LtE, "a bound is taken in that has to stay out"), (ast.Gt, "a comparison is turned round")],
            ast.LtE: [(ast.Lt, "a bound stays out that has to be taken in"), (ast.Gt, "a comparison is turned round")],
            ast.Eq: [(ast.NotEq, "a comparison is turned round")], ast.NotEq: [(ast.Eq, "a comparison is turned "
                                                                                        "round")]}

AGAIN = {"exp": "an exponential", "log": "a logarithm", "sqrt": "a square root", "tanh": "tanh", "sigmoid": "a sigmoid",
         "softmax": "a softmax", "log_softmax": "a log-softmax", "square": "a square"}

Edit = tuple[str, ast.AST, str]             # operator's name, the node that takes the place, the clause


@dataclass(frozen=True)
class Argument:
    """What is known of an argument of the exercise's function: only those of one kind are taken for one another."""

    kind: str                   # of its values: "array", "number", "flag" …
    default: object = None


Arguments = dict[str, Argument]


def edits(node: ast.AST, names: Arguments) -> Iterator[Edit]:
    """The edits of one node. `names`: the arguments of the exercise's function."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node, names)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", node.operand, "a minus sign is missing"
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node.value, "a transpose is missing"
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other, clause in COMPARED.get(type(node.ops[0]), []):
            yield "compare", _changed(node, ops=[other()]), clause
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from _of_number(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from _of_argument(node, names)
    elif isinstance(node, ast.AugAssign):
        yield "overwrite", ast.Assign([node.target], node.value), "a value is overwritten where it has to be added to"
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.UnaryOp | ast.BinOp | ast.Name):
        yield from _of_index(node)


def _of_argument(node: ast.Name, names: Arguments) -> Iterator[Edit]:
    this = names[node.id]
    for other, argument in names.items():
        if other != node.id and argument.kind == this.kind != "flag":
            yield "name", ast.Name(other, ast.Load()), f"`{other}` stands where `{node.id}` belongs"
    if this.kind == "flag":
        for value in (True, False):
            yield "fixed", ast.Constant(value), f"`{node.id}` is taken as {value} always"
    elif isinstance(this.default, (int, float)):
        yield "fixed", ast.Constant(this.default), f"`{node.id}` is {this.default:g} always"


def _of_operation(node: ast.BinOp, names: Arguments) -> Iterator[Edit]:
    left, right = _called(node.left, names), _called(node.right, names)
    for other, clause in BETWEEN.get(type(node.op), []):
        said = PLAINLY.get(type(node.op), clause) if right.startswith("a part") else clause.format(b=right)
        yield "operator", _changed(node, op=other()), said
    if type(node.op) in LEFT_OUT:
        yield "without-right", node.left, _left_out(node.op, right)
        if not isinstance(node.op, (ast.Div, ast.Pow)):
            yield "without-left", node.right, _left_out(node.op, left)
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
        what = {ast.Sub: "a difference", ast.Div: "a quotient", ast.MatMult: "a matrix product"}[type(node.op)]
        yield "order", _changed(node, left=node.right, right=node.left), f"the two sides of {what} are exchanged"


    if isinstance(node.left, ast.BinOp):                # (a · b) + c -> a · (b + c)
        inner = _changed(node, left=node.left.right)
        yield "brackets", _changed(node.left, right=inner), "brackets stand elsewhere"
    if isinstance(node.right, ast.BinOp):               # a · (b + c) -> (a · b) + c
        inner = _changed(node, right=node.right.left)
        yield "brackets", _changed(node.right, left=inner), "brackets are missing"
    if isinstance(node.left, ast.Call) and len(node.left.args) == 1 and not node.left.keywords:     # f(x) / c
        inside = _changed(node, left=node.left.args[0])
        yield "bracket", _changed(node.left, args=[inside]), "the bracket of a function closes too late"


def _left_out(operation: ast.operator, part: str) -> str:
    """A part without a name is a factor, a term; with one it is told by that."""
    if part.startswith("a part") and isinstance(operation, (ast.Mult, ast.Div, ast.MatMult)):
        what = {ast.Mult: "a factor", ast.Div: "a division", ast.MatMult: "a matrix product"}[type(operation)]
        return f"{what} is left out"
    return LEFT_OUT[type(operation)].format(x=part)


def _of_call(node: ast.Call) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other, clause in EXCHANGED.get(name, []):
        if isinstance(node.func, ast.Attribute):
            yield "function", _changed(node, func=_changed(node.func, attr=other)), clause
    if name in DROPPED and len(node.args) == 1 and not node.keywords:
        yield "without-function", node.args[0], DROPPED[name]
    if name in AGAIN and len(node.args) == 1:
        yield "again", _changed(node, args=[node]), f"{AGAIN[name]} is taken twice"
    for k, keyword in enumerate(node.keywords):
        rest = node.keywords[:k] + node.keywords[k + 1:]
        if keyword.arg == "axis":
            yield "axis", _changed(node, keywords=rest), f"a {_noun(name)} runs over all entries"
            if isinstance(keyword.value, ast.Constant) and keyword.value.value in (0, 1):
                other_axis = ast.keyword("axis", ast.Constant(1 - keyword.value.value))
                way = "along each row" if keyword.value.value == 0 else "down each column"
                yield "axis", _changed(node, keywords=[*rest, other_axis]), f"a {_noun(name)} runs {way}"
        elif keyword.arg == "keepdims":
            yield "keepdims", _changed(node, keywords=rest), f"a {_noun(name)} loses its axis"
    if name == "where" and len(node.args) == 3:
        one, two, three = node.args
        yield "branches", _changed(node, args=[one, three, two]), "the two sides of a choice are exchanged"
    if name == "range" and len(node.args) == 1:
        yield "first-round", _changed(node, args=[ast.Constant(1), *node.args]), "the first round of a loop is left out"
        less = ast.BinOp(node.args[0], ast.Sub(), ast.Constant(1))
        yield "last-round", _changed(node, args=[less]), "the last round of a loop is left out"


def _noun(name: str) -> str:
    return {"max": "maximum", "min": "minimum", "var": "variance", "std": "standard deviation"}.get(name, name)


def _of_number(node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    others: list[complex] = [] if not isinstance(value, (int, float)) else [value + 1, value - 1, 2 * value, value / 2]
    for other in dict.fromkeys(others):
        if other != value and isinstance(other, (int, float)):
            whole = int(other) if isinstance(value, int) and other == int(other) else other
            yield "number", ast.Constant(whole), f"a {value:g} is a {other:g}"


def _of_index(node: ast.Subscript) -> Iterator[Edit]:
    for by, clause in ((1, "the next entry stands where another belongs"),
                       (-1, "the entry before stands where another belongs")):
        yield "index", _changed(node, slice=ast.BinOp(node.slice, ast.Add(), ast.Constant(by))), clause


def _called(node: ast.AST, names: Arguments) -> str:
    """How a clause names a part: an argument by its name, a number by itself, anything else as what it is."""
    if isinstance(node, ast.Name) and node.id in names:
        return f"`{node.id}`"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return f"{node.value:g}"
    used = sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in names})
    return f"a part made of {' and '.join(f'`{name}`' for name in used)}" if 0 < len(used) < 3 else "a part"


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def mutated(tree: ast.Module, name: str, arguments: Arguments) -> Iterator[tuple[str, str, ast.Module]]:
    """(id, clause, tree) of all wrong programs one edit away from the function `name` of a tree."""
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    for k, node in enumerate(ast.walk(function)):
        if node in (function, *ast.walk(function.args)):
            continue
        for j, (operator, other, clause) in enumerate(edits(node, arguments)):
            yield f"{operator}-{k}-{j}", clause, _with(tree, name, k, other)


def _with(tree: ast.Module, name: str, place: int, other: ast.AST) -> ast.Module:
    """A copy of the tree with another node in the place of the function's `place`-th."""
    made = copy.deepcopy(tree)
    function = next(node for node in made.body if isinstance(node, ast.FunctionDef) and node.name == name)
    node = list(ast.walk(function))[place]
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, copy.deepcopy(other))
            elif isinstance(value, list) and node in value:
                value[value.index(node)] = copy.deepcopy(other)
    return ast.fix_missing_locations(made)
