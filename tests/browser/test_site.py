"""The course's pages in Chromium, opened from the disk: quiet, reachable by everybody, to be searched and answered."""

import argparse
import json
import re
import shutil
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe

from autograder.author.site import frame
from autograder.author.site.cards import card_html, card_of
from autograder.lessons.bank import load_bank
from course.actions import keep
from course.answers import value_of
from course.progress_file import read

SERIOUS = ("serious", "critical")
# one of each kind: text, an exercise with figures, a lab, a number and a set, an order, parts, for teachers
KINDS = ("index", "loss/index", "loss/prediction-error", "loss/data-it-has-not-seen", "activations/a-leak",
         "loss/a-few-examples-at-a-time", "frameworks/five-faults-and-no-error", "numpy/multiply-and-add-up",
         "progress", "search", "teach/teaching", "teach/record")
QUESTION = "loss/prediction-error", "loss-or-profit"


@pytest.fixture
def quiet(page):
    """Fails the test where a page says something on the console, throws, or asks for what is not on the disk."""
    said = []
    page.set_default_timeout(60_000)                    # a busy machine
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if re.match("file:|data:|blob:", asked.url) else said.append(asked.url))
    page.on("requestfailed", lambda asked: said.append(f"not there: {asked.url}"))
    yield page
    assert said == []


def open_page(page, folder, name):
    page.goto((folder / f"{name}.html").as_uri())


def card(page, identity):
    return page.locator(f".course-card[data-slot='{identity}']")


def answers(page):
    return json.loads(page.evaluate("localStorage.getItem('course-answers')") or "[]")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_page_is_quiet_and_axe_finds_nothing_serious(sites, quiet, name):
    open_page(quiet, sites["open"], name)
    for theme in ("light", "dark"):
        quiet.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        quiet.wait_for_timeout(400)                     # colours fade
        found = Axe().run(quiet, None, {"resultTypes": ["violations"], "preload": False}).response["violations"]
        assert [(one["id"], node["html"][:200]) for one in found if one["impact"] in SERIOUS
                for node in one["nodes"]] == [], theme


@pytest.mark.parametrize("name", KINDS)
def test_a_phone_shows_a_page_in_its_width(sites, browser, name):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    open_page(page, sites["open"], name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("""[...document.querySelectorAll('.course-text')].every(e => e.clientWidth > 150)""")
    context.close()


def test_no_page_is_wider_than_a_phone(sites, browser):
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)     # faster
    page, wide = context.new_page(), []
    for path in sorted(sites["open"].rglob("*.html")):
        page.goto(path.as_uri())
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
            wide.append((str(path.relative_to(sites["open"])), width))
    context.close()
    assert not wide


@pytest.mark.parametrize("name", ["gradients/vanishing", "frameworks/the-loop", "activations/at-the-end-softmax"])
def test_the_longest_lines_of_code_and_of_what_it_prints_are_seen_whole_on_a_laptop(sites, browser, name):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    open_page(page, sites["open"], name)
    page.evaluate("document.querySelectorAll('article details').forEach(e => { e.open = true })")
    assert page.locator("article pre").count() > 5
    assert page.evaluate("""[...document.querySelectorAll('article pre')]
        .filter(e => e.scrollWidth > e.clientWidth && !/^.{89}/m.test(e.textContent)).map(e => e.textContent)""") == []
    context.close()


def test_a_formula_asks_for_a_font_that_was_made_for_it(sites, quiet):
    open_page(quiet, sites["open"], "loss/which-way-is-down")
    fonts = quiet.locator("article math").evaluate_all("all => all.map(e => getComputedStyle(e).fontFamily)")
    assert len(fonts) > 5 and all("STIX Two Math" in font and "DejaVu Math TeX Gyre" in font for font in fonts)


@pytest.mark.parametrize("name", ["teach/five-minutes", "teach/scale", "progress"])
def test_a_command_is_seen_whole(sites, browser, name):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    open_page(page, sites["open"], name)
    typed = page.locator("article div[class^=highlight-]:not(.highlight-python, .highlight-py) pre")
    assert typed.count() and typed.evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
    context.close()


