"""`check("mse")`: compare the learner's function with the public cases, and say at once what is wrong and why."""

import functools
import sys
import uuid
from collections import Counter

from markupsafe import Markup

from course import contents
from course.actions.borrowed import being_checked, is_lent, lent_among
from course.actions.cells import left_behind, made_from
from course.actions.handin import look
from course.cards.keys import folder, solution
from course.cards.progress import renew
from course.cards.result import ResultCard, headline, report_html, report_text, show, tell
from course.cards.solution import beside_html
from course.cards.text import card_html, paragraph, text_plain
from course.checking import adapters
from course.checking.assess import assess
from course.checking.observe import keeps_time, observe
from course.checking.report import Report, cause, roots
from course.checking.types import of_variant
from course.notebook import cell_id, in_notebook, keep, notebook_model, page_reached
from course.progress_file import STUCK, failures, record
from course.standin import STAND_INS
from course.statements import definitions

_failed = Counter()  # in this session, for where no progress file is kept


# Grey in a terminal. A notebook's page knows it by its colour and weight, and leaves it out: the card says it all.
QUIET = "\x1b[1;90m{}\x1b[0m"


class CheckFailed(AssertionError):
    """A check that does not pass. The card above it says all; what is left for logs is one line."""

    def __init__(self, report):
        super().__init__(report_text(report))
        self.report = report

    def _render_traceback_(self):
        return [QUIET.format(_summary(self.report))]


