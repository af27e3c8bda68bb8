"""What one submission is asked of the child: to run a cell, and to make the calls of an exercise."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from autograder.judging.assignment import Assignment
from autograder.judging.budget import Budget, before, definitions, same_program
from autograder.judging.result import CellOutcome
from autograder.sandbox.clock import Limit
from autograder.sandbox.link import Child, Lost, TooLong
from autograder.sandbox.sandbox import AnySandbox
from course.checking.assess import NAME_CAP, line_number
from course.checking.codec import Undecodable, dumps, loads
from course.checking.diagnose import about_numpy
from course.checking.observe import MESSAGE_CAP
from course.quote import literal, one_line

# Seconds of computing, see autograder.sandbox.clock
CELL_SECONDS = 10
OWN_SECONDS = 15              # for all the cells of a learner's own together; then each has
OWN_AFTERWARDS = 1, 30        # so many, until so many are used up; then only what they define is run
LOADING_SECONDS = 10          # on top, for a call that was stopped while it imported something
AGAIN_SECONDS = 3             # on top, for the second try of a call that had to be ended
MOST_TIMEOUTS = 2             # of one exercise; then its other calls are not made
TOTAL_SECONDS = 180
MOST_ITEMS = 5_000            # of one answer; the longest right one has 500
MOST_BYTES = 64_000_000       # of all answers together
STOPPED = b'{"late": true'     # how a child begins to tell that it stopped a call
LATE = b'{"lost":"the notebook as a whole had used up its time"}'
TOGETHER = b'{"do":"calls","calls":[%b]}'
TOO_MANY_BYTES = b'{"lost":"the results of this notebook are more than 64 MB together"}'
NOT_CALLED = b'{"lost":"not called: two calls before this one did not end"}'
Place = tuple[list[bytes | None], int, bytes]       # where an answer belongs, and what asks for it
MODULE = re.compile(r"[^\W\d]\w{0,40}(?:\.\w{1,40}){0,5}")


@dataclass
class Calls:
    """The calls of one exercise, made at one time: what came back for each call of each case, None where nothing did
    so far.
    """

    name: str
    raws: list[list[bytes | None]]
    timeouts: int = 0
    extra: float | None = None          # seconds on top for a second try; 0.0 once that was made

    @classmethod
    def of(cls, name: str, assignment: Assignment) -> Calls:
        return cls(name, [[None] * len(case) for case in assignment.calls[name]])

    def left(self, assignment: Assignment) -> list[Place]:
        """Those that were not made yet, in order."""
        return [(raws, j, request) for raws, case in zip(self.raws, assignment.calls[self.name], strict=True)
                for j, request in enumerate(case) if raws[j] is None]

    @property
    def finished(self) -> bool:
        return all(raw is not None for case in self.raws for raw in case)

    @property
    def out_of_time(self) -> bool:
        """Whether a call was ended, or not made: the other results say little about the function."""
        return self.timeouts > 0 or not self.finished

    def answers(self) -> list[list[bytes]]:
        return [[LATE if raw is None else raw for raw in case] for case in self.raws]


class Run:
    """What one submission is asked, with a new child after each that had to be killed."""

    def __init__(self, assignment: Assignment, sandbox: AnySandbox) -> None:
        self.assignment, self.sandbox = assignment, sandbox
        self.cells: dict[str, CellOutcome] = {}
        self.late: dict[str, float] = {}                    # cells that took too long -> seconds that they had
        self.cut: dict[tuple[str, str], str] = {}           # (cell, source) of which only so much is run from now on
        self.budget = Budget(TOTAL_SECONDS)
        self.own = 0.0                                      # seconds that the learner's own cells have taken
        self.children = 0
        self.memory = 0
        self.bytes = 0

    def once_more(self, assignment: Assignment) -> Run:
        """The same submission on other cases, with the time that is left, and with the cells cut as they are here."""
        again = Run(assignment, self.sandbox)
        again.budget, again.cut, again.late = self.budget, self.cut, self.late
        # of what was cut the cause alone: a line is something that a program that has seen secret inputs could choose
        again.cells = {name: {**self.cells[name], "line": None} for name, _ in self.cut if name in self.cells}
        return again

    @property
    def over(self) -> bool:
        return self.budget.over

    def open(self) -> Child:
        """A fresh child: no cell was run in it."""
        self.children += 1
        variant = self.assignment.variant
        return (self.sandbox.of(variant) if variant else self.sandbox).open(self.assignment.topic)

    def close(self, child: Child) -> None:
        self.memory = max(self.memory, child.close().get("memory", 0))

    def ask(self, child: Child, request: bytes, seconds: float) -> bytes:
        limit = self.budget.limit(seconds)
        return self.hear(child, child.send(request, limit), limit)

    def hear(self, child: Child, nonce: bytes, limit: Limit) -> bytes:
        try:
            answer = child.hear(nonce, limit)
        finally:
            self.budget.take(child.spent)
        self.bytes += len(answer)
        return answer if self.bytes <= MOST_BYTES else TOO_MANY_BYTES

    # cells

    def run_cell(self, child: Child, name: str, whole: str) -> bool:
        """Run a cell. False when it ended the child: less of it is run the next time."""
        source = self.cut.get((name, whole), whole)
        first, seconds = name not in self.cells, self.seconds_of(name)
        if not seconds:
            source = self.cut[name, whole] = definitions(whole)
            if not same_program(source, whole):
                self.late[name] = 0.0
        if not source:
            return True
        try:
            reply = self.ask(child, json.dumps({"do": "cell", "source": source}).encode(), seconds or CELL_SECONDS)
        except Lost as reason:
            self.cells[name] = _failed(_ended(reason, seconds))
            if isinstance(reason, TooLong):
                self.late[name] = seconds
            self.cut[name, whole] = "" if (name, whole) in self.cut else definitions(whole)
            return False
        finally:
            self.own += child.spent[0] if first and name not in self.assignment.template.cells else 0.0
        outcome, late = _cell_outcome(reply)
        if late:
            self.late[name] = seconds
            self.cut[name, whole] = before(source, outcome["line"])
            outcome = {**outcome, "type": "", "message": _too_long(seconds)}
        if late or (name, whole) not in self.cut:
            self.cells[name] = outcome
        return True

    def seconds_of(self, name: str) -> float:
        """How long a cell may compute; 0: not at all. Slow cells of a learner's own leave time for the exercises."""
        if name in self.assignment.template.cells or name in self.cells:
            return CELL_SECONDS
        short, most = OWN_AFTERWARDS
        return 0 if self.own >= most else max(min(CELL_SECONDS, OWN_SECONDS - self.own), short)

    # calls

    def run_calls(self, child: Child, calls: Calls) -> bool:
        """Make those calls that were not made yet. False where another child is needed: this one ended, or stopped
        in the middle of an import.
        """
        while left := calls.left(self.assignment):
            if calls.timeouts >= MOST_TIMEOUTS:
                for raws, j, _ in left:
                    raws[j] = NOT_CALLED
            # Together, as long as none was stopped: a word to the child and back takes longer than most calls do.
            elif not self._run_together(child, calls, left[:1] if calls.timeouts or calls.extra is not None else left):
                return False
        return True

    def _run_together(self, child: Child, calls: Calls, asked: list[Place]) -> bool:
        """The same of some of them, until one is stopped."""
        seconds = float(self.assignment.specs[calls.name].get("seconds") or 2.0)
        extra, tried = calls.extra or 0.0, calls.extra is not None
        calls.extra = 0.0 if tried else None                    # for one call alone
        nonce = None
        for raws, j, _ in asked:
            try:
                limit = self.budget.limit(seconds + extra)
                nonce = nonce or child.send(TOGETHER % b",".join(request for _, _, request in asked), limit)
                reply = self.hear(child, nonce, limit)
                if not reply.startswith(STOPPED):
                    raws[j] = reply
                    continue
                again, alive = LOADING_SECONDS if b'"loading": true' in reply[:200] else 0, True
            except TooLong:
                again, alive = AGAIN_SECONDS, False
            except Lost as reason:
                calls.timeouts += 1
                raws[j] = dumps({"lost": str(reason)})
                return False
            if again and not tried:
                calls.extra = float(again)
                return False
            calls.timeouts += 1 if alive else MOST_TIMEOUTS
            raws[j] = dumps({"timeout": seconds})
            return alive                                        # the child makes none of those that follow
        return True


