"""What is wrong with a lesson as it is written, before any of its programs is tried: `build` and `verify` both ask.

A fault is one sentence that starts with file and line. What follows from a fault is not said beside it: files that
cannot be read are named alone, then names that do not fit together, then cases and text.
"""

import ast
import re

from autograder.author.cells import source_notebook
from autograder.author.markdown import read_lesson
from autograder.author.release import no_solution
from autograder.author.statement import signature_faults
from autograder.lessons import bank, catalogue
from autograder.lessons.catalogue import LessonFault
from autograder.lessons.specify import specification
from autograder.problems import nearest
from course import contents

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
           "thirteen", "fourteen", "fifteen", "sixteen")


def lesson_faults(topic):
    """The sentences, each once, that say what is wrong with a lesson's files; [] where they can be built."""
    for step in (_files, _names, _contents):
        if found := step(topic):
            return found
    return []


def _said(*tries):
    """The faults that these calls end in, each once."""
    found = []
    for call, *args in tries:
        try:
            found += call(*args) or []
        except LessonFault as fault:
            found.append(str(fault))
    return list(dict.fromkeys(found))


# --- files: can each be read? -------------------------------------------------------------------------------

def _files(topic):
    try:
        parts = catalogue.parts(topic)
    except LessonFault:                     # in the list of exercises, which says what files there are
        parts = catalogue.PARTS
    return _said(*((_part, topic, part) for part in parts), (_bank, topic), (_text, topic))


def _part(topic, part):
    kind, _, variant = part.partition("_")
    {"solutions": catalogue.references, "exercises": catalogue.exercises, "mistakes": catalogue.mistakes,
     "right": catalogue.alternatives}[kind](topic)
    found, first = [], {}
    if variant:
        sources = catalogue.variant_sources(topic, kind, variant)           # not run where its framework is missing
        functions = catalogue.variant_functions(topic, kind, variant) or sources
    else:
        functions = catalogue.functions(topic, part)
    for name, line in catalogue.definitions(topic, part):
        where = f"{topic}/{part}.py:{line}: {name}"
        if name in first:
            found.append(f"{where} stands here a second time; first in line {first[name]}")
        elif kind in ("mistakes", "right") and not name.startswith("_") and name in functions and "__" not in name:
            found.append(f"{where} belongs to no exercise: call it EXERCISE__ID, or _{name} where it is a helper")
        elif kind in ("mistakes", "right") and "__" in name.strip("_") and name not in functions:
            found.append(f"{where} is no function after its decorators (@worth takes a number: @worth(0.5))")
        first.setdefault(name, line)
    return found


def _bank(topic):
    bank.load_bank(topic)


def _text(topic):
    read_lesson(topic)


# --- names: does each exercise stand in all its five places? --------------------------------------------------

def _names(topic):
    """An exercise that is not in all its places, and what belongs to no exercise."""
    where = _places(topic)
    whole = [name for name in where if len(where[name]) == len(PLACES)]
    found, said = [], set()
    for name in where:
        if name in said or name in whole:
            continue
        partner = _misspelled(name, where, said)
        if partner:
            said |= {name, partner} - set(whole)
            found.append(_misspelling(topic, *sorted((name, partner), key=lambda n: (
                len(where[n]), "exercises" in where[n])), where))
        else:
            said.add(name)
            found.append(_incomplete(topic, name, where[name]))
    return found


def _places(topic):
    """{exercise: {part: its first place there}} of every name that a lesson uses as an exercise's."""
    where = {}
    for name in catalogue.exercises(topic):
        where.setdefault(name, {})["exercises"] = catalogue.place(topic, "exercises", name)
    for name in catalogue.references(topic):
        if not name.startswith("_"):
            where.setdefault(name, {})["solutions"] = catalogue.place(topic, "solutions", name)
    for part in catalogue.parts(topic):
        kind = part.partition("_")[0]
        for label, line in catalogue.definitions(topic, part) if kind in ("mistakes", "right") else ():
            name, mark, _ = label.partition("__")
            if mark and name:
                where.setdefault(name, {}).setdefault(kind, f"{topic}/{part}.py:{line}")
    for block in read_lesson(topic).blocks:
        if block.kind == "exercise" and len(block.words) == 1:
            where.setdefault(block.words[0], {}).setdefault("text", f"{topic}.md:{block.line}")
    least = contents.lesson(topic)
    for name in where:
        for part, number in (("mistakes", least.mistakes), ("right", least.alternatives)):
            if not number:
                where[name].setdefault(part, "")
    return where


PLACES = {"text": "source/{topic}.md (```exercise {name})", "solutions": "{topic}/solutions.py (def {name})",
          "exercises": '{topic}/exercises.py (Exercise("{name}", …))',
          "mistakes": "{topic}/mistakes.py (def {name}__ID, at least {mistakes})",
          "right": "{topic}/right.py (def {name}__ID, at least {alternatives})"}
ORDER = ("exercises", "text", "solutions", "mistakes", "right")


def _misspelled(name, where, said):
    """Another name that this one is probably meant to be: near it, and whole or in the places where this one is not."""
    others = [other for other in where if other != name and other not in said and (
        len(where[other]) == len(PLACES) or not set(where[name]) & set(where[other]) or
        set(where[name]) <= {"mistakes", "right"} or set(where[other]) <= {"mistakes", "right"})]
    return nearest(name, others)


