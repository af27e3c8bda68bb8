"""The progress file: what is recorded, found, counted; and that nothing can break a lesson."""

import json
import os
import threading
import time

import pytest

from course import progress
from course.actions.review import chosen, due, fault_card, fixed, kept, question_card, questions, review
from course.checking.words import call_text
from course.contents import contents, exercise_topics
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


# --------------------------------------------------------------------------------- from the notebooks, and in a file

def done(work, answer="C", passed="all 6 checks pass"):
    """Lesson loss with one exercise checked and one question answered, as a front end saves it."""
    question = next(id for id, q in questions("weights").items() if q["topic"] == "loss")
    cells = [{"cell_type": "code", "id": "mse", "metadata": {}, "source": 'check("mse")', "outputs": [
                 {"output_type": "display_data", "data": {"text/plain": [f"mse: {passed} (2 of 2)\n", "more"]}}]},
             {"cell_type": "code", "id": "mse_grad", "metadata": {}, "source": 'check("mse_grad")', "outputs": [
                 {"output_type": "display_data", "data": {"text/plain": "mse_grad: not written yet"}}]},
             {"cell_type": "code", "id": question, "metadata": {}, "outputs": [],
              "source": f'quiz(\n    "{question}", "stem",\n    answer={answer!r},\n)'},
             {"cell_type": "markdown", "source": "quiz"}]
    cells = [{"cell_type": "code"}, 3, {"cell_type": "code", "source": "x", "outputs": [None]}, *cells]
    (work / "loss" / "loss.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}}))
    return question


@pytest.mark.parametrize("before", ["gone", "junk", "another lesson"])
def test_progress_is_read_again_from_the_notebooks_and_says_so(work, monkeypatch, capsys, before):
    question = done(work)
    monkeypatch.chdir(work / "loss")
    if before == "junk":
        (work / "progress.json").write_text("{{{")
    if before == "another lesson":
        write(work / "progress.json", {"format": 2, "exercises": {"linear": {"passed": True, "tries": 1}}})
    progress()
    assert "did not have 1 exercise and 1 answer of yours: read again from your notebooks" in capsys.readouterr().out
    state = read(work / "progress.json")
    assert state["exercises"]["mse"]["passed"] is True and "mse_grad" not in state["exercises"]
    assert state["questions"][question]["answer"] == "C"
    assert ("linear" in state["exercises"]) == (before == "another lesson")
    progress()
    assert "did not have" not in capsys.readouterr().out


def test_what_the_file_knows_is_not_changed_by_the_notebooks(work, monkeypatch, capsys):
    question = done(work, passed="3 of 6 checks pass")
    monkeypatch.chdir(work / "loss")
    monkeypatch.setenv("COURSE_PROGRESS", str(work / "progress.json"))
    record("exercise", "mse", passed=True, score=1.0, topic="loss")
    record("question", question, answer="A", topic="loss")
    before = read(work / "progress.json")
    progress()
    assert read(work / "progress.json") == before and "did not have" not in capsys.readouterr().out


def test_progress_goes_to_a_file_and_back(work, tmp_path, monkeypatch, capsys):
    from course.actions import learn

    monkeypatch.setattr(learn, "course_folder", lambda: tmp_path)
    away = tmp_path / "away.json"
    assert learn.main(["progress", "--to", str(away)]) == 1 and "no progress yet" in capsys.readouterr().err
    done(work)
    monkeypatch.chdir(work / "loss")
    progress()
    monkeypatch.chdir(tmp_path)
    assert learn.main(["progress", "--to", str(away)]) == 0
    assert learn.main(["progress", "--to", str(away)]) == 1 and "is there already" in capsys.readouterr().err
    kept = (work / "progress.json").read_bytes()
    write(work / "progress.json", {"format": 2})
    assert learn.main(["progress", "--from", str(away)]) == 0
    assert (work / "progress.json").read_bytes() == kept
    assert json.loads(next(work.glob("progress-before-*.json")).read_text()) == {"format": 2}
    capsys.readouterr()
    assert learn.main(["progress"]) == 0 and "exercises 1 of 8" in capsys.readouterr().out
    for text in ("{}", "no", '{"format": 9}', "[]"):
        away.write_text(text)
        assert learn.main(["progress", "--from", str(away)]) == 1
        assert "is no progress file" in capsys.readouterr().err and (work / "progress.json").read_bytes() == kept
    assert learn.main(["progress", "--from", str(tmp_path / "none.json")]) == 1
    assert "No such file" in capsys.readouterr().err


# --------------------------------------------------------------------------------- review that comes back

DAY = 86400.0


@pytest.fixture
def learner(file, monkeypatch, tmp_path):
    """Self-study: a learner with a past, and what is due at a time."""
    from autograder.author.keys import write_keys

    monkeypatch.setenv("COURSE_KEYS", str(write_keys(folder=tmp_path / "keys")))
    write(file, {"format": 2})
    return file


def event(file, when, kind, id, **facts):
    state = read(file)
    change(state, kind, id, when, facts)
    write(file, state)


def test_an_item_comes_back_after_1_3_7_21_and_60_days_and_from_the_beginning_after_a_miss(learner):
    now, id = 1e9, next(iter(questions("weights")))
    event(learner, now, "question", id, answer="A", right=True, topic="loss")
    for days in (1, 3, 7, 21, 60, 60):
        assert due(read(learner), now + (days - 0.5) * DAY) == [] and due(read(learner), now + days * DAY) == [id]
        now += days * DAY
        event(learner, now, "review", id, right=True)
    event(learner, now + 60 * DAY, "review", id, right=False)
    assert due(read(learner), now + 61 * DAY) == [id]


def test_at_most_five_items_those_missed_first_a_fault_of_ones_own_and_a_function_to_write_again(learner):
    ids = list(questions("gradients"))[:9]
    for number, id in enumerate(ids):
        event(learner, 1e9 + number, "question", id, answer="A", right=number != 6, topic="loss")
    event(learner, 1e9, "exercise", "mse", passed=False, told=["half"], topic="loss")
    event(learner, 1e9, "exercise", "mse", passed=True, topic="loss")
    event(learner, 1e9, "exercise", "relu", passed=True, topic="activations")
    event(learner, 1e9, "exercise", "linear", passed=False, topic="weights")
    assert due(read(learner), 1e9 + 2 * DAY) == [ids[6], ids[0], ids[1], "mse/half", "again:relu"]
    assert due(read(learner), 1e9 + 0.5 * DAY) == []


def test_the_fault_is_shown_by_one_call_alone(learner):
    """Of every fault of every exercise: what the key calls gives something else with it, and nothing else does."""
    from course.actions.check import specifications
    from course.cards.keys import solutions

    cards = 0
    for name, found in solutions().items():
        spec = specifications(exercise_topics()[name])[name]
        for mistake in found["mistakes"]:
            card = fault_card(name, mistake, at=5)
            if card is None:
                continue
            cards += 1
            case = {call_text(case): case for case in spec["cases"]}
            shown = {letter: mistake in case[text.strip("`")]["mistakes"] for letter, text in card.options.items()}
            assert [letter for letter, it in shown.items() if it] == [card.known()["key"]], (name, mistake)
            assert '"""' not in card.stem and card.known()["options"][card.known()["key"]]["why"]
    assert cards > 150


def test_options_come_in_another_order_and_the_key_with_them(learner):
    from course.cards.keys import bank_entry

    orders = set()
    entries = {id: bank_entry(id)[0] for id in questions("gradients")}
    lettered = {id: item for id, item in entries.items() if item.get("form", "letter") == "letter"}
    for id, item in list(lettered.items())[:8]:
        for at in (1.0, 2.0):
            card = question_card(id, at)
            key = card.known()["key"]
            assert card.options[key] == item["options"][item["key"]]["text"]
            assert card.known()["options"][key]["why"] == item["options"][item["key"]]["why"]
            assert question_card(id, at).options == card.options
            orders.add("".join(card.originals.values()))
    assert len(orders) > 5


def test_days_kept():
    from datetime import date, datetime

    def noon(day):
        return datetime(2026, 3, day, 12).timestamp()
    state = {"questions": {"a": {"reviews": [noon(1), noon(8), noon(9)]}}, "exercises": {"b": {"reviews": [noon(10)]}}}
    assert kept(state, date(2026, 3, 10)) == kept(state, date(2026, 3, 11)) == (3, 4)
    assert kept(state, date(2026, 3, 12)) == (0, 4) and kept({"questions": {}, "exercises": {}}) == (0, 0)


@pytest.mark.parametrize("body, said, counts", [
    ("    return np.maximum(z, 0)", "Right: this is `relu`", True),
    ("    z = z * 1\n    z = z + 0\n    return np.maximum(z, 0)", "Right, and in 3 lines", False),
    ('    """Mine."""\n    # zero\n    return z * (z > 0)', "Right: this is `relu`", True),
    ("    return z", "does not pass the check of `relu`", False)])
def test_a_function_written_again(learner, capsys, tmp_path, body, said, counts):
    event(learner, time.time() - 2 * DAY, "exercise", "relu", passed=True, topic="activations")
    review("gradients")
    assert "Write `relu` again" in capsys.readouterr().out
    source = f"def again(z):\n{body}\n"
    (tmp_path / "mine.py").write_text(source)
    namespace = {"np": __import__("numpy")}
    exec(compile(source, str(tmp_path / "mine.py"), "exec"), namespace)
    review(namespace["again"])
    assert said in capsys.readouterr().out
    assert bool(read(learner)["exercises"]["relu"].get("reviewed")) == counts


def test_what_the_terminal_asks_to_write_again_the_notebook_checks(learner, capsys):
    event(learner, time.time() - 2 * DAY, "exercise", "relu", passed=True, topic="activations")
    review(lambda z: z * (z > 0))
    assert "No function is to be written again" not in capsys.readouterr().out
    state = read(learner)
    state["exercises"].clear()
    state["reviews"] = {"gradients": {"ids": ["again:relu"], "at": time.time() - 5 * DAY}}
    write(learner, state)
    review(lambda z: z * (z > 0))                # asked for days ago: no longer today's
    assert "No function is to be written again" in capsys.readouterr().out


def test_a_review_in_a_terminal(learner, capsys, monkeypatch):
    from course.actions import keep

    (learner.parent / "work").mkdir()
    learner = learner.rename(learner.parent / "work" / "progress.json")
    keep.review(learner.parent, None)
    assert "Nothing is due today." in capsys.readouterr().out
    id = next(iter(questions("weights")))
    event(learner, time.time() - 2 * DAY, "question", id, answer="A", right=False, topic="loss")
    letters = iter(["x", "a", "b", "c", "d"])
    keep.review(learner.parent, None, ask=lambda _: next(letters))
    out = capsys.readouterr().out
    assert "1 to review." in out and ("Yes, " in out or "the answer is" in out) and "You have reviewed on 1 day." in out
    state = read(learner)["questions"][id]
    assert state["level"] in (0, 1) and len(state["reviews"]) == 1 and state["answer"] == "A"
