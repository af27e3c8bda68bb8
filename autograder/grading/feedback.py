"""Feedback pages: nbgrader's own, several at a time, which show their formulas without a network."""

from __future__ import annotations

import copy
import functools
import glob
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
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder import mathml
from autograder.files import shown
from autograder.grading.gradebook import config_of
from autograder.grading.intake import travelling


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
