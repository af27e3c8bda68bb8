"""`python -m autograder site`: the pages around the lessons, the files beside them, and the run of Sphinx."""

import html
import importlib.util
import io
import json
import posixpath
import re
import shutil
import warnings
from pathlib import Path

import yaml

from autograder.author import bundle
from autograder.author.site import mistakes
from autograder.author.site.elsewhere import buttons
from autograder.author.site.pages import Writer, linked, pages_of, raw
from autograder.author.site.runs import runs
from autograder.author.site.settings import settings
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.problems import Problem
from course import contents
from course.cards.text import style
from course.notebook import STATIC

HERE = Path(__file__).resolve().parent
NEEDED = ("sphinx", "myst_parser", "sphinx_book_theme")
LEFT_OUT = ("start",)           # it is about the notebook itself
STAMP = ".pages.json"           # in the site: which edition it is, and which pages it has
LIGHT_FIRST = ' data-theme="auto">', ' data-theme="light">'
READ_OPEN = "A question tells at once what is right, and why. [Your answers](progress.md) stay in this browser."
READ_CLASS = ("A question here only records what you choose; [your answers](progress.md) stay in this browser, and "
              "what counts is what you hand in.")
LICENCE = "<p>Text, questions and figures: CC BY 4.0. Code: BSD 3-clause.</p>"
ZIP = "how-networks-learn.zip"
MACHINE = "On your own machine"
HAVE_OPEN = (f'<a href="notebooks/{ZIP}" download>{ZIP}</a> has all lessons and what they import. In its notebooks a '
             "question records your answer; what is right, these pages tell.")
HAVE_CLASS = "The zip with the notebooks, and what they import, comes from your teacher."
ALONE = ("The notebook that the pages of a lesson give you is one file of it: alone, without the rest, it finds no "
         "<code>course</code>.")
TITLES = {"README.md#teach": "The commands, in order"}      # of sections that are pages for teachers
KEPT = ("What you choose on these pages is kept in this browser, on this machine, and nowhere else. To go on in "
        "notebooks, take it along in a file.")


