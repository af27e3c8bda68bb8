"""The teacher's page of a lesson's mistakes: every one is there, in the words of the cards, and no program."""

import html
import re

import pytest
from markdown_it import MarkdownIt

from autograder.author import bundle
from autograder.author.release import solution_lines
from autograder.author.site import mistakes
from autograder.lessons import catalogue
from course.cards.text import inline_html


def plain(markup):
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", str(markup))).split())


@pytest.mark.parametrize("lesson", catalogue.judged_topics())
def test_each_mistake_is_there_in_the_words_of_its_card(lesson):
    page = mistakes.page(lesson)
    shown = MarkdownIt("commonmark").render(page)
    items = [plain(item) for item in re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)]
    told = [f"{identity} {plain(inline_html(words))}" for name in catalogue.exercises(lesson)
            for identity, (words, _) in catalogue.mistake_messages(lesson).get(name, {}).items()]
    assert sorted(items) == sorted(told) and len(told) > 4
    headings = re.findall(r"<h2><code>(\w+)</code></h2>", shown)
    assert headings == [name for name in catalogue.exercises(lesson) if catalogue.mistake_messages(lesson).get(name)]
    assert page.startswith("# Mistakes to expect: ") and page.count("\n# ") == 0


@pytest.mark.parametrize("lesson", catalogue.judged_topics())
def test_nothing_of_a_solution_is_on_it(lesson, monkeypatch):
    monkeypatch.setattr(catalogue, "entered", lambda: [])       # courses of other tests, whose folders may be gone
    page = mistakes.page(lesson)
    assert bundle.leaks({"page.md": page.encode()}) == []
    long = {line for name in catalogue.exercises(lesson) for line in solution_lines(lesson, name) if len(line) > 30}
    assert [line for line in long if line in page] == []


def test_signs_that_mean_something_on_a_page_alone_are_shown_as_they_are():
    words = "a_b < c_d > [x](y) # {z}: `k_1 < [2]` and $a_1 < b_2$, *so* | ~~no~~ \\"
    shown = MarkdownIt("commonmark").enable("strikethrough").render(mistakes.as_markdown(words))
    assert plain(shown) == plain(inline_html(words)) and "<code>k_1 &lt; [2]</code>" in shown and "<em>so</em>" in shown


def test_a_lesson_without_exercises_has_no_page(monkeypatch):
    monkeypatch.setattr(catalogue, "exercises", lambda topic: {})
    assert mistakes.page("loss") == ""
