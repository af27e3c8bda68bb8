"""`check(...)` as a learner meets it: in an IPython shell, with functions that are right, wrong, odd or missing."""

import contextlib
import importlib
import inspect
import pkgutil
import time

import numpy as np
import pytest

import course
from autograder.lessons import catalogue
from autograder.lessons.specify import specification
from autograder.lessons.transplant import transplant
from course import check as check_function
from course.actions.check import CheckFailed, failing_parts, quick, run, specifications
from course.cards.result import counts
from course.checking import adapters, assess
from course.checking.report import nothing_told
from course.checking.types import of_variant
from course.contents import exercise_topics


def say(shell, capsys, source):
    """(result, printed text) of a cell."""
    capsys.readouterr()
    result = shell.run_cell(source)
    return result, capsys.readouterr().out


RIGHT = "def mse(a, b):\n    if a.shape != b.shape: raise ValueError\n    return np.mean((a - b)**2)\n"


def test_a_right_function(shell, capsys):
    result, text = say(shell, capsys, RIGHT + 'check("mse")')
    assert result.success and "all" in text and "checks pass" in text
    assert result.result is None        # a float here would be read as a mark by nbgrader


def test_a_wrong_function_is_named_and_fails_the_cell(shell, capsys):
    result, text = say(shell, capsys, "def mse(a, b): return np.sum((a - b)**2)\ncheck('mse')")
    assert isinstance(result.error_in_exec, AssertionError) and not result.success
    assert "Your loss doubles when the batch doubles" in text
    assert "Traceback" not in text and "----> " not in text


@pytest.mark.parametrize("source, words", [
    ("check('mse')", "There is no function `mse` yet"),
    ("mse = 3\ncheck('mse')", "not a function but an int"),
    ("def mse(a, b): pass\ncheck('mse')", "None (is a `return` missing?)"),
    ("def mse(a, b): return [1.0]\ncheck('mse')", "a list of 1 item"),
    ("def mse(a): return 0.0\ncheck('mse')", "positional argument"),
    ("def mse(a, b): return c\ncheck('mse')", "name 'c' is not defined"),
    ("def mse(a, b):\n    print('x' * 10**6)\n    return 0.0\ncheck('mse')", "checks pass"),
    ("def mse(a, b):\n    a -= b\n    return np.mean(a**2)\ncheck('mse')", "changed its own argument `y_pred`"),
    ("def mse(a, b): raise NotImplementedError\ncheck('mse')", "not written yet"),
])
def test_odd_functions_get_a_clear_message(shell, capsys, source, words):
    result, text = say(shell, capsys, source)
    assert isinstance(result.error_in_exec, AssertionError)
    assert words in text and len(text) < 6000


def test_a_function_that_never_ends_is_stopped(shell, capsys):
    start = time.perf_counter()
    _, text = say(shell, capsys, "def mse(a, b):\n    while True: pass\ncheck('mse')")
    assert "did not end within 2 seconds" in text and time.perf_counter() - start < 10


def test_an_unknown_exercise_lists_those_that_are_there(shell, capsys):
    result, text = say(shell, capsys, "check('nse')")
    assert isinstance(result.error_in_exec, ValueError) and 'check("mse")' in str(result.error_in_exec)


@pytest.mark.parametrize("self_study", [False, True])
def test_points_are_shown_where_somebody_marks(shell, capsys, monkeypatch, tmp_path, self_study):
    monkeypatch.setattr(importlib.import_module("course.actions.check"), "folder",
                        lambda: tmp_path if self_study else None)
    _, text = say(shell, capsys, "def mse(a, b):\n    return 0.0\ncheck('mse')")
    assert "checks pass" in text and (" points)" in text) is not self_study


def test_a_part_that_fails_is_named_as_the_cause(shell, capsys):
    _, text = say(shell, capsys, """
def log_softmax(logits):
    return logits - np.log(np.sum(np.exp(logits)))
def cross_entropy(logits, labels):
    return -np.mean(log_softmax(logits)[np.arange(len(labels)), labels])
check("cross_entropy")""")
    assert "Look at your `log_softmax` first: `cross_entropy` depends on it" in text


def test_a_part_that_is_not_written_is_named(shell, capsys):
    _, text = say(shell, capsys, """
def log_softmax(logits):
    raise NotImplementedError
def cross_entropy(logits, labels):
    return -np.mean(log_softmax(logits)[np.arange(len(labels)), labels])
check("cross_entropy")""")
    assert "`cross_entropy` calls `log_softmax`, which is not written yet" in text


