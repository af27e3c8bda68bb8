"""The rooms of the house: a file imports from its own room and from rooms below, never up, never in a circle."""

import ast

from autograder.lessons.catalogue import ROOT

# from the ground up; docs/ARCHITECTURE.md says what each room is for
ROOMS = ["course", "course.checking", "course.cards", "course.actions", "course.labs", "top of course",
         "autograder ground", "autograder.lessons", "autograder.reading", "autograder.lms", "autograder.sandbox",
         "autograder.judging", "autograder.grading", "autograder.reports", "autograder.terms", "autograder.author",
         "autograder"]
GROUND = {"autograder.files", "autograder.mathml", "autograder.problems", "autograder.screen", "autograder.times"}
TOP_OF_COURSE = {"course", "course.__main__"}          # what notebooks import, and the command line
NOTEBOOK_NAMES = {"carry", "check", "lend", "predict", "progress", "quiz", "review", "your_prediction"}
MOST_MODULES = 12


def modules():
    """{dotted name: path} of course and autograder; a package's __init__ has the package's name."""
    found = {}
    for package in ("course", "autograder"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name, path, known):
    """The modules of the house that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in known else node.module
                     for alias in node.names]
        else:
            continue
        yield from ((other, node.lineno) for other in names if other in known and other != name)


def room(name):
    if name in TOP_OF_COURSE:
        return "top of course"
    if name in GROUND:
        return "autograder ground"
    parts = name.split(".")
    inner = ".".join(parts[:2])
    return inner if inner in ROOMS else parts[0]


def graph():
    known = modules()
    return {name: list(imported(name, path, known)) for name, path in known.items()}


def test_no_file_imports_from_a_room_above():
    for name, others in graph().items():
        for other, line in others:
            assert ROOMS.index(room(other)) <= ROOMS.index(room(name)), f"{name}, line {line}, imports {other}"


def circles(edges):
    """A circle of modules as a list, or None (depth first, a path kept)."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name):], name]
        if name in done:
            return None
        path.append(name)
        for other, _ in edges[name]:
            if found := visit(other):
                return found
        path.pop()
        done.add(name)
        return None

    return next(filter(None, map(visit, edges)), None)


def test_no_circle():
    assert circles(graph()) is None


def test_the_search_for_circles_finds_one():
    assert circles({"a": [("b", 1)], "b": [("c", 1)], "c": [("b", 1)], "d": []}) == ["b", "c", "b"]


def test_a_room_is_small_enough_to_survey():
    counts = {}
    for name, path in modules().items():
        if path.name != "__init__.py":
            counts.setdefault(path.parent, []).append(name)
    for folder, names in counts.items():
        assert len(names) <= MOST_MODULES, folder


def test_no_module_of_course_bears_a_name_that_notebooks_import():
    """`course.check` is the function, always: a module of that name would take its place when it is imported."""
    assert not {name for name in NOTEBOOK_NAMES if f"course.{name}" in modules()}


def test_reading_a_record_loads_nothing_of_the_judge():
    import subprocess
    import sys
    code = ("import sys; from autograder.grading import records; "
            "print([m for m in sys.modules if m.startswith(('autograder.judging', 'autograder.sandbox', 'course'))])")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
