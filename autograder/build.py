"""Lesson text + reference functions + question bank -> ``source/`` and ``release/`` notebooks and public data.

The release notebook is nbgrader's own `generate_assignment` of the source notebook. A rebuild gives the same
bytes. `--check` builds to a temporary place and names what differs.
"""

import json
import logging
import re
import shutil
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
import yaml
from markdown_it import MarkdownIt
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import lesson
from autograder.bank import BankError, load_bank
from autograder.lesson import ROOT
from autograder.specify import specification
from course.codec import decode

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
RUNGS = ("idea", "tool", "near-code")
DIRECTIVES = ("python", "exercise", "question", "predict", "carry", "review", "progress")
DOTS = {1: "●○○", 2: "●●○", 3: "●●●"}
LETTERS = "ABCD"
# JupyterLab, Notebook 7 and nbclient go on after such a cell when it fails, so that "Run All" comes to the end.
GOES_ON = "raises-exception"
LEAK_LENGTH = 24            # a line of a solution from this length on is not in a learner's notebook by accident


class BuildError(ValueError):
    """The lesson cannot be built; the message starts with file and line."""


@dataclass
class Block:
    kind: str
    words: list
    body: str
    line: int


@dataclass
class Lesson:
    topic: str
    path: Path
    title: str
    minutes: int
    blocks: list
    used: dict = field(default_factory=dict)        # (kind, id) -> line

    def fail(self, line, text):
        raise BuildError(f"{self.path.name}:{line}: {text}")


# --- reading ------------------------------------------------------------------------------------------------

def read_lesson(topic, path=None):
    """Parse ``source/<topic>.md``."""
    path = path or ROOT / "source" / f"{topic}.md"
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if not match:
        raise BuildError(f"{path.name}:1: front matter with title and minutes is missing")
    front = yaml.safe_load(match[1])
    skipped = match[0].count("\n")
    text = text[match.end():]
    lines = text.split("\n")
    blocks, last = [], 0
    for token in MarkdownIt("commonmark").parse(text):
        words = [w.strip("[]") for w in token.info.split()] if token.type == "fence" else []
        if token.level or not words or words[0] not in DIRECTIVES:
            continue
        start, end = token.map
        blocks += _markdown_blocks(lines[last:start], last + skipped + 1)
        blocks.append(Block(words[0], words[1:], token.content, start + skipped + 1))
        last = end
    blocks += _markdown_blocks(lines[last:], last + skipped + 1)
    return Lesson(topic, path, front["title"], front["minutes"], blocks)


def _markdown_blocks(lines, first):
    """Split text at headings and at ``+++`` lines; fenced text is left whole."""
    chunks, fence = [[first, []]], None
    for number, line in enumerate(lines, first):
        mark = re.match(r"(`{3,}|~{3,})", line)
        if mark and (fence is None or line.startswith(fence)):
            fence = mark[1] if fence is None else None
        if fence is None and line.strip() == "+++":
            chunks.append([number + 1, []])
            continue
        if fence is None and re.match(r"#{1,6} ", line):
            chunks.append([number, []])
        chunks[-1][1].append(line)
    return [Block("markdown", [], "\n".join(body).strip("\n"), number)
            for number, body in chunks if "\n".join(body).strip()]


# --- cells --------------------------------------------------------------------------------------------------

