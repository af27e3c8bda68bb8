"""The report of a lesson: one HTML page that needs nothing else, and the same as CSV and JSON.

    python -m autograder report loss          reports/loss.html, reports/loss.csv, reports/loss.json
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder import mathml
from autograder.files import shown, write_private
from autograder.lms.tables import plain_text, short
from autograder.reports import pictures
from autograder.reports import statistics as s
from autograder.reports.lesson import ExerciseLine, Lesson, QuestionLine, lesson_of, say_tomorrow
from course.cards.text import inline_html, text_html

BESIDE = Path(__file__).parent
E = Markup
SORT = """
document.querySelectorAll("table.sorts").forEach(table => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = row => row.cells[place].dataset.v ?? row.cells[place].textContent;
      const rows = [...table.tBodies[0].rows];
      const order = (a, b) => a - b || a.localeCompare(b, undefined, {numeric: true});   // numbers, else words
      rows.sort((a, b) => (up ? 1 : -1) * order(key(a), key(b)));
      table.tBodies[0].append(...rows);
    });
  });
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(each => { each.open = true; }));
"""


def write_report(root: Path, topic: str) -> Path:
    """Write reports/TOPIC.html, .csv and .json, for their owner alone. Returns the page's path."""
    lesson, folder = lesson_of(root, topic), root / "reports"
    write_private(folder / f"{topic}.html", str(page(lesson)))
    write_private(folder / f"{topic}.csv", as_csv(lesson))
    write_private(folder / f"{topic}.json", json.dumps(as_data(lesson), ensure_ascii=False, indent=1) + "\n")
    return folder / f"{topic}.html"


def page(lesson: Lesson, now: datetime | None = None) -> Markup:
    """The whole page."""
    when = (now or datetime.now(UTC)).astimezone()
    body = E("").join([_head(lesson, when), _first(lesson), _marks(lesson), _exercises(lesson), _questions(lesson),
                       _ideas(lesson), _people(lesson), _how(lesson)])
    return E('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
             '<meta name="viewport" content="width=device-width, initial-scale=1">'
             '<title>Lesson %s: the '
             'class</title><style>%s</style></head>\n<body>\n%s\n<script>%s</script></body></html>\n'
             ) % (lesson.topic, E(stylesheet()), body, E(SORT))


@functools.cache
def stylesheet() -> str:
    """The style sheet of all reports."""
    return re.sub(r"\s+", " ", (BESIDE / "report.css").read_text("utf-8"))


def _words(text: str) -> Markup:
    """A sentence with its `code`, *emphasis* and $formulas$."""
    return E(mathml.in_html(str(inline_html(text))))


def _text(text: str) -> Markup:
    """Several paragraphs, with blocks of code."""
    return E(mathml.in_html(str(text_html(text))))


def _pct(number: float) -> str:
    return f"{100 * number:.0f} %"


def _head(lesson: Lesson, when: datetime) -> Markup:
    graded = [person for person in lesson.people if not person.problem]
    points = [person.points for person in graded]
    unreadable = len(lesson.people) - len(graded)
    whole = len(lesson.people) + len(lesson.missing)
    tiles = [(f"{len(lesson.people)}" + (f" of {whole}" if lesson.missing else ""), "handed in"),
             (f"{s.mean(points):.1f}", f"mean, of {short(lesson.max_points)}"), (f"{s.median(points):.1f}", "median"),
             (str(sum("stuck" in person.notes or "nothing written" in person.notes for person in graded)),
              "stuck, or nothing written"),
             (str(unreadable), "could not be read"),
             (str(lesson.to_look_at), "wait for a mark by hand")]
    made = E("").join(E("<li><b>%s</b><span>%s</span></li>") % tile for tile in tiles)
    few = E("").join(E("<p>%s: <code>%s</code>.</p>") % (words, E("</code>, <code>").join(names)) for words, names in (
        ("Counts for nobody", lesson.void), ("Counts in full for all", lesson.given)) if names)
    if lesson.few:
        few += E('<p class="warn">The notebooks of %d students are counted. With fewer than %d nothing is said about '
                'how '
                "well a question tells people apart, whether a key is suspect, which options nobody needs, how "
                "reliable "
                "the lesson is as a test, and which idea goes with which mistake: such numbers would be chance.</p>"
                ) % (lesson.counted, s.FEWEST)
    return E('<header><h1>Lesson %s: what the class made of it</h1><p class="soft">%s</p></header>'
             '<ul class="tiles">%s</ul>%s') % (lesson.topic, f"{when:%d %B %Y, %H:%M}", made, few)


