"""The course's pages: what is in them, what is not, and where their links lead. How they work: browser/test_site.py."""

import html
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import nbformat
import pytest

from autograder.author import bundle
from autograder.author.release import TELLING_LENGTH, solution_lines
from autograder.author.site import frame, pages, runs
from autograder.author.site.cards import OTHER, card_of, told
from autograder.author.site.elsewhere import buttons
from autograder.author.site.settings import settings
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.lessons.catalogue import ROOT
from autograder.problems import Problem

MOST = 3_000_000            # bytes of a page with all that it loads
REFERENCE = re.compile(r"""<(\w+)\b[^>]*?\s(?:src|href)="([^"]*)\"""")


def bare(path):
    """The text of a page or a script, without tags, one line a line."""
    text = path.read_text(encoding="utf-8")
    return html.unescape(re.sub(r"<[^>]*>", "", text)) if path.suffix == ".html" else text


def texts(folder):
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".js", ".json", ".ipynb", ".md")]


@pytest.mark.parametrize("edition", ["open", "class"])
def test_no_solution_is_in_the_site(sites, edition):
    lines = {line for topic in catalogue.topics() for name in catalogue.exercises(topic)
             for line in solution_lines(topic, name)}
    known = "\n".join(cell.source for topic in catalogue.topics()         # a later lesson may use an earlier one's
                      for cell in nbformat.read(catalogue.notebook_path(topic, "release"), 4).cells)
    lines = {line for line in lines if line not in known}
    long = [line for line in lines if len(line) >= TELLING_LENGTH]
    assert len(long) > 100
    for path in texts(sites[edition]):
        if path.name == "contributing.html":                              # its example is not from a lesson
            continue
        text = bare(path)
        shown = {line.strip().lstrip("-*> ").strip("`") for line in text.splitlines()}
        assert not shown & lines and not [line for line in long if line in text], path


def test_a_class_gets_no_key_no_rationale_and_nothing_for_teachers(sites):
    whys = {why for topic in frame.topics_read() if (catalogue.folder(topic) / "quiz.yaml").is_file()
            for question in load_bank(topic).values() for why in question.whys().values()
            if why and not re.search(r"[$`*\"<&]", why)}
    assert len(whys) > 200
    found = {name: "\n".join(html.unescape(path.read_text(encoding="utf-8")) for path in texts(sites[name]))
             for name in sites}
    assert not [why for why in whys if why in found["class"]]
    assert len([why for why in whys if why in found["open"]]) > 0.9 * len(whys)       # they are found where they are
    assert '"told": {' in found["open"] and '"told": {' not in found["class"]
    assert (sites["open"] / "teach").is_dir() and not (sites["class"] / "teach").exists()


