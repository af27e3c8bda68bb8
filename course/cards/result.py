"""How a result looks: as text for terminals and nbgrader's Validate, as HTML for notebooks and feedback pages.

The HTML stands alone: a feedback page has none of our files.
"""

import functools
import re
from dataclasses import replace
from itertools import groupby

from markupsafe import Markup

from course.cards.text import card_html, inline_html, paragraph, pre
from course.checking.report import ERROR_ASKED, STILL, cause
from course.checking.words import is_described, is_whole
from course.notebook import say

MARKS = {"ok": ("✓", "passes"), "bad": ("✗", "fails"), "calm": ("–", "not checked")}
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?")
BY_HAND = 8                 # numbers in a call that somebody works out by hand
ONE_ENTRY = 24              # … of whose result somebody works out one entry by hand
CLASSES = {"ok": "course-good", "bad": "course-bad", "calm": "course-calm"}

def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counts(report):
    """(passed, total): every feature of every case counts, whatever is shown; the total is always the same."""
    outcome = {}
    for check in report.checks:
        key = (check.case, check.feature)
        outcome[key] = outcome.get(key, True) and check.passed
    return sum(outcome.values()), len(outcome)


def headline(report):
    """(state, text): state is "ok", "bad" or "calm"."""
    passed, total = counts(report)
    if report.unwritten:
        return "calm", "not written yet"
    if report.problem:
        return "bad", "could not be checked"
    if report.passed:
        return "ok", f"all {total} checks pass"
    return "bad", f"{passed} of {total} checks pass"


def _lines(report):
    """The checks as shown: one line a case when all of it passes, else one a feature; inputs are one line."""
    lines = []
    for case, group in groupby(report.checks, key=lambda c: c.case):
        group = list(group)
        shown = [c for c in group if not c.passed] or group[:1]
        if len(shown) > 1 and len({(c.message, c.checked) for c in shown}) == 1:
            shown = [replace(shown[0], feature="result")]        # the same words once
        lines += shown if case != "inputs" else shown[:1]
    return lines


def title(check):
    if check.case == "inputs":
        return "leaves its arguments as they were"
    label = check.case
    if check.feature == "quiet":
        return f"{label}: without NumPy warnings"
    return label if check.feature == "result" or check.passed else f"{label}, {check.feature}"


def smallest_failure(report):
    """The failed check that is easiest to redo by hand, among those that the first likely cause explains."""
    failed = [c for c in report.checks if not c.passed and c.checked]
    told = [c for c in failed if c.call and c.call == report.told["call"] and c.got == report.told["returned"]]
    if told:
        return told[0]
    shown = set(report.diagnoses[0].get("cases", ())) if report.diagnoses else set()
    failed = [c for c in failed if c.case in shown] or failed

    def effort(check):
        return not is_whole(check.call), ERROR_ASKED in check.message, len(check.call)
    return min(failed, key=effort, default=None)


def said(check):
    """What a failed check says, after the name of what it looked at."""
    plain = check.feature in ("result", "quiet", "untouched")
    return check.message if plain else f"{check.feature}: {check.message}"


def lead(report):
    """(label, text) of what is said first: known mistakes, or how the results differ and what shows besides."""
    told, rest = report.told, report.diagnoses
    if report.causes and (told["text"] or rest):        # it may be right itself, and what it builds on wrong
        return [(STILL, told["text"] or rest[0]["message"])]
    if told["kind"] in ("described", "explained"):
        return [("What is wrong", told["text"])] + [("It also shows", d["message"]) for d in rest
                                                    if d["id"] not in ("a-part", "a-size")]
    if told["kind"] == "named" and not (rest and told["text"] == rest[0]["message"]):
        return [("Likely cause", told["text"])] + [("And also", d["message"]) for d in rest]
    return [("Likely cause" if i == 0 else "And also", d["message"]) for i, d in enumerate(rest)]


def next_step(report):
    check = smallest_failure(report)
    if check is None:
        return ""
    if ERROR_ASKED in check.message:
        return f"That call should stop with {check.expected}. Test for it before you compute."
    if is_described(check.call):
        return ("Make such a call in a cell of its own to see where it stops." if check.stage == "runs" else
                "Make such a call in a cell of its own, on something small, and look at each step of what comes back.")
    numbers = len(NUMBER.findall(check.call))
    many = check.stage == "value" and numbers > BY_HAND
    if many and numbers <= ONE_ENTRY and check.expected.startswith("[") and is_whole(check.call + check.expected):
        return "Choose one entry of that result, work out this one by hand, and compare with what your code computes."
    if many or not is_whole(check.call):
        return "Try it on a small input of your own, one whose result you can work out by hand."
    if "default_rng" in check.call and check.stage == "value":
        return "Make that call in a cell of its own and look at what comes back: shape, order, mean, spread."
    if check.stage == "runs":
        return "Run that call in a cell of its own to see where it stops."
    if check.stage in ("type", "shape", "dtype"):
        return "Print the type and the shape of what you return, and compare them with the exercise's text."
    if check.stage in ("finite", "no warnings"):
        return "Look for an exp of a large number, a log of 0, a root of a negative number or a division by 0."
    if check.stage == "inputs untouched":
        return "Look for `+=`, `-=` or `x[...] = ` on an argument."
    return "Work this call out by hand, step by step, and compare with what your code computes."


