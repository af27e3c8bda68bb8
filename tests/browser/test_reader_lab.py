"""The first page's lab: a digit drawn with the mouse is read; it is rubbed out, and drawn by keyboard."""

import pytest
from driver import Desk, Server, fresh, lessons

SEVEN = [(1, 0), (6, 0), (6, 1), (3, 7)]            # (column, row) of the ends of its strokes
ONE = [(4, 0), (4, 7)]


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    server = Server(lessons(tmp_path_factory.mktemp("reader") / "work"))
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(30_000)
    desk_ = Desk(page, server).open(fresh(server, "start"))
    yield desk_
    assert desk_.errors == []
    context.close()
    server.stop()


@pytest.fixture
def desk(opened, second_try):
    """The lab, and nothing drawn in it."""
    if second_try:
        opened.open(fresh(opened.server, "start"))
    opened.run_once("setup", "reader")
    opened.cell("reader").locator(".hnl-squares").wait_for()
    if inked(opened):
        clear(opened)
    return opened


def squares(desk):
    return desk.cell("reader").locator(".hnl-squares button")


def inked(desk):
    return desk.cell("reader").locator(".hnl-squares button[aria-pressed='true']").count()


def said(desk):
    return desk.cell("reader").locator(".hnl-lab img").get_attribute("alt")


def middle(desk, column, row):
    box = squares(desk).nth(8 * row + column).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def draw(desk, corners):
    """One stroke with the mouse button held down."""
    desk.page.mouse.move(*middle(desk, *corners[0]))
    desk.page.mouse.down()
    for corner in corners[1:]:
        desk.page.mouse.move(*middle(desk, *corner), steps=3)
    desk.page.mouse.up()


def clear(desk):
    desk.cell("reader").get_by_text("clear", exact=True).click()
    desk.until(lambda: "somebody wrote a 7" in said(desk))


def test_a_digit_drawn_with_the_mouse_is_read(desk):
    assert "somebody wrote a 7" in said(desk)
    draw(desk, SEVEN)
    desk.until(lambda: "Your drawing. The network reads a 7" in said(desk))
    assert 12 <= inked(desk) <= 20


def test_a_stroke_that_begins_on_ink_rubs_out_and_clear_rubs_out_all(desk):
    draw(desk, SEVEN)
    desk.until(lambda: "Your drawing" in said(desk))
    before = inked(desk)
    draw(desk, [(1, 0), (2, 0)])
    assert inked(desk) == before - 2
    clear(desk)
    assert inked(desk) == 0


def test_by_keyboard(desk):
    squares(desk).nth(4).focus()
    for _ in range(8):
        desk.page.keyboard.press("Space")
        desk.page.keyboard.press("ArrowDown")
    desk.until(lambda: "Your drawing" in said(desk))
    assert inked(desk) == 8 and desk.mode() == "command"
    cells = desk.count()
    desk.page.keyboard.press("b")                   # no cell below: the keys are the field's
    assert desk.count() == cells
    desk.page.keyboard.press("Tab")                 # the last square's neighbour
    desk.page.keyboard.press("Space")
    desk.until(lambda: inked(desk) == 9)
    desk.cell("reader").get_by_text("clear", exact=True).focus()
    desk.page.keyboard.press("Enter")
    desk.until(lambda: inked(desk) == 0 and "somebody wrote a 7" in said(desk))
