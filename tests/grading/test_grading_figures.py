"""What benchmarks/grading.py prints of what it measured: a part that was asked for zero times is left out, and said."""

import sys

import pytest
from classroom import ROOT


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """The benchmark with its measurements replaced: (its main as a function of options, what stock was asked for)."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from benchmarks import grading

    asked = []

    def stock(folder, topic, count, skips=False):
        asked.append((count, skips))
        return {"times": [2.0 if skips else 4.0] * count, "memory": 0, "page": 0.5, "seconds": 9}

    monkeypatch.setattr(grading, "stock", stock)
    monkeypatch.setattr(grading, "ours", lambda folder, topic, count: {
        "root": tmp_path, "seconds": count / 10, "memory": 0, "times": [0.1] * count, "size": 1, "page": 0.05})
    monkeypatch.setattr(grading, "bare", lambda *rest: (0.01, 0.04))
    monkeypatch.setattr(grading, "bare_everywhere", lambda *rest: (0.01, 0.04))
    monkeypatch.setattr(grading, "parts", lambda *rest: ({"read and repair": 0.02}, 1.5))
    monkeypatch.setattr(grading, "first_marks", lambda *rest: [[3, 4], [1, 2]])
    monkeypatch.setattr(grading, "run", lambda *rest: (5, 0))
    monkeypatch.setattr(grading, "choose", lambda: "none")
    monkeypatch.setattr(grading.gradebook, "put_venv_first", lambda: None)
    monkeypatch.setattr(grading.otter_run, "environment", lambda folder: folder)

    def said(*options):
        monkeypatch.setattr(sys, "argv", ["grading.py", "--class", "20", *options])
        grading.main()
    return said, asked


@pytest.mark.parametrize("options, asked, left_out, ratios", [
    ((), [(24, True), (6, False)], [], ["stock with the same demonstrations skipped: 20.0 times", "ratio: 40.0"]),
    (("--stock", "0"), [(24, True)], ["stock"], ["stock with the same demonstrations skipped: 20.0 times"]),
    (("--skips", "0"), [(6, False)], ["stock, demonstrations skipped"], ["ratio: 40.0"]),
    (("--stock", "0", "--skips", "0", "--otter", "there", "--otters", "0"), [],
     ["stock, demonstrations skipped", "stock", "otter run 7.0.0"], []),
])
def test_what_is_asked_for_zero_times_is_left_out_and_the_rest_comes(bench, capsys, options, asked, left_out, ratios):
    said, were = bench
    said(*options)
    lines = capsys.readouterr().out.splitlines()
    assert were == asked
    assert [line.split("  ")[0] for line in lines if "left out (--" in line] == left_out
    assert [line.removeprefix("against ") for line in lines if "times" in line[-5:] and line.startswith("against")
            or line.startswith("ratio")] == ratios
    assert "From the command to the first mark: 3.0 s cold (a new course), 1.0 s warm." in lines
    assert any(line.startswith("Feedback pages") for line in lines) == bool(asked)


@pytest.mark.parametrize("options", [("--stock", "-1"), ("--class", "1")])
def test_fewer_than_can_be_measured_are_refused(bench, capsys, options):
    with pytest.raises(SystemExit) as ended:
        bench[0](*options)
    assert ended.value.code == 2 and "at least" in capsys.readouterr().err
