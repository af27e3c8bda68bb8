"""Whose work shares what few others have: evidence for a talk, and no verdict.

    python -m autograder similar loss

What many share says nothing, whatever it is: the one natural program of a short function, the wrong letter that tempts
everybody. So a match weighs log2(class / sharers): 1 bit where half of the class has it, 5 where one in 32 has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import log2
from pathlib import Path

from markupsafe import Markup

from autograder.files import shown, write_private
from autograder.grading.records import Record, is_given
from autograder.lms import collect
from autograder.problems import Problem
from autograder.reports.lesson import read_all
from autograder.reports.page import stylesheet
from autograder.reports.why import source_of

RARE = 0.15                 # of the class: what more share is no evidence
FEWEST = 8                  # students: below, nothing is rare
MOST = 25                   # pairs that are shown
VARIED = 0.6                # of those who are right have a text of their own: then an equal one means something


@dataclass
class Pair:
    """Two students and what they alone, or nearly alone, share."""

    students: tuple[str, str]
    bits: float = 0.0
    shared: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)          # exercises whose programs are shown side by side

    def add(self, bits: float, words: str, part: str = "") -> None:
        self.bits += bits
        self.shared.append(words)
        if part and part not in self.parts:
            self.parts.append(part)


Traits = dict[tuple[str, str, str], set[str]]               # (kind, part, value) -> students


def pairs_of(every: list[Record]) -> list[Pair]:
    """The pairs that share more than chance gives the luckiest of all pairs, the most first."""
    whole = [record for record in every if not record["problem"]]
    if len(whole) < FEWEST:
        return []
    found: dict[tuple[str, str], Pair] = {}
    for (kind, part, value), students in _traits(whole).items():
        if len(students) < 2 or len(students) > max(2, RARE * len(whole)):
            continue
        bits = log2(len(whole) / len(students))
        for two in combinations(sorted(students), 2):
            found.setdefault(two, Pair(two)).add(bits, _words(kind, part, value, len(students)),
                                                 part if "program" in kind else "")
    enough = log2(len(whole) * (len(whole) - 1) / 2) + 1     # more than the luckiest of all pairs has by chance
    kept = [pair for pair in found.values() if pair.bits >= enough and _more_than_letters(pair)]
    return sorted(kept, key=lambda pair: (-pair.bits, pair.students))[:MOST]


def _more_than_letters(pair: Pair) -> bool:
    """Wrong letters that go with what a student knows are shared by those who know the same: three at least."""
    letters = sum("question" in words for words in pair.shared)
    return letters < len(pair.shared) or letters >= 3


def _traits(whole: list[Record]) -> Traits:
    found: Traits = defaultdict(set)
    varied = _varied(whole)
    for record in whole:
        if any(part["state"] != "unwritten" for part in record["parts"].values()):
            found["file", "", record["content"]].add(record["student"])
        for name, part in record["parts"].items():
            if part["state"] == "void" or is_given(part):            # its "wrong" answers may not be wrong
                continue
            if part["kind"] == "question":
                if part["answer"] and not part["passed"]:
                    found["letter", name, part["answer"]].add(record["student"])
            elif part["tree"] and part["state"] != "unwritten":
                if not part["passed"]:
                    found["wrong program", name, part["tree"]].add(record["student"])
                elif name in varied:
                    found["right program", name, part["tree"]].add(record["student"])
    return found


def _varied(whole: list[Record]) -> set[str]:
    """The exercises whose right solutions differ from person to person."""
    trees: dict[str, list[str]] = defaultdict(list)
    for record in whole:
        for name, part in record["parts"].items():
            if part["kind"] == "exercise" and part["passed"] and part["tree"]:
                trees[name].append(part["tree"])
    return {name for name, each in trees.items() if len(each) >= 4 and len(set(each)) >= VARIED * len(each)}


def _words(kind: str, part: str, value: str, number: int) -> str:
    who = "they alone" if number == 2 else f"{number} in all"
    return {"file": f"the same file, byte by byte ({who})",
            "letter": f"question {part}: the wrong answer {value} ({who})",
            "wrong program": f"{part}: the same wrong program ({who})",
            "right program": f"{part}: the same right program, where others each write their own ({who})"}[kind]


def write_similar(root: Path, topic: str) -> tuple[Path, list[Pair]]:
    """Write reports/TOPIC-similar.html. Returns its path and the pairs."""
    every = read_all(root, topic)
    if not every:
        raise Problem(f"{topic}: nothing is graded yet. Run: python -m autograder grade {topic}")
    pairs = pairs_of(every)
    path = root / "reports" / f"{topic}-similar.html"
    write_private(path, str(_page(root, topic, every, pairs)))
    return path, pairs


def _page(root: Path, topic: str, every: list[Record], pairs: list[Pair]) -> Markup:
    names = {student: str(entry.get("name", "")) for student, entry in collect.known(root, topic).items()}
    body = Markup("").join(_pair(root, topic, every, pair, names) for pair in pairs)
    few = len([record for record in every if not record["problem"]]) < FEWEST
    none = (f"In a class of fewer than {FEWEST} nothing is rare enough to say anything." if few else
            "No two students share more than chance would give.")
    return Markup(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>%s: shared work</title><style>%s</style>'
        "</head><body><h1>Lesson %s: what few share</h1><p class=warn>This is evidence to ask about, and no "
        "verdict. Two "
        "people who learn together make the same mistakes; the one who copied cannot be told from the one who was "
        "copied."
        " Speak with both first.</p>%s%s</body></html>\n") % (
        topic, Markup(stylesheet()), topic, body or Markup("<p>%s</p>") % none, Markup("").join(_published(every)))


def _pair(root: Path, topic: str, every: list[Record], pair: Pair, names: dict[str, str]) -> Markup:
    cells = {record["student"]: record["parts"] for record in every}
    titles = [f"{names[s]} ({s})" if names.get(s) else s for s in pair.students]
    items = Markup("").join(Markup("<li>%s</li>") % words for words in pair.shared)
    programs = Markup("")
    for name in pair.parts[:4]:
        cell = Markup("<td style='width: 50%%'><pre style='white-space: pre-wrap'>%s</pre></td>")
        columns = Markup("").join(cell % source_of(root, topic, student, cells[student][name]["cell"])
                                  for student in pair.students)
        programs += Markup("<details><summary><code>%s</code>, side by "
                           "side</summary><table><tr>%s</tr></table></details>"
                           ) % (name, columns)
    return Markup("<section><h2>%s and %s</h2><p class=soft>%.0f bits</p><ul>%s</ul>%s</section>") % (
        shown(titles[0], 100), shown(titles[1], 100), pair.bits, items, programs)


def _published(every: list[Record]) -> Iterator[Markup]:
    found: dict[str, list[str]] = defaultdict(list)
    for record in every:
        for name, part in record["parts"].items():
            if part["resembles"] and "(short" not in part["resembles"]:
                found[f"{name}: {part['resembles']}"].append(record["student"])
    if found:
        yield Markup("<section><h2>Texts of the course's own</h2><p>A published solution, a stand-in, a part of the "
                     "engine,"
                     " by its syntax tree. Who has read the public repository may well write it again.</p><ul>")
        for words, students in sorted(found.items()):
            yield Markup("<li>%s (%s)</li>") % (words, ", ".join(shown(student, 40) for student in students))
        yield Markup("</ul></section>")
