"""What is told of a result: one sentence or two that are true of the program, and the call that shows it.

In this order: it did not end, it gives nothing, the wrong number or kind of results; a known mistake, where it explains
the failure; an exception explained; how the result differs, and where; else the two numbers.
"""

import warnings
from collections.abc import Sequence
from typing import cast

from course.checking.codec import decode
from course.checking.features import kind_of
from course.checking.observe import Raw
from course.checking.report import ERROR_ASKED, Check, Diagnosis, Told, nothing_told
from course.checking.telling import explain, names, networks
from course.checking.telling.describe import Words, described
from course.checking.telling.differences.rows import arguments, is_ordinary
from course.checking.telling.instruments import Reading
from course.checking.telling.witness import witness
from course.checking.types import CaseSpec, Features, Spec
from course.quote import literal

Raws = Sequence[Sequence[Raw]]
NO_READING = Reading()
A_SIZE = "a-size"           # a cause that lies outside the exercise


def tell(spec: Spec, seen: Sequence[Features], raws: Raws, checks: Sequence[Check],
         diagnoses: Sequence[Diagnosis], reading: Reading = NO_READING) -> Told:
    """What is told of a function that does not pass. `reading`: see `instruments.readings`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")             # of what is tried on a learner's numbers
        words = _lead(spec, seen, raws, checks, diagnoses, reading)
    if words is None:
        return nothing_told()
    shown = witness(spec, raws, checks, words.cases)
    told = {"kind": words.kind, "text": words.text, "ids": list(words.ids), "cases": list(words.cases)}
    return cast("Told", {**told, **shown})


def _lead(spec: Spec, seen: Sequence[Features], raws: Raws, checks: Sequence[Check],
          diagnoses: Sequence[Diagnosis], reading: Reading) -> Words | None:
    first = _first_failed(spec, checks)
    if first is None:
        return _named(diagnoses) if diagnoses else _changed(checks)
    case, case_raws, check = first, raws[spec["cases"].index(first)], _check_of(first, checks)
    basic = _basic(spec, case, case_raws, check)
    if basic:
        return basic
    stopped = _exception(spec, case, case_raws)
    if diagnoses and names.lead(spec, diagnoses, checks) and not (stopped and diagnoses[0]["id"] == A_SIZE):
        return _named(diagnoses)
    if stopped:
        return _and_also(stopped, diagnoses)
    return _and_also(_kept(spec, reading) or _asked_error(spec, case, check) or _other_units(spec, case_raws)
                     or described(spec, seen, checks, check, reading), diagnoses)


def _first_failed(spec: Spec, checks: Sequence[Check]) -> CaseSpec | None:
    """The first ordinary case with a failed check, else the first of all."""
    failed = ({c.case for c in checks if not c.passed and c.checked and c.feature != "quiet"}
              or {c.case for c in checks if not c.passed and c.checked})
    cases = [case for case in spec["cases"] if case["name"] in failed]
    return next((case for case in cases if is_ordinary(case)), cases[0] if cases else None)


def _check_of(case: CaseSpec, checks: Sequence[Check]) -> Check:
    return next(c for c in checks if c.case == case["name"] and not c.passed and c.checked)


def _changed(checks: Sequence[Check]) -> Words | None:
    """Right results, and arguments that are not as they were."""
    message = next((c.message for c in checks if c.case == "inputs" and not c.passed and c.checked), "")
    return Words("described", f"The results are right, but {message}") if message else None


def _named(diagnoses: Sequence[Diagnosis]) -> Words:
    cases = dict.fromkeys(case for d in diagnoses for case in d.get("cases", ()))
    return Words("named", diagnoses[0]["message"], tuple(d["id"] for d in diagnoses), tuple(cases))


def _and_also(words: Words, diagnoses: Sequence[Diagnosis]) -> Words:
    """Names that do not lead keep their ids: the card says them below."""
    words.ids = tuple(dict.fromkeys([*words.ids, *(d["id"] for d in diagnoses)]))
    return words


# --- what leads, whatever else is known -----------------------------------------------------------------------

def _basic(spec: Spec, case: CaseSpec, case_raws: Sequence[Raw], check: Check) -> Words | None:
    """It did not end; it gives nothing; another number, or another kind, of results than is asked for."""
    name = spec["name"]
    own = [raw for call, raw in zip(case["calls"], case_raws, strict=True) if call["of"] == name]
    late = next((raw for raw in own if "timeout" in raw), None)
    if late is not None:
        return Words("explained", f"`{name}` did not end within {late['timeout']:g} seconds. Look for a loop whose end "
                     "is never reached: what it waits for has to change inside it.", cases=(case["name"],))
    results = [raw for raw in own if "result" in raw]
    if any(raw["result"] is None for raw in results):
        return Words("described", f"`{name}` gives nothing back: what came is None. The function ends without a "
                     "`return`, or the `return` has nothing behind it.")
    parts = spec.get("components")
    if parts and results and check.stage == "type" and spec["features"] in ("value", "backward", "slope"):
        value = decode(results[0]["result"])
        if not isinstance(value, (list, tuple)) or len(value) != len(parts):
            came = f"{len(value)} came back" if isinstance(value, (list, tuple)) else f"{kind_of(value)} came back"
            return Words("described", f"`{name}` has to give {len(parts)} results, {', '.join(parts)}, in this order; "
                         f"{came}.")
    return None


# --- an exception --------------------------------------------------------------------------------------------

def _exception(spec: Spec, case: CaseSpec, case_raws: Sequence[Raw]) -> Words | None:
    own = next(((call, raw) for call, raw in zip(case["calls"], case_raws, strict=True) if "error" in raw), None)
    if own is None or own[0]["of"] != spec["name"] or any("error" in f for f in case["expected"].values()):
        return None
    error, args = own[1]["error"], arguments(spec, case)
    said = explain.explained(error, args, spec["signature"])
    if not said:
        return None
    text = " ".join(filter(None, [f"`{spec['name']}` stops with {literal(error['type'])} {explain.place(error)}.", said,
                                  explain.given(error, args)]))
    return Words("explained", text, cases=(case["name"],))


def _kept(spec: Spec, reading: Reading) -> Words | None:
    """Something that stays from one call to the next."""
    if not reading.changes:
        return None
    return Words("described", f"`{spec['name']}` gives another result when it is called a second time with the same "
                 "arguments: something is kept between the calls, perhaps a list in the signature.")


def _other_units(spec: Spec, case_raws: Sequence[Raw]) -> Words | None:
    """A network of layers that would be right with other units."""
    if spec["features"] != "xor_network" or "result" not in case_raws[0]:
        return None
    said = networks.other_units(decode(case_raws[0]["result"]))
    return Words("described", said) if said else None


def _asked_error(spec: Spec, case: CaseSpec, check: Check) -> Words | None:
    """An error that is asked for and does not come; right values beside a warning."""
    if ERROR_ASKED in check.message:
        return Words("described", f"`{spec['name']}` gives a result where it has to stop with {check.expected}, in the "
                     f"case “{case['name']}”.", cases=(case["name"],))
    if check.feature == "quiet":
        return Words("described", f"The values are right, but in the case “{case['name']}” NumPy warns: "
                     f"{check.message.partition(': ')[2]}. Something on the way there is too large to be held.",
                     cases=(case["name"],))
    return None
