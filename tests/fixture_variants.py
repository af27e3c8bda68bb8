"""A lesson whose exercises may be written in one of two variants, outside the package.

Its "frameworks" are modules of the standard library, so that nothing has to be installed and nothing takes seconds.
"""

import shutil
from pathlib import Path

from autograder.lessons import catalogue
from course.checking import adapters

FIXTURE = Path(__file__).resolve().parent / "fixture-variants"
MODULES = {"left": ("statistics",), "right": ("fractions",)}


def frameworks(patch, missing=()):
    """Let the two variants be known; the module of a `missing` one is nowhere."""
    patch.setattr(adapters, "MODULES", {name: ("no_such_framework",) if name in missing else modules
                                        for name, modules in MODULES.items()})


def either_course(folder):
    """A fresh copy of the lesson's course, entered. Its frameworks have to be known."""
    root = Path(shutil.copytree(FIXTURE, folder))
    catalogue.enter(root)
    return root
