"""Wrong programs one edit from a right one: each says what was edited, and is known again by what it gives."""

import ast
import json

import numpy as np
import pytest

from autograder.author.keys import program
from autograder.author.mutants import made, operators
from autograder.lessons import catalogue
from course import contents
from course.actions.check import run, specifications
from course.checking.telling import mutants

FOLDER = catalogue.ROOT / "course" / "data" / "mutants"
SOURCE = """
def f(x, w, n):
    total = np.sum(np.exp(x) * w, axis=0, keepdims=True)
    for k in range(n):
        total += -x[k] if x[k] > 2 else (w.T @ x)[0]
    return np.sqrt(total) - w / n
"""
KNOWN = {"x": operators.Argument("array"), "w": operators.Argument("array"), "n": operators.Argument("number", 3)}


def sources_of(tree):
    return {identity: (clause, ast.unparse(made_)) for identity, clause, made_ in operators.mutated(tree, "f", KNOWN)}


def test_each_kind_of_edit_is_made_and_says_what_it_is():
    found = sources_of(ast.parse(SOURCE))
    kinds = {identity.partition("-")[0] for identity in found}
    assert kinds >= {"operator", "without", "order", "sign", "function", "axis", "keepdims", "transpose", "compare",
                     "number", "name", "overwrite", "index", "first", "last", "brackets",
                     "bracket", "again", "fixed"}
    original = ast.unparse(ast.parse(SOURCE))
    assert all(text != original for _, text in found.values())
    said = {clause for clause, _ in found.values()}
    assert {"`n` is left out of a sum"} & said == set() and "the division by `n` is left out" in said
    assert "a sum runs along each row" in said and "`w` stands where `x` belongs" in said
    assert any("total = -x[k]" in text for clause, text in found.values() if "overwritten" in clause)


def test_a_clause_quotes_arguments_and_nothing_else_of_the_program():
    for name in ("backward", "adam_step", "fit_line", "forward"):
        topic = contents.exercise_topics()[name]
        tree = ast.parse(program(catalogue.references(topic)[name]))
        function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
        arguments = {arg.arg for arg in function.args.args}
        known = made.arguments_of(specifications(topic)[name])
        assert known.keys() == arguments
        for _, clause, _ in operators.mutated(tree, name, known):
            assert set(clause.split("`")[1::2]) <= arguments, clause


def test_the_data_hold_no_program_and_stay_small():
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) > 25 and sum(path.stat().st_size for path in files) < 3_500_000
    for path in files:
        table = json.loads(path.read_text(encoding="utf-8"))
        for _, clauses, marks in table["mutants"]:
            assert len(marks) == len(table["cells"]) and 1 <= len(clauses) <= 2
            assert not any(sign in clause for clause in clauses for sign in ("np.", "return", "=", "def "))


@pytest.mark.parametrize("name", ["fit_line", "linear_backward", "tanh_grad", "sgd_momentum_step"])
def test_a_mutant_is_known_again_by_its_results(name):
    topic = contents.exercise_topics()[name]
    spec = specifications(topic)[name]
    table = contents.read_data(f"mutants/{name}.json")
    wanted = {row[0]: row[1] for row in table["mutants"]}
    seen = 0
    for identity, _, library in made.programs(topic, spec):
        if identity in wanted and seen < 12:
            seen += 1
            marks = made._marks(spec, mutants.cells_of(spec), library)
            again = next(row for row in table["mutants"] if mutants.same(row[2], marks))
            assert again[0] == identity
            report = run({**spec, "mistakes": {}, "cases": [{**c, "mistakes": {}} for c in spec["cases"]]}, library)
            assert not report.passed and report.told["kind"] != "none", (identity, report.told)
    assert seen >= 10


def test_a_program_whose_author_saw_no_mutant_is_named_by_one():
    def tanh_grad(z):
        a = np.tanh(z)
        return 1 - a ** 3
    spec = specifications("activations")["tanh_grad"]
    found = run(spec, {"tanh_grad": tanh_grad}).told
    assert found["kind"] == "named" and found["text"].startswith("Your results are those of a right program in which")
    assert "a 2 is a 3" in found["text"] and found["ids"][0].startswith("tanh_grad~")


def test_one_count_or_an_error_alone_is_known_as_nothing():
    assert not mutants.is_told(["ValueError", None]) and not mutants.is_told([3.0, None, 4.0])
    assert mutants.is_told([3.0, 4.0, 2.0]) and mutants.is_told([0.12345])


def test_results_of_another_form_have_another_mark():
    marks = {mutants.mark_of({"value": {"$array": {"dtype": "float64", "shape": shape, "data": [1.0, 2.0, 3.0, 4.0]}}})
             for shape in ([4], [2, 2], [4, 1], [1, 4])}
    assert len(marks) == 4
