"""The keys of a lesson as self-study reads them: the question bank, and the exercises' programs.

    dist/keys/TOPIC/quiz.yaml       the bank, with keys and rationales
    dist/keys/TOPIC/solutions.json  {exercise: {source, remarks: [[line, text]], others: [source], mistakes: {id: …}}}

`course.cards.keys` reads the folder that COURSE_KEYS names. `build` writes it, git ignores it, and `python -m course
learn` makes it where it is missing. A class gets none of it before the date.
"""

import inspect
import json
import re
import textwrap
from pathlib import Path

from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.bank import bank_path

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def keys_folder(root=catalogue.ROOT):
    return Path(root) / "dist" / "keys"


def program(function, name=None):
    """The source of a function of a lesson as a learner would have written it: under the exercise's own name, with
    the helpers of its file that it uses, and without markers and decorators.
    """
    name = name or function.__name__
    module = inspect.getmodule(function)
    helpers = {key: value for key, value in vars(module).items() if key.startswith("_") and not key.startswith("__")
               and inspect.isfunction(value) and value.__module__ == module.__name__}
    wanted, todo = {}, [function]
    while todo:
        text = inspect.getsource(todo.pop())
        for key, helper in helpers.items():
            if key not in wanted and helper is not function and re.search(rf"\b{key}\b", text):
                wanted[key] = helper
                todo.append(helper)
    own = [line for line in inspect.getsource(function).split("\n")
           if not line.startswith("@") and line.strip() not in MARKERS]
    text = re.sub(rf"\bdef {re.escape(function.__name__)}\(", f"def {name}(", "\n".join(own), count=1)
    parts = [textwrap.dedent(inspect.getsource(helper)).rstrip() for helper in helpers.values() if
             helper in wanted.values()]
    return "\n\n\n".join([*parts, text.rstrip()]) + "\n"


def solutions(topic):
    """{exercise: its published solution, other right programs, and the known mistakes}, as data."""
    return {name: {"source": program(catalogue.references(topic)[name]), "remarks": [],
                   "others": [program(f, name) for f in catalogue.alternatives(topic).get(name, {}).values()],
                   "mistakes": {identity: program(f, name)
                                for identity, f in catalogue.mistakes(topic).get(name, {}).items()}}
            for name in catalogue.exercises(topic)}


def write_keys(root=catalogue.ROOT, folder=None):
    """Write the keys of a root's lessons, each readable by its owner alone. Returns the folder."""
    folder = Path(folder or keys_folder(root))
    for topic in catalogue.topics(root):
        bank = bank_path(topic, root)
        if bank.exists():
            write_private(folder / topic / "quiz.yaml", bank.read_text(encoding="utf-8"))
        if catalogue.exercises(topic):
            text = json.dumps(solutions(topic), ensure_ascii=False, indent=1) + "\n"
            write_private(folder / topic / "solutions.json", text)
    return folder
