"""Name the known mistakes that a learner's results show, by what they do."""

from collections.abc import Sequence

from course.checking.compare import compare, same
from course.checking.report import Diagnosis
from course.checking.types import CaseSpec, Features, Spec


def diagnose(spec: Spec, seen: Sequence[Features]) -> list[Diagnosis]:
    """The known mistakes that a learner's features show.

    A mistake is recognised when, wherever it goes wrong, the learner goes wrong in the same way. Of those, the
    ones that explain the most failed features are named, and no more than are needed to explain them.
    """
    failed = {(i, name) for i, (case, features) in enumerate(zip(spec["cases"], seen, strict=True))
              for name, expected in _all_expected(case).items()
              if compare(spec, name, expected, features.get(name, {"bad": ""}))[1]}
    candidates = []
    for identity, mistake in spec["mistakes"].items():
        wrong = {(i, name): feature for i, case in enumerate(spec["cases"])
                 for name, feature in case["mistakes"].get(identity, {}).items()}
        if wrong and all((i, name) in failed and same(spec, name, feature, seen[i][name])
                         for (i, name), feature in wrong.items()):
            candidates.append((set(wrong), identity, mistake["message"]))
    named: list[Diagnosis] = []
    left = failed
    while candidates:
        candidates.sort(key=lambda c: -len(c[0] & left))
        cells, identity, message = candidates.pop(0)
        if not cells & left:
            break
        named.append({"id": identity, "message": message,
                      "cases": [spec["cases"][i]["name"] for i in sorted({i for i, _ in cells})]})
        left = left - cells
    return named


def _all_expected(case: CaseSpec) -> Features:
    """What every case expects beyond its own features: arguments left alone, and no warnings where that counts."""
    return case["expected"] | {"untouched": {"value": True}} | ({"quiet": {"value": True}} if case.get("quiet") else {})