def report_text(report, points=True):
    state, head = headline(report)
    if report.problem:
        problem = report.problem.replace("\n", " ")
        return f"{report.name}: {head}\n{problem}"
    out = [f"{report.name}: {head}" + (f" ({_points(report)})" if points else "")]
    if report.causes:
        out.append(cause(report.name, report.causes))
    out += [f"{label}: {text}" for label, text in lead(report)]
    check = smallest_failure(report)
    if check is not None:
        out.append(f"Smallest failing call: {check.call}" if check.call else title(check))
        out.append(f"  {said(check)}")
        out.append(f"Next step: {next_step(report)}")
    if not report.passed:
        for line in _lines(report):
            mark = "ok  " if line.passed else "FAIL" if line.checked else "-   "
            out.append(f"  {mark} {title(line)}" + (f": {line.message}" if line.message else ""))
    return "\n".join(line.replace("\n", " ") for line in out)        # what a program says makes no line of ours


@functools.lru_cache(maxsize=4096, typed=True)
def head_html(state, text, name="", points=""):
    """The first line of a result: what it is about, how it went in the state's colour, and the points."""
    about = Markup("<code>%s</code> · ") % name if name else ""
    points = Markup(' <span class="course-quiet">%s</span>') % points if points else ""
    return Markup('<p>%s<b class="%s">%s</b>%s</p>') % (about, CLASSES[state], text, points)


def _points(report):
    most = number(report.max_points)
    return f"{number(report.points)} of {most} point{'s' * (most != '1')}"


def report_html(report, alone=True, more="", points=True):
    """The card of a report; not `alone`: on a page that has the style sheet, where nothing appears and is read out.

    `more` is HTML to stand at its end. Without `points`, as in self-study, none are shown.
    """
    state, head = headline(report)
    body = [head_html(state, head, report.name, _points(report) if points and not report.problem else "")]
    if report.problem:
        body.append(paragraph(report.problem))
    if report.causes:
        body.append(paragraph(cause(report.name, report.causes)))
    body += [paragraph(f"**{label}.** {text}") for label, text in lead(report)]
    check = smallest_failure(report)
    if check is not None and not report.problem:
        call = Markup("Smallest failing call: <code>%s</code><br>") % check.call if check.call else ""
        body.append(Markup("<p>%s%s</p>") % (call, inline_html(said(check))))
        if check.line:
            body.append(Markup("<details><summary>That call with all its numbers, to paste</summary>%s</details>")
                        % pre(check.line))
        body.append(paragraph(f"Next step: {next_step(report)}"))
    if report.checks and not report.problem:
        items = Markup("").join(_item(line) for line in _lines(report))
        opened = Markup("" if report.passed else " open")
        body.append(Markup("<details%s><summary>Every check</summary><ul>%s</ul></details>") % (opened, items))
    if report.printed and not report.passed:
        text = report.printed[:300] + ("…" if len(report.printed) > 300 else "")
        body.append(Markup("<p>It prints:</p>") + pre(text))
    return card_html(Markup("").join(body) + more, state, live=alone, part="checks" if alone else None)


def _item(line):
    state = "ok" if line.passed else "bad" if line.checked else "calm"
    message = inline_html(f" — {line.message}") if line.message else ""
    return Markup('<li><b class="%s" role="img" aria-label="%s">%s</b>%s%s</li>') % (
        CLASSES[state], MARKS[state][1], MARKS[state][0], inline_html(title(line)), message)


class ResultCard:
    """Something to display: HTML where there is a browser, text elsewhere."""

    def __init__(self, html, text):
        self.html, self.text = str(html), text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self):
        return self.text


def show(card):
    """Display a card: by IPython where it runs, else printed."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        say(repr(card))
        return
    if get_ipython() is None:
        say(repr(card))
    else:
        display(card)


def tell(text, state="calm"):
    """Display a card of one sentence."""
    show(ResultCard(card_html(paragraph(text), state, part="checks"), text))
