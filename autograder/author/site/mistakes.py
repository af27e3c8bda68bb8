"""The mistakes to expect: a page for teachers of each lesson, in the words that its learners are told.

It names every known wrong program of an exercise, so it stands in no site of a class. Nothing of a program is on it.
"""

import re

from autograder.author.markdown import read_lesson
from autograder.lessons import catalogue
from course import contents
from course.checking import adapters

HEAD = """# Mistakes to expect: {topic}

Each exercise of the lesson *{title}* with the wrong programs that the course knows, and what a learner who wrote such
a one is told. A failure that is none of these is told too: how the results differ, or what the error means. The names
are those in records and reports: `python -m autograder report {topic}` says which of them your class made, and how
often; the order here says nothing of that. {said}

"""
PLANS = "*Teaching with this course*"
TEACHING = f"What to say to five of them, and plans for the lesson, stand in {PLANS}."
KEEP = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\$(?!\s)[^$\n]+?(?<!\s)\$", re.DOTALL)    # code and formulas
SIGNS = re.compile(r"[\\<>\[\]_|~#{}]")


def page(lesson: str) -> str:
    """The page of a lesson, as Markdown; "" where it has no exercises.

    Raises LessonFault where a file of the lesson cannot be read.
    """
    told = catalogue.mistake_messages(lesson)
    exercises = [name for name in catalogue.exercises(lesson) if told.get(name)]
    if not exercises:
        return ""
    known = lesson in contents.TOPICS
    said = TEACHING if known and contents.lesson(lesson).graded else ""
    head = HEAD.format(title=title(lesson), topic=lesson, said=said)
    return head + "\n".join(_exercise(lesson, name, told[name]) for name in exercises)


def title(lesson):
    """What a lesson is called, by its text's front matter."""
    return read_lesson(lesson).title


def _exercise(lesson, name, told):
    """An exercise: what it is, and its mistakes, those of a framework below its name."""
    many = f"{len(told)} known mistakes" if len(told) > 1 else "One known mistake"
    lines = [f"## `{name}`", "", f"`{catalogue.signature(lesson, name)}` · {many}", ""]
    for variant in dict.fromkeys(variant for _, variant in told.values()):
        lines += [f"**In {adapters.title(variant)}:**", ""] if variant else []
        lines += [f"- **`{identity}`** {as_markdown(words)}" for identity, (words, of) in told.items() if of == variant]
        lines.append("")
    return "\n".join(lines)


def as_markdown(words):
    """What a card shows of these words, in a page's Markdown: there more signs have a meaning than on a card."""
    found, last = [], 0
    for kept in KEEP.finditer(words):
        found += [SIGNS.sub(r"\\\g<0>", words[last:kept.start()]), kept[0]]
        last = kept.end()
    return "".join([*found, SIGNS.sub(r"\\\g<0>", words[last:])])