def slugify(text):
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[`$*]", "", text).lower()).strip("-")[:48].strip("-") or "text"


def grader(identity, *, points=None, solution=False, locked=False):
    """nbgrader's metadata of a cell."""
    meta = {"grade": points is not None, "grade_id": identity, "locked": locked, "schema_version": 3,
            "solution": solution, "task": False}
    return meta | ({"points": points} if points is not None else {})


class Notebook:
    """Collects the cells of a lesson. Ids come from slugs, so that a rebuild gives the same ones."""

    def __init__(self, lesson_):
        self.lesson, self.cells, self.ids = lesson_, [], set()

    def unique(self, slug):
        identity, k = slug, 2
        while identity in self.ids:
            identity, k = f"{slug}-{k}", k + 1
        self.ids.add(identity)
        return identity

    def markdown(self, text, slug):
        self.cells.append(new_markdown_cell(text, id=self.unique(slug), metadata={}))

    def code(self, source, identity, line, tags=(), **meta):
        if identity in self.ids or not re.fullmatch(r"[a-z0-9_-]{1,64}", identity):
            self.lesson.fail(line, f"the cell id {identity!r} is used twice, or is not of a-z, 0-9, - and _")
        self.ids.add(identity)
        metadata = dict(sorted((({"tags": list(tags)} if tags else {}) | meta).items()))
        self.cells.append(new_code_cell(source.rstrip("\n"), id=identity, metadata=metadata))


def literal(text, indent=4):
    """A Python string literal, cut at line ends and at about 90 characters."""
    pieces = []
    for line in text.splitlines(keepends=True):
        while len(line) > 90:
            cut = line.rfind(" ", 40, 90) + 1 or 90
            pieces.append(line[:cut])
            line = line[cut:]
        pieces.append(line)
    # Adjacent literals are one: no brackets that a learner would have to read.
    return ("\n" + " " * indent).join(_quoted(p) for p in pieces or [""])


def _quoted(text):
    """Raw where that spares LaTeX its double backslashes."""
    if "\\" in text and '"' not in text and "\n" not in text and not text.endswith("\\"):
        return f'r"{text}"'
    return json.dumps(text, ensure_ascii=False)


def card_call(name, identity, stem, options, record):
    """The source of a question's or a prediction's cell."""
    rows = [f"    {literal(identity)},", f"    {literal(stem)},"]
    rows += [f"    {letter}={literal(text, 6)}," for letter, text in options.items()]
    rows.append(f"    {record}=None,    # click an option below, or type its letter here")
    return f"{name}(\n" + "\n".join(rows) + "\n)"


def _hints(lesson_, block):
    """Statement and the rungs of the hint ladder of an exercise's body."""
    parts = re.split(r"^:: *(.+?) *$", block.body, flags=re.M)
    rungs = dict(zip(parts[1::2], (p.strip("\n") for p in parts[2::2]), strict=True))
    if tuple(rungs) != RUNGS or not all(text.strip() for text in rungs.values()):
        lesson_.fail(block.line, f"exercise {block.words[0]}: the hint ladder has the rungs {', '.join(RUNGS)}, "
                                 f"each with text; here are {', '.join(rungs) or 'none'}")
    if not parts[0].strip():
        lesson_.fail(block.line, f"exercise {block.words[0]}: no statement")
    return parts[0].strip(), rungs


def _exercise(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    exercise = lesson.exercises(lesson_.topic).get(name)
    if exercise is None:
        lesson_.fail(block.line, f"there is no exercise {name!r} in autograder/exercises/{lesson_.topic}.py")
    source = lesson.reference_source(lesson_.topic, name) if name in lesson.references(lesson_.topic) else ""
    for marker in ("### BEGIN SOLUTION", "### END SOLUTION"):
        if source.count(marker) != 1:
            lesson_.fail(block.line, f"the reference {name} in autograder/solutions/{lesson_.topic}.py has "
                                     f"{source.count(marker)} lines {marker!r}, not 1")
    statement, rungs = _hints(lesson_, block)
    head = (f"### Exercise · `{name}`\n\n{exercise.points} point{'s' * (exercise.points != 1)} · "
            f"about {exercise.minutes} minutes · {DOTS[exercise.difficulty]}")
    ladder = "\n\n".join(f"<details>\n<summary>Hint {i}: {rung.replace('near-code', 'nearly code')}</summary>\n\n"
                         f"{text}\n\n</details>" for i, (rung, text) in enumerate(rungs.items(), 1))
    notebook.markdown(f"{head}\n\n{statement}\n\n{ladder}", f"exercise-{slugify(name)}")
    notebook.code(source, f"{name}-solution", block.line, nbgrader=grader(f"{name}-solution", solution=True))
    notebook.code(f'check("{name}")', name, block.line, ["check", GOES_ON],
                  nbgrader=grader(name, points=exercise.points, locked=True))
    _use(lesson_, "exercise", name, block.line)


def _question(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    question = load_bank(lesson_.topic).get(name)
    if question is None:
        lesson_.fail(block.line, f"there is no question {name!r} in autograder/quizzes/{lesson_.topic}.yaml")
    options = {letter: option.text for letter, option in question.options.items()}
    notebook.code(card_call("quiz", name, question.stem, options, "answer"), name, block.line, ["question"],
                  nbgrader=grader(name, points=1, solution=True))
    _use(lesson_, "question", name, block.line)


def _predict(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    try:
        body = yaml.safe_load(block.body)
        stem, options = body["stem"].strip(), {k: str(v) for k, v in body["options"].items()}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        lesson_.fail(block.line, f"predict {name}: YAML with stem and options is asked for ({error})")
    if not 2 <= len(options) <= 4 or "".join(options) != LETTERS[:len(options)]:
        lesson_.fail(block.line, f"predict {name}: the options are A, B and perhaps C and D")
    notebook.code(card_call("predict", name, stem, options, "guess"), name, block.line, ["predict"])


def _python(notebook, block):
    if not block.words:
        notebook.lesson.fail(block.line, "a code cell needs an id: ```python some-id")
    if set(block.words[1:]) - {"demo"}:
        notebook.lesson.fail(block.line, f"the cell {block.words[0]} has unknown words {block.words[1:]}")
    tags = list(block.words[1:])
    # Whatever stands below an exercise, or below functions of earlier lessons, can fail while one of them is open.
    if "demo" in tags or any({"check", "carry"} & set(cell.metadata.get("tags", ())) for cell in notebook.cells):
        tags.append(GOES_ON)
    notebook.code(block.body, block.words[0], block.line, tags)


def _carry(notebook, block):
    names = ", ".join(f'"{name}"' for name in block.body.split())
    source = "\n".join(textwrap.wrap(f"carry({names})", 100, subsequent_indent="      ", break_long_words=False))
    notebook.code(source, "carry", block.line, ["carry"])


def _review(notebook, block):
    notebook.code(f'review("{notebook.lesson.topic}")', "review", block.line, ["review"])


def _progress(notebook, block):
    notebook.code("progress()", "progress", block.line, ["progress"])


CELLS = {"python": _python, "exercise": _exercise, "question": _question, "predict": _predict,
         "carry": _carry, "review": _review, "progress": _progress}


def _one_word(lesson_, block):
    if len(block.words) != 1:
        lesson_.fail(block.line, f"```{block.kind} takes one id")
    return block.words[0]


def _use(lesson_, kind, name, line):
    if (kind, name) in lesson_.used:
        lesson_.fail(line, f"the {kind} {name!r} stands a second time; first in line {lesson_.used[kind, name]}")
    lesson_.used[kind, name] = line


def source_notebook(topic, path=None):
    """The instructor's notebook of a lesson. Raises BuildError with file and line."""
    lesson_ = read_lesson(topic, path)
    notebook, slug = Notebook(lesson_), "text"
    for block in lesson_.blocks:
        if block.kind == "markdown":
            heading = re.match(r"#{1,6} (.*)", block.body)
            slug = slugify(heading[1]) if heading else slug
            notebook.markdown(block.body, slug)
        else:
            CELLS[block.kind](notebook, block)
    _all_used(lesson_)
    nb = new_notebook(cells=notebook.cells, metadata={
        "course": {"topic": topic, "title": lesson_.title, "minutes": lesson_.minutes},
        "kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(nb)
    _no_key(lesson_, nb)
    return nb


def _all_used(lesson_):
    for kind, there in (("exercise", lesson.exercises(lesson_.topic)), ("question", load_bank(lesson_.topic))):
        for name in there:
            if (kind, name) not in lesson_.used:
                line = there[name].line if kind == "question" else _line_of(lesson_.topic, name)
                where = f"{lesson_.topic}.yaml:{line}" if kind == "question" else f"exercises/{lesson_.topic}.py:{line}"
                raise BuildError(f"{where}: the {kind} {name!r} is not used in {lesson_.path.name}")


def _line_of(topic, name):
    lines = (ROOT / "autograder" / "exercises" / f"{topic}.py").read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if f'Exercise("{name}"' in line), 1)


def _no_key(lesson_, nb):
    """No rationale in a notebook, and every answer open."""
    whole = "\n".join(cell.source for cell in nb.cells)
    for question in load_bank(lesson_.topic).values():
        for letter, option in question.options.items():
            if option.why in whole:
                lesson_.fail(lesson_.used["question", question.id],
                             f"the rationale of {question.id}, option {letter}, stands in the notebook")
    for cell in nb.cells:
        if "question" in cell.metadata.get("tags", []) and cell.source.count("answer=None") != 1:
            lesson_.fail(lesson_.used["question", cell.id], f"the question {cell.id} comes with an answer")


# --- release ------------------------------------------------------------------------------------------------

def release_notebooks(sources):
    """nbgrader's generate_assignment of {topic: source notebook}: {topic: release notebook}."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        for topic, nb in sources.items():
            _write(root / "source" / topic / f"{topic}.ipynb", nb)
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        api.log.setLevel(logging.ERROR)
        for topic in sources:
            done = api.generate_assignment(topic, force=True, create=True)
            if not done["success"]:
                raise BuildError(f"{topic}: nbgrader generate_assignment failed:\n{done.get('error') or done['log']}")
        return {topic: _normal(nbformat.read(root / "release" / topic / f"{topic}.ipynb", 4)) for topic in sources}


def _normal(nb):
    """The same notebook without what depends on when and where it was made."""
    nb.metadata = {key: nb.metadata[key] for key in ("course", "kernelspec", "language_info") if key in nb.metadata}
    nb.metadata["kernelspec"], nb.metadata["language_info"] = KERNEL, {"name": "python"}
    return nb


def no_solution(topic, nb):
    """No line of a solution in the learner's notebook, hints included."""
    lines = {line for name in lesson.exercises(topic) for line in solution_lines(topic, name)}
    for cell in nb.cells:
        for line in cell.source.splitlines():
            if line.strip().strip("`") in lines:
                raise BuildError(f"{topic}.md: a line of a solution reaches the learner, in the cell {cell.id}: "
                                 f"{line.strip()}")


def solution_lines(topic, name):
    """The telling lines of a reference's body: long enough to be no accident, without comments."""
    body = lesson.reference_source(topic, name).split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    lines = (line.split("  #")[0].strip() for line in body.splitlines())
    return [line for line in lines if len(line) >= LEAK_LENGTH and not line.startswith("#")]


# --- data ---------------------------------------------------------------------------------------------------

def public_data(topics):
    """{path below course/data: text} of the public cases and question texts."""
    index, questions, out = {}, {}, {}
    for topic in topics:
        specs = specification(topic)["exercises"]
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(spec, allow_nan=False)}" for name, spec in specs.items())
        if specs:
            out[f"exercises/{topic}.json"] = "{\n" + rows + "\n}\n"
        index |= dict.fromkeys(specs, topic)
        questions |= {q.id: {"topic": topic, "stem": q.stem, "options": {k: o.text for k, o in q.options.items()}}
                      for q in load_bank(topic).values()}
    out["exercises/index.json"] = json.dumps(index, indent=1) + "\n"
    out["questions.json"] = json.dumps(questions, indent=1, ensure_ascii=False) + "\n"
    return out


