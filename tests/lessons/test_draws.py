"""What a class's seed draws in the place of the published numbers: for every seed, and of the same kind."""

import numpy as np
import pytest

from autograder.author.proof import SECRET_SEEDS
from autograder.lessons import catalogue
from autograder.lessons.exercise import PUBLIC_SEED, Draws, Exercise, case
from autograder.lessons.frameworks import exercises as framework_exercises
from autograder.lessons.ignorance import Scores
from autograder.lessons.specify import _specification, specification, specify

SEEDS = [f"{k:x}" for k in range(1, 301)]


@pytest.mark.parametrize("values", [(5, 4, 3, 2), (4, 3), (3, 4, 5), (3, 3), (1, 4), (3, 4, 5, 6, 7, 8, 9), (1, 2),
                                    (64, 128, 128, 10), (100, 3)])
def test_other_whole_numbers_are_found_whatever_was_drawn_before(values):
    seen = set()
    for seed in SEEDS:
        drawn = Draws(seed, "a").whole(*values)
        assert all((a == b) == (c == d) for a, c in zip(values, drawn, strict=True)
                   for b, d in zip(values, drawn, strict=True)), drawn            # equal where they were
        assert all(a == b if b <= 2 else a != b and a > 2 for a, b in zip(drawn, values, strict=True)), drawn
        seen.add(tuple(drawn))
    assert len(seen) > 1 or max(values) <= 2
    assert Draws(PUBLIC_SEED, "a").whole(*values) == list(values)


@pytest.mark.parametrize("values", [[1.0, -2.0], [0.0, 3.0], [0.0, 0.0], [5.0], [1.0, 0.0, -1.0],
                                    [[2.0, 3.0], [4.0, 0.0]]])
def test_signs_stand_elsewhere(values):
    for seed in SEEDS:
        drawn = Draws(seed, "a").signs(values)
        assert sorted(np.abs(drawn).ravel()) == sorted(np.abs(values).ravel())
        if np.size(values) > 1 and np.any(values):
            assert not np.array_equal(np.sign(drawn), np.sign(values))
        if np.count_nonzero(values) > 1:
            assert np.min(drawn) < 0 < np.max(drawn)


def test_published_answers_that_are_drawn_by_chance_are_drawn_again(monkeypatch):
    """A number out of two, with the shape that it has for learners: half of a set, and now and then all of it."""
    def cases(rng):
        for size in range(1, 6):
            yield case(f"{size} numbers", np.full(size, 1.0 if rng.public else float(rng.integers(1, 3))),
                       np.zeros(size))

    exercise = Exercise("mse", points=1, minutes=1, difficulty=1, cases=cases, table=(0.2, "a coin is tossed"))
    monkeypatch.setattr(catalogue, "exercises", lambda topic: {"mse": exercise})
    _specification.cache_clear()
    try:
        drawn = [specify("loss", exercise, seed, mistakes=False) for seed in range(11, 41)]
    finally:
        _specification.cache_clear()
    shares = [np.mean([case["expected"]["result"]["value"] == 1.0 for case in spec["cases"]]) for spec in drawn]
    chance = [np.mean(Draws(seed, "mse").integers(1, 3, 5) == 1) for seed in range(11, 41)]
    assert np.mean(shares) < np.mean(chance) - 0.1


def test_a_table_of_the_published_answers_earns_little_on_every_set():
    for topic, name in (("activations", "sigmoid"), ("activations", "dead_fraction"), ("weights", "count_parameters")):
        most = catalogue.exercises(topic)[name].table[0]
        for seed in SECRET_SEEDS:
            earned, kind = Scores(topic, specification(topic, seed, mistakes=False)["exercises"][name]).best_table()
            assert earned <= most, (name, seed, kind)


def test_a_network_that_never_meets_a_label_is_drawn_again(monkeypatch):
    """Of a class's sets of cases one in eleven was never drawn to its end."""
    made, evaluate = [], framework_exercises.solutions.evaluate

    def counted(*given):
        made.append(1)
        assert len(made) < 5000, "it goes on for ever"
        return evaluate(*given)
    monkeypatch.setattr(framework_exercises.solutions, "evaluate", counted)
    for seed in (19, 25, 29, 35):
        made.clear()
        assert len(list(framework_exercises.evaluate_cases(Draws(f"{seed:032x}", "evaluate")))) == 6
