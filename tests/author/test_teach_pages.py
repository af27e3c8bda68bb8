"""The pages around the lessons, as files and on the site: links that lead somewhere, headings in order, commands."""

import re
import shlex

import pytest
from markdown_it import MarkdownIt

from autograder.__main__ import parser
from autograder.lessons.catalogue import ROOT

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md"))])


def tokens(path):
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def headings(path):
    """[(level, text)] of a page."""
    every = tokens(path)
    return [(int(token.tag[1]), every[k + 1].content) for k, token in enumerate(every) if token.type == "heading_open"]


def anchors(path):
    """What a link can name in a page: its headings as GitHub and the site's Markdown make ids of them."""
    return {re.sub(r"[^\w\- ]", "", text.lower().replace("`", "")).strip().replace(" ", "-")
            for _, text in headings(path)}


def links(path):
    return [target for token in tokens(path) if token.type == "inline"
            for child in token.children if child.type == "link_open" for target in [child.attrs["href"]]]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path):
    for target in links(path):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists() and there.is_relative_to(ROOT), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(there), f"{path.name}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_has_one_title_and_leaves_out_no_level(path):
    levels = [level for level, _ in headings(path)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("name", ["FIVE_MINUTES.md", "ELSEWHERE.md"])
def test_its_commands_can_be_typed(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "demo-class").mkdir()
    lines = [line.strip() for token in tokens(ROOT / "docs" / name) if token.type == "code_block"
             for line in token.content.splitlines()]
    typed = [shlex.split(line.partition(" -m autograder ")[2]) for line in lines if " -m autograder " in line]
    for words in typed:
        parser().parse_args(words)
    for line in lines:
        assert re.match(r"(\.venv/bin/python -m (autograder|course|pip)|python3 -m venv)", line), line
    assert lines


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `title`, twice\n\n[there](#a-title-twice) [gone](missing.md#x) `[no](link)`\n")
    assert links(page) == ["#a-title-twice", "missing.md#x"] and anchors(page) == {"a-title-twice"}