def _first(lesson: Lesson) -> Markup:
    lines = E("").join(E("<li><strong>%s</strong> <span class=soft>(%d of %d)</span><p>%s</p></li>") % (
        _words(head), number, lesson.counted, _words(words)) for number, head, words in say_tomorrow(lesson))
    return E('<section><h2>To say tomorrow</h2><ol class="first">%s</ol></section>') % (
        lines or E("<li>Nothing stands out: no mistake was made twice.</li>"))


def _marks(lesson: Lesson) -> Markup:
    points = [person.points for person in lesson.people if not person.problem]
    return E("<section><h2>Points</h2>%s</section>") % pictures.histogram(points, lesson.max_points)


def _exercises(lesson: Lesson) -> Markup:
    rows = E("").join(_exercise_row(line, lesson) for line in lesson.exercises)
    legend = E("").join(E('<span class="key" style="background: var(--%s)"></span>%s &nbsp; ') % each for each in (
        ("good", "full points"), ("part", "some"), ("bad", "none"), ("none", "not written")))
    return E('<section><h2>Exercises</h2><p class="small soft">%s</p><div class="wide"><table class="sorts"><thead><tr>'
             '<th>exercise</th><th class="n">mean</th><th>the class</th><th class="n far">full</th>'
             '<th class="n far">not written</th>%s<th>mistakes, the commonest '
             'first</th></tr></thead><tbody>%s</tbody></table>'
             "</div></section>") % (legend, E("") if lesson.few else E('<th class="n far">item–rest r</th>'), rows)


def _exercise_row(line: ExerciseLine, lesson: Lesson) -> Markup:
    partial = sum(0 < score < line.points - 1e-9 for score in line.scores)
    nothing = lesson.counted - line.full - partial - line.untouched
    told = E("")
    if line.told:
        items = E("").join(E("<li><strong>%d</strong> × %s <span class=small><br>%s</span><br>"
                             '<span class="small soft">%s</span></li>')
                           % (len(each.students), each.id.replace("_", " "), _words(each.words),
                              ", ".join(shown(student, 40) for student in each.students)) for each in line.told)
        first = line.told[0]
        told = E("<details><summary>%s (%d)%s</summary><ul>%s</ul></details>") % (
            first.id.replace("_", " "), len(first.students),
            f" and {len(line.told) - 1} more" if len(line.told) > 1 else "", items)
    rest = E("") if lesson.few else _interval_cell(line.rest)
    return E('<tr><td class=who><code>%s</code></td><td class="n" data-v="%.4f">%s of %s</td><td>%s</td><td '
             'class="n far">%d</td>'
             '<td class="n far">%d</td>%s<td>%s</td></tr>') % (
        line.name, line.mean / line.points if line.points else 0, short(line.mean), short(line.points),
        pictures.stack([(line.full, "good", "full"), (partial, "part", "some"), (max(nothing, 0), "bad", "none"),
                        (line.untouched, "none", "not written")]), line.full, line.untouched, rest, told)


def _interval_cell(found: s.Interval | None) -> Markup:
    if found is None:
        return E('<td class="n far" data-v="-9">–</td>')
    return E('<td class="n far" data-v="%.4f">%s<br><span class="small soft">%s to %s</span></td>') % (
        found.value + 1, _signed(found.value), _signed(found.low), _signed(found.high))


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "−").replace("0.", ".")


