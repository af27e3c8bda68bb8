"""carry("linear", "relu"): bring your own functions of earlier lessons into this notebook.

It reads the notebooks beside this one (work/weights/weights.ipynb), or those put into the same folder, runs the
functions found there, and pastes their source above the carry(...) line, so that the notebook you hand in stands on its
own. What you have not written yet, a stand-in of the course's engine does for now.

Above each copy stands a line such as `# relu, from lesson activations, copy 3f29ab`. The last word is a hash of the
copy: one that is still as it was brought is replaced where its lesson has another version by now. One that was changed
here is the learner's work, and stays.
"""

import hashlib
import inspect
import json
import linecache
import os
import re
import sys
import textwrap

from markupsafe import Markup

from course import contents
from course.actions.borrowed import is_lent
from course.actions.cells import made_from, running_source
from course.cards.text import card_html, inline_html, pre, text_plain
from course.earlier import code_cells, find, here, notebooks, shape
from course.notebook import cell_id, in_notebook, notebook_model, show
from course.quote import literal

_brought = {}            # name -> the object that carry put there itself, so that it is not taken for the learner's
_widget = None
HEADER = re.compile(r"^# (?P<name>\w+), from lesson (?P<lesson>\w+)(?:, copy (?P<mark>[0-9a-f]{6}))?[ \t]*$", re.M)


# ------------------------------------------------------------------------------ the copies in this notebook

def _mark(source):
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()[:6]


def _block(name, lesson, source):
    """The text of a copy, as it is pasted."""
    return f"# {name}, from lesson {lesson}, copy {_mark(source)}\n{source}\n"


def copies(cell):
    """{name: (its whole text, whether it is still as it was brought)} of the copies that stand in the carry cell."""
    found, headers = {}, list(HEADER.finditer(cell))
    ends = [header.start() for header in headers[1:]] + [len(cell)]
    call = re.search(r"^carry\(", cell, re.M)
    for header, end in zip(headers, ends, strict=False):
        if call and header.end() < call.start() < end:
            end = call.start()
        text = cell[header.start():end]
        found[header["name"]] = text, header["mark"] == _mark(cell[header.end():end])
    return found


def _changed_since(name, function, cells):
    """Whether the earlier lesson has another version by now than the one that stands in this notebook."""
    try:
        here_ = shape(textwrap.dedent(inspect.getsource(function)), name)
    except (OSError, TypeError):
        return False
    there = find(name, cells)[0]
    return bool(here_ and there) and shape(there, name) != here_


def _gone(name, function, cell):
    """Whether a function was made by a copy in the carry cell that somebody has deleted there since."""
    made = made_from(function)[1]
    return bool(cell) and HEADER.search(made) is not None and "carry(" in made and not re.search(
        rf"^def\s+{name}\b", cell, re.M)


# ------------------------------------------------------------------------------ bringing it here

def _run(source, name, lesson, namespace):
    """Execute a function's source in the notebook, with lines that a traceback can show."""
    filename = f"<{name}, from lesson {lesson}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)
    _brought[name] = namespace[name]


def _stand_in(name):
    try:
        from course.standin import stand_in

        return stand_in(name)
    except Exception:
        return None


def _own_check(name, function):
    """What the function's own check says of it: "" where it passes, or where there is nothing to ask."""
    try:
        from course.actions.check import quick

        passed, headline = quick(name, function)
    except Exception:
        return ""
    return "" if passed else headline


def _gather(names, namespace, folder, ask, cell=""):
    """Bring every name; [(name, state, what to say, what its check says)], and the copies {name: text} to paste.

    `cell` is the source of the cell that calls carry, with the copies that it brought before.
    """
    topics, books = contents.exercise_topics(), notebooks(folder)
    known = {key for key in namespace if not key.startswith("_")} | set(names)   # not to be brought as helpers
    lines, pasted, standing = [], {}, copies(cell)
    for name in names:
        value, newer = namespace.get(name), False
        own = callable(value) and _brought.get(name) is not value and not is_lent(name, value)
        if own and not _gone(name, value, cell):
            lesson, said = topics.get(name, ""), "yours, in this notebook"
            newer = ask and lesson in books and _changed_since(name, value, code_cells(books[lesson]))
            if not (newer and standing.get(name, ("", False))[1]):
                if newer:
                    said += (f". Lesson {lesson} has another version by now: to take that one, delete the function "
                             "here and run this cell again")
                lines.append((name, "own", said, ask and _own_check(name, value)))
                continue
        lesson, source, reason = topics.get(name, ""), None, "not written yet"
        for candidate in [lesson, *(book for book in books if book != lesson)]:
            if candidate in books:
                source, reason = find(name, code_cells(books[candidate]), known)
                if source is not None:
                    lesson = candidate
                    break
        if source is not None:
            try:
                _run(source, name, lesson, namespace)
                failing = ask and _own_check(name, namespace[name])
                home = topics.get(name, lesson)
                said = f"yours, from lesson {lesson}" if lesson == home else (
                    f"as lesson {lesson} gives it; yours, of lesson {home}, is not written, or not saved")
                said += ", in place of the copy that was here" if newer else ""
                lines.append((name, "carried", said, failing))
                if source not in "\n".join(pasted.values()):
                    pasted[name] = _block(name, lesson, source)
                continue
            except Exception as error:
                reason = f"it stops with {literal(f'{type(error).__name__}: {error}')}"
        function = _stand_in(name)
        if lesson and lesson not in books:
            advice = (f"the notebook of lesson {lesson} is not beside this one. Put a copy of it into this notebook's "
                      "folder, and run this cell again")
        elif reason == "not written yet":
            # A stub on the disk: the page of that lesson may hold more than its file.
            advice = (f"not written, or not saved, in lesson {lesson}. Write it there, save that notebook, and run "
                      "this cell again") if lesson else reason
        else:
            advice = f"{reason}: mend it in lesson {lesson}"
        if function is None:
            namespace.pop(name, None)
            lines.append((name, "missing", f"missing, and the engine has no stand-in: {advice}", ""))
        else:
            namespace[name] = _brought[name] = function
            lines.append((name, "stand-in", f"the engine's stand-in for now: {advice}", ""))
    return lines, pasted