def test_links_lead_somewhere_and_nothing_is_asked_of_the_network(sites):
    for folder in sites.values():
        ids = {path: set(re.findall(r'\bid="([^"]*)"', path.read_text(encoding="utf-8")))
               for path in folder.rglob("*.html")}
        for path in ids:
            for tag, target in REFERENCE.findall(path.read_text(encoding="utf-8")):
                if re.match(r"(?:[a-z]+:)?//|mailto:", target):
                    assert tag == "a", (path, target)
                if ":" in target or target.startswith("//"):
                    continue
                name, _, anchor = html.unescape(target).partition("#")
                there = (path.parent / name.partition("?")[0]).resolve() if name else path
                assert there.exists(), (path, target)
                assert not anchor or there not in ids or anchor in ids[there], (path, target)
        for path in folder.rglob("*.css"):
            assert not re.search(r"(url\(|@import )['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_no_page_is_heavy(sites):
    fonts = sum(path.stat().st_size for path in (sites["open"] / "_static").rglob("*.woff2"))
    for path in sites["open"].rglob("*.html"):
        loaded = {(path.parent / target.partition("?")[0]).resolve() for tag, target
                  in REFERENCE.findall(path.read_text(encoding="utf-8")) if tag in ("img", "link", "script")}
        weight = path.stat().st_size + fonts + sum(file.stat().st_size for file in loaded if file.suffix != ".html"
                                                   and file.is_file())
        assert weight <= MOST, (path, weight)


def test_every_formula_is_one(sites):
    for path in sites["open"].rglob("*.html"):
        text = re.sub(r"<(pre|code|script|head)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"\\(frac|sum|hat|mathrm|cdot|partial|begin)\b", re.sub(r"<[^>]*>", "", text)), path
    assert "<mfrac>" in (sites["open"] / "loss" / "prediction-error.html").read_text(encoding="utf-8")


def test_each_exercise_question_and_figure_has_its_place(sites):
    for topic in frame.topics_read():
        whole = "\n".join(path.read_text(encoding="utf-8") for path in (sites["class"] / topic).glob("*.html"))
        for name in catalogue.exercises(topic):
            assert f'id="exercise-{name.replace("_", "-")}"' in whole, name
        for cell in nbformat.read(catalogue.notebook_path(topic, "release"), 4).cells:
            if {"question", "predict"} & set(cell.metadata.get("tags", ())):
                assert f'data-slot="{cell.id}"' in whole, cell.id
        drawn = re.findall(r'<img src="\.\./figures/([^"]*)" alt="([^"]*)"', whole)
        assert all((sites["class"] / "figures" / name).is_file() and len(words) > 20 for name, words in drawn)
        assert topic == "numpy" or len(drawn) > 3
        assert (sites["class"] / "notebooks" / f"{topic}.ipynb").read_bytes() == catalogue.notebook_path(
            topic, "release").read_bytes()


def test_the_open_site_brings_what_the_notebooks_need_and_a_class_is_sent_to_its_teacher(sites):
    with zipfile.ZipFile(sites["open"] / "notebooks" / frame.ZIP) as made:
        names = {name.partition("/")[2] for name in made.namelist()}
        assert {f"release/{topic}/{topic}.ipynb" for topic in frame.topics_read()} <= names and "start.bat" in names
        assert made.read("how-networks-learn/README.md").decode() == bundle.README
    assert not list(sites["class"].rglob("*.zip"))
    for name, words in (("open", f'href="notebooks/{frame.ZIP}"'), ("class", "comes from your teacher")):
        assert words in (sites[name] / "your-machine.html").read_text(encoding="utf-8")
        assert 'href="../your-machine.html"' in (sites[name] / "loss" / "index.html").read_text(encoding="utf-8")


def test_a_link_that_is_called_as_its_file_is_called_as_its_page(sites):
    text = (sites["open"] / "teach" / "teaching.html").read_text(encoding="utf-8")
    assert re.search(r'href="scale\.html"><span[^>]*>From a laptop to a university<', text) and "SCALE.md" not in text
    of_loss = (sites["open"] / "teach" / "mistakes-loss.html").read_text(encoding="utf-8")
    assert re.search(r'href="teaching\.html"><span[^>]*><em>Teaching with this course<', of_loss)
    assert 'href="readme-teach.html"' in (sites["open"] / "teach" / "five-minutes.html").read_text(encoding="utf-8")


def test_a_page_has_colours_before_a_script_chooses_some(sites):
    for path in sites["open"].rglob("*.html"):
        assert re.search(r'<html[^>]* data-theme="light"', path.read_text(encoding="utf-8")), path


# --- without Sphinx ------------------------------------------------------------------------------------------------

def test_a_lesson_s_cells_stand_on_one_page_each_in_their_order(topic):
    nb = nbformat.read(catalogue.notebook_path(topic, "source"), 4)
    found = pages.pages_of(topic, nb)
    assert [cell.id for page in found for cell in page.cells] == [cell.id for cell in nb.cells]
    assert len({page.name for page in found}) == len(found) and found[0].name == "index"
    assert all(page.words < 2.5 * 5 * 200 for page in found)


def test_short_sections_join_and_long_ones_are_cut():
    def text(source):
        return nbformat.v4.new_markdown_cell(source)
    long = "word " * 700
    nb = nbformat.v4.new_notebook(cells=[
        text("# Top\n\nwords"), text("## 1. Short"), text(f"## 2. Long\n\n{long}"), text(f"### Half\n\n{long}"),
        text("### Exercise · `f`"), text(f"## Half\n\n{long}")])
    found = pages.pages_of("loss", nb)
    assert [page.name for page in found] == ["index", "long", "half", "half-3"]
    writer = pages.Writer({}, {}, lambda topic, target: None)
    assert "## 1. Short" in writer.page(found[0]) and writer.page(found[2]).startswith("# Half")
    assert "# Exercise · `f`" in writer.page(found[2]) and found[2].anchors == ["Half", "Exercise-·-`f`"]


def test_links_are_turned_and_those_that_lead_nowhere_are_words():
    def link(target):
        return {"../a/a.ipynb": "/a/index.md", "#B-c": "/x/b.md"}.get(target)
    text = "[a](../a/a.ipynb), [`b` c](#B-c), [d](other.py) and [e](https://e.org)\n\n```\n[f](other.py)\n```\n![g](h.png)"
    assert pages.linked(text, link) == ("[a](/a/index.md), [`b` c](/x/b.md), d and [e](https://e.org)\n\n"
                                        "```\n[f](other.py)\n```\n![g](h.png)")


def test_what_was_printed_over_stands_as_it_was_at_the_end():
    assert "<pre" in pages.printed("a\rb\n") and ">b</pre>" in pages.printed("a\rb\n")
    assert pages.printed("\n") == "" and "&lt;b&gt;" in pages.printed("<b>")


def test_a_second_build_keeps_what_the_search_knows(tmp_path):
    if importlib.util.find_spec("sphinx_book_theme") is None:
        pytest.skip("Sphinx is not installed here")
    files = frame.Files(tmp_path / "work" / "source")
    files.put("_static/site.css", "")
    files.put("index.md", f"# A\n\n{frame._index_of(['epoch'])}\n\nText.\n")
    program = "import sys, pathlib; from autograder.author.site import frame; " \
              "frame._sphinx(*map(pathlib.Path, sys.argv[1:]), 'T')"
    for _ in range(2):                                  # each in a process of its own: in one Sphinx writes all again
        subprocess.run([sys.executable, "-c", program, tmp_path / "work", tmp_path / "out"], check=True, cwd=ROOT)
        assert '"epoch":[[' in (tmp_path / "out" / "searchindex.js").read_text(encoding="utf-8")


def test_a_page_explains_what_is_bold_in_it():
    text = "An **epoch** is a pass. **How to work.** **Note**: no.\n\n```text\n**code**\n```\n- **Learning rate** (η)"
    page = pages.Page("loss", "a", "A", [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("'**a**'")])
    assert page.terms == ["epoch", "learning rate"]
    assert frame._index_of(page.terms) == "```{index} !epoch, !learning rate\n```" and frame._index_of([]) == ""


def test_what_only_a_notebook_can_do_is_said_in_its_place():
    """The text before such a cell speaks of it."""
    writer = pages.Writer({}, {}, lambda topic, target: None)
    page = pages.Page("loss", "a", "A")
    for tag in ("check", "carry", "review", "progress"):
        cell = nbformat.v4.new_code_cell(f'{tag}("mse")', metadata={"tags": [tag]})
        shown = writer.cell(page, cell, 1, False)
        assert pages.LEFT_OUT[tag] in shown and "mse" not in shown


def test_a_section_of_a_file_is_a_page_and_links_find_it():
    said = settings()
    assert "README.md#teach" in said.teach
    text = frame._teach_text("README.md#teach")
    assert text.startswith("# The commands, in order\n") and "## Marks that cannot be forged" in text
    assert "## Checked against" not in text and "make learn" not in text
    lessons = SimpleNamespace(topics=[], said=said)
    assert frame._teach_link(said, lessons, "docs/SCALE.md", "../README.md#teach") == "/teach/readme-teach.md"
    assert frame._teach_link(said, lessons, "README.md#teach", "docs/SCALE.md") == "/teach/scale.md"
    assert frame._teach_link(said, lessons, "docs/SCALE.md", "../README.md#learn") is None
    with pytest.raises(Problem, match="has no section 'teech'"):
        frame._teach_text("README.md#teech")


def test_a_card_tells_what_the_notebook_s_would():
    cell = SimpleNamespace(source='quiz("q", "How much?", form="number", answer=None)')
    entry = {"id": "q", "form": "number", "key": 2.5, "tolerance": 0.01, "why": "So it is.",
             "wrong": [{"value": 5, "why": "That is twice as much."}]}
    found = told(card_of(cell, entry))
    assert [row[0] for row in found["known"]] == ["2.5", "5"]
    (right,), (first, later), (other, _) = found["known"][0][1:], found["known"][1][1:], found["other"][1:]
    assert right["right"] and "So it is." in right["html"]
    assert first["key"] is None and "twice" in first["html"] and "So it is." not in first["html"]
    assert later["key"] == "2.5" and "So it is." in later["html"]
    assert f"Not {OTHER}" in other["html"] and not other["right"]


def test_the_cards_style_knows_the_site_s_dark_page():
    text = frame._cards_style()
    assert text.count("[data-theme=dark] &") == 2 and "jp-theme-light" not in text and "<" not in text


def test_a_module_is_made_a_plain_script():
    text = frame.classic(frame.STATIC / "notebook.js")
    assert text.startswith("const course = (() => {") and not re.search(r"^(export|import)\b", text, re.M)


def test_a_run_is_kept_until_something_of_it_changes(tmp_path, monkeypatch):
    ran = []

    def execute(nb):
        ran.append(nb)
        return SimpleNamespace(notebook=nb, errors=[])
    monkeypatch.setattr(runs, "execute", execute)
    assert runs.run("numpy", tmp_path) == runs.run("numpy", tmp_path) and len(ran) == 1
    monkeypatch.setattr(runs, "mark", lambda text: "another")
    runs.run("numpy", tmp_path)
    assert len(ran) == 2 and [path.name for path in tmp_path.iterdir()] == ["numpy-another.ipynb"]
    monkeypatch.setattr(runs, "execute", lambda nb: SimpleNamespace(notebook=nb, errors=[("a-cell", "ValueError: x")]))
    with pytest.raises(Problem, match="numpy: the cell a-cell stopped: ValueError: x"):
        runs.run("numpy", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_what_is_in_the_way_is_said_in_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(Problem, match="has files that are no site's"):
        frame.site(tmp_path, ran={})
    monkeypatch.setattr(frame, "NEEDED", ("sphinx", "a_package_that_is_not_here"))
    with pytest.raises(Problem, match=r"Run: python -m pip install -r requirements-site.txt$"):
        frame.site(tmp_path / "new", ran={})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_edition_leaves_nothing_of_another_in_its_folder(tmp_path):
    """Sphinx takes a page that is newer than its source for up to date, whichever edition wrote it."""
    files = frame.Files(tmp_path / "work" / "source")
    files.put("index.md", "# A\n")
    kept, stamps = tmp_path / "work" / "doctrees", [frame._stamp(files, for_class) for for_class in (False, True)]

    def stays(stamp):
        kept.mkdir(exist_ok=True)
        frame._fresh_where_another(tmp_path / "work", tmp_path, stamp)
        there = kept.is_dir(), (tmp_path / frame.STAMP).exists()
        (tmp_path / frame.STAMP).write_text(stamp, encoding="utf-8")
        return there
    assert [stays(stamps[0]), stays(stamps[0]), stays(stamps[1]), stays(stamps[0])] == [
        (False, False), (True, False), (False, False), (False, False)]
    files.put("index.md", "# B\n")
    assert frame._stamp(files, False) != stamps[0]


@pytest.mark.parametrize("text, words", [
    ("title: A\nrepo: x", "there is no field 'repo'"), ("title: ''", "has no title"), ("title: 3", "title is a text"),
    ("- a", "are asked for"), ("title: A\nteach: [no.md]", "no such Markdown file"), ("title: [", "cannot be read"),
    ("title: A\nteach: README.md", "teach is a list of files")])
def test_settings_that_make_no_sense_are_said(tmp_path, text, words):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "site.yml").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=re.escape(words)):
        settings(tmp_path)


def test_without_an_address_there_is_no_button():
    assert settings().title and buttons("", "loss") == []
    assert all(address.startswith("https://") for _, address in buttons("https://github.com/a/b", "loss"))
    assert json.dumps(buttons("https://github.com/a/b", "loss")).count("a/b") >= 3
