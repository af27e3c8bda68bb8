"""Read the text of a lesson, source/TOPIC.md: front matter, Markdown, and fenced directives, each with its line."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from autograder.lessons import catalogue
from autograder.screen import Problem

RUNGS = ("idea", "tool", "near-code")
DIRECTIVES = ("python", "exercise", "question", "predict", "carry", "review", "progress")


class BuildError(Problem):
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

    def fail(self, line, text):
        raise BuildError(f"{self.path.name}:{line}: {text}")


# --- reading ------------------------------------------------------------------------------------------------

def read_lesson(topic, path=None):
    """Parse ``source/<topic>.md``."""
    path = path or catalogue.home(topic) / "source" / f"{topic}.md"
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
    return LessonText(topic, path, front["title"], front["minutes"], blocks)


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
