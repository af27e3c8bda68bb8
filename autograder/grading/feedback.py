"""Feedback pages: nbgrader's own, several at a time, which show their formulas without a network."""

from __future__ import annotations

import contextlib
import copy
import functools
import glob
import hashlib
import json
import multiprocessing.util
import os
import re
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader.api import MissingEntry
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder import mathml
from autograder.files import shown
from autograder.grading import records
from autograder.grading.gradebook import config_of, open_gradebook
from autograder.grading.intake import travelling
from autograder.judging.pages import feedback_top
from autograder.lessons import catalogue
from autograder.reading.bounds import TooMuch, own_time
from course.cards.text import paragraph


class ReleaseFeedback(ExchangeReleaseFeedback):
    """As nbgrader's, but a page that cannot be released does not stop the others: it is named."""

    def copy_files(self):
        beside, failed = [], []
        self._renew()
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

    def _renew(self) -> None:
        """No page is given back that a regrade or a mark by hand has overtaken."""
        root, topic = Path(self.coursedir.root), self.coursedir.assignment_id
        if topic not in catalogue.judged_topics(root):
            return
        with open_gradebook(self.coursedir.db_url) as book:
            old = stale_pages(root, topic, book)
        if old:
            self.log.warning("The marks have changed since %d pages were made: they are made again.", len(old))
            feedback_pages(root, topic, old)

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


def _root_of(step) -> Path | None:
    while step is not None:
        if getattr(step, "coursedir", None) is not None:
            return Path(step.coursedir.root)
        step = step.parent
    return None


def fingerprint(record, marks: dict, penalty, comments: dict) -> str:
    """Of all that a page says of marks: a page that has another is old."""
    said = [record["graded"], record["words_version"], sorted((name, round(score, 6)) for name, (score, _)
            in marks.items()), round(float(penalty or 0), 6), sorted(comments.items())]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def stale_pages(root: Path, topic: str, book) -> list[str]:
    """The students whose page was made before a regrade, a mark or a comment by hand, or another penalty."""
    old = []
    for folder in sorted((root / "feedback").glob(f"*/{glob.escape(topic)}")):
        page, student = folder / f"{topic}.html", folder.parent.name
        record = records.read(root, topic, student)
        if not page.is_file() or not records.is_current(record):
            continue
        with contextlib.suppress(MissingEntry), page.open(encoding="utf-8", errors="replace") as file:
            notebook = book.find_submission_notebook(topic, topic, student)
            marks = {grade.name: (float(grade.score), 0.0) for grade in notebook.grades}
            comments = {each.name: each.comment for each in notebook.comments
                        if each.comment and each.comment != NO_COMMENT}
            made = re.search(r'<meta name="marks" content="(\w+)">', file.read(2000))
            if made is None or made[1] != fingerprint(record, marks, notebook.late_submission_penalty, comments):
                old.append(student)
    return old


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


NO_COMMENT = "No response."     # nbgrader's own, under each cell that is as it was handed out: the card says it
NO_PAGE = "This page would take too long to make. The marks stand; a person has to look at the graded notebook."


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
    longest_remembered = 5000                        # characters

    def from_notebook_node(self, nb, resources=None, **kwargs):
        try:
            with own_time():
                return self._page(nb, self._init_resources(resources), **kwargs)
        except TooMuch:
            bare = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(NO_PAGE)])
            return self._page(bare, self._init_resources(resources), **kwargs)

    def _page(self, nb, resources, **kwargs):
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        self.register_filter("highlight_code", self._once(Highlight2HTML(pygments_lexer=lexer, parent=self)))
        self.register_filter("filter_data_type", WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources))
        page, resources = TemplateExporter.from_notebook_node(self, self._with_formulas(nb), resources, **kwargs)
        return self._with_top(self._FROM_THE_NETWORK.sub("", page), resources), resources

    def _preprocess(self, nb, resources):
        nb, resources = super()._preprocess(nb, resources)
        self._graded = self._with_changes(nb, resources)     # with the gradebook's scores and comments in it
        return nb, resources

    _CONTENTS = re.compile(r'<h4>[^<]*</h4>\s*<div id="toc">.*?</ol>\s*</div>', re.DOTALL)

    def _with_top(self, page: str, resources) -> str:
        """nbgrader's list of "Coding free-response" gives way to what was told of each part, and what to mend next."""
        names, record = resources.get("nbgrader", {}), self._record(resources)
        if record is None:
            return page
        marks, comments = {}, {}
        for cell in self._graded.cells:
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("grade") and "score" in meta:
                marks[meta["grade_id"]] = (float(meta["score"]), float(meta["points"]))
            if meta.get("comment") and meta["comment"] != NO_COMMENT:
                comments[meta["grade_id"]] = meta["comment"]
        top = feedback_top(record, marks, comments, float(names.get("score", 0)), float(names.get("max_score", 0)),
                           float(names.get("late_penalty", 0)))
        mark = f'<meta name="marks" content="{fingerprint(record, marks, names.get("late_penalty", 0), comments)}">'
        page = self._CONTENTS.sub(lambda _: mathml.in_html(str(top)), page, count=1)
        return page.replace("<head>", f"<head>{mark}", 1)

    def _record(self, resources) -> records.Record | None:
        names, root = resources.get("nbgrader", {}), _root_of(self)
        record = records.read(root, names.get("assignment", ""), names.get("student", "")) if root else None
        return record if records.is_current(record) else None

    def _with_changes(self, nb, resources):
        """Above the card of what is void or given to all: that it is. And no comment that says nothing."""
        record = self._record(resources)
        for cell in nb.cells if record else ():
            if cell.metadata.get("nbgrader", {}).get("comment") == NO_COMMENT:
                del cell.metadata.nbgrader["comment"]
            part = record["parts"].get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if part and (part["state"] == "void" or records.is_given(part)):
                said = paragraph(part["notes"][0])
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": f"<strong>{said}</strong>"}),
                                *cell.outputs]
        return nb

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
        if len(key[1]) > self.longest_remembered:        # of one student's own
            return make()
        if key not in self._rendered:
            if len(self._rendered) > self.most_rendered:
                self._rendered.clear()
            self._rendered[key] = make()
        return self._rendered[key]


# --- feedback -----------------------------------------------------------------------------------------------

def feedback_pages(root: Path, topic: str, students: list[str], jobs: int = 0) -> int:
    """nbgrader's own feedback pages, several at a time. Returns how many were written."""
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    jobs = min(jobs or os.cpu_count() or 1, max(len(students), 1))
    shares = [students[start::jobs] for start in range(jobs)]
    with ProcessPoolExecutor(jobs, context) as pool:
        return sum(pool.map(_feedback_share, [(str(root), topic, share) for share in shares]))


def _feedback_share(item) -> int:
    """One worker's share of the pages, by one converter: its templates are compiled once."""
    import logging

    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    root, topic, students = item

    class Share(GenerateFeedback):
        def init_notebooks(self):
            folders = (self._format_source(topic, student) for student in students)
            found = {folder: [os.path.join(folder, f"{topic}.ipynb")] for folder in folders}
            self.assignments = {folder: files for folder, files in found.items() if os.path.exists(files[0])}
            self.notebooks = []

    config = config_of(Path(root))
    config.CourseDirectory.root = root
    config.CourseDirectory.assignment_id = topic
    converter = Share(coursedir=CourseDirectory(config=config), config=config)
    converter.log = logging.Logger("feedback", logging.ERROR)
    converter.force = True
    converter.start()
    return len(converter.assignments)
