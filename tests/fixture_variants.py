"""A lesson whose exercises may be written in one of two variants, outside the package.

Its "frameworks" are modules of the standard library, so that nothing has to be installed and nothing takes seconds.
"""

import copy
import json
import shutil
from pathlib import Path

from autograder.author import build, release
from autograder.author.cells import guarded
from autograder.author.keys import program
from autograder.lessons import catalogue
from autograder.lessons.specify import _specification
from course.checking import adapters

FIXTURE = Path(__file__).resolve().parent / "fixture-variants"
MODULES = {"left": ("statistics",), "right": ("fractions",)}
NAMES = ("spread", "centred")           # the exercises with variants


def frameworks(patch, missing=()):
    """Let the two variants be known; the module of a `missing` one is nowhere."""
    known = {name: ("no_such_framework",) if name in missing else modules for name, modules in MODULES.items()}
    patch.setattr(adapters, "MODULES", {**adapters.MODULES, **known})
    _specification.cache_clear()


def either_course(folder, patch):
    """A fresh copy of the lesson's course, entered and built."""
    root = Path(shutil.copytree(FIXTURE, folder))
    patch.setattr(catalogue, "_entered", {})
    catalogue.forget()
    catalogue.enter(root)
    patch.setattr(build, "release_notebooks",
                  lambda sources: {topic: release.release_cells(topic, nb) for topic, nb in sources.items()})
    assert build.build([], root, show=lambda *_: None) == 0
    return root


def handed_out(root):
    return json.loads((root / "release" / "either" / "either.ipynb").read_text("utf-8"))


def filled(root, sources):
    """The release notebook with these cells written: {cell id: source}."""
    notebook = copy.deepcopy(handed_out(root))
    for cell in notebook["cells"]:
        if cell["id"] in sources:
            cell["source"] = sources[cell["id"]]
    return notebook


def right(variant, *names):
    """{cell id: source} of the solutions in a variant, as a learner writes them."""
    return {f"{name}-{variant}": guarded(catalogue.reference_source("either", name, variant), variant)
            for name in names or NAMES}


def wrong(name, mistake):
    """{cell id: source} of a known mistake in its variant's cell."""
    function = catalogue.mistakes("either")[name][mistake]
    variant = catalogue.variant_of(function)
    return {f"{name}-{variant}": guarded(program(function, name), variant)}
