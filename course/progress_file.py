"""What you have done so far, in one plain file next to the notebooks: progress.json. Nothing is sent anywhere.

`check` and the question cards call `record`; `progress()` shows the sum of it. The file lies beside the lesson folders
(work/progress.json for work/loss/loss.ipynb), so it is found from each of them and moves with them.
"""

import contextlib
import copy
import json
import os
import threading
import time
from pathlib import Path

from course.contents import contents
from course.notebook import in_notebook

FILE = "progress.json"
PAUSE = 10 * 60          # seconds without an event after which the learner is taken to be away
NOT_A_LEARNERS = {"autograded", "submitted", "feedback", "source", "release", "autograder", "exchange"}
KINDS = {"exercise": "exercises", "question": "questions", "prediction": "predictions", "review": "questions",
         "practice": "exercises"}
FORMAT = 2
STUCK = 5                # failed checks of an exercise after which a way on is offered
MOST_TIMES = 50          # of one exercise or question, the latest


def empty():
    return {"format": FORMAT, "exercises": {}, "questions": {}, "predictions": {}, "lessons": {}, "reviews": {},
            "trace": []}


def place(folder=None):
    """Where the progress file of this notebook is, or would be made; None where no learner works.

    COURSE_PROGRESS names the file outright, or is "off". Else: an existing file here or up to two folders up;
    else beside the lesson folder, which is recognised by its notebook's name (loss/loss.ipynb).
    """
    named = os.environ.get("COURSE_PROGRESS")
    if named is not None:
        return None if named.strip().lower() in ("", "0", "off", "no") else Path(named)
    folder = Path(folder or os.getcwd())
    if folder.name in NOT_A_LEARNERS or folder.parent.name in NOT_A_LEARNERS or (
            folder.parent.parent.name in ("autograded", "submitted", "feedback")):
        return None
    for candidate in (folder, *list(folder.parents)[:2]):
        if (candidate / FILE).is_file():
            return candidate / FILE
    if (folder / f"{folder.name}.ipynb").is_file():
        return folder.parent / FILE
    return None


def read(path):
    """The file's content; a fresh one where there is none. A file that makes no sense is set aside, not lost."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return empty()
    except UnicodeDecodeError:
        text = ""
    try:
        state = upgraded(json.loads(text))
    except ValueError:
        with contextlib.suppress(OSError):
            os.replace(path, path.with_name(f"progress-unreadable-{time.strftime('%Y%m%d-%H%M%S')}.json"))
        return empty()
    for name, value in empty().items():
        if not isinstance(state.get(name), type(value)):
            state[name] = value
        elif isinstance(value, dict):
            state[name] = {k: v for k, v in state[name].items() if isinstance(v, dict)}
    return state


def upgraded(state):
    """A state of format 1 as one of today's. Raises ValueError for what is neither, a later format among it."""
    if isinstance(state, dict) and state.get("version") == 1 and "format" not in state:
        state = {**state, "format": FORMAT}
        del state["version"]
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError("another format")
    return state


