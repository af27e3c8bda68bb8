"""Right notebooks as learners keep them: trials, imports, moved and joined cells. All of them are worth full marks.

`notebooks()` are the course's own; `shared()` those of `../shared/cases`, where that folder lies beside the checkout.
"""

import copy
import sys

import pytest
from classroom import ROOT, cell, filled, released, source

SHARED = ROOT.parent / "shared" / "cases"
# of ../shared/cases: what takes seconds of computing has tests of its own
SLOW = ("15-", "16-", "20-mse-torch", "51-")
# more of them that are worth full marks: the letter is obvious
OBVIOUS = ("19-",)
OTHER_FILES = ("34-", "54-250k", "49-")               # and those of damaged files and of single warnings

TRIAL = "def mse(y_pred, y_true):\n    return np.abs(y_pred - y_true).mean()"


def code(text, id=None):
    return {"cell_type": "code", "id": id or f"own-{abs(hash(text))}", "metadata": {}, "source": text, "outputs": [],
            "execution_count": None}


def at(notebook, name):
    return notebook["cells"].index(cell(notebook, name))


def below(notebook, name, *texts):
    place = at(notebook, name) + 1
    notebook["cells"][place:place] = map(code, texts)
    return notebook


def above(notebook, name, *texts):
    place = at(notebook, name)
    notebook["cells"][place:place] = map(code, texts)
    return notebook


def last(notebook, *texts):
    notebook["cells"] += map(code, texts)
    return notebook


def put(notebook, name, text):
    cell(notebook, name)["source"] = text
    return notebook


def on_top(notebook, name, text):
    return put(notebook, name, f"{text}\n{source(notebook, name)}")


def at_end(notebook, name, text):
    return put(notebook, name, f"{source(notebook, name)}\n{text}")


def joined(notebook, name, *others):
    """Cells put together, as "Merge Cell Below" does it."""
    for other in others:
        at_end(notebook, name, source(notebook, other))
        notebook["cells"].remove(cell(notebook, other))
    return notebook


def using(expression, **more):
    """A right notebook whose `mse` also looks up something that stands elsewhere."""
    notebook = filled(**more)
    text = source(notebook, "mse-solution").replace("** 2))", f"** 2)) + 0 * {expression}")
    return put(notebook, "mse-solution", text)


def below_a_stub(text):
    notebook = filled()
    work = source(notebook, "mse-solution")
    return below(put(notebook, "mse-solution", text), "mse-solution", work)


def as_code(notebook, text):
    """The lesson's second Markdown cell, turned to code."""
    one = [c for c in notebook["cells"] if c["cell_type"] == "markdown"][1]
    one.update(cell_type="code", source=text, outputs=[], execution_count=None)
    return notebook


def twin_below(text):
    """The cell of `mse` copied below its check, and the copy changed."""
    notebook = filled()
    twin = copy.deepcopy(cell(notebook, "mse-solution"))
    twin.update(id="twin", source=text)
    notebook["cells"].insert(at(notebook, "mse") + 1, twin)
    return notebook


