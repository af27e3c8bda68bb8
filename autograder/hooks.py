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
import copy
import functools
import glob
import os
import re
import shutil
import sys
from html import escape
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader import preprocessors
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import notebook_hash
from traitlets import Unicode

from autograder import mathml
from autograder.files import shown
from autograder.intake import carry_over, student_id, travelling

NOTES = "grading"                                    # notebook metadata: what Repair tells Judge
CODE = Path(__file__).resolve().parent


def topics(root: Path) -> list[str]:
    """The graded lessons of a course folder."""
    names = {path.stem for path in (CODE / "solutions").glob("*.py")} - {"__init__"}
    return sorted(name for name in names if (Path(root) / "source" / f"{name}.md").exists()
                  or (Path(root) / "release" / name).is_dir())


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
    return bool(topic) and names.get("notebook") == topic and topic in topics(root)


def after_autograde(assignment=None, student=None, notebooks=None) -> None:
    """Called by nbgrader after a submission: the time and the secret of the exchange go with the graded notebook."""
    _carry_on(assignment, notebooks, "autograded")


def after_feedback(assignment=None, student=None, notebooks=None) -> None:
    """Called by nbgrader after a page: release_feedback looks for time and secret beside it."""
    _carry_on(assignment, notebooks, "feedback")


def _carry_on(assignment, notebooks, step: str) -> None:
    root = Path.cwd()                                # nbgrader works in the course folder, and names no student here
    if assignment in topics(root):
        for folder in {Path(notebook).parent for notebook in notebooks or ()}:
            carry_over(folder, root / step / student_id(folder.parent.name) / folder.name)


class ReleaseFeedback(ExchangeReleaseFeedback):
    """As nbgrader's, but a page that cannot be released does not stop the others: it is named."""

    def copy_files(self):
        beside, failed = [], []
        excluded = set(self.coursedir.student_id_exclude.split(","))
        for folder in self._folders():
            student = folder.parent.name
            pages = sorted(folder.glob("*.html"))
            if not pages or student in excluded:
                continue
            secret = travelling(folder).get("submission_secret.txt")
            if secret is None:
                beside.append(student)
                continue
            try:
                for page in pages:
                    self._release(page, notebook_hash(secret=secret, notebook_id=page.stem))
            except OSError as problem:
                failed.append(f"{shown(student)} ({problem.strerror})")
        names = ", ".join(map(shown, beside))
        if beside:
            self.log.warning("Not released, since they were not handed in through the exchange: %s. Their pages are in "
                             "%s.", names, self.coursedir.feedback_directory)
        if failed:
            self.fail(f"Could not be released: {', '.join(failed)}")

    def _folders(self) -> list[Path]:
        student = self.coursedir.student_id or "*"
        where = functools.partial(self.coursedir.format_path, self.coursedir.feedback_directory,
                                  assignment_id=self.coursedir.assignment_id)
        named = Path(where(student_id=student))
        return [named] if named.is_dir() else sorted(map(Path, glob.glob(where(student_id=student))))

    def _release(self, page: Path, name: str) -> None:
        target = Path(self.dest_path, f"{name}.html")
        beside = target.with_name(f"{name}-tmp.html")
        shutil.copyfile(page, beside)
        beside.chmod(0o644)                          # nobody can list this folder; who knows the secret may read
        os.replace(beside, target)
        self.log.info("Feedback of %s released to: %s", shown(page.parent.parent.name), target)


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


# --- what judging needs, made once in a process --------------------------------------------------------------

@functools.cache
def lesson_of(root: Path, topic: str):
    from autograder.gradebook import secret_seed
    from autograder.judge import load_lesson

    return load_lesson(root, topic, secret_seed(root))


@functools.cache
def sandbox_of(root: Path, how: str):
    from autograder.isolation import make_sandbox

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
        from autograder.reader import Unreadable, read_bytes

        path = Path(filename)
        try:
            if path.parent.is_symlink() or path.parent.parent.is_symlink():
                raise Unreadable("The folder that was handed in is a link: nothing in it was opened.")
            resources["submission"] = {"data": read_bytes(path), "problem": ""}
        except Unreadable as reason:
            resources["submission"] = {"data": None, "problem": str(reason)}
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(nbformat.v4.new_notebook(), resources=resources, **kwargs)


class Repair(NbGraderPreprocessor):
    """Everything but the learner's answers as it was handed out."""

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return nb, resources
        from autograder import judge

        submission = resources.pop("submission")
        lesson = lesson_of(root, resources["nbgrader"]["assignment"])
        notebook, notes = judge.prepare(submission["data"], lesson, submission["problem"])
        notes["content"] = judge.digest(submission["data"] or b"")
        notebook["metadata"] = {**notebook["metadata"], NOTES: notes}
        return nbformat.from_dict(notebook), resources


