"""Where the parts of a lesson are, and how they are read.

The lesson `loss` is source/loss.md and the folder autograder/lessons/loss/: solutions.py, exercises.py, mistakes.py,
right.py and quiz.yaml. A course of somebody's own has the same under a root of its own, source/TOPIC.md and
lessons/TOPIC/; `enter(root)` lets its lessons be found too.

An exercise with variants may be written in one framework or another. What a learner is to write stands in
solutions_torch.py and solutions_keras.py, wrong and other right programs in mistakes_torch.py, right_torch.py and so
on; solutions.py has, in NumPy, the function of arrays that `course.checking.adapters` makes of a right program. A file
of a framework is run only where that is installed, and else read as text.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.lessons.exercise import Exercise
from autograder.problems import Misused, Problem, near
from course import contents
from course.checking import adapters

ROOT = Path(__file__).resolve().parents[2]
LESSONS = Path(__file__).resolve().parent
PARTS = ("solutions", "exercises", "mistakes", "right")

# Ids that are given up: of an exercise ("mse"), a question ("loss-or-profit") or a mistake ("mse__half"). Records and
# progress files of past classes still hold them, so none is ever used again for something else.
RETIRED: tuple[str, ...] = ("model_step__without_its_momentum", "model_step__without_its_momentum_keras")

Program = Callable[..., Any]            # a reference, a mistake, another right program

_entered: dict[str, Path] = {}           # topic of a course of somebody's own -> its root


class LessonFault(Problem):
    """Something wrong in a lesson's own files; the message is one sentence and starts with file and line."""


def text_of(path: Path, name: str) -> str:
    """The text of an author's file, also where an editor put a mark of UTF-8 in front. Raises LessonFault."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[:error.start].count(b"\n") + 1
        raise LessonFault(f"{name}:{line}: not text in UTF-8: save the file in that encoding") from None


def enter(root: Path) -> list[str]:
    """Let the lessons in root/lessons/ be found, beside those of the checkout. Returns their topics."""
    root = Path(root).resolve()
    if root == ROOT:
        return []
    topics = sorted(path.parent.name for path in root.glob("lessons/*/solutions.py"))
    for topic in topics:
        if topic in contents.TOPICS:
            raise Problem(f"{root / 'lessons' / topic}: there is a lesson {topic!r} already; give this one "
                             "another name")
        if _entered.get(topic) != root:                 # of two courses with a lesson of one name, the last entered
            _entered[topic] = root
            forget()
    return topics


def forget() -> None:
    """Read the files of lessons anew where they are asked for next."""
    for read in (_module, exercises, references, library, _programs, mistake_messages, reference_source,
                 variant_sources):
        read.cache_clear()


def entered() -> list[str]:
    """The lessons of courses of somebody's own that are known by now."""
    return sorted(_entered)


def home(topic: str) -> Path:
    """The root that a lesson's text and notebooks belong to."""
    return _entered.get(topic, ROOT)


def folder(topic: str) -> Path:
    """The folder with a lesson's solutions, exercises, mistakes, right programs and questions."""
    return _entered[topic] / "lessons" / topic if topic in _entered else LESSONS / topic


def data_folder(topic: str) -> Path:
    """Where `build` puts a lesson's public cases and questions, and `check` finds them."""
    return _entered[topic] / "data" if topic in _entered else ROOT / "course" / "data"


def topics(root: Path = ROOT) -> list[str]:
    """The lessons that have a text, in the course's order: the checkout's, or those that `root` brings itself."""
    if own := enter(root):
        return [topic for topic in own if (home(topic) / "source" / f"{topic}.md").exists()]
    return [topic for topic in contents.TOPICS if (ROOT / "source" / f"{topic}.md").exists()]


def graded_topics(root: Path = ROOT) -> list[str]:
    """The lessons that count."""
    return [topic for topic in topics(root) if contents.lesson(topic).graded]


def command(words: str, topic: str, root: Path = ROOT) -> str:
    """A command on a lesson, as it is typed: with --root for a class's folder, or for a course of somebody's own."""
    place = home(topic) if root == ROOT else root
    return f"python -m autograder {words} {topic}" + (f" --root {place}" if place != ROOT else "")