# ------------------------------------------------------------------------------ the summary card

def _together(lines):
    """[(names, what to say, what the check says)]: functions that are not there for one reason share a row."""
    rows = {}
    for name, state, said, failure in lines:
        shared = "" if state in ("stand-in", "missing") else name
        rows.setdefault((shared, said, failure), []).append(name)
    return [(names, said, failure) for (_, said, failure), names in rows.items()]


def _bundle(lines, pasted, done):
    failing = any(line[3] for line in lines)
    missing = any(line[1] == "missing" for line in lines)
    rows, plain = [], ["Carried from earlier lessons"]
    for names, said, failure in _together(lines):
        extra = f"But its own check does not pass: {failure}" if failure else ""
        rows.append(Markup('<tr><th scope="row">{}</th><td>{}{}{}</td></tr>').format(
            Markup(", ").join(Markup("<code>{}</code>").format(name) for name in names), inline_html(said),
            Markup("<br>") if extra else "", inline_html(extra)))
        plain.append(f"  {', '.join(names)}: {said}{f'. {text_plain(extra)}' if extra else ''}")
    body, text = "", "\n".join(pasted)
    if pasted and done:
        body = Markup('<div class="course-status">Their code now stands in the cell above, folded, so that this '
                      "notebook is complete. A click on the three dots shows it.</div>")
        plain.append("Their code now stands in the cell, above the carry line.")
    elif pasted:
        body = Markup(
            "<details><summary>Only if you hand this notebook in: paste this code above the <code>carry</code> line"
            "</summary>{}</details>").format(pre(text))
        plain += ["Only if you hand this notebook in: paste this code above the carry line:", "", text]
    table = Markup('<span class="course-kind">Carried from earlier lessons</span><table class="course-table">{}</table>'
                   ).format(Markup("").join(rows))
    return {
        "text/plain": "\n".join(plain),
        "text/html": str(card_html(table + body, "bad" if failing or missing else "calm", live=False, part="table")),
    }


def _show(lines, pasted, cell=""):
    global _widget
    shell, texts = in_notebook(), list(pasted.values())
    if shell is None or not pasted:
        show(_bundle(lines, texts, False))
        return
    from IPython.display import display

    handle = display(_bundle(lines, texts, False), raw=True, display_id=f"carry-{os.urandom(6).hex()}")
    try:
        old = {name: text for name, (text, _) in copies(cell).items() if name in pasted}
        widget = notebook_model()(kind="paste", function="carry", cell_id=cell_id(shell),
                                  text="\n".join(texts) + "\n", answer=json.dumps(list(old.values())))
    except Exception:
        return

    def answer(_, content, __):
        if content.get("type") == "pasted":
            if content.get("done") and handle is not None:
                handle.update(_bundle(lines, texts, True), raw=True)
            widget.close()

    widget.on_msg(answer)
    _widget = widget


def carry(*names):
    """Bring your functions of earlier lessons here: carry("linear", "relu").

    Yours are taken where you have written them; the engine's stand-ins do for the rest. Never raises.

    Parameters
    ----------
    *names : str
        Functions of earlier lessons.
    """
    namespace = sys._getframe(1).f_globals
    try:
        wanted = [name for name in dict.fromkeys(names) if isinstance(name, str) and name.isidentifier()]
        strange = [repr(name) for name in names if not isinstance(name, str) or not name.isidentifier()]
        cell = running_source()
        lines, pasted = _gather(wanted, namespace, here(), ask=in_notebook() is not None, cell=cell)
        lines += [(name[:60], "missing", "is no name of a function", "") for name in strange]
        _show(lines, pasted, cell)
    except Exception as error:
        print(f"carry: nothing was carried over ({type(error).__name__}: {error}).")
