"""The staged comparison, the score and the diagnosis, on small made-up exercises and on the bad input of a class."""

import numpy as np
import pytest

from autograder.author.proof import result
from autograder.lessons import catalogue
from autograder.lessons.exercise import Exercise, call, case
from autograder.lessons.specify import run, specification
from course.cards.result import report_html, report_text
from course.checking.assess import assess, observed
from course.checking.compare import same
from course.checking.observe import observe
from course.checking.observers import OBSERVERS

PUBLIC = specification("loss")["exercises"]


def report(name, function):
    return result(PUBLIC[name], "loss", function)


def stages(name, function):
    return {c.stage for c in report(name, function).checks if not c.passed and c.checked}


def right(name):
    return catalogue.references("loss")[name]


@pytest.mark.parametrize("function, stage, words", [
    (lambda logits: None, "type", "return"),
    (lambda logits: right("log_softmax")(logits).tolist(), "type", "a list"),
    (lambda logits: right("log_softmax")(logits)[0], "shape", "shape"),
    (lambda logits: right("log_softmax")(logits).astype(np.float32), "dtype", "float64"),
    (lambda logits: right("log_softmax")(logits) / np.zeros(1), "finite", "nan"),
    (lambda logits: right("log_softmax")(logits) + 1, "value", "is asked for"),
    (lambda logits: 1 / 0, "runs", "ZeroDivisionError"),
    (lambda logits: np.ma.array(right("log_softmax")(logits)), "type", "MaskedArray"),
    (lambda: 0, "runs", "TypeError"),
])
def test_each_stage_has_its_own_words(function, stage, words):
    found = report("log_softmax", function)
    assert stage in stages("log_softmax", function)
    assert words in report_text(found) and found.points == 0


def test_every_check_is_reported_not_the_first_failure_alone():
    found = report("mse", lambda a, b: np.sum((a - b) ** 2))
    assert len(found.checks) >= len(PUBLIC["mse"]["cases"])
    assert sum(not c.passed for c in found.checks) >= 3


def test_the_message_names_function_input_result_expectation_cause_and_next_step():
    text = report_text(report("mse", catalogue.mistakes("loss")["mse"]["sum_instead_of_mean"]))
    for words in ("mse", "Smallest failing call: mse(", "came back", "is asked for", "Likely cause: Your loss doubles",
                  "Next step:"):
        assert words in text


def test_a_stub_and_a_missing_function_score_nothing_and_say_so():
    def mse(y_pred, y_true):
        raise NotImplementedError
    found = report("mse", mse)
    assert found.unwritten and found.points == 0 and "not written yet" in report_text(found)
    assert all("not checked until" in c.message for c in found.checks)
    spec = PUBLIC["mse"]
    gone = assess(spec, [[{"missing": True} for _ in c["calls"]] for c in spec["cases"]])
    assert gone.points == 0 and "no function `mse`" in report_text(gone)
    odd = assess(spec, [[{"not_callable": "int"} for _ in c["calls"]] for c in spec["cases"]])
    assert odd.points == 0 and "not a function but an int" in report_text(odd)


def test_a_function_that_always_raises_the_right_error_gets_nothing():
    def f(a, b):
        raise ValueError
    assert report("mse", f).points == 0


def test_a_subclass_of_the_error_asked_for_is_right_and_another_error_is_not():
    class Mine(ValueError):
        pass

    def f(error):
        def mse(a, b):
            if a.shape != b.shape:
                raise error
            return np.mean((a - b) ** 2)
        return mse
    assert report("mse", f(Mine)).passed
    assert "TypeError where ValueError is asked for" in report_text(report("mse", f(TypeError)))


def test_changed_inputs_cost_their_own_weight_only():
    found = report("log_softmax", catalogue.mistakes("loss")["log_softmax"]["in_place"])
    failed = [c for c in found.checks if not c.passed]
    assert [c.feature for c in failed] == ["untouched"] and 0.8 < found.score < 1
    assert "`logits`" in failed[0].message


def test_a_warning_costs_its_own_small_weight_only():
    found = report("binary_cross_entropy_with_logits",
                   catalogue.mistakes("loss")["binary_cross_entropy_with_logits"]["exp_overflows"])
    assert {c.feature for c in found.checks if not c.passed} == {"quiet"} and found.score > 0.85


