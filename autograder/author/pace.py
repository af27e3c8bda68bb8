"""How long a lesson takes: what is read, what is stated for its exercises, what is waited for.

Counted is what a learner reads on the release page, at 200 words a minute:

- all text cells: explanations, statements of exercises, hints. A word is what stands between spaces and has a letter or
  a digit, in a formula or a table too;
- stem and options of questions and predictions;
- code that is not folded, with its comments; of an exercise the signature and the docstring, in one framework where it
  may be written in several.

Not counted are folded code, set-up and checks, and what stands under a heading that says "optional", with its exercises
and waits.

To that come the minutes that the exercises state, and the seconds for which cells are waited: measured where the
notebook was run, else as the cells state them, `plots.steps(…, "five trainings, about 4 s")`.
"""

import ast
import re
from dataclasses import dataclass, field
from datetime import datetime

from autograder.author.cells import source_notebook
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from course import contents

A_MINUTE = 200               # words
LONGEST = 95                 # minutes of a lesson
OFF = 0.1                    # by which a stated time may differ from the count; a minute is always allowed
SAYS_SO = 3                  # seconds from which on a cell says how long it takes
SLOWEST = 20                 # seconds of a cell on two idle cores
IS_A_FAULT = False           # whether a lesson that says a wrong time, or is too long, is at fault or is only told

UNREAD = {"check", "carry", "review", "progress"}
SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s?(?:s|seconds)\b")
ROW = re.compile(r"(\d+)(?:\s*(?:to|–)\s*(\d+))?\s*min")


@dataclass
class Pace:
    """Words by what they stand in, minutes of the exercises, seconds of waiting."""

    words: dict = field(default_factory=lambda: {"text": 0, "questions": 0, "code": 0})
    exercises: float = 0
    waits: float = 0

    @property
    def reading(self):
        """Minutes."""
        return sum(self.words.values()) / A_MINUTE

    @property
    def minutes(self):
        return self.reading + self.exercises + self.waits / 60

    def line(self):
        kinds, all_words = ", ".join(f"{kind} {count}" for kind, count in self.words.items()), sum(self.words.values())
        return (f"{self.minutes:.0f} minutes = {self.reading:.0f} of reading ({all_words} words: {kinds})"
                f" + {self.exercises:g} of exercises + {self.waits / 60:.1f} of waiting ({self.waits:.0f} s)")


def pace(topic, nb=None, seconds=None):
    """The Pace of a lesson.

    nb : its source notebook, made anew where none is given
    seconds : {cell id: seconds} of a run; without it the cells' own words count
    """
    found, minutes = Pace(), catalogue.exercises(topic)
    second = {f"{name}-{variant}" for name, exercise in minutes.items() for variant in exercise.variants[1:]}
    for cell in _in_count((nb or source_notebook(topic)).cells):
        kind, text = _read(cell) if cell.id not in second else ("code", "")
        found.words[kind] += words(text)
        if cell.id in minutes:
            found.exercises += minutes[cell.id].minutes
        if cell.cell_type == "code":
            found.waits += stated_seconds(cell.source) if seconds is None else seconds.get(cell.id, 0)
    return found


def _in_count(cells):
    """The cells that are not under a heading with the word "optional"."""
    level = 0
    for cell in cells:
        heading = re.match(r"(#{1,6}) (.*)", cell.source) if cell.cell_type == "markdown" else None
        if heading and (not level or len(heading[1]) <= level):
            level = len(heading[1]) if re.search(r"\boptional\b", heading[2], re.I) else 0
        if not level:
            yield cell


def _read(cell):
    """(kind, text): what a learner reads of a cell."""
    tags = set(cell.metadata.get("tags", ()))
    if cell.cell_type == "markdown":
        return "text", re.sub(r"</?[a-z][^>]*>", " ", cell.source)
    if tags & {"question", "predict"}:
        return "questions", _asked(cell.source)
    if tags & UNREAD or cell.id == "setup" or cell.metadata.get("jupyter", {}).get("source_hidden"):
        return "code", ""
    return "code", cell.source.partition("### BEGIN SOLUTION")[0]


