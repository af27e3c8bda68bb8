"""The release notebooks: nbgrader's own `generate_assignment` of the source notebooks, the same bytes each time."""

import copy
import json
import logging
import tempfile
from pathlib import Path

import nbformat

from autograder.author.cells import KERNEL
from autograder.author.markdown import BuildError
from autograder.lessons.catalogue import ROOT


def release_notebooks(sources):
    """nbgrader's generate_assignment of {topic: source notebook}: {topic: release notebook}."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        config = _config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        for topic, nb in sources.items():
            _write(root / "source" / topic / f"{topic}.ipynb", nb)
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        api.log.setLevel(logging.ERROR)
        for topic in sources:
            done = api.generate_assignment(topic, force=True, create=True)
            if not done["success"]:
                raise BuildError(f"{topic}: nbgrader generate_assignment failed:\n{done.get('error') or done['log']}")
        return {topic: _normal(nbformat.read(root / "release" / topic / f"{topic}.ipynb", 4)) for topic in sources}


def release_cells(topic, source):
    """The release notebook as nbgrader's steps make it one after the other, in memory: no command, no gradebook.

    For `build --check --quick`. What it leaves out is the step that notes the cells in a gradebook; a test holds that
    both ways give the same bytes.
    """
    from nbgrader.preprocessors import SaveCells
    nb, resources = copy.deepcopy(source), {"nbgrader": {"notebook": topic, "assignment": topic}}
    config = _config()
    for step in config.GenerateAssignment.preprocessors:
        if step is not SaveCells:
            nb, resources = step(config=config)(nb, resources)
    return _normal(nb)


def _config():
    from traitlets.config import PyFileConfigLoader
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def _normal(nb):
    """The same notebook without what depends on when and where it was made."""
    nb.metadata = {key: nb.metadata[key] for key in ("course", "kernelspec", "language_info") if key in nb.metadata}
    nb.metadata["kernelspec"], nb.metadata["language_info"] = KERNEL, {"name": "python"}
    return nb


def _write(path, nb):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook_text(nb), encoding="utf-8", newline="\n")


def notebook_text(nb):
    return json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
