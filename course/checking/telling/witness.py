"""The call that shows a fault: the exercise's own example where it fails, else the one with the least to compute."""

from collections.abc import Sequence
from typing import TypedDict

from course.checking.observe import Raw
from course.checking.report import ERROR_ASKED, Check
from course.checking.telling.differences.rows import is_ordinary
from course.checking.types import Spec
from course.checking.words import call_text, is_whole, whole_call


class Shown(TypedDict):
    call: str | None
    returned: str | None
    expected: str | None


def witness(spec: Spec, raws: Sequence[Sequence[Raw]], checks: Sequence[Check], cases: Sequence[str]) -> Shown:
    check = shown_check(spec, checks, cases)
    if check is None:
        return {"call": None, "returned": None, "expected": None}
    if not is_whole(check.call):
        check.line = next((whole_call(case) for case in spec["cases"]
                           if case["name"] == check.case or call_text(case) == check.call), "")
    return {"call": check.call or None, "returned": check.got or None, "expected": check.expected or None}


def shown_check(spec: Spec, checks: Sequence[Check], cases: Sequence[str]) -> Check | None:
    """The failed check to show, among those of `cases` where there are any."""
    order = {case["name"]: k for k, case in enumerate(spec["cases"])}
    failed = [c for c in checks if not c.passed and c.checked]
    failed = [c for c in failed if c.case in cases] or failed

    def effort(check: Check) -> tuple[bool, bool, bool, bool, int]:
        """A call that can be pasted comes first: of those the exercise's example, which is the first of its cases, and
        then the one that is read fastest, since round numbers are short.
        """
        place = order.get(check.case)
        return (place is None or not is_ordinary(spec["cases"][place]), ERROR_ASKED in check.message,
                not is_whole(check.call), place != 0, len(check.call))
    return min(failed, key=effort, default=None)