def _asked(source):
    """Stem and options in the source of a card."""
    call = ast.parse(source).body[0].value
    parts = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg != "form")]
    return " ".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def words(text):
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def stated_seconds(source):
    """The seconds that a cell says it takes, in the labels of its loops: `plots.steps(items, "about 4 s")`."""
    if "steps(" not in source:
        return 0
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and len(node.args) > 1
             and getattr(node.func, "attr", getattr(node.func, "id", "")) == "steps"]
    said = [part.value for call in calls for part in ast.walk(call.args[1])
            if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return sum(float(number) for text in said for number in SECONDS.findall(text))


def measured_seconds(nb):
    """{cell id: seconds} of a notebook that was run."""
    found = {}
    for cell in nb.cells:
        times = cell.metadata.get("execution", {})
        if {"iopub.status.busy", "iopub.status.idle"} <= set(times):
            began, ended = (datetime.fromisoformat(times[f"iopub.status.{name}"]) for name in ("busy", "idle"))
            found[cell.id] = (ended - began).total_seconds()
    return found


# --- what is said of it elsewhere ----------------------------------------------------------------------------

def stated(topic, minutes, root=ROOT):
    """[(where, least, most)]: the minutes that front matter, the start page and the README give a lesson.

    where : file and line
    """
    found = [(_front_matter(topic, root), minutes, minutes)]
    for name in ("source/start.md", "README.md"):
        text = _text(root / name)
        for number, line in enumerate(text.split("\n"), 1):
            row = re.match(rf"\|[^|]*(?:\*\*|`){re.escape(topic)}(?:\*\*|`)", line)
            time = ROW.search(line) if row else None
            if time:
                found.append((f"{name}:{number}", int(time[1]), int(time[2] or time[1])))
        every = re.search(r"\bA lesson takes (?:about )?(\d+)(?: to (\d+))? minutes", text)
        if every and catalogue.exercises(topic) and topic not in contents.PAGES:
            line = text.count("\n", 0, every.start()) + 1
            found.append((f"{name}:{line}", int(every[1]), int(every[2] or every[1])))
    return found


def _text(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _front_matter(topic, root):
    """File and line of a lesson's `minutes`."""
    before = re.match(r"---\n(?:.*\n)*?(?=minutes:)", _text(root / "source" / f"{topic}.md"))
    return f"{topic}.md:{before[0].count(chr(10)) + 1 if before else 1}"


def pace_faults(topic, found, minutes, root=ROOT):
    """The sentences on a lesson's time: where another is stated, and that it is too long."""
    said = [f"{where}: {least if least == most else f'{least} to {most}'} minutes are stated, the count is "
            f"{found.minutes:.0f}" for where, least, most in stated(topic, minutes, root)
            if not least - _slack(least) <= found.minutes <= most + _slack(most)]
    too_long = [f"{_front_matter(topic, root)}: the lesson takes {found.minutes:.0f} minutes, {LONGEST} are the most: "
                "take something out, or put it under a heading with ## and the word optional"]
    return said + (too_long if found.minutes > LONGEST else [])


def _slack(minutes):
    return max(1, OFF * minutes) + 0.5          # the count is told in whole minutes


def slow_cells(nb, seconds):
    """The sentences on cells of a run notebook that take long: that they do not say so, or far too long."""
    found, above = [], ""
    for cell in nb.cells:
        took = seconds.get(cell.id, 0)
        if took > SLOWEST:
            found.append(f"cell {cell.id} took {took:.0f} s, {SLOWEST} are the most on two idle cores")
        if took > SAYS_SO and not SECONDS.search(cell.source + above):
            found.append(f"cell {cell.id} took {took:.0f} s, and neither it nor the text above says how long")
        above = cell.source if cell.cell_type == "markdown" else ""
    return found
