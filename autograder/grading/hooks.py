"""What nbgrader calls in place of its own steps. nbgrader_config.py names each of them.

    ReadAnything      opens a submission whatever it is; an unreadable one is graded as an empty lesson that says why
    Repair            rebuilds all but the learner's answers from what was handed out
    ZeroScores        a 0 in every grade cell before anything is run
    Judge             in place of Execute: runs the answers behind a wall, writes scores and messages into the cells
    SaveQuestions     quiz scores, and the record; between SaveAutoGrades and AssignLatePenalties
    FeedbackPages     nbgrader's feedback page, formulas included, without a network; the lesson's text is rendered once
    ReleaseFeedback   as nbgrader's, but a page without its secret stops nobody else's
    ClearSolutions    as nbgrader's, but leaves the question cells of the quiz alone

Assignments that are not lessons of this course go through stock nbgrader untouched.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import sys
from dataclasses import asdict
from html import escape
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import preprocessors
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.files import student_id
from autograder.grading import records
from autograder.grading.gradebook import open_gradebook
from autograder.grading.intake import carry_over, folder_of, submitted_at, travelling
from autograder.grading.marks import save_grade, take_turn
from autograder.judging import judge, pages
from autograder.judging.assignment import Assignment, load_assignment
from autograder.judging.repair import load_template
from autograder.lessons import catalogue
from autograder.lessons.bank import bank_path, own_path
from autograder.lessons.catalogue import judged_topics
from autograder.lessons.changes import changes_of
from autograder.lessons.private import draw_of, drawn_from, secret_seed
from autograder.lms import collect
from autograder.reading.files import Unreadable, digest
from autograder.reading.found import Found, submitted
from autograder.sandbox import walls
from autograder.sandbox.sandbox import AnySandbox, make_sandbox
from course.checking.reader import Notes

NOTES = "grading"                                    # notebook metadata: what Repair tells Judge


def replaced(converter, trait: str, instead: dict) -> list:
    """nbgrader's own list of preprocessors with some of them replaced: the others stay in their places."""
    stock = converter.class_traits()[trait].default()
    return [new for pp in stock for new in instead.get(pp, [pp])]


def _course_root(step) -> Path:
    """The course folder of a running nbgrader step (a preprocessor's or an exporter's)."""
    while step is not None:
        if getattr(step, "coursedir", None) is not None:
            return Path(step.coursedir.root)
        step = step.parent
    return Path.cwd()


def _is_lesson(root: Path, resources: dict) -> bool:
    names = resources.get("nbgrader", {})
    topic = names.get("assignment")
    return bool(topic) and names.get("notebook") == topic and topic in judged_topics(root)


def after_autograde(assignment=None, student=None, notebooks=None) -> None:
    """Called by nbgrader after a submission: the time and the secret of the exchange go with the graded notebook."""
    _carry_on(assignment, notebooks, "autograded")


def after_feedback(assignment=None, student=None, notebooks=None) -> None:
    """Called by nbgrader after a page: release_feedback looks for time and secret beside it."""
    _carry_on(assignment, notebooks, "feedback")


def _carry_on(assignment, notebooks, step: str) -> None:
    root = Path.cwd()                                # nbgrader works in the course folder, and names no student here
    if assignment in judged_topics(root):
        for folder in {Path(notebook).parent for notebook in notebooks or ()}:
            carry_over(folder, root / step / student_id(folder.parent.name) / folder.name)


