"""The keys of a lesson as self-study reads them: the question bank, and the exercises' programs.

    dist/keys/TOPIC/quiz.yaml       the bank, with keys and rationales
    dist/keys/TOPIC/solutions.json  {exercise: {source, remarks: [[line, text]], others: [source], mistakes: {id: …}}},
                                    of an exercise with variants {exercise: {"variants": {"torch": {source, …,
                                    imports}}}}

`course.cards.keys` reads the folder that COURSE_KEYS names. `build` writes it, git ignores it, and `python -m course
learn` makes it where it is missing. A class gets none of it before the date.
"""

import ast
import inspect
import io
import json
import re
import textwrap
import tokenize
from pathlib import Path

from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.bank import as_yaml, bank_path, load_bank, own_questions
from course.statements import binds

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def keys_folder(root=catalogue.ROOT):
    return Path(root) / "dist" / "keys"


def program(function, name=None):
    """The source of a function of a lesson as a learner would have written it: under the exercise's own name, with
    the helpers of its file that it uses, and without markers and decorators. Of one in a framework with the imports of
    its file that it uses and the published solution's file has not.
    """
    name = name or function.__name__
    module = inspect.getmodule(function)
    helpers = {key: value for key, value in vars(module).items() if key.startswith("_") and not key.startswith("__")
               and inspect.isfunction(value) and value.__module__ == module.__name__}
    wanted, todo = {}, [function]
    while todo:
        text = inspect.getsource(todo.pop())
        for key, helper in helpers.items():
            if key not in wanted and helper is not function and re.search(rf"\b{key}\b", text):
                wanted[key] = helper
                todo.append(helper)
    own = [line for line in inspect.getsource(function).split("\n")
           if not line.startswith("@") and line.strip() not in MARKERS]
    text = re.sub(rf"\bdef {re.escape(function.__name__)}\(", f"def {name}(", "\n".join(own), count=1)
    parts = [textwrap.dedent(inspect.getsource(helper)).rstrip() for helper in helpers.values() if
             helper in wanted.values()]
    whole = "\n\n\n".join([*parts, text.rstrip()]) + "\n"
    above = _imports_of(whole, function)
    return f"{above}\n\n\n{whole}" if above else whole


def remarks(source):
    """[[line, text]] of what a program's comments say: of their own line, or of the next where they stand alone."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            alone = not token.line[:token.start[1]].strip()
            line = token.start[0] + alone
            before = found.pop(token.start[0], "") if alone else found.get(line, "")
            found[line] = f"{before} {token.string.lstrip('# ')}".strip()
    return [[line, text] for line, text in sorted(found.items())]


def solutions(topic):
    """{exercise: its published solution, other right programs, and the known mistakes}, as data.

    Of an exercise with variants {"variants": {framework: the same}}, of those that are installed here.
    """
    found = {}
    for name, exercise in catalogue.exercises(topic).items():
        if not exercise.variants:
            found[name] = _published(topic, name, catalogue.references(topic)[name])
            continue
        written = {variant: catalogue.variant_functions(topic, "solutions", variant).get(name)
                   for variant in exercise.variants}
        found[name] = {"variants": {variant: _published(topic, name, function)
                                    for variant, function in written.items() if function is not None}}
    return found


def _published(topic, name, reference):
    source, variant = program(reference), catalogue.variant_of(reference)

    def own(programs):
        return {identity: program(f, name) for identity, f in programs.get(name, {}).items()
                if catalogue.variant_of(f) == variant}

    found = {"source": source, "remarks": remarks(source), "others": list(own(catalogue.alternatives(topic)).values()),
             "mistakes": own(catalogue.mistakes(topic))}
    return found | ({"imports": _imports(reference)} if variant else {})


def _imports(function):
    """The imports of packages in the file of a framework's program, as text."""
    return "\n".join(ast.unparse(node) for node in _packages(Path(inspect.getsourcefile(function))))


def _packages(path):
    return [node for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            and not (getattr(node, "module", None) or "").startswith("autograder")]


def _imports_of(text, function):
    """The imports of its file that a framework's program uses, beyond those of the published solutions, as text."""
    variant = catalogue.variant_of(function)
    if not variant:
        return ""
    path = Path(inspect.getsourcefile(function))
    published = path.with_name(f"solutions_{variant}.py")
    known = set().union(*map(binds, _packages(published))) if published.exists() else set()
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return "\n".join(ast.unparse(node) for node in _packages(path) if (binds(node) - known) & used)


def bank_text(topic, root=catalogue.ROOT):
    """The lesson's bank as a file: the public one as it stands, or with a class's own questions in it."""
    return as_yaml(load_bank(topic, root)) if own_questions(topic, root) else bank_path(topic, root).read_text("utf-8")


def write_keys(root=catalogue.ROOT, folder=None):
    """Write the keys of a root's lessons, each readable by its owner alone. Returns the folder."""
    folder = Path(folder or keys_folder(root))
    for topic in catalogue.topics(root):
        bank = bank_path(topic, root)                    # self-study has the notebooks of the course, not of a class
        if bank.exists():
            write_private(folder / topic / "quiz.yaml", bank.read_text(encoding="utf-8"))
        if catalogue.exercises(topic):
            text = json.dumps(solutions(topic), ensure_ascii=False, indent=1) + "\n"
            write_private(folder / topic / "solutions.json", text)
    return folder
