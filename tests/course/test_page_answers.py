"""What was answered on the course's pages goes into the progress of a laptop's notebooks: added, never in its place."""

import argparse
import json

import pytest

from course.actions import keep
from course.contents import questions
from course.progress_file import empty, read, write

LETTER, NUMBER = "loss-or-profit", next(id for id, q in questions().items() if q.get("form") == "number")


def event(id=LETTER, answer="A", at=1000.0, **more):
    return {"kind": "question", "id": id, "topic": "loss", "answer": answer, "sure": None, "right": False, "at": at,
            **more}


@pytest.fixture
def take(tmp_path):
    """take(events): reads a file with them into a new work folder, or the one that is there; its progress."""
    work = tmp_path / "work"
    work.mkdir()

    def taken(found, **more):
        source = tmp_path / "course-answers.json"
        source.write_text(json.dumps({"answers": 1, "events": found} | more), encoding="utf-8")
        keep.run(argparse.Namespace(to=None, source=str(source)), work)
        return read(work / "progress.json")

    taken.path = work / "progress.json"
    return taken


def test_answers_are_counted_as_they_were_given(take):
    state = take([event(), event(answer="B", at=1010.0, right=True), event(NUMBER, "0.5", 1020.0, sure="sure"),
                  event("one-big-miss", "C", 1030.0, kind="prediction", right=None)])
    entry = state["questions"][LETTER]
    assert (entry["answer"], entry["first_answer"], entry["tries"], entry["missed"]) == ("B", "A", 2, 1)
    assert entry["right"] is True and entry["times"] == [1000.0, 1010.0] and entry["topic"] == "loss"
    assert state["questions"][NUMBER]["answer"] == "0.5" and state["questions"][NUMBER]["sure"] == "sure"
    assert state["predictions"]["one-big-miss"]["guess"] == "C"


def test_the_same_file_twice_counts_once(take, capsys):
    first = take([event(), event(answer="B", at=1010.0, right=True)])
    before = take.path.read_bytes()
    assert take([event(), event(answer="B", at=1010.0, right=True)]) == first
    assert take.path.read_bytes() == before and "has all of that already" in capsys.readouterr().out


def test_what_was_done_on_the_laptop_stays(take):
    state = empty()
    state["exercises"]["mse"] = {"tries": 3, "passed": True}
    state["questions"][LETTER] = {"tries": 1, "answer": "D", "first": 2000.0, "last": 2000.0}
    write(take.path, state)
    after = take([event(at=1500.0), event(NUMBER, "2", 1600.0)])
    assert after["exercises"] == state["exercises"] and after["questions"][LETTER] == state["questions"][LETTER]
    assert after["questions"][NUMBER]["answer"] == "2"
    assert take([event(at=2500.0)])["questions"][LETTER]["answer"] == "A"           # later than the laptop's


def test_a_question_that_the_course_does_not_ask_is_left_out(take):
    assert set(take([event("gone-since", "7.5"), event()])["questions"]) == {LETTER}


@pytest.mark.parametrize("bad", [
    event(answer="E"), event(answer=None), event(answer=["A"]), event(kind="exercise"), event(at="now"), event(at=1e12),
    event(at=True), event(right="yes"), event(sure="very"), event(topic=None), event(id=None), event(NUMBER, "many"),
    "A", None])
def test_a_damaged_entry_is_said_and_nothing_is_taken(take, bad):
    state = empty()
    state["questions"][LETTER] = {"tries": 1, "answer": "D", "first": 20.0, "last": 20.0}
    write(take.path, state)
    before = take.path.read_bytes()
    with pytest.raises(ValueError, match="entry 2 is no answer. Nothing was taken"):
        take([event(), bad])
    assert take.path.read_bytes() == before and [path.name for path in take.path.parent.iterdir()
                                                 if path.suffix == ".json"] == ["progress.json"]


def test_a_file_that_is_none_is_said(take, tmp_path):
    for more in ({"answers": 2}, {"events": "all"}):
        with pytest.raises(ValueError, match="is no file of answers of this course"):
            take([], **more)
    for text in ("{", "[]", "{}", "\"answers\""):
        (tmp_path / "other.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="is no progress file of this course"):
            keep.run(argparse.Namespace(to=None, source=str(tmp_path / "other.json")), take.path.parent)
    assert not take.path.exists()
