"""Lesson text + reference functions + question bank -> ``source/`` and ``release/`` notebooks and public data.

The release notebook is nbgrader's own `generate_assignment` of the source notebook. A rebuild gives the same
bytes. `--check` builds to a temporary place and names what differs.
"""

import json

import numpy as np

from autograder.author.cells import source_notebook
from autograder.author.keys import write_keys
from autograder.author.leaks import no_solution
from autograder.author.markdown import BuildError
from autograder.author.release import notebook_text, release_notebooks
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.lessons.specify import specification
from course.checking.codec import decode


def public_data(topics):
    """{path below course/data: text} of the public cases and question texts."""
    index, questions, out = {}, {}, {}
    for topic in topics:
        specs = specification(topic)["exercises"]
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(spec, allow_nan=False)}" for name, spec in specs.items())
        if specs:
            out[f"exercises/{topic}.json"] = "{\n" + rows + "\n}\n"
        index |= dict.fromkeys(specs, topic)
        questions |= {q.id: {"topic": topic, "stem": q.stem, "options": {k: o.text for k, o in q.options.items()}}
                      for q in load_bank(topic).values()}
    out["exercises/index.json"] = json.dumps(index, indent=1) + "\n"
    out["questions.json"] = json.dumps(questions, indent=1, ensure_ascii=False) + "\n"
    return out


def _same_data(a, b):
    """Whether two data files say the same. Numbers may differ in the last bits: processors round exp differently."""
    return _alike(json.loads(a), json.loads(b))


def _alike(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) == {"$array"} == set(b) and "base64" in a["$array"] and "base64" in b["$array"]:
            x, y = decode(a), decode(b)
            return x.shape == y.shape and x.dtype == y.dtype and np.allclose(x, y, 1e-9, 1e-12, equal_nan=True)
        return list(a) == list(b) and all(_alike(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, 1e-9, 1e-12))
    return type(a) is type(b) and a == b


def render(topics):
    """{path: text} of everything that a build of these lessons makes, each path below the lessons' root.

    The data of all lessons of a root stand together, so they are made for all, whichever lesson is built.
    """
    sources = {topic: source_notebook(topic) for topic in topics}
    releases = release_notebooks(sources)
    out = {}
    for topic in topics:
        no_solution(topic, releases[topic])
        out[f"source/{topic}/{topic}.ipynb"] = notebook_text(sources[topic])
        out[f"release/{topic}/{topic}.ipynb"] = notebook_text(releases[topic])
    root = catalogue.home(topics[0])
    data = catalogue.data_folder(topics[0]).relative_to(root)
    return out | {f"{data.as_posix()}/{name}": text for name, text in public_data(catalogue.topics(root)).items()}


def differences(files, root=catalogue.ROOT):
    """The files of a build that are not as they stand under `root`."""
    return [name for name, text in files.items() if not _is_same(root / name, text)]


def _is_same(path, text):
    if not path.exists():
        return False
    old = path.read_bytes().decode("utf-8")
    return old == text or path.parent.name != path.stem and path.suffix == ".json" and _same_data(old, text)


def _ids(text):
    return {c["metadata"]["nbgrader"]["grade_id"] for c in json.loads(text)["cells"] if "nbgrader" in c["metadata"]}


def protect_submissions(files, root=catalogue.ROOT):
    """Refuse a build after which what has been handed in could no longer be matched."""
    for name, text in files.items():
        old = root / name
        if name.startswith("source/") and old.exists() and list(root.glob(f"submitted/*/{old.stem}/{old.name}")):
            changed = _ids(old.read_text(encoding="utf-8")) ^ _ids(text)
            if changed:
                raise BuildError(f"{name}: submissions exist, and this build would change the cells "
                                 f"{', '.join(sorted(changed))}. Move submitted/ away first, or keep the ids.")


def build(topics, root=catalogue.ROOT, check=False, show=print):
    """Write what differs from a fresh build, or with `check` name it. Returns the exit status."""
    files = render(catalogue.chosen(topics, root))
    changed = differences(files, root)
    if check:
        for name in changed:
            show(f"differs from a fresh build: {name}")
        show(f"{len(files) - len(changed)} of {len(files)} files are as a fresh build makes them")
        return 1 if changed else 0
    protect_submissions(files, root)
    for name in changed:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8", newline="\n")
        show(f"wrote {name}")
    show(f"{len(changed)} of {len(files)} files changed")
    write_keys(root)
    return 0
