"""The fixture course: one lesson, two exercises, one question, outside the package, for builder and judge."""

import shutil
from pathlib import Path

FIXTURE = Path(__file__).resolve().parent / "fixture-course"


def tiny_course(folder):
    """A fresh copy of the fixture course."""
    return Path(shutil.copytree(FIXTURE, folder))
