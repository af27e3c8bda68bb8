"""What you have done so far, in one plain file next to the notebooks: progress.json. Nothing is sent anywhere.

`check` and the question cards call `record`; `progress()` shows the sum of it. The file lies beside the lesson folders
(work/progress.json for work/loss/loss.ipynb), so it is found from each of them and moves with them.
"""

import contextlib
import json
import os
import threading
import time
from pathlib import Path

FILE = "progress.json"
PAUSE = 10 * 60          # seconds without an event after which the learner is taken to be away
NOT_A_LEARNERS = {"autograded", "submitted", "feedback", "source", "release", "autograder", "exchange"}
KINDS = {"exercise": "exercises", "question": "questions", "prediction": "predictions", "review": "questions"}
DATA = Path(__file__).resolve().parent / "data"
_shown = {}              # where the progress was shown last in this session
LESSONS = ("loss", "weights", "activations", "gradients", "initialization", "frameworks")


def _empty():
    return {"version": 1, "exercises": {}, "questions": {}, "predictions": {}, "lessons": {}, "reviews": {}}


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
        return _empty()
    except UnicodeDecodeError:
        text = ""
    try:
        state = json.loads(text)
        if not isinstance(state, dict) or state.get("version") != 1:
            raise ValueError("another format")
    except ValueError:
        with contextlib.suppress(OSError):
            os.replace(path, path.with_name(f"progress-unreadable-{time.strftime('%Y%m%d-%H%M%S')}.json"))
        return _empty()
    for name, value in _empty().items():
        if not isinstance(state.get(name), type(value)):
            state[name] = value
        elif isinstance(value, dict):
            state[name] = {k: v for k, v in state[name].items() if isinstance(v, dict)}
    return state


def write(path, state):
    """Write whole or not at all: a reader never sees half a file."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    part.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(part, path)


@contextlib.contextmanager
def alone(path):
    """Let one notebook at a time change the file; go on after a moment where the other does not finish."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(path.with_name(f".{path.name}.lock"), "a") as lock:
        for _ in range(250):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.001)
        yield


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value else 0


def change(state, kind, id, now, facts):
    """Enter one event into the state (in place)."""
    entry = state[KINDS[kind]].setdefault(id, {"tries": 0, "first": now})
    if kind == "review":                           # kept apart: the lesson's own answer stays what it was
        entry["reviewed"], entry["review_right"] = now, facts.get("right")
        return
    entry["last"] = now
    if facts.get("topic"):
        entry["topic"] = facts["topic"]
    if kind == "exercise":
        if facts.get("unwritten"):
            return
        entry["tries"] = number(entry.get("tries")) + 1
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
    letter = str(facts.get("answer") or facts.get("guess"))
    if entry.get(known) == letter and ("right" not in facts or entry.get("right") == facts["right"]):
        return                                     # the same cell, run again
    entry["tries"] = number(entry.get("tries")) + 1
    entry[known] = letter
    if kind == "question":
        entry["right"] = facts.get("right")
        if facts.get("right") is False:
            entry["missed"] = number(entry.get("missed")) + 1


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
        from course.quiz import in_notebook

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


# ------------------------------------------------------------------------------------------- what it adds up to

