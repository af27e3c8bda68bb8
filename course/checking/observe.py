"""Run one call of a learner's function and write down, as data, all that a checker wants to know of it.

The same function serves the notebook's `check` and the grader's child process, so that both see the same.
"""

import _thread
import contextlib
import functools
import io
import itertools
import linecache
import math
import re
import threading
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import numpy as np

from course.checking.adapters import adapted
from course.checking.codec import Named, Rng, Tree, Value, decode, encode, plain
from course.standin import StandIn

ITERATOR_CAP = 10_000       # items drawn from an iterator before it counts as endless
PRINT_CAP = 2_000           # characters kept of what a function prints
MESSAGE_CAP = 400
# Matrix products on some new processors (Apple's M4) warn of nothing.
FALSE_ALARM = re.compile(r"encountered in (matmul|dot|vecdot|matvec|vecmat)$")


class Call(TypedDict):
    """One call of one of the learner's functions."""

    of: str                         # its name
    args: list[Tree]
    kwargs: NotRequired[dict[str, Tree]]


class Raised(TypedDict):
    """What a call raised."""

    type: str
    mro: list[str]                  # names of the exception's class and of those it comes from
    message: str
    line: int | None                # of the learner's cell, from 1
    source: str                     # that line
    where: str                      # the function that raised it


class Raw(TypedDict, total=False):
    """What was seen of one call: one of the first six, and with it the last four."""

    result: Tree
    error: Raised
    timeout: float                  # seconds
    missing: bool
    not_callable: str               # the type of what has the function's name
    lost: str                       # why nothing is known
    mutated: list[int | str]        # arguments that the call changed: positions and names
    warnings: list[str]             # texts of RuntimeWarnings
    origins: list[list[str]]        # of each: the function of the notebook that it came from, and the line there
    printed: str
    global_rng: bool                # whether NumPy's global random state was used


def build(value: Value) -> Any:
    """The argument that a decoded value stands for: arrays, generators and named functions are made here, afresh."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Rng):
        return np.random.default_rng(value.seed)
    if isinstance(value, Named):
        return _named(value.name, value.parameters)
    if isinstance(value, (list, tuple)):
        return type(value)(build(item) for item in value)
    if isinstance(value, dict):
        return {key: build(item) for key, item in value.items()}
    return value


def _named(name: str, parameters: Sequence[Any]) -> Callable[[Any], Any]:
    """A NumPy ufunc by name; ``sum_of`` such a one over all entries; ``poly`` with ascending coefficients."""
    if name == "poly":
        return np.polynomial.Polynomial(list(parameters))
    if name == "sum_of":
        inner = _named(parameters[0], parameters[1:])
        return lambda x: float(np.sum(inner(x)))
    ufunc = getattr(np, name, None)
    if not isinstance(ufunc, np.ufunc) or ufunc.nin != 1:
        raise ValueError(f"no function of the name {name!r}: a NumPy ufunc of one argument, poly or sum_of")
    # A fresh object, not the ufunc itself: nobody can tell the argument by identity.
    return lambda z: ufunc(z)


@functools.cache
def keeps_time() -> bool:
    """Whether a time limit works here. It needs a thread, and a Python in the browser (JupyterLite) starts none."""
    try:
        threading.Thread(target=int, daemon=True).start()
    except RuntimeError:
        return False
    return True


def observe(namespace: Mapping[str, Any], call: Call, seconds: float | None = None,
            variant: str | None = None) -> Raw:
    """Call ``namespace[call["of"]]`` with the arguments of `call`; return what happened as JSON-able data.

    Parameters
    ----------
    namespace : dict
        Where the learner's functions are.
    call : dict
        ``{"of": name, "args": [encoded, …], "kwargs": {name: encoded}}``.
    seconds : float or None
        After this time a KeyboardInterrupt ends the call (main thread only, and where
        threads can be started). None: no limit.
    variant : str or None
        The framework that the function is written in: `course.checking.adapters` makes one of arrays of it.

    Returns
    -------
    raw : dict
        ``{"result": tree}``, or ``{"error": {…}}``, ``{"missing": True}``, ``{"not_callable": type}`` or
        ``{"timeout": seconds}``; and with the first two "mutated" (argument positions or names), "warnings"
        (texts of RuntimeWarnings), "printed" (the beginning) and "global_rng" (was np.random's state used by a
        function that is handed a generator: of others nobody asks, and the two looks take half of a short call).
    """
    function = namespace.get(call["of"])
    if function is None:
        return {"missing": True}
    if not callable(function):
        return {"not_callable": type(function).__name__[:80]}
    if variant:
        function = adapted(variant, call["of"], function)
    given = [decode(a) for a in call["args"]]
    named = {k: decode(v) for k, v in call.get("kwargs", {}).items()}
    args, kwargs = [build(value) for value in given], {k: build(value) for k, value in named.items()}
    draws = any(isinstance(value, Rng) for value in (*given, *named.values()))
    before = np.random.get_state() if draws else None
    sink = _CappedText()
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
            raw = _run(function, args, kwargs, seconds, call["of"])
    raw["mutated"] = [*(i for i, old in enumerate(given) if _changed(old, args[i])),
                      *(k for k, old in named.items() if _changed(old, kwargs[k]))]
    raw["warnings"], raw["origins"] = _warnings(caught, namespace)
    raw["printed"] = sink.text
    raw["global_rng"] = draws and not _same_state(before, np.random.get_state())
    return raw


def _run(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], seconds: float | None,
         name: str) -> Raw:
    clock = _Alarm(seconds)
    try:
        with clock:
            tree = encode(_own(_drawn(function(*args, **kwargs)), name))
        return {"result": tree}
    except KeyboardInterrupt:
        if clock.rang and seconds is not None:
            return {"timeout": seconds}
        raise
    except (Exception, SystemExit, GeneratorExit) as error:
        return {"error": _describe(error)}


def _own(result: Any, name: str) -> Any:
    """The result in plain kinds, with what a stand-in for *another* function returned as the array that it holds.

    A learner's `backward` may hand on what a borrowed `linear_backward` gave it. A stand-in for `backward` itself
    stays marked, and is refused.
    """
    result = plain(result)
    if type(result) in (list, tuple):
        return type(result)(_own(item, name) for item in result)
    if type(result) is dict:
        return {key: _own(item, name) for key, item in result.items()}
    if type(result) is StandIn and result.origin not in ("", name):
        return result.view(np.ndarray) if result.ndim else result.item()
    return result


def _drawn(result: Any) -> Any:
    """An iterator's items as a list: what is compared is what a for-loop over it would see."""
    if hasattr(type(result), "__next__"):
        items = list(itertools.islice(result, ITERATOR_CAP + 1))
        if len(items) > ITERATOR_CAP:
            raise RuntimeError(f"the iterator goes on after {ITERATOR_CAP} items")
        return items
    return result