def notebooks():
    """{name: notebook of the lesson `loss`}."""
    helper = "def one():\n    return 1.0"
    return {
        # what counts
        "trial-between-cell-and-check": below(filled(), "mse-solution", TRIAL),
        "trial-in-the-next-exercise": on_top(filled(), "mse_grad-solution", TRIAL),
        "trial-in-a-demonstration": at_end(filled(), "best-constant", TRIAL),
        "names-for-other-things": last(filled(), "for mse in range(3):\n    pass\nimport random as cross_entropy",
                                       "class fit_line:\n    pass", "del log_softmax"),
        "numpy-lost-on-the-way": above(filled(), "mse_grad-solution", "np = 3\nmse = 4"),
        "sum-lost-on-the-way": above(using("sum([1, 2])"), "mse-solution", "sum = 10 + 20\nprint(sum)"),
        "helper-deleted-at-the-end": last(above(using("one()"), "mse-solution", helper), "del one"),
        "all-deleted-on-the-way": above(filled(), "cross_entropy-solution", "%reset -f"),
        "stub-below": last(filled(), "def mse(y_pred, y_true):\n    ...", "mse = None"),
        "stub-above-the-work": below_a_stub('def mse(y_pred, y_true):\n    """To do."""\n    return None'),
        "placeholder-above-the-work": below_a_stub("mse = None   # to do"),
        "copy-below-wrong": twin_below("def mse(y_pred, y_true):\n    return float(np.sum(y_pred - y_true))"),
        # a line that cannot run
        "two-imports-in-a-line": on_top(using("math.pi"), "mse-solution", "import no_such_package, math"),
        "annotated-with-what-is-missing": on_top(filled(), "mse-solution", "import pandas as pd\n"
                                                 "def shown(table: pd.DataFrame) -> pd.DataFrame:\n    return table\n"
                                                 "limit: pd.Timestamp = 3"),
        "decorated-with-what-is-missing": put(filled(), "mse-solution", "from numba import njit\n\n\n@njit\n"
                                              + source(filled(), "mse-solution")),
        "import-in-an-if": on_top(using("one()"), "mse-solution", "if True:\n    import seaborn as sns\n"
                                  "    sns.set_theme()\n    def one():\n        return 1.0"),
        "prose-in-a-cell": on_top(filled(), "mse-solution", "This is my second try (the first was wrong)"),
        "unknown-cell-magic": on_top(filled(), "mse-solution", "\n# how much memory\n%%memit"),
        "files-listed": on_top(filled(), "mse-solution", "files = !ls\nfirst = files[0]\n%cd ..\n%matplotlib widget"),
        "file-opened-in-with": above(using("one()"), "mse-solution", "with open('w.txt') as file:\n"
                                     "    W = file.read()\n" + helper),
        "failed-trial-below": at_end(using("one()"), "mse-solution", "assert mse(np.ones(2), np.ones(2)) == 1\n"
                                     + helper),
        "asked-for-input": on_top(filled(), "mse-solution", "import sys\nname = input('Your name? ')\nsys.exit(0)"),
        "missing-file-of-my-own": on_top(filled(), "mse-solution", "from my_helpers import plot_all"),
        # where it stands
        "solution-check-and-question-joined": joined(filled(), "mse-solution", "mse", "loss-or-profit"),
        "two-exercises-joined": joined(filled(), "log_softmax-solution", "cross_entropy-solution"),
        "solution-in-a-demonstration": joined(filled(), "best-constant", "mse_grad-solution"),
        "solution-in-text-turned-to-code": as_code(joined_away("mse"), "My notes on this:\n"
                                                   + source(filled(), "mse-solution")),
        "helper-in-a-prediction": at_end(using("one()"), "one-big-miss", helper),
        "helper-in-a-try-in-a-demonstration": at_end(using("K"), "one-big-miss-result", "try:\n    K = int('x')\n"
                                                     "except ValueError:\n    K: int = 4"),
        "table-filled-in-a-demonstration": at_end(above(using("T[1]"), "mse-solution", "T = {}"), "one-big-miss-result",
                                                  "for k in range(3):\n    T[k] = 1.0"),
        "helper-above-a-check": on_top(using("one()"), "mse", helper),
        "cell-split": below(put(using("one()"), "mse-solution", helper), "mse-solution",
                            source(using("one()"), "mse-solution")),
        # own cells
        "walrus": above(using("K"), "mse-solution", "(K := 2)"),
        "appended": above(using("T[0]"), "mse-solution", "T = []", "T.append(1.0)"),
        "set-by-name": above(using("W"), "mse-solution", "globals().update(W=3)"),
        "while-and-delete": above(using("N"), "mse-solution", "N, max = 0, 7", "while N < 3:\n    N += 1", "del max"),
        "written-and-run": above(using("h()"), "mse-solution", "%%file tools_of_mine.py\ndef h():\n    return 1",
                                 "import tools_of_mine\nh = tools_of_mine.h"),
        "awaited": above(using("W"), "mse-solution", "async def get():\n    return 5\nW = await get()"),
    }


def joined_away(name):
    notebook = filled()
    notebook["cells"].remove(cell(notebook, f"{name}-solution"))
    return notebook


def shared():
    """{name: (topic, notebook)} of `../shared/cases` that are worth full marks. Skips the test where there are none."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not there")
    found, path = {}, sys.path[:]
    sys.path[:0] = [str(ROOT), str(SHARED)]
    try:
        for builder in sorted(SHARED.glob("*/build.py")):
            name, told = builder.parent.name, (builder.parent / "README").read_text("utf-8")
            if (told.startswith("Full marks") or name.startswith(OBVIOUS)) and not name.startswith(SLOW + OTHER_FILES):
                space = {}
                exec(builder.read_text("utf-8"), space)
                found[name] = space["topic"], space["nb"]
    finally:
        sys.path[:] = path
    return found


def answered(text, question="loss-or-profit"):
    """The text of a question's cell with `answer=None` replaced by this."""
    return source(released(), question).replace("answer=None", text)