def _data(name):
    try:
        found = json.loads((DATA / name).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def contents():
    """{lesson: {"exercises": [names], "questions": [ids]}}, in the order of the lessons."""
    found = {}
    for name, topic in _data("exercises/index.json").items():
        found.setdefault(topic, {"exercises": [], "questions": []})["exercises"].append(name)
    for id, question in _data("questions.json").items():
        topic = question.get("topic") if isinstance(question, dict) else None
        if topic:
            found.setdefault(topic, {"exercises": [], "questions": []})["questions"].append(id)
    order = [topic for topic in LESSONS if topic in found]
    return {topic: found[topic] for topic in order + sorted(set(found) - set(order) - {"start"})}


def tally(state, inside):
    """Counts of one lesson: passed, answered, right (None where answers are not judged), minutes."""
    exercises = [state["exercises"].get(name, {}) for name in inside["exercises"]]
    questions = [state["questions"].get(id, {}) for id in inside["questions"]]
    answered = [q for q in questions if q.get("answer")]
    judged = [q for q in answered if q.get("right") is not None]
    return {
        "passed": sum(bool(e.get("passed")) for e in exercises),
        "answered": len(answered),
        "right": sum(q["right"] is True for q in judged) if judged or not answered else None,
    }


def finished(state, lesson):
    """Whether every exercise of the lesson passes and every question is answered."""
    inside = contents().get(lesson)
    if not inside:
        return False
    counts = tally(state, inside)
    return counts["passed"] == len(inside["exercises"]) and counts["answered"] == len(inside["questions"])


def next_step(state, lesson=None):
    """One sentence on what to do next, in this lesson first and then in the others."""
    every = contents()
    order = [lesson, *(topic for topic in every if topic != lesson)] if lesson in every else list(every)
    for topic in order:
        where = "" if topic == lesson else f" of lesson {topic}"
        for name in every[topic]["exercises"]:
            entry = state["exercises"].get(name, {})
            if not entry.get("passed"):
                begun = "go on with" if entry.get("tries") else "write"
                return f"{begun} `{name}`{where}."
        left = [id for id in every[topic]["questions"] if not state["questions"].get(id, {}).get("answer")]
        if left:
            many = "one question is" if len(left) == 1 else f"{len(left)} questions are"
            return f"{many} still open{where or ' in this lesson'}: the first is `{left[0]}`."
    if not every:
        return ""
    missed = [id for id, q in state["questions"].items() if q.get("right") is False]
    return "all is done." if not missed else f"all is done. Worth another look: {len(missed)} questions went wrong."


def _minutes(state, topic):
    return round(number(state["lessons"].get(topic, {}).get("seconds")) / 60)


def _part(done, all):
    """A count and a bar of the same length for all."""
    share = 100 * done / all if all else 0
    full = " course-full" if all and done == all else ""
    return (f'<span class="course-bar{full}" aria-hidden="true"><span style="width:{share:.0f}%"></span></span>'
            f'<span class="course-number">{done} of {all}</span>')


def _report(state, lesson):
    rows, plain = [], []
    for topic, inside in contents().items():
        counts, minutes = tally(state, inside), _minutes(state, topic)
        right = "" if counts["right"] is None or not counts["answered"] else f"{counts['right']} right"
        time_spent = f"{minutes} min" if minutes else ""
        name = f"<strong>{topic}</strong> (here)" if topic == lesson else topic
        rows.append(
            f'<tr><th scope="row">{name}</th><td>{_part(counts["passed"], len(inside["exercises"]))}</td>'
            f'<td>{_part(counts["answered"], len(inside["questions"]))}</td><td>{right}</td><td>{time_spent}</td></tr>'
        )
        extra = ", ".join(part for part in (right, time_spent) if part)
        plain.append(f"  {topic + (' (here)' if topic == lesson else ''):24} exercises {counts['passed']} of "
                     f"{len(inside['exercises'])}, questions {counts['answered']} of {len(inside['questions'])}"
                     f"{', ' + extra if extra else ''}")
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Lesson", "Exercises passed", "Questions answered"))
    table = (f'<table class="course-table course-progress"><thead><tr>{head}<td></td><td></td></tr></thead>'
             f'<tbody>{"".join(rows)}</tbody></table>')
    return table, plain


def _bundle():
    from course.quiz import inline_html, style, text_plain

    try:
        path = place()
        state = read(path) if path is not None else _empty()
        folder = Path(os.getcwd()).name
        lesson = folder if folder in contents() else None
        table, plain = _report(state, lesson)
        step = next_step(state, lesson)
        where = f"Kept in `{path.parent.name}/{path.name}`, on this machine only." if path is not None else (
            "Nothing is kept for a notebook in this folder: `python -m course learn` gives you copies of your own.")
    except Exception as error:
        table, plain, step, where = "", [], "", f"The progress could not be read ({type(error).__name__}: {error})."
    said = f"Next: {step}" if step else ""
    return {
        "text/plain": "\n".join(["Your progress", *plain, text_plain(said), text_plain(where)]),
        "text/html": f'{style()}<div class="course-card"><span class="course-kind">Your progress</span>{table}'
                     f'<p><strong>{inline_html(said)}</strong></p>'
                     f'<div class="course-status">{inline_html(where)}</div></div>',
    }


def progress():
    """Show what is done in each lesson, and what comes next.

    The numbers come from progress.json beside your lesson folders. They stay on this machine.
    """
    from course.quiz import in_notebook, show

    if in_notebook() is None:
        show(_bundle())
        return
    from IPython.display import display

    _shown["handle"] = display(_bundle(), raw=True, display_id=f"progress-{os.urandom(6).hex()}")


def renew():
    """Show the progress shown last as it is now: a check that ran before it may be noted after it."""
    if _shown.get("handle") is not None:
        _shown["handle"].update(_bundle(), raw=True)


progress.record = record  # `course.progress` is the function once the package has loaded