def _warnings(caught: Sequence[warnings.WarningMessage],
              namespace: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The texts of the RuntimeWarnings that say something, and where each came from."""
    found: dict[str, list[str]] = {}
    for warning in caught:
        text = _text(warning.message)
        if issubclass(warning.category, RuntimeWarning) and not FALSE_ALARM.search(text):
            found.setdefault(text, [_function_at(namespace, warning.filename, warning.lineno),
                                    linecache.getline(warning.filename, warning.lineno).strip()[:200]])
    texts = sorted(found)[:8]
    return texts, [found[text] for text in texts]


def _function_at(namespace: Mapping[str, Any], filename: str, line: int) -> str:
    """The name of the notebook's function that has this line, "" where there is none."""
    if not from_cell(filename):
        return ""
    for name, value in list(namespace.items()):
        code = getattr(value, "__code__", None) if isinstance(value, types.FunctionType) else None
        if code is not None and code.co_filename == filename and code.co_name == name and line in _lines(code):
            return str(name)[:80]
    return ""


def _lines(code: types.CodeType) -> set[int]:
    """The lines of a function, of those inside it too."""
    inner = [_lines(part) for part in code.co_consts if isinstance(part, types.CodeType)]
    return {line for _, _, line in code.co_lines() if line}.union(*inner)


def _changed(old: Value, new: Any) -> bool:
    """Whether an argument differs from what it was made of. Generators and functions may change."""
    try:
        return not _equal(old, new)
    except Exception:
        return True


def _equal(old: Value, new: Any) -> bool:
    if isinstance(old, (Rng, Named)):
        return True
    if isinstance(old, np.ndarray):
        return (type(new) is np.ndarray and old.dtype == new.dtype and old.shape == new.shape
                and (old.tobytes() == new.tobytes() or np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")))
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(_equal(a, b) for a, b in zip(old, new, strict=True))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_equal(old[k], new[k]) for k in old)
    if isinstance(old, float) and math.isnan(old):
        return isinstance(new, float) and math.isnan(new)
    return bool(old == new)


def _same_state(a: Any, b: Any) -> bool:
    return a[0] == b[0] and np.array_equal(a[1], b[1]) and a[2:] == b[2:]


def from_cell(filename: str) -> bool:
    """Whether code of this file name stands in a notebook's cell."""
    return "ipykernel_" in filename or filename.startswith(("<ipython-input", "<cell"))


def _describe(error: BaseException) -> Raised:
    """Type, message and the learner's own line of an exception."""
    line = source = None
    where = ""                  # the function that raised it
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if from_cell(name):
            line, source = trace.tb_lineno, linecache.getline(name, trace.tb_lineno).strip()
        where = trace.tb_frame.f_code.co_name
        trace = trace.tb_next
    return {"type": type(error).__name__[:80], "mro": [c.__name__[:80] for c in type(error).__mro__][:20],
            "message": _text(error), "line": line, "source": (source or "")[:200], "where": where[:80]}


def _text(thing: object) -> str:
    try:
        return str(str(thing))[:MESSAGE_CAP]
    except Exception:
        return "(a message that cannot be printed)"


class _CappedText(io.TextIOBase):
    """Keeps the beginning of what is printed. A megabyte of it costs nothing."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if len(self.text) < PRINT_CAP:
            self.text += str(text)[:PRINT_CAP - len(self.text)]
        return len(text)


class _Alarm:
    """Interrupts the main thread after `seconds`, and again while it does not stop."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds, self.rang, self._done = seconds, False, threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if self.seconds is not None and threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=self._ring, daemon=True)
            # Without a thread there is no time limit; the call is made all the same.
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def _ring(self) -> None:
        wait = self.seconds
        while not self._done.wait(wait):
            with self._lock:
                if self._done.is_set():
                    return
                self.rang = True
                _thread.interrupt_main()
            wait = 0.2

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            with self._lock:
                self._done.set()