def _same_data(a, b):
    """Whether two data files say the same. Numbers may differ in the last bits: processors round exp differently."""
    return _alike(json.loads(a), json.loads(b))


def _alike(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) == {"$array"} == set(b) and "base64" in a["$array"] and "base64" in b["$array"]:
            x, y = decode(a), decode(b)
            return x.shape == y.shape and x.dtype == y.dtype and np.allclose(x, y, 1e-9, 1e-12, equal_nan=True)
        return list(a) == list(b) and all(_alike(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, 1e-9, 1e-12))
    return type(a) is type(b) and a == b


# --- the command --------------------------------------------------------------------------------------------

def _write(path, nb):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook_text(nb), encoding="utf-8", newline="\n")


def notebook_text(nb):
    return json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def render(topics):
    """{path below the checkout: text} of everything that a build makes."""
    sources = {topic: source_notebook(topic) for topic in topics}
    releases = release_notebooks(sources)
    out = {}
    for topic in topics:
        no_solution(topic, releases[topic])
        out[f"source/{topic}/{topic}.ipynb"] = notebook_text(sources[topic])
        out[f"release/{topic}/{topic}.ipynb"] = notebook_text(releases[topic])
    # The data of all lessons stand together, so they are made for all, whichever lesson is built.
    return out | {f"course/data/{name}": text for name, text in public_data(lesson.topics()).items()}