def write(path, state):
    """Write whole or not at all: a reader never sees half a file."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    part.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    put(part, path)


def put(part, path):
    """`os.replace`, tried again for half a second: on Windows it is refused while another program reads the file."""
    for pause in (0.02, 0.05, 0.1, 0.3):
        try:
            return os.replace(part, path)
        except PermissionError:
            time.sleep(pause)
    os.replace(part, path)


@contextlib.contextmanager
def alone(path):
    """Let one notebook at a time change the file; go on after a moment where the other does not finish."""
    take = _lock()
    if take is None:
        yield
        return
    with open(path.with_name(f".{path.name}.lock"), "a", encoding="utf-8") as lock:
        for _ in range(250):
            try:
                take(lock)
                break
            except OSError:
                time.sleep(0.001)
        yield


def _lock():
    """What locks an open file until it is closed, and raises OSError where another has it; None where nothing does."""
    with contextlib.suppress(ImportError):
        import fcntl

        return lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with contextlib.suppress(ImportError):
        import msvcrt

        return lambda file: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    return None


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value else 0


def change(state, kind, id, now, facts):
    """Enter one event into the state (in place)."""
    entry = state[KINDS[kind]].setdefault(id, {"tries": 0, "first": now})
    for name, value in FIELDS[KINDS[kind]].items():
        entry.setdefault(name, copy.copy(value))
    if kind in ("review", "practice"):             # kept apart: the lesson's own answer stays what it was
        right = facts.get("right")
        entry["reviewed"], entry["review_right"] = now, right
        entry["reviews"] = [*entry.get("reviews", []), now][-MOST_TIMES:]
        if right is not None:                      # the next time later, or from the beginning again
            entry["level"] = int(number(entry.get("level"))) + 1 if right else 0
        return
    entry["last"] = now
    if facts.get("topic"):
        entry["topic"] = facts["topic"]
    if kind == "exercise":
        if facts.get("lent"):                       # no try, and nothing is passed by it
            entry["lent"] = True
            return
        if facts.get("unwritten"):
            return
        _tried(entry, now)
        entry["told"] = list(dict.fromkeys([*entry["told"], *facts.get("told", ())]))
        entry["passed"] = bool(facts.get("passed"))
        entry["score"] = round(float(facts.get("score", 0)), 4)
        if entry["passed"]:
            entry.setdefault("passed_at", now)
        return
    known = "answer" if kind == "question" else "guess"
    if known in facts and facts[known] is None:        # taken out of the source again: what was tried stays counted
        entry[known] = None
        entry.pop("right", None)
        return
    letter, sure = str(facts.get("answer") or facts.get("guess")), facts.get("sure")
    unjudged = facts.get("right") is None and not entry.get("missed")    # nothing was told that could make one sure
    if entry.get(known) == letter and ("right" not in facts or entry.get("right") == facts["right"]):
        if unjudged:
            entry["sure"] = sure
        return                                     # the same cell, run again
    if unjudged or entry.get("right") is None and not entry.get("missed"):
        entry["sure"] = sure                       # said with the first answer that was judged, or before any is
    _tried(entry, now)
    entry[known] = letter
    if entry["first_answer"] is None:
        entry["first_answer"] = letter
    if kind == "question":
        entry["right"] = facts.get("right")
        if facts.get("right") is False:
            entry["missed"] = number(entry.get("missed")) + 1


def fill(state, kind, id, when, facts):
    """Enter what a notebook says of an exercise or question that the state has nothing of; whether it was entered."""
    if state[KINDS[kind]].get(id, {}).get("tries"):
        return False
    change(state, kind, id, when, facts)
    return True


def taken(state, kind, id, when, facts):
    """Enter an answer from elsewhere, unless the state has one as late; whether it was entered. So the same answers
    taken twice count once.
    """
    if number(state[KINDS[kind]].get(id, {}).get("last")) >= when:
        return False
    change(state, kind, id, when, facts)
    return True


# what every entry has besides its counts; null where nobody fills it yet
FIELDS = {"exercises": {"times": [], "told": [], "lent": None},
          "questions": {"times": [], "first_answer": None, "sure": None, "reviews": []},
          "predictions": {"times": [], "first_answer": None, "sure": None}}


def _tried(entry, now):
    entry["tries"] = number(entry.get("tries")) + 1
    entry["times"] = [*entry["times"], now][-MOST_TIMES:]


def _spend(state, topic, now):
    """Count the time since the lesson's last event, unless the learner was away."""
    lesson = state["lessons"].setdefault(topic, {"seconds": 0, "last": now})
    gap = now - number(lesson.get("last"))
    if 0 < gap <= PAUSE:
        lesson["seconds"] = round(number(lesson.get("seconds")) + gap, 1)
    lesson["last"] = now