def _questions(lesson: Lesson) -> Markup:
    if not lesson.questions:
        return E("")
    rows = E("").join(_question_row(line, lesson) for line in lesson.questions)
    reliable = E("")
    if lesson.alpha is not None and not lesson.few:
        reliable = E("<p>All exercises and questions of the lesson together, as one test: α = %s (1: they measure "
                     "the same "
                     "thing without error; below .7 a difference of a few points between two students means little)."
                     "</p>") % _signed(lesson.alpha)
    return E('<section><h2>Questions</h2>%s<div class="wide"><table class="sorts"><thead><tr><th>question</th>'
             '<th class="n">right</th><th>answers (the key is green)</th>%s<th>wrong answers, the commonest first</th>'
             "</tr></thead><tbody>%s</tbody></table></div></section>") % (
        reliable, E("") if lesson.few else E('<th class="n far">item–rest r</th>'), rows)


def _question_row(line: QuestionLine, lesson: Lesson) -> Markup:
    question, key, lettered = line.question, line.question.key, line.question.form == "letter"
    parts = [(line.answers[value], "good" if value == key else "bad", value) for value in line.options]
    picture = pictures.stack([*parts, (line.answers[""], "none", "")], letters=lettered)
    wrong = sorted((value for value in line.options if value != key and line.answers[value]),
                   key=lambda value: -line.answers[value])
    ideas = {value: question.misconception_of(value).replace("-", " ") or "not a usual one" for value in wrong}
    items = E("").join(E("<li><strong>%d</strong> × %s%s <span class=soft>(%s)</span></li>") % (
        line.answers[value], value, E(": %s") % _words(question.text_of(value)) if lettered else "", ideas[value])
        for value in wrong)
    right = E("<li>key %s%s</li>") % (key, E(": %s") % _words(question.text_of(key)) if lettered else "")
    notes = E("").join(E('<p class="small flag">%s</p>') % note for note in line.notes)
    first = ""
    if wrong:
        first = f"{wrong[0]} ({line.answers[wrong[0]]}): {ideas[wrong[0]]}"
    more = E("<details><summary>%s</summary><div class=small>%s</div><ul>%s%s</ul></details>%s") % (
        first or "nobody was wrong", _text(line.question.stem), items, right, notes)
    share = line.right
    return E('<tr><td><code>%s</code></td><td class="n" data-v="%.4f">%s<br><span class="small soft">%s</span></td>'
             "<td>%s</td>%s<td>%s</td></tr>") % (
        line.id, share.value if share else -1, _pct(share.value) if share else "–",
        f"{_pct(share.low)} to {_pct(share.high)}" if share else "", picture,
        E("") if lesson.few else _interval_cell(line.rest), more)


def _ideas(lesson: Lesson) -> Markup:
    if lesson.few:
        return E("")
    lines = E("").join(E("<li>%d of the %d with “%s” also have %s (%d of %d in all).</li>") % (
        both, first, idea.replace("-", " "), bug, second, lesson.counted)
        for idea, bug, both, first, second, _ in lesson.pairs)
    chance = f"{0.01 * lesson.looked_at:.0f}"
    return E('<section><h2>Which wrong idea goes with which mistake</h2>%s<p class="small soft">Of %d pairs of an '
             'idea and '
             "a mistake those that have a chance below 1 % (Fisher) and three students at least. By chance alone there "
             "would be up to %s: a hint where to ask, no proof.</p></section>".replace("1 %", "1 %%")) % (
        E("<ul>%s</ul>") % lines if lines else E("<p>None stands out.</p>"), lesson.looked_at, chance)


