"""The cells of a lesson's notebook, made from its text, its reference functions and its question bank."""

import ast
import json
import re
import textwrap

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.author.markdown import RUNGS, Block, BuildError, read_lesson
from autograder.lessons import catalogue
from autograder.lessons.bank import bank_name, bank_path, load_bank, place_of, yaml_fault
from autograder.problems import near
from course import contents
from course.checking.adapters import CHOICE
from course.contents import LETTERS
from course.standin import STAND_INS

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# JupyterLab, Notebook 7 and nbclient go on after such a cell when it fails, so that "Run All" comes to the end.
GOES_ON = "raises-exception"
# JupyterLab, Notebook 7 and JupyterLite show three dots in place of such a cell's source; its output stays.
FOLDED = {"source_hidden": True}
WIDEST = 88              # characters of a line of code that a learner sees
DOTS = {1: "●○○", 2: "●●○", 3: "●●●"}


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
        self.lesson, self.cells, self.ids = lesson_, [], {}           # ids: {id: its line, None where it has none}

    def unique(self, slug):
        identity, k = slug, 2
        while identity in self.ids:
            identity, k = f"{slug}-{k}", k + 1
        self.ids[identity] = None
        return identity

    def markdown(self, text, slug):
        self.cells.append(new_markdown_cell(text, id=self.unique(slug), metadata={}))

    def code(self, source, identity, line, tags=(), **meta):
        if not re.fullmatch(r"[a-z0-9_-]{1,64}", identity):
            self.lesson.fail(line, f"the cell id {identity!r} is not of a-z, 0-9, - and _, 64 at most")
        if identity in self.ids:
            first = f"; first in line {self.ids[identity]}" if self.ids[identity] else ""
            self.lesson.fail(line, f"the cell id {identity!r} is used a second time{first}")
        self.ids[identity] = line
        metadata = dict(sorted((({"tags": list(tags)} if tags else {}) | meta).items()))
        self.cells.append(new_code_cell(source.rstrip("\n"), id=identity, metadata=metadata))


def literal(text, indent=4):
    """A Python string literal, cut at line ends and where its line would be wider than WIDEST."""
    pieces, widest = [], WIDEST - 7                       # the indentation, `A=` and a comma stand beside it
    for line in text.splitlines(keepends=True):
        while len(_quoted(line)) > widest:
            most = next(k for k in range(widest, 0, -1) if len(_quoted(line[:k])) <= widest)
            cut = line.rfind(" ", 40, most) + 1 or most
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


TYPE = {"letter": "click an option below, or type its letter here", "number": "type the number here, or below",
        "set": 'choose below, or type the letters here: "AC"',
        "order": 'order below, or type the letters here: "BDAC"',
        "parts": 'type each item with its answer here: {31: "C", 45: "A"}'}


def card_call(name, identity, stem, options, record, form="letter"):
    """The source of a question's or a prediction's cell."""
    rows = [f"    {literal(identity)},", f"    {literal(stem)},"]
    rows += [f"    {letter}={literal(text, 6)}," for letter, text in options.items()]
    rows += [f'    form="{form}",'] if form != "letter" else []
    rows.append(f"    {record}=None,    # {TYPE[form]}")
    return f"{name}(\n" + "\n".join(rows) + "\n)"


def _hints(lesson_, block):
    """Statement and the rungs of the hint ladder of an exercise's body."""
    parts = re.split(r"^:: *(.+?) *$", block.body, flags=re.M)
    names = parts[1::2]
    rungs = dict(zip(names, (p.strip("\n") for p in parts[2::2]), strict=True))
    if not names and "without hints" in parts[0]:       # to transfer what was learned, and the statement says so
        return parts[0].strip(), {}
    if tuple(names) != RUNGS or not all(text.strip() for text in rungs.values()):
        lesson_.fail(block.line, f"exercise {block.words[0]}: the hint ladder has the rungs {', '.join(RUNGS)}, "
                                 f"each once and with text; here: {', '.join(names) or 'none'}")
    if not parts[0].strip():
        lesson_.fail(block.line, f"exercise {block.words[0]}: no statement")
    return parts[0].strip(), rungs


