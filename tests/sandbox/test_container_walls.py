"""The wall where less is allowed: the table of docs/SCALE.md, row by row, by the doctor and by grading.

tests/container.py makes such a place, of what this kernel has.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import classroom
import pytest

from autograder.sandbox import walls

NOBODY = 65534
HERE = sys.platform.startswith("linux") and platform.machine() == "x86_64"
PLACES = {                      # words for tests/container.py: the wall that is taken
    "user": "bubblewrap",
    "no-userns user": "landlock",
    "docker masked user": "landlock",
    "docker masked": "landlock",
    "masked user": "landlock",
    "old masked user": "",
    "no-userns old user": "",
}
GRADED = ("no-userns user", "docker masked user", "old masked user")        # seconds each


pytestmark = [
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="not root: cannot act as two users"),
    pytest.mark.skipif(not HERE or bool(walls.bubblewrap_problem() or walls.landlock_problem()),
                       reason="no isolation here"),
]


class Place:
    """A class's folder in such a place, and what the course's commands say there."""

    def __init__(self, folder, words):
        folder.chmod(0o755)
        self.root, self.words, self.folder = folder / "class", words.split(), folder
        classroom.hand_in(self.root, "ada", classroom.filled())
        (folder / "matplotlib").mkdir(mode=0o777)
        if "user" in self.words:
            for path in (self.root, folder / "matplotlib", *self.root.rglob("*")):
                os.chown(path, NOBODY, NOBODY)

    def run(self, *command):
        return subprocess.run(
            [*classroom.python_for_all(self.folder, classroom.ROOT), sys.executable,
             classroom.ROOT / "tests" / "container.py", *self.words, "--", sys.executable, "-m", "autograder", *command,
             "--root", self.root], cwd=classroom.ROOT, capture_output=True, text=True,
            env=os.environ | {"HOME": str(self.folder / "home"), "MPLCONFIGDIR": str(self.folder / "matplotlib"),
                              "PYTHONDONTWRITEBYTECODE": "1"})


@pytest.fixture(scope="module")
def place(request):
    with tempfile.TemporaryDirectory() as folder:
        yield Place(Path(folder), request.param), PLACES[request.param]


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_doctor_names_the_wall_that_is_used(place):
    place, wall = place
    done = place.run("doctor")
    lines = {line.split()[0]: line for line in done.stdout.partition("Isolation")[2].splitlines()[1:] if line.strip()}
    assert ("works" in lines["bubblewrap"].split()[1:2]) is (wall == "bubblewrap"), done.stdout
    assert ("works" in lines["landlock"].split()[1:2]) is bool(wall), done.stdout
    if wall:
        assert wall in lines["used"].lower() and "BAD" not in done.stdout and done.returncode == 0, done.stdout
        assert (wall == "bubblewrap") is ("bubblewrap" in lines["used"])
    else:
        assert "Grading refuses to run here." in done.stdout and done.returncode, done.stdout


@pytest.mark.parametrize("place", GRADED, indirect=True)
def test_grading_goes_on_or_says_why_not(place):
    place, wall = place
    done = place.run("grade", "loss")
    if wall:
        assert done.returncode == 0 and "1 graded" in done.stdout, done.stdout + done.stderr
        assert ("bubblewrap" in done.stdout) is (wall == "bubblewrap")
        return
    assert done.returncode and "No isolation works on this machine" in done.stderr, done.stdout + done.stderr
    assert not (place.root / "records" / "loss").exists()
    done = place.run("grade", "loss", "--isolation", "none")
    assert done.returncode == 0 and "1 graded" in done.stdout, done.stdout + done.stderr
