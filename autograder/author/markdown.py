"""Read the text of a lesson, source/TOPIC.md: front matter, Markdown, and fenced directives, each with its line."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from autograder.lessons import catalogue
from autograder.lessons.bank import yaml_fault
from autograder.lessons.catalogue import LessonFault
from autograder.problems import near

RUNGS = ("idea", "tool", "near-code")
DIRECTIVES = ("python", "exercise", "question", "predict", "carry", "review", "progress")
SHOWN = ("bash", "console", "css", "html", "js", "json", "py", "text", "toml", "yaml")    # only shown, never run
FRONT = ("title", "minutes")


class BuildError(LessonFault):
    """The lesson cannot be built; the message starts with file and line."""


@dataclass
class Block:
    kind: str
    words: list
    body: str
    line: int


@dataclass
class LessonText:
    topic: str
    path: Path
    title: str
    minutes: int
    blocks: list
    used: dict = field(default_factory=dict)        # (kind, id) -> line
    bank: dict = field(default_factory=dict)        # id -> question

    def fail(self, line, text):
        raise BuildError(f"{self.path.name}:{line}: {text}")


# --- reading ------------------------------------------------------------------------------------------------

def read_lesson(topic, path=None):
    """Parse ``source/<topic>.md``."""
    path = path or catalogue.home(topic) / "source" / f"{topic}.md"
    text = catalogue.text_of(path, path.name)
    match = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if not match:
        raise BuildError(f"{path.name}:1: front matter with title and minutes is missing, between two lines ---")
    lesson_ = LessonText(topic, path, "", 0, [])
    front = _front_matter(lesson_, match[1])
    lesson_.title, lesson_.minutes = front["title"], front["minutes"]
    skipped = match[0].count("\n")
    text = text[match.end():]
    lines = text.split("\n")
    last = 0
    for token in MarkdownIt("commonmark").parse(text):
        word = _directive(lesson_, token, lines, skipped)
        if not word:
            continue
        start, end = token.map
        words = [w.strip("[]") for w in token.info.split()]
        lesson_.blocks += _markdown_blocks(lines[last:start], last + skipped + 1)
        lesson_.blocks.append(Block(word, words[1:], token.content, start + skipped + 1))
        last = end
    lesson_.blocks += _markdown_blocks(lines[last:], last + skipped + 1)
    return lesson_


def _front_matter(lesson_, text):
    """{"title", "minutes"}: both, and nothing else."""
    try:
        front = yaml.safe_load(text)
    except yaml.YAMLError as error:
        lesson_.fail(*yaml_fault(error, 2))
    if not isinstance(front, dict):
        lesson_.fail(2, "the front matter is title: … and minutes: …")
    for name in front:
        if name not in FRONT:
            lesson_.fail(_line(text, name), f"the front matter has no field {name!r}{near(name, FRONT)} "
                                            f"(there are {', '.join(FRONT)})")
    for name in FRONT:
        if name not in front:
            lesson_.fail(1, f"the front matter has no {name}")
    if not isinstance(front["title"], str) or not front["title"].strip():
        lesson_.fail(_line(text, "title"), "the title is a text")
    if isinstance(front["minutes"], bool) or not isinstance(front["minutes"], (int, float)) or front["minutes"] <= 0:
        lesson_.fail(_line(text, "minutes"), f"minutes is a number, not {front['minutes']!r}")
    return front


def _line(text, name):
    """The line of the file in which a field of the front matter stands."""
    return 2 + next((i for i, line in enumerate(text.split("\n")) if line.startswith(str(name))), 0)


def _directive(lesson_, token, lines, skipped):
    """The directive that a token is, or "". What is nearly one stops the build: learners would see it as text."""
    if token.type == "inline" and token.map:
        for number, line in enumerate(token.content.split("\n"), token.map[0] + skipped + 1):
            if found := re.fullmatch(rf"(`{{1,2}}|~{{1,2}})({'|'.join(DIRECTIVES)})( [\w-]+)*", line.strip()):
                lesson_.fail(number, f"{line.strip()}: a directive begins with three backticks, ```{found[2]}")
    if token.type not in ("fence", "code_block"):
        return ""
    start, end = token.map
    line = start + skipped + 1
    if token.type == "code_block":
        inner = re.search(r"^ *(?:`{3,}|~{3,}) *(\S+)", token.content, re.M)
        if inner and inner[1] in DIRECTIVES:
            lesson_.fail(line, f"```{inner[1]} is indented: a directive begins at the start of its line")
        return ""
    word = token.info.split()[0] if token.info.split() else ""
    if word and word not in DIRECTIVES + SHOWN:
        lesson_.fail(line, f"```{word} is no directive{near(word.strip('{}'), DIRECTIVES)} "
                           f"(there are {', '.join(DIRECTIVES)}; only shown are {', '.join(SHOWN)})")
    closing = rf"[ >]*{re.escape(token.markup[0])}{{{len(token.markup)},}} *"
    if end - start < 2 or not re.fullmatch(closing, lines[end - 1]):
        lesson_.fail(line, f"{token.markup}{word} is not closed: a line {token.markup} ends it")
    if word not in DIRECTIVES:
        return ""
    if token.level:
        lesson_.fail(line, f"```{word} stands inside a list or a quotation, where it is only text")
    for number, text in enumerate(token.content.split("\n"), line + 1):
        inner = re.match(r"(?:`{3,}|~{3,}) *\{?(\w+)", text)
        if inner and inner[1] in DIRECTIVES and word != "python":
            lesson_.fail(line, f"{token.markup}{word} is not closed before ```{inner[1]} in line {number}")
    return word


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