MISSING = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="{base}/formgrader/static/node_modules/bootstrap/dist/css/bootstrap.min.css"></head>
<body><div class="container"><h3>{title}</h3>
<p>The gradebook has marks for it, and <code>{path}</code> is not there. Nothing is lost: the marks stay, and the
notebook is graded again from what was handed in.</p>
<p>Press Autograde in <a href="{base}/formgrader/manage_submissions/{topic}">Manage Submissions</a>, or run
<code>python -m autograder grade {topic}</code>.</p></div></body></html>
"""


def mend_formgrader() -> None:
    """A page for a graded notebook that is missing: nbgrader 0.9.6 imports a template there that it does not ship."""
    handlers = sys.modules.get("nbgrader.server_extensions.formgrader.handlers")
    if handlers is None or (Path(handlers.template_path) / "formgrade_macros.tpl").exists():
        return
    stock = handlers.SubmissionHandler.render

    def render(self, name, **names):
        if name != "formgrade_404.tpl":
            return stock(self, name, **names)
        found = names["resources"]
        words = {"title": f"The graded notebook of {found['student']} is missing", "path": found["filename"],
                 "topic": found["assignment_id"], "base": found["base_url"].rstrip("/")}
        return MISSING.format(**{name: escape(text) for name, text in words.items()})

    if stock.__name__ != "_missing_page":
        render.__name__ = "_missing_page"
        handlers.SubmissionHandler.render = render


def mend_sessions() -> None:
    """Formgrader keeps one session with the gradebook: after each request it ends, so that a page shows what another
    grader has written since, and one that failed (a server that was restarted) takes no later one with it.
    """
    base = sys.modules.get("nbgrader.server_extensions.formgrader.base")
    if base is None or "on_finish" in vars(base.BaseHandler):
        return

    def on_finish(self):
        gradebook = self.settings.get("nbgrader_gradebook")
        if gradebook is not None:
            gradebook.db.remove()
        super(base.BaseHandler, self).on_finish()

    base.BaseHandler.on_finish = on_finish


# --- what judging needs, kept in a process -------------------------------------------------------------------

_assignments: dict[tuple[Path, str, int], tuple[tuple, Assignment]] = {}


def assignment_of(root: Path, topic: str, student: str = "") -> Assignment:
    """The lesson with the student's set of cases. In a server that stays up, such as formgrader's, it is read anew
    after a rebuild.
    """
    catalogue.enter(root)
    seed = secret_seed(root)
    draw = draw_of(seed, student)
    parts = (catalogue.notebook_path(topic, "release", root), bank_path(topic, root), own_path(topic, root),
             root / "private" / "seed",
             catalogue.data_folder(topic) / "exercises" / f"{topic}.json", *sorted(drawn_from(topic)))
    stamp = tuple((str(path), path.stat().st_mtime_ns if path.exists() else 0) for path in parts)
    kept = _assignments.get((root, topic, draw))
    if kept is None or kept[0] != stamp:
        # what this process has imported may be older than the files: then another process draws the cases
        fresh = any(key[:2] == (root, topic) for key in _assignments)
        kept = stamp, load_assignment(root, topic, seed, fresh, draw)
        _assignments[root, topic, draw] = kept
    return kept[1]


@functools.cache
def sandbox_of(root: Path, how: str) -> AnySandbox:
    sandbox = make_sandbox(how, root)
    atexit.register(sandbox.close)
    return sandbox


# --- the steps -----------------------------------------------------------------------------------------------

class ReadAnything(NotebookExporter):
    """Opens a submission without believing in it: Repair gets its bytes."""

    def from_filename(self, filename, resources=None, **kwargs):
        root = _course_root(self)
        sanitizing = getattr(self.parent, "_sanitizing", False)
        if not sanitizing or not _is_lesson(root, resources or {}):
            return super().from_filename(filename, resources=resources, **kwargs)
        path = Path(filename)
        try:
            found = submitted(path.parent, load_template(root, path.stem))
        except Unreadable as reason:
            found = Found(problem=str(reason))
        resources["submission"] = found
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(nbformat.v4.new_notebook(), resources=resources, **kwargs)


class Repair(NbGraderPreprocessor):
    """Everything but the learner's answers as it was handed out."""

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return nb, resources
        submission = resources.pop("submission")
        assignment = assignment_of(root, resources["nbgrader"]["assignment"], resources["nbgrader"]["student"])
        notebook, notes = judge.prepare(submission.data, assignment, submission.problem)
        notes.notebook = [*filter(None, [submission.note]), *notes.notebook]
        kept = {"notes": asdict(notes), "content": digest(submission.problem.encode() or submission.data)}
        notebook["metadata"] = {**notebook["metadata"], NOTES: kept}
        return nbformat.from_dict(notebook), resources


