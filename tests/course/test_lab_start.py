"""The first page's lab: it reads what it has not seen, a drawing too, and moves by its controls."""

from course import contents
from course.labs import start as lab

DRAWN = {4: "....#... ...##... ..#..... .#...#.. ..#####. ....##.. ....#... ....#...",
         7: ".######. .....##. .....#.. ....##.. ..#####. ...##... ...#.... ..##....",
         9: "..####.. .#...##. .#...##. ..#####. ......#. ......#. .....##. ..###..."}


def squares(rows):
    return [sign == "#" for sign in "".join(row.ljust(8, ".")[:8] for row in rows.split())]


def test_it_reads_new_images_and_drawings():
    _, _, images, labels = lab._images()
    assert (lab.reader()(images).argmax(axis=1) == labels).mean() > 0.94
    assert (lab.reader()(lab.two_tone(images)).argmax(axis=1) == labels).mean() > 0.85
    assert (lab.moved(images, 0) == images).all() and not lab.moved(images, 1).reshape(-1, 8, 8)[:, :, 0].any()
    for digit, rows in DRAWN.items():
        assert f"reads a {digit}" in lab.picture(squares=squares(rows)).words


def test_squares_and_slider_redraw_and_clear_brings_the_image_back(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda value, **kwargs: shown.append(value))
    lab.reader_lab()
    still, _, live = shown
    assert "somebody wrote a 7" in still["text/plain"]
    controls, figure, remark = live.children
    number, drawing = controls.children
    number.value = 8
    assert "Image 8" in remark.value
    drawing.value = squares(DRAWN[4])
    assert "Your drawing" in remark.value and "reads a 4" in remark.value
    drawing.value = [False] * 64
    assert "Image 8" in remark.value


def test_pages_stand_before_the_lessons_and_in_none_of_their_counts():
    assert contents.PAGES == ("start", "numpy") == contents.TOPICS[:2]
    assert not set(contents.PAGES) & set(contents.contents())
    assert contents.earlier("loss") == contents.earlier("numpy") == () and contents.earlier("weights") == ("loss",)
    assert not any(contents.lesson(page).graded for page in contents.PAGES)
