"""What a command shows on a terminal: a bar, a table.

It knows nobody: what it shows is handed to it as text.
"""

from __future__ import annotations

import io
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Self

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

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
    made, rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False), list(rows)
    for place, (title, side) in enumerate(columns):
        widest = max(cell_len(text) for text in (title, *(row[place] for row in rows)))
        made.add_column(Text(title), justify="right" if side == "right" else "left", no_wrap=True, overflow="ellipsis",
                        min_width=widest if place < len(columns) - 1 else None)
    for row in rows:
        made.add_row(*map(Text, row))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else LOG_WIDTH
    console = Console(file=io.StringIO(), width=width, color_system=None, markup=False, highlight=False, emoji=False)
    with console.capture() as capture:
        console.print(made)
    return [line.rstrip() for line in capture.get().splitlines()]