def record(kind, id, **facts):
    """Note one event: record("exercise", "mse", passed=True, score=1.0, topic="loss").

    Cheap, and silent whatever happens: a full disk or a read-only folder must not stop a lesson.
    Only a notebook's kernel records; scripts, tests and grading do not (unless COURSE_PROGRESS names a file).
    """
    try:
        if kind not in KINDS or (in_notebook() is None and "COURSE_PROGRESS" not in os.environ):
            return
        path = place()
        if path is None:
            return
        folder = Path(os.getcwd()).name
        facts.setdefault("topic", folder if Path(f"{folder}.ipynb").is_file() else None)
        now = round(time.time(), 1)
        with alone(path):
            state = read(path)
            change(state, kind, str(id), now, facts)
            if facts["topic"]:
                _spend(state, facts["topic"], now)
            write(path, state)
    except Exception:
        return


def tally(state, inside):
    """Counts of one lesson: passed, lent, answered, right (None where answers are not judged)."""
    exercises = [state["exercises"].get(name, {}) for name in inside["exercises"]]
    questions = [state["questions"].get(id, {}) for id in inside["questions"]]
    answered = [q for q in questions if q.get("answer")]
    judged = [q for q in answered if q.get("right") is not None]
    return {
        "passed": sum(bool(e.get("passed")) for e in exercises),
        "lent": sum(is_lent(e) for e in exercises),
        "answered": len(answered),
        "right": sum(q["right"] is True for q in judged) if judged or not answered else None,
    }


def knows_itself(state):
    """{"sure": (right, all), "unsure": (right, all)}: how the first answers were that came with such a word."""
    found = {}
    for word in ("sure", "unsure"):
        judged = [q for q in state["questions"].values() if q.get("sure") == word
                  and (q.get("right") is not None or q.get("missed"))]
        found[word] = sum(not number(q.get("missed")) for q in judged), len(judged)
    return found


def is_lent(entry):
    """Whether the course's function stands in for one that the learner has not got to pass."""
    return bool(entry.get("lent")) and not entry.get("passed")


def _entry(kind, id):
    """What the file has of one exercise or question; {} where it has nothing, or there is none."""
    try:
        path = place()
        return read(path)[kind].get(id, {}) if path is not None and path.is_file() else {}
    except Exception:
        return {}


def failures(name):
    """How often the check of an exercise was tried without a pass so far, as the file has it."""
    entry = _entry("exercises", name)
    return 0 if entry.get("passed") else int(number(entry.get("tries")))


def answers_before(id):
    """The answers to a question so far, the last one by its letter and those before it as "": what the file says."""
    entry = _entry("questions", id)
    tries = int(number(entry.get("tries")))
    return ["" for _ in range(tries - 1)] + [entry.get("answer") or ""] if tries else []


def finished(state, lesson):
    """Whether every exercise of the lesson passes, or is lent, and every question is answered."""
    inside = contents().get(lesson)
    if not inside:
        return False
    counts = tally(state, inside)
    done = counts["passed"] + counts["lent"], counts["answered"]
    return done == (len(inside["exercises"]), len(inside["questions"]))


def next_step(state, lesson=None):
    """One sentence on what to do next, in this lesson first and then in the others."""
    every = contents()
    order = [lesson, *(topic for topic in every if topic != lesson)] if lesson in every else list(every)
    for topic in order:
        where = "" if topic == lesson else f" of lesson {topic}"
        for name in every[topic]["exercises"]:
            entry = state["exercises"].get(name, {})
            if not entry.get("passed") and not is_lent(entry):
                begun = "go on with" if entry.get("tries") else "write"
                return f"{begun} `{name}`{where}."
        left = [id for id in every[topic]["questions"] if not state["questions"].get(id, {}).get("answer")]
        if left:
            many = "one question is" if len(left) == 1 else f"{len(left)} questions are"
            return f"{many} still open{where or ' in this lesson'}: the first is `{left[0]}`."
    if not every:
        return ""
    lent = [name for name, entry in state["exercises"].items() if is_lent(entry)]
    if lent:
        return f"all is done but what is lent. Write `{lent[0]}` yourself."
    missed = [id for id, q in state["questions"].items() if q.get("right") is False]
    return "all is done." if not missed else f"all is done. Worth another look: {len(missed)} questions went wrong."