def test_a_question_is_answered_by_click_and_by_keys_and_told(sites, quiet):
    name, identity = QUESTION
    bank = load_bank("loss")[identity]
    wrong = next(letter for letter in bank.options if letter != bank.key)
    open_page(quiet, sites["open"], name)
    one = card(quiet, identity)
    one.locator(f"[data-letter={wrong}]").click()
    one.get_by_text(f"Not {wrong}. Choose once more").wait_for()
    assert bank.options[wrong].why[:40] in one.inner_text() and bank.options[bank.key].why[:40] not in one.inner_text()
    assert "course-wrong" in one.locator(f"[data-letter={wrong}]").get_attribute("class")
    quiet.keyboard.press(bank.key.lower())
    one.get_by_text(f"Yes, {bank.key}.").wait_for()
    assert "noted in this browser" in one.locator(".course-status").inner_text()
    assert [(event["answer"], event["right"]) for event in answers(quiet)] == [(wrong, False), (bank.key, True)]
    quiet.reload()
    card(quiet, identity).get_by_text(f"Yes, {bank.key}.").wait_for()
    assert card(quiet, identity).locator(f"[data-letter={bank.key}] input").is_checked()


def test_a_second_wrong_answer_is_told_the_key_and_a_prediction_stands_beside_the_result(sites, quiet):
    name, identity = QUESTION
    bank = load_bank("loss")[identity]
    first, second = [letter for letter in bank.options if letter != bank.key][:2]
    open_page(quiet, sites["open"], name)
    said = quiet.locator("[data-said=one-big-miss]")
    assert "no prediction" in said.inner_text()
    guess = card(quiet, "one-big-miss")
    guess.locator("input").first.focus()
    quiet.keyboard.press("ArrowDown")
    quiet.keyboard.press("s")
    guess.get_by_text("and you are sure").wait_for()
    assert "You predicted B:" in said.inner_text() and "P's is 10 times Q's" in said.inner_text()
    one = card(quiet, identity)
    for letter in (first, second):
        one.locator("input").first.focus()
        quiet.keyboard.press(letter)
    one.get_by_text(f"Not {second}: the answer is {bank.key}.").wait_for()
    assert "course-right" in one.locator(f"[data-letter={bank.key}]").get_attribute("class")
    quiet.reload()                                      # the tries of before count
    card(quiet, identity).get_by_text(f"the answer is {bank.key}.").wait_for()


@pytest.fixture
def put(sites, quiet, tmp_path):
    """put(cell's source, entry): a page with that one card, made as the site's are."""
    def made(source, entry):
        folder = tmp_path / "site"
        shutil.copytree(sites["open"] / "_static", folder / "_static", dirs_exist_ok=True)
        text = card_html(card_of(SimpleNamespace(source=source), entry), "loss")
        (folder / "card.html").write_text(
            "<!doctype html><meta charset=utf-8><link rel=stylesheet href=_static/card.css>"
            f"<script src=_static/course.js></script><script src=_static/site.js></script>{text}", encoding="utf-8")
        open_page(quiet, folder, "card")
        return quiet.locator(".course-card")
    return made


def test_a_number(put, quiet):
    one = put('quiz("n", "How much?", form="number", answer=None)',
              {"id": "n", "form": "number", "key": 2.3026, "tolerance": 0.01, "why": "ln 10.",
               "wrong": [{"value": 1, "why": "To base 10."}]})
    for typed, said in (("7", "Not 7. Try once more"), ("1,0", "To base 10."), ("2.3", "Yes, 2.3026.")):
        one.locator(".course-field").fill(typed)
        quiet.keyboard.press("Enter")
        one.locator(".course-feedback").get_by_text(said).wait_for()
    assert [event["answer"] for event in answers(quiet)] == ["7", "1", "2.3"]


def test_a_set(put, quiet):
    one = put('quiz("s", "Which?", A="a", B="b", C="c", D="d", form="set", answer=None)',
              {"id": "s", "form": "set", "key": "AC", "why": "Both.", "wrong": []})
    one.locator("[data-letter=C]").click()
    one.get_by_text("and I am sure").click()
    one.get_by_text("Not C. Try once more").wait_for()
    one.locator("input").first.focus()
    quiet.keyboard.press("a")
    one.get_by_text("This is my answer").first.click()
    one.get_by_text("Yes, A and C.").wait_for()
    assert [(event["answer"], event["sure"]) for event in answers(quiet)] == [("C", "sure"), ("AC", None)]


def test_an_order(put, quiet):
    one = put('quiz("o", "In which order?", A="a", B="b", C="c", D="d", form="order", answer=None)',
              {"id": "o", "form": "order", "key": "BACD", "why": "So.", "wrong": []})
    one.get_by_label("A down").click()
    one.get_by_text("This is my answer").first.click()
    one.get_by_text("Yes, B, A, C, D.").wait_for()


