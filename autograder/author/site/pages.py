"""A lesson as pages, one a section, in Markdown: its text, its code with what it printed and drew, its cards.

Of an exercise stands the statement with its hints folded, and what the learner's notebook has in place of a solution.
"""

import base64
import html
import re
from dataclasses import dataclass, field

from autograder.author.cells import slugify
from autograder.author.execute import small
from autograder.author.pace import words
from autograder.author.site.cards import card_html, card_of, said_html

SHORT = 130             # words: a shorter section joins the page before it
LONG = 1100             # words: a longer section begins a new page at each of its own headings
LEFT_OUT = {                # what only a notebook can do, and what a page says in its place
    "check": "You write it in the notebook, where a check says at once what is right and what is not.",
    "carry": "That cell is in the notebook alone. On these pages the course's own functions stand for yours.",
    "review": "They are asked in the notebook alone, which knows what you have answered before.",
    "progress": 'What you have answered here stands in <a href="../progress.html">Your answers</a>.'}
VARIANTS = {"torch": "PyTorch", "keras": "Keras"}
HEADING = re.compile(r"(#{1,6}) (.*)")
STYLE = re.compile(r"<style>.*?</style>", re.S)          # a card's own: the page has it
FENCE = re.compile(r"(`{3,}|~{3,})")
FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1[ ]*$", re.M | re.S)
TERM = re.compile(r"\*\*([A-Za-z][A-Za-z-]*(?: [A-Za-z-]+){0,2})\*\*(?!:)")
LAB = re.compile(r"^labs\.", re.M)
SAID = re.compile(r"""^your_prediction\(["']([^"']+)["']\)""", re.M)


@dataclass
class Page:
    """One page of a lesson. `anchors`: its headings, as the notebook's links name them."""

    topic: str
    name: str
    title: str
    cells: list = field(default_factory=list)

    @property
    def place(self):
        return f"{self.topic}/{self.name}"

    @property
    def anchors(self):
        found = (HEADING.match(cell.source) for cell in self.cells if cell.cell_type == "markdown")
        return [match[2].replace(" ", "-") for match in found if match]

    @property
    def terms(self):
        """What is explained on the page: a term is bold where it is."""
        texts = (FENCED.sub("", cell.source) for cell in self.cells if cell.cell_type == "markdown")
        return sorted({term.lower() for text in texts for term in TERM.findall(text)})

    @property
    def words(self):
        return sum(words(cell.source) for cell in self.cells if not _folded(cell))


def pages_of(topic, nb):
    """The pages of a lesson, the first of them "index", without the heading that they stand under."""
    sections = [[]]
    for cell in nb.cells:
        heading = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        if heading and len(heading[1]) == 2:
            sections.append([])
        sections[-1].append(cell)
    found = []
    for cells in sections:
        if found and sum(words(cell.source) for cell in cells) < SHORT:
            found[-1].cells += cells
            continue
        found += [_page(topic, part, not found) for part in _parts(cells)]
    names = [page.name for page in found]
    for k, page in enumerate(found):
        if page.name in names[:k]:
            page.name = f"{page.name}-{k}"
    return found


def _parts(cells):
    """A section, or a long one cut at its own headings."""
    if sum(words(cell.source) for cell in cells if not _folded(cell)) <= LONG:
        return [cells]
    parts = [[]]
    for cell in cells:
        heading = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        if heading and len(heading[1]) == 3 and not cell.source.startswith("### Exercise ·"):
            parts.append([])
        parts[-1].append(cell)
    return parts


def _page(topic, cells, first):
    title = next((match[2] for match in (HEADING.match(cell.source) for cell in cells) if match), topic)
    return Page(topic, "index" if first else slugify(re.sub(r"^\d+\. ", "", title)), title, cells)


def _folded(cell):
    return cell.cell_type == "code" and bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


# --- a page as Markdown ------------------------------------------------------------------------------------------

