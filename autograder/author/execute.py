"""Run a whole notebook, as "Run All" would, and keep what came of it; of the references' run the figures.

A figure is recorded for each experiment that draws one. `course.cards.figure` shows it to a learner whose own function
the experiment still waits for.
"""

import ast
import base64
import hashlib
import io
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from PIL import Image

from autograder.author.release import output_faults
from autograder.lessons import catalogue
from course.cards.figure import mark

COLOURS = 64             # of a recorded figure: a fifth of the size, and nothing is lost that is to be seen
SHOWING = ("question", "predict", "check", "review", "progress")      # cells that no figure depends on


@dataclass
class Execution:
    """An executed notebook with its errors: [(cell id, message)]."""

    notebook: object
    errors: list = field(default_factory=list)
    seconds: float = 0.0
    cells: int = 0


def executed(topic, edition="source", timeout=300):
    """Execute ``source/<topic>/<topic>.ipynb`` (or the release) in a folder of its own; the file stays as it is."""
    data = catalogue.home(topic) / "data"
    return execute(nbformat.read(catalogue.notebook_path(topic, edition), 4), timeout, data if data.is_dir() else None)


def execute(nb, timeout=300, data=None):
    """The Execution of a notebook. Every cell is run, also after a failed one.

    `data` is the folder with the public cases of a course of somebody's own.

    What failed is read from the kernel's replies: nbclient passes a cell with the tag raises-exception in silence, and
    a cell that shows a card in place of its traceback has no output of the kind "error".
    """
    failed = {}

    def remember(cell, cell_index, execute_reply):
        content = execute_reply["content"]
        failed[cell_index] = f"{content.get('ename')}: {content.get('evalue')}"[:500]
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(nb, timeout=timeout, allow_errors=True, kernel_name="python3",
                                on_cell_error=remember, resources={"metadata": {"path": str(Path(folder))}})
        start = time.perf_counter()
        env = dict(os.environ)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(catalogue.ROOT), env.get("PYTHONPATH")]))
        if data is not None:
            env["COURSE_DATA"] = str(data)
        try:
            client.execute(env=env)
        except (CellExecutionError, DeadKernelError) as error:
            return Execution(nb, [("kernel", str(error)[:500])], time.perf_counter() - start)
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


# --- the recorded figures --------------------------------------------------------------------------------------

def figures_folder(topic):
    return catalogue.data_folder(topic) / "figures"


def draws(nb):
    """Whether anything in a notebook draws: otherwise it need not be run for its figures."""
    return any(word in cell.source for cell in nb.cells if cell.cell_type == "code" for word in ("plt.", "labs."))


def made_from(topic, nb):
    """A hash of what a lesson's figures come from: its code, and the modules that draw. Comments change no figure."""
    parts = [_without_comments(cell.source) for cell in nb.cells
             if cell.cell_type == "code" and not set(SHOWING) & set(cell.metadata.get("tags", ()))]
    for name in ("plots.py", "engine.py", "labs/panel.py", f"labs/{topic}.py"):
        path = catalogue.ROOT / "course" / name
        parts.append(_without_comments(path.read_text(encoding="utf-8")) if path.exists() else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _without_comments(source):
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return source


def figures_stale(topic, nb):
    """Whether the recorded figures of a lesson are missing, or come from other code than its notebook has."""
    try:
        known = json.loads((figures_folder(topic) / f"{topic}.json").read_text(encoding="utf-8"))["made_from"]
    except (OSError, ValueError, KeyError, TypeError):
        known = None
    return draws(nb) and known != made_from(topic, nb)


def record_figures(topic, nb):
    """Run a lesson's source notebook and write its figures.

    Returns what is to be said of it: how many, or why none, and what it prints that `verify` will not take.
    """
    data = catalogue.home(topic) / "data"                   # a course of somebody's own has its cases there
    ran = execute(nbformat.from_dict(json.loads(json.dumps(nb))), 600, data if data.is_dir() else None)
    if ran.errors:
        cell, why = ran.errors[0]
        return f"{topic}: the figures stay as they are, since the cell {cell} stopped: {why[:120]}"
    folder, entries = figures_folder(topic) / topic, {}
    for old in folder.glob("*.png"):
        old.unlink()
    for cell in ran.notebook.cells:
        pictures = [out for out in cell.get("outputs", ()) if "image/png" in out.get("data", {})]
        if pictures:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{cell.id}.png").write_bytes(small(base64.b64decode(pictures[0]["data"]["image/png"])))
            words = pictures[0].get("metadata", {}).get("image/png", {}).get("alt", "")
            entries[cell.id] = {"source": mark(cell.source), "words": words}
    text = json.dumps({"made_from": made_from(topic, nb), "figures": entries}, indent=1, ensure_ascii=False) + "\n"
    figures_folder(topic).mkdir(parents=True, exist_ok=True)
    (figures_folder(topic) / f"{topic}.json").write_text(text, encoding="utf-8", newline="\n")
    return "\n".join([f"{topic}: {len(entries)} figures recorded", *output_faults(ran.notebook)])


def small(png):
    with Image.open(io.BytesIO(png)) as image, io.BytesIO() as file:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "png", optimize=True)
        return file.getvalue()
