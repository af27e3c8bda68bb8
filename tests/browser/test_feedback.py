"""A feedback page in a browser that has no network shows its formulas."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classroom import course_copy, filled, hand_in


def test_formulas_are_shown_offline(browser, tmp_path):
    root = course_copy(tmp_path / "clone")
    hand_in(root, "ada", filled())
    command = [sys.executable, "-m", "autograder", "grade", "loss", "--feedback"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 900})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((root / "feedback" / "ada" / "loss" / "loss.html").as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    fraction = page.locator("math[display=block] mfrac").first
    fraction.scroll_into_view_if_needed()
    over, under = (fraction.locator("xpath=*").nth(i).bounding_box() for i in (0, 1))
    assert over["width"] > 3 and over["y"] + over["height"] <= under["y"] + 3
    page.screenshot(path=tmp_path / "feedback.png")
    context.close()


def test_the_report_is_sorted_by_the_keyboard_and_prints_all_of_it(browser, demo_class, tmp_path):
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((demo_class / "reports" / "loss.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    table = page.locator("table.sorts").last
    title = table.get_by_role("button", name="points", exact=True)
    page.get_by_role("button", name="name", exact=True).focus()
    page.keyboard.press("Tab")
    assert title.evaluate("each => each === document.activeElement")
    orders = []
    for _ in range(2):
        page.keyboard.press("Enter")
        orders.append([float(text) for text in table.locator("tbody td:nth-child(3)").all_inner_texts()])
    assert orders == [sorted(orders[0]), sorted(orders[0], reverse=True)] and len(orders[0]) == 29
    assert table.locator("th").nth(2).get_attribute("aria-sort") == "descending"       # its name has an arrow now
    assert page.locator("details[open]").count() == 0
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert page.locator("details:not([open])").count() == 0          # what is folded is printed too
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1030, "height": 700})           # a sheet of A4 that lies, less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030
    narrow = page.evaluate("Math.min(...[...document.querySelectorAll('td details ul')].map(each => each.offsetWidth))")
    assert narrow > 300
    context.close()
