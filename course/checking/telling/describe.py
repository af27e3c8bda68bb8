"""How results differ from what is asked for, in words: part by part, with what is the same in all of them said once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from course.checking.report import Check
from course.checking.telling import mutants, names
from course.checking.telling.differences import draws, forms, regions, relations, table
from course.checking.telling.differences.rows import SEVERAL, Row, arguments, listed, rows_of, subject
from course.checking.telling.instruments import Reading
from course.checking.types import Features, Spec
from course.checking.words import NOT_SO

OTHER_FORM = re.compile(r"^(the shape .*|\d+ items?|a .*) (is|are) asked for\b.*; .* came back")
VAGUE = ("is too ", "has rows that", "has columns that", "does not add up")     # what a trial may say more of


@dataclass
class Words:
    """What leads, before the call that shows it is looked for."""

    kind: str
    text: str
    ids: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()         # where it shows; (): in all that failed


@dataclass(frozen=True)
class Predicate:
    """What is said of one part: "has the opposite sign …"; "" where no relation holds."""

    text: str
    strong: bool                # whether it says what the numbers are, and not only where they are wrong
    cases: tuple[str, ...]


def _kind(spec: Spec, check: Check, where: str = "") -> Words:
    """A result of another kind than is asked for."""
    parts = spec.get("components") or ()
    plain = check.feature in ("result", *parts) or not OTHER_FORM.search(check.message)
    part = f" as `{check.feature}`" if check.feature in parts else "" if plain else f" as {check.feature}"
    return Words("described", f"What `{spec['name']}` gives{part} does not fit{where}: {check.message}.",
                 cases=(check.case,) if where else ())


def described(spec: Spec, seen: Sequence[Features], checks: Sequence[Check], check: Check,
              reading: Reading) -> Words:
    """How the results differ, part by part. `check`: the first that failed in an ordinary case."""
    rows = rows_of(spec, seen)
    drawn = draws.told_of_draws(rows, {case["name"]: next(iter(arguments(spec, case).values()), ())
                                       for case in spec["cases"]})
    if drawn:
        return Words("described", " ".join(drawn))
    if swapped := _swapped(spec, rows):
        return swapped
    parts = dict.fromkeys(row.part for row in rows if not row.right and _is_result(spec, row.part))
    found = [predicate_of([row for row in rows if row.part == part]) for part in parts]
    if not any(one.strong for one in found) and (other := _two_faults(spec, rows) or _one_edit_away(spec, seen)
                                                 or _an_edit_and_a_factor(spec, rows)):
        return other
    said: dict[str, list[str]] = {}
    for part, one in zip(parts, found, strict=True):
        text = _with_ignored(one, reading.ignored.get(part, []))
        if text == one.text and text.startswith(VAGUE) and len(parts) == 1 and part in reading.shown:
            text = f"{text}. It {reading.shown[part]}"
        if text:
            said.setdefault(text, []).append(part)
    if said:
        cases = dict.fromkeys(case for one in found for case in one.cases)
        return Words("described", " ".join(_sentence(text, own) for text, own in list(said.items())[:2]),
                     cases=tuple(cases))
    return _plain(spec, rows, checks, check, reading)


def _with_ignored(one: Predicate, ignored: Sequence[str]) -> str:
    """The predicate, and the arguments on which the part should depend and does not."""
    if not ignored or one.text.startswith(("is 0", "is 1", "has the same number", "is `", "has whole numbers alone")):
        return one.text
    what = f"stays the same when another {listed(ignored, 'or')} is given"
    return f"{one.text}. It {what}" if one.strong else ". It ".join(filter(None, [what, one.text]))


def _one_edit_away(spec: Spec, seen: Sequence[Features]) -> Words | None:
    """A wrong program that gives the same on all the cases."""
    found = mutants.known_again(spec, seen)
    if found is None:
        return None
    identity, clauses = found
    return Words("named", f"Your results are those of a right program in which {', or in which '.join(clauses)}.",
                 (f"{spec['name']}~{identity}",))


def _swapped(spec: Spec, rows: Sequence[Row]) -> Words | None:
    """Right results in another order."""
    parts = spec.get("components") or []
    by_case: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_case.setdefault(row.case, {})[row.part] = row
    whole = [found for found in by_case.values() if all(part in found for part in parts)]
    if len(parts) < 2 or not whole:
        return None
    for order in permutations(parts):
        moved = [(part, other) for part, other in zip(parts, order, strict=True) if part != other]
        # what is moved is wrong where it stands: a text that two parts share, such as "unchanged", is in no wrong place
        if moved and not any(all(found[part].right for found in whole) for part, _ in moved) and all(
                _same(found[part].got, found[other].want)
                for found in whole for part, other in zip(parts, order, strict=True)):
            return Words("described", f"The results are right and come in another order: {', '.join(order)}, where "
                         f"{', '.join(parts)} is asked for.")
    return None


def _same(got: object, want: object) -> bool:
    if isinstance(got, str) or isinstance(want, str):
        return got == want
    return forms.alike(got, want)


def _is_result(spec: Spec, part: str) -> bool:
    """Whether a feature is what the function gives, and not how it behaves."""
    return part in (spec.get("components") or ["result"]) or part.startswith(
        ("dW", "db", "layers after", "losses", "biases"))


def _sentence(predicate: str, parts: Sequence[str]) -> str:
    others = f" The same holds of {_together(parts[1:])}." if parts[1:] else ""
    return f"{subject(parts[0])} {_of_several(predicate) if parts[0] in SEVERAL else predicate}.{others}"


def _of_several(predicate: str) -> str:
    """A predicate after a subject that is more than one."""
    for one, more in (("is", "are"), ("has", "have"), ("stays", "stay"), ("moves", "move"), ("agrees", "agree")):
        predicate = re.sub(rf"^{one}\b", more, predicate)
        predicate = predicate.replace(f". It {one} ", f". They {more} ")
    return predicate


def predicate_of(rows: Sequence[Row]) -> Predicate:
    ordinary = [row for row in rows if row.ordinary]
    scope = ordinary if any(not row.right for row in ordinary) else list(rows)
    wrong = [row for row in scope if not row.right]
    cases = tuple(row.case for row in wrong)
    said = next(filter(None, (regions.by_size(rows), regions.by_entries(scope), regions.by_labels(scope),
                              *table.found(scope, (relations.by_a_factor,)))), "")
    if said:
        return Predicate(said, True, cases)
    where = regions.by_cases(scope)
    strong = next(table.found(wrong, table.STRONG), "") or regions.both_sides(wrong)
    if strong:
        return Predicate(f"{strong}. It {where}" if where else strong, True, cases)
    weak = regions.by_place(scope) or next(table.found(wrong, table.WEAK[:-1]), "")
    text = ". It ".join(filter(None, [weak, where]))
    return Predicate(text or regions.by_names(scope) or next(table.found(wrong, table.WEAK[-1:]), ""), False, cases)


def _two_faults(spec: Spec, rows: Sequence[Row]) -> Words | None:
    for part in dict.fromkeys(row.part for row in rows if not row.right):
        own = [row for row in rows if row.part == part]
        if found := names.through_a_factor(spec, own):
            identity, predicate = found
            return Words("named", f"Two things at once. {spec['mistakes'][identity]['message']} And {_lower(part)} "
                         f"{predicate}.", (identity,), tuple(row.case for row in own if not row.right))
    return None


def _an_edit_and_a_factor(spec: Spec, rows: Sequence[Row]) -> Words | None:
    for part in dict.fromkeys(row.part for row in rows if not row.right):
        if found := mutants.through_a_factor(spec, [row for row in rows if row.part == part]):
            identity, clauses, predicate = found
            return Words("named", f"Two things at once. It is as if {', or as if '.join(clauses)}. And {_lower(part)} "
                         f"{predicate}.", (f"{spec['name']}~{identity}",))
    return None


def _lower(part: str) -> str:
    return f"{subject(part)[0].lower()}{subject(part)[1:]}"


def _plain(spec: Spec, rows: Sequence[Row], checks: Sequence[Check], check: Check, reading: Reading) -> Words:
    """What a trial shows, a result of another form, which parts are right, or the two values."""
    if not _other_form(check):
        for row in rows:
            if not row.right and row.part in reading.shown:
                return Words("described", f"{subject(row.part)} {reading.shown[row.part]}.")
    wrong = list(dict.fromkeys(row.part for row in rows if not row.right))
    beside = {row.case for row in rows if row.part in wrong}           # one layer has parts of other names
    right = [part for part in dict.fromkeys(row.part for row in rows if row.case in beside) if part not in wrong]
    if right and wrong and spec["features"] in ("value", "backward", "layer_gradients"):
        return Words("described", f"{_all(right)} right in every case, {_all(wrong)} not.")
    ordinary = {row.case for row in rows if row.ordinary}
    other = next((c for c in [check, *checks] if not c.passed and c.checked and c.case in {check.case, *ordinary}
                  and _other_form(c)), None)
    if other is not None:
        return _kind(spec, other, "" if other.case == check.case else f" in the case “{other.case}”")
    if check.feature in NOT_SO:
        return Words("described", f"{check.message[:1].upper()}{check.message[1:]}.", cases=(check.case,))
    about = "" if check.feature == "result" else f"{check.feature}: "
    return Words("none", f"In the case “{check.case}”: {about}{check.message}.", cases=(check.case,))


def _other_form(check: Check) -> bool:
    return check.stage in ("type", "shape") or OTHER_FORM.search(check.message) is not None


def _all(parts: Sequence[str]) -> str:
    return f"{_together(parts)} {'is' if len(parts) == 1 else 'are'}"


def _together(parts: Sequence[str]) -> str:
    named = [f"`{part}`" if part.isidentifier() else part for part in parts]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
