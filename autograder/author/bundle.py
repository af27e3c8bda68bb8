"""Make the zip that a class gets: the learner's notebooks and the package they import. No key, no solution.

`--open TOPIC` makes another one, which a class gets after the date: keys, rationales and solutions of that lesson.
"""

import json
import re
import tomllib
import zipfile
from pathlib import Path

from autograder.author.build import differences, question_texts, render_own, topics_with_own_questions
from autograder.author.keys import bank_text, solutions
from autograder.author.release import solution_lines
from autograder.lessons import catalogue
from autograder.lessons.bank import bank_path, load_bank
from autograder.lessons.catalogue import ROOT
from autograder.problems import Misused, Problem
from course.contents import PAGES

STAND_INS = "course/standin.py"
ALLOWED = "WHAT_IS_ALLOWED.md"          # a class's own, in private/, goes before the course's
PART = re.compile(r"^(# ── (\w+) ─+\n)", re.MULTILINE)         # where a lesson's part of that file begins
SUFFIXES = {".py", ".js", ".css", ".json", ".npz", ".md", ".ipynb", ".csv", ".gz", ".svg", ".png"}

README = """# How neural networks learn

You need Python 3.11 or newer (https://www.python.org/downloads). Unpack the zip. Then double click `start.bat` on
Windows or `start.command` on macOS (there, the first time: right click, Open); on Linux, `sh start.command`. The first
start takes a few minutes and needs a network; after it none is needed.

By hand instead, in this folder, once:

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt

Then, each time:

    .venv/bin/python -m course learn

On Windows: `py -m venv .venv`, `.venv\\Scripts\\python -m pip install -r requirements.txt`, and
`.venv\\Scripts\\python -m course learn`.

JupyterLab opens with a first page, Start, and later with the first lesson that is not finished. Your notebooks are in
the folder `work`. They are yours: nothing here overwrites them. Run the cells from top to bottom. Under every exercise
a line such as `check("mse")` tells you at once what is right, what is not, and why. A question is answered by a click
on an option, or by typing its letter in place of `None`; your answer stands in the notebook itself. Then hand in the
notebook as your instructor asks, for example `work/loss/loss.ipynb`. What help is allowed, and how it is named, is in
`WHAT_IS_ALLOWED.md`.

The code is under the BSD 3-clause licence, the text under CC BY 4.0: see LICENSE and LICENSE-TEXT.
"""


OPENED = """# Lesson {topic} is open

Unpack this archive where you unpacked the course, so that its folder `dist` comes to lie beside `course` and `work`.
Stop JupyterLab, and start it again with `python -m course learn`. From then on:

- an answer to a question of lesson {topic} is explained,
- `lend("…")` lends you the course's function, and shows the solution line by line,
- under a check that passes stands your program beside the course's.
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


def contents(topics=(), root=ROOT):
    """{name in the zip: bytes}, of these lessons and the first page, or of all, with the own questions of the class
    whose folder is `root`. Some lessons' stand-ins stay away.
    """
    allowed = next(path for path in (root / "private" / ALLOWED, ROOT / "docs" / ALLOWED) if path.is_file())
    files = {"README.md": README.encode(), "requirements.txt": learner_requirements().encode(),
             ALLOWED: allowed.read_bytes()}
    for name in ("pyproject.toml", "requirements-frameworks.txt", "LICENSE", "LICENSE-TEXT", "start.bat",
                 "start.command"):
        files[name] = (ROOT / name).read_bytes()
    for folder in ("course", "release"):
        for path in sorted((ROOT / folder).rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
            if path.is_file() and not hidden and path.suffix in SUFFIXES:
                files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    files |= _own_questions(root) | _own_lessons(root, topics)
    if topics:
        files = {name: raw for name, raw in files.items()
                 if not name.startswith("release/") or name.split("/")[1] in (*PAGES, *topics)}
        files[STAND_INS] = without(files[STAND_INS].decode(), topics).encode()
    return files


def _own_questions(root):
    """The files of a bundle in which a class's own questions stand. Raises Problem where they are not built."""
    files, own = {}, topics_with_own_questions(root)
    for topic in own:
        if differences(render_own(topic, root), catalogue.class_place(root)):
            raise Problem(f"private/quizzes/{topic}.yaml is not in the notebook of {topic} yet. Run first: "
                          f"{catalogue.command('build', topic, root)}")
        name = f"release/{topic}/{topic}.ipynb"
        files[name] = (catalogue.class_place(root) / name).read_bytes()
    if own:
        files["course/data/questions.json"] = question_texts(catalogue.topics(), root).encode()
    return files


