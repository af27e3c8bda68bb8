"""Somebody else's text inside a sentence of ours: what a learner's program said, shown as it is.

Our messages are a small part of Markdown (`course.cards.text` makes HTML of it). A learner's text is not, and may
hold the same signs.
"""

import itertools
import re
import unicodedata

_JOINERS = "\u200c\u200d"               # invisible, and part of names and emoji
_SAME_LINE = 3                          # accents on one letter; a tower of them covers what stands above
_SIGNS = re.compile(r"[`*$\\]")         # what Markdown reads, and what a page's typesetter takes for a formula


def literal(text: str) -> str:
    """Text that is read as it stands: made code where Markdown would read something else."""
    return code_span(text) if _SIGNS.search(text) else text


def code_span(text: str) -> str:
    """Text as Markdown's code, between so many back-ticks that none of its own ends it."""
    runs = {len(run) for run in re.findall("`+", text)}
    ticks = "`" * next(n for n in itertools.count(1) if n not in runs)
    # Markdown takes one space off both ends, so that code can begin or end with a back-tick.
    ends = text[:1] + text[-1:]
    space = " " if "`" in ends or (ends == "  " and text.strip()) else ""
    return f"{ticks}{space}{text}{space}{ticks}" if text else ""


def unprintable(text: str) -> str:
    """The characters that change how a line is shown: controls, line ends, bidi marks, halves of characters."""
    return "".join(c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in _JOINERS)


def visible(text: str) -> str:
    """Text that came from outside, on one line: nothing in it moves the cursor, turns the line round or towers."""
    if text.isascii() and text.isprintable():
        return text
    made, accents = [], 0
    for c in text:
        kind = unicodedata.category(c)
        accents = accents + 1 if kind in ("Mn", "Me") else 0
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in _JOINERS:
            made.append(ascii(c)[1:-1])
        elif accents <= _SAME_LINE:
            made.append(c)
    return "".join(made)


def cleaned(text: object, most: int) -> str:
    """What a learner's program said: at most `most` characters, its line ends and tabs as they are."""
    whole = text if isinstance(text, str) else type(text).__name__
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in whole[:most].split("\n"))[:most]


def one_line(text: object, most: int) -> str:
    """The same on one line."""
    return " ".join(cleaned(text, most).split())
