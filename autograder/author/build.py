"""Lesson text + reference functions + question bank -> ``source/`` and ``release/`` notebooks and public data.

The release notebook is nbgrader's own `generate_assignment` of the source notebook. A rebuild gives the same
bytes. `--check` writes nothing and names what differs.

`--check --quick` says the same in seconds. Every notebook is made anew and compared to the byte: the source notebooks
as always, the release notebooks by nbgrader's steps without its gradebook. The public cases of a lesson are drawn again
only if they, or a file that they are made from, are not as they were when a build last found them right.

The figures of a lesson's experiments are recorded from a run of its source notebook. That takes a minute, so it is done
only where the notebook's code is not the one that they were drawn with.
"""

import contextlib
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from autograder.author.cells import source_notebook
from autograder.author.execute import figures_folder, figures_stale, record_figures
from autograder.author.faults import lesson_faults, own_question_faults
from autograder.author.keys import write_keys
from autograder.author.markdown import BuildError
from autograder.author.mutants.made import mutants_data
from autograder.author.release import no_solution, notebook_text, release_cells, release_notebooks
from autograder.author.verify import command, say_next, verify_lesson
from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.bank import load_bank, own_questions
from autograder.lessons.exercise import PUBLIC_SEED
from autograder.lessons.private import source_key
from autograder.lessons.specify import specification
from autograder.problems import Misused, Problem, near
from course.answers import items_of
from course.checking.adapters import PINS, title
from course.checking.codec import decode

PROVEN = catalogue.ROOT / ".cache" / "proven.json"      # what `--quick` need not draw again: hashes, git ignores it
KEPT = 200
AT_ONCE = min(os.cpu_count() or 1, 2)                   # lessons whose figures are recorded side by side
MUTANTS = Path(__file__).parent / "mutants"             # what makes the data beside the public cases


def public_data(topics, proven=()):
    """{path below course/data: text} of the public cases and question texts; the cases of `proven` lessons left out."""
    index, out = {}, {}
    for topic in topics:
        if catalogue.exercises(topic) and topic not in proven:
            rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(spec, allow_nan=False)}"
                              for name, spec in specification(topic)["exercises"].items())
            out[f"exercises/{topic}.json"] = "{\n" + rows + "\n}\n"
            out |= mutants_data(topic)
        index |= dict.fromkeys(catalogue.exercises(topic), topic)
    out["exercises/index.json"] = json.dumps(index, indent=1) + "\n"
    out["questions.json"] = question_texts(topics)
    return out


def question_texts(topics, root=None):
    """The text of questions.json: what is asked, of parts how many, and no key.

    With a class's own questions where `root` is given.
    """
    found = {q.id: {"topic": topic, "stem": q.stem, "options": {k: o.text for k, o in q.options.items()},
                    **({"form": q.form} if q.form != "letter" else {}),
                    **({"asked": len(items_of(q.key))} if q.form == "parts" else {})}
             for topic in topics for q in load_bank(topic, root).values()}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _same_data(a, b, digits=1e-9):
    """Whether two data files say the same. Numbers may differ in the last bits: processors round exp differently."""
    return _alike(json.loads(a), json.loads(b), digits)


def _alike(a, b, digits):
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) == {"$array"} == set(b) and "base64" in a["$array"] and "base64" in b["$array"]:
            x, y = decode(a), decode(b)
            return x.shape == y.shape and x.dtype == y.dtype and np.allclose(x, y, 1e-9, 1e-12, equal_nan=True)
        return list(a) == list(b) and all(_alike(a[k], b[k], digits) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_alike(x, y, digits) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, digits, 1e-12))
    return type(a) is type(b) and a == b


def proof(topic):
    """A hash of a lesson's public cases as they stand, and of all that they are made from; "" where there are none."""
    path = catalogue.data_folder(topic) / "exercises" / f"{topic}.json"
    if not path.exists():
        return ""
    makers = b"".join(maker.read_bytes() for maker in sorted(MUTANTS.glob("*.py")))
    return hashlib.sha256(source_key(topic, str(PUBLIC_SEED)).encode() + makers + path.read_bytes()).hexdigest()


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


# --- a class's own questions ----------------------------------------------------------------------------------

def topics_with_own_questions(root):
    """The course's lessons in which the class whose folder is `root` has changed or added questions. Raises Problem
    for a file that is of no lesson: its questions would be in no notebook, without a word. Hidden files are a Mac's or
    an editor's own.
    """
    known = [*catalogue.topics(), *catalogue.enter(root)]
    for path in sorted((root / "private" / "quizzes").glob("*.y*ml")):
        if not path.name.startswith(".") and path.name not in [f"{topic}.yaml" for topic in known]:
            raise Problem(f"private/quizzes/{path.name}: there is no such lesson{near(path.stem, known) or '.'} "
                          "A file there is called LESSON.yaml.")
    return [topic for topic in catalogue.topics() if own_questions(topic, root)]


def render_own(topic, root):
    """{path below the class's place: text} of the notebooks of a lesson of the course with the class's questions."""
    for fault in own_question_faults(topic, root):
        raise BuildError(fault)
    source = source_notebook(topic, root=root)
    release = release_cells(topic, source)
    no_solution(topic, release)
    return {f"source/{topic}/{topic}.ipynb": notebook_text(source),
            f"release/{topic}/{topic}.ipynb": notebook_text(release)}


