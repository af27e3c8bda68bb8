"""What a command shows on a terminal: a bar, a table.

It knows nobody: what it shows is handed to it as text.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Self

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LOG_WIDTH = 1000        # of a table that goes to a file


class Bar:
    """A bar on a terminal; in a log, a line now and then. Use it with `with`."""

    def __init__(self, total: int, title: str) -> None:
        self.total, self.title, self.number, self.began = total, title, 0, time.monotonic()
        console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self.bar = Progress(TextColumn("{task.description}", markup=False), BarColumn(30), MofNCompleteColumn(),
                            TimeRemainingColumn(), TextColumn("{task.fields[name]}", markup=False), console=console,
                            disable=not console.is_terminal or not total)
        self.task = self.bar.add_task(title, total=total, name="")

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def step(self, name: str) -> None:
        """One more is done; `name` is shown beside the bar."""
        self.number += 1
        self.bar.update(self.task, advance=1, name=name)
        if self.bar.disable and self.number % 100 == 0:
            left = (self.total - self.number) * (time.monotonic() - self.began) / self.number
            print(f"{self.title}: {self.number}/{self.total}, {left:.0f} s left", file=sys.stderr, flush=True)


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table.

    Parameters
    ----------
    columns : (title, "left" or "right") of each
    rows : the texts of each row; what does not fit into a line is cut in the last column
    """
    lines = [tuple(title for title, _ in columns), *rows]
    widths = [max(_wide(line[place]) for line in lines) for place in range(len(columns))]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else LOG_WIDTH
    room = max(width - sum(widths[:-1]) - 2 * (len(columns) - 1), 1)
    made, fitting = [], [*widths[:-1], min(widths[-1], room)]
    for line in lines:                       # by hand: rich takes a second for a thousand lines
        last = line[-1] if _wide(line[-1]) <= room else set_cell_size(line[-1], room - 1) + "…"
        cells = []
        for text, (_, side), wide in zip((*line[:-1], last), columns, fitting, strict=True):
            space = " " * (wide - _wide(text))
            cells.append(space + text if side == "right" else text + space)
        made.append("  ".join(cells).rstrip())
    return made


def _wide(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