class Writer:
    """Writes a page's Markdown, and collects the figures that stand in it.

    Parameters
    ----------
    stubs : {cell id: source} of the learner's notebook
    entries : {question: its entry in the bank}; {} for a class
    link : function of (topic, target) that says where a link of the text leads, None where nowhere
    """

    def __init__(self, stubs, entries, link):
        self.stubs, self.entries, self.link = stubs, entries, link
        self.figures = {}                       # name -> PNG

    def page(self, page):
        top = min((top_of(cell.source) for cell in page.cells if cell.cell_type == "markdown"), default=1)
        parts = [self.cell(page, cell, top, cell is page.cells[0]) for cell in page.cells]
        return "\n\n".join(part for part in parts if part)

    def cell(self, page, cell, top, first):
        tags = set(cell.metadata.get("tags", ()))
        if cell.cell_type == "markdown":
            return self.text(page.topic, cell.source, top if first else min(top, top_of(cell.source) - 1))
        if left_out := tags & LEFT_OUT.keys():
            return raw(f'<p class="site-only">{LEFT_OUT[left_out.pop()]}</p>')
        if tags & {"question", "predict"}:
            return raw(card_html(card_of(cell, self.entries.get(cell.id)), page.topic))
        if cell.metadata.get("nbgrader", {}).get("solution"):
            written = VARIANTS.get(cell.id.rpartition("-")[2])
            return folded(f"Signature and docstring{f', in {written}' if written else ''}", code(self.stubs[cell.id]))
        shown = code(cell.source)
        if _folded(cell) or cell.id == "setup":
            shown = folded("Code" if _folded(cell) else "What is imported", shown)
        return "\n\n".join([shown, *filter(None, (self.output(page, cell, output, k)
                                                  for k, output in enumerate(_joined(cell.outputs))))])

    def text(self, topic, source, top):
        """A text cell: its headings raised, `top` to a page's own, its links turned to the pages."""
        lines, fence = source.split("\n"), None
        for k, line in enumerate(lines):
            mark = FENCE.match(line)
            if mark and (fence is None or line.startswith(fence)):
                fence = mark[1] if fence is None else None
            elif fence is None:
                heading = HEADING.match(line)
                lines[k] = f"{'#' * (len(heading[1]) - top + 1)} {heading[2]}" if heading else line
        return linked("\n".join(lines), lambda target: self.link(topic, target))

    def output(self, page, cell, output, k):
        if output.output_type == "stream":
            return printed(output.text) if output.name == "stdout" else ""
        data = output.get("data", {})
        if "image/png" in data:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt") or data.get("text/plain", "")
            return self.figure(page, cell, data["image/png"], alt, k)
        if "application/vnd.jupyter.widget-view+json" in data or "course-asleep" in data.get("text/html", ""):
            return ""
        if "course-said" in data.get("text/html", ""):
            return raw(said_html(SAID.search(cell.source)[1]))
        if data.get("text/html"):
            return raw(f'<div class="site-output">{STYLE.sub("", data["text/html"])}</div>')
        return printed(data.get("text/plain", ""))

    def figure(self, page, cell, png, alt, k):
        name = f"{page.topic}/{cell.id}{f'-{k}' if k else ''}.png"
        self.figures[name] = small(base64.b64decode(png))
        width, height = (int.from_bytes(self.figures[name][at:at + 4], "big") for at in (16, 20))
        caption = ""
        if LAB.search(cell.source):
            caption = (f'<figcaption>A lab: in the notebook you move it yourself. <a href="../notebooks/{page.topic}'
                       '.ipynb" download>Take the notebook</a>, and run this cell.</figcaption>')
        return raw(f'<figure class="site-figure"><img src="../figures/{name}" alt="{html.escape(alt)}" '
                   f'width="{width}" height="{height}">{caption}</figure>')


def top_of(source):
    """The level of the heading that a text begins with; 6 where it begins with none."""
    match = HEADING.match(source)
    return len(match[1]) if match else 6


def _joined(outputs):
    """Outputs with neighbouring prints made one, as a notebook shows them."""
    found = []
    for output in outputs:
        before = found[-1] if found else None
        if output.output_type == "stream" and before and before.output_type == "stream" and before.name == output.name:
            before.text += output.text
        else:
            found.append(output.copy())
    return found


def code(source):
    return f"```python\n{source}\n```" if source.strip() else ""


def folded(summary, inner):
    return f"<details>\n<summary>{html.escape(summary)}</summary>\n\n{inner}\n\n</details>" if inner else ""


def printed(text):
    """What a cell printed; a line that was written over, as progress is, stands as it was at the end."""
    text = "\n".join(line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").rstrip().split("\n"))
    return raw(f'<pre class="site-output" tabindex="0" aria-label="output">{html.escape(text, quote=False)}</pre>'
               ) if text else ""


def raw(text):
    """HTML for a page, as it is."""
    return f"`````{{raw}} html\n{text}\n`````"


LINK = re.compile(r"(!?)\[((?:[^\[\]`]|`[^`]*`|\[[^\]]*\])*)\]\(([^()\s]+)\)")


def linked(text, link):
    """Markdown with its links as `link(target)` gives them; where that is None only the words stay."""
    def new(match):
        if match[1] or re.match(r"[a-z]+:", match[3]):
            return match[0]
        target = link(match[3])
        return f"[{match[2]}]({target})" if target else match[2]

    parts = re.split(r"(^(?:`{3,}|~{3,}).*?^(?:`{3,}|~{3,})[ ]*$)", text, flags=re.M | re.S)
    return "".join(part if k % 2 else LINK.sub(new, part) for k, part in enumerate(parts))
