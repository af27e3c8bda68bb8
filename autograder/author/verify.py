"""Prove, by running it, that a lesson's exercises do what they promise.

References get full marks, stubs and other empty programs nothing, every mistake is rejected and named, and other right
programs are accepted: on the public cases, and on cases drawn with other seeds, as the grader does. A table of the
published answers earns next to nothing on those.
"""

import sys

import nbformat

from autograder.author.cells import source_notebook
from autograder.author.execute import executed
from autograder.author.faults import lesson_faults
from autograder.author.leaks import no_solution
from autograder.author.markdown import BuildError
from autograder.author.proof import SECRET_SEEDS, Outcome, verify_exercises
from autograder.lessons import bank, catalogue
from course import contents

WHOLE_BANK = 8
NAMED_SHARE = 0.95


def verify_questions(topic):
    """The Outcome of a lesson's question bank: what the loader does not already refuse."""
    outcome = Outcome(topic)
    questions = bank.load_bank(topic)
    file = bank.bank_name(bank.bank_path(topic))
    least = contents.lesson(topic).questions
    if len(questions) < least:
        outcome.faults.append(f"{file}:1: {len(questions)} questions, at least {least} are asked for")
    whole = len(questions) >= WHOLE_BANK             # what is asked of a bank as a whole means little for one or two
    keys = [q.key for q in questions.values()]
    for letter in bank.LETTERS:
        share = keys.count(letter)
        if whole and not len(keys) // 4 - 1 <= share <= -(-len(keys) // 4) + 1:
            outcome.faults.append(f"{file}:1: {letter} is the key of {share} of {len(keys)} questions")
    thinking = sum(q.kind != "recall" for q in questions.values())
    if whole and 3 * thinking < len(questions):
        outcome.faults.append(f"{file}:1: {thinking} of {len(questions)} questions ask for more than recall")
    if whole and not any(q.kind == "bug" for q in questions.values()):
        outcome.faults.append(f"{file}:1: no question asks to find an error")
    longest = sum(len(q.options[q.key].text) == max(len(o.text) for o in q.options.values())
                  for q in questions.values())
    if whole and 2 * longest > len(questions) + 1:
        outcome.faults.append(f"{file}:1: the key is the longest option in {longest} of {len(questions)} questions")
    for q in questions.values():
        outcome.add("questions", True)
        lengths = [len(o.text) for o in q.options.values()]
        if max(lengths) > 3 * min(lengths) + 20:
            outcome.faults.append(f"{file}:{q.line}: {q.id}: options of very unequal length, {min(lengths)} to "
                                  f"{max(lengths)} letters")
    return outcome


def permanent_ids(topic):
    """{id: "exercise", "mistake" or "question"} of a lesson, in its order; a mistake's begins with its exercise's."""
    kinds = {}
    for name in catalogue.exercises(topic):
        kinds[name] = "exercise"
        kinds |= {f"{name}__{identity}": "mistake" for identity in catalogue.mistakes(topic).get(name, {})}
    return kinds | dict.fromkeys(bank.load_bank(topic), "question")


def verify_ids(topic):
    """The Outcome of the lesson's ids: none was given up before. A course of somebody's own has no such list."""
    outcome = Outcome(topic)
    for identity, kind in permanent_ids(topic).items() if topic in contents.TOPICS else ():
        if identity in catalogue.RETIRED:
            outcome.faults.append(f"{identity}: the id of this {kind} is retired (RETIRED in "
                                  "autograder/lessons/catalogue.py), and old records hold it: choose another")
    return outcome


def verify_builds(topic):
    """The Outcome of reading the lesson: files, names, cases, text and leaks. No program of it is tried."""
    outcome = Outcome(topic)
    outcome.faults += lesson_faults(topic)
    outcome.add("builds", not outcome.faults)
    return outcome