def _misspelling(topic, odd, name, where):
    part = next(part for part in ORDER if where[odd].get(part))
    place = where[odd][part]
    if part == "solutions":
        known = where[name].get("exercises") or place
        line = place.rpartition(":")[2]
        return f"{known}: no reference {name!r} in {topic}/solutions.py; there is {odd!r}, in line {line}"
    label = odd if part not in ("mistakes", "right") else next(
        found for file in catalogue.parts(topic) if file.startswith(part)
        for found, line in catalogue.definitions(topic, file) if found.startswith(f"{odd}__"))
    what = {"text": f"there is no exercise {odd!r}", "exercises": f"there is nothing else of an exercise {odd!r}"}.get(
        part, f"{label} is of no exercise: there is no {odd!r}")
    return f"{place}: {what}; did you mean {name!r}?"


def _incomplete(topic, name, here):
    least = contents.lesson(topic)
    words = {part: text.format(topic=topic, name=name, mistakes=least.mistakes, alternatives=least.alternatives)
             for part, text in PLACES.items()}
    first = next(part for part in ORDER if here.get(part))
    missing = [text for part, text in words.items() if part not in here]
    return (f"{here[first]}: the exercise {name!r} stands here and not in {', '.join(missing)}; an exercise stands in "
            f"five files: source/{topic}.md and solutions, exercises, mistakes and right.py of {topic}/")


# --- contents: cases, text, statements, counts ----------------------------------------------------------------

def _contents(topic):
    return _said((_cases, topic), (_built, topic), (_told, topic), (_elsewhere, topic), (_counts, topic),
                 (_bank_counts, topic))


def _cases(topic):
    specification(topic)


def _built(topic):
    no_solution(topic, source_notebook(topic))
    return [fault for block in read_lesson(topic).blocks if block.kind == "exercise"
            for fault in signature_faults(topic, block)]


def _told(topic):
    """A reference without a docstring: beside the signature it is all that a learner sees of it."""
    found = []
    for name in catalogue.exercises(topic):
        for variant, source in catalogue.written_sources(topic, name).items():
            if source and not ast.get_docstring(ast.parse(source).body[0]):
                place = catalogue.place(topic, f"solutions_{variant}" if variant else "solutions", name)
                found.append(f"{place}: {name}: no docstring, so nothing above the learner's code")
    return found


def _elsewhere(topic):
    """What bears the name of something in an earlier lesson: ids are the same in all records."""
    found, listed = [], catalogue.topics(catalogue.home(topic))
    file = bank.bank_name(bank.bank_path(topic))
    for other in listed[:listed.index(topic)] if topic in listed else ():
        try:
            exercises, questions = catalogue.exercises(other), bank.load_bank(other)
        except LessonFault:
            continue                        # said where that lesson is looked at
        found += [f"{catalogue.place(topic, 'exercises', name)}: the lesson {other} has an exercise {name!r} already"
                  for name in catalogue.exercises(topic) if name in exercises]
        found += [f"{file}:{question.line}: the lesson {other} has a question {name!r} already"
                  for name, question in bank.load_bank(topic).items() if name in questions]
    return found


def own_question_faults(topic, root):
    """A class's new question under a name that the course has, or had: records would mix the two up."""
    taken = {name: f"the lesson {other} has it" for other in catalogue.topics()
             for name in (*catalogue.exercises(other), *bank.load_bank(other))}
    taken |= dict.fromkeys(catalogue.RETIRED, "it was given up, and old records hold it")
    return [f"{bank.place_of(question)}: the id {name!r} is taken: {taken[name]}"
            for name, question in bank.own_questions(topic, root).items()
            if name in taken and name not in bank.load_bank(topic)]


def _counts(topic):
    """A number of functions in the text, "you write eight short functions", that is not the lesson's."""
    number = len(catalogue.exercises(topic))
    path = catalogue.home(topic) / "source" / f"{topic}.md"
    pattern = re.compile(r"\byou write (?:the )?(\w+) (?:\w+ )?(?:functions|exercises)\b", re.I)
    text = path.read_text(encoding="utf-8")
    return [f"{topic}.md:{text[:found.start()].count(chr(10)) + 1}: the text says {found[1]} functions to write, the "
            f"lesson has {number}" for found in pattern.finditer(text) if _number(found[1]) not in (None, number)]


def _number(word):
    return int(word) if word.isdigit() else NUMBERS.index(word.lower()) if word.lower() in NUMBERS else None


def _bank_counts(topic):
    """The counts of keys in a bank's first comment, "Keys: A 3, B 3", that are not so any more."""
    path = bank.bank_path(topic)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    keys = [question.key for question in bank.load_bank(topic).values() if question.form == "letter"]
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        said = re.findall(r"\b([A-D]) (\d+)", line) if re.match(r"#.*\bKeys:", line) else []
        if any(keys.count(letter) != int(count) for letter, count in said):
            now = ", ".join(f"{letter} {keys.count(letter)}" for letter in bank.LETTERS)
            found.append(f"{bank.bank_name(path)}:{number}: the comment counts the keys otherwise than they are: {now}")
    return found