def _too_long(seconds: float) -> str:
    return f"it did not end within {seconds:g} second{'s' * (seconds != 1)}"


def _ended(reason: Lost, seconds: float) -> str:
    return _too_long(seconds) if isinstance(reason, TooLong) else str(reason)


def _failed(message: str) -> CellOutcome:
    return {"ok": False, "type": "", "message": message, "line": None, "modules": []}


def _cell_outcome(reply: bytes) -> tuple[CellOutcome, bool]:
    """What the child says of a cell, and whether it was stopped: only ever shown, never believed."""
    try:
        said = loads(reply)
        error, modules = said.get("error") or {}, said.get("modules")
        return {"ok": said.get("ok") is True, "type": one_line(error.get("type", ""), NAME_CAP),
                "message": one_line(error.get("message", ""), MESSAGE_CAP), "line": line_number(error.get("line")),
                "modules": [name for name in modules[:20] if isinstance(name, str) and MODULE.fullmatch(name)]
                if isinstance(modules, list) else []}, said.get("late") is True
    except (Undecodable, AttributeError, TypeError):
        return _failed("what it sent back could not be read"), False


def decoded(data: bytes) -> object:
    """An answer as data, or an observation that says why it cannot be read."""
    if data.count(b",") > MOST_ITEMS:                # larger arrays come in one piece
        return {"lost": f"the result has more than {MOST_ITEMS} parts"}
    try:
        return loads(data)
    except Undecodable:
        return {"lost": "the result could not be read"}


def cell_problem(name: str, outcome: CellOutcome) -> str:
    kind = f"{outcome['type']}: " if outcome["type"] else ""
    line = f" in line {outcome['line']}" if outcome["line"] else ""
    hint = about_numpy(outcome["type"], outcome["message"])
    return f"The cell that defines `{name}` stops{line}: {literal(kind + outcome['message'])}{'. ' * bool(hint)}{hint}"
