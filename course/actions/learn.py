"""python -m course learn: copy the lessons that are missing to work/, and open them in JupyterLab. The command line.

Nothing of yours is ever overwritten. Everything after the options below goes to JupyterLab as it is.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from course.actions import keep
from course.contents import PAGES, TOPICS
from course.notebook import STATIC, say
from course.progress_file import FILE, finished, put, read

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """Something that keeps the lessons from opening, said so that a learner can mend it."""


def course_folder(start=None):
    """The folder that holds release/: where the course lies, or this folder, or one above it."""
    start = Path(start or os.getcwd()).resolve()
    for folder in (ROOT, start, *start.parents):
        if (folder / "release").is_dir():
            return folder
    raise Problem(
        f"No lessons found: neither {ROOT} nor {start} has a folder `release`. "
        "Run this in the folder where you unpacked the course."
    )


def lessons(folder):
    """The lessons' notebooks in release/, in the order in which they are taken."""
    found = {path.stem: path for path in (folder / "release").glob("*/*.ipynb") if path.stem == path.parent.name}
    known = [name for name in TOPICS if name in found]
    return {name: found[name] for name in known + sorted(set(found) - set(known))}


def copy_missing(folder, work):
    """Copy the lessons that are not in work/ yet, with what lies beside them; the names of those copied."""
    copied = []
    available = lessons(folder)
    if not available:
        raise Problem(f"There is no lesson in {folder / 'release'}.")
    for name, notebook in available.items():
        target = work / name / f"{name}.ipynb"
        if target.exists():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            for path in sorted(notebook.parent.rglob("*")):
                beside = target.parent / path.relative_to(notebook.parent)
                if path.is_file() and ".ipynb_checkpoints" not in path.parts and not beside.exists():
                    beside.parent.mkdir(parents=True, exist_ok=True)
                    part = beside.with_name(f".{beside.name}.part")
                    shutil.copyfile(path, part)
                    put(part, beside)
        except OSError as error:
            raise Problem(f"Lesson {name} cannot be copied to {target.parent}: {error.strerror or error}.") from None
        copied.append(name)
    return copied


def next_lesson(work, names):
    """The lesson to open: the first page at the very start, later the first lesson that is not finished."""
    names = list(names)
    state = read(work / FILE) if (work / FILE).is_file() else None
    if state is None or not any(state[kind] for kind in ("exercises", "questions", "predictions")):
        return names[0]
    for name in names:
        if name not in PAGES and not finished(state, name):
            return name
    return names[0]