class ZeroScores(NbGraderPreprocessor):
    """Last before the answers are run: a 0 in every grade cell. Stock takes a cell without output for a right one."""

    def preprocess(self, nb, resources):
        if _is_lesson(_course_root(self), resources):
            pages.zero_scores(nb)
        return nbformat.from_dict(nb), resources


class Judge(NbGraderPreprocessor):
    """Scores and messages in the place of Execute's outputs. Stock SaveAutoGrades reads the scores."""

    isolation = Unicode("auto", help="auto, bubblewrap, landlock or none").tag(config=True)

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return preprocessors.Execute(parent=self.parent)(nb, resources)
        names = resources["nbgrader"]
        # read before a score is saved: where one is damaged, nothing is half done
        changes = changes_of(root, names["assignment"])
        identity = collect.known(root, names["assignment"]).get(names["student"], {}).get("identity")
        assignment = assignment_of(root, names["assignment"], names["student"])
        kept = nb.metadata.pop(NOTES)
        how = walls.choose(os.environ.get("COURSE_ISOLATION") or self.isolation)
        result = judge.judge_notebook(nb, Notes(**kept["notes"]), assignment, sandbox_of(root, how), kept["content"])
        pages.write_outputs(nb, result, assignment)
        for cell in nb.cells:                            # nbgrader stops at a score above the maximum, which is 0
            if cell["metadata"].get("nbgrader", {}).get("grade_id") in result["exercises"].keys() & set(changes.void):
                cell["outputs"][-1] = pages.score_output(0.0)
        resources["course_result"] = result, changes, identity
        return nbformat.from_dict(nb), resources


class SaveQuestions(NbGraderPreprocessor):
    """The scores of the quiz into the gradebook, and the record of the submission."""

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return nb, resources
        names = resources["nbgrader"]
        if "course_result" not in resources:
            raise RuntimeError("The judge did not run, so nothing is scored: is it switched off in nbgrader_config.py?")
        result, changes, identity = resources["course_result"]
        with open_gradebook(names["db_url"]) as gradebook:
            take_turn(gradebook.db.connection())
            for name, outcome in result["questions"].items():
                grade = gradebook.find_grade(name, names["notebook"], names["assignment"], names["student"])
                save_grade(grade, outcome["points"])
            for name in (name for name, outcome in result["exercises"].items() if outcome["unchecked"]):
                grade = gradebook.find_grade(name, names["notebook"], names["assignment"], names["student"])
                save_grade(grade, None)
            for name in (*changes.given, *changes.void):     # of what is void the maximum is 0
                with contextlib.suppress(MissingEntry):
                    grade = gradebook.find_grade(name, names["notebook"], names["assignment"], names["student"])
                    save_grade(grade, grade.max_score)
            gradebook.db.commit()
        stamp = submitted_at(travelling(self._handed_in(names)).get("timestamp.txt", ""))
        record = records.make(names["student"], result, str(stamp) if stamp else None, identity)
        records.write(root, records.with_changes(record, changes))
        return nb, resources


    def _handed_in(self, names) -> Path:
        coursedir = self.parent.parent.coursedir
        return folder_of(Path(coursedir.format_path(coursedir.submitted_directory, names["student"],
                                                    names["assignment"])))


class ClearSolutions(preprocessors.ClearSolutions):
    """A question's cell is a solution cell without a solution region: nbgrader would replace all of it."""

    def preprocess_cell(self, cell, resources, index):
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and meta.get("solution") and "question" in cell.metadata.get("tags", []):
            return cell, resources
        return super().preprocess_cell(cell, resources, index)