def judged_topics(root: Path = ROOT) -> list[str]:
    """The lessons whose submissions the judge takes: those with exercises, the first page too.

    A class may take lessons of its own beside those of the course: one with a single exercise, for example.
    """
    every = [*topics(), *(topic for topic in topics(root) if topic in _entered)]
    return [topic for topic in every if (folder(topic) / "solutions.py").exists()]


def chosen(names: Sequence[str], root: Path = ROOT) -> list[str]:
    """The lessons of these names that `root` holds itself, or all. Raises Problem for a name that is none of them."""
    known = topics(root) if Path(root).resolve() == ROOT or enter(root) else []
    unknown = [name for name in names if name not in known]
    if not known:
        raise Problem(f"{root} holds no lesson of its own: source/TOPIC.md, and lessons/TOPIC/ beside it; nor "
                      "questions of its own in a lesson of the course: private/quizzes/TOPIC.yaml.")
    if unknown:
        raise Misused(f"There is no lesson {unknown[0]!r}; there are {', '.join(known)}.")
    return list(names) or known


@functools.cache
def _module(topic: str, part: str) -> ModuleType | None:
    """A part of a lesson as a module; None where the lesson has no such part. Raises LessonFault where it fails."""
    path = folder(topic) / f"{part}.py"
    if not path.exists():
        return None
    try:
        return _loaded(topic, part, path)
    except Exception as error:      # whatever an author's file raises, it is the author's to mend
        raise fault_of(error, topic, part) from error


def _loaded(topic: str, part: str, path: Path) -> ModuleType:
    if part.rpartition("_")[2] in adapters.MODULES:
        adapters.quiet()
    if topic not in _entered:
        return importlib.import_module(f"autograder.lessons.{topic}.{part}")
    name = f"lessons_of_{path.parents[2].name.replace('-', '_')}.{topic}.{part}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def fault_of(error: BaseException, topic: str, part: str) -> LessonFault:
    """The LessonFault of an exception that the code of a lesson raised: the innermost of its own lines is named."""
    own = folder(topic)
    text = " ".join(str(error).split()) or "no reason given"
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == own:
        return LessonFault(f"{topic}/{Path(error.filename).name}:{error.lineno}: not Python: {error.msg}")
    if isinstance(error, LessonFault):
        return error
    lines = [(Path(frame.filename).name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)
             if Path(frame.filename).parent == own]
    file, line = lines[-1] if lines else (f"{part}.py", 1)
    return LessonFault(f"{topic}/{file}:{line}: {type(error).__name__}: {text}")


@functools.cache
def exercises(topic: str) -> dict[str, Exercise]:
    """{name: Exercise} of a lesson, in its order. Raises LessonFault for a list that is none."""
    made = _module(topic, "exercises")
    if made is None:
        return {}
    listed = getattr(made, "EXERCISES", None)
    if not isinstance(listed, (list, tuple)):
        raise LessonFault(f"{topic}/exercises.py:1: a list EXERCISES = [Exercise(…), …] is asked for"
                          f"{near('EXERCISES', vars(made))}")
    odd = [item for item in listed if not isinstance(item, Exercise)]
    if odd:
        raise LessonFault(f"{place(topic, 'exercises', 'EXERCISES')}: {odd[0]!r} in EXERCISES is no Exercise(…)")
    names = [exercise.name for exercise in listed]
    for k, name in enumerate(names):
        if name in names[:k]:
            raise LessonFault(f"{place(topic, 'exercises', name)}: the exercise {name!r} stands in EXERCISES twice")
    return dict(zip(names, listed, strict=True))


def variants(topic: str) -> list[str]:
    """The frameworks that a lesson's exercises may be written in, one or the other; [] for most lessons."""
    return list(dict.fromkeys(variant for exercise in exercises(topic).values() for variant in exercise.variants))


def parts(topic: str) -> list[str]:
    """The Python files of a lesson, without their suffix; those of its variants behind the others."""
    return [*PARTS, *(f"{part}_{variant}" for variant in variants(topic) for part in PARTS if part != "exercises")]