def _people(lesson: Lesson) -> Markup:
    rows = E("").join(
        E('<tr><td>%s</td><td class=who>%s</td><td class="n">%s</td><td class="n far">%d</td><td '
          'class="n far">%d</td><td>%s%s</td></tr>') % (
            shown(person.student, 40), shown(person.name, 60), short(person.points), person.full, person.right,
            ", ".join(person.notes), E('<br><span class="small soft">%s</span>') % shown(person.problem, 300)
            if person.problem else "") for person in lesson.people)
    missing = E("")
    if lesson.missing:
        missing = E("<p>Not handed in (%d): %s.</p>") % (
            len(lesson.missing), ", ".join(f"{shown(name, 60)} ({shown(student, 40)})" if name else shown(student, 40)
                                           for student, name in lesson.missing))
    packages = E("")
    if lesson.packages:
        packages = E("<p>Imported, and not on the grader: %s.</p>") % ", ".join(
            f"{name} ({number})" for name, number in lesson.packages.most_common())
    return E('<section><h2>People</h2>%s%s<div class="wide"><table '
             'class="sorts people"><thead><tr><th>student</th><th>name</th>'
             '<th class="n">points</th><th class="n far">exercises in full</th>'
             '<th class="n far">right answers</th><th>to '
             'know</th>'
             "</tr></thead><tbody>%s</tbody></table></div></section>") % (missing, packages, rows)


def _how(lesson: Lesson) -> Markup:
    return E('<section class="small soft"><h2>How this is counted</h2><p>Points are the gradebook\'s, marks given '
             'by hand '
             "included, before any penalty for lateness. Exercises and questions are counted over the %d notebooks "
             "that "
             "could be read and in which something is written. “Stuck”: a third of the points or less. “Falling "
             "back”: a "
             "quarter of the points below the student's own mean of earlier lessons. Item–rest r: Pearson's "
             "correlation of "
             "an item's points with the points of all others, with Fisher's 95 %% interval; shares right with "
             "Wilson's. A "
             "click on a column's title sorts.</p></section>") % lesson.counted


# --- the same as data ------------------------------------------------------------------------------------------

def as_csv(lesson: Lesson) -> str:
    """One line a student; no text in it is a formula."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(["student", "name", "points", "max_points", "exercises_full", "questions_right", "notes",
                     "problem"])
    for person in lesson.people:
        writer.writerow([plain_text(person.student), plain_text(person.name), short(person.points),
                         short(lesson.max_points), person.full, person.right, "; ".join(person.notes),
                         plain_text(person.problem)])
    for student, name in lesson.missing:
        writer.writerow([plain_text(student), plain_text(name), "", short(lesson.max_points), "", "", "not handed in",
                         ""])
    return made.getvalue()


def as_data(lesson: Lesson) -> dict[str, Any]:
    """All numbers of the page. What a class of this size cannot say is null."""
    def interval(found: s.Interval | None, always: bool = False) -> Any:
        if found is None or lesson.few and not always:
            return None
        return {"value": found.value, "low": found.low, "high": found.high}
    return {
        "topic": lesson.topic, "max_points": lesson.max_points, "counted": lesson.counted,
        "few": lesson.few, "alpha": None if lesson.few else lesson.alpha,
        "tomorrow": [{"students": number, "what": what, "words": words}
                     for number, what, words in say_tomorrow(lesson)],
        "exercises": [{"name": line.name, "points": line.points, "mean": line.mean, "full": line.full,
                       "untouched": line.untouched, "rest": interval(line.rest),
                       "told": [{"id": each.id, "words": each.words, "students": each.students} for each in line.told]}
                      for line in lesson.exercises],
        "questions": [{"id": line.id, "key": line.question.key, "answers": dict(line.answers),
                       "right": interval(line.right, True), "rest": interval(line.rest), "notes": line.notes}
                      for line in lesson.questions],
        "pairs": None if lesson.few else [
            {"idea": idea, "mistake": bug, "both": both, "with_idea": first, "with_mistake": second, "chance": chance}
            for idea, bug, both, first, second, chance in lesson.pairs],
        "packages": dict(lesson.packages), "void": list(lesson.void), "given": list(lesson.given),
        "students": [{"student": person.student, "name": person.name, "points": person.points, "full": person.full,
                      "right": person.right, "notes": person.notes, "problem": person.problem}
                     for person in lesson.people],
        "missing": [{"student": student, "name": name} for student, name in lesson.missing]}