def differences(files):
    """The files of a build that are not as they stand in the checkout."""
    return [name for name, text in files.items() if not _is_same(ROOT / name, text)]


def _is_same(path, text):
    if not path.exists():
        return False
    old = path.read_bytes().decode("utf-8")
    return old == text or path.parent.name != path.stem and path.suffix == ".json" and _same_data(old, text)


def _ids(text):
    return {c["metadata"]["nbgrader"]["grade_id"] for c in json.loads(text)["cells"] if "nbgrader" in c["metadata"]}


def _protect_submissions(files):
    """Refuse a build after which what has been handed in could no longer be matched."""
    for name, text in files.items():
        old = ROOT / name
        if name.startswith("source/") and old.exists() and list(ROOT.glob(f"submitted/*/{old.stem}/{old.name}")):
            changed = _ids(old.read_text(encoding="utf-8")) ^ _ids(text)
            if changed:
                raise BuildError(f"{name}: submissions exist, and this build would change the cells "
                                 f"{', '.join(sorted(changed))}. Move submitted/ away first, or keep the ids.")


def main(argv=None):
    import argparse
    parser = argparse.ArgumentParser(prog="python -m autograder build", description=__doc__)
    parser.add_argument("topics", nargs="*", help="lessons to build; all by default")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 and name what differs")
    args = parser.parse_args(argv)
    topics = args.topics or lesson.topics()
    unknown = set(topics) - set(lesson.topics())
    if unknown:
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(lesson.topics())}")
    try:
        files = render(topics)
        changed = differences(files)
        if args.check:
            for name in changed:
                print(f"differs from a fresh build: {name}")
            print(f"{len(files) - len(changed)} of {len(files)} files are as a fresh build makes them")
            return 1 if changed else 0
        _protect_submissions(files)
    except (BuildError, BankError) as error:
        print(f"error: {error}")
        return 1
    for name in changed:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8", newline="\n")
        print(f"wrote {name}")
    print(f"{len(changed)} of {len(files)} files changed")
    return 0


def clean_copy(folder):
    """A course directory of its own in `folder` with source/ and the configuration: for set-up and tests."""
    for topic in lesson.topics():
        shutil.copytree(ROOT / "source" / topic, Path(folder) / "source" / topic)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