def verify_release(topic):
    """The Outcome of the committed release notebook: no output, no solution, no key."""
    outcome = Outcome(topic)
    path = catalogue.notebook_path(topic, "release")
    if not path.exists():
        outcome.faults.append(f"release/{topic}/{topic}.ipynb: missing; run {catalogue.command('build', topic)}")
        return outcome
    nb = nbformat.read(path, 4)
    try:
        no_solution(topic, nb)
    except BuildError as error:
        outcome.faults.append(f"release/{topic}/{topic}.ipynb: not as the lesson is now ({error}); "
                              f"run {catalogue.command('build', topic)}")
        return outcome
    other = sorted({cell.id for cell in source_notebook(topic).cells} ^ {cell.id for cell in nb.cells})
    if other:
        outcome.faults.append(f"release/{topic}/{topic}.ipynb: not as the lesson is now (cells {', '.join(other)}); "
                              f"run {catalogue.command('build', topic)}")
    elif any(cell.get("outputs") for cell in nb.cells):
        outcome.faults.append(f"release/{topic}/{topic}.ipynb: the release notebook holds outputs")
    outcome.add("no leak", not outcome.faults)
    return outcome


def verify_notebook(topic, timeout=300):
    """The Outcome of executing the instructor's notebook from start to end."""
    outcome = Outcome(topic)
    run_ = executed(topic, "source", timeout=timeout)
    if not outcome.add("notebook runs", not run_.errors):
        outcome.faults += [f"cell {cell}: {text}" for cell, text in run_.errors]
    outcome.counts[f"in {run_.seconds:.0f} s; cells"] = (run_.cells, run_.cells)
    return outcome


def verify_lesson(topic, seeds=(None, *SECRET_SEEDS)):
    """The Outcome of a lesson's files and programs. A lesson that cannot be read is not tried."""
    whole = verify_builds(topic)
    if not whole.faults and catalogue.exercises(topic):
        whole = _together(topic, whole, verify_exercises(topic, seeds), verify_questions(topic), verify_ids(topic))
    return whole


def verify(topic, notebook=True):
    """The Outcome of everything about one lesson. The notebook is not run where the rest is at fault."""
    whole = verify_lesson(topic)
    if not whole.faults:
        whole = _together(topic, whole, verify_release(topic))
    if notebook and not whole.faults:
        whole = _together(topic, whole, verify_notebook(topic))
    return whole


def _together(topic, *outcomes):
    whole = Outcome(topic)
    for part in outcomes:
        whole.counts |= part.counts
        whole.faults += part.faults
    done, total = whole.counts.get("named", (1, 1))
    # Naming is promised for 95 in 100, where the two can be told apart at all; rejecting for all.
    whole.faults = [f for f in whole.faults if ": named " not in f or "told apart" in f or done < NAMED_SHARE * total]
    return whole


def run_verify(topics, root=catalogue.ROOT, quick=False, show=print):
    """Verify lessons and show what was found, one line a lesson and one a fault. Returns the exit status."""
    faulty = []
    chosen = catalogue.chosen(topics, root)
    for topic in chosen:
        outcome = verify(topic, notebook=not quick)
        show(outcome.line())
        for fault in outcome.faults:
            show(f"  {fault}")
        faulty += [topic] if outcome.faults else []
    names = " ".join(topics if len(faulty) != 1 else faulty)
    if faulty:
        say_next(f"mend that, then: {command('verify --quick', names, root)}")
    elif quick:
        say_next(command("verify", names, root) + ", which runs the notebooks too")
    else:
        say_next("python -m pytest, and commit the lesson with its notebooks and data")
    return 1 if faulty else 0


def command(words, names, root):
    where = f" --root {root}" if root != catalogue.ROOT else ""
    return f"python -m autograder {words}{where}{' ' * bool(names)}{names}"


def say_next(text):
    """Which command comes next. On stderr: what a command found is all that stands on stdout."""
    print(f"next: {text}", file=sys.stderr)
