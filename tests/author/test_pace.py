"""How long a lesson takes, on the fixture course: each part of the count, and what is said of a wrong time."""

import pytest
from fixture_course import tiny_course

from autograder.author import pace, verify
from autograder.author.cells import source_notebook
from autograder.author.markdown import read_lesson
from autograder.lessons import catalogue

MORE = """
## Optional: for the curious

{words}

```python slow demo
for i in steps(range(3), "three runs, about 90 s"):
    pass
```

### Still below it

seven words that nobody has to read

## Counted again

two words
"""


@pytest.fixture
def counted(tmp_path, monkeypatch):
    """counted(change): the Pace of the tiny lesson with its text changed, and what is said of it."""
    monkeypatch.setattr(catalogue, "_entered", {})

    def count(change=lambda text: text, seconds=None):
        root = tmp_path / f"course-{len(list(tmp_path.iterdir()))}"
        path = tiny_course(root) / "source" / "tiny.md"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        catalogue.enter(root)
        return pace.pace("tiny", seconds=seconds), verify.verify_pace("tiny", seconds)
    return count


def test_each_part_is_counted(counted):
    base, outcome = counted()
    assert base.exercises == sum(exercise.minutes for exercise in catalogue.exercises("tiny").values()) > 0
    assert outcome.notes[0].startswith(f"{base.minutes:.0f} minutes = ") and outcome.faults == []
    more = counted(lambda text: text.replace("## One question", "one <b>two</b> $y = 3$ | — |\n\n## One question"))[0]
    assert more.words["text"] == base.words["text"] + 4                 # one, two, y, 3
    more = counted(lambda text: text.replace("```python look demo\n", "```python look demo\n# why it is so\n"))[0]
    assert more.words["code"] == base.words["code"] + 4
    folded = counted(lambda text: text.replace("```python look demo\n", "```python look demo folded\n# why\n"))[0]
    assert folded.words["code"] < base.words["code"]
    more = counted(lambda text: text.replace("above 4?", "above or below 4?"))[0]
    assert more.words["questions"] == base.words["questions"] + 2


def test_what_is_optional_is_left_out_until_the_next_section(counted):
    base, _ = counted()
    more, _ = counted(lambda text: text + MORE.format(words="word " * 500))
    assert more.words["text"] == base.words["text"] + 4 and more.waits == 0     # "Counted again", "two words"
    all_of_it, _ = counted(lambda text: text + MORE.format(words="word " * 500).replace("Optional", "Besides"))
    assert all_of_it.words["text"] > base.words["text"] + 500 and all_of_it.waits == 90


def test_waits_are_measured_where_a_notebook_ran(counted):
    text = '```python slow demo\nsteps(range(3), f"{3} runs, about 12 s")\n```\n'
    stated, _ = counted(lambda lesson: lesson + text)
    ran, _ = counted(lambda lesson: lesson + text, {"slow": 30.0, "look": 0.5})
    assert stated.waits == 12 and ran.waits == 30.5
    nb = source_notebook("tiny")
    said = pace.slow_cells(nb, {"slow": 30.0, "look": 4.0})
    assert said == ["cell look took 4 s, and neither it nor the text above says how long",
                    "cell slow took 30 s, 20 are the most on two idle cores"]


def test_a_wrong_time_and_too_long_a_lesson_are_told(counted, monkeypatch):
    def longer(text):
        return text + "word " * 20_000
    found, outcome = counted(longer)
    assert outcome.faults == [] and "warning: tiny.md:3: 5 minutes are stated, the count is" in outcome.notes[1]
    monkeypatch.setattr(verify, "IS_A_FAULT", True)
    _, outcome = counted(longer)
    assert "tiny.md:3: 5 minutes are stated" in outcome.faults[0] and "95 are the most" in outcome.faults[1]
    _, outcome = counted(lambda text: longer(text).replace("minutes: 5", f"minutes: {found.minutes * 1.09:.0f}"))
    assert len(outcome.faults) == 1 and "95 are the most" in outcome.faults[0]
    _, outcome = counted(lambda text: longer(text).replace("minutes: 5", f"minutes: {found.minutes * 1.2:.0f}"))
    assert len(outcome.faults) == 2


def test_other_pages_state_it_too(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "start.md").write_text("| [**loss**](l) | Why? | 80 min |\n| **weights** | 70 to 90 min |\n")
    (tmp_path / "README.md").write_text("A lesson takes 60 to 90 minutes.\n| 2 `weights` | 85 min |\n| `w` | 5 min |\n")
    assert pace.stated("loss", 90, tmp_path) == [("loss.md:1", 90, 90), ("source/start.md:1", 80, 80),
                                                 ("README.md:1", 60, 90)]
    assert ("README.md:2", 85, 85) in pace.stated("weights", 90, tmp_path)
    assert ("source/start.md:2", 70, 90) in pace.stated("weights", 90, tmp_path)


@pytest.mark.parametrize("lesson", catalogue.topics())
def test_each_lesson_takes_the_time_that_it_states_and_no_more_than_95_minutes(lesson):
    assert pace.pace_faults(lesson, pace.pace(lesson), read_lesson(lesson).minutes) == []