def test_where_the_browser_keeps_nothing_the_page_says_so_and_works(sites, page):
    page.add_init_script("Storage.prototype.setItem = Storage.prototype.getItem = "
                         "() => { throw new DOMException('no', 'SecurityError') }")
    name, identity = QUESTION
    bank = load_bank("loss")[identity]
    open_page(page, sites["open"], name)
    card(page, identity).locator(f"[data-letter={bank.key}]").click()
    card(page, identity).get_by_text("keeps nothing of this page").wait_for()
    card(page, identity).get_by_text(f"Yes, {bank.key}.").wait_for()


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException("no", "SecurityError") } })"""


def test_where_the_browser_refuses_even_the_name_of_a_store_the_page_works(sites, browser):
    context = browser.new_context(color_scheme="dark")
    page, said = context.new_page(), []
    page.set_default_timeout(60_000)
    page.add_init_script(REFUSED)
    page.on("pageerror", lambda error: said.append(str(error)))
    name, identity = QUESTION
    bank = load_bank("loss")[identity]
    open_page(page, sites["open"], name)
    card(page, identity).locator(f"[data-letter={bank.key}]").click()
    card(page, identity).get_by_text("keeps nothing of this page").wait_for()
    card(page, identity).get_by_text(f"Yes, {bank.key}.").wait_for()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("Control+k")
    page.keyboard.type("dying ReLU")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    assert said == ["no"] * len(said) and len(said) <= 2        # the theme's first line, once a page
    context.close()


def test_two_tabs_show_one_answer_and_forget_it_together(sites, quiet):
    name, identity = QUESTION
    bank = load_bank("loss")[identity]
    other = quiet.context.new_page()
    other.set_default_timeout(60_000)
    for page in (quiet, other):
        open_page(page, sites["open"], name)
        card(page, identity).locator(".course-radio").first.wait_for()
    card(quiet, identity).locator(f"[data-letter={bank.key}]").click()
    card(quiet, "one-big-miss").locator("[data-letter=C]").click()
    card(other, identity).get_by_text(f"Yes, {bank.key}.").wait_for()
    assert card(other, identity).locator(f"[data-letter={bank.key}] input").is_checked()
    other.get_by_text("You predicted C:").wait_for()
    card(other, identity).locator("input").first.focus()
    other.keyboard.press(next(letter.lower() for letter in bank.options if letter != bank.key))
    card(quiet, identity).get_by_text(f"the answer is {bank.key}").wait_for()
    open_page(other, sites["open"], "progress")
    for _ in range(2):
        other.get_by_text("Forget my answers").click()
    card(quiet, identity).get_by_text("Click an option").wait_for()
    assert "no prediction" in quiet.locator("[data-said=one-big-miss]").inner_text()
    other.get_by_text("Take my progress along").click()
    other.get_by_text("Nothing is answered yet").wait_for()


def test_without_a_script_a_page_can_be_read_and_asks_for_nothing_it_cannot_do(sites, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    name, identity = QUESTION
    open_page(page, sites["open"], name)
    place = page.locator(".course-place").filter(has=card(page, identity))
    assert "needs JavaScript" in place.inner_text() and "Click an option" not in place.inner_text()
    colours = [page.locator(place).first.evaluate("e => getComputedStyle(e).backgroundColor")
               for place in ("body", "article div.highlight pre")]
    assert colours[0] != colours[1]
    context.close()


def test_progress_is_counted_taken_along_and_read_on_a_laptop(sites, quiet, tmp_path):
    name, identity = QUESTION
    key = load_bank("loss")[identity].key
    open_page(quiet, sites["open"], name)
    card(quiet, identity).locator(f"[data-letter={key}]").click()
    card(quiet, "one-big-miss").locator("[data-letter=C]").click()
    open_page(quiet, sites["open"], "progress")
    assert re.search(r"1 of \d+\s+1", quiet.locator("tr[data-topic=loss]").inner_text())
    with quiet.expect_download() as download:
        quiet.get_by_text("Take my progress along").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    (tmp_path / "work").mkdir()
    keep.run(argparse.Namespace(to=None, source=str(tmp_path / "course-answers.json")), tmp_path / "work")
    state = read(tmp_path / "work" / "progress.json")
    assert state["questions"][identity]["answer"] == key and state["questions"][identity]["right"] is True
    assert state["predictions"]["one-big-miss"]["guess"] == "C"
    forget = quiet.get_by_text("Forget my answers")
    forget.click()
    assert len(answers(quiet)) == 2                     # asked first
    forget.click()
    assert answers(quiet) == [] and "0 of" in quiet.locator("tr[data-topic=loss]").inner_text()


def test_search_finds_where_units_die(sites, quiet):
    open_page(quiet, sites["open"], "index")
    quiet.keyboard.press("Control+k")
    quiet.keyboard.type("dying ReLU")
    quiet.keyboard.press("Enter")
    first = quiet.locator("#search-results li a").first
    assert "Dying" in first.inner_text()
    assert quiet.locator("#search-results li").first.locator(".site-where").inner_text().startswith("Activations:")
    first.click()
    quiet.locator("article h1", has_text="Dying").first.wait_for()


def test_search_finds_first_where_a_term_is_explained_and_each_page_once(sites, quiet):
    quiet.goto((sites["open"] / "search.html").as_uri() + "?q=overfitting")
    quiet.locator("#search-results p", has_text="finished").wait_for()
    found = quiet.locator("#search-results li > a")
    assert "Data it has not seen" in found.first.inner_text()
    titles = found.all_inner_texts()
    assert len(titles) > 3 and len(set(titles)) == len(titles)


def test_a_class_s_cards_only_record(sites, quiet):
    name, identity = QUESTION
    open_page(quiet, sites["class"], name)
    one = card(quiet, identity)
    one.locator("[data-letter=A]").click()
    one.get_by_text("What counts is the answer in your notebook.").wait_for()
    assert one.locator(".course-feedback").inner_text() == ""
    assert not one.locator(".course-right, .course-wrong").count()
    assert [(event["answer"], event["right"]) for event in answers(quiet)] == [("A", None)]
    for other in ("progress", "index"):
        open_page(quiet, sites["class"], other)
        assert "right" not in quiet.locator("article").inner_text()


def test_every_lesson_s_cards_come_alive(sites, quiet):
    for topic in frame.topics_read():
        with_cards = [path for path in sorted((sites["open"] / topic).glob("*.html"))
                      if "course-place" in path.read_text(encoding="utf-8")]
        for path in with_cards[-1:]:
            open_page(quiet, path.parent, path.stem)
            places, parts = quiet.locator(".course-place").count(), quiet.locator(".course-parts-rows").count()
            assert quiet.locator(".course-card.course-live").count() == places - parts, path


def test_parts_are_answered_in_one_field_and_told_one_by_one(put, quiet):
    source = 'quiz("p", "Which lines?", form="parts", answer=None)'
    entry = {"id": "p", "form": "parts", "key": {7: "C", 12: "A"}, "why": "Both are `so`.",
             "wrong": [{"value": {9: "C"}, "why": "It is two lines above."}]}
    one = put(source, entry)
    field, status = one.locator(".course-field"), one.locator(".course-status")
    field.fill("seven")
    field.press("Enter")
    assert "Write each item with its answer" in status.inner_text() and answers(quiet) == []
    field.fill('{12: "a", 9 = (C)}')
    field.press("Enter")
    one.get_by_text("1 of 2 right.").wait_for()
    assert "9: C. It is two lines above." in one.inner_text() and "Your answer: 9: C, 12: A" in status.inner_text()
    assert [row.get_attribute("class").split()[-1] for row in one.locator(".course-option").all()] == [
        "course-wrong", "course-right"]
    taken = len(answers(quiet))
    for text in (", ".join(f"{item}: A" for item in range(51)), f"{'7' * 40}: A", "7: " + "A" * 3000, "-: A", "7: _"):
        field.fill(text)
        field.press("Enter")
        quiet.wait_for_function("([text]) => document.querySelector('.course-status').textContent.startsWith(text)",
                                arg=["Write each item"])
        assert len(answers(quiet)) == taken, text            # what is kept, course/answers.py reads
    field.fill("12: A; 007: C")
    one.get_by_role("button", name="This is my answer").click()
    one.get_by_text("Both are so.").wait_for()
    quiet.reload()
    one.get_by_text("Both are so.").wait_for()
    found = [(event["answer"], event["right"]) for event in answers(quiet)]
    assert found == [("9: C, 12: A", False), ("7: C, 12: A", True)]
    assert [value_of("parts", answer) for answer, _ in found] == [answer for answer, _ in found]
    one = put(source, None)
    one.locator(".course-field").fill("9: C")
    one.get_by_text("This is my answer").click()
    assert "noted in this browser" in one.locator(".course-status").inner_text()
    assert one.locator(".course-wrong, .course-right").count() == 0
    assert one.locator(".course-feedback").inner_text() == ""
