"""`lend("mse")`: the course's own function in place of the learner's, so that the experiments below it run.

It earns nothing. `check` says so of a lent function, and while a notebook is graded `lend` does nothing. The functions
come from the folder that COURSE_KEYS names; a class has none before the date on which its instructor gives it out.
"""

import functools
import linecache
import sys

import numpy as np

from course import contents
from course.actions.borrowed import asked_for, guarded, is_lent, remember
from course.actions.check import quick
from course.cards import keys
from course.cards.result import ResultCard, show, tell
from course.cards.solution import solution_html, solution_text
from course.cards.text import card_html, paragraph, text_plain
from course.checking.adapters import CHOICE
from course.progress_file import record
from course.standin import STAND_INS


def lend(*names, namespace=None):
    """Lend the course's own functions, until you run your own again: lend("mse"). It earns nothing.

    Parameters
    ----------
    *names : str
        Exercises of this lesson.
    namespace : dict, optional
        Where the function is put; the calling notebook by default.

    Raises
    ------
    ValueError
        For a name that is no exercise's.
    """
    namespace = sys._getframe(1).f_globals if namespace is None else namespace
    topics = contents.exercise_topics()
    strange = [name for name in names if name not in topics]
    if strange or not names:
        which = f"there is no exercise {strange[0]!r}" if strange else "which function? Write its name in quotes"
        raise ValueError(f"{which}. The exercises are: {', '.join(topics)}")
    for name in dict.fromkeys(names):
        _lend(name, topics[name], namespace)


def _lend(name, topic, namespace):
    asked_for.add(name)
    if _own_passes(name, namespace):
        tell(f"Your own `{name}` passes its check, so nothing is lent.", "ok")
        return
    variant = namespace.get(CHOICE)
    if keys.solution(name, variant) is None:
        tell(f"`{name}` cannot be lent yet. Your instructor can open it: the solutions of lesson {topic} are given out "
             f"after the date for handing in. Until then go on. An experiment that needs `{name}` shows the figure "
             "that the course recorded.")
        return
    try:
        namespace[name] = remember(name, guarded(name, library(variant)[name]))
    except Exception as error:
        tell(f"`{name}` cannot be lent: the file with the solutions does not run here ({type(error).__name__}: "
             f"{error}).", "bad")
        return
    record("exercise", name, topic=topic, lent=True)
    said = (f"`{name}` is lent. Until you run your own cell again, the course's function stands in for it, and what "
            "uses it runs. A lent function earns nothing, in your progress and in your marks.")
    html = paragraph(said) + solution_html(name, variant)
    show(ResultCard(card_html(html, part="table"), f"{text_plain(said)}\n{solution_text(name)}"))


def _own_passes(name, namespace):
    own = namespace.get(name)
    return callable(own) and not is_lent(name, own) and own is not STAND_INS.get(name) and quick(name, own)[0]


# ------------------------------------------------------------------------------ the course's functions

def library(variant=None):
    """{exercise: the course's own function}, all that are at hand; a stand-in where a lesson's are not.

    Of exercises with variants those in one framework, where the notebook has chosen one.
    """
    return _library(tuple(keys.solution_files()), variant if isinstance(variant, str) else None)


@functools.lru_cache(maxsize=2)
def _library(files, variant):
    made = {"np": np, **STAND_INS}
    for name, found in keys.solutions(variant).items():
        if found.get("imports"):
            exec(found["imports"], made)
        filename = f"<{name}, lent by the course>"
        source = found["source"]
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        exec(compile(source, filename, "exec"), made)
    return made