def test_a_right_function_is_not_blamed_for_what_its_own_check_lacks():
    """`backward` is compared with `numerical_gradient`, which is not carried into lesson 5."""
    parts = {n: f for n, f in catalogue.library("initialization").items() if n != "numerical_gradient"}

    def stuck(layers, X, labels, *rest):
        return backward(layers)     # noqa: F821
    assert failing_parts("train", parts | {"train": stuck}) == []
    worse = parts | {"adam_step": lambda *a, **k: a[0]}

    def train(*args):
        return adam_step(*args)     # noqa: F821
    assert failing_parts("train", worse | {"train": train}) == ["adam_step"]


def test_the_cause_that_is_named_is_the_function_that_is_to_be_mended():
    """Not the one in between, which does what it should with what it is given."""
    notebook = {"np": np}
    for name in catalogue.library("initialization"):
        exec(catalogue.reference_source(exercise_topics()[name], name), notebook)
    assert failing_parts("train", notebook) == failing_parts("backward", notebook) == []
    transplant("linear_backward__db_mean", notebook)
    assert failing_parts("train", notebook) == failing_parts("backward", notebook) == ["linear_backward"]
    transplant("log_softmax__no_shift", notebook)
    assert set(failing_parts("train", notebook)) == {"linear_backward", "log_softmax"}


def test_two_functions_that_call_one_another_end_the_search():
    notebook = {"np": np}
    exec("""
def sigmoid(z):
    return sigmoid_grad(z) if len(z) > 99 else z
def sigmoid_grad(z):
    return sigmoid(z)
""", notebook)
    assert failing_parts("sigmoid_grad", notebook) == ["sigmoid"]


def test_the_number_of_checks_is_always_the_same(graded_topic):
    for name, spec in specification(graded_topic)["exercises"].items():
        functions = [lambda *a, **k: 0.0, *(catalogue.of_arrays(name, f) for f in
                                            list(catalogue.mistakes(graded_topic).get(name, {}).values())[:3])]
        library = catalogue.library(graded_topic)
        totals = {counts(run(spec, library | {name: f}))[1] for f in [library[name], *functions]}
        assert len(totals) == 1, name


def test_values_are_shown_with_the_digits_that_tell_them_apart():
    report = run(specifications("loss")["mse"], {"mse": lambda a, b: np.mean((a - b) ** 2) * (1 + 1e-6)})
    came, asked = report.first_failure().message.split(" came back where ")
    assert came != asked.removesuffix(" is asked for")


def test_a_demonstration_that_meets_a_stub_shows_a_calm_card(shell, capsys):
    result, text = say(shell, capsys, "def mse(a, b):\n    raise NotImplementedError\nmse(1, 2)")
    assert not result.success and "`mse`, which is not written yet" in text and "Traceback" not in text


def test_another_not_implemented_error_keeps_its_traceback(shell, capsys):
    _, text = say(shell, capsys, "raise NotImplementedError('mine')")
    assert "mine" in text and "NotImplementedError" in text


def test_the_failure_carries_the_whole_text_for_validate():
    with pytest.raises(CheckFailed) as caught:
        check_function("mse", {"mse": lambda a, b: 0.5 * np.mean((a - b) ** 2)})
    assert "½" in str(caught.value) and "is half of what" in "\n".join(caught.value._render_traceback_())


def test_quick_says_what_is_wrong_with_a_carried_function():
    assert quick("mse", catalogue.references("loss")["mse"])[0]
    passed, words = quick("mse", catalogue.mistakes("loss")["mse"]["root"])
    assert not passed and "root" in words


def test_the_public_data_are_what_the_exercises_say(graded_topic):
    """A learner's check and a fresh specification judge alike."""
    for name, spec in specification(graded_topic)["exercises"].items():
        stored = specifications(graded_topic)[name]
        assert [c["name"] for c in stored["cases"]] == [c["name"] for c in spec["cases"]]
        library = catalogue.library(graded_topic)
        assert run(stored, library).passed, name
        for identity, function in list(catalogue.mistakes(graded_topic).get(name, {}).items())[:2]:
            variant = catalogue.variant_of(function)
            own = of_variant(stored, variant) if variant else stored
            # the function of arrays that the adapter makes, so that nothing is adapted a second time
            found = run({**own, "variant": ""}, library | {name: catalogue.of_arrays(name, function)})
            assert [d["id"] for d in found.diagnoses] == [identity]