def _own_lessons(root, topics):
    """The notebooks and public data of lessons that a class has beside those of the course: of these, or of all."""
    files = {}
    for topic in (topic for topic in catalogue.enter(root) if topic in topics or not topics):
        for path in (root / "release" / topic / f"{topic}.ipynb", *sorted((root / "data").rglob("*"))):
            if path.is_file() and path.suffix in SUFFIXES and not path.name.startswith("."):    # a Mac's are hidden
                files[path.relative_to(root).as_posix()] = path.read_bytes()
        if f"release/{topic}/{topic}.ipynb" not in files:
            raise Problem(f"{topic} is not built yet. Run first: {catalogue.command('build', topic)}")
    return files


def without(text, topics):
    """The module of stand-ins without these lessons' parts."""
    head, *parts = PART.split(text)
    kept = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return head + "".join(line + part for line, topic, part in kept if topic not in topics)


def leaks(files, root=ROOT):
    """What of a solution or a key stands in these files: a list of messages."""
    found = []
    for topic in (*catalogue.topics(), *catalogue.entered()):
        telling = {line: name for name in catalogue.exercises(topic) for line in solution_lines(topic, name)}
        whys = {why: q.id for q in load_bank(topic, root).values() for why in q.whys().values()}
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


def opened(topic, root=ROOT):
    """{name in the zip: bytes} of a lesson's keys, where `python -m course learn` looks for them."""
    files = {f"OPEN-{topic}.md": OPENED.format(topic=topic).encode()}
    if bank_path(topic, root).exists():
        files[f"dist/keys/{topic}/quiz.yaml"] = bank_text(topic, root).encode()
    if catalogue.exercises(topic):
        text = json.dumps(solutions(topic), ensure_ascii=False, indent=1) + "\n"
        files[f"dist/keys/{topic}/solutions.json"] = text.encode()
    return files


def write(path, topics=(), root=ROOT):
    """Write the bundle of these lessons, or of all. Raises LeakError rather than let a solution out."""
    files = contents(topics, root) if topics or root != ROOT else contents()
    found = leaks(files, root)
    if found:
        raise LeakError("not written, since it would hold what a class must not have:\n" + "\n".join(found))
    return archive(path, files)


def archive(path, files):
    """Write {name: bytes} as a zip with one folder in it. The same files give the same bytes."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in files.items():
            # A fixed date: the same course gives the same bytes.
            info = zipfile.ZipInfo(f"how-networks-learn/{name}", (2000, 1, 1, 0, 0, 0))
            mode = 0o755 if name == "start.command" else 0o644
            info.create_system, info.compress_type, info.external_attr = 3, zipfile.ZIP_DEFLATED, mode << 16
            made.writestr(info, raw)
    return files


def bundle(output=None, topics=(), opens=None, root=ROOT, show=print):
    """Write the zip, to dist/ where no other place is named. Returns the exit status.

    Parameters
    ----------
    topics : list of str
        These lessons alone; the whole course where there are none.
    opens : str or None
        Not the class's bundle, but the archive that opens this lesson.
    """
    if opens is None:
        known = [*catalogue.topics(), *catalogue.enter(root)]
        if unknown := [topic for topic in topics if topic not in known]:
            raise Misused(f"There is no lesson {unknown[0]!r}; there are {', '.join(known)}.")
        path = Path(output or root / "dist" / f"{'-'.join(['how-networks-learn', *topics])}.zip")
        files = write(path, topics, root)
    else:
        known = [*catalogue.topics(), *catalogue.enter(root)]
        if opens not in known:
            raise Misused(f"There is no lesson {opens!r}; there are {', '.join(known)}.")
        if topics:
            raise Misused("--open makes the archive of one lesson: name no other.")
        path = Path(output or root / "dist" / f"open-{opens}.zip")
        files = archive(path, opened(opens, root))
        show(f"This holds the keys and solutions of lesson {opens}: give it out after the date for handing in.")
    show(f"wrote {path}: {len(files)} files, {path.stat().st_size / 1024:.0f} KB")
    return 0
