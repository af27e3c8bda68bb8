"""Start elsewhere: buttons that open a lesson on another machine, and the cell that installs the course there.

The notebooks in release/ have no such cell, since no address of a repository is known in them. The site brings copies
that have it, `colab/LESSON/LESSON.ipynb`. The workflow puts the site into the branch `gh-pages`: Colab opens notebooks
of a repository, and of nowhere else. Binder and Codespaces build the environment of .binder/ and .devcontainer/, which
has the course, and open the notebook in work/ as it is.

    python -m autograder.author.site.elsewhere copies DIR     the copies for Colab, with the address in source/site.yml
    python -m autograder.author.site.elsewhere lite DIR       those for JupyterLite, where a package comes another way
"""

import json
import re
import sys
from pathlib import Path
from urllib.parse import quote

import yaml

from autograder.author.release import notebook_text
from autograder.lessons import catalogue
from autograder.lessons.catalogue import ROOT
from autograder.problems import Misused, Problem

SETTING = "source/site.yml"
BRANCH = "gh-pages"                 # the workflow puts the site there
FOLDER = "colab"                    # and the copies into this folder of it
BINDER = {"github.com": "gh", "gitlab.com": "gl", "codeberg.org": "git"}      # mybinder.org's names for them
NEEDED = ("numpy", "matplotlib", "markupsafe", "threadpoolctl")     # what `import course` cannot do without
CELL_ID = "install"
ADDRESS = re.compile(r"https://([a-z0-9.-]+(?::\d+)?)((?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*){2,})")

INSTALL = '''\
# This cell is no part of the lesson. Where the course's package `course` is missing, as on Colab, it installs it from
# {archive}
# Where the package is there already, nothing happens, so the cell can be run as often as you like.
def install_course():
    import importlib.util
    import subprocess
    import sys

    def pip(*what):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-color", "--retries", "1"]
        subprocess.run([*command, *what], check=True, capture_output=True, text=True)

    try:
        needed = {needed}
        lacking = [name for name in needed if importlib.util.find_spec(name) is None]
        if lacking:
            pip(*lacking)
        # the course alone: what is here of Jupyter stays as it is
        pip("--no-deps", "{archive}")
        importlib.invalidate_caches()
        import course
        print("The course is installed. Go on with the next cell.")
    except (OSError, ImportError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines() or ["none"]
        print("The course could not be installed. Is there a network? Then run this cell again. The reason given:",
              next((line for line in said if "ERROR" in line), said[-1]))

try:
    import course
except ImportError:
    install_course()
'''

LITE = """\
# This cell is no part of the lesson: it puts the course's package and what it needs into this page's Python.
import piplite

await piplite.install({needed})
await piplite.install("how-networks-learn", deps=False)
"""
UNTESTED = """\
> **This is JupyterLite**: Python runs in this page of your browser, and no server has your work. It was built beside \
the course's site and is **not tested here**: cells may be slow or fail that work elsewhere. A check has no time limit \
in it, so a loop without an end needs the page to be loaded again. Your notebooks stay in this browser alone: download \
what you want to keep."""


def place_of(repository):
    """(host, path) of a repository's address; None of an empty one.

    Raises
    ------
    Problem
        For what is no address of a repository.
    """
    text = str(repository or "").strip()
    if not text:
        return None
    found = ADDRESS.fullmatch(text.rstrip("/").removesuffix(".git"))
    if found is None or (found[1] == "github.com" and found[2].count("/") > 2):
        raise Problem(f"{SETTING}: repository: {text!r} is no address of a repository, such as "
                      "https://github.com/OWNER/NAME; leave it empty where there is none")
    return found[1], found[2].strip("/")