class ZeroScores(NbGraderPreprocessor):
    """Last before the answers are run: a 0 in every grade cell. Stock takes a cell without output for a right one."""

    def preprocess(self, nb, resources):
        from autograder import judge

        if _is_lesson(_course_root(self), resources):
            judge.zero_scores(nb)
        return nbformat.from_dict(nb), resources


class Judge(NbGraderPreprocessor):
    """Scores and messages in the place of Execute's outputs. Stock SaveAutoGrades reads the scores."""

    isolation = Unicode("auto", help="auto, bubblewrap, landlock or none").tag(config=True)

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return preprocessors.Execute(parent=self.parent)(nb, resources)
        from autograder import isolation, judge

        lesson = lesson_of(root, resources["nbgrader"]["assignment"])
        notes = nb.metadata.pop(NOTES)
        how = isolation.choose(os.environ.get("COURSE_ISOLATION") or self.isolation)
        result = judge.judge_notebook(nb, notes, lesson, sandbox_of(root, how))
        result["content"] = notes["content"]
        judge.write_outputs(nb, result, lesson)
        resources["course_result"] = result
        return nbformat.from_dict(nb), resources


class SaveQuestions(NbGraderPreprocessor):
    """The scores of the quiz into the gradebook, and the record of the submission."""

    def preprocess(self, nb, resources):
        root = _course_root(self)
        if not _is_lesson(root, resources):
            return nb, resources
        from autograder import records
        from autograder.gradebook import open_gradebook, save_grade

        names = resources["nbgrader"]
        result = resources.get("course_result")
        if result is None:
            raise RuntimeError("The judge did not run, so nothing is scored: is it switched off in nbgrader_config.py?")
        with open_gradebook(names["db_url"]) as gradebook:
            for name, outcome in result["questions"].items():
                grade = gradebook.find_grade(name, names["notebook"], names["assignment"], names["student"])
                save_grade(grade, outcome["points"])
            gradebook.db.commit()
        records.write(root, names["student"], result)
        return nb, resources


class Formulas(IPythonRenderer):
    """Markdown whose formulas are MathML."""

    def block_math(self, body: str) -> str:
        return mathml.formula(body, display=True)

    def inline_math(self, body: str) -> str:
        return mathml.formula(body)

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        made = mathml.formula(whole, display=True)
        return made if made.startswith("<math") else self.escape_html(whole)


class FeedbackPages(HTMLExporter):
    """nbconvert's page without MathJax from the network: formulas are MathML.

    Nor is the finished page parsed a second time, which takes half the time of all.
    """

    _FROM_THE_NETWORK = re.compile(
        r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->"
        r"|<script\b[^<>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^<>]*>\s*</script\s*>"
        r"|<script\b[^<>]*>\s*import\s+mermaid\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)

    _rendered: dict = {}                             # what was rendered before in this process, by its source
    most_rendered = 5000

    def from_notebook_node(self, nb, resources=None, **kwargs):
        resources = self._init_resources(resources)
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        self.register_filter("highlight_code", self._once(Highlight2HTML(pygments_lexer=lexer, parent=self)))
        self.register_filter("filter_data_type", WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources))
        page, resources = TemplateExporter.from_notebook_node(self, self._with_formulas(nb), resources, **kwargs)
        return self._FROM_THE_NETWORK.sub("", page), resources

    def _with_formulas(self, nb):
        """The formulas in the result cards, which are HTML already."""
        cells = []
        for cell in nb.cells:
            if cell.get("outputs"):
                cell = copy.deepcopy(cell)
                for output in cell.outputs:
                    data = output.get("data", {})
                    if "text/html" in data:
                        data["text/html"] = mathml.in_html(data["text/html"])
            cells.append(cell)
        return nbformat.NotebookNode({**nb, "cells": cells})

    def _once(self, highlight):
        def highlighted(source, language=None, metadata=None):
            return self._remembered(("code", source), lambda: highlight(source, language, metadata))
        return highlighted

    @pass_context
    def markdown2html(self, context, source):
        attachments = context.get("cell", {}).get("attachments")
        if attachments:
            return self._rendered_text(source, attachments)
        return self._remembered(("text", source), lambda: self._rendered_text(source, {}))

    def _rendered_text(self, source, attachments):
        return MarkdownWithMath(renderer=Formulas(
            escape=False, attachments=attachments, anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links, **self.lexer_options)).render(source)

    def _remembered(self, key, make):
        if key not in self._rendered:
            if len(self._rendered) > self.most_rendered:
                self._rendered.clear()
            self._rendered[key] = make()
        return self._rendered[key]


class ClearSolutions(preprocessors.ClearSolutions):
    """A question's cell is a solution cell without a solution region: nbgrader would replace all of it."""

    def preprocess_cell(self, cell, resources, index):
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and meta.get("solution") and "question" in cell.metadata.get("tags", []):
            return cell, resources
        return super().preprocess_cell(cell, resources, index)