def site(out, for_class=False, ran=None, work=None):
    """Build the site in the folder `out`. Returns 0.

    Parameters
    ----------
    for_class : bool
        Without keys, explanations and pages for teachers: cards only record.
    ran : {topic: executed notebook}; made, or taken from an earlier run, where it is not given
    work : a folder for what Sphinx keeps between two builds
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise Problem("The site needs packages that are not here. Run: python -m pip install -r requirements-site.txt")
    out = Path(out).resolve()
    if out.is_dir() and any(out.iterdir()) and not (out / ".buildinfo").is_file():
        raise Problem(f"{out} has files that are no site's. Name an empty folder with --out.")
    said = settings()
    work = Path(work or ROOT / ".cache" / "site" / ("class" if for_class else "open"))
    topics = topics_read()
    files = Files(work / "source")
    lessons = Lessons(topics, ran or runs(topics), said, for_class)
    for name, text in {**lessons.texts(), **_teach(said, for_class, lessons)}.items():
        files.put(name, text)
    files.put("index.md", _index(said, lessons, for_class))
    files.put("progress.md", _progress(lessons, for_class))
    files.put("your-machine.md", _machine(for_class))
    files.put("_static/course.js", classic(STATIC / "notebook.js"))
    files.put("_static/card.css", _cards_style())
    styles = [STATIC / "custom" / "page.css", STATIC / "self-study" / "points.css"]
    for path in [*styles[:1 if for_class else 2], *sorted((HERE / "static").iterdir())]:
        files.put(f"_static/{path.name}", path.read_text(encoding="utf-8"))
    files.sweep()
    stamp = _stamp(files, for_class)
    _fresh_where_another(work, out, stamp)
    _sphinx(work, out, said.title)
    beside = Files(out)
    for name, png in lessons.writer.figures.items():
        beside.put(f"figures/{name}", png)
    for topic in topics:
        beside.put(f"notebooks/{topic}.ipynb", catalogue.notebook_path(topic, "release").read_bytes())
    if not for_class:
        bundle.write(work / ZIP, root=files.folder)         # a folder without a class's own: the course as it is
        beside.put(f"notebooks/{ZIP}", (work / ZIP).read_bytes())
    beside.sweep("figures", "notebooks")
    for path in out.rglob("*.html"):
        source = work / "source" / path.relative_to(out).with_suffix(".md")
        if not source.is_file() and path.name not in ("search.html", "genindex.html"):
            path.unlink()                                   # a page that is no longer there
        else:                                               # "auto" has no colours until a script has chosen some
            beside.put(path.relative_to(out), path.read_text("utf-8").replace(*LIGHT_FIRST, 1))
    (out / STAMP).write_text(stamp, encoding="utf-8")
    print(f"wrote {len(list(out.rglob('*.html')))} pages: {out / 'index.html'}")
    return 0


def topics_read():
    """The lessons that have pages."""
    return [topic for topic in contents.TOPICS if topic not in LEFT_OUT]


def _stamp(files, for_class):
    """What all pages of a site depend on: the edition, what makes them, and the list of pages beside each."""
    names = sorted(path for path in files.names if path.suffix == ".md")
    headings = [path.read_text(encoding="utf-8").split("\n", 1)[0] for path in names]
    made_by = [(HERE / "extension.py").read_text(encoding="utf-8"), (ROOT / "requirements-site.txt").read_text("utf-8")]
    return json.dumps(["class" if for_class else "open", *made_by, *map(str, names), *headings])


def _fresh_where_another(work, out, stamp):
    """Have Sphinx read all pages anew where those in `out` are another edition's, or one is new, gone or renamed. Else
    it reads what has changed. Until it is done the site has no stamp.
    """
    path = out / STAMP
    if not path.is_file() or path.read_text(encoding="utf-8") != stamp:
        shutil.rmtree(work / "doctrees", ignore_errors=True)
    path.unlink(missing_ok=True)


CONFIG = {
    "extensions": ["myst_parser", "autograder.author.site.extension"], "language": "en",
    "myst_enable_extensions": ["dollarmath"], "myst_dmath_double_inline": True, "myst_heading_anchors": 4,
    "html_theme": "sphinx_book_theme", "html_math_renderer": "mathml", "html_permalinks_icon": "#",
    "html_static_path": ["_static"],
    "html_js_files": ["course.js", "site.js"], "html_context": {"default_mode": "auto"},
    "html_copy_source": False, "html_use_index": False,
    "suppress_warnings": ["misc.highlighting_failure"],
    "html_theme_options": {
        "use_download_button": False, "use_fullscreen_button": False, "show_toc_level": 2, "collapse_navbar": True,
        "navbar_start": [], "navbar_center": [], "navbar_end": [], "navbar_persistent": [],
        "footer_content_items": ["extra-footer"], "extra_footer": LICENCE,
        "pygments_light_style": "a11y-high-contrast-light", "pygments_dark_style": "a11y-high-contrast-dark",
    },
}


def _sphinx(work, out, title):
    """Run Sphinx. Raises Problem with the first warning: a page that is not as it should be is none."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    said = io.StringIO()
    styles = sorted(path.name for path in (work / "source" / "_static").glob("*.css"))      # site.css comes last
    config = {"project": title, "html_title": title, "html_css_files": styles, **CONFIG}
    with patch_docutils(), docutils_namespace(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)         # between Sphinx and the theme
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        # All pages are written, also those that were read before: the search loses the terms of one that is not.
        Sphinx(work / "source", None, out, work / "doctrees", "html", config, status=None, warning=said).build(True)
    faults = [line for line in re.sub(r"\x1b\[[\d;]*m", "", said.getvalue()).splitlines() if line.strip()]
    if faults:
        raise Problem(f"The site has {len(faults)} faults. The first: " + faults[0].replace(f"{work}/", ""))


class Files:
    """Files of a folder: written where they are new or another, so that Sphinx reads again only what has changed."""

    def __init__(self, folder):
        self.folder, self.names = Path(folder), set()

    def put(self, name, content):
        raw_ = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        self.names.add(path)
        if not path.is_file() or path.read_bytes() != raw_:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw_)

    def sweep(self, *below):
        """Take away what was not put there, below these folders or everywhere."""
        for place in (self.folder / name for name in below or [""]):
            for path in [path for path in place.rglob("*") if path.is_file() and path not in self.names]:
                path.unlink()


def _cards_style():
    """The cards' own style sheet, with the theme's name for a dark page."""
    parts = (str(style(part)).removeprefix("<style>").removesuffix("</style>") for part in ("table", "question"))
    return "\n".join(parts).replace("[data-jp-theme-light=false]", "[data-theme=dark]")


