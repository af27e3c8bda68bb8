"""The progress file: what is recorded, found, counted; and that nothing can break a lesson."""

import json
import os
import threading
import time

import pytest

from course import progress
from course.cards.review import chosen, fixed, questions, review
from course.contents import contents
from course.progress_file import alone, change, finished, next_step, place, read, record, tally, write


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    for topic in ("loss", "weights"):
        (tmp_path / "work" / topic).mkdir(parents=True)
        (tmp_path / "work" / topic / f"{topic}.ipynb").write_text("{}")
    return tmp_path / "work"


def test_an_exercise_and_a_question_are_kept(file):
    record("exercise", "mse", passed=False, score=0.25, topic="loss", told=["sum_instead_of_mean"])
    record("exercise", "mse", passed=True, score=1.0, topic="loss")
    record("question", "q", answer="C", right=False, topic="loss")
    record("question", "q", answer="B", right=True, topic="loss")
    record("prediction", "p", guess="A")
    state = json.loads(file.read_text())
    exercise = state["exercises"]["mse"]
    assert len(exercise["times"]) == 2 and exercise["times"][1] == exercise["last"] == exercise["passed_at"]
    assert exercise | {"first": 0, "last": 0, "passed_at": 0, "times": []} == {
        "passed": True, "score": 1.0, "tries": 2, "topic": "loss", "first": 0, "last": 0, "passed_at": 0, "times": [],
        "told": ["sum_instead_of_mean"], "lent": None}
    question = state["questions"]["q"]
    assert (question["tries"], question["missed"], question["right"], question["answer"]) == (2, 1, True, "B")
    assert (question["first_answer"], question["sure"], question["reviews"], state["trace"]) == ("C", None, [], [])
    assert state["predictions"]["p"]["guess"] == "A"


def test_the_same_cell_run_again_counts_once(file):
    for _ in range(3):
        record("question", "q", answer="C", right=False, topic="loss")
    assert json.loads(file.read_text())["questions"]["q"]["tries"] == 1


def test_an_unwritten_stub_is_no_try(file):
    record("exercise", "mse", passed=False, score=0.0, topic="loss", unwritten=True)
    assert json.loads(file.read_text())["exercises"]["mse"]["tries"] == 0


def test_a_file_of_the_first_format_goes_on(file):
    """What a learner has done before an update of the course stays done, and new events are added to it."""
    old = {"version": 1, "exercises": {"mse": {"tries": 2, "passed": True, "score": 1.0, "topic": "loss"}},
           "questions": {"q": {"tries": 1, "answer": "C", "right": False, "missed": 1}}, "predictions": {},
           "lessons": {"loss": {"seconds": 60, "last": 1}}, "reviews": {}}
    file.write_text(json.dumps(old))
    record("question", "q", answer="B", right=True, topic="loss")
    record("exercise", "mse", passed=True, score=1.0, topic="loss")
    state = json.loads(file.read_text())
    assert state["format"] == 2 and "version" not in state
    assert state["exercises"]["mse"]["tries"] == 3 and state["questions"]["q"]["tries"] == 2
    assert state["lessons"]["loss"]["seconds"] >= 60


@pytest.mark.parametrize("junk", ["", "not json", "[]", '{"version": 7}', "\x00\xff", '{"version": 1, "exercises": 3}',
                                  '{"version": 1, "exercises": {"mse": 5}, "lessons": {"loss": {"last": "x"}}}'])
def test_a_corrupt_file_is_set_aside_and_the_lesson_goes_on(file, junk, capsys):
    file.write_bytes(junk.encode("latin-1"))
    record("exercise", "mse", passed=True, score=1.0, topic="loss")
    assert read(file)["exercises"]["mse"]["passed"] is True
    kept = list(file.parent.glob("progress-unreadable-*.json"))
    assert len(kept) == (0 if '"version": 1' in junk else 1)
    assert all(path.read_bytes() == junk.encode("latin-1") for path in kept)
    progress()
    review("weights")
    assert "loss" in capsys.readouterr().out


def test_it_never_raises(file, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(file.parent / "nowhere" / "at all" / "p.json"))
    record("exercise", "mse", passed=True)
    monkeypatch.setenv("COURSE_PROGRESS", str(file.parent))
    record("exercise", "mse", passed=True)
    progress()
    record("nonsense", "mse")
    record("exercise", object(), score="high", passed=None)
    record("question", "q", answer=None, right=object())
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    record("exercise", "mse", passed=True)
    progress()


