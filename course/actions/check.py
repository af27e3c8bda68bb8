"""`check("mse")`: compare the learner's function with the public cases, and say at once what is wrong and why."""

import functools
import sys
import uuid

from markupsafe import Markup

from course import contents
from course.actions.cells import left_behind, made_from
from course.cards.progress import renew
from course.cards.result import ResultCard, headline, report_html, report_text, show, tell
from course.cards.text import card_html, paragraph
from course.checking.assess import assess
from course.checking.observe import keeps_time, observe
from course.checking.report import Report, cause
from course.notebook import cell_id, in_notebook, keep, notebook_model, page_reached
from course.progress_file import record
from course.standin import STAND_INS


class CheckFailed(AssertionError):
    """A check that does not pass. The card above it says all; the traceback would say nothing."""

    def __init__(self, report):
        super().__init__(report_text(report))
        self.report = report

    def _render_traceback_(self):
        return [_summary(self.report)]


def _summary(report):
    """The few lines that nbgrader's Validate, terminals and logs show."""
    _, head = headline(report)
    lines = [f"{report.name}: {head}."]
    if report.problem:
        lines += [report.problem] if not report.unwritten else []
    elif report.causes:
        lines.append(cause(report.name, report.causes))
    elif report.diagnoses:
        lines.append(report.diagnoses[0]["message"])
    else:
        first = report.first_failure()
        lines += [f"{first.call}: {first.message}" if first.call else first.message] if first else []
    return "\n".join(lines)


@functools.cache
def specifications(topic):
    """{exercise: specification} of a lesson, from the public cases."""
    return contents.read_data(f"exercises/{topic}.json")


@functools.cache
def topics():
    """{exercise: topic} of all lessons."""
    return contents.exercise_topics()


def check(name, namespace=None):
    """Check your function `name` and show a card of what passes, what does not, and why.

    Parameters
    ----------
    name : str
        The function's name, as the exercise gives it.
    namespace : dict, optional
        Where to look it up; the calling notebook by default.

    Raises
    ------
    CheckFailed (an AssertionError)
        If any check fails, so that nbgrader's Validate sees it. "Run All" goes on: the cell has a tag for that.
    """
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    topic = topics().get(name) if isinstance(name, str) else None
    if topic is None:
        near = ", ".join(f'check("{n}")' for n in topics())
        raise ValueError(f"there is no exercise {name!r}. The exercises are: {near}")
    said = left_behind(name, namespace)
    if said:
        tell(said, "bad")
        raise CheckFailed(Report(name, 0.0, problem=said))
    if not keeps_time():
        _say_no_limit()         # before the call: after one that never ends nothing more would be said
    report = run(specifications(topic)[name], namespace)
    if not report.passed and not report.problem:
        report.causes = failing_parts(name, namespace)

    def note():
        record("exercise", name, passed=report.passed, score=report.score, topic=topic, unwritten=report.unwritten,
               told=[diagnosis["id"] for diagnosis in report.diagnoses])

    if not _show_to_page(report, made_from(namespace.get(name))[1], note):
        note()
        show(ResultCard(report_html(report), report_text(report)))
    if not report.passed:
        raise CheckFailed(report)


@functools.cache
def _say_no_limit():
    """Said once a session."""
    tell("This Python cannot start threads, so `check` has no time limit here. If a check does not end, restart the "
         "kernel.")


def _show_to_page(report, source, note):
    """Show a report that the page may take back, where the cell says something else by now than what was run.

    Nothing is noted before the page has compared them. False where no page can: then the report stands as it is.
    """
    shell = in_notebook()
    if shell is None or not source or not page_reached():
        return False
    name, slot = report.name, uuid.uuid4().hex
    said = (f"About the cell of `{name}`: you changed this cell and have not run it. Run it, and then run this check "
            "again.")
    # The failure's own lines below the card would be about the old function as well.
    hide = Markup("<style>.jp-OutputArea:has(.course-stale) .jp-OutputArea-child:has([data-mime-type*='std'],"
                  "[data-mime-type*='error']){display:none}</style>")
    taken_back = str(Markup('<div class="course-stale">{}{}</div>').format(card_html(paragraph(said), "bad"), hide))
    try:
        widget = notebook_model()(kind="check", function=name, cell_id=cell_id(shell), slot=slot, text=source,
                                  invitation=taken_back)
    except Exception:
        return False
    from IPython.display import display

    def found(change):
        if change["new"] == "fresh":
            note()
            renew()
        elif change["new"] == "stale" and handle is not None:
            handle.update({"text/html": taken_back, "text/plain": said}, raw=True)

    widget.observe(found, "answer")
    keep(("check", name), widget)
    html = str(Markup('<div class="course-verdict" data-slot="{}">{}</div>').format(slot, report_html(report)))
    handle = display({"text/html": html, "text/plain": report_text(report)}, raw=True, display_id=slot)
    return True


def run(spec, namespace):
    """The Report of the function in `namespace`, on the cases of `spec`, in this process."""
    raws, late = [], False
    for case in spec["cases"]:
        # After one call that did not end, the others would only cost the learner more time.
        raws.append([{"lost": "not tried, since another call did not end"} if late
                     else observe(namespace, call, spec["seconds"]) for call in case["calls"]])
        late = late or any("timeout" in raw for raw in raws[-1])
    return assess(spec, raws)


def part(name, namespace):
    """The Report of a function that others build on: on those cases whose functions are all the learner's own.

    A check may call another of the learner's functions too, a gradient its forward. Where that is not in the
    notebook, or is the course's stand-in, the case says nothing of this function.
    """
    written = {key for key, value in namespace.items() if callable(value) and value is not STAND_INS.get(key)} | {name}
    spec = specifications(topics()[name])[name]
    cases = [case for case in spec["cases"] if all(call["of"] in written for call in case["calls"])]
    return run({**spec, "cases": cases or spec["cases"]}, namespace)


def failing_parts(name, namespace):
    """The learner's functions that `name` depends on, by its code or by its check, and that fail their own check."""
    called = getattr(getattr(namespace[name], "__code__", None), "co_names", ())
    checked = [call["of"] for case in specifications(topics()[name])[name]["cases"] for call in case["calls"]]
    used = [n for n in dict.fromkeys([*called, *checked]) if n not in (name, "train") and n in topics()
            and callable(namespace.get(n)) and namespace[n] is not STAND_INS.get(n)]
    return [n for n in used if not part(n, namespace).passed]


def quick(name, function):
    """(passed, headline) of a function, without a card: for functions carried from an earlier lesson."""
    report = part(name, getattr(function, "__globals__", {}) | {name: function})
    return report.passed, report.diagnoses[0]["message"] if report.diagnoses else headline(report)[1]
