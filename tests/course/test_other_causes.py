"""Values of other kinds that count, warnings that are charged once or not at all, causes outside the exercise."""

from collections import OrderedDict, deque, namedtuple
from typing import NamedTuple

import numpy as np
import pytest

from course.actions.check import specifications
from course.checking.assess import assess, warned
from course.checking.codec import decode, encode, plain
from course.checking.diagnose import A_SIZE, VERSION, about_numpy
from course.checking.observe import observe
from course.checking.report import roots
from course.contents import exercise_topics


class Pair(NamedTuple):
    dW: np.ndarray
    db: float


class Sly(tuple):
    """Not a namedtuple, and not what it seems."""

    def __eq__(self, other):
        return True

    __hash__ = None


def returned(value):
    """What a checker sees of a function that returns this value."""
    return decode(observe({"f": lambda: value}, {"of": "f", "args": []})["result"])


W = np.ones((2, 2))


@pytest.mark.parametrize("value, same", [
    (namedtuple("G", "dX dW db")(1.0, 2.0, 3.0), (1.0, 2.0, 3.0)),
    ([Pair(1.0, 0.5), Pair(2.0, 0.25)], [(1.0, 0.5), (2.0, 0.25)]),
    ({"a": 1, "b": 2}.values(), [1, 2]), ({"a": 1}.keys(), ["a"]), ({"a": 1}.items(), [("a", 1)]),
    (OrderedDict(a=1).values(), [1]), (deque([1, 2]), [1, 2]), (OrderedDict(a=1), {"a": 1}),
    (np.longdouble(0.5), 0.5), ((np.longdouble(0.5), 2), (0.5, 2)), (range(3), [0, 1, 2]),
])
def test_a_value_of_another_kind_is_what_it_means(value, same):
    assert returned(value) == same and type(returned(value)) is not type(value) or value == same


def test_numbers_of_more_than_64_bits_are_those_of_64():
    for value in (np.ones((2, 2), dtype=np.longdouble), np.full((2, 2), 1, dtype=np.longdouble)):
        found = returned(value)
        assert found.dtype == np.float64 and np.array_equal(found, W)
    assert returned(np.ones(2, dtype=np.clongdouble)).dtype == np.complex128


@pytest.mark.parametrize("value", [Sly((1.0, 2.0)), np.ma.masked_all(2), np.ones(2).view(np.recarray), object()])
def test_what_may_answer_as_it_likes_stays_what_it_is(value):
    assert plain(value) is value and encode(value) == {"$type": type(value).__name__}


def test_a_tensor_of_pytorch_is_its_numbers():
    torch = pytest.importorskip("torch")
    assert returned(torch.tensor(0.5)) == 0.5
    assert np.array_equal(returned(torch.ones(2, 2, dtype=torch.float64, requires_grad=True)), W)


# --- warnings -------------------------------------------------------------------------------------------------

def in_cell(source, name="<ipython-input-1-abc>", **names):
    """The names that a notebook's cell defines."""
    space = {"np": np, **names}
    exec(compile(source, name, "exec"), space)
    return space


@pytest.mark.parametrize("text", [f"{what} encountered in {where}" for where in ("matmul", "dot", "vecdot")
                                  for what in ("divide by zero", "overflow", "invalid value")])
def test_a_false_alarm_of_a_matrix_product_is_none(text):
    space = in_cell(f"import warnings\ndef f():\n    warnings.warn({text!r}, RuntimeWarning)\n    return 1.0")
    assert observe(space, {"of": "f", "args": []})["warnings"] == []


def test_a_true_alarm_is_told_with_its_place():
    space = in_cell("def helper(x):\n    return np.exp(x)\ndef f():\n    return helper(np.float64(1000.0))")
    raw = observe(space, {"of": "f", "args": []})
    assert raw["warnings"] == ["overflow encountered in exp"] and raw["origins"][0][0] == "helper"


@pytest.mark.parametrize("origin, counts", [("sigmoid_grad", True), ("", True), ("helper", True), ("sigmoid", False),
                                            ("softmax", False)])
def test_another_exercise_s_warning_is_charged_there(origin, counts):
    raw = {"warnings": ["overflow"], "origins": [[origin, "np.exp(x)"]]}
    assert bool(warned("sigmoid_grad", raw)) == counts


