"""Whether the known mistakes explain enough of a failure to lead, and mistakes seen through a factor."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.checking.codec import decode
from course.checking.report import Check, Diagnosis
from course.checking.telling.differences.ratios import factors_of, told_factor
from course.checking.telling.differences.relations import enough, pairs_of
from course.checking.telling.differences.rows import Row, is_ordinary
from course.checking.types import Spec

LEADS = 0.8                 # share of the failed features that names have to explain before they lead
SIDE = ("quiet", "untouched")
Cell = tuple[str, str]      # (case, feature)


def failed_cells(checks: Sequence[Check]) -> set[Cell]:
    return {(c.case, c.feature) for c in checks if not c.passed and c.checked and c.case != "inputs"}


def cells_of(spec: Spec, identity: str) -> set[Cell]:
    """Where a known mistake goes wrong."""
    return {(case["name"], name) for case in spec["cases"] for name in case.get("mistakes", {}).get(identity, {})}


def lead(spec: Spec, diagnoses: Sequence[Diagnosis], checks: Sequence[Check]) -> bool:
    """Whether the mistakes named explain most of what failed, the first ordinary case of it, and not by an error alone.

    A result of little information, such as a count or a yes or no, agrees by chance: then it takes more cases.
    """
    failed, known = failed_cells(checks), [d for d in diagnoses if d["id"] in spec["mistakes"]]
    if len(known) < len(diagnoses):         # a cause outside the exercise, which is told by other means
        return True
    explained = set().union(*(cells_of(spec, d["id"]) for d in known)) if known else set()
    if not failed:                          # what is wrong is the arguments alone
        return bool(known)
    if not known or len(explained & failed) < LEADS * len(failed):
        return False
    first = next((case["name"] for case in spec["cases"] if is_ordinary(case)
                  and any(name == case["name"] for name, _ in failed)), None)
    if first is not None and not any(name == first for name, _ in explained):
        return False
    features = [feature for d in known for case in spec["cases"]
                for name, feature in case.get("mistakes", {}).get(d["id"], {}).items() if name not in SIDE]
    values = [decode(feature["value"]) for feature in features if "value" in feature]
    if features and all("error" in feature for feature in features):
        return len({name for name, _ in failed}) < len(spec["cases"])       # many programs raise an error everywhere
    return not values or not all(map(_little, values)) or len(values) >= min(3, len(failed))


def _little(value: Any) -> bool:
    """Whether a value says little: a count, a share of few, a yes or no."""
    return isinstance(value, (bool, int, np.bool_, np.integer))


def through_a_factor(spec: Spec, rows: Sequence[Row]) -> tuple[str, str] | None:
    """(id, predicate) of a known mistake that gives what came back but for a factor: two faults at once.

    The factor has to hold where the mistake shows and where it does not, in calls of different shapes.
    """
    cases = {case["name"]: case for case in spec["cases"]}
    ordinary = [row for row in rows if row.ordinary and not row.right]
    for identity in spec["mistakes"]:
        gives = [cases[row.case].get("mistakes", {}).get(identity, {}).get(row.part) for row in ordinary]
        changed = [row if feature is None else replace(row, want=decode(feature.get("value")))
                   for row, feature in zip(ordinary, gives, strict=True)]
        pairs = [one for one in pairs_of(changed) if np.any(one[1])]
        if len([feature for feature in gives if feature]) < 2 or len(pairs) < len(ordinary) or not enough(pairs):
            continue
        factors = factors_of(pairs)
        said = told_factor([row for row, _, _ in pairs], factors) if factors else ""
        shapes = {tuple(str(np.shape(value)) for value in row.args.values() if isinstance(value, np.ndarray))
                  for row, _, _ in pairs}
        if said and "in all these cases" not in said and len(shapes) > 1:
            return identity, said.replace("what is asked for", "what it would be with that alone")
    return None
