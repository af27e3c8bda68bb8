"""Prove, by running it, that a lesson's exercises do what they promise.

References get full marks, stubs and other empty programs nothing, every mistake is rejected and named, and other right
programs are accepted: on the public cases, and on eight sets drawn with other seeds, as the grader does. Each is worth
the same on all of them. A table of the published answers, and a line that fits any exercise, earn next to nothing.
"""

import sys

import nbformat

from autograder.author.cells import source_notebook
from autograder.author.execute import executed
from autograder.author.faults import lesson_faults
from autograder.author.markdown import BuildError, read_lesson
from autograder.author.pace import IS_A_FAULT, measured_seconds, pace, pace_faults, slow_cells
from autograder.author.proof import QUICK_SEEDS, SECRET_SEEDS, Outcome, verify_exercises
from autograder.author.release import code_faults, no_solution, output_faults
from autograder.lessons import bank, catalogue
from course import contents
from course.answers import items_of, read_answer

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
    lettered = [q for q in questions.values() if q.form == "letter"]
    whole = len(questions) >= WHOLE_BANK             # what is asked of a bank as a whole means little for one or two
    keys = [q.key for q in lettered]
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
                  for q in lettered)
    if whole and 2 * longest > len(lettered) + 1:
        outcome.faults.append(f"{file}:1: the key is the longest option in {longest} of {len(lettered)} questions")
    for q in questions.values():
        outcome.add("questions", True)
        if q.form != "letter":
            outcome.faults += [f"{file}:{q.line}: {q.id}: {fault}" for fault in _read_back(q)]
        lengths = [len(o.text) for o in q.options.values()]
        if lengths and max(lengths) > 3 * min(lengths) + 20:
            outcome.faults.append(f"{file}:{q.line}: {q.id}: options of very unequal length, {min(lengths)} to "
                                  f"{max(lengths)} letters")
    return outcome


def _read_back(question):
    """The sentences on an answer, not one letter, that is not read as it is meant when it is typed."""
    for value in question.values():
        literal = {"number": value, "parts": repr(items_of(value))}.get(question.form, f'"{value}"')
        read = read_answer(f'quiz("{question.id}", answer={literal})', question.id, question.form).value
        if read is None or question.group(read) != value or question.is_right(read) != (value == question.key):
            yield f"the answer {value} is read as {read}"


def permanent_ids(topic):
    """{id: "exercise", "mistake" or "question"} of a lesson, in its order; a mistake's begins with its exercise's."""
    kinds = {}
    for name in catalogue.exercises(topic):
        kinds[name] = "exercise"
        kinds |= {f"{name}__{identity}": "mistake" for identity in catalogue.mistake_messages(topic).get(name, {})}
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
    if not outcome.faults:
        outcome.faults += code_faults(nb)
        outcome.add("calm page", not outcome.faults)
    return outcome


def verify_notebook(topic, timeout=300):
    """The Outcome of executing the instructor's notebook from start to end, and of the lesson's time."""
    outcome = Outcome(topic)
    run_ = executed(topic, "source", timeout=timeout)
    if not outcome.add("notebook runs", not run_.errors):
        outcome.faults += [f"cell {cell}: {text}" for cell, text in run_.errors]
    else:
        outcome.faults += output_faults(run_.notebook)
    outcome.counts[f"in {run_.seconds:.0f} s; cells"] = (run_.cells, run_.cells)
    seconds = measured_seconds(run_.notebook)
    outcome.notes += [f"note: {text}" for text in slow_cells(run_.notebook, seconds)]
    return _together(topic, outcome, verify_pace(topic, seconds))


def verify_pace(topic, seconds=None):
    """The Outcome of how long a lesson takes, and of what is said about it. `seconds` of its cells, where they ran."""
    outcome = Outcome(topic)
    found = pace(topic, seconds=seconds)
    outcome.notes.append(found.line())
    wrong = pace_faults(topic, found, read_lesson(topic).minutes, catalogue.home(topic))
    if IS_A_FAULT:
        outcome.faults += wrong
    else:
        outcome.notes += [f"warning: {text}" for text in wrong]
    return outcome


def verify_lesson(topic, seeds=(None, *QUICK_SEEDS)):
    """The Outcome of a lesson's files and programs. A lesson that cannot be read is not tried."""
    whole = verify_builds(topic)
    if not whole.faults and catalogue.exercises(topic):
        whole = _together(topic, whole, verify_exercises(topic, seeds), verify_questions(topic), verify_ids(topic))
    return whole


def verify(topic, notebook=True):
    """The Outcome of everything about one lesson. The notebook is not run where the rest is at fault.

    Without it, the programs are tried on two sets of cases in place of eight.
    """
    whole = verify_lesson(topic, (None, *(SECRET_SEEDS if notebook else QUICK_SEEDS)))
    if not whole.faults:
        whole = _together(topic, whole, verify_release(topic))
    if not whole.faults:
        whole = _together(topic, whole, verify_notebook(topic) if notebook else verify_pace(topic))
    return whole


def _together(topic, *outcomes):
    whole = Outcome(topic)
    for part in outcomes:
        whole.counts |= part.counts
        whole.faults += part.faults
        whole.notes += part.notes
    done, total = whole.counts.get("named", (1, 1))
    # Naming is promised for 95 in 100, where the two can be told apart at all; rejecting for all.
    whole.faults = [f for f in whole.faults if ": named " not in f or "told apart" in f or done < NAMED_SHARE * total]
    return whole


def run_verify(topics, root=catalogue.ROOT, quick=False, minutes=False, show=print):
    """Verify lessons and show what was found, one line a lesson and one a fault. Returns the exit status.

    `minutes`: only how long they take, from their text, in seconds.
    """
    faulty = []
    chosen = catalogue.chosen(topics, root)
    for topic in chosen:
        outcome = verify_pace(topic) if minutes else verify(topic, notebook=not quick)
        show(outcome.line() if not minutes else f"{topic}: {outcome.notes.pop(0)}")
        for text in (*outcome.faults, *outcome.notes):
            show(f"  {text}")
        faulty += [topic] if outcome.faults else []
    if minutes:
        return 1 if faulty else 0
    names = " ".join(topics if len(faulty) != 1 else faulty)
    if faulty:
        say_next(f"mend that, then: {command('verify --quick', names, root)}")
    elif quick:
        say_next(command("verify", names, root) + ", which runs the notebooks too")
    else:
        say_next(command("build --check", names, root))
    return 1 if faulty else 0


def command(words, names, root):
    where = f" --root {root}" if root != catalogue.ROOT else ""
    return f"python -m autograder {words}{where}{' ' * bool(names)}{names}"


def say_next(text):
    """Which command comes next. On stderr: what a command found is all that stands on stdout."""
    print(f"next: {text}", file=sys.stderr)