def classic(path):
    """A module of JavaScript as a plain script, whose default export is `course`: a page opened from the disk may
    load no modules.
    """
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^export default ", "return ", re.sub(r"^export (?=function|const|class)", "", text, flags=re.M),
                  flags=re.M)
    return f"const course = (() => {{\n{text}}})();\n"


# --- the pages -----------------------------------------------------------------------------------------------

class Lessons:
    """The lessons' pages, and where the text's links lead."""

    def __init__(self, topics, ran, said, for_class):
        self.topics, self.said, self.ran = topics, said, ran
        self.pages = {topic: pages_of(topic, ran[topic]) for topic in topics}
        self.places = {(topic, anchor): page for topic in topics for page in self.pages[topic]
                       for anchor in page.anchors}
        stubs, entries = {}, {}
        for topic in topics:
            release = json.loads(catalogue.notebook_path(topic, "release").read_text(encoding="utf-8"))
            stubs |= {cell["id"]: "".join(cell["source"]) for cell in release["cells"]}
            if not for_class:
                entries |= _bank(topic)
        self.writer = Writer(stubs, entries, self.link)

    def number(self, topic):
        graded = [name for name in self.topics if name not in contents.PAGES]
        return f"Lesson {graded.index(topic) + 1}" if topic in graded else "Warm-up"

    def title(self, topic):
        return self.ran[topic].metadata["course"]["title"]

    def minutes(self, topic):
        return self.ran[topic].metadata["course"]["minutes"]

    def link(self, topic, target):
        """Where a link of a lesson's text leads: a page and a heading in it."""
        name, _, anchor = target.partition("#")
        topic = Path(name).stem if name else topic
        page = self.places.get((topic, anchor)) if anchor else self.pages.get(topic, [None])[0]
        if page is None:
            return None
        return f"/{page.place}.md" + (f"#{_slug(anchor)}" if anchor and anchor != page.anchors[0] else "")

    def texts(self):
        """{file: Markdown} of all lessons' pages."""
        found = {}
        for pages in self.pages.values():
            for k, page in enumerate(pages):
                heading, _, rest = self.writer.page(page).partition("\n")
                inner = [] if k else [inner.name for inner in pages[1:]]
                toctree = _toctree(inner, caption="The pages of this lesson") if inner else ""
                found[f"{page.place}.md"] = "\n\n".join(filter(None, [
                    heading, raw(self._about(page, k)), _index_of(page.terms), rest.strip(), toctree])) + "\n"
        return found

    def _about(self, page, k):
        """The line below a page's heading: which lesson, how long, and the notebook."""
        pages = self.pages[page.topic]
        where = f"{self.number(page.topic)} · page {k + 1} of {len(pages)}" if k else (
            f"{self.number(page.topic)} · {self.minutes(page.topic)} minutes, {len(pages)} pages")
        links = [f'<a href="../notebooks/{page.topic}.ipynb" download>Download this notebook</a>',
                 '<a href="../your-machine.html">How to run it</a>']
        links += [f'<a href="{html.escape(address)}">Open in {html.escape(label)}</a>'
                  for label, address in buttons(self.said.repository, page.topic)]
        return f'<p class="site-about"><span>{where}</span> {" ".join(links)}</p>'


def _bank(topic):
    """{question: its entry} of the course's own bank, with keys and explanations: what a class keeps is not public."""
    path = catalogue.folder(topic) / "quiz.yaml"
    return {entry["id"]: entry for entry in yaml.safe_load(path.read_text("utf-8")) or []} if path.is_file() else {}


def _slug(anchor):
    """The id that a heading has in its page."""
    return re.sub(r"[^\w\- ]", "", anchor.replace("-", " ").lower()).strip().replace(" ", "-")


def _toctree(names, *options, caption=""):
    lines = [f":{option}:" for option in options] + ([f":caption: {caption}"] if caption else [])
    return "\n".join(["```{toctree}", *lines, "", *names, "```"])


def _index_of(terms):
    """Has the search find a page first by what it explains."""
    return f"```{{index}} {', '.join(f'!{term}' for term in terms)}\n```" if terms else ""


def _index(said, lessons, for_class):
    rows = ["| | lesson | minutes |", "|---|---|---|"]
    rows += [f"| {lessons.number(topic)} | [{lessons.title(topic)}]({topic}/index.md) | {lessons.minutes(topic)} |"
             for topic in lessons.topics]
    text = (HERE / "index.md").read_text(encoding="utf-8")
    text = text.format(title=said.title, lessons="\n".join(rows), read=READ_CLASS if for_class else READ_OPEN)
    trees = [_toctree([*(f"{topic}/index" for topic in lessons.topics), "your-machine", "progress"], "hidden",
                      caption="Learn")]
    if not for_class and said.teach:
        trees.append(_toctree([_teach_name(name) for name in said.teach] + _mistakes_names(lessons), "hidden",
                              caption="Teach"))
    return "\n\n".join([text.rstrip(), *trees]) + "\n"


