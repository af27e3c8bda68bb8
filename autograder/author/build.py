"""Lesson text + reference functions + question bank -> ``source/`` and ``release/`` notebooks and public data.

The release notebook is nbgrader's own `generate_assignment` of the source notebook. A rebuild gives the same
bytes. `--check` writes nothing and names what differs.

`--check --quick` says the same in seconds. Every notebook is made anew and compared to the byte: the source notebooks
as always, the release notebooks by nbgrader's steps without its gradebook. The public cases of a lesson are drawn again
only if they, or a file that they are made from, are not as they were when a build last found them right.
"""

import contextlib
import hashlib
import json
from pathlib import Path

import numpy as np

from autograder.author.cells import source_notebook
from autograder.author.faults import lesson_faults
from autograder.author.keys import write_keys
from autograder.author.leaks import no_solution
from autograder.author.markdown import BuildError
from autograder.author.release import notebook_text, release_cells, release_notebooks
from autograder.author.verify import command, say_next, verify_lesson
from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank
from autograder.lessons.exercise import PUBLIC_SEED
from autograder.lessons.private import source_key
from autograder.lessons.specify import specification
from autograder.screen import Misused
from course.checking.codec import decode

PROVEN = catalogue.ROOT / ".cache" / "proven.json"      # what `--quick` need not draw again: hashes, git ignores it
KEPT = 200


def public_data(topics, proven=()):
    """{path below course/data: text} of the public cases and question texts; the cases of `proven` lessons left out."""
    index, questions, out = {}, {}, {}
    for topic in topics:
        if catalogue.exercises(topic) and topic not in proven:
            rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(spec, allow_nan=False)}"
                              for name, spec in specification(topic)["exercises"].items())
            out[f"exercises/{topic}.json"] = "{\n" + rows + "\n}\n"
        index |= dict.fromkeys(catalogue.exercises(topic), topic)
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


def proof(topic):
    """A hash of a lesson's public cases as they stand, and of all that they are made from; "" where there are none."""
    path = catalogue.data_folder(topic) / "exercises" / f"{topic}.json"
    if not path.exists():
        return ""
    return hashlib.sha256(source_key(topic, str(PUBLIC_SEED)).encode() + path.read_bytes()).hexdigest()


def proven(topics):
    """The lessons whose public cases a build found right before, and of which nothing has changed since."""
    known = _proofs()
    return [topic for topic in topics if proof(topic) in known]


def _proofs():
    try:
        known = json.loads(PROVEN.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = None
    return known if isinstance(known, list) else []


def remember(topics):
    """Note that the public cases of these lessons are as a fresh build makes them."""
    known = _proofs()
    new = [mark for mark in map(proof, topics) if mark and mark not in known]
    if new:
        with contextlib.suppress(OSError):               # a checkout that cannot be written: the next check is longer
            write_private(PROVEN, json.dumps([*known, *new][-KEPT:], indent=0) + "\n")


def render(topics, quick=False):
    """{path: text} of everything that a build of these lessons makes, each path below the lessons' root.

    The data of all lessons of a root stand together, so they are made for all, whichever lesson is built. `quick`: the
    release notebooks without nbgrader's gradebook, and no cases of a lesson where they are proven.
    """
    sources = {topic: source_notebook(topic) for topic in topics}
    releases = ({topic: release_cells(topic, nb) for topic, nb in sources.items()} if quick
                else release_notebooks(sources))
    out = {}
    for topic in topics:
        no_solution(topic, releases[topic])
        out[f"source/{topic}/{topic}.ipynb"] = notebook_text(sources[topic])
        out[f"release/{topic}/{topic}.ipynb"] = notebook_text(releases[topic])
    root = catalogue.home(topics[0])
    data = catalogue.data_folder(topics[0]).relative_to(root)
    every = catalogue.topics(root)
    texts = public_data(every, proven(every) if quick else ())
    return out | {f"{data.as_posix()}/{name}": text for name, text in texts.items()}


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


def _drawn(files, without=()):
    """The lessons whose public cases are among the files of a build."""
    return [path.stem for path in map(Path, files) if path.parent.name == "exercises" and path.name != "index.json"
            and path.as_posix() not in without]


def build(topics, root=catalogue.ROOT, check=False, quick=False, show=print):
    """Write what differs from a fresh build, or with `check` name it. Returns the exit status.

    Nothing is written while a lesson has a fault in its files. `check` also tries its programs on the public cases,
    but for `quick`.
    """
    if quick and not check:
        raise Misused("--quick goes with --check: a build always makes everything.")
    chosen = catalogue.chosen(topics, root)
    faults = [fault for topic in ([] if quick else chosen)
              for fault in (verify_lesson(topic, (None,)).faults if check else lesson_faults(topic))]
    for fault in dict.fromkeys(faults):
        show(fault)
    if faults:
        say_next(f"mend that, then: {command('build' + ' --check' * check, ' '.join(topics), root)}")
        return 1
    files = render(chosen, quick)
    changed = differences(files, root)
    if check:
        remember(_drawn(files, changed))
        for name in changed:
            show(f"differs from a fresh build: {name}")
        show(f"{len(files) - len(changed)} of {len(files)} files are as a fresh build makes them")
        if quick and (kept := set(catalogue.judged_topics(root)) - set(_drawn(files))):
            show(f"public cases of {len(kept)} lessons not drawn again: nothing that they are made from has changed")
        say_next(command("build" if changed else "verify", " ".join(topics), root))
        return 1 if changed else 0
    protect_submissions(files, root)
    for name in changed:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8", newline="\n")
        show(f"wrote {name}")
    remember(_drawn(files))
    show(f"{len(changed)} of {len(files)} files changed")
    write_keys(root)
    say_next(command("verify --quick", " ".join(topics), root))
    return 0
