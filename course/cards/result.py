"""How a result looks: as text for terminals and nbgrader's Validate, as HTML for notebooks and feedback pages.

The HTML stands alone (a feedback page has none of our files), takes the theme's own colours where there is a
theme, and holds nothing of a learner's that is not escaped.
"""

from dataclasses import replace
from html import escape
from itertools import groupby

from course.checking.report import ERROR_ASKED, cause

STYLE = """<style>
.hnl-card{--ok:#1a7f37;--bad:#b42318;--calm:#57606a;font-family:var(--jp-ui-font-family,system-ui,sans-serif);
 font-size:14px;line-height:1.5;color:var(--jp-ui-font-color0,#1f2328);background:var(--jp-layout-color1,#fff);
 border:1px solid var(--jp-border-color1,#d0d7de);border-left:4px solid var(--calm);border-radius:4px;
 padding:10px 14px;margin:4px 0;max-width:52rem}
[data-jp-theme-light="false"] .hnl-card{--ok:#56d364;--bad:#ff8f85;--calm:#9aa4af}
.hnl-card.ok{border-left-color:var(--ok)}.hnl-card.bad{border-left-color:var(--bad)}
.hnl-card p{margin:4px 0}.hnl-card code{font-family:var(--jp-code-font-family,monospace);font-size:.92em;
 background:var(--jp-layout-color2,#f3f4f6);color:inherit;padding:0 3px;border-radius:3px;overflow-wrap:anywhere}
.hnl-card .head{font-weight:600}.hnl-card.ok .head b{color:var(--ok)}.hnl-card.bad .head b{color:var(--bad)}
.hnl-card .quiet{font-weight:400;color:var(--jp-ui-font-color1,#57606a)}
.hnl-card ul{list-style:none;margin:6px 0 2px;padding:0}.hnl-card li{margin:2px 0 2px 1.6em;text-indent:-1.6em}
.hnl-card li>span{text-indent:0;display:inline-block;width:1.6em}
.hnl-card li .ok{color:var(--ok)}.hnl-card li .bad{color:var(--bad)}
.hnl-card summary{cursor:pointer}
</style>"""


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
    shown = set(report.diagnoses[0].get("cases", ())) if report.diagnoses else set()
    failed = [c for c in failed if c.case in shown] or failed

    def effort(check):
        return "an array of shape" in check.call, ERROR_ASKED in check.message, len(check.call)
    return min(failed, key=effort, default=None)


def said(check):
    """What a failed check says, after the name of what it looked at."""
    plain = check.feature in ("result", "quiet", "untouched")
    return check.message if plain else f"{check.feature}: {check.message}"


def next_step(report):
    check = smallest_failure(report)
    if check is None:
        return ""
    if ERROR_ASKED in check.message:
        return f"That call should stop with {check.expected}. Test for it before you compute."
    if "an array of shape" in check.call:
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


def report_text(report):
    state, head = headline(report)
    if report.problem:
        return f"{report.name}: {head}\n{report.problem}"
    points = f"({number(report.points)} of {number(report.max_points)} points)"
    out = [f"{report.name}: {head} {points}"]
    if report.causes:
        out.append(cause(report.name, report.causes))
    for i, diagnosis in enumerate(report.diagnoses):
        out.append(f"{'Likely cause' if i == 0 else 'And also'}: {diagnosis['message']}")
    check = smallest_failure(report)
    if check is not None:
        out.append(f"Smallest failing call: {check.call}" if check.call else title(check))
        out.append(f"  {said(check)}")
        out.append(f"Next step: {next_step(report)}")
    if not report.passed:
        for line in _lines(report):
            mark = "ok  " if line.passed else "FAIL" if line.checked else "-   "
            out.append(f"  {mark} {title(line)}" + (f": {line.message}" if line.message else ""))
    return "\n".join(out)


def report_html(report):
    state, head = headline(report)
    points = "" if report.problem else (
        f' <span class="quiet">{number(report.points)} of {number(report.max_points)} points</span>')
    body = [f'<p class="head"><code>{escape(report.name)}</code> · <b>{head}</b>{points}</p>']
    if report.problem:
        body.append(f"<p>{code(report.problem)}</p>")
    if report.causes:
        body.append(f"<p>{code(cause(report.name, report.causes))}</p>")
    for i, diagnosis in enumerate(report.diagnoses):
        body.append(f"<p><b>{'Likely cause' if i == 0 else 'And also'}.</b> {code(diagnosis['message'])}</p>")
    check = smallest_failure(report)
    if check is not None and not report.problem:
        call = f"Smallest failing call: <code>{escape(check.call)}</code><br>" if check.call else ""
        body.append(f"<p>{call}{code(said(check))}</p>")
        body.append(f'<p class="quiet">Next step: {code(next_step(report))}</p>')
    if report.checks and not report.problem:
        items = "".join(_item(line) for line in _lines(report))
        opened = "" if report.passed else " open"
        body.append(f"<details{opened}><summary>Every check</summary><ul>{items}</ul></details>")
    if report.printed and not report.passed:
        text = report.printed[:300] + ("…" if len(report.printed) > 300 else "")
        body.append(f'<p class="quiet">It prints: <code>{escape(text)}</code></p>')
    return card_html("\n".join(body), state)


def _item(line):
    mark, cls, said = (("✓", "ok", "passes") if line.passed else
                       ("✗", "bad", "fails") if line.checked else ("–", "quiet", "not checked"))
    message = f'<span class="quiet" style="display:inline;text-indent:0"> — {code(line.message)}</span>' if (
        line.message) else ""
    return f'<li><span class="{cls}" role="img" aria-label="{said}">{mark}</span>{escape(title(line))}{message}</li>'


def card_html(body, state="calm", live=True):
    role = ' role="status"' if live else ""
    return f'{STYLE}<div class="hnl-card {state}"{role}>{body}</div>'


def code(text):
    """Escaped text with `back-ticked` parts as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


class ResultCard:
    """Something to display: HTML where there is a browser, text elsewhere."""

    def __init__(self, html, text):
        self._html, self._text = html, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self._html, "text/plain": self._text}

    def __repr__(self):
        return self._text


def show(card):
    """Display a card: by IPython where it runs, else printed."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(repr(card))
        return
    if get_ipython() is None:
        print(repr(card))
    else:
        display(card)