def frameworks(topic: str, variant: str = "") -> list[str]:
    """The modules that a lesson's programs import besides NumPy: FRAMEWORKS = ("torch",) in its exercises.py, and what
    programs of this variant need.
    """
    listed = getattr(_module(topic, "exercises"), "FRAMEWORKS", ())
    if not isinstance(listed, (list, tuple)) or not all(isinstance(n, str) and n.isidentifier() for n in listed):
        raise LessonFault(f"{place(topic, 'exercises', 'FRAMEWORKS')}: FRAMEWORKS is a list of names of modules, "
                          f"like (\"torch\",)")
    return [*listed, *(adapters.MODULES[variant] if variant else ())]


@functools.cache
def _definitions(path: Path, changed: int) -> list[tuple[str, int]]:
    """[(name, line)] of what a file defines at its top level: functions, EXERCISES, and the exercises in it."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree := ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise":
            names = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "name")]
            found += [(n.value, node.lineno) for n in names if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append((node.name, node.lineno))
        elif isinstance(node, ast.Assign):
            found += [(t.id, node.lineno) for t in node.targets if isinstance(t, ast.Name)]
    return found


def definitions(topic: str, part: str) -> list[tuple[str, int]]:
    """[(name, line)] of what a part of a lesson defines, in its order, a name defined twice twice."""
    path = folder(topic) / f"{part}.py"
    return sorted(_definitions(path, path.stat().st_mtime_ns), key=lambda d: d[1]) if path.exists() else []


def place(topic: str, part: str, name: str) -> str:
    """``loss/mistakes.py:27``: where a part of a lesson defines a name (its first line where it does not)."""
    line = next((line for found, line in reversed(definitions(topic, part)) if found == name), 1)
    return f"{topic}/{part}.py:{line}"


@functools.cache
def references(topic: str) -> dict[str, Program]:
    """{name: reference function} of a lesson."""
    return _functions(_module(topic, "solutions"))


@functools.cache
def library(topic: str) -> dict[str, Program]:
    """{name: reference} of a lesson and of those before it: what a learner has by then."""
    before = contents.earlier(topic) if topic in contents.TOPICS else ()
    return {name: f for t in (*before, topic) for name, f in references(t).items()}


def functions(topic: str, part: str) -> dict[str, Program]:
    """{name: function} that a part of a lesson defines itself."""
    return _functions(_module(topic, part))


def _functions(made: ModuleType | None) -> dict[str, Program]:
    return {name: f for name, f in vars(made).items()
            if inspect.isfunction(f) and f.__module__ == made.__name__} if made else {}


def mistakes(topic: str) -> dict[str, dict[str, Program]]:
    """{exercise: {mistake id: function}} of a lesson. The id is what follows the exercise's name and ``__``.

    Those of a variant, which are as a learner writes them, are there where its framework is installed: `variant_of`
    tells it, and `of_arrays` makes of one what the exercise's cases can call.
    """
    return _programs(topic, "mistakes", _there(topic))


def alternatives(topic: str) -> dict[str, dict[str, Program]]:
    """{exercise: {id: function}} of a lesson's other right programs."""
    return _programs(topic, "right", _there(topic))


def _there(topic: str) -> tuple[str, ...]:
    return tuple(filter(adapters.installed, variants(topic)))


def absent(topic: str) -> list[str]:
    """The variants of a lesson whose framework is not installed here."""
    return [variant for variant in variants(topic) if not adapters.installed(variant)]


@functools.cache
def _programs(topic: str, part: str, there: tuple[str, ...]) -> dict[str, dict[str, Program]]:
    found = _by_exercise(_functions(_module(topic, part)))
    for variant in there:
        for name, programs in _by_exercise(variant_functions(topic, part, variant)).items():
            found.setdefault(name, {}).update(programs)
    return found


def variant_functions(topic: str, part: str, variant: str) -> dict[str, Program]:
    """{name: function} of a variant's file, as a learner would write them; {} where its framework is not installed."""
    made = _functions(_module(topic, f"{part}_{variant}")) if adapters.installed(variant) else {}
    for function in made.values():
        function.variant = variant      # type: ignore[attr-defined]  # a function takes any attribute
    return made


def variant_of(function: Program) -> str:
    """The framework that a program is written in; "" for one of arrays."""
    return getattr(function, "variant", "")


