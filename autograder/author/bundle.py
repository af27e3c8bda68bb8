"""Make the zip that a class gets: the learner's notebooks and the package they import. No key, no solution."""

import re
import tomllib
import zipfile
from pathlib import Path

from autograder.author.leaks import solution_lines
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.lessons.catalogue import ROOT
from autograder.screen import Problem

SUFFIXES = {".py", ".js", ".css", ".json", ".npz", ".md", ".ipynb", ".csv", ".gz", ".svg", ".png"}

README = """# How neural networks learn

You need Python 3.11 or newer. In this folder, once:

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt

Then, each time:

    .venv/bin/python -m course learn

On Windows: `py -m venv .venv`, `.venv\\Scripts\\python -m pip install -r requirements.txt`, and
`.venv\\Scripts\\python -m course learn`.

JupyterLab opens with the first lesson. Your notebooks are in the folder `work`. They are yours: nothing here
overwrites them. Run the cells from top to bottom. Under every exercise a line such as `check("mse")` tells you at
once what is right, what is not, and why. A question is answered by a click on an option, or by typing its letter
in place of `None`; your answer stands in the notebook itself. Then hand in the notebook as your instructor asks, for
example `work/loss/loss.ipynb`.

The code is under the BSD 3-clause licence, the text under CC BY 4.0: see LICENSE and LICENSE-TEXT.
"""


class LeakError(Problem):
    """Something that a class must not have would be in the bundle."""


def learner_requirements():
    """The pins of requirements.txt that the package needs, and the notebook front ends."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.match(r"[\w-]+", d)[0].lower() for d in project["dependencies"]} | {"ipykernel", "notebook"}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.split("==")[0].strip().lower() in wanted]
    return "-e .\n" + "\n".join(pins) + "\n"


def contents():
    """{name in the zip: bytes}."""
    files = {"README.md": README.encode(), "requirements.txt": learner_requirements().encode()}
    for name in ("pyproject.toml", "requirements-frameworks.txt", "LICENSE", "LICENSE-TEXT"):
        files[name] = (ROOT / name).read_bytes()
    for folder in ("course", "release"):
        for path in sorted((ROOT / folder).rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
            if path.is_file() and not hidden and path.suffix in SUFFIXES:
                files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return files


def leaks(files):
    """What of a solution or a key stands in these files: a list of messages."""
    found = []
    for topic in catalogue.topics():
        telling = {line: name for name in catalogue.exercises(topic) for line in solution_lines(topic, name)}
        whys = {option.why: q.id for q in load_bank(topic).values() for option in q.options.values()}
        for name, raw in files.items():
            text = raw.decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')
            lines = {line.strip().strip('",').strip("`") for line in text.splitlines()}
            found += [f"{name}: a line of the solution of {telling[line]}" for line in lines & telling.keys()]
            found += [f"{name}: a rationale of {q}" for why, q in whys.items() if why in text]
    for name, raw in files.items():
        for mark in (b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS"):
            if mark in raw:
                found.append(f"{name}: {mark.decode()}")
    return found


def write(path):
    """Write the bundle. Raises LeakError rather than let a solution out."""
    files = contents()
    found = leaks(files)
    if found:
        raise LeakError("not written, since it would hold what a class must not have:\n" + "\n".join(found))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            # A fixed date: the same course gives the same bytes.
            info = zipfile.ZipInfo(f"how-networks-learn/{name}", (2000, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, raw)
    return files


def bundle(output=None, show=print):
    """Write the zip, to dist/ where no other place is named. Returns the exit status."""
    path = Path(output or ROOT / "dist" / "how-networks-learn.zip")
    files = write(path)
    show(f"wrote {path}: {len(files)} files, {path.stat().st_size / 1024:.0f} KB")
    return 0