def callables():
    """Every function, class and method in `course`, by its full name."""
    for info in pkgutil.walk_packages(course.__path__, "course."):
        if info.name in ("course.__main__", "course.actions.learn"):     # they start JupyterLab
            continue
        variant = info.name.removeprefix("course.checking.adapters.")
        if variant in adapters.MODULES and not adapters.installed(variant):
            continue
        module = importlib.import_module(info.name)
        for name, thing in list(vars(module).items()):
            if callable(thing):
                yield f"{info.name}.{name}", thing
            if inspect.isclass(thing):
                for attribute, method in vars(thing).items():
                    method = getattr(method, "__func__", method)
                    if callable(method):
                        yield f"{info.name}.{name}.{attribute}", method
            if isinstance(thing, dict):
                yield from ((f"{info.name}.{name}[{k!r}]", v) for k, v in thing.items() if callable(v))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")     # odd arguments on purpose
def test_no_callable_in_course_passes_an_exercise(graded_topic, monkeypatch, tmp_path):
    """A class has the whole package: nothing in it may do an exercise's work."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assess, "tell", lambda *args: nothing_told())       # thousands of failures: none is to be told
    for framework in ("torch", "tensorflow"):       # an import that a time limit interrupts cannot be taken up again
        with contextlib.suppress(ImportError):
            importlib.import_module(framework)
    library = catalogue.library(graded_topic)
    exercises = specification(graded_topic)["exercises"]
    tried = 0
    for where, thing in list(callables()):
        if (getattr(thing, "__module__", None) or "").split(".")[0] != "course":
            continue
        # what knows nothing of a framework cannot do what is asked for in one, and making models takes its time
        knows = where.startswith(("course.checking.adapters", "course.labs.frameworks"))
        for name, spec in exercises.items():
            ways = [""] if "variants" not in spec else filter(adapters.installed, spec["variants"] if knows else ())
            for variant in ways:
                own = of_variant(spec, variant) if variant else spec
                first = {**own, "cases": spec["cases"][:1], "seconds": 1.0, "probes": []}
                if run(first, library | {name: thing}).passed:
                    assert not run(own, library | {name: thing}).passed, f"{where} passes {name} {variant}"
                tried += 1
    assert tried > 100


# ------------------------------------------------------------------------------------ in a kernel that no page serves

@pytest.mark.notebook
def test_in_a_kernel_without_a_page_a_pass_is_noted_at_once_and_a_syntax_error_is_known(tmp_path):
    """As in VS Code, in Colab, or by nbclient: nothing but the cells reaches the kernel."""
    import json

    import nbformat
    from nbclient import NotebookClient

    solution = """def mse(y_pred, y_true):
    if np.shape(y_pred) != np.shape(y_true):
        raise ValueError("shapes")
    return float(np.mean((np.asarray(y_pred) - y_true) ** 2))
"""
    cells = ["import json\nimport numpy as np\nfrom course import check, predict, your_prediction, progress",
             solution, "check('mse')", "print(json.load(open('../progress.json'))['exercises']['mse']['passed'])",
             solution.replace("y_true):", "y_true:", 1), "check('mse')",
             solution.replace("return", "%timeit -n1 -r1 1\n    return"), "check('mse')",
             "predict('p', 'S?', A='a', B='b', guess='b')", "your_prediction('p')", "progress()"]
    (tmp_path / "loss").mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, tmp_path / "loss" / "loss.ipynb")
    NotebookClient(book, timeout=60, kernel_name="python3", allow_errors=True,
                   resources={"metadata": {"path": str(tmp_path / "loss")}}).execute()
    texts = ["\n".join(out.get("data", {}).get("text/plain", "") + out.get("text", "") for out in cell.outputs)
             for cell in book.cells]
    assert "checks pass" in texts[2] and "have not run it" not in texts[2]
    assert "course-verdict" not in book.cells[2].outputs[0].data["text/html"]
    assert texts[3].strip() == "True"
    assert "still the one from before" in texts[5] and "SyntaxError" in texts[5] and "checks pass" not in texts[5]
    assert "checks pass" in texts[7]
    assert "You predicted B" in texts[9] and "1 of 8" in texts[10]
    assert json.loads((tmp_path / "progress.json").read_text())["exercises"]["mse"]["tries"] == 2


@pytest.mark.notebook
def test_a_message_that_comes_while_a_cell_draws_leaves_its_figure_alone(tmp_path):
    """ipykernel's subshells handle it in another thread, in the middle of the cell."""
    import nbformat
    from nbclient import NotebookClient

    draw = """import threading, comm
import matplotlib.pyplot as plt
one = comm.create_comm(target_name="x")
told = []
one.on_msg(told.append)
fig, ax = plt.subplots()
other = threading.Thread(target=one.handle_msg, args=({"content": {"data": {}}},))
other.start()
other.join()
assert told and plt.fignum_exists(fig.number)
ax.plot([0, 1])
plt.show()"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in ("import course", draw)])
    NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert sum("image/png" in out.get("data", {}) for out in book.cells[1].outputs) == 1