def test_a_script_records_nothing(work, monkeypatch):
    monkeypatch.chdir(work / "loss")
    record("exercise", "mse", passed=True, score=1.0, topic="loss")
    assert not (work / "progress.json").exists()


def test_found_from_each_lesson_and_after_a_move(work, monkeypatch):
    assert place(work / "loss") == place(work / "weights") == work / "progress.json"
    assert place(work) is None                                        # not a lesson's folder, and no file yet
    write(work / "progress.json", {"version": 1})
    assert place(work) == place(work / "loss") == work / "progress.json"
    work.rename(work.parent / "moved")
    assert place(work.parent / "moved" / "weights") == work.parent / "moved" / "progress.json"


@pytest.mark.parametrize("folder", ["release/loss", "source/loss", "autograded/ann/loss", "submitted/ann/loss"])
def test_the_instructors_folders_are_left_alone(tmp_path, monkeypatch, folder):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "loss.ipynb").write_text("{}")
    (tmp_path / "progress.json").write_text("{}")
    assert place(tmp_path / folder) is None


def test_two_notebooks_at_once_lose_nothing(file):
    def work(name):
        for i in range(30):
            with alone(file):
                state = read(file)
                change(state, "question", f"{name}{i}", 1.0, {"answer": "A", "right": None})
                write(file, state)
    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(file)["questions"]) == 60
    assert [p.name for p in file.parent.glob(".progress.json.*") if not p.name.endswith(".lock")] == []


def test_minutes_leave_out_the_breaks(file, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    for gap in (0, 60, 120, 4000, 60):
        now[0] += gap
        record("exercise", "mse", passed=False, score=0, topic="loss")
    assert read(file)["lessons"]["loss"]["seconds"] == 240


def test_what_it_adds_up_to(file, capsys):
    every = contents()
    first = next(iter(every))
    for name in every[first]["exercises"]:
        record("exercise", name, passed=True, score=1.0, topic=first)
    state = read(file)
    assert tally(state, every[first])["passed"] == len(every[first]["exercises"]) and not finished(state, first)
    assert "questions are still open" in next_step(state, first)
    for id in every[first]["questions"]:
        record("question", id, answer="A", right=True, topic=first)
    state = read(file)
    assert finished(state, first) and tally(state, every[first])["right"] == len(every[first]["questions"])
    assert first not in next_step(state, first)
    progress()
    out = capsys.readouterr().out
    assert f"exercises {len(every[first]['exercises'])} of {len(every[first]['exercises'])}" in out


def test_missed_and_longest_unseen_come_first():
    every = {f"q{i}": {} for i in range(9)}
    state = {"questions": {f"q{i}": {"last": 100 + i, "right": True} for i in range(9)}}
    state["questions"]["q7"]["right"] = False
    del state["questions"]["q4"]
    assert chosen(every, state) == ["q7", "q4", "q0"]
    state["questions"]["q7"] |= {"reviewed": 500, "review_right": True}       # put right since: no longer first
    assert chosen(every, state) == ["q4", "q0", "q1"]


def test_a_class_has_the_same_three_and_self_study_keeps_its_three_for_the_day(file, monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("COURSE_KEYS", raising=False)
    every = questions("weights")
    assert len(set(fixed(every))) == 3 and fixed(every) == fixed(dict(every))
    review("weights")
    once = capsys.readouterr().out
    review("weights")
    assert capsys.readouterr().out == once
    monkeypatch.setenv("COURSE_KEYS", str(tmp_path))
    record("question", list(every)[5], answer="A", right=False, topic="loss")
    review("weights")
    own = capsys.readouterr().out
    assert every[list(every)[5]]["stem"].split()[0] in own
    review("weights", answers="CCC")
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("Review")] == [
        line for line in own.splitlines() if line.startswith("Review")]


@pytest.mark.parametrize("strange", [("loss",), (), (None,), (3,), ("weights", 5), ("weights", "XYZ"),
                                     ("weights", "A" * 99)])
def test_review_never_raises(file, strange, capsys):
    review(*strange)
    assert capsys.readouterr().out.strip()


def test_the_file_is_plain_and_small(file):
    for topic, inside in contents().items():
        for name in inside["exercises"]:
            record("exercise", name, passed=True, score=1.0, topic=topic)
        for id in inside["questions"]:
            record("question", id, answer="A", right=True, topic=topic)
    assert os.path.getsize(file) < 60_000
    assert json.loads(file.read_text())["format"] == 2