def _exercise(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    exercise = catalogue.exercises(lesson_.topic).get(name)
    if exercise is None:
        lesson_.fail(block.line, f"there is no exercise {name!r} in {lesson_.topic}/exercises.py"
                                 f"{near(name, catalogue.exercises(lesson_.topic))}")
    sources = catalogue.written_sources(lesson_.topic, name)
    for variant, source in sources.items():
        _marked(lesson_.topic, name, variant, source)
    statement, rungs = _hints(lesson_, block)
    _use(lesson_, "exercise", name, block.line)
    # The page's style leaves the points out in self-study: static/self-study/points.css.
    points = f'<span class="course-points">{exercise.points} point{"s" * (exercise.points != 1)} · </span>'
    head = (f"### Exercise · `{name}`\n\n{points}"
            f"about {exercise.minutes} minute{'s' * (exercise.minutes != 1)} · {DOTS[exercise.difficulty]}")
    ladder = "\n\n".join(f"<details>\n<summary>Hint {i}: {rung.replace('near-code', 'nearly code')}</summary>\n\n"
                         f"{text}\n\n</details>" for i, (rung, text) in enumerate(rungs.items(), 1))
    notebook.markdown(f"{head}\n\n{statement}\n\n{ladder}".rstrip(), f"exercise-{slugify(name)}")
    for variant, source in sources.items():
        own = f"{name}-{variant or 'solution'}"
        notebook.code(guarded(source, variant), own, block.line, nbgrader=grader(own, solution=True))
    notebook.code(f'check("{name}")', name, block.line, ["check", GOES_ON],
                  nbgrader=grader(name, points=exercise.points, locked=True))


def _marked(topic, name, variant, source):
    """Refuse a reference without the markers around its body, each once and with something between them."""
    begin, end = "### BEGIN SOLUTION", "### END SOLUTION"
    where = catalogue.place(topic, f"solutions_{variant}" if variant else "solutions", name)
    for marker in (begin, end):
        if source.count(marker) != 1:
            raise BuildError(f"{where}: the reference {name} has {source.count(marker)} lines {marker!r}, not 1")
    if not source.partition(begin)[2].partition(end)[0].strip() or source.index(begin) > source.index(end):
        raise BuildError(f"{where}: the reference {name} has nothing between {begin!r} and {end!r}")


def guarded(source, variant):
    """A variant's function under its condition: the stub of one framework never replaces what is written in another."""
    if not variant:
        return source
    return f'if {CHOICE} == "{variant}":\n{textwrap.indent(source, "    ")}'


def _question(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    question = lesson_.bank.get(name)
    if question is None:
        lesson_.fail(block.line, f"there is no question {name!r} in "
                                 f"{bank_name(bank_path(lesson_.topic))}{near(name, lesson_.bank)}")
    _use(lesson_, "question", name, block.line)
    options = {letter: option.text for letter, option in question.options.items()}
    source = card_call("quiz", name, question.stem, options, "answer", question.form)
    folded = {} if question.form == "parts" else {"jupyter": FOLDED}        # these are typed, the others are clicked
    notebook.code(source, name, block.line, ["question"], **folded, nbgrader=grader(name, points=1, solution=True))


def _predict(notebook, block):
    lesson_ = notebook.lesson
    name = _one_word(lesson_, block)
    try:
        body = yaml.safe_load(block.body)
    except yaml.YAMLError as error:
        line, reason = yaml_fault(error, block.line + 1)
        lesson_.fail(line, f"predict {name}: {reason}")
    if not isinstance(body, dict):
        lesson_.fail(block.line, f"predict {name}: YAML with stem and options is asked for")
    for field in body:
        if field not in ("stem", "options"):
            lesson_.fail(block.line, f"predict {name}: there is no field {field!r}{near(field, ('stem', 'options'))} "
                                     f"(there are stem and options)")
    stem, options = body.get("stem"), body.get("options")
    if not isinstance(stem, str) or not stem.strip():
        lesson_.fail(block.line, f"predict {name}: the stem is a text")
    if not isinstance(options, dict) or not 2 <= len(options) <= 4 or tuple(options) != LETTERS[:len(options)]:
        lesson_.fail(block.line, f"predict {name}: the options are A, B and perhaps C and D, each with its text: A: …")
    bare = [letter for letter, text in options.items() if text is None or isinstance(text, (bool, list, dict))]
    if bare:
        lesson_.fail(block.line, f"predict {name}: option {bare[0]} is no text; put it into quotes")
    stem, options = stem.strip(), {letter: str(text) for letter, text in options.items()}
    notebook.code(card_call("predict", name, stem, options, "guess"), name, block.line, ["predict"],
                  jupyter=FOLDED)


def _python(notebook, block):
    if not block.words:
        notebook.lesson.fail(block.line, "a code cell needs an id: ```python some-id")
    if set(block.words[1:]) - {"demo", "folded"}:
        notebook.lesson.fail(block.line, f"the cell {block.words[0]} has unknown words {block.words[1:]}; "
                                         "there are [demo] and [demo folded]")
    try:
        ast.parse(block.body)
    except SyntaxError as error:
        notebook.lesson.fail(block.line + (error.lineno or 0), f"the cell {block.words[0]} is not Python: {error.msg}")
    tags = ["demo"] if "demo" in block.words[1:] else []
    # Whatever stands below an exercise, or below functions of earlier lessons, can fail while one of them is open.
    if "demo" in tags or any({"check", "carry"} & set(cell.metadata.get("tags", ())) for cell in notebook.cells):
        tags.append(GOES_ON)
    folded = {"jupyter": FOLDED} if "folded" in block.words[1:] else {}
    notebook.code(block.body, block.words[0], block.line, tags, **folded)


def _carry(notebook, block):
    lesson_ = notebook.lesson
    known = [name for topic in contents.earlier(lesson_.topic) for name in catalogue.references(topic)
             if not getattr(catalogue.exercises(topic).get(name), "variants", ())]      # those are of one notebook
    for name in block.body.split():
        if name not in known:
            lesson_.fail(block.line, f"carry: no earlier lesson has a function {name!r}{near(name, known)}")
        if name not in STAND_INS:
            lesson_.fail(block.line, f"carry: course/standin.py has no stand-in for {name!r}, for a learner who has "
                                     "not written it")
    names = ", ".join(f'"{name}"' for name in block.body.split())
    source = "\n".join(textwrap.wrap(f"carry({names})", WIDEST, subsequent_indent="      ", break_long_words=False))
    notebook.code(source, "carry", block.line, ["carry"], jupyter=FOLDED)


def _review(notebook, block):
    notebook.code(f'review("{notebook.lesson.topic}")', "review", block.line, ["review"], jupyter=FOLDED)


def _progress(notebook, block):
    notebook.code("progress()", "progress", block.line, ["progress"], jupyter=FOLDED)


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


def _own_questions(lesson_):
    """A class's new questions: each after the block that it names, or after the last question."""
    names = [block.words[0] if block.kind in ("exercise", "question") and block.words else ""
             for block in lesson_.blocks]
    for question in lesson_.bank.values():
        if question.own and question.id not in names:
            if question.after and question.after not in names:
                known = [name for name in names if name]
                raise BuildError(f"{place_of(question)}: {question.id}: after names {question.after!r}, which is no "
                                 f"exercise or question of {lesson_.topic}{near(question.after, known)}")
            last = max((at for at, block in enumerate(lesson_.blocks) if block.kind == "question"),
                       default=len(names) - 1)
            at = names.index(question.after) if question.after else last
            lesson_.blocks.insert(at + 1, Block("question", [question.id], "", lesson_.blocks[at].line))
            names.insert(at + 1, question.id)


def source_notebook(topic, path=None, root=None):
    """The instructor's notebook of a lesson, with a class's own questions where `root` is given.

    Raises BuildError with file and line.
    """
    lesson_ = read_lesson(topic, path)
    lesson_.bank = load_bank(topic, root)
    _own_questions(lesson_)
    notebook, slug = Notebook(lesson_), "text"
    for block in lesson_.blocks:
        if block.kind == "markdown":
            heading = re.match(r"#{1,6} (.*)", block.body)
            slug = slugify(heading[1]) if heading else slug
            notebook.markdown(block.body, slug)
        else:
            CELLS[block.kind](notebook, block)
    _all_used(lesson_)
    _predicted(lesson_)
    nb = new_notebook(cells=notebook.cells, metadata={
        "course": {"topic": topic, "title": lesson_.title, "minutes": lesson_.minutes},
        "kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(nb)
    _no_key(lesson_, nb)
    return nb


def _predicted(lesson_):
    """What a cell shows of a prediction needs a prediction of that id."""
    known = [block.words[0] for block in lesson_.blocks if block.kind == "predict"]
    for block in (block for block in lesson_.blocks if block.kind == "python"):
        for name in re.findall(r"""^your_prediction\(["']([^"']+)""", block.body, re.M):
            if name not in known:
                lesson_.fail(block.line, f"your_prediction: there is no ```predict {name}{near(name, known)}")


def _all_used(lesson_):
    for kind, there in (("exercise", catalogue.exercises(lesson_.topic)), ("question", lesson_.bank)):
        for name in there:
            if (kind, name) not in lesson_.used:
                where = (place_of(there[name]) if kind == "question"
                         else catalogue.place(lesson_.topic, "exercises", name))
                raise BuildError(f"{where}: the {kind} {name!r} is not used in {lesson_.path.name}: "
                                 f"```{kind} {name}, ```")


def _no_key(lesson_, nb):
    """No rationale in a notebook, and every answer open."""
    whole = "\n".join(cell.source for cell in nb.cells)
    for question in lesson_.bank.values():
        for answer, why in question.whys().items():
            if why in whole:
                lesson_.fail(lesson_.used["question", question.id],
                             f"the rationale of {question.id}, option {answer}, stands in the notebook")
    for cell in nb.cells:
        if "question" in cell.metadata.get("tags", []) and cell.source.count("answer=None") != 1:
            lesson_.fail(lesson_.used["question", cell.id], f"the question {cell.id} comes with an answer")