def buttons(repository: str, lesson: str) -> list[tuple[str, str]]:
    """[(label, address)]: where else a lesson can be opened. [] without a repository, or on a host that none knows.

    Raises Problem for a bad address.
    """
    place = place_of(repository)
    if place is None:
        return []
    host, path = place
    found = []
    if host == "github.com":
        found.append(("Colab", f"https://colab.research.google.com/github/{path}/blob/{BRANCH}/{FOLDER}/"
                               f"{quote(lesson)}/{quote(lesson)}.ipynb"))
    if provider := BINDER.get(host):
        named = {"gh": path, "gl": quote(path, ""), "git": quote(f"https://{host}/{path}", "")}[provider]
        opened = quote(f"lab/tree/work/{lesson}/{lesson}.ipynb", "")
        found.append(("Binder", f"https://mybinder.org/v2/{provider}/{named}/HEAD?urlpath={opened}"))
    if host == "github.com":
        found.append(("Codespaces", f"https://codespaces.new/{path}"))
    return found


def archive_of(repository):
    """What pip is given to install the package of a repository as it stands today; "" without a repository."""
    place = place_of(repository)
    if place is None:
        return ""
    host, path = place
    if host == "github.com":
        return f"https://github.com/{path}/archive/HEAD.zip"
    if host == "gitlab.com":
        return f"https://gitlab.com/{path}/-/archive/HEAD/{path.split('/')[-1]}-HEAD.zip"
    return f"git+https://{host}/{path}"


def first_cell(repository: str) -> str:
    """The cell that installs `course` where it is missing; "" without a repository. Raises Problem, as `buttons`."""
    archive = archive_of(repository)
    return cell_from(archive) if archive else ""


def cell_from(archive):
    """The same, from any archive that pip takes."""
    return INSTALL.format(archive=archive, needed=NEEDED)


def lite_cells():
    """What a copy for JupyterLite begins with: [(kind of cell, id, source)]."""
    return [("markdown", "jupyterlite", UNTESTED),
            ("code", CELL_ID, LITE.format(needed=[*NEEDED, "ipywidgets", "anywidget"]))]


def with_cells(notebook, cells):
    """A copy of a notebook with these cells before its first one of code.

    Parameters
    ----------
    notebook : dict
    cells : list of (kind, id, source)
    """
    made = [{"cell_type": kind, "id": id, "metadata": {}, "source": source}
            | ({"execution_count": None, "outputs": []} if kind == "code" else {}) for kind, id, source in cells]
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    first = kinds.index("code") if "code" in kinds else len(kinds)
    return notebook | {"cells": [*notebook["cells"][:first], *made, *notebook["cells"][first:]]}


def copies(cells, **metadata):
    """{LESSON/LESSON.ipynb: text}: the notebooks that learners get, each with these cells, and this in its metadata.

    In folders as on a learner's machine, so that links from one to another, and `carry`, find what they look for.
    """
    found = {}
    for topic in catalogue.topics():
        notebook = with_cells(json.loads(catalogue.notebook_path(topic, "release").read_text(encoding="utf-8")), cells)
        found[f"{topic}/{topic}.ipynb"] = notebook_text(notebook | {"metadata": notebook["metadata"] | metadata})
    return found


def colab_copies(repository):
    """The copies that Colab opens; {} without a repository."""
    source = first_cell(repository)
    return copies([("code", CELL_ID, source)]) if source else {}


def repository():
    """The address in source/site.yml; "" where there is none."""
    path = ROOT / SETTING
    if not path.exists():
        return ""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return (read.get("repository") if isinstance(read, dict) else "") or ""


def main(arguments):
    """Write the copies into a folder. Returns the exit status."""
    if len(arguments) != 2 or arguments[0] not in ("copies", "lite"):
        raise Misused("python -m autograder.author.site.elsewhere copies DIR, or lite DIR")
    made = colab_copies(repository()) if arguments[0] == "copies" else copies(
        lite_cells(), kernelspec={"display_name": "Python (Pyodide)", "language": "python", "name": "python"})
    folder = Path(arguments[1])
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {len(made)} notebooks to {folder}" if made else f"{SETTING} names no repository: nothing to write")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(f"{problem}")
