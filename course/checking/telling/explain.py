"""What NumPy's and Python's words mean here: an exception explained by the arguments' names and shapes."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from course.checking.observe import Raised
from course.checking.telling.differences.rows import listed
from course.checking.words import short
from course.quote import code_span, literal

SHAPE = re.compile(r"\((?:\d+,? ?)+\)")
Told = Callable[[re.Match[str], dict[str, Any], str], str]


def explained(error: Raised, args: dict[str, Any], signature: str) -> str:
    """One or two sentences on an exception; "" where it is not known.

    `args`: what the call was given, by name. `signature` is the exercise's, as in its text.
    """
    message, named = error["message"], re.findall(r"[A-Za-z_]\w*", error.get("source") or "")
    args = {name: value for name, value in args.items() if name in named}
    args |= {f"{name}.T": value.T for name, value in args.items()
             if isinstance(value, np.ndarray) and f"{name}.T" in (error.get("source") or "")}
    for pattern, say in (*OF_FRAMEWORKS, *MEANINGS):
        if match := re.search(pattern, message):
            return say(match, args, signature)
    say_type = TYPES.get(error["type"])
    return say_type if say_type else ""


def place(error: Raised) -> str:
    """Where it stopped, in words."""
    if error.get("line") and error["source"]:
        return f"in line {error['line']}, {code_span(error['source'])}"
    return "in the middle of the call"


def given(error: Raised, args: dict[str, Any]) -> str:
    """What the arguments are that the line speaks of: "Here `z` has the shape (4, 3)."; else ""."""
    words = re.findall(r"[A-Za-z_]\w*", error.get("source") or "")
    said = [f"`{name}` {_what(args[name])}" for name in dict.fromkeys(words) if name in args and _what(args[name])]
    if not said:
        return ""
    return f"Here {said[0]}." if len(said) == 1 else f"Here {', '.join(said[:-1])} and {said[-1]}."


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"is an array of the shape {value.shape}"
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return f"is a {kind} of {len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, (bool, int, float, str)):
        return f"is {short(value)}"
    return ""


def _named(shape: str, args: dict[str, Any]) -> str:
    """The shape with the arguments that have it."""
    names = [name for name, value in args.items() if isinstance(value, np.ndarray) and value.ndim
             and str(value.shape).replace(" ", "").replace(",)", ")") == shape.replace(" ", "").replace(",)", ")")]
    return f"{shape}, that of {listed(names, 'or')}," if names else shape


def _ambiguous(_: re.Match[str], args: dict[str, Any], signature: str) -> str:
    return ("A whole array stands where Python asks one yes-or-no question, as after `if` or beside `and`. The "
            "question has an answer for each entry: they have to be taken entry by entry.")


def _broadcast(match: re.Match[str], args: dict[str, Any], signature: str) -> str:
    shapes = SHAPE.findall(match.string[match.end():])[:2]
    if len(shapes) < 2:
        return "Two shapes meet there that do not fit each other."
    one, other = shapes
    sizes = [[int(n) for n in re.findall(r"\d+", shape)] for shape in shapes]
    odd = next(((a, b) for a, b in zip(reversed(sizes[0]), reversed(sizes[1]), strict=False)
                if a != b and 1 not in (a, b)), None)
    why = f": NumPy lines them up from the right, and there {odd[0]} meets {odd[1]}" if odd else ""
    lost = (" One of them has an axis less: perhaps a sum or a maximum has lost it."
            if len(sizes[0]) != len(sizes[1]) else "")
    return f"The shapes {_named(one, args)} and {_named(other, args)} do not fit entry by entry{why}.{lost}"


def _product(match: re.Match[str], args: dict[str, Any], signature: str) -> str:
    found = re.search(r"size (\d+) is different from (\d+)", match.string)
    if found:
        right, left = found[1], found[2]
        return (f"In a matrix product the left side needs as many columns as the right side has rows; here they are "
                f"{left} and {right}. Are the two in the right order, is one to be transposed?")
    shapes = SHAPE.findall(match.string)[:2]
    if len(shapes) == 2:
        return (f"A product of the shapes {_named(shapes[0], args)} and {_named(shapes[1], args)} is asked for there: "
                "the last size on the left has to be the first on the right.")
    return "In a matrix product the left side needs as many columns as the right side has rows. Here it has others."


def _beyond(match: re.Match[str], args: dict[str, Any], signature: str) -> str:
    index, axis, size = match[1], int(match[2]), match[3]
    one = {0: "row", 1: "column"}.get(axis, "place")
    there = f"is 1 {one}" if size == "1" else f"are {size} {one}s"
    return f"Place {index} is asked for where there {there}: they are counted from 0, so the last is {int(size) - 1}."


def _many_places(match: re.Match[str], args: dict[str, Any], signature: str) -> str:
    return f"{match[2]} indices are given to an array that has {match[1]} ax{'is' if match[1] == '1' else 'es'}."


def _arguments(match: re.Match[str], args: dict[str, Any], signature: str) -> str:
    name = signature.partition("(")[0]
    if match[1].rpartition(".")[2] != name:
        return f"`{match[1]}` is called there with another number of arguments, or other names, than it takes."
    return f"The call is `{signature}`, and your function does not take these arguments: compare its first line."


def _fixed(text: str) -> Told:
    return lambda match, args, signature: text.format(*[literal(group or "") for group in match.groups()])


ONE_NUMBER = ("One whole number is needed there, a size, a place or a count, and an array (or a number with a point) "
              "was given.")
MEANINGS: tuple[tuple[str, Told], ...] = (
    (r"truth value of an array", _ambiguous),
    (r"could not be broadcast together|could not broadcast input array", _broadcast),
    (r"mismatch in its core dimension|not aligned", _product),
    (r"matmul: Input operand \d does not have enough dimensions", _fixed(
        "`@` multiplies arrays with axes, and one side of it is a single number.")),
    (r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", _beyond),
    (r"(?:list|tuple|string) (?:assignment )?index out of range", _fixed(
        "A place is asked for that the list does not have. They are counted from 0: the last of n is n − 1.")),
    (r"array is (\d+)-dimensional, but (\d+) were indexed", _many_places),
    (r"axis (\d+) is out of bounds for array of dimension (\d+)", _fixed(
        "An axis {} is asked for, and the array has {}, counted from 0.")),
    (r"(\w[\w.]*)\(\) (?:takes|missing|got an unexpected|got multiple)", _arguments),
    (r"only (?:0-dimensional|length-1|size-1) arrays can be converted", _fixed(
        "`float`, `int` and the functions of `math` take one number, and an array of several was given.")),
    (r"only integer scalar arrays|cannot be interpreted as an integer|slice indices must be "
      "integers", _fixed(ONE_NUMBER)),
    (r"arrays used as indices must be of integer|only integers, slices", _fixed(
        "What picks an entry has to be a whole number (or an array of them); here it is something else.")),
    (r"setting an array element with a sequence|inhomogeneous shape", _fixed(
        "One entry of an array holds one number, and several were to be put there, or rows of different lengths.")),
    (r"'NoneType' object|NoneType", _fixed(
        "Something in that line is None: a function that returns nothing, such as `list.append`, or a `return` that is "
        "missing.")),
    (r"unsupported operand type\(s\) for (\S+): 'list'|unsupported operand type\(s\) for (\S+): .* and 'list'", _fixed(
        "A list is not an array: arithmetic works on its items one by one, or on arrays made of them.")),
    (r"unsupported operand type\(s\) for (\S+): '(\S+)' and '(\S+)'", _fixed("{} is asked of a {} and a {} there.")),
    (r"can't multiply sequence by non-int|can only concatenate", _fixed(
        "A list is not an array: `*` and `+` repeat and join lists, they do not compute with their items.")),
    (r"bad operand type for (?:unary|abs)", _fixed("A list is not an array: take its items one by one.")),
    (r"'([\w.]+)' object has no attribute '(\w+)'", _fixed("What has the type {} there has no `{}`.")),
    (r"module '(\w+)' has no attribute '(\w+)'", _fixed("There is no `{}.{}`: look at the name once more.")),
    (r"name '(\w+)' is not defined", _fixed(
        "There is no `{}` at that line: it is misspelled, or a cell that defines it was not run.")),
    (r"cannot access local variable '(\w+)'|local variable '(\w+)' referenced before", _fixed(
        "`{0}{1}` is used before the function has given it a value.")),
    (r"unhashable type: '(?:numpy\.)?(\w+)'", _fixed(
        "A set and the keys of a dictionary take only what can never change, and the numbers of a {} can.")),
    (r"'(\S+)' object is not callable", _fixed(
        "What stands before the brackets there is no function but a {}: a `*` may be missing, or a name is used "
        "twice.")),
    (r"'(\S+)' object is not (?:subscriptable|iterable)|(iteration over a 0-d array)", _fixed(
        "One number stands where several are asked for: a {} has no items.")),
    (r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)", _fixed(
        "On the left stand {} names, and what comes in has {} items.")),
    (r"too many values to unpack \(expected (\d+)", _fixed(
        "On the left stand {} names, and what comes in has more items.")),
    (r"Cannot cast ufunc '(\w+)' output from dtype\('(\w+)'\) to dtype\('(\w+)'\)", _fixed(
        "The array there holds whole numbers ({2}), and numbers with a point cannot be written into it.")),
    (r"cannot reshape array of size (\d+)", _fixed("{} numbers do not fill the shape that is asked for there.")),
    (r"Integers to negative integer powers", _fixed(
        "Whole numbers are raised to a negative power there, which whole numbers cannot hold.")),
    (r"math (?:range|domain) error|math domain", _fixed(
        "`math` refuses what NumPy gives inf or nan for: the exponential of a large number, or the logarithm of 0.")),
)
# What PyTorch and Keras say. Theirs come first: their words are longer, and parts of them are NumPy's.
OF_FRAMEWORKS: tuple[tuple[str, Told], ...] = (
    (r"leaf Variable that requires grad is being used in an in-place operation", _fixed(
        "A parameter is changed while PyTorch records what is done with it. Write into it inside `with "
        "torch.no_grad():`.")),
    (r"cannot assign '[\w.]+' as parameter '(\w+)'", _fixed(
        "`{0}` of a layer is a parameter, and no plain tensor or array can take its place. Write the numbers into the "
        "one that is there: `{0}.copy_(…)`, inside `with torch.no_grad():`.")),
    (r"Variable data has to be a tensor, but got (\S+)", _fixed(
        "A NumPy array stands there where PyTorch needs a tensor: `torch.tensor(…)` makes one of it.")),
    (r"must be Tensor, not (\S+)", _fixed(
        "PyTorch computes with tensors, and a {} was handed to it: `torch.tensor(…)` makes a tensor of an array.")),
    (r"\"log_softmax\w*\" not implemented for '(?:Long|Int)'", _fixed(
        "A softmax is to be taken of whole numbers: the labels stand where the logits belong. The logits come first.")),
    (r"expected target dtype to be Long", _fixed(
        "The labels of a cross-entropy are whole numbers in 64 bits, and others stand there. Are the arguments in the "
        "right order?")),
    (r"must have the same dtype, but got (\w+) and (\w+)", _fixed(
        "Two types meet there, {} and {}. Double is float64, Float is float32, PyTorch's default.")),
    (r"Can't call numpy\(\) on Tensor that requires grad", _fixed(
        "A tensor whose operations are recorded cannot become a NumPy array. Where a gradient is to be taken, stay "
        "with PyTorch's functions; where not, `.detach()` comes first.")),
    (r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)", _fixed(
        "There are {} rows and {} labels: both have to be those of the batch.")),
    (r"but the layer was expecting 0 weights|must build the layer before accessing", _fixed(
        "A layer of Keras has no weights yet when it is made: they are there once it knows its input, such as in a "
        "`Sequential` that begins with `keras.Input`. Build the model first, then write the weights.")),
    (r"property '(kernel|bias)' of '\w+' object has no setter", _fixed(
        "Nothing can take the place of a layer's `{0}`. Write the numbers into the one that is there: "
        "`{0}.assign(…)`.")),
    (r"add new elements of state .* to a layer that is already built", _fixed(
        "A layer that is built keeps the variables that it has. Write the numbers into those that are there: "
        "`kernel.assign(…)`, `bias.assign(…)`.")),
    (r"`output` must have rank \(ndim\) `target.ndim - 1`|labels.shape.rank` must equal", _fixed(
        "The labels need one axis less than the logits. Are the two in the wrong order? Keras' losses take the labels "
        "first.")),
    (r"`target` and `output` must have the same shape up until the last dimension: target.shape=\((\d+),\), "
     r"output.shape=\((\d+), \d+\)", _fixed("There are {} labels and {} rows: both have to be those of the batch.")),
    (r"`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape=\((\d+),\) and "
     r"logits.shape=\((\d+), \d+\)", _fixed("There are {} labels and {} rows: both have to be those of the batch.")),
    (r"Expected one of cpu, cuda,.* device type at start of device string: (\S+)", _fixed(
        "PyTorch has no device of the name {}. What is asked for is `cuda` or `cpu`, in small letters.")),
    (r"__Pack_.*Shapes of all inputs must match", _fixed(
        "A list of arrays of different shapes stands where one tensor is needed. `tf.clip_by_global_norm` returns two "
        "things, the list of clipped gradients and their norm: the optimizer is to get the first.")),
)
TYPES = {
    "ZeroDivisionError": "It divides by 0 there.",
    "RecursionError": "It calls itself, or calls a function that calls it, without an end.",
    "KeyError": "The name or number in the square brackets is not among the keys.",
    "OverflowError": "A number there is too large for Python to hold.",
    "NotImplementedError": "What it calls is not written yet, or not for numbers of this kind.",
    "AssertionError": "An `assert` of yours does not hold there.",
    "SystemExit": "`exit` ends the whole program: a function returns.",
}
