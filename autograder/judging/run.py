"""Run one submission against the child: its cells in order, then each call of each case."""

from __future__ import annotations

import json
import time

from autograder.judging.assignment import Assignment
from autograder.judging.result import CellOutcome
from autograder.sandbox.link import Child, Lost, TooLong
from autograder.sandbox.sandbox import AnySandbox
from course.checking.codec import Undecodable, dumps, loads
from course.quote import literal

CELL_SECONDS = 10
EXTRA_SECONDS = 15            # for all the cells of a learner's own together
CALL_GRACE = 1.0              # a busy machine is nobody's mistake
MOST_TIMEOUTS = 2             # of one exercise; then its other calls are not made
TOTAL_SECONDS = 180
MOST_ITEMS = 5_000            # of one answer; the longest right one has 500
LATE = b'{"lost":"the notebook as a whole had used up its time"}'


class Run:
    """One submission against the child: cells, then calls, with a new child after each that had to be killed."""

    def __init__(self, steps: list[tuple[str, str]], assignment: Assignment, sandbox: AnySandbox) -> None:
        self.steps, self.assignment, self.sandbox = steps, assignment, sandbox
        self.cells: dict[str, CellOutcome] = {}
        self.skipped: set[str] = set()
        self.raws: dict[str, list[list[bytes | None]]] = {
            name: [[None] * len(case) for case in cases] for name, cases in assignment.calls.items()}
        self.timeouts = dict.fromkeys(assignment.calls, 0)
        self.end = time.monotonic() + TOTAL_SECONDS
        self.children = 0
        self.memory = 0

    def run(self) -> None:
        while not self.finished() and time.monotonic() < self.end:
            child = self.sandbox.open(self.assignment.topic)
            self.children += 1
            try:
                if self.run_cells(child):
                    self.run_calls(child)
            finally:
                self.memory = max(self.memory, child.close().get("memory", 0))

    def finished(self) -> bool:
        return all(raw is not None for cases in self.raws.values() for case in cases for raw in case)

    def answers(self, name: str) -> list[list[bytes]]:
        """What came back for each call of each case of an exercise."""
        return [[LATE if raw is None else raw for raw in case] for case in self.raws[name]]

    def left(self, seconds: float) -> float:
        return max(min(seconds, self.end - time.monotonic()), 0.05)

    def run_cells(self, child: Child) -> bool:
        """Run the cells in order. False when one of them ended the child: it is left out the next time."""
        own: float = EXTRA_SECONDS
        for name, source in self.steps:
            extra = name not in self.assignment.template.cells
            seconds = min(CELL_SECONDS, own) if extra else CELL_SECONDS
            if name in self.skipped or seconds <= 0:
                continue
            began = time.monotonic()
            try:
                reply = child.ask(json.dumps({"do": "cell", "source": source}).encode(), self.left(seconds))
                self.cells[name] = _cell_outcome(reply)
            except Lost as reason:
                self.skipped.add(name)
                self.cells[name] = {"ok": False, "type": "", "message": _ended(reason, seconds), "line": None}
                return False
            own -= extra * (time.monotonic() - began)
        return True

    def run_calls(self, child: Child) -> None:
        for name, cases in self.assignment.calls.items():
            seconds = float(self.assignment.specs[name].get("seconds") or 2.0)
            for i, case in enumerate(cases):
                for j, request in enumerate(case):
                    if self.raws[name][i][j] is not None:
                        continue
                    if self.timeouts[name] >= MOST_TIMEOUTS:
                        self.raws[name][i][j] = b'{"lost":"not called: two calls before this one did not end"}'
                        continue
                    try:
                        self.raws[name][i][j] = child.ask(request, self.left(seconds + CALL_GRACE))
                    except TooLong:
                        self.timeouts[name] += 1
                        self.raws[name][i][j] = dumps({"timeout": seconds})
                        return
                    except Lost as reason:
                        self.timeouts[name] += 1
                        self.raws[name][i][j] = dumps({"lost": str(reason)})
                        return


def _ended(reason: Lost, seconds: float) -> str:
    return f"it did not end within {seconds:g} seconds" if isinstance(reason, TooLong) else str(reason)


def _cell_outcome(reply: bytes) -> CellOutcome:
    """What the child says of a cell: only ever shown, never believed."""
    try:
        said = loads(reply)
        error = said.get("error") or {}
        line = error.get("line")
        return {"ok": said.get("ok") is True, "type": str(error.get("type", ""))[:80],
                "message": str(error.get("message", ""))[:400], "line": line if type(line) is int else None}
    except (Undecodable, AttributeError, TypeError):
        return {"ok": False, "type": "", "message": "what it sent back could not be read", "line": None}


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
    return f"The cell that defines `{name}` stops{line}: {literal(kind + outcome['message'])}"