def _machine(for_class):
    """How to run the notebooks, in the words of the zip that a learner gets."""
    words = re.sub(r"\((https://[^)]*)\)", r"(<\1>)", bundle.README.partition("\n")[2].strip())
    return "\n\n".join([f"# {MACHINE}", raw(f"<p>{HAVE_CLASS if for_class else HAVE_OPEN} {ALONE}</p>"), words]) + "\n"


def _progress(lessons, for_class):
    inside = contents.contents()
    table = [{"topic": topic, "questions": inside[topic]["questions"]} for topic in lessons.topics if topic in inside]
    rows = "".join(f'<tr data-topic="{row["topic"]}"><th scope="row">{html.escape(lessons.title(row["topic"]))}</th>'
                   f"<td>0 of {len(row['questions'])}</td>{'' if for_class else '<td></td>'}</tr>" for row in table)
    return (HERE / "progress.md").read_text(encoding="utf-8").format(
        kept=KEPT, rows=rows, right="" if for_class else '<th scope="col">right</th>', lessons=json.dumps(table))


# --- the pages for teachers -----------------------------------------------------------------------------------

FILE_NAME = re.compile(r"\[[\w/]+\.md\]\((?=/teach/)")    # a link that is called as its file: here, as its page
PICTURE = re.compile(r"!\[[^]]*\]\(([\w.-]+)\)")           # one that lies beside its page


def _teach_name(name):
    name, _, section = name.partition("#")
    return f"teach/{'-'.join(filter(None, [Path(name).stem.lower().replace('_', '-'), section]))}"


def _teach_text(name):
    """A file for teachers, or one section of it, as a page."""
    place, _, section = name.partition("#")
    text = (ROOT / place).read_text(encoding="utf-8")
    if not section:
        return text
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.M | re.S | re.I)
    if found is None:
        raise Problem(f"{place} has no section {section!r}, which source/site.yml names")
    return f"# {TITLES.get(name, section.capitalize())}\n" + re.sub(r"^#(?=##)", "", found[1], flags=re.M)


def _mistakes_names(lessons):
    return [f"teach/mistakes-{topic}" for topic in lessons.topics if catalogue.exercises(topic)]


def _teach(said, for_class, lessons):
    """{file: Markdown or the bytes of a picture} of the pages for teachers; none for a class."""
    if for_class:
        return {}
    texts = {name: _teach_text(name) for name in said.teach}
    pictures = {(ROOT / name).parent / target for name, text in texts.items() for target in PICTURE.findall(text)}
    found = {f"{_teach_name(name)}.md": FILE_NAME.sub("[](", linked(
        text, lambda target, name=name: _teach_link(said, lessons, name, target))) for name, text in texts.items()}
    of = {name: name.removeprefix("teach/mistakes-") for name in _mistakes_names(lessons)}
    found |= {f"{name}.md": _to_plans(mistakes.page(topic), said) for name, topic in of.items()}
    return found | {f"teach/{path.name}": path.read_bytes() for path in sorted(pictures)}


def _to_plans(text, said):
    """A page of mistakes with the plans that it names made a link, where they are a page."""
    if "docs/TEACHING.md" not in said.teach:
        return text
    return text.replace(mistakes.PLANS, f"[{mistakes.PLANS}](/{_teach_name('docs/TEACHING.md')}.md)")


def _teach_link(said, lessons, name, target):
    """Where a link of a page for teachers leads: to another page, to the repository, or nowhere."""
    path, _, anchor = target.partition("#")
    if not path:
        return target
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    if f"{path}#{anchor}" in said.teach:
        return f"/{_teach_name(f'{path}#{anchor}')}.md"
    if path in said.teach:
        return f"/{_teach_name(path)}.md" + (f"#{anchor}" if anchor else "")
    lesson = re.match(r"(?:source|release)/(\w+)[./]", path)
    if lesson and lesson[1] in lessons.topics:
        return f"/{lesson[1]}/index.md"
    return f"{said.repository}/blob/HEAD/{path}" + (f"#{anchor}" if anchor else "") if said.repository else None
