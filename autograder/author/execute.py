"""Run a whole notebook, as "Run All" would, and keep what came of it."""

import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from autograder.lessons import catalogue


@dataclass
class Execution:
    """An executed notebook with its errors: [(cell id, message)]."""

    notebook: object
    errors: list = field(default_factory=list)
    seconds: float = 0.0
    cells: int = 0


def executed(topic, edition="source", timeout=300):
    """Execute ``source/<topic>/<topic>.ipynb`` (or the release) in a folder of its own; the file stays as it is."""
    return execute(nbformat.read(catalogue.notebook_path(topic, edition), 4), timeout)


def execute(nb, timeout=300):
    """The Execution of a notebook. Every cell is run, also after a failed one.

    What failed is read from the kernel's replies: nbclient passes a cell with the tag raises-exception in silence, and
    a cell that shows a card in place of its traceback has no output of the kind "error".
    """
    before, failed = os.environ.get("PYTHONPATH"), {}

    def remember(cell, cell_index, execute_reply):
        content = execute_reply["content"]
        failed[cell_index] = f"{content.get('ename')}: {content.get('evalue')}"[:500]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(catalogue.ROOT), *([before] if before else [])])
        client = NotebookClient(nb, timeout=timeout, allow_errors=True, kernel_name="python3",
                                on_cell_error=remember, resources={"metadata": {"path": str(Path(folder))}})
        start = time.perf_counter()
        try:
            client.execute()
        except (CellExecutionError, DeadKernelError) as error:
            return Execution(nb, [("kernel", str(error)[:500])], time.perf_counter() - start)
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before
    return Execution(nb, _errors(nb, failed), time.perf_counter() - start,
                     sum(c.cell_type == "code" for c in nb.cells))


def _errors(nb, failed):
    errors = []
    for index, cell in enumerate(nb.cells):
        if index in failed:
            errors.append((cell.id, failed[index]))
        for output in cell.get("outputs", []):
            if output.output_type == "error" and index not in failed:       # shown, and the cell went on
                errors.append((cell.id, f"{output.ename}: {output.evalue}"[:500]))
            elif output.output_type == "stream" and output.name == "stderr":
                errors.append((cell.id, f"stderr: {output.text}"[:500]))
    return errors
