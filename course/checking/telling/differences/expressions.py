"""Results that are something simple of the arguments: one of them, a product of two, the mean of a difference."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from course.checking.telling.differences.rows import Array, Row, close, numbers

ENOUGH = 3                  # numbers that have to agree, in two cases, before an expression is believed
# Nothing that an exercise asks for stands here: what a learner's notebook imports passes no check.
UNARY: dict[str, Callable[[Array], Array]] = {
    "{}": lambda x: x, "−{}": lambda x: -x, "the square of {}": np.square, "the size of {}, without its sign": np.abs,
    "the root of {}": np.sqrt, "exp({})": np.exp, "exp(−{})": lambda x: np.exp(-x), "the logarithm of {}": np.log,
    "1 / {}": lambda x: 1 / x, "tanh({})": np.tanh,
    "1 − {}": lambda x: 1 - x, "1 − the square of {}": lambda x: 1 - x * x, "{} · (1 − {})": lambda x: x * (1 - x)}
BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "{} minus {}": np.subtract, "{} plus {}": np.add, "{} times {}": np.multiply, "{} divided by {}": np.divide,
    "the matrix product of {} and {}": np.matmul}
ALONG: dict[str, Callable[[Array], Any]] = {
    "the sum of each column of {}": lambda x: x.sum(axis=0), "the sum of each row of {}": lambda x: x.sum(axis=1),
    "the mean of each column of {}": lambda x: x.mean(axis=0), "the mean of each row of {}": lambda x: x.mean(axis=1)}
WHOLE: dict[str, Callable[[Array], Any]] = {"the sum over all entries of {}": np.sum,
                                            "the mean over all entries of {}": np.mean}


def expression(rows: Sequence[Row]) -> str:
    """"is …" of the arguments, where it holds in every row; else ""."""
    if len(rows) < 2 or any((got := numbers(row.got)) is None or isinstance(row.got, (list, tuple))
                            or not np.isfinite(got).all() for row in rows):
        return ""
    rows = sorted(rows, key=lambda row: np.size(row.got))
    wanted = [np.asarray(row.got, dtype=float) for row in rows]
    if sum(got.size for got in wanted) < ENOUGH or not any(np.any(got) for got in wanted):
        return ""
    with np.errstate(all="ignore"):
        for words, made in candidates(rows[0].args, wanted[0].shape):
            if all(_gives(made, row.args, got) for row, got in zip(rows, wanted, strict=True)):
                return f"is {words}"
    return ""


def _gives(made: "Made", args: dict[str, Any], got: Array) -> bool:
    try:
        value = np.asarray(made(args), dtype=float)
    except (TypeError, ValueError, KeyError, AttributeError):       # AxisError is a ValueError
        return False
    return value.shape == got.shape and (close(value, got) if np.any(got) else not np.any(value))


Made = Callable[[dict[str, Any]], Any]          # a value from a call's arguments
SAME_BOTH_WAYS = ("{} plus {}", "{} times {}")


def candidates(args: dict[str, Any], shape: tuple[int, ...]) -> Iterator[tuple[str, Made]]:
    """(words, function of a call's arguments), the plainest first. `shape`: of the first case's result."""
    arrays = [name for name, value in args.items() if isinstance(value, np.ndarray) and value.dtype.kind in "iuf"]
    every = arrays + [name for name, value in args.items() if type(value) in (int, float)]
    inner = [(words.replace("{}", f"`{name}`"), partial(_of_one, f, name))
             for name in arrays for words, f in UNARY.items()]
    inner += [(words.format(f"`{one}`", f"`{other}`"), partial(_of_two, f, one, other))
              for one in every for other in every if one != other and (one in arrays or other in arrays)
              for words, f in BINARY.items() if words not in SAME_BOTH_WAYS or one < other]
    yield from inner
    yield from ((words.format(one), partial(_reduced, reduce, made))
                for words, reduce in (WHOLE if shape == () else ALONG if len(shape) == 1 else {}).items()
                for one, made in inner)


def _of_one(f: Callable[[Array], Array], name: str, args: dict[str, Any]) -> Any:
    return f(args[name])


def _of_two(f: Callable[[Array, Array], Array], one: str, other: str, args: dict[str, Any]) -> Any:
    return f(args[one], args[other])


def _reduced(reduce: Callable[[Array], Any], made: Made, args: dict[str, Any]) -> Any:
    return reduce(made(args))
