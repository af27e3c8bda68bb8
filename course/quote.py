"""Somebody else's text inside a sentence of ours: what a learner's program said, shown as it is.

Our messages are a small part of Markdown (`course.cards.text` makes HTML of it). A learner's text is not, and may
hold the same signs.
"""

import itertools
import re

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