def of_arrays(name: str, function: Program) -> Program:
    """A program for an exercise as its cases call it: one in a framework through that one's adapter."""
    variant = variant_of(function)
    return adapters.adapted(variant, name, function) if variant else function


def part_of(part: str, function: Program) -> str:
    """The file that a program stands in, without its suffix: "mistakes", or "mistakes_torch"."""
    variant = variant_of(function)
    return f"{part}_{variant}" if variant else part


@functools.cache
def mistake_messages(topic: str) -> dict[str, dict[str, tuple[str, str]]]:
    """{exercise: {mistake id: (what a learner is told, its variant or "")}}, of frameworks that are not here too."""
    # where there are variants, their programs are read below, and no framework is loaded
    plain = _by_exercise(_functions(_module(topic, "mistakes"))) if variants(topic) else mistakes(topic)
    found = {name: {identity: (message(function), "") for identity, function in programs.items()}
             for name, programs in plain.items()}
    for variant in variants(topic):
        for label, text in variant_sources(topic, "mistakes", variant).items():
            name, mark, identity = label.partition("__")
            if mark and name:
                made = ast.parse(text).body[0]
                told = ast.get_docstring(made) or "" if isinstance(made, ast.FunctionDef) else ""
                found.setdefault(name, {})[identity] = " ".join(told.split()), variant
    return found


@functools.cache
def variant_sources(topic: str, part: str, variant: str) -> dict[str, str]:
    """{name: source text} of the functions in a variant's file, which is read and not run. Raises LessonFault."""
    file = f"{part}_{variant}.py"
    path = folder(topic) / file
    if not path.exists():
        return {}
    text = text_of(path, f"{topic}/{file}")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise LessonFault(f"{topic}/{file}:{error.lineno}: not Python: {error.msg}") from None
    lines, found = text.splitlines(keepends=True), {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = "".join(inspect.getblock(lines[_first_line(node) - 1:]))     # comments at its end too
    return found


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _by_exercise(functions: dict[str, Program]) -> dict[str, dict[str, Program]]:
    grouped: dict[str, dict[str, Program]] = {}
    for name, function in functions.items():
        exercise, mark, identity = name.partition("__")
        if mark and exercise:
            grouped.setdefault(exercise, {})[identity] = function
    return grouped


def message(function: Program) -> str:
    """What a learner is told: the docstring, in one paragraph."""
    return " ".join(textwrap.dedent(function.__doc__ or "").split())


@functools.cache
def reference_source(topic: str, name: str, variant: str = "") -> str:
    """The source of what a learner is to write as it stands in the file, with nbgrader's solution markers; "" where
    there is none.
    """
    if variant:
        return variant_sources(topic, "solutions", variant).get(name, "").rstrip()
    return inspect.getsource(references(topic)[name]).rstrip() if name in references(topic) else ""


def written_sources(topic: str, name: str) -> dict[str, str]:
    """{variant: source} of what a learner is to write, of an exercise without variants {"": source}."""
    chosen = exercises(topic)[name].variants if name in exercises(topic) else ()
    return {variant: reference_source(topic, name, variant) for variant in chosen} or {
        "": reference_source(topic, name)}


def signature(topic: str, name: str) -> str:
    """How a learner's function is called: "mse(y_pred, y_true)"."""
    variant, source = next(iter(written_sources(topic, name).items()))
    if not variant:
        return f"{name}{inspect.signature(references(topic)[name])}"
    made = ast.parse(source).body
    return f"{name}({ast.unparse(made[0].args) if made and isinstance(made[0], ast.FunctionDef) else ''})"


def class_place(root: Path) -> Path:
    """Where notebooks with a class's own questions are: its folder, or private/ in the checkout, which has its own."""
    return Path(root) / "private" if Path(root).resolve() == ROOT else Path(root)


def notebook_path(topic: str, edition: str, root: Path | None = None) -> Path:
    """``source/loss/loss.ipynb`` or ``release/loss/loss.ipynb``: a course folder's own where it has one."""
    places = [class_place(root), Path(root)] if root is not None else []
    paths = [place / edition / topic / f"{topic}.ipynb" for place in (*places, home(topic))]
    return next((path for path in paths if path.exists()), paths[-1])