# --- NumPy ----------------------------------------------------------------------------------------------------

GONE = ["np.in1d([1], [1])", "np.trapz([1.0])", "np.float_(1)", "np.product([1])", "np.int(1)", "np.alltrue([1])",
        "np.zeros(3).ptp()", "np.zeros(3).itemset(1)", "float(np.zeros(1))", "int(np.ones((1, 1)))",
        "np.zeros(1).__setitem__(0, np.zeros((1, 1)))", "np.reshape(np.zeros(4), newshape=(2, 2))",
        "np.array(np.zeros(2), dtype=int, copy=False)", "np.uint8(300)", "exec('from numpy import trapz')"]


@pytest.mark.parametrize("call", GONE)
def test_an_error_of_another_numpy_says_so(call):
    try:
        eval(call)
    except Exception as error:
        said = about_numpy(type(error).__name__, str(error))
        assert f"NumPy {VERSION}" in said and said.endswith("."), (call, str(error))
    else:
        pytest.fail(f"{call} works with NumPy {VERSION}")


@pytest.mark.parametrize("kind, message", [
    ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'"), ("ValueError", "math domain error"),
    ("AttributeError", "'numpy.ndarray' object has no attribute 'append'"), ("NameError", "name 'np' is not defined"),
    ("ValueError", "operands could not be broadcast together with shapes (2,) (3,)")])
def test_an_error_of_the_program_s_own_does_not(kind, message):
    assert about_numpy(kind, message) == ""


# --- sizes ----------------------------------------------------------------------------------------------------

def told(name, source):
    """The causes that a check names."""
    spec = specifications(exercise_topics()[name])[name]
    space = in_cell(source)
    return assess(spec, [[observe(space, call) for call in case["calls"]] for case in spec["cases"]])


MSE = "def mse(y_pred, y_true):\n    if y_pred.shape != y_true.shape:\n        raise ValueError\n    "
SIZES = {
    "rows and columns of the example": ("softmax", "def softmax(X):\n    out = np.zeros((4, 3))\n    for i in "
                                        "range(4):\n        e = np.exp(X[i] - X[i].max())\n        out[i] = e / e.sum()"
                                        "\n    return out"),
    "a divisor": ("mse", MSE + "return float(np.sum((y_pred - y_true) ** 2) / 6)"),
    "a count of steps": ("mse", MSE + "s = 0.0\n    for i in range(3):\n        s += float((y_pred[i] - y_true[i]) "
                         "** 2)\n    return s / 3"),
    "a shape given back": ("mse_grad", "def mse_grad(y_pred, y_true):\n    out = np.zeros(2)\n    out[:] = 2 * (y_pred "
                           "- y_true) / 2\n    return out"),
}


@pytest.mark.parametrize("kind", SIZES)
def test_a_size_written_in_is_told_as_such(kind):
    report = told(*SIZES[kind])
    assert [found["id"] for found in report.diagnoses] == [A_SIZE], [c.message for c in report.checks]
    assert "A size of the example seems to be written into" in report.diagnoses[0]["message"]


@pytest.mark.parametrize("name, source", [
    ("mse", MSE + "return float(np.mean((y_pred - y_true) ** 2)) + 1"), ("mse", MSE + "return 0.0"),
    ("mse", MSE + "return y_pred - y_true"), ("mse_grad", "def mse_grad(y_pred, y_true):\n    return np.zeros(3)[9]"),
    ("mse", MSE + "return float(np.mean((y_pred - y_true) ** 2))")])
def test_other_faults_are_not(name, source):
    assert A_SIZE not in [found["id"] for found in told(name, source).diagnoses]


def test_what_to_mend_first_is_found_in_a_step_for_each_function():
    asked = []

    def failing(of):
        asked.append(of)
        return {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": [], "x": ["y"], "y": ["x"]}[of]

    assert roots("a", failing) == ["d"] and sorted(asked) == ["a", "b", "c", "d"]
    assert roots("d", failing) == [] and roots("x", failing) == ["y"]
    everyone = [f"f{k}" for k in range(40)]
    assert roots("f0", lambda of: [name for name in everyone if name != of])            # each names all the others
