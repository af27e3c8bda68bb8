"""A whole lesson by the keyboard alone: no mouse, no command, from the first cell to the last."""

import pytest
from driver import Desk, Server, fresh, lessons, progress, solution
from marks import soaked

from autograder.lessons import catalogue

KEYS = {"quiz(": "b", "predict(": "a"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(lessons(tmp_path_factory.mktemp("keys") / "work"))
    yield server
    server.stop()


@pytest.mark.parametrize("name", soaked(["start"], ["start", "loss"]))
def test_a_whole_lesson_by_the_keyboard_alone(page, server, name):
    desk = Desk(page, server).open(fresh(server, name))
    number, press = desk.count(), page.keyboard.press
    for place in range(number):
        id = desk.active()
        assert desk.index(id) == place and desk.mode() == "command"
        source = desk.source(place)
        if id.endswith("-solution"):
            press("Enter")
            press("Control+a")
            page.keyboard.insert_text(solution(name, id.removesuffix("-solution")))
        press("Shift+Enter")
        desk.idle()
        for call, key in KEYS.items():
            if source.startswith(call):
                desk.card_of(id).wait_for()
                press(key)
                desk.until(lambda: f'="{key.upper()}"' in desk.on_disk(id))     # noqa: B023
    ran = [desk.ran(cell) for cell in every(desk, "code")[:-1]]
    assert None not in ran and desk.count() == number + 1       # Shift+Enter in the last cell makes a new one
    state = progress(desk)
    written = catalogue.exercises(name)
    assert all(state["exercises"][exercise]["passed"] for exercise in written)
    assert desk.errors == []


def every(desk, kind):
    return desk.page.evaluate("""kind => {
        const cells = jupyterapp.shell.currentWidget.context.model.cells, ids = [];
        for (let i = 0; i < cells.length; i += 1) if (cells.get(i).type === kind) ids.push(cells.get(i).id);
        return ids;
    }""", kind)