def free_port(first=8888, n=200):
    """The first free port of `n` from `first` on; None where there is none."""
    for port in range(first, min(first + n, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            if os.name == "posix":
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    return None


def in_container():
    return any(os.path.exists(path) for path in ("/.dockerenv", "/run/.containerenv")) or "container" in os.environ


def has_display():
    """Whether a browser can be opened from here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and not in_container()


def style_option(self_study):
    """Where JupyterLab finds the page's style: it is there before any cell has run, and needs no kernel."""
    places = [STATIC / "self-study"] * self_study + [STATIC / "custom"]
    return f"--ServerApp.tornado_settings={dict(static_custom_path=list(map(str, places)))!r}"


def command(work, lesson, port, options, browser, env):
    """The call of JupyterLab."""
    made = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work}", f"--LabApp.default_url=/lab/tree/{lesson}",
        f"--port={port}", "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={STATIC}", "--Application.log_level=ERROR",
        "--LabApp.custom_css=True", style_option("COURSE_KEYS" in env),
        "--ServerApp.answer_yes=True",           # Ctrl-C ends it, without a question in the terminal
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        made.append("--allow-root")
    if in_container() and not any(option.startswith(("--ip", "--ServerApp.ip")) for option in options):
        made.append("--ip=0.0.0.0")      # a container's own loopback is out of a browser's reach
    if not browser:
        made.append("--no-browser")
    return made + list(options)


def keys_of(folder):
    """The folder with the keys for self-study: made where the authors' side of the course is there and it is missing,
    or older than what it is made from. None in a class, which has neither.
    """
    keys, sources = folder / "dist" / "keys", folder / "autograder" / "lessons"
    if not sources.is_dir():
        return keys if keys.is_dir() else None
    made = {path.stat().st_mtime for path in keys.glob("*/*")}
    parts = [*sources.glob("*/*.py"), *sources.glob("*/quiz.yaml"), *folder.glob("private/quizzes/*.yaml")]
    if not made or min(made) < max(path.stat().st_mtime for path in parts):
        done = subprocess.run([sys.executable, "-m", "autograder", "keys"], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            say(f"Answers are recorded, but not explained: the keys could not be made ({why}).")
            return None
    return keys


def environment(folder, self_study=True):
    """What the kernels need to know: where the course is, and where its keys are, if they are here."""
    env = dict(os.environ)
    keys = keys_of(folder) if self_study and "COURSE_KEYS" not in env else None
    if keys is not None:
        env["COURSE_KEYS"] = str(keys)
    data = folder / "data" / "exercises"
    if data.is_dir() and "COURSE_DATA" not in env:          # a course of somebody's own
        env["COURSE_DATA"] = str(data.parent)
    paths = [part for part in env.get("PYTHONPATH", "").split(os.pathsep) if part]
    if str(ROOT) not in paths:
        env["PYTHONPATH"] = os.pathsep.join([str(ROOT), *paths])
    env.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    return env


def check_requirements():
    """Say in one sentence what is not installed."""
    import importlib.util

    lacking = [name for name in ("jupyterlab", "ipykernel", "anywidget", "ipywidgets", "numpy", "matplotlib")
               if importlib.util.find_spec(name) is None]
    if lacking:
        raise Problem(
            f"Not installed in this Python: {', '.join(lacking)}. Install the course's requirements: "
            f"{sys.executable} -m pip install -r requirements.txt"
        )


def parser():
    made = argparse.ArgumentParser(prog="python -m course", description="A course on how neural networks learn.")
    parts = made.add_subparsers(dest="do", metavar="COMMAND")
    learn = parts.add_parser(
        "learn", help="open the lessons in JupyterLab", description="Copy the lessons that are missing to work/ "
        "and open them in JupyterLab. Options not listed here are passed on to JupyterLab.",
    )
    learn.add_argument("lesson", nargs="?", help="the lesson to open first, e.g. weights (default: where you are)")
    learn.add_argument("--work", metavar="FOLDER", help="where your notebooks are (default: work, beside the lessons)")
    learn.add_argument("--port", type=int, metavar="N", help="the port to use (default: the first free one from 8888)")
    learn.add_argument("--no-browser", action="store_true", help="only print the address")
    learn.add_argument("--as-in-class", action="store_true", help="answers are recorded, but not explained")
    learn.add_argument("--prepare", action="store_true", help="copy the lessons, and open nothing")
    keep.add_parser(parts)
    keep.add_review(parts)
    return made


def start(process_command, env, folder):
    """Run JupyterLab until it ends; the status it ends with."""
    if os.name == "posix":                        # become JupyterLab: signals reach it, and nothing stays behind
        os.chdir(folder)
        os.execve(process_command[0], process_command, env)
    process = subprocess.Popen(process_command, env=env, cwd=folder)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:                 # the console tells JupyterLab too; it ends by itself
            continue


def work_folder(arguments, folder):
    return Path(arguments.work).expanduser().resolve() if arguments.work else folder / "work"


def learn(arguments, options):
    folder = course_folder()
    work = work_folder(arguments, folder)
    if work == folder / "release" or work == folder / "source":
        raise Problem(f"{work} holds the course's own notebooks. Choose another folder for yours.")
    copied = copy_missing(folder, work)
    names = lessons(folder)
    if copied:
        say(f"Copied to {work}: {', '.join(copied)}.")
    chosen = arguments.lesson
    if chosen is not None and chosen not in names:
        raise Problem(f"There is no lesson {chosen!r}. The lessons are: {', '.join(names)}.")
    chosen = chosen or next_lesson(work, names)
    if arguments.prepare:
        return 0
    check_requirements()
    port = arguments.port or free_port()
    if port is None:
        raise Problem("No port is free between 8888 and 9087. Give one yourself: --port 9500.")
    if arguments.port and free_port(port, 1) is None:
        raise Problem(f"Port {port} is not free. Leave out --port, and the next free one is used.")
    browser = has_display() and not arguments.no_browser
    env = environment(folder, not arguments.as_in_class)
    say(f"Opening lesson {chosen}. Stop with Ctrl-C. Your notebooks are in {work}.")
    token = None
    if not browser and not any("token" in option for option in options):
        token = os.urandom(16).hex()
        env["JUPYTER_TOKEN"] = token
        say(f"Open this address in your browser in a moment, when JupyterLab is up:\n\n    http://127.0.0.1:{port}/lab/tree/{chosen}/{chosen}.ipynb"
              f"?token={token}\n")
    return start(command(work, f"{chosen}/{chosen}.ipynb", port, options, browser, env), env, work)


def main(arguments=None):
    """The command line; the exit status."""
    made = parser()
    known, options = made.parse_known_args(arguments)
    if known.do is None:
        made.print_help()
        return 2
    try:
        if known.do == "learn":
            return learn(known, options)
        if options:
            made.error(f"{' '.join(options)} is not known here")
        folder = course_folder()
        work = work_folder(known, folder)
        if known.do == "review":
            keep.review(work, None if "COURSE_KEYS" in os.environ else keys_of(folder))
        else:
            keep.run(known, work)
        return 0
    except Problem as problem:
        print(f"{problem}", file=sys.stderr)
        return 1
    except json.JSONDecodeError as error:
        print(f"A file of the course cannot be read: {error}.", file=sys.stderr)
        return 1
    except ValueError as problem:
        print(f"{problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
