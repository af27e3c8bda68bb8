"""What the wrong programs one edit away give on the public cases, as data for `course/data/mutants`."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.author.keys import program
from autograder.author.mutants.operators import Argument, Arguments, mutated
from autograder.lessons import catalogue
from autograder.lessons.specify import specification
from course.checking.assess import observed
from course.checking.compare import compare
from course.checking.observe import observe
from course.checking.telling.differences.rows import arguments, signature
from course.checking.telling.mutants import RIGHT, cells_of, is_told, mark_of, same
from course.checking.types import Spec

# Their results come from one function of their arguments. What a random draw or a whole training run gives is not
# one outcome, and running one of those a thousand times would take hours.
LOOKED_AT = ("value", "slope", "backward", "softmax_slope", "layer_gradients")
SECONDS = 1.0               # of one call: a loop that an edit keeps from ending
MOST = 700                  # of one exercise
MOST_CLAUSES = 2            # of those that give the same
BROKEN = (SyntaxError, TypeError, ValueError)


def mutants_data(topic: str) -> dict[str, str]:
    """{"mutants/EXERCISE.json": text} of a lesson."""
    return {f"mutants/{name}.json": _text(table) for name, spec in specification(topic)["exercises"].items()
            if spec["features"] in LOOKED_AT and "variants" not in spec and (table := mutants(topic, spec))["mutants"]}


def _text(table: dict[str, Any]) -> str:
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in table["mutants"])
    cells = json.dumps(table["cells"], ensure_ascii=False)
    return f'{{"cells": {cells},\n"mutants": [\n{rows}\n]}}\n'


def mutants(topic: str, spec: Spec) -> dict[str, Any]:
    """{"cells": [[case, feature]], "mutants": [[id, clauses, marks]]}: see `course.checking.telling.mutants`.

    What passes, what raises an error everywhere, and what a known mistake gives is left out. Those that give the same
    are one, which has up to two clauses; with more nothing would be said.
    """
    cells = cells_of(spec)
    known = [_marks_of_mistake(spec, cells, identity) for identity in spec["mistakes"]]
    found: dict[tuple[Any, ...], list[Any]] = {}
    for identity, clause, library in programs(topic, spec):
        marks = _marks(spec, cells, library)
        if marks is None or not is_told(marks) or any(same(marks, one) for one in known):
            continue
        key = tuple(float(f"{mark:.6g}") if isinstance(mark, float) else mark for mark in marks)
        alike = found.setdefault(key, [identity, [], list(marks)])
        if clause not in alike[1]:
            alike[1].append(clause)
    rows = [row for row in found.values() if len(row[1]) <= MOST_CLAUSES][:MOST]
    return {"cells": [list(cell) for cell in cells], "mutants": rows}


def programs(topic: str, spec: Spec) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(id, clause, names of a notebook with the wrong program in it)."""
    name, known = spec["name"], arguments_of(spec)
    right = {"reference": catalogue.references(topic)[name]} | catalogue.alternatives(topic).get(name, {})
    for source, function in right.items():
        try:
            tree = _Filled().visit(ast.parse(program(function, name)))
        except SyntaxError:
            continue
        for identity, clause, changed in mutated(tree, name, known):
            namespace = dict(function.__globals__) | catalogue.library(topic)
            try:
                exec(compile(changed, f"<{name}>", "exec"), namespace)
            except BROKEN:
                continue
            yield f"{source}.{identity}", clause, namespace


class _Filled(ast.NodeTransformer):
    """np.empty as np.zeros: what an edit leaves unfilled would be whatever the memory held before."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = {"empty": "zeros", "empty_like": "zeros_like"}.get(node.attr, node.attr)
        return self.generic_visit(node)


def arguments_of(spec: Spec) -> Arguments:
    """The arguments of an exercise's function, by the values that its first case gives them."""
    _, defaults = signature(spec)
    given = arguments(spec, spec["cases"][0])
    return {name: Argument(_kind(value), defaults.get(name)) for name, value in given.items()}


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype.kind}"
    return "flag" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else type(value).__name__


def _marks(spec: Spec, cells: list[tuple[str, str]], library: dict[str, Any]) -> tuple[Any, ...] | None:
    """What a program gives in each cell; None where a call does not end, or changes its arguments."""
    marks: list[Any] = []
    for case in spec["cases"]:
        raws = [observe(library, call, SECONDS) for call in case["calls"]]
        if any("timeout" in raw or raw.get("mutated") for raw in raws):
            return None
        features = observed(spec, case, raws)
        for cell, feature in cells:
            if cell == case["name"]:
                got = features.get(feature, {"bad": ""})
                right = not compare(spec, feature, case["expected"][feature], got)[1]
                marks.append(RIGHT if right else mark_of(got))
    return tuple(marks)


def _marks_of_mistake(spec: Spec, cells: list[tuple[str, str]], identity: str) -> tuple[Any, ...]:
    wrong = {(case["name"], name): feature for case in spec["cases"]
             for name, feature in case["mistakes"].get(identity, {}).items()}
    return tuple(mark_of(wrong[cell]) if cell in wrong else RIGHT for cell in cells)