def _summary(report):
    """The one line that nbgrader's Validate, terminals and logs show."""
    _, head = headline(report)
    said = [f"{report.name}: {head}."]
    if report.problem:
        said += [report.problem] if not report.unwritten else []
    elif report.causes:
        said.append(cause(report.name, report.causes))
    elif report.told["text"] and report.told["kind"] != "none":
        said.append(report.told["text"])
    elif report.diagnoses:
        said.append(report.diagnoses[0]["message"])
    else:
        first = report.first_failure()
        said += [f"{first.call}: {first.message}" if first.call else first.message] if first else []
    return text_plain(" ".join(" ".join(said).split()))


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
        The function's name, as the exercise gives it; or "all", for what will be read when you hand in.
    namespace : dict, optional
        Where to look it up; the calling notebook by default.

    Raises
    ------
    CheckFailed (an AssertionError)
        If any check fails, so that nbgrader's Validate sees it. "Run All" goes on: the cell has a tag for that.
    """
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    if name == "all":
        look()
        return
    topic = topics().get(name) if isinstance(name, str) else None
    if topic is None:
        near = ", ".join(f'check("{n}")' for n in topics())
        raise ValueError(f"there is no exercise {name!r}. The exercises are: {near}")
    if is_lent(name, namespace.get(name)):
        said = (f"`{name}` is lent: the course's own function stands in for it, and that earns nothing. Write yours in "
                "its cell above, run that cell, and then this check.")
        record("exercise", name, topic=topic, lent=True)
        tell(said)
        raise CheckFailed(Report(name, 0.0, problem=said, unwritten=True))
    said = left_behind(name, namespace)
    if said:
        tell(said, "bad")
        raise CheckFailed(Report(name, 0.0, problem=said))
    spec, said = spec_of(name, namespace)
    if spec is None:
        tell(said)              # nothing was tried, so nothing has failed
        return
    said = _of_another_framework(name, spec, namespace)
    if said:
        tell(said, "bad")
        raise CheckFailed(Report(name, 0.0, problem=said))
    if not keeps_time():
        _say_no_limit()         # before the call: after one that never ends nothing more would be said
    with being_checked(name):
        report = run(spec, namespace)
    if not report.passed and not report.problem:
        report.causes = failing_parts(name, namespace)

    def note():
        record("exercise", name, passed=report.passed, score=report.score, topic=topic, unwritten=report.unwritten,
               told=[diagnosis["id"] for diagnosis in report.diagnoses])

    source = made_from(namespace.get(name))[1]
    card = _card(report, source, namespace)
    if not _show_to_page(report, source, card, note):
        note()
        show(card)
    if not report.passed:
        raise CheckFailed(report)


def _card(report, source, namespace):
    """The report, and what goes with it: a way on for somebody who is stuck, and other ways for who is done."""
    variant = namespace.get(adapters.CHOICE)
    if not report.passed:
        said = "" if report.unwritten else _way_on(report.name, variant)
        return ResultCard(report_html(report, more=paragraph(said) if said else "", points=_counts()),
                          "\n".join(filter(None, [report_text(report, _counts()), text_plain(said)])))
    _failed.pop(report.name, None)
    lent = lent_among(getattr(getattr(namespace[report.name], "__code__", None), "co_names", ()), namespace)
    said = (f"It builds on {' and '.join(f'`{other}`' for other in lent)}, which the course lent you. When your "
            "notebook is marked, nothing is lent: write your own before you hand in.") if lent else ""
    more = Markup(paragraph(said) if said else "") + beside_html(report.name, source, variant)
    return ResultCard(report_html(report, more=more, points=_counts()),
                      "\n".join(filter(None, [report_text(report, _counts()), text_plain(said)])))


def _counts():
    """Whether points mean something: in self-study nobody marks."""
    return folder() is None


def _way_on(name, variant=None):
    """What to say to somebody whose check has failed several times; "" before that."""
    _failed[name] += 1
    if max(failures(name) + 1, _failed[name]) < STUCK:
        return ""
    if solution(name, variant) is None:
        return (f"Stuck? Go on with the lesson. An experiment that needs `{name}` shows the figure that the course "
                f"recorded; `lend(\"{name}\")` says who can open the solution.")
    return (f"Stuck? Write `lend(\"{name}\")` in a cell of its own and run it: the course lends you its function, so "
            "that the experiments below run. It earns nothing, and you can come back.")


@functools.cache
def _say_no_limit():
    """Said once a session."""
    tell("This Python cannot start threads, so `check` has no time limit here. If a check does not end, restart the "
         "kernel.")


def _show_to_page(report, source, card, note):
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
    html = str(Markup('<div class="course-verdict" data-slot="{}">{}</div>').format(slot, Markup(card.html)))
    handle = display({"text/html": html, "text/plain": card.text}, raw=True, display_id=slot)
    return True


def spec_of(name, namespace):
    """(specification of an exercise, ""), of one with variants for the framework that the notebook has chosen.

    (None, what to say) where that framework is none of the exercise's, or is not installed.
    """
    spec = specifications(topics()[name])[name]
    variants = spec.get("variants")
    if not variants:
        return spec, ""
    chosen = namespace.get(adapters.CHOICE)
    if chosen not in variants:
        names = " or ".join(f'`{adapters.CHOICE} = "{variant}"`' for variant in variants)
        return None, (f"`{name}` can be written in {' or in '.join(map(adapters.title, variants))}. Which one you use, "
                      f"the notebook has to know: write {names} in the cell near the top, and run it.")
    if not adapters.installed(chosen):
        return None, f"`{name}` was not tried. {adapters.missing(chosen)}"
    return of_variant(spec, chosen), ""


def _of_another_framework(name, spec, namespace):
    """What to say where the function is still the one of a cell for another framework than the chosen one."""
    chosen, source = spec.get("variant"), made_from(namespace.get(name))[1]
    if not chosen or not definitions(source, name) or definitions(source, name, chosen):
        return ""
    return (f"`{name}` is still the one from a cell for another framework, and `{adapters.CHOICE}` is now "
            f'"{chosen}". Run your cell for {adapters.title(chosen)}, and then this check again.')


def run(spec, namespace):
    """The Report of the function in `namespace`, on the cases of `spec`, in this process."""
    raws, late, variant = [], False, spec.get("variant")
    for case in spec["cases"]:
        # After one call that did not end, the others would only cost the learner more time.
        raws.append([{"lost": "not tried, since another call did not end"} if late
                     else observe(namespace, call, spec["seconds"], variant) for call in case["calls"]])
        late = late or any("timeout" in raw for raw in raws[-1])
    return assess(spec, raws, ask=None if late else lambda: [
        observe(namespace, probe["call"], spec["seconds"], variant) for probe in spec.get("probes", ())])


def part(name, namespace):
    """The Report of a function that others build on: on those cases whose functions are all the learner's own.

    A check may call another of the learner's functions too, a gradient its forward. Where that is not in the
    notebook, or is the course's stand-in, the case says nothing of this function.
    """
    written = {key for key, value in namespace.items() if callable(value) and value is not STAND_INS.get(key)} | {name}
    spec, said = spec_of(name, namespace)
    if spec is None:
        return Report(name, 0.0, problem=said)
    cases = [case for case in spec["cases"] if all(call["of"] in written for call in case["calls"])]
    return run({**spec, "cases": cases or spec["cases"]}, namespace)


def failing_parts(name, namespace):
    """The learner's functions that `name` depends on, by its code or by its check, and that fail their own check.

    Where such a one fails because of what it calls in turn, that is named in its place: it is there to be mended.
    """
    passes = {}

    def failing(of):
        called = getattr(getattr(namespace[of], "__code__", None), "co_names", ())
        checked = [call["of"] for case in specifications(topics()[of])[of]["cases"] for call in case["calls"]]
        used = [n for n in dict.fromkeys([*called, *checked]) if n not in (of, name, "train") and n in topics()
                and callable(namespace.get(n)) and namespace[n] is not STAND_INS.get(n)
                and spec_of(n, namespace)[0] is not None]
        for n in used:
            if n not in passes:
                passes[n] = part(n, namespace).passed
        return [n for n in used if not passes[n]]

    return roots(name, failing)


def quick(name, function):
    """(passed, headline) of a function, without a card: for functions carried from an earlier lesson."""
    report = part(name, getattr(function, "__globals__", {}) | {name: function})
    return report.passed, report.told["text"] or headline(report)[1]