def test_components_are_diagnosed_one_by_one():
    """Two mistakes in one function: each is named."""
    def reference(x):
        return x + 1, x * 2
    cases = [case("a", np.array([1.0, 2.0])), case("b", np.array([3.0]))]
    exercise = Exercise("f", 2, 1, 1, lambda rng: cases, components=("s", "p"))
    wrong = {"s_off": lambda x: (x + 2, x * 2), "p_off": lambda x: (x + 1, x * 3), "p_zero": lambda x: (x + 1, x * 0)}
    spec = made(exercise, reference, wrong)
    both = assess(spec, run(spec, {"f": lambda x: (x + 2, x * 3)}))
    assert {d["id"] for d in both.diagnoses} == {"s_off", "p_off"}
    half = assess(spec, run(spec, {"f": lambda x: (x + 1, x * 0)}))
    assert [d["id"] for d in half.diagnoses] == ["p_zero"] and half.score == pytest.approx(1 / 3)
    pair = assess(spec, run(spec, {"f": lambda x: x + 1}))
    assert pair.points == 0 and "2 results (s, p)" in report_text(pair)


def made(exercise, reference, wrong):
    """A specification of an exercise that is in no lesson."""
    name = exercise.name
    spec = {"name": name, "topic": "t", "signature": f"{name}(x)", "points": exercise.points, "seconds": 1,
            "components": list(exercise.components) or None, "features": exercise.features, "rtol": 1e-7,
            "atol": 1e-9, "untouched": 1.0, "mistakes": {k: {"message": k} for k in wrong}, "cases": []}
    for c in exercise.cases(None):
        one = {"name": c.name, "calls": [dict(x, of=name) for x in c.calls], "weight": c.weight, "quiet": 0}
        one["expected"] = observed(spec, one, [observe({name: reference}, call) for call in one["calls"]])
        one["expected"].pop("untouched")
        one["mistakes"] = {}
        for k, f in wrong.items():
            features = observed(spec, one, [observe({name: f}, call) for call in one["calls"]])
            differs = {n: v for n, v in features.items() if n in one["expected"] and not same(
                spec, n, v, one["expected"][n])}
            one["mistakes"][k] = differs
        spec["cases"].append(one)
    return spec


def test_an_unknown_mistake_is_not_named():
    assert report("mse", lambda a, b: 7.3).diagnoses == []


def test_one_call_that_does_not_end_costs_its_own_case():
    spec = PUBLIC["mse"]
    raws = run(spec, catalogue.references("loss"))
    raws[1] = [{"timeout": 2.0}]
    found = assess(spec, raws)
    assert 0 < found.score < 1 and "did not end within 2 seconds" in report_text(found)


@pytest.mark.parametrize("garbage", [None, 3, [], {}, {"result": {"$array": {}}}, {"result": {"x": 1, "y": 2}},
                                     {"error": 3}, {"error": {"type": "E"}}, {"timeout": "soon"},
                                     {"result": 1.0, "mutated": 3}, {"result": 1.0, "warnings": 5}])
def test_a_raw_observation_that_is_garbage_fails_and_never_breaks_the_checker(garbage):
    for name, spec in PUBLIC.items():
        found = assess(spec, [[garbage for _ in c["calls"]] for c in spec["cases"]])
        assert found.points == 0, name
        report_text(found), report_html(found), found.to_dict()


def test_no_learner_text_reaches_the_page_unescaped():
    def f(a, b):
        raise RuntimeError("<script>alert(1)</script>")
    assert "<script>" not in report_html(report("mse", f))


def test_observers_survive_whatever_a_learner_returns():
    odd = [None, 3, "x", [], [None], [[1, 2], "a"], {"a": 1}, [np.zeros((2, 2))], np.zeros(3), [[np.nan]], [[10**9]]]
    for name in OBSERVERS:
        specs = [s for s in PUBLIC.values() if s["features"] == name]
        for spec in specs:
            for value in odd:
                assert result(spec, "loss", lambda *a, value=value, **k: value).points < spec["points"] / 2


def test_raws_of_a_wrong_number_of_calls_are_an_error_of_ours():
    with pytest.raises(ValueError):
        assess(PUBLIC["mse"], [[{}]])


def test_weights_share_a_case():
    def reference(x):
        return x, x
    exercise = Exercise("f", 1, 1, 1, lambda rng: [case("c", calls=[call(np.ones(2))])], components=("a", "b"))
    spec = made(exercise, reference, {}) | {"weights": {"a": 3}, "untouched": 0}
    assert assess(spec, run(spec, {"f": lambda x: (x, x + 1)})).score == pytest.approx(0.75)