def build_own(topics, root, check=False, show=print):
    """Write the notebooks with a class's own questions, beside its other files: nothing of the course is changed."""
    place, stale = catalogue.class_place(root), False
    for topic in topics:
        files = render_own(topic, root)
        changed = differences(files, place)
        if not check:
            protect_submissions(files, root, own=True)
        for name in changed:
            shown = _shown(place / name, root)
            show(f"differs from a fresh build: {shown}" if check else f"wrote {shown}")
            if not check:
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(files[name], encoding="utf-8", newline="\n")
        own = own_questions(topic, root)
        new = [name for name in own if name not in load_bank(topic)]
        show(f"{topic}: {len(own) - len(new)} questions of your own in the place of the course's, {len(new)} new")
        stale = stale or check and bool(changed)
    if topics:
        say_next(command("build", " ".join(topics), root) if stale else command("bundle", "", root))
    return 1 if stale else 0


def differences(files, root=catalogue.ROOT):
    """The files of a build that are not as they stand under `root`."""
    return [name for name, text in files.items() if not _is_same(root / name, text)]


def _is_same(path, text):
    if not path.exists():
        return False
    old = path.read_bytes().decode("utf-8")
    digits = 1e-6 if path.parent.name == "mutants" else 1e-9
    return old == text or path.parent.name != path.stem and path.suffix == ".json" and _same_data(old, text, digits)


def _ids(text):
    return {c["metadata"]["nbgrader"]["grade_id"] for c in json.loads(text)["cells"] if "nbgrader" in c["metadata"]}


def protect_submissions(files, root=catalogue.ROOT, own=False):
    """Refuse a build after which what has been handed in could no longer be matched."""
    for name, text in files.items():
        old = catalogue.notebook_path(Path(name).stem, "source", root) if own else root / name
        if name.startswith("source/") and old.exists() and list(root.glob(f"submitted/*/{old.stem}/{old.name}")):
            changed = _ids(old.read_text(encoding="utf-8")) ^ _ids(text)
            if changed:
                raise BuildError(f"{name}: submissions exist, and this build would change the cells "
                                 f"{', '.join(sorted(changed))}. Move submitted/ away first, or keep the ids.")


def _drawn(files, without=()):
    """The lessons whose public cases are among the files of a build."""
    return [path.stem for path in map(Path, files) if path.parent.name == "exercises" and path.name != "index.json"
            and path.as_posix() not in without]


def _shown(path, root):
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def build(topics, root=catalogue.ROOT, check=False, quick=False, show=print):
    """Write what differs from a fresh build, or with `check` name it. Returns the exit status.

    Nothing is written while a lesson has a fault in its files. `check` also tries its programs on the public cases,
    but for `quick`.
    """
    if quick and not check:
        raise Misused("--quick goes with --check: a build always makes everything.")
    own = [topic for topic in topics_with_own_questions(root) if not topics or topic in topics]
    if own and (topics or root != catalogue.ROOT):       # a class's: the course's own notebooks stay as they are
        rest = [topic for topic in topics if topic not in own] if topics else catalogue.enter(root)
        status = build_own(own, root, check, show)
        return build(rest, root, check, quick, show) or status if rest else status
    chosen = catalogue.chosen(topics, root)
    faults = [fault for topic in ([] if quick else chosen)
              for fault in (verify_lesson(topic, (None,)).faults if check else lesson_faults(topic))]
    for fault in dict.fromkeys(faults):
        show(fault)
    if faults:
        say_next(f"mend that, then: {command('build' + ' --check' * check, ' '.join(topics), root)}")
        return 1
    for topic in chosen:
        for variant in catalogue.absent(topic):
            show(f"{topic}: {title(variant)} is not installed here, so what its known mistakes give stays as it was "
                 f"({PINS.get(variant, variant)})")
    files = render(chosen, quick)
    changed = differences(files, root)
    undrawn = [topic for topic in chosen if figures_stale(topic, source_notebook(topic))]
    if check:
        remember(_drawn(files, changed))
        for name in changed:
            show(f"differs from a fresh build: {name}")
        for topic in undrawn:
            show(f"differs from a fresh build: {_shown(figures_folder(topic) / topic, root)}, the recorded figures")
        show(f"{len(files) - len(changed)} of {len(files)} files are as a fresh build makes them")
        every = {topic for topic in catalogue.topics(root) if catalogue.exercises(topic)}
        if quick and (kept := every - set(_drawn(files))):
            show(f"public cases of {len(kept)} lessons not drawn again: nothing that they are made from has changed")
        tests = "python -m pytest tests/test_golden.py --renew-golden, python -m pytest -n 2, and "
        tests = tests if root == catalogue.ROOT else ""
        say_next(command("build", " ".join(topics), root) if changed or undrawn else
                 f"{tests}commit the lesson with its notebooks and data")
        return 1 if changed or undrawn else build_own(own, root, True, show)
    protect_submissions({name: text for name, text in files.items() if Path(name).stem not in own}, root)
    for name in changed:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8", newline="\n")
        show(f"wrote {name}")
    remember(_drawn(files))
    show(f"{len(changed)} of {len(files)} files changed")
    with ThreadPoolExecutor(AT_ONCE) as pool:               # each runs a kernel of its own
        for said in pool.map(lambda topic: record_figures(topic, source_notebook(topic)), undrawn):
            show(said)
    write_keys(root)
    say_next(command("verify --quick", " ".join(topics), root))
    return build_own(own, root, show=show)
